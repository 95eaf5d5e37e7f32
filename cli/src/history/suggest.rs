//! Suppressions that history suggests. A person has to want them: they have no owner yet.

use super::{History, OfRule, Principal, Tally};
use crate::args::{Habit, RuleSelection};
use crate::suppressing::{all_proofs, firings, now};
use crate::terminal::safe_json;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde_json::{Map, Value, json};
use trailreflex_detection::{Level, RuleSet};
use trailreflex_pages::SuggestedSuppression;
use trailreflex_suppression::{Entry, Firing, Names, Refused, Suppressions};

/// How long a suggestion would apply.
const DAYS: i32 = 90;
/// What stands for the owner while a suggestion is held against proofs.
const NOBODY_YET: &str = "nobody yet";

/// A suppression that would hide what somebody does habitually.
#[derive(Debug, Clone)]
pub(crate) struct Suggestion {
    /// The rule's key.
    pub(crate) rule: String,
    /// What would be written, but for the owner.
    pub(crate) entry: Entry,
    /// How many findings it would have hidden, of how many.
    pub(crate) hides: usize,
    pub(crate) of: usize,
}

/// Returns what `history` suggests of these rules and what proves them does not speak against, by rule; and what it does.
///
/// # Errors
/// If the proofs of a rule cannot be read.
pub(crate) fn suggested(
    history: &History<'_>,
    habit: Habit,
    (rules, selection): (&RuleSet, &RuleSelection),
) -> anyhow::Result<(Vec<Suggestion>, Vec<Refused>)> {
    let (proofs, now) = (all_proofs(selection)?, now());
    Ok(validated(suggestions(history, habit, now), rules, &firings(&proofs), now))
}

/// Returns what `history` suggests, by rule.
///
/// Nothing for critical rules, nothing for root users, nothing for who fired a rule on one day only.
fn suggestions(history: &History<'_>, habit: Habit, now: Timestamp) -> Vec<Suggestion> {
    let expires = now.to_zoned(TimeZone::UTC).date().saturating_add(DAYS.days());
    let mut found: Vec<Suggestion> = Vec::new();
    for of_rule in history.rules.values().filter(|of_rule| of_rule.rule.level < Level::Critical) {
        for (principal, tally) in of_rule.top() {
            if !is_habit(of_rule, principal, tally, habit) {
                continue;
            }
            let mut suggestion = suggestion(of_rule, principal, tally, expires);
            let id = suggestion.entry.id.clone();
            let mut number = 2;
            while found.iter().any(|known| known.entry.id == suggestion.entry.id) {
                suggestion.entry.id = format!("{id}-{number}");
                number += 1;
            }
            found.push(suggestion);
        }
    }
    found
}

fn is_habit(of_rule: &OfRule<'_>, principal: &Principal, tally: &Tally, habit: Habit) -> bool {
    let min_days = usize::try_from(habit.min_days).unwrap_or(usize::MAX).max(2);
    let share = usize::try_from(habit.min_share).unwrap_or(100);
    let is_often = tally.count.saturating_mul(100) >= of_rule.all.count.saturating_mul(share);
    !principal.is_root && tally.days.len() >= min_days && is_often
}

fn suggestion(of_rule: &OfRule<'_>, principal: &Principal, tally: &Tally, expires: Date) -> Suggestion {
    let rule = of_rule.rule;
    let name = rule.name.as_deref().unwrap_or(rule.key());
    let mut caller = Map::new();
    for (field, value) in &principal.fields {
        caller.insert(field.clone(), plain(value).into());
    }
    // Somebody who always comes with one program: with another it is worth telling.
    let mut programs = tally.programs.iter().filter(|program| !program.is_empty());
    if let (Some(program), None) = (programs.next(), programs.next()) {
        caller.insert("userAgent|startswith".to_owned(), plain(program).into());
    }
    let (days, count, of) = (tally.days.len(), tally.count, of_rule.all.count);
    let who = principal.fields.last().map_or("", |(_, value)| value);
    let who = who.rsplit(['/', ':']).next().unwrap_or_default();
    let is_plain = |sign: &char| sign.is_ascii_alphanumeric() || matches!(sign, '-' | '_' | '.');
    let who: String = who.chars().filter(is_plain).take(40).collect();
    let mut when = Map::new();
    when.insert("caller".to_owned(), Value::Object(caller));
    when.insert("condition".to_owned(), "caller".into());
    let entry = Entry {
        id: format!("{name}-{who}"),
        rule: Names::One(name.to_owned()),
        when,
        owner: NOBODY_YET.to_owned(),
        reason: format!("fired it {count} times of {of}, on {days} days"),
        expires,
        file: "suggestion".to_owned(),
    };
    Suggestion { rule: rule.key().to_owned(), entry, hides: count, of }
}

/// Escapes what stands for other signs in Sigma.
fn plain(value: &str) -> String {
    value.replace('\\', "\\\\").replace('*', "\\*").replace('?', "\\?")
}

/// Holds suggestions against rules and what proves them, and returns those that would be accepted; and the others.
fn validated(
    suggestions: Vec<Suggestion>,
    rules: &RuleSet,
    firings: &[Firing<'_>],
    now: Timestamp,
) -> (Vec<Suggestion>, Vec<Refused>) {
    let entries = suggestions.iter().map(|suggestion| suggestion.entry.clone()).collect();
    let (_, refused) = Suppressions::new(entries, rules, firings, now);
    let is_refused = |id: &str| refused.iter().any(|one| one.suppression == id);
    let kept = suggestions.into_iter().filter(|suggestion| !is_refused(&suggestion.entry.id)).collect();
    (kept, refused)
}

/// Returns a file of suppressions, without owners.
pub(crate) fn file_of(suggested: &[Suggestion]) -> String {
    let entries = suggested.iter().map(|one| {
        let Suggestion { hides, of, .. } = one;
        format!("    # would have hidden {hides} of {of}\n{}\n", one.to_yaml())
    });
    std::iter::once("suppressions:\n".to_owned()).chain(entries).collect()
}

impl Suggestion {
    /// Returns it as a page shows it.
    pub(crate) fn for_page(&self) -> SuggestedSuppression {
        let caller = self.entry.when.get("caller").and_then(Value::as_object);
        let values: Vec<_> = caller.into_iter().flatten().filter_map(|(_, value)| value.as_str()).collect();
        SuggestedSuppression {
            rule: self.entry.rule.as_slice().first().cloned().unwrap_or_default(),
            who: values.join(" "),
            hides: self.hides,
            of: self.of,
            yaml: self.to_yaml(),
        }
    }

    /// Returns it as an entry of a file of suppressions. Every value is quoted as in JSON, which is YAML as well: none
    /// can become anything else.
    pub(crate) fn to_yaml(&self) -> String {
        let Entry { id, rule, when, reason, expires, .. } = &self.entry;
        let quoted = |value: Value| safe_json(&value.to_string()).into_owned();
        let rule = rule.as_slice().first().cloned().unwrap_or_default();
        let mut lines = vec![
            format!("    - id: {}", quoted(json!(id))),
            format!("      rule: {}", quoted(json!(rule))),
            "      when:".to_owned(),
            "          caller:".to_owned(),
        ];
        let caller = when.get("caller").and_then(Value::as_object);
        for (field, value) in caller.into_iter().flatten() {
            lines.push(format!("              {}: {}", quoted(json!(field)), quoted(value.clone())));
        }
        lines.push("          condition: caller".to_owned());
        lines.push("      owner: \"\" # who answers for it".to_owned());
        lines.push(format!("      reason: {} # and why that is no reason to worry", quoted(json!(reason))));
        lines.push(format!("      expires: {expires}"));
        lines.join("\n")
    }
}
