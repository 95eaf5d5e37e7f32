//! A recommendation in plain words.

use super::{AttachTo, Recommendation};
use crate::fit::{Fit, Placement};
use std::fmt::{Display, Formatter, Result};

impl Display for Recommendation {
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        match &self.attach_to {
            AttachTo::Role | AttachTo::User => writeln!(out, "{}", self.principal)?,
            AttachTo::PermissionSet(name) => writeln!(out, "permission set {name}, for {}", self.principal)?,
        }
        for policy in &self.policies {
            writeln!(out, "{policy:#}")?;
        }
        writeln!(out, "{}", self.fit_in_words())?;
        if let Some(seen) = self.coverage.records {
            writeln!(out, "from records of {} to {}", seen.first, seen.last)?;
        }
        list(out, "on any resource, as records do not tell which", &self.without_resource)?;
        list(out, "not known as an action, check the name", &self.unverified)?;
        list(out, "instance profiles whose role is not known", &self.instance_profiles)?;
        list(out, "may be needed besides", &self.may_also_need)?;
        list(out, "denied and not allowed", self.denied.keys())?;
        list(out, "used, but granted by no old policy", self.beyond.iter().map(|beyond| &beyond.action))?;
        if self.folded > 0 {
            writeln!(out, "calls that are left out, as there are too many kinds: {}", self.folded)?;
        }
        Ok(())
    }
}

impl Recommendation {
    fn fit_in_words(&self) -> String {
        let kind = match self.placement {
            Placement::Managed => "managed",
            Placement::InlineRole | Placement::InlineUser => "inline",
        };
        match self.fit {
            Fit::Fits => format!("{} {kind} policies, within IAM's limits", self.policies.len()),
            Fit::TooLarge { policies, allowed_policies, characters, allowed_characters } => format!(
                "too large: {policies} {kind} policies of at most {allowed_policies}, the largest of {characters} characters of at most {allowed_characters}; divide the work between several roles"
            ),
        }
    }
}

fn list(out: &mut Formatter<'_>, title: &str, items: impl IntoIterator<Item = impl Display>) -> Result {
    let items: Vec<String> = items.into_iter().map(|item| item.to_string()).collect();
    if items.is_empty() { Ok(()) } else { writeln!(out, "{title}: {}", items.join(", ")) }
}
