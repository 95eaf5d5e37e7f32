//! Filters: an addition to the conditions of rules that somebody else wrote.
//!
//! The filter's condition is joined as it is written, so one that suppresses begins with `not`; the example in
//! the specification does not, and [`crate::lint`] points that out.

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::detection::Detection;
use crate::placeholders::Placeholders;
use crate::reject::Reason;
use crate::rule::{self, Rule};

/// A compiled filter.
#[derive(Debug)]
pub(crate) struct Filter {
    rules: Reach,
    pub(crate) detection: Arc<Detection>,
}

#[derive(Debug)]
enum Reach {
    Every,
    These(Vec<String>),
}

impl Filter {
    /// Compiles the `filter` section of a document.
    pub(crate) fn compile(section: &Map<String, Value>, placeholders: &Placeholders) -> Result<Self, Reason> {
        let names = match section.get("rules") {
            None | Some(Value::Null) => return Err(Reason::Missing("filter.rules")),
            Some(_) => rule::texts(section, "rules")?,
        };
        let every =
            names.is_empty() || matches!(names.as_slice(), [only] if only.eq_ignore_ascii_case("any"));
        let detection = Arc::new(Detection::compile(section, &["rules"], placeholders)?);
        Ok(Self { rules: if every { Reach::Every } else { Reach::These(names) }, detection })
    }

    /// Tells whether it is about `rule`.
    pub(crate) fn concerns(&self, rule: &Rule) -> bool {
        match &self.rules {
            Reach::Every => true,
            Reach::These(names) => names.iter().any(|name| rule.is_called(name)),
        }
    }

    /// Returns the rules it names, if it does not concern all.
    pub(crate) fn names(&self) -> &[String] {
        match &self.rules {
            Reach::Every => &[],
            Reach::These(names) => names,
        }
    }
}
