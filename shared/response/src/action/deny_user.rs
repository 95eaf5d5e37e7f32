//! Denies a user everything with the AWS-managed policy `AWSDenyAll`.
//!
//! A managed policy, so that the responder's role needs no right to write policies of its own choice: its
//! `iam:AttachUserPolicy` is limited to this one ARN. Hazards: the user's workloads stop; the quota of attached
//! policies (10 by default) may be full, which fails the step and is reported; an intruder with IAM rights from
//! elsewhere may detach it.

use crate::{Call, UserFacts, UserRef};

pub(super) const PERMISSIONS: &[&str] = &["iam:AttachUserPolicy", "iam:DetachUserPolicy"];

pub(super) fn policy_arn(user: &UserRef) -> String {
    format!("arn:{}:iam::aws:policy/AWSDenyAll", user.arn.partition())
}

pub(super) fn is_in_force(user: &UserFacts) -> bool {
    let arn = policy_arn(&user.reference);
    user.attached_policies.contains(&arn)
}

pub(super) fn call(user: &UserRef) -> Call {
    change("iam:AttachUserPolicy", user)
}

pub(super) fn undo_call(user: &UserRef) -> Call {
    change("iam:DetachUserPolicy", user)
}

fn change(permission: &str, user: &UserRef) -> Call {
    Call::new(permission, &[("UserName", user.name.as_str()), ("PolicyArn", &policy_arn(user))])
}
