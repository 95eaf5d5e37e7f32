//! The values of a request or its answer, and which of them a template's variable may mean.

use serde_json::Value;
use std::collections::BTreeSet;
use trailreflex_actions::Action;

/// Most values that are looked at, and most objects within each other.
const MAX_VALUES: usize = 2_000;
const MAX_DEPTH: usize = 8;
/// Longer texts name nothing, in bytes: S3's keys have at most 1,024.
const MAX_LENGTH: usize = 1_024;

/// Texts with their keys, wherever they are in a payload.
#[derive(Debug, Default)]
pub(crate) struct Values<'r> {
    all: Vec<Found<'r>>,
}

#[derive(Debug)]
struct Found<'r> {
    key: &'r str,
    /// The key of the object that it is in; empty at the top.
    within: &'r str,
    text: &'r str,
}

/// What a value fills in for a variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) text: String,
    /// The resource's account, if the value names it.
    pub(super) account: Option<String>,
}

impl<'r> Values<'r> {
    pub(super) fn of(payload: Option<&'r Value>) -> Self {
        let mut values = Self::default();
        if let Some(payload) = payload {
            values.gather("", "", payload, 0);
        }
        values
    }

    fn gather(&mut self, within: &'r str, key: &'r str, value: &'r Value, depth: usize) {
        if depth > MAX_DEPTH || self.all.len() >= MAX_VALUES {
            return;
        }
        match value {
            Value::String(text) if !text.is_empty() && text.len() <= MAX_LENGTH => {
                self.all.push(Found { key, within, text });
            }
            Value::Array(items) => items.iter().for_each(|item| self.gather(within, key, item, depth + 1)),
            Value::Object(members) => {
                for (name, member) in members {
                    self.gather(key, name, member, depth + 1);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    /// Returns the values under the first of these names that has some, each once.
    pub(crate) fn find(&self, names: &[Name]) -> Vec<&'r str> {
        for name in names {
            let mut found = Vec::new();
            let mut seen = BTreeSet::new();
            for one in self.all.iter().filter(|one| name.is(one)) {
                if seen.insert(one.text) {
                    found.push(one.text);
                }
            }
            if !found.is_empty() {
                return found;
            }
        }
        Vec::new()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    pub(crate) fn arns(&self) -> impl Iterator<Item = &'r str> {
        self.all.iter().map(|found| found.text).filter(|text| text.starts_with("arn:"))
    }
}

/// What a value may be called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Name {
    /// So, wherever it is.
    Anywhere(String),
    /// So, as a parameter of the call itself.
    Parameter(&'static str),
    /// So, in an object that is called so.
    Within(&'static str, &'static str),
}

impl Name {
    fn is(&self, found: &Found<'_>) -> bool {
        match self {
            Self::Anywhere(name) => is_normal(name, found.key),
            Self::Parameter(name) => found.within.is_empty() && is_normal(name, found.key),
            Self::Within(object, name) => is_normal(object, found.within) && is_normal(name, found.key),
        }
    }
}

/// Whether `name` is the normal form of `key`.
fn is_normal(name: &str, key: &str) -> bool {
    let signs = key.bytes().filter(u8::is_ascii_alphanumeric).map(|sign| sign.to_ascii_lowercase());
    signs.eq(name.bytes())
}

/// Lower case, letters and digits only: services spell `functionName`, `FunctionName`, `dBInstanceIdentifier`.
fn normal(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|sign| sign.to_ascii_lowercase()).collect()
}

/// What templates call otherwise than requests do.
const OTHER_NAMES: [(&str, &str); 6] = [
    ("objectname", "key"),
    ("queuename", "queueurl"),
    ("securitygroupid", "groupid"),
    ("snapshotname", "dbsnapshotidentifier"),
    ("clustersnapshotname", "dbclustersnapshotidentifier"),
    ("groupfriendlyname", "autoscalinggroupname"),
];

/// Endings of names that mean the same.
const ENDINGS: [&str; 4] = ["name", "identifier", "id", "arn"];

/// Returns what the value of a variable may be called, the likeliest first. `kind` is the type of resource if the variable is the
/// only one of its template; `is_only` says that the action takes no other type, so that a mere `name` is meant.
pub(super) fn names(variable: &str, kind: &str, is_only: bool) -> Vec<Name> {
    let variable = normal(variable);
    let bare = variable.strip_suffix("withpath").or_else(|| variable.strip_suffix("withoutleadingslash"));
    let variable = bare.unwrap_or(&variable);
    let stem = ENDINGS.iter().find_map(|ending| variable.strip_suffix(ending)).filter(|stem| stem.len() > 2);
    let mut names = vec![variable.to_owned()];
    let other = OTHER_NAMES.iter().filter(|(name, _)| *name == variable);
    names.extend(other.map(|(_, name)| (*name).to_owned()));
    for stem in stem.into_iter().map(str::to_owned).chain([normal(kind)]).filter(|stem| !stem.is_empty()) {
        names.extend(ENDINGS.iter().map(|ending| format!("{stem}{ending}")));
        names.push(stem);
    }
    let mut names: Vec<Name> = names.into_iter().map(Name::Anywhere).collect();
    if is_only && !kind.is_empty() {
        names.extend(["name", "arn", "id", "resourcearn", "resourceid"].map(Name::Parameter));
    }
    names
}

impl Part {
    /// Reads a value; nothing if it names the resource otherwise than its ARN does.
    pub(super) fn of(action: Action, kind: &str, value: &str) -> Option<Self> {
        let part = |text: &str, account: Option<&str>| {
            Some(Self { text: text.to_owned(), account: account.map(str::to_owned) })
        };
        if value.starts_with("arn:") {
            return None;
        }
        match action.service() {
            "kms" if value.starts_with("alias/") => (kind == "alias")
                .then(|| value.strip_prefix("alias/"))
                .flatten()
                .and_then(|name| part(name, None)),
            "sqs" if value.contains("://") => {
                let mut parts = value.rsplit('/');
                let (name, account) = (parts.next()?, parts.next()?);
                part(name, Some(account).filter(|account| trailreflex_access::is_account_id(account)))
            }
            "lambda" if value.contains(":function:") => {
                let (before, name) = value.split_once(":function:")?;
                part(
                    name,
                    before.rsplit(':').next().filter(|account| trailreflex_access::is_account_id(account)),
                )
            }
            "ssm" if kind == "parameter" => part(value.trim_start_matches('/'), None),
            _ => part(value, None),
        }
    }
}

/// Returns what a resource may be called whose name is known and the rest of its ARN is not.
pub(super) fn called(action: Action, kind: &str, arn: String) -> Vec<String> {
    // The names of IAM are told without their paths, and are unique in an account whatever the path.
    if arn.contains(":iam::") && ["group", "instance-profile", "policy", "role", "user"].contains(&kind) {
        let with_path = arn.rsplit_once('/').map(|(before, name)| format!("{before}/*/{name}"));
        return [Some(arn), with_path].into_iter().flatten().collect();
    }
    // Secrets Manager puts a hyphen and six characters of its own behind the name.
    if action.service() == "secretsmanager" {
        return vec![format!("{arn}-??????")];
    }
    vec![arn]
}
