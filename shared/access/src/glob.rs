//! Texts with `*`, `?` and policy variables, matched one character at a time.
//!
//! As automata they can be run side by side, which is how the search for external access finds out which combinations
//! of patterns one value can match.

mod relation;

use std::sync::Arc;

/// Characters that no id of an organization has.
pub(crate) const NOT_IN_IDS: [char; 3] = ['*', '?', '/'];

/// Places between the steps of a pattern, in order, each once.
pub(crate) type Places = Vec<usize>;

/// One step of a pattern.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Step {
    Is(char),
    /// A letter in either case; kept in lower case.
    Fold(char),
    Digit,
    Any,
    Many,
    /// One character of a component of an ARN.
    AnyInPart,
    /// Any number of characters of a component of an ARN.
    ManyInPart,
    /// One or more characters of an id: neither a wildcard nor a slash.
    Id,
    /// `${name}` or `${name, 'default'}`; the name in lower case.
    Variable {
        name: String,
        default: Option<String>,
        in_part: bool,
    },
}

/// Where a step leads with one more character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lead {
    Nowhere,
    /// Behind it.
    On,
    /// Before it again.
    Stay,
    Both,
}

impl Step {
    pub(crate) fn lead(&self, character: char) -> Lead {
        let (matches, lead) = match self {
            Self::Is(wanted) => (*wanted == character, Lead::On),
            Self::Fold(wanted) => (*wanted == character.to_ascii_lowercase(), Lead::On),
            Self::Digit => (character.is_ascii_digit(), Lead::On),
            Self::Any => (true, Lead::On),
            Self::AnyInPart => (character != ':', Lead::On),
            Self::Many | Self::Variable { in_part: false, .. } => (true, Lead::Stay),
            Self::ManyInPart | Self::Variable { in_part: true, .. } => (character != ':', Lead::Stay),
            Self::Id => (!NOT_IN_IDS.contains(&character), Lead::Both),
        };
        if matches { lead } else { Lead::Nowhere }
    }

    /// Returns whether no character at all is enough for it.
    pub(crate) fn is_optional(&self) -> bool {
        match self {
            Self::Many | Self::ManyInPart | Self::Variable { .. } => true,
            Self::Is(_) | Self::Fold(_) | Self::Digit | Self::Any | Self::AnyInPart | Self::Id => false,
        }
    }
}

/// What is special in a pattern's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Reading {
    /// `*` and `?`.
    pub(crate) wildcards: bool,
    /// `${…}`, which only policies of version 2012-10-17 have.
    pub(crate) variables: bool,
    /// Letters match in either case.
    pub(crate) fold: bool,
}

/// A pattern.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Glob {
    steps: Arc<[Step]>, // shared, since the search keeps many copies
}

impl Glob {
    pub(crate) fn parse(text: &str, reading: Reading) -> Self {
        let mut steps = Vec::new();
        read(text, reading, false, &mut steps);
        Self::from_steps(steps)
    }

    /// Reads a pattern of which each of the six components is matched by itself; `None` if there are fewer.
    pub(crate) fn parse_arn(text: &str, reading: Reading) -> Option<Self> {
        let parts: Vec<&str> = text.splitn(6, ':').collect();
        let [head @ .., last] = parts.as_slice() else { return None };
        if head.len() != 5 {
            return None;
        }
        let mut steps = Vec::new();
        for part in head {
            read(part, reading, true, &mut steps);
            steps.push(Step::Is(':'));
        }
        read(last, reading, false, &mut steps);
        Some(Self::from_steps(steps))
    }

    pub(crate) fn from_steps(steps: Vec<Step>) -> Self {
        Self { steps: steps.into() }
    }

    pub(crate) fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// Returns whether a policy variable is part of it.
    #[must_use]
    pub fn has_variable(&self) -> bool {
        self.steps.iter().any(|step| matches!(step, Step::Variable { .. }))
    }

    /// Returns whether more than one text matches.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.steps.iter().any(|step| match step {
            Step::Is(_) | Step::Fold(_) => false,
            Step::Digit
            | Step::Any
            | Step::Many
            | Step::AnyInPart
            | Step::ManyInPart
            | Step::Id
            | Step::Variable { .. } => true,
        })
    }

    /// Returns whether `text` matches; a variable stands for anything.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        let mut places = self.start();
        for character in text.chars() {
            places = self.advance(&places, character);
            if places.is_empty() {
                return false;
            }
        }
        places.contains(&self.steps.len())
    }

    /// Returns the pattern with variables replaced; `None` if one has no value.
    pub(crate) fn expanded(&self, value_of: impl Fn(&str) -> Option<String>) -> Option<Self> {
        let mut steps = Vec::with_capacity(self.steps.len());
        for step in self.steps.iter() {
            if let Step::Variable { name, default, .. } = step {
                let value = value_of(name).or_else(|| default.clone())?;
                steps.extend(value.chars().map(Step::Is));
            } else {
                steps.push(step.clone());
            }
        }
        Some(Self::from_steps(steps))
    }

    /// Returns the places before the first character.
    pub(crate) fn start(&self) -> Places {
        let mut places = Places::new();
        self.enter(0, &mut places);
        places
    }

    /// Returns the places after one more character.
    pub(crate) fn advance(&self, places: &Places, character: char) -> Places {
        let mut next = Places::new();
        for &place in places {
            let Some(step) = self.steps.get(place) else { continue };
            let lead = step.lead(character);
            if matches!(lead, Lead::Stay | Lead::Both) {
                self.enter(place, &mut next);
            }
            if matches!(lead, Lead::On | Lead::Both) {
                self.enter(place + 1, &mut next);
            }
        }
        next.sort_unstable();
        next.dedup();
        // What is accepted from a place before a `*` is accepted from the `*` as well.
        let last_star = next.iter().rposition(|place| matches!(self.steps.get(*place), Some(Step::Many)));
        if let Some(star) = last_star {
            next.drain(..star);
        }
        next
    }

    fn enter(&self, place: usize, places: &mut Places) {
        let mut place = place;
        places.push(place);
        while self.steps.get(place).is_some_and(Step::is_optional) {
            place += 1;
            places.push(place);
        }
    }
}

fn read(text: &str, reading: Reading, in_part: bool, steps: &mut Vec<Step>) {
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        if reading.variables
            && let Some((inside, after)) = rest.strip_prefix("${").and_then(|inner| inner.split_once('}'))
        {
            steps.push(variable(inside, in_part));
            rest = after;
            continue;
        }
        steps.push(match character {
            '*' if reading.wildcards && in_part => Step::ManyInPart,
            '*' if reading.wildcards => Step::Many,
            '?' if reading.wildcards && in_part => Step::AnyInPart,
            '?' if reading.wildcards => Step::Any,
            letter if reading.fold && letter.is_ascii_alphabetic() => Step::Fold(letter.to_ascii_lowercase()),
            other => Step::Is(other),
        });
        rest = rest.get(character.len_utf8()..).unwrap_or_default();
    }
}

/// `${*}`, `${?}` and `${$}` stand for the characters themselves.
fn variable(inside: &str, in_part: bool) -> Step {
    match inside {
        "*" => Step::Is('*'),
        "?" => Step::Is('?'),
        "$" => Step::Is('$'),
        _ => {
            let (name, default) = match inside.split_once(',') {
                Some((name, default)) => (name, Some(default.trim().trim_matches('\'').to_owned())),
                None => (inside, None),
            };
            Step::Variable { name: name.trim().to_ascii_lowercase(), default, in_part }
        }
    }
}
