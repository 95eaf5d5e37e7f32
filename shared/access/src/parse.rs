//! From JSON to a policy, and in plain words why not.

use crate::condition::Condition;
use crate::glob::{Glob, Reading};
use crate::json::Json;
use crate::policy::{Effect, Policy, Principals, Selection, Statement};
use crate::principal::Principal;
use std::collections::BTreeSet;

/// Why a policy cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAPolicy {
    /// No JSON, or nested too deeply.
    #[error("the policy is not JSON: {0}")]
    NotJson(String),
    /// A key stands twice, and readers differ in which one counts.
    #[error("the key `{0}` stands twice in one object; keep one of them")]
    DuplicateKey(String),
    /// Not an object with statements.
    #[error("the policy has to be an object with `Statement`")]
    NoStatements,
    /// An element of the policy or a statement is missing or of the wrong form.
    #[error("statement {statement}: {what}")]
    Statement {
        /// The statement's place, from 0.
        statement: usize,
        /// What is wrong.
        what: String,
    },
    /// An element of the policy that IAM does not know.
    #[error("the policy has an element `{0}` that IAM does not know")]
    UnknownElement(String),
    /// A version that IAM does not know.
    #[error("`Version` is `{0}` and has to be `2012-10-17` or `2008-10-17`")]
    Version(String),
}

impl Policy {
    /// Reads a policy's text.
    ///
    /// # Errors
    /// If it is not JSON or not a policy.
    pub fn from_text(text: &str) -> Result<Self, NotAPolicy> {
        let json: Json =
            serde_json::from_str(text).map_err(|error| NotAPolicy::NotJson(error.to_string()))?;
        Self::from_json(&json)
    }

    /// Reads a policy; a text is taken for the policy's JSON, as in CloudTrail's records.
    ///
    /// # Errors
    /// If it is not a policy.
    pub fn from_json(json: &Json) -> Result<Self, NotAPolicy> {
        if let Some(text) = json.text() {
            let inner = serde_json::from_str(text).map_err(|error| NotAPolicy::NotJson(error.to_string()))?;
            return if matches!(inner, Json::Text(_)) {
                Err(NotAPolicy::NoStatements)
            } else {
                Self::from_json(&inner)
            };
        }
        if let Some(key) = json.duplicate_key() {
            return Err(NotAPolicy::DuplicateKey(cut(key)));
        }
        let mut has_variables = false;
        let mut statements = None;
        for (key, value) in json.entries() {
            match key.as_str() {
                "Version" => match value.text() {
                    Some("2012-10-17") => has_variables = true,
                    Some("2008-10-17") => {}
                    other => return Err(NotAPolicy::Version(cut(other.unwrap_or("no text")))),
                },
                "Id" => {}
                "Statement" => statements = Some(value.items()),
                other => return Err(NotAPolicy::UnknownElement(cut(other))),
            }
        }
        let statements = statements.ok_or(NotAPolicy::NoStatements)?;
        let read = |(index, json)| {
            statement(index, json, has_variables)
                .map_err(|what| NotAPolicy::Statement { statement: index, what })
        };
        Ok(Self { statements: statements.iter().enumerate().map(read).collect::<Result<_, _>>()? })
    }
}

fn statement(index: usize, json: &Json, has_variables: bool) -> Result<Statement, String> {
    if !json.is_object() {
        return Err("has to be an object".to_owned());
    }
    let mut read = Statement {
        index,
        sid: None,
        effect: Effect::Deny,
        principals: Principals::Unstated,
        actions: Selection::Unstated,
        resources: Selection::Unstated,
        conditions: Vec::new(),
    };
    let mut has_effect = false;
    let mut elements = BTreeSet::new();
    for (key, value) in json.entries() {
        if !elements.insert(key.strip_prefix("Not").unwrap_or(key)) {
            return Err(format!("has both `{}` and its opposite", cut(key)));
        }
        match key.as_str() {
            "Sid" => read.sid = value.scalar(),
            "Effect" => {
                has_effect = true;
                read.effect = match value.text() {
                    Some("Allow") => Effect::Allow,
                    Some("Deny") => Effect::Deny,
                    Some(_) | None => return Err("`Effect` has to be `Allow` or `Deny`".to_owned()),
                };
            }
            "Principal" => read.principals = Principals::These(principals(value)?),
            "NotPrincipal" => read.principals = Principals::AllBut(principals(value)?),
            "Action" => read.actions = Selection::These(globs(key, value, true, false)?),
            "NotAction" => read.actions = Selection::AllBut(globs(key, value, true, false)?),
            "Resource" => read.resources = Selection::These(globs(key, value, false, has_variables)?),
            "NotResource" => read.resources = Selection::AllBut(globs(key, value, false, has_variables)?),
            "Condition" => read.conditions = conditions(value, has_variables)?,
            other => return Err(format!("has an element `{}` that IAM does not know", cut(other))),
        }
    }
    if !has_effect {
        return Err("has no `Effect`".to_owned());
    }
    if read.actions == Selection::Unstated {
        return Err("has neither `Action` nor `NotAction`".to_owned());
    }
    Ok(read)
}

fn globs(key: &str, json: &Json, fold: bool, variables: bool) -> Result<Vec<Glob>, String> {
    let reading = Reading { wildcards: true, variables, fold };
    let glob = |item: &Json| item.text().map(|text| Glob::parse(text, reading));
    let found: Option<Vec<_>> = json.items().iter().map(glob).collect();
    found.ok_or_else(|| format!("`{key}` has to be a text or a list of texts"))
}

fn principals(json: &Json) -> Result<Vec<Principal>, String> {
    if let Some(text) = json.text() {
        return match text {
            "*" => Ok(vec![Principal::Everyone]),
            other => Err(format!(
                "`{}` is no principal; write `*` or an object such as {{\"AWS\": …}}",
                cut(other)
            )),
        };
    }
    if !json.is_object() {
        return Err("`Principal` has to be `*` or an object".to_owned());
    }
    let mut found = Vec::new();
    for (kind, names) in json.entries() {
        for name in names.items() {
            let name = name.scalar().ok_or("a principal has to be a text")?;
            let principal = match kind.as_str() {
                "AWS" => {
                    Principal::aws(&name).ok_or_else(|| format!("`{}` is no principal of AWS", cut(&name)))?
                }
                "Service" => Principal::Service(name),
                "Federated" => Principal::Federated(name),
                "CanonicalUser" if name == "*" => Principal::Everyone,
                "CanonicalUser" => Principal::Canonical(name),
                other => return Err(format!("`{}` is no kind of principal", cut(other))),
            };
            found.push(principal);
        }
    }
    Ok(found)
}

fn conditions(json: &Json, has_variables: bool) -> Result<Vec<Condition>, String> {
    if !json.is_object() {
        return Err("`Condition` has to be an object".to_owned());
    }
    let mut found = Vec::new();
    for (operator, keys) in json.entries() {
        if !keys.is_object() {
            return Err(format!("`{}` has to be an object of condition keys", cut(operator)));
        }
        for (key, values) in keys.entries() {
            let values: Option<Vec<String>> = values.items().iter().map(Json::scalar).collect();
            let values = values.ok_or_else(|| format!("the values of `{}` have to be texts", cut(key)))?;
            found.push(Condition::new(operator, key, &values, has_variables));
        }
    }
    Ok(found)
}

/// At most 60 characters: policies are an attacker's choice.
pub(crate) fn cut(text: &str) -> String {
    text.chars().take(60).collect()
}
