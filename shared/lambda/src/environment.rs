//! Configuration from environment variables: read once, all problems reported at once.

use std::cell::RefCell;
use std::fmt::{Debug, Display};
use std::str::FromStr;
use trailreflex_aws::Entrance;

/// Gives the value of a variable, if it has one.
type Lookup = Box<dyn Fn(&str) -> Option<String>>;

/// The environment of a function, with the problems found so far.
pub struct Environment {
    lookup: Lookup,
    problems: RefCell<Vec<String>>,
}

/// The configuration cannot be used: every problem, not only the first.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the function's environment is not usable; correct the stack's parameters: {}", .0.join("; "))]
pub struct InvalidConfiguration(pub Vec<String>);

impl Debug for Environment {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The lookup could reveal values.
        formatter.debug_struct("Environment").field("problems", &self.problems).finish_non_exhaustive()
    }
}

impl Environment {
    /// The environment of this process.
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the environment")]
    #[must_use]
    pub fn of_process() -> Self {
        Self::new(|name| std::env::var(name).ok())
    }

    /// An environment from a lookup.
    pub fn new(lookup: impl Fn(&str) -> Option<String> + 'static) -> Self {
        Self { lookup: Box::new(lookup), problems: RefCell::default() }
    }

    /// Returns the text of a variable; an empty one counts as absent.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<String> {
        (self.lookup)(name).filter(|text| !text.trim().is_empty())
    }

    /// Reads a variable that must be there.
    pub fn required<T: FromStr<Err: Display>>(&self, name: &str) -> Option<T> {
        let Some(text) = self.text(name) else {
            self.problem(format!("{name} is missing"));
            return None;
        };
        self.parse(name, &text)
    }

    /// Reads a variable that has a default.
    pub fn or_default<T: FromStr<Err: Display>>(&self, name: &str, default: T) -> Option<T> {
        self.text(name).map_or(Some(default), |text| self.parse(name, &text))
    }

    /// Reads a variable that may be absent or empty.
    pub fn optional<T: FromStr<Err: Display>>(&self, name: &str) -> Option<Option<T>> {
        self.text(name).map_or(Some(None), |text| self.parse(name, &text).map(Some))
    }

    /// Reads a comma-separated list; absent or empty is an empty list, one bad entry is a problem.
    pub fn list<T: FromStr<Err: Display>>(&self, name: &str) -> Option<Vec<T>> {
        let text = self.text(name).unwrap_or_default();
        let entries = text.split(',').map(str::trim).filter(|entry| !entry.is_empty());
        entries.map(|entry| self.parse(name, entry)).collect()
    }

    /// Reads how member accounts are entered, `MEMBER_ROLE` and `MEMBER_EXTERNAL_ID`. Without any members nothing is needed.
    pub fn entrance(&self, has_members: bool) -> Option<Option<Entrance>> {
        if !has_members {
            return Some(None);
        }
        let (role, external_id) = (self.required("MEMBER_ROLE"), self.required("MEMBER_EXTERNAL_ID"));
        Some(Some(Entrance { role: role?, external_id: external_id? }))
    }

    /// Notes a problem that the caller found in a value.
    pub fn problem(&self, problem: String) {
        self.problems.borrow_mut().push(problem);
    }

    /// Ends the reading.
    ///
    /// # Errors
    /// [`InvalidConfiguration`] with every problem.
    pub fn finish<T>(self, value: Option<T>) -> Result<T, InvalidConfiguration> {
        let problems = self.problems.into_inner();
        value.filter(|_| problems.is_empty()).ok_or(InvalidConfiguration(problems))
    }

    fn parse<T: FromStr<Err: Display>>(&self, name: &str, text: &str) -> Option<T> {
        text.parse().map_err(|error| self.problem(format!("{name}: {error}"))).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(pairs: &'static [(&str, &str)]) -> Environment {
        let find =
            |name: &str| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        Environment::new(find)
    }

    #[test]
    fn every_problem_is_reported_at_once() {
        let environment = environment(&[("COUNT", "many"), ("LIST", "1, x,,2")]);
        let read = (|| {
            let count = environment.required::<u8>("COUNT");
            let name = environment.required::<String>("NAME");
            let list = environment.list::<u8>("LIST");
            Some((count?, name?, list?))
        })();
        let problems = environment.finish(read).unwrap_err().0;
        assert_eq!(
            problems,
            [
                "COUNT: invalid digit found in string",
                "NAME is missing",
                "LIST: invalid digit found in string"
            ]
        );
    }

    #[test]
    fn an_empty_variable_counts_as_absent() {
        let environment = environment(&[("A", " "), ("B", "")]);
        let read = Some((environment.or_default("A", 7_u8), environment.list::<u8>("B")));
        assert_eq!(environment.finish(read).unwrap(), (Some(7), Some(Vec::new())));
    }
}
