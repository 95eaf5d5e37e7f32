//! Suppressions held against rules.

use crate::entry::Entry;
use crate::refused::{Problem, Refused};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use trailreflex_detection::{Document, RuleSet};

/// Suppressions that may be used.
#[derive(Debug, Clone, Default)]
pub struct Suppressions {
    accepted: Vec<Accepted>,
    list: Vec<Suppression>,
    /// What each says in `when`, as a rule whose id is the suppression's.
    conditions: RuleSet,
    /// The numbers of the suppressions of each rule, by the rule's key.
    by_rule: BTreeMap<String, Vec<usize>>,
}

/// A suppression that may be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suppression {
    /// What it is called.
    pub id: String,
    /// Who answers for it.
    pub owner: String,
    /// Why.
    pub reason: String,
    /// The last day on which it applies, in UTC.
    pub expires: Date,
    /// The file it was read from.
    pub file: String,
}

/// An entry that has been held against its rules and their proofs: what is built in is not judged again at every start.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Accepted {
    entry: Entry,
    /// The keys of the rules that it is about.
    keys: Vec<String>,
}

/// What proves that rules fire: a suppression of one of them must not speak of such a record.
#[derive(Debug, Clone, Copy)]
pub struct Firing<'p> {
    /// Ids or names of the rules.
    pub rules: &'p [String],
    /// What is proved, in a sentence.
    pub what: &'p str,
    /// The records.
    pub records: &'p [Value],
}

impl Suppressions {
    /// Holds `entries` against the rules that they are about and against what proves those; tells which are refused.
    ///
    /// One that has expired is not refused, see [`Suppressions::expired`].
    #[must_use]
    pub fn new(
        entries: Vec<Entry>,
        rules: &RuleSet,
        firings: &[Firing<'_>],
        now: Timestamp,
    ) -> (Self, Vec<Refused>) {
        let mut accepted = Vec::new();
        let mut refused = Vec::new();
        let mut ids = BTreeSet::new();
        for entry in entries {
            let is_new = ids.insert(entry.id.clone());
            let judged = if is_new { judge(&entry, rules, firings, now) } else { Err(Problem::IdTwice) };
            match judged {
                Ok(keys) => accepted.push(Accepted { entry, keys }),
                Err(problem) => {
                    refused.push(Refused { file: entry.file, suppression: entry.id, problem });
                }
            }
        }
        (Self::of(accepted), refused)
    }

    /// Takes entries that [`Suppressions::accepted`] returned, from wherever they were since.
    #[must_use]
    pub fn of(accepted: Vec<Accepted>) -> Self {
        let mut suppressions = Self::default();
        for (number, Accepted { entry, keys }) in accepted.iter().enumerate() {
            for key in keys {
                suppressions.by_rule.entry(key.clone()).or_default().push(number);
            }
            let Entry { id, owner, reason, expires, file, .. } = entry.clone();
            suppressions.list.push(Suppression { id, owner, reason, expires, file });
        }
        suppressions.conditions = RuleSet::load(accepted.iter().map(|one| condition(&one.entry))).rules;
        suppressions.accepted = accepted;
        suppressions
    }

    /// Reads a JSON list of what [`Suppressions::accepted`] returned.
    ///
    /// # Errors
    /// If it is none.
    pub fn from_json(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text).map(Self::of)
    }

    /// Returns the entries, to be kept and given to [`Suppressions::of`].
    #[must_use]
    pub fn accepted(&self) -> &[Accepted] {
        &self.accepted
    }

    /// Returns these and `more`; of two with one id, the one of `more`.
    #[must_use]
    pub fn with(&self, more: Vec<Accepted>) -> Self {
        let replaced: BTreeSet<_> = more.iter().map(|one| one.entry.id.clone()).collect();
        let kept = self.accepted.iter().filter(|one| !replaced.contains(&one.entry.id)).cloned();
        Self::of(kept.chain(more).collect())
    }

    /// Returns the suppression that hides a match of the rule with this key on `record`, if one does.
    ///
    /// Of a correlation, what is hidden is the record: it does not count.
    #[must_use]
    pub fn suppressing(&self, rule_key: &str, record: &Value, now: Timestamp) -> Option<&Suppression> {
        let numbers = self.by_rule.get(rule_key)?;
        let mut about = numbers.iter().filter_map(|number| self.list.get(*number));
        let today = day(now);
        if !about.clone().any(|one| today <= one.expires) {
            return None;
        }
        let holding = self.conditions.evaluate(record);
        about.find(|one| today <= one.expires && holding.iter().any(|found| found.rule.key() == one.id))
    }

    /// Returns those that have expired: they do not apply.
    pub fn expired(&self, now: Timestamp) -> impl Iterator<Item = &Suppression> {
        let today = day(now);
        self.list.iter().filter(move |one| one.expires < today)
    }

    /// Returns all, expired ones as well.
    #[must_use]
    pub fn all(&self) -> &[Suppression] {
        &self.list
    }
}

/// Returns the keys of the rules that `entry` is about.
fn judge(
    entry: &Entry,
    rules: &RuleSet,
    firings: &[Firing<'_>],
    now: Timestamp,
) -> Result<Vec<String>, Problem> {
    for (name, text) in [("id", &entry.id), ("owner", &entry.owner), ("reason", &entry.reason)] {
        if text.trim().is_empty() {
            return Err(Problem::Empty(name));
        }
    }
    let latest = day(now).saturating_add(1.year());
    if entry.expires > latest {
        return Err(Problem::TooLong { latest });
    }
    let keys = keys(entry, rules)?;
    let loaded = RuleSet::load([condition(entry)]);
    if let Some(rejected) = loaded.rejected.first() {
        return Err(Problem::When(rejected.reason.to_string()));
    }
    for firing in firings {
        for name in firing.rules {
            let is_about = rules.rule(name).is_some_and(|rule| keys.iter().any(|key| key == rule.key()));
            let hides = |record: &Value| !loaded.rules.evaluate(record).is_empty();
            if is_about && firing.records.iter().any(hides) {
                return Err(Problem::HidesProof { rule: name.clone(), what: firing.what.to_owned() });
            }
        }
    }
    Ok(keys)
}

fn keys(entry: &Entry, rules: &RuleSet) -> Result<Vec<String>, Problem> {
    let names = entry.rule.as_slice();
    if names.is_empty() {
        return Err(Problem::Empty("rule"));
    }
    let mut keys = Vec::new();
    for name in names {
        let rule = rules.rule(name).ok_or_else(|| Problem::UnknownRule(name.clone()))?;
        let events = rules.required_events().find(|events| std::ptr::eq(events.rule, rule));
        if let Some(events) = events.filter(|events| !events.is_reported) {
            let correlations = events.correlations.iter().map(|one| one.name.as_deref().unwrap_or(one.key()));
            let correlations = correlations.collect::<Vec<_>>().join(", ");
            return Err(Problem::NotReported { rule: name.clone(), correlations });
        }
        keys.push(rule.key().to_owned());
    }
    Ok(keys)
}

/// `when` as a rule of its own: so it means what it means in rules.
fn condition(entry: &Entry) -> Document {
    let logsource = json!({"product": "aws", "service": "cloudtrail"});
    let rule = json!({"title": entry.id, "id": entry.id, "logsource": logsource, "detection": entry.when});
    Document::new(entry.file.clone(), 1, rule)
}

fn day(now: Timestamp) -> Date {
    now.to_zoned(TimeZone::UTC).date()
}
