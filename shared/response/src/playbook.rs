//! Playbooks: which rule may lead to which actions. Written by the account's owner, so rules cannot grant
//! themselves anything.

use crate::{ActionClass, ActionKind, Mode};
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
                 `deactivate_access_keys`, `deactivate_credentials`, `deny_session`, `revoke_sessions`",
            ),
            (
                "an unknown key",
                r#"[{"id":"a","rules":["r"],"actions":["deny_user"],"mode":"act","when":1}]"#,
                "unknown field `when`, expected one of `id`, `rules`, `actions`, `mode`",
            ),
            (
                "an unknown mode",
                r#"[{"id":"a","rules":["r"],"actions":["deny_user"],"mode":"on"}]"#,
                "unknown variant `on`, expected `plan` or `act`",
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
