//! The built-in playbooks of all responders.

use trailreflex_response::{ActionClass, Playbook, Playbooks};

/// Playbooks, by the responder that they are for.
#[derive(Debug)]
pub(crate) struct AllPlaybooks(Vec<Playbooks>);

impl AllPlaybooks {
    /// Those that the functions are built with.
    pub(crate) fn built_in() -> anyhow::Result<Self> {
        let of_class =
            |class: ActionClass| Playbooks::from_json(trailreflex_content::playbooks(class.as_str()), class);
        Ok(Self(ActionClass::ALL.into_iter().map(of_class).collect::<Result<_, _>>()?))
    }

    /// Returns the playbooks for a rule: one at most for each responder.
    pub(crate) fn for_rule(&self, rule: &str) -> Vec<&Playbook> {
        self.0.iter().filter_map(|playbooks| playbooks.for_rule(rule)).collect()
    }

    /// Returns all playbooks.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Playbook> {
        self.0.iter().flat_map(Playbooks::all)
    }
}
