//! The correlation section of a document.

use serde_json::{Map, Value};

use super::threshold::Threshold;
use super::{Correlation, GroupField, Kind, Reference, Statistic};
use crate::condition::Condition;
use crate::field::FieldPath;
use crate::reject::Reason;
use crate::rule::{self, Rule};

/// Longest time span: ten years, so that times cannot overflow.
const MAX_TIMESPAN_MS: i64 = 10 * 366 * 24 * 60 * 60 * 1000;

/// A correlation whose rules have not been looked up yet.
#[derive(Debug)]
pub(crate) struct ParsedCorrelation {
    pub(crate) rule: Rule,
    /// The ids or names of its rules.
    pub(crate) names: Vec<String>,
    kind: Kind,
    group_by: Vec<GroupField>,
    timespan_ms: i64,
    generate: bool,
}

impl ParsedCorrelation {
    /// Reads `section`.
    pub(crate) fn parse(rule: Rule, section: &Map<String, Value>) -> Result<Self, Reason> {
        let kind_name = rule::text(section, "type")?.ok_or(Reason::Missing("correlation.type"))?;
        let condition = section.get("condition").filter(|condition| !condition.is_null());
        let mut names = rule::texts(section, "rules")?;
        if names.is_empty()
            && let (Some(Value::String(text)), true) = (condition, kind_name.starts_with("temporal"))
        {
            names = condition_names(text);
        }
        if names.is_empty() {
            return Err(Reason::Missing("correlation.rules"));
        }
        if let Some(twice) =
            (1..).zip(&names).find(|(next, name)| names.iter().skip(*next).any(|one| one == *name))
        {
            return Err(bad(format!("names the rule `{}` twice", twice.1)));
        }
        let timespan = rule::text(section, "timespan")?.ok_or(Reason::Missing("correlation.timespan"))?;
        let timespan_ms = milliseconds(&timespan).ok_or_else(|| {
            bad(format!("`{timespan}` is not a time span such as `30s`, `15m`, `1h` or `7d`"))
        })?;
        let generate = match section.get("generate") {
            None | Some(Value::Null) => false,
            Some(Value::Bool(generate)) => *generate,
            Some(Value::Number(_) | Value::String(_) | Value::Array(_) | Value::Object(_)) => {
                return Err(Reason::WrongType { key: "generate".to_owned(), expected: "true or false" });
            }
        };
        let kind = kind(&kind_name, condition, &names)?;
        let group_by = group_by(section, &names)?;
        Ok(Self { rule, names, kind, group_by, timespan_ms, generate })
    }

    /// Returns the fields of records that it asks for.
    pub(crate) fn fields(&self) -> impl Iterator<Item = &FieldPath> {
        let counted = match &self.kind {
            Kind::ValueCount(fields, _) => fields.as_slice(),
            Kind::Statistic(_, field, _) => std::slice::from_ref(field),
            Kind::EventCount(_) | Kind::Temporal(_) | Kind::TemporalCount(_) | Kind::TemporalOrdered => &[],
        };
        self.group_by.iter().flat_map(|field| &field.paths).chain(counted)
    }

    /// Finishes it with what its names refer to, in the same order.
    pub(crate) fn resolve(self, references: Vec<Reference>) -> Correlation {
        Correlation {
            rule: self.rule,
            kind: self.kind,
            references,
            group_by: self.group_by,
            timespan_ms: self.timespan_ms,
            generate: self.generate,
            carried: Vec::new(),
        }
    }
}

fn bad(problem: String) -> Reason {
    Reason::BadCorrelation(problem)
}

fn kind(name: &str, condition: Option<&Value>, names: &[String]) -> Result<Kind, Reason> {
    let map = |others: &[&str]| match condition {
        Some(Value::Object(map)) => {
            Threshold::parse(map, others).map(|threshold| (map, threshold)).map_err(bad)
        }
        None => Err(Reason::Missing("correlation.condition")),
        Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_)) => {
            Err(Reason::WrongType { key: "condition".to_owned(), expected: "a map" })
        }
    };
    let fields = |map: &Map<String, Value>| {
        let fields = rule::texts(map, "field")?;
        if fields.is_empty() { Err(Reason::Missing("correlation.condition.field")) } else { Ok(fields) }
    };
    let statistic = |statistic| {
        let (map, threshold) = map(&["field"])?;
        Ok(Kind::Statistic(statistic, only(&fields(map)?)?, threshold))
    };
    match name {
        "event_count" => map(&[]).map(|(_, threshold)| Kind::EventCount(threshold)),
        "value_count" => {
            let (map, threshold) = map(&["field"])?;
            let fields = fields(map)?;
            Ok(Kind::ValueCount(fields.iter().map(|field| FieldPath::new(field)).collect(), threshold))
        }
        "value_sum" => statistic(Statistic::Sum),
        "value_avg" => statistic(Statistic::Average),
        "value_median" => statistic(Statistic::Percentile(50.0)),
        "value_percentile" => {
            let (map, threshold) = map(&["field", "percentile"])?;
            let percent = map
                .get("percentile")
                .and_then(Value::as_f64)
                .filter(|percent| (0.0..=100.0).contains(percent))
                .ok_or_else(|| {
                    bad("`value_percentile` needs `percentile`, from 0 to 100, in its condition".to_owned())
                })?;
            Ok(Kind::Statistic(Statistic::Percentile(percent), only(&fields(map)?)?, threshold))
        }
        "temporal" => match condition {
            None => Ok(Kind::TemporalCount(Threshold::at_least(names.len()))),
            Some(Value::String(text)) => temporal(text, names),
            Some(_) => map(&[]).map(|(_, threshold)| Kind::TemporalCount(threshold)),
        },
        "temporal_ordered" => match condition {
            None => Ok(Kind::TemporalOrdered),
            Some(_) => ordered(&map(&[])?.1, names.len()),
        },
        unknown => Err(bad(format!("`{unknown}` is not a type of correlation"))),
    }
}

/// Accepts a condition that says no more than that all rules must match.
fn ordered(threshold: &Threshold, rules: usize) -> Result<Kind, Reason> {
    let count = |count: usize| crate::number::Number::Integer(i128::try_from(count).unwrap_or(i128::MAX));
    if threshold.admits(count(rules)) && !threshold.admits(count(rules.saturating_sub(1))) {
        return Ok(Kind::TemporalOrdered);
    }
    Err(bad("an order of only some of the rules has no defined meaning".to_owned()))
}

fn only(fields: &[String]) -> Result<FieldPath, Reason> {
    match fields {
        [field] => Ok(FieldPath::new(field)),
        _ => Err(bad("only `value_count` may have several fields".to_owned())),
    }
}

/// Compiles a condition over the names of rules.
fn temporal(text: &str, names: &[String]) -> Result<Kind, Reason> {
    let lower = |word: &str| match word {
        "AND" | "OR" | "NOT" => word.to_ascii_lowercase(),
        _ => word.to_owned(),
    };
    let text = text.replace('(', " ( ").replace(')', " ) ");
    let text = text.split_whitespace().map(lower).collect::<Vec<_>>().join(" ");
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    Condition::parse(&text, &names).map(Kind::Temporal)
}

/// Returns the words of a condition that are names.
fn condition_names(text: &str) -> Vec<String> {
    let words = text.split(|one: char| one.is_whitespace() || one == '(' || one == ')');
    let operators = ["and", "or", "not", "AND", "OR", "NOT", ""];
    let mut names: Vec<String> = Vec::new();
    for word in words.filter(|word| !operators.contains(word)) {
        if !names.iter().any(|name| name == word) {
            names.push(word.to_owned());
        }
    }
    names
}

/// Reads the group-by fields; an alias stands for a field of its own in each rule.
fn group_by(section: &Map<String, Value>, names: &[String]) -> Result<Vec<GroupField>, Reason> {
    let no_aliases = Map::new();
    let aliases = match section.get("aliases") {
        None | Some(Value::Null) => &no_aliases,
        Some(Value::Object(aliases)) => aliases,
        Some(Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_)) => {
            return Err(Reason::WrongType { key: "aliases".to_owned(), expected: "a map" });
        }
    };
    let field = |name: String| {
        let alias = aliases.get(&name);
        let path = |rule: &String| match alias {
            None => Ok(FieldPath::new(&name)),
            Some(alias) => match alias.get(rule).and_then(Value::as_str) {
                Some(own) => Ok(FieldPath::new(own)),
                None => Err(bad(format!("the alias `{name}` does not say what it is in the rule `{rule}`"))),
            },
        };
        let paths = names.iter().map(path).collect::<Result<_, _>>()?;
        Ok(GroupField { name, paths })
    };
    rule::texts(section, "group-by")?.into_iter().map(field).collect()
}

fn milliseconds(timespan: &str) -> Option<i64> {
    let unit = timespan.chars().next_back()?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 60 * 60,
        'd' => 24 * 60 * 60,
        'w' => 7 * 24 * 60 * 60,
        _ => return None,
    };
    let count: i64 = timespan.strip_suffix(unit)?.parse().ok()?;
    count.checked_mul(seconds * 1000).filter(|span| (1..=MAX_TIMESPAN_MS).contains(span))
}
