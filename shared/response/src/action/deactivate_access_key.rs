//! Sets one access key to `Inactive`; its undo sets it to `Active` again.
//!
//! Hazards: what runs on the key stops; sessions that the key has issued live on (so playbooks pair this with
//! `deny_user`); a key that was exposed stays exposed, so nothing reactivates it but an explicit undo.

use crate::{Call, KeyStatus, UserFacts, UserRef};
use trailreflex_model::AccessKeyId;

pub(super) const PERMISSIONS: &[&str] = &["iam:UpdateAccessKey"];

pub(super) fn is_in_force(user: &UserFacts, key: &AccessKeyId) -> bool {
    user.keys.iter().any(|known| known.id == *key && known.status == KeyStatus::Inactive)
}

pub(super) fn call(user: &UserRef, key: &AccessKeyId) -> Call {
    change(user, key, "Inactive")
}

pub(super) fn undo_call(user: &UserRef, key: &AccessKeyId) -> Call {
    change(user, key, "Active")
}

fn change(user: &UserRef, key: &AccessKeyId, status: &str) -> Call {
    let parameters = [("UserName", user.name.as_str()), ("AccessKeyId", key.as_str()), ("Status", status)];
    Call::new("iam:UpdateAccessKey", &parameters)
}
