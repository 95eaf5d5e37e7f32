//! A resource policy as the set of its parts, each a line of JSON that is the same however the policy was written: so that
//! one statement can be told from the others, be taken out, and be put back.
//!
//! Services write a policy back in another order, with other blanks, and with the ARN of an account's root for the account's
//! number. In a part, keys and lists are sorted, a list of one is its item, an account is its number, and everybody is
//! `{"AWS":"*"}`. Source: IAM User Guide, "Grammar of the IAM JSON policy language", "AWS JSON policy elements: Principal".

use crate::external::{Target, Zone, decide};
use crate::parse::NotAPolicy;
use crate::policy::Policy;
use crate::principal::Principal;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};
use trailreflex_model::digest;

/// The parts of a policy: its statements, and one object each for `Version` and `Id`. Empty if there is no policy.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parts(BTreeSet<String>); // INVARIANT: JSON objects, canonical

/// Why a statement is left as it is although somebody outside has been added by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotClosed {
    /// Whom it lets in cannot be told.
    #[error("it cannot be told whom a statement lets in")]
    Unclear,
}

impl Parts {
    /// Takes a policy apart; an empty text is no policy.
    ///
    /// # Errors
    /// If it is not a policy.
    pub fn of(text: &str) -> Result<Self, NotAPolicy> {
        if text.trim().is_empty() {
            return Ok(Self::default());
        }
        // Finds what is no policy, and keys that stand twice.
        Policy::from_text(text)?;
        let policy: Value =
            serde_json::from_str(text).map_err(|error| NotAPolicy::NotJson(error.to_string()))?;
        let elements = policy.as_object().into_iter().flatten();
        let mut parts = BTreeSet::new();
        for (name, value) in elements {
            match (name.as_str(), value) {
                ("Statement", Value::Array(statements)) => {
                    parts.extend(statements.iter().map(|one| canonical(one).to_string()));
                }
                ("Statement", statement) => _ = parts.insert(canonical(statement).to_string()),
                (_, value) => _ = parts.insert(Value::Object(only(name, value.clone())).to_string()),
            }
        }
        Ok(Self(parts))
    }

    /// Reads parts as [`lines`](Self::lines) gives them; whatever is not one is left out.
    pub fn from_lines(lines: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        let object = |line: &str| serde_json::from_str::<Value>(line).ok().filter(Value::is_object);
        Self(
            lines
                .into_iter()
                .filter_map(|line| Some(canonical(&object(line.as_ref())?).to_string()))
                .collect(),
        )
    }

    /// Returns the parts, each a JSON object, sorted.
    #[must_use]
    pub fn lines(&self) -> &BTreeSet<String> {
        &self.0
    }

    /// Puts the policy together; of several versions the latest counts. Empty if there is no statement.
    #[must_use]
    pub fn text(&self) -> String {
        let (statements, others): (Vec<Value>, Vec<Value>) = self.values().partition(is_statement);
        if statements.is_empty() {
            return String::new();
        }
        let others = others.iter().filter_map(Value::as_object).flatten();
        let mut policy: BTreeMap<&str, Value> =
            others.map(|(name, value)| (name.as_str(), value.clone())).collect();
        policy.insert("Statement", Value::Array(statements));
        let ordered = ["Version", "Id", "Statement"];
        let element = |name: &str| Some((name.to_owned(), policy.remove(name)?));
        Value::Object(ordered.into_iter().filter_map(element).collect()).to_string()
    }

    /// Returns a name for each statement that allows something: the same for the same statement, however it is written.
    #[must_use]
    pub fn fingerprints(&self) -> BTreeSet<String> {
        self.values().filter(allows).map(|statement| fingerprint(&statement.to_string())).collect()
    }

    /// Takes whoever is outside out of the statements that `added` names, by `Sid` or by fingerprint.
    ///
    /// Who is inside keeps what they had: of a list of principals the others stay, and everybody becomes the owner's own
    /// account. A statement that is for nobody inside is removed, and `Version` and `Id` with the last one.
    ///
    /// # Errors
    /// If it cannot be told whom one of the statements lets in.
    pub fn without_outsiders(
        &self,
        added: &BTreeSet<&str>,
        target: &Target,
        zone: &Zone,
    ) -> Result<Self, NotClosed> {
        let is_added = |line: &String, statement: &Value| {
            let sid = statement.get("Sid").and_then(Value::as_str).unwrap_or_default();
            added.contains(sid) || added.contains(fingerprint(line).as_str())
        };
        let denies: Vec<Value> = self.values().filter(|one| is_statement(one) && !allows(one)).collect();
        let mut kept = BTreeSet::new();
        for line in &self.0 {
            let Ok(statement) = serde_json::from_str::<Value>(line) else { continue };
            if !allows(&statement) || !is_added(line, &statement) {
                kept.insert(line.clone());
                continue;
            }
            kept.extend(inside(&statement, &denies, target, zone)?.map(|inside| inside.to_string()));
        }
        let kept = Self(kept);
        Ok(if kept.text().is_empty() { Self::default() } else { kept })
    }

    fn values(&self) -> impl Iterator<Item = Value> {
        self.0.iter().filter_map(|line| serde_json::from_str(line).ok())
    }
}

/// What is left of a statement for those inside; nothing if it is for nobody of them.
fn inside(
    statement: &Value,
    denies: &[Value],
    target: &Target,
    zone: &Zone,
) -> Result<Option<Value>, NotClosed> {
    let is_open = |statement: &Value| {
        let statements: Vec<_> = std::iter::once(statement).chain(denies).collect();
        let policy = serde_json::json!({"Version": "2012-10-17", "Statement": statements});
        let policy = Policy::from_text(&policy.to_string()).map_err(|_| NotClosed::Unclear)?;
        let verdict = decide(&policy, &[], target, zone);
        if verdict.unknown.is_some() { Err(NotClosed::Unclear) } else { Ok(verdict.is_external()) }
    };
    if !is_open(statement)? {
        return Ok(Some(statement.clone()));
    }
    let Some(narrower) = narrower(statement, zone) else { return Ok(None) };
    Ok(if is_open(&narrower)? { None } else { Some(narrower) })
}

/// The statement for those of its principals that are inside, if there are any.
fn narrower(statement: &Value, zone: &Zone) -> Option<Value> {
    let principals = statement.get("Principal")?.as_object()?;
    let mut kept = Map::new();
    for (kind, names) in principals {
        let names = names.as_array().map_or_else(|| vec![names.clone()], Clone::clone);
        let name = |name: &Value| {
            let is_inside = match (kind.as_str(), Principal::aws(name.as_str()?)) {
                ("Service", _) => true,
                ("AWS", Some(Principal::Everyone)) => return Some(Value::from(zone.account.clone())),
                ("AWS", Some(Principal::Account(account) | Principal::Arn { account, .. })) => {
                    zone.holds(&account)
                }
                (_, _) => false,
            };
            is_inside.then(|| name.clone())
        };
        let names: Vec<_> = names.iter().filter_map(name).collect();
        if !names.is_empty() {
            kept.insert(kind.clone(), Value::Array(names));
        }
    }
    if kept.is_empty() {
        return None;
    }
    let mut narrower = statement.as_object()?.clone();
    narrower.insert("Principal".to_owned(), Value::Object(kept));
    Some(canonical(&Value::Object(narrower)))
}

fn canonical(statement: &Value) -> Value {
    let mut statement = sorted(statement);
    if let Some(principal) = statement.get_mut("Principal") {
        *principal = principals(principal);
    }
    if let Some(principal) = statement.get_mut("NotPrincipal") {
        *principal = principals(principal);
    }
    statement
}

/// Sorts keys and lists, and writes what stands for a text as one.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(object) => {
            let object: BTreeMap<_, _> =
                object.iter().map(|(key, value)| (key.clone(), sorted(value))).collect();
            Value::Object(object.into_iter().collect())
        }
        Value::Array(items) => {
            let items: BTreeMap<String, Value> =
                items.iter().map(sorted).map(|item| (item.to_string(), item)).collect();
            let mut items: Vec<_> = items.into_values().collect();
            if items.len() == 1 { items.remove(0) } else { Value::Array(items) }
        }
        Value::Bool(_) | Value::Number(_) => Value::String(value.to_string()),
        Value::Null | Value::String(_) => value.clone(),
    }
}

fn principals(principal: &Value) -> Value {
    let account = |name: &Value| {
        let Some(Principal::Account(account)) = name.as_str().and_then(Principal::aws) else {
            return name.clone();
        };
        let is_root = name.as_str().is_some_and(|name| name == account || name.ends_with(":root"));
        if is_root { Value::String(account) } else { name.clone() }
    };
    let Some(kinds) = principal.as_object() else {
        return Value::Object(only("AWS", principal.clone()));
    };
    let accounts = |names: &Value| match names.as_array() {
        Some(names) => sorted(&Value::Array(names.iter().map(account).collect())),
        None => account(names),
    };
    let kind = |(kind, names): (&String, &Value)| {
        let names = if kind == "AWS" { accounts(names) } else { names.clone() };
        (kind.clone(), names)
    };
    Value::Object(kinds.iter().map(kind).collect())
}

fn only(name: &str, value: Value) -> Map<String, Value> {
    std::iter::once((name.to_owned(), value)).collect()
}

fn is_statement(part: &Value) -> bool {
    part.get("Effect").is_some()
}

fn allows(part: &Value) -> bool {
    part.get("Effect").and_then(Value::as_str) == Some("Allow")
}

fn fingerprint(line: &str) -> String {
    // No `Sid` has a colon.
    format!("statement:{}", digest(&[line]))
}
