//! Playbooks: which rule may lead to which actions. Written by the account's owner, so rules cannot grant
//! themselves anything.

use crate::{ActionClass, ActionKind, Mode, OnSilence};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// All playbooks of one responder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Playbooks(Vec<Playbook>);

/// What may be done about the findings of some rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Playbook {
    /// Its name in plans and reports.
    pub id: String,
    /// Ids of the rules.
    pub rules: BTreeSet<String>,
    /// What may be done.
    pub actions: BTreeSet<ActionKind>,
    /// How far it may go, whatever the responder's own mode allows.
    pub mode: Mode,
    /// After how many minutes a containment ends; without it, it stands until a person ends it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_after_minutes: Option<u32>,
    /// What happens then.
    #[serde(default)]
    pub on_expiry: OnExpiry,
    /// For how many minutes a person may approve, if one is asked; without it, for an hour.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approve_within_minutes: Option<u32>,
    /// What happens if nobody decides in that time.
    #[serde(default)]
    pub on_silence: OnSilence,
}

/// What happens when a containment expires.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OnExpiry {
    /// A person is reminded that it stands.
    #[default]
    Remind,
    /// It is taken back. The same finding does not lead to it again.
    Release,
}

/// When a containment expires, and what happens then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expiry {
    /// When.
    pub at: Timestamp,
    /// What.
    pub then: OnExpiry,
}

/// Longest that a containment may be foreseen to stand, in minutes: 90 days.
const MAX_MINUTES: u32 = 90 * 24 * 60;

/// Times that a person may be given to approve, in minutes: what waits for a day is a matter for people.
const APPROVE_WITHIN: std::ops::RangeInclusive<u32> = 1..=24 * 60;

impl Playbook {
    /// Returns when a containment that is decided `now` expires.
    pub(crate) fn expiry(&self, now: Timestamp) -> Option<Expiry> {
        let minutes = i64::from(self.expires_after_minutes?);
        let at = now.saturating_add(SignedDuration::from_mins(minutes)).ok()?;
        Some(Expiry { at, then: self.on_expiry })
    }
}

/// Why playbooks were not accepted.
#[derive(Debug, thiserror::Error)]
pub enum InvalidPlaybooks {
    /// Not the expected form.
    #[error("playbooks must be a list of {{id, rules, actions, mode}}")]
    Malformed(#[source] serde_json::Error),
    /// A playbook that does nothing.
    #[error("playbook `{0}` needs at least one rule and one action")]
    Empty(String),
    /// Keys without the user: sessions that a key has issued would go on.
    #[error("playbook `{0}` deactivates keys, whose sessions would go on: add `deny_user`")]
    KeysWithoutUser(String),
    /// Keys that were exposed and would work again by themselves.
    #[error("playbook `{0}` would let keys work again by itself: leave `on_expiry` at `remind`")]
    KeysReleased(String),
    /// An expiry that is no time, or none at all with something to do then.
    #[error("playbook `{0}` needs `expires_after_minutes` of 1 to 129600 for what it does on expiry")]
    Expiry(String),
    /// A time to approve that is none.
    #[error("playbook `{0}`: `approve_within_minutes` must be 1 to 1440")]
    ApproveWithin(String),
    /// An action of another function.
    #[error(
        "playbook `{playbook}` has an action of another function than `{function}`: move it to that one's file"
    )]
    AnotherClass {
        /// The playbook.
        playbook: String,
        /// Whose playbooks these are.
        function: &'static str,
    },
    /// Two playbooks for one rule: it would be unclear which holds.
    #[error("rule `{rule}` is in both playbook `{first}` and playbook `{second}`; leave it in one")]
    Ambiguous {
        /// The rule.
        rule: String,
        /// A playbook with it.
        first: String,
        /// Another one.
        second: String,
    },
}

impl Playbooks {
    /// Reads the playbooks of the function of `class`, strictly.
    ///
    /// # Errors
    /// [`InvalidPlaybooks`] with what is wrong and where.
    pub fn from_json(text: &str, class: ActionClass) -> Result<Self, InvalidPlaybooks> {
        let playbooks: Vec<Playbook> = serde_json::from_str(text).map_err(InvalidPlaybooks::Malformed)?;
        for (index, playbook) in playbooks.iter().enumerate() {
            if playbook.rules.is_empty() || playbook.actions.is_empty() {
                return Err(InvalidPlaybooks::Empty(playbook.id.clone()));
            }
            let has = |kind| playbook.actions.contains(&kind);
            if has(ActionKind::DeactivateAccessKeys) && !has(ActionKind::DenyUser) {
                return Err(InvalidPlaybooks::KeysWithoutUser(playbook.id.clone()));
            }
            let releases = playbook.on_expiry == OnExpiry::Release;
            if releases && has(ActionKind::DeactivateAccessKeys) {
                return Err(InvalidPlaybooks::KeysReleased(playbook.id.clone()));
            }
            let is_possible = match playbook.expires_after_minutes {
                Some(minutes) => (1..=MAX_MINUTES).contains(&minutes),
                None => !releases,
            };
            if !is_possible {
                return Err(InvalidPlaybooks::Expiry(playbook.id.clone()));
            }
            if playbook.approve_within_minutes.is_some_and(|minutes| !APPROVE_WITHIN.contains(&minutes)) {
                return Err(InvalidPlaybooks::ApproveWithin(playbook.id.clone()));
            }
            if playbook.actions.iter().any(|kind| kind.class() != class) {
                let (playbook, function) = (playbook.id.clone(), class.as_str());
                return Err(InvalidPlaybooks::AnotherClass { playbook, function });
            }
            for earlier in playbooks.iter().take(index) {
                if let Some(rule) = earlier.rules.intersection(&playbook.rules).next() {
                    let (first, second) = (earlier.id.clone(), playbook.id.clone());
                    return Err(InvalidPlaybooks::Ambiguous { rule: rule.clone(), first, second });
                }
            }
        }
        Ok(Self(playbooks))
    }

    /// Returns the playbook for a rule.
    #[must_use]
    pub fn for_rule(&self, rule: &str) -> Option<&Playbook> {
        self.0.iter().find(|playbook| playbook.rules.contains(rule))
    }

    /// Returns all playbooks.
    #[must_use]
    pub fn all(&self) -> &[Playbook] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::error::Error as _;

    #[test]
    fn what_cannot_be_honoured_is_refused_with_the_reason() {
        for (case, text, expected) in [
            ("not JSON", "nonsense", "expected ident"),
            (
                "an unknown action",
                r#"[{"id":"a","rules":["r"],"actions":["delete_user"],"mode":"act"}]"#,
                "unknown variant `delete_user`, expected one of `deny_user`, `quarantine_user`, `detach_policy`, \
                 `deactivate_access_keys`, `deactivate_credentials`, `deny_session`, `revoke_sessions`, `start_logging`, \
                 `enable_detector`, `start_recorder`, `recreate_analyzer`, `keep_key`, `restore_event_selectors`, \
                 `restore_insight_selectors`, `enable_rule`, `restore_targets`, \
                 `restore_subscriptions`, `restore_concurrency`, \
                 `unshare_snapshot`, `block_public_access`, `revoke_security_group_rule`, \
                 `require_iam_for_function_url`, `block_snapshot_sharing`, `block_image_sharing`, `unshare_document`, \
                 `remove_function_permission`, `close_policy`",
            ),
            (
                "an unknown key",
                r#"[{"id":"a","rules":["r"],"actions":["deny_user"],"mode":"act","when":1}]"#,
                "unknown field `when`, expected one of `id`, `rules`, `actions`, `mode`, `expires_after_minutes`, `on_expiry`, \
                 `approve_within_minutes`, `on_silence`",
            ),
            (
                "an unknown mode",
                r#"[{"id":"a","rules":["r"],"actions":["deny_user"],"mode":"on"}]"#,
                "unknown variant `on`, expected one of `observe`, `plan`, `approve`, `act`",
            ),
            (
                "no action",
                r#"[{"id":"a","rules":["r"],"actions":[],"mode":"act"}]"#,
                "playbook `a` needs at least one rule and one action",
            ),
            (
                "keys whose sessions would go on",
                r#"[{"id":"a","rules":["r"],"actions":["deactivate_access_keys"],"mode":"act"}]"#,
                "playbook `a` deactivates keys, whose sessions would go on: add `deny_user`",
            ),
            (
                "keys that would work again by themselves",
                r#"[{"id":"a","rules":["r"],"actions":["deny_user","deactivate_access_keys"],"mode":"act",
                    "expires_after_minutes":60,"on_expiry":"release"}]"#,
                "playbook `a` would let keys work again by itself: leave `on_expiry` at `remind`",
            ),
            (
                "a release that never comes",
                r#"[{"id":"a","rules":["r"],"actions":["deny_user"],"mode":"act","on_expiry":"release"}]"#,
                "playbook `a` needs `expires_after_minutes` of 1 to 129600 for what it does on expiry",
            ),
            (
                "an expiry at once",
                r#"[{"id":"a","rules":["r"],"actions":["deny_user"],"mode":"act","expires_after_minutes":0}]"#,
                "playbook `a` needs `expires_after_minutes` of 1 to 129600 for what it does on expiry",
            ),
            (
                "two days to approve",
                r#"[{"id":"a","rules":["r"],"actions":["deny_user"],"mode":"approve","approve_within_minutes":2880}]"#,
                "playbook `a`: `approve_within_minutes` must be 1 to 1440",
            ),
            (
                "one rule twice",
                r#"[{"id":"a","rules":["r"],"actions":["deny_user"],"mode":"act"},
                    {"id":"b","rules":["r"],"actions":["deny_user"],"mode":"plan"}]"#,
                "rule `r` is in both playbook `a` and playbook `b`; leave it in one",
            ),
        ] {
            let error = Playbooks::from_json(text, ActionClass::ContainIdentity).unwrap_err();
            let text = error.source().map_or_else(|| error.to_string(), ToString::to_string);
            assert_eq!(text.split(" at line ").next(), Some(expected), "{case}");
        }
    }
}
