//! A query with holes, and one whose holes are filled.

use crate::parameter::{NotOfKind, Parameter};
use std::collections::BTreeMap;

/// Most rows that Logs Insights returns of a query. Source: CloudWatch Logs User Guide, "limit"; `StartQuery`.
pub const MAX_ROWS: u32 = 100_000;

/// A question to a trail's log group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Query {
    /// The first part of its logical id in the template.
    pub id: &'static str,
    /// What it is called on the command line.
    pub name: &'static str,
    /// What it is called in the console.
    pub title: &'static str,
    /// What it answers.
    pub answers: &'static str,
    /// What it asks for; between braces in `lines`.
    pub parameters: &'static [Parameter],
    /// Its commands, but for the limit.
    pub lines: &'static [&'static str],
    /// Most rows, unless somebody asks for another number.
    pub limit: u32,
}

/// A query that can be run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filled {
    /// The query in the language of Logs Insights.
    pub text: String,
    /// Most rows that it returns, 1–[`MAX_ROWS`].
    pub limit: u32,
}

/// Why a query cannot be run as it was asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejected {
    /// A parameter that it does not have.
    #[error("`{query}` has no parameter `{given}`; it has {known}")]
    Unknown {
        /// The query.
        query: &'static str,
        /// What was given, cut.
        given: String,
        /// What it has.
        known: String,
    },
    /// A parameter was given more than once.
    #[error("`{0}` was given twice")]
    Twice(&'static str),
    /// A parameter is missing.
    #[error("`{query}` needs --param {name}=…, {wanted}")]
    Missing {
        /// The query.
        query: &'static str,
        /// The parameter.
        name: &'static str,
        /// What it may be.
        wanted: &'static str,
    },
    /// A value is not what it may be.
    #[error("a parameter cannot be that")]
    Value(#[from] NotOfKind),
    /// Too many rows, or none.
    #[error("a query returns 1 to {MAX_ROWS} rows")]
    Limit,
}

impl Query {
    /// Returns the query of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        crate::QUERIES.iter().find(|query| query.name == name)
    }

    /// Returns the query with values in the place of its parameters, and at most `limit` rows if that is given.
    ///
    /// # Errors
    /// [`Rejected`] unless each parameter is given as it may be.
    pub fn fill<'t>(
        &self,
        values: impl IntoIterator<Item = (&'t str, &'t str)>,
        limit: Option<u32>,
    ) -> Result<Filled, Rejected> {
        let limit = limit.unwrap_or(self.limit);
        if !(1..=MAX_ROWS).contains(&limit) {
            return Err(Rejected::Limit);
        }
        let mut written = BTreeMap::new();
        for (name, value) in values {
            let parameter = self.parameters.iter().find(|one| one.name == name);
            let parameter = parameter.ok_or_else(|| self.unknown(name))?;
            if written.insert(parameter.name, parameter.written(value)?).is_some() {
                return Err(Rejected::Twice(parameter.name));
            }
        }
        let missing = |one: &&Parameter| !one.is_optional && !written.contains_key(one.name);
        if let Some(missing) = self.parameters.iter().find(missing) {
            let (name, wanted) = (missing.name, missing.kind.wanted());
            return Err(Rejected::Missing { query: self.name, name, wanted });
        }
        let mut lines: Vec<_> = self.lines.iter().filter_map(|line| filled(line, &written)).collect();
        lines.push(format!("limit {limit}"));
        Ok(Filled { text: lines.join("\n| "), limit })
    }

    /// Returns the lines of the query as it is saved: with examples for what must be given.
    #[must_use]
    pub fn example(&self) -> Vec<String> {
        let given = self.parameters.iter().filter(|one| !one.is_optional);
        let given: BTreeMap<_, _> = given.map(|one| (one.name, one.example.to_owned())).collect();
        let mut lines: Vec<_> = self.lines.iter().filter_map(|line| filled(line, &given)).collect();
        lines.push(format!("limit {}", self.limit));
        lines
    }

    /// Returns the names of what each row has, in order. A row leaves out what its record lacks.
    #[must_use]
    pub fn columns(&self) -> Vec<&'static str> {
        let command = |name: &str| self.lines.iter().find_map(|line| line.strip_prefix(name));
        let Some(counted) = command("stats ") else {
            return command("fields ").unwrap_or_default().split(", ").collect();
        };
        let (counts, groups) = counted.split_once(" by ").unwrap_or((counted, ""));
        let counts = counts.split(", ").filter_map(|count| Some(count.split_once(" as ")?.1));
        groups.split(", ").filter(|group| !group.is_empty()).chain(counts).collect()
    }

    fn unknown(&self, given: &str) -> Rejected {
        let known: Vec<_> = self.parameters.iter().map(|one| one.name).collect();
        let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
        Rejected::Unknown { query: self.name, given: given.chars().take(40).collect(), known }
    }
}

/// Fills a line; none if something in it was not given. Values are looked at once: braces in them mean nothing.
fn filled(line: &str, written: &BTreeMap<&'static str, String>) -> Option<String> {
    let mut text = String::new();
    let mut rest = line;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}')?;
        text.push_str(before);
        text.push_str(written.get(name)?);
        rest = after;
    }
    text.push_str(rest);
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Kind, QUERIES};

    fn text(name: &str, values: &[(&'static str, &'static str)]) -> Result<String, Rejected> {
        let query = Query::named(name).unwrap();
        query.fill(values.iter().copied(), Some(5)).map(|filled| filled.text)
    }

    #[test]
    fn a_query_is_filled_and_lines_about_what_is_not_given_are_left_out() {
        let without = "fields eventTime, userIdentity.arn, eventName, requestParameters.key, errorCode, sourceIPAddress, \
             additionalEventData.bytesTransferredOut\n\
             | filter eventSource = \"s3.amazonaws.com\" and requestParameters.bucketName = \"customer-data\"\n\
             | sort eventTime desc\n\
             | limit 5";
        assert_eq!(text("bucket", &[("bucket", "customer-data")]).as_deref(), Ok(without));
        let with = text("bucket", &[("prefix", "a/\"b"), ("bucket", "customer-data")]).unwrap();
        assert!(with.contains("\n| filter requestParameters.key like /^a\\x2f\\x22b/\n"), "{with}");
    }

    #[test]
    fn what_cannot_be_filled_is_refused_with_what_is_missing() {
        let key = ("key", "AKIAIOSFODNN7EXAMPLE");
        let says = |name, values: &[_]| text(name, values).unwrap_err().to_string();
        assert_eq!(says("denied", &[key]), "`denied` has no parameter `key`; it has none");
        assert_eq!(says("actor", &[key]), "`actor` has no parameter `key`; it has who");
        assert_eq!(says("actor", &[]), "`actor` needs --param who=…, an ARN, a name or a unique id");
        assert_eq!(text("access-key", &[key, key]), Err(Rejected::Twice("key")));
        let wanted = Kind::AccessKeyId.wanted();
        let refused = Rejected::Value(NotOfKind { name: "key", wanted });
        assert_eq!(text("access-key", &[("key", "x\"")]), Err(refused));
        for limit in [0, MAX_ROWS + 1] {
            assert_eq!(Query::named("denied").unwrap().fill([], Some(limit)), Err(Rejected::Limit));
        }
    }

    #[test]
    fn columns_are_what_is_shown_or_grouped_by_and_counted() {
        let columns = |name| Query::named(name).unwrap().columns();
        assert_eq!(columns("services"), ["eventSource", "bin(1h)", "calls", "errors"]);
        assert_eq!(columns("records"), ["@timestamp", "@message"]);
    }

    #[test]
    fn each_query_says_where_each_of_its_parameters_goes() {
        for query in &QUERIES {
            let lines = query.lines.join("\n");
            for parameter in query.parameters {
                let hole = format!("{{{}}}", parameter.name);
                assert!(lines.contains(&hole), "{} does not use {hole}", query.name);
                for (at, _) in lines.match_indices(&hole) {
                    let before = lines.get(..at).unwrap();
                    let line = before.rsplit('\n').next().unwrap();
                    // Texts are written for regular expressions, all else for strings.
                    let is_in_string = line.matches('"').count() % 2 == 1;
                    let is_in_expression = line.contains(" like /") && !is_in_string;
                    let right = if parameter.kind == Kind::Text { is_in_expression } else { is_in_string };
                    assert!(right, "{}: {line}", query.name);
                }
                let example = parameter.written(parameter.example);
                assert_eq!(example.as_deref(), Ok(parameter.example), "{} {}", query.name, parameter.name);
            }
            let holes = lines.matches('{').count();
            let known: usize =
                query.parameters.iter().map(|it| lines.matches(&format!("{{{}}}", it.name)).count()).sum();
            assert_eq!(holes, known, "{}", query.name);
            assert!(query.lines.iter().all(|line| !line.starts_with("limit")), "{}", query.name);
            assert!((1..=MAX_ROWS).contains(&query.limit) && !query.columns().is_empty(), "{}", query.name);
        }
    }
}
