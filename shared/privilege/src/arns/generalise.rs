//! From resources to the few patterns of a policy that cover them.

use super::{Arns, Beginning, Family, Held, folder, is_object};
use std::collections::BTreeSet;

/// How exactly a policy names resources, from the most exact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Detail {
    /// Each one that is still known, whatever its name.
    Observed,
    /// Up to five of a type, else by how their names begin; what lives shortly by its type.
    Five,
    /// One of a type, else by how their names begin.
    One,
    /// By their type. Never without account and Region, and never without the bucket.
    Types,
}

/// Fewer characters in common say nothing (Access Analyzer's rule for wildcards, too).
const MIN_COMMON: usize = 6;
/// Most beginnings of keys that are named for a bucket.
const MAX_BEGINNINGS: usize = 3;
/// Types of EC2 of which each lives shortly.
const SHORT_LIVED: [&str; 4] = ["instance/", "network-interface/", "spot-instances-request/", "volume/"];

impl Arns {
    /// Returns the patterns that cover all of the resources, in order.
    #[must_use]
    pub fn patterns(&self, detail: Detail) -> BTreeSet<String> {
        match &self.0 {
            Held::ByFamily(families) => {
                families.iter().flat_map(|(name, family)| family.patterns(name, detail)).collect()
            }
            Held::ByOwner(owners) => owners.iter().map(|owner| format!("{owner}*")).collect(),
            Held::Any => BTreeSet::from(["*".to_owned()]),
        }
    }

    /// Returns each resource if all are still known.
    #[must_use]
    pub fn exact(&self) -> Option<BTreeSet<&str>> {
        let Held::ByFamily(families) = &self.0 else { return None };
        let mut all = BTreeSet::new();
        for family in families.values() {
            let Family::Exact(members) = family else { return None };
            all.extend(members.iter().map(String::as_str));
        }
        Some(all)
    }
}

impl Family {
    fn patterns(&self, name: &str, detail: Detail) -> BTreeSet<String> {
        let whole = || BTreeSet::from([format!("{name}*")]);
        let beginning = |beginning: &Beginning| beginning.patterns(name).unwrap_or_else(whole);
        match (self, detail) {
            (Self::Exact(members), Detail::Observed) => members.clone(),
            (_, Detail::Types) => whole(),
            (Self::Exact(members), Detail::Five | Detail::One) => {
                let stable: BTreeSet<String> = members.iter().map(|member| stable(name, member)).collect();
                if stable.contains(&format!("{name}*")) {
                    return whole();
                }
                let most = if detail == Detail::Five { 5 } else { 1 };
                if stable.len() <= most {
                    return stable;
                }
                Beginning::of_all(&stable).as_ref().map_or_else(whole, beginning)
            }
            (Self::Begins(known), Detail::Observed | Detail::Five | Detail::One) => beginning(known),
        }
    }
}

impl Beginning {
    fn patterns(&self, family: &str) -> Option<BTreeSet<String>> {
        if let Some(folders) = self.folders.as_ref().filter(|folders| folders.len() <= MAX_BEGINNINGS) {
            let up_to_slash = |beginning: &String| {
                let end = beginning.rfind('/').map_or(0, |at| at + 1);
                beginning.get(..end).filter(|text| text.len() > family.len()).map(|text| format!("{text}*"))
            };
            let named = folders
                .iter()
                .map(|(folder, beginning)| up_to_slash(beginning).unwrap_or_else(|| format!("{folder}*")));
            return Some(named.collect());
        }
        let own = self.common.get(family.len()..).unwrap_or_default();
        (own.chars().count() >= MIN_COMMON).then(|| format!("{}*", self.common)).map(|one| [one].into())
    }
}

/// Returns what a resource is called as long as its kind lives: without what CloudFormation, or whoever makes one after the other,
/// puts behind the name.
fn stable(family: &str, pattern: &str) -> String {
    if is_object(family) {
        return folder(pattern).map_or_else(|| format!("{family}*"), |_| pattern.to_owned());
    }
    let mut parts = pattern.splitn(6, ':');
    let service = parts.nth(2).unwrap_or_default();
    if service == "ec2" && SHORT_LIVED.iter().any(|kind| family.ends_with(&format!(":{kind}"))) {
        return format!("{family}*");
    }
    let start = pattern.rfind(['/', ':']).map_or(0, |at| at + 1).max(family.len());
    let (Some(before), Some(last)) = (pattern.get(..start), pattern.get(start..)) else {
        return pattern.to_owned();
    };
    // Keys of KMS are called by UUIDs and live long.
    if service != "kms" && is_generated(last) {
        return format!("{before}*");
    }
    match last.rsplit_once('-') {
        Some((name, suffix)) if !name.is_empty() && is_of_stack(suffix) => format!("{before}{name}-*"),
        Some(_) | None => pattern.to_owned(),
    }
}

/// A UUID, or 32 hexadecimal digits as ECS names tasks.
fn is_generated(text: &str) -> bool {
    let is_uuid = text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| {
            if [8, 13, 18, 23].contains(&at) { byte == b'-' } else { byte.is_ascii_hexdigit() }
        });
    is_uuid || (text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// What CloudFormation puts behind names: 8 to 13 capitals and digits. A word in capitals has no digit.
fn is_of_stack(suffix: &str) -> bool {
    (8..=13).contains(&suffix.len())
        && suffix.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
        && suffix.bytes().any(|byte| byte.is_ascii_digit())
}
