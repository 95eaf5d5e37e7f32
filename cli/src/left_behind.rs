//! What a call has left behind, as its record tells: with what the account begins that a response is rehearsed on.

use serde_json::{Value, json};
use std::collections::BTreeSet;
use trailreflex_access::Parts;
use trailreflex_model::{Resource, ResourceKind};
use trailreflex_response::{Control, FunctionPermission, Governed, IngressRule, Setting, Shared};

/// Days that KMS lets pass before it deletes a key, if nobody says otherwise.
const DELETION_DAYS: &str = "30";

/// What a resource is like after a call.
#[derive(Debug)]
pub(crate) struct LeftBehind {
    /// The resource; rules of a security group by what they say, since their ids are not theirs for long.
    pub(crate) resource: Resource,
    /// What its controls are set to, as far as the record tells. All others are absent.
    pub(crate) settings: Vec<(Control, Setting)>,
}

/// Reads what `record` has left behind on `resource`; `call` is its operation.
pub(crate) fn left_behind(call: &str, resource: &Resource, record: &Value) -> LeftBehind {
    let mut left = LeftBehind { resource: resource.clone(), settings: Vec::new() };
    let name = resource.name.clone();
    match call {
        "ScheduleKeyDeletion" => {
            left.settings.push((Control::KeyDeletion { key: name }, Setting::word(DELETION_DAYS)));
        }
        "DisableRule" => {
            let disabled = json!({"State": "DISABLED"});
            left.settings.push((Control::EventRule { rule: name }, Setting::Document(disabled)));
        }
        "RemoveTargets" => {
            left.settings.push((Control::RuleTargets { rule: name }, Setting::Words(BTreeSet::new())));
        }
        "Unsubscribe" => {
            left.settings.push((Control::Subscriptions { topic: name }, Setting::Words(BTreeSet::new())));
        }
        call if call.starts_with("PutFunctionConcurrency") => {
            let function = name.as_str().rsplit(':').next().and_then(|function| function.parse().ok());
            left.settings.extend(
                function.map(|function| (Control::FunctionConcurrency { function }, Setting::word("0"))),
            );
        }
        _ => exposed(&mut left, record),
    }
    left
}

/// What was opened to others.
fn exposed(left: &mut LeftBehind, record: &Value) {
    let Resource { resource: kind, name, added } = left.resource.clone();
    let shared =
        [Shared::Snapshot, Shared::Image, Shared::DbSnapshot, Shared::DbClusterSnapshot, Shared::Document];
    if let Some(of) = shared.into_iter().find(|of| of.kind() == kind) {
        let words = added.iter().map(ToString::to_string).collect();
        left.settings.push((Control::Sharing { of, name }, Setting::Words(words)));
    } else if let Some(of) = Governed::ALL.into_iter().find(|of| of.kind() == kind) {
        let parts = policy(of, record).map(|parts| Setting::Words(parts.lines().clone()));
        left.settings.extend(parts.map(|parts| (Control::ResourcePolicy { of, name }, parts)));
    } else if kind == ResourceKind::Function {
        let Some(permission) = permission(record) else { return };
        left.settings.extend(added.iter().map(|id| {
            let control = Control::FunctionPermission { function: name.clone(), statement_id: id.clone() };
            (control, Setting::Document(permission.clone()))
        }));
    } else if kind == ResourceKind::SecurityGroup {
        let rules = record.pointer("/responseElements/securityGroupRuleSet/items").and_then(Value::as_array);
        let rules: Vec<_> = rules.into_iter().flatten().filter_map(ingress_rule).collect();
        left.resource.added = rules.iter().filter_map(|rule| rule.to_string().parse().ok()).collect();
        left.settings.extend(
            rules
                .into_iter()
                .map(|rule| (Control::Ingress { group: name.clone(), rule }, Setting::Document(json!({})))),
        );
    }
}

/// The policy that a call has written, or the one statement that it has added.
fn policy(of: Governed, record: &Value) -> Option<Parts> {
    let parameter = |path: &str| record.pointer(&format!("/requestParameters/{path}"));
    let written = match of {
        Governed::Queue => "attributes/Policy",
        Governed::Topic => "attributeValue",
        Governed::Repository => "policyText",
        Governed::Secret => "resourcePolicy",
        Governed::Key => "policy",
    };
    if let Some(text) = parameter(written).and_then(Value::as_str) {
        return Parts::of(text).ok();
    }
    let accounts = ["aWSAccountIds", "AWSAccountIds", "aWSAccountId", "AWSAccountId"];
    let accounts = accounts.into_iter().find_map(parameter)?;
    let statement = json!({
        "Sid": parameter("label")?, "Effect": "Allow", "Principal": {"AWS": accounts},
        "Action": "*", "Resource": "*",
    });
    Parts::of(&json!({"Statement": [statement]}).to_string()).ok()
}

/// What `AddPermission` was asked for, in the words of the call that would write it again.
fn permission(record: &Value) -> Option<Value> {
    let parameters = record.get("requestParameters")?;
    let text = |name: &str| parameters.get(name).and_then(Value::as_str).map(str::to_owned);
    let permission = FunctionPermission {
        action: text("action")?,
        principal: text("principal")?,
        source_arn: text("sourceArn"),
        source_account: text("sourceAccount"),
        event_source_token: text("eventSourceToken"),
        function_url_auth_type: text("functionUrlAuthType"),
        principal_org_id: text("principalOrgID"),
        invoked_via_function_url: parameters.get("invokedViaFunctionUrl").and_then(Value::as_bool),
    };
    serde_json::to_value(permission).ok()
}

fn ingress_rule(rule: &Value) -> Option<IngressRule> {
    let text = |name: &str| rule.get(name).and_then(Value::as_str).map(str::to_owned);
    let port = |name: &str| i32::try_from(rule.get(name)?.as_i64()?).ok();
    let protocol = text("ipProtocol")?;
    let has_ports = ["tcp", "udp", "icmp", "icmpv6"].contains(&protocol.as_str());
    let group = || Some(rule.pointer("/referencedGroupInfo/groupId")?.as_str()?.to_owned());
    let peer =
        text("cidrIpv4").or_else(|| text("cidrIpv6")).or_else(|| text("prefixListId")).or_else(group)?;
    let ports = port("fromPort").zip(port("toPort")).filter(|_| has_ports);
    Some(IngressRule { protocol, ports, peer })
}
