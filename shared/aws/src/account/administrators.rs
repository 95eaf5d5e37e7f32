//! Who else could administer the account, so that nobody is denied who is the last one.
//!
//! Only the AWS-managed policy `AdministratorAccess` counts: who administers by other policies is not found, so such
//! users belong on the list of protected principals.

use super::failed;
use super::identity::Iam;
use aws_sdk_iam::types::EntityType;
use trailreflex_response::{AccountError, IdentityRef};

impl Iam {
    /// Returns whether `user` may administer the account and nobody else may: no other user, and no role but AWS's own.
    pub(super) async fn is_last_administrator(&self, user: &IdentityRef) -> Result<bool, AccountError> {
        let policy = format!("arn:{}:iam::aws:policy/AdministratorAccess", user.arn.partition());
        let mut is_administrator = false;
        let mut pages = self
            .iam
            .list_entities_for_policy()
            .policy_arn(&policy)
            .set_entity_filter(None::<EntityType>)
            .into_paginator()
            .send();
        let mut groups = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| failed("iam:ListEntitiesForPolicy", error))?;
            for other in page.policy_users.unwrap_or_default() {
                if other.user_name.as_deref() == Some(user.name.as_str()) {
                    is_administrator = true;
                } else {
                    return Ok(false);
                }
            }
            // A role can be assumed by others as a rule; one that a service is linked to cannot have this policy.
            if page.policy_roles.is_some_and(|roles| !roles.is_empty()) {
                return Ok(false);
            }
            groups.extend(
                page.policy_groups.unwrap_or_default().into_iter().filter_map(|group| group.group_name),
            );
        }
        for group in groups {
            let mut pages = self.iam.get_group().group_name(&group).into_paginator().send();
            while let Some(page) = pages.next().await {
                let page = page.map_err(|error| failed("iam:GetGroup", error))?;
                for member in page.users {
                    if member.user_name == user.name.as_str() {
                        is_administrator = true;
                    } else {
                        return Ok(false);
                    }
                }
            }
        }
        Ok(is_administrator)
    }
}
