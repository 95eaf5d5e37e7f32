//! Settings of users, roles and groups, as IAM shows them: read, never changed.

use crate::CallFailed;
use aws_sdk_iam::operation::get_login_profile::GetLoginProfileError;
use aws_sdk_iam::types::Tag;
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use serde_json::{Map, Value, json};
use trailreflex_model::{IamName, IdentityKind, cause_chain};

/// IAM's users, roles and groups.
#[derive(Debug, Clone)]
pub struct Identities(aws_sdk_iam::Client);

/// What is known of one.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Described {
    /// Settings by name; empty if nothing could be read.
    pub settings: Map<String, Value>,
    /// What could not be read, and why.
    pub problems: Vec<String>,
}

impl Described {
    fn note<T>(&mut self, name: &str, result: Result<T, CallFailed>, value: impl FnOnce(T) -> Value) {
        match result {
            Ok(found) => _ = self.settings.insert(name.to_owned(), value(found)),
            Err(error) => self.lacks(&error),
        }
    }

    fn lacks(&mut self, error: &CallFailed) {
        self.problems.push(cause_chain(error));
    }

    /// Adds several settings at once.
    fn extend(&mut self, result: Result<Value, CallFailed>) {
        match result {
            Ok(Value::Object(found)) => self.settings.extend(found),
            Ok(_) => {}
            Err(error) => self.lacks(&error),
        }
    }
}

/// Sends a call page by page; returns what `$item` makes of each item.
macro_rules! pages {
    ($permission:literal, $call:expr, $item:expr) => {{
        let mut pages = $call.into_paginator().items().send();
        let mut found: Vec<Value> = Vec::new();
        loop {
            match pages.next().await {
                Some(Ok(item)) => found.push($item(item)),
                Some(Err(error)) => break Err(CallFailed::of($permission, error)),
                None => break Ok(found),
            }
        }
    }};
}

/// Notes the inline policies of these names, each as `$call` reads it.
macro_rules! inline_policies {
    ($described:expr, $names:expr, $permission:literal, $call:expr) => {{
        let names = match $names {
            Ok(names) => names,
            Err(error) => {
                $described.lacks(&error);
                Vec::new()
            }
        };
        let mut inline = Map::new();
        for policy in names.iter().filter_map(Value::as_str) {
            match $call.policy_name(policy).send().await {
                Ok(answer) => _ = inline.insert(policy.to_owned(), document(&answer.policy_document)),
                Err(error) => $described.lacks(&CallFailed::of($permission, error)),
            }
        }
        $described.settings.insert("inlinePolicies".to_owned(), Value::Object(inline));
    }};
}

impl Identities {
    /// What reading users needs.
    pub const OF_USERS: [&str; 10] = [
        "iam:GetAccessKeyLastUsed",
        "iam:GetLoginProfile",
        "iam:GetUser",
        "iam:GetUserPolicy",
        "iam:ListAccessKeys",
        "iam:ListAttachedUserPolicies",
        "iam:ListGroupsForUser",
        "iam:ListMFADevices",
        "iam:ListServiceSpecificCredentials",
        "iam:ListUserPolicies",
    ];
    /// What reading roles needs.
    pub const OF_ROLES: [&str; 4] =
        ["iam:GetRole", "iam:GetRolePolicy", "iam:ListAttachedRolePolicies", "iam:ListRolePolicies"];
    /// What reading groups needs.
    pub const OF_GROUPS: [&str; 4] =
        ["iam:GetGroup", "iam:GetGroupPolicy", "iam:ListAttachedGroupPolicies", "iam:ListGroupPolicies"];

    /// The identities of the account that `config`'s credentials belong to.
    #[must_use]
    pub fn new(config: &aws_config::SdkConfig) -> Self {
        Self(aws_sdk_iam::Client::new(config))
    }

    /// The identities behind a client.
    #[must_use]
    pub fn with_client(client: aws_sdk_iam::Client) -> Self {
        Self(client)
    }

    /// Reads the settings of one: keys with their last use, other credentials, policies whole, groups, tags. What cannot be
    /// read is named, and the rest is read all the same.
    pub async fn describe(&self, kind: IdentityKind, name: &IamName) -> Described {
        let mut described = Described::default();
        match kind {
            IdentityKind::User => self.user(name.as_str(), &mut described).await,
            IdentityKind::Role => self.role(name.as_str(), &mut described).await,
            IdentityKind::Group => self.group(name.as_str(), &mut described).await,
        }
        described
    }

    async fn user(&self, name: &str, described: &mut Described) {
        let iam = &self.0;
        let answer = iam.get_user().user_name(name).send().await;
        described.extend(answer.map_err(|error| CallFailed::of("iam:GetUser", error)).map(|answer| {
            answer.user.map_or(Value::Null, |user| {
                json!({
                    "arn": user.arn, "uniqueId": user.user_id, "createdAt": text(&user.create_date),
                    "passwordLastUsed": user.password_last_used.as_ref().map(text), "tags": tags(user.tags),
                    "permissionsBoundary": user.permissions_boundary.and_then(|boundary| boundary.permissions_boundary_arn),
                })
            })
        }));
        let has_password = match iam.get_login_profile().user_name(name).send().await {
            Ok(_) => Ok(true),
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(GetLoginProfileError::is_no_such_entity_exception) =>
            {
                Ok(false)
            }
            Err(error) => Err(CallFailed::of("iam:GetLoginProfile", error)),
        };
        described.note("hasPassword", has_password, Value::Bool);
        self.keys(name, described).await;
        let credentials = iam.list_service_specific_credentials().user_name(name).send().await;
        described.note(
            "serviceSpecificCredentials",
            credentials.map_err(|error| CallFailed::of("iam:ListServiceSpecificCredentials", error)),
            |answer| {
                let credentials = answer.service_specific_credentials.unwrap_or_default().into_iter();
                credentials
                    .map(|one| {
                        json!({"id": one.service_specific_credential_id, "service": one.service_name,
                            "status": one.status.as_str(), "createdAt": text(&one.create_date)})
                    })
                    .collect()
            },
        );
        let devices = pages!(
            "iam:ListMFADevices",
            iam.list_mfa_devices().user_name(name),
            |device: aws_sdk_iam::types::MfaDevice| {
                json!({"serialNumber": device.serial_number, "enabledAt": text(&device.enable_date)})
            }
        );
        described.note("mfaDevices", devices, Value::Array);
        let groups = pages!(
            "iam:ListGroupsForUser",
            iam.list_groups_for_user().user_name(name),
            |group: aws_sdk_iam::types::Group| { json!(group.group_name) }
        );
        described.note("groups", groups, Value::Array);
        let attached = pages!(
            "iam:ListAttachedUserPolicies",
            iam.list_attached_user_policies().user_name(name),
            |policy: aws_sdk_iam::types::AttachedPolicy| json!(policy.policy_arn)
        );
        described.note("attachedPolicies", attached, Value::Array);
        let names = pages!("iam:ListUserPolicies", iam.list_user_policies().user_name(name), Value::String);
        inline_policies!(described, names, "iam:GetUserPolicy", iam.get_user_policy().user_name(name));
    }

    async fn keys(&self, name: &str, described: &mut Described) {
        let keys = pages!(
            "iam:ListAccessKeys",
            self.0.list_access_keys().user_name(name),
            |key: aws_sdk_iam::types::AccessKeyMetadata| {
                json!({"id": key.access_key_id, "status": key.status.map(|status| status.as_str().to_owned()),
                "createdAt": key.create_date.as_ref().map(text)})
            }
        );
        let mut keys = match keys {
            Ok(keys) => keys,
            Err(error) => return described.lacks(&error),
        };
        for key in &mut keys {
            let id = key.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
            let answer = self.0.get_access_key_last_used().access_key_id(id).send().await;
            match answer {
                Ok(answer) => {
                    let used = answer.access_key_last_used.map(|used| {
                        json!({"at": used.last_used_date.as_ref().map(text), "service": used.service_name, "region": used.region})
                    });
                    if let Some(key) = key.as_object_mut() {
                        key.insert("lastUsed".to_owned(), json!(used));
                    }
                }
                Err(error) => {
                    described.lacks(&CallFailed::of("iam:GetAccessKeyLastUsed", error));
                }
            }
        }
        described.settings.insert("accessKeys".to_owned(), Value::Array(keys));
    }

    async fn role(&self, name: &str, described: &mut Described) {
        let iam = &self.0;
        let answer = iam.get_role().role_name(name).send().await;
        described.extend(answer.map_err(|error| CallFailed::of("iam:GetRole", error)).map(|answer| {
            answer.role.map_or(Value::Null, |role| {
                let used = role.role_last_used;
                json!({
                    "arn": role.arn, "uniqueId": role.role_id, "createdAt": text(&role.create_date), "tags": tags(role.tags),
                    "trustPolicy": role.assume_role_policy_document.map(|text| document(&text)),
                    "maxSessionSeconds": role.max_session_duration,
                    "lastUsed": used.map(|used| json!({"at": used.last_used_date.as_ref().map(text), "region": used.region})),
                    "permissionsBoundary": role.permissions_boundary.and_then(|boundary| boundary.permissions_boundary_arn),
                })
            })
        }));
        let attached = pages!(
            "iam:ListAttachedRolePolicies",
            iam.list_attached_role_policies().role_name(name),
            |policy: aws_sdk_iam::types::AttachedPolicy| json!(policy.policy_arn)
        );
        described.note("attachedPolicies", attached, Value::Array);
        let names = pages!("iam:ListRolePolicies", iam.list_role_policies().role_name(name), Value::String);
        inline_policies!(described, names, "iam:GetRolePolicy", iam.get_role_policy().role_name(name));
    }

    async fn group(&self, name: &str, described: &mut Described) {
        let iam = &self.0;
        let answer = iam.get_group().group_name(name).send().await;
        described.extend(answer.map_err(|error| CallFailed::of("iam:GetGroup", error)).map(|answer| {
            let users: Vec<_> = answer.users.into_iter().map(|user| user.user_name).collect();
            answer.group.map_or(Value::Null, |group| {
                json!({"arn": group.arn, "uniqueId": group.group_id, "createdAt": text(&group.create_date), "users": users})
            })
        }));
        let attached = pages!(
            "iam:ListAttachedGroupPolicies",
            iam.list_attached_group_policies().group_name(name),
            |policy: aws_sdk_iam::types::AttachedPolicy| json!(policy.policy_arn)
        );
        described.note("attachedPolicies", attached, Value::Array);
        let names =
            pages!("iam:ListGroupPolicies", iam.list_group_policies().group_name(name), Value::String);
        inline_policies!(described, names, "iam:GetGroupPolicy", iam.get_group_policy().group_name(name));
    }
}

/// IAM answers with documents percent-encoded (RFC 3986). One that is not JSON stays a text.
fn document(encoded: &str) -> Value {
    let text = percent_encoding::percent_decode_str(encoded).decode_utf8_lossy().into_owned();
    serde_json::from_str(&text).unwrap_or(Value::String(text))
}

fn tags(tags: Option<Vec<Tag>>) -> Value {
    tags.unwrap_or_default()
        .into_iter()
        .map(|tag| (tag.key, Value::String(tag.value)))
        .collect::<Map<_, _>>()
        .into()
}

fn text(time: &DateTime) -> Option<String> {
    time.fmt(Format::DateTime).ok()
}
