//! Why a document was not accepted.

use std::fmt;

use crate::document::Origin;

/// A document that is not part of the rule set, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejected {
    /// Where the document was read.
    pub origin: Origin,
    /// The title, if the document has one.
    pub title: Option<String>,
    /// What is wrong with it.
    pub reason: Reason,
}

impl fmt::Display for Rejected {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reason = self.reason.to_string();
        match (reason.char_indices().nth(MAX_SHOWN), reason.char_indices().rev().nth(MAX_SHOWN / 2)) {
            (Some((start, _)), Some((end, _))) if start < end => {
                let (shown, rest) = (reason.get(..start), reason.get(end..));
                write!(
                    formatter,
                    "{}: {} … {}",
                    self.origin,
                    shown.unwrap_or_default(),
                    rest.unwrap_or_default()
                )
            }
            _ => write!(formatter, "{}: {reason}", self.origin),
        }
    }
}

/// Most characters of a message that are shown, and half as many of its end: what is wrong often stands there.
const MAX_SHOWN: usize = 400;

/// What is wrong with a document.
///
/// Guessing what a rule means would raise false alarms or miss real ones, so anything in doubt is here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// The text, described.is not YAML.
    #[error("not YAML: {0}")]
    NotYaml(String),
    /// Brackets within brackets.
    #[error("is nested too deeply")]
    TooDeep,
    /// The document is not a map.
    #[error("a rule must be a map")]
    NotAMap,
    /// The document has none of the three sections that tell what it is.
    #[error("has neither `detection` nor `correlation` nor `filter`")]
    UnknownKind,
    /// A mandatory key is missing or empty.
    #[error("`{0}` is missing or empty")]
    Missing(&'static str),
    /// A key holds a value of the wrong kind.
    #[error("`{key}` must be {expected}")]
    WrongType {
        /// The key.
        key: String,
        /// What it must be.
        expected: &'static str,
    },
    /// The level is none of Sigma's.
    #[error("`{0}` is not a level; use informational, low, medium, high or critical")]
    UnknownLevel(String),
    /// The rule is about another log.
    #[error("is for log source `{0}`; only product `aws`, service `cloudtrail` is evaluated")]
    OtherLogSource(String),
    /// Another document of that id or name was accepted before.
    #[error("the id or name `{id}` is already used in {first}")]
    Duplicate {
        /// The id or name.
        id: String,
        /// Where it was first seen.
        first: Origin,
    },
    /// A selection cannot mean anything.
    #[error("selection `{selection}`: {problem}")]
    BadSelection {
        /// The selection.
        selection: String,
        /// What is wrong.
        problem: SelectionProblem,
    },
    /// The condition is not one.
    #[error("condition `{condition}`: {problem}")]
    BadCondition {
        /// The condition as written.
        condition: String,
        /// What is wrong.
        problem: ConditionProblem,
    },
    /// A correlation or filter names a rule that is not there.
    #[error("refers to the rule `{0}`, which was not accepted or does not exist")]
    UnknownRule(String),
    /// A correlation is not one.
    #[error("correlation: {0}")]
    BadCorrelation(String),
    /// A bundle holds something else where the document should be.
    #[error("the bundle of rules is damaged here; build it again")]
    Damaged,
}

impl Reason {
    /// Returns texts near which the mistake is in the document, see [`crate::Document::place_of`].
    pub(crate) fn places(&self) -> Vec<Vec<&str>> {
        match self {
            Self::NotYaml(_) | Self::TooDeep | Self::NotAMap | Self::UnknownKind | Self::Damaged => {
                Vec::new()
            }
            Self::Missing(key) => vec![vec![key]],
            Self::WrongType { key, .. } => vec![vec![key]],
            Self::UnknownLevel(_) => vec![vec!["level:"]],
            Self::OtherLogSource(_) => vec![vec!["logsource:"]],
            Self::Duplicate { id, .. } => vec![vec![id]],
            Self::BadSelection { selection, problem } => {
                let item = problem.item().into_iter();
                item.map(|item| vec![selection, item]).chain([vec![selection.as_str()]]).collect()
            }
            Self::BadCondition { condition, .. } => {
                vec![vec!["condition:", condition], vec!["condition:"], vec![condition]]
            }
            Self::UnknownRule(name) => vec![vec!["rules:", name], vec![name]],
            Self::BadCorrelation(_) => vec![vec!["correlation:"]],
        }
    }
}

impl SelectionProblem {
    fn item(&self) -> Option<&str> {
        match self {
            Self::Empty | Self::NullKeyword => None,
            Self::NoValue(item)
            | Self::NotAValue(item)
            | Self::NotABlock(item)
            | Self::Bracket(item)
            | Self::TooManyValues(item) => Some(item),
            Self::BadBlock { item, .. }
            | Self::UnknownModifier { item, .. }
            | Self::CannotApply { item, .. }
            | Self::NeedsField { item, .. }
            | Self::UnknownPlaceholder { item, .. }
            | Self::CannotEncode { item, .. }
            | Self::BadRegex { item, .. }
            | Self::BadNetwork { item, .. } => Some(item),
        }
    }
}

/// What is wrong with a selection.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SelectionProblem {
    /// Nothing to test.
    #[error("holds no test")]
    Empty,
    /// A field with an empty list of values.
    #[error("`{0}` has no value")]
    NoValue(String),
    /// A map where a value belongs.
    #[error("`{0}` holds a map or list where a value belongs; nested fields are written with dots")]
    NotAValue(String),
    /// A block about the members of an array that is none.
    #[error("`{0}` needs a map of tests of one member")]
    NotABlock(String),
    /// One member of an array by its number, or a block in the middle of a name.
    #[error(
        "`{0}` has a bracket in its field; the order of a record's arrays means nothing: test any member without brackets, or several values of one in a block such as `field[any]:`"
    )]
    Bracket(String),
    /// A block about the members of an array with something wrong inside.
    #[error("`{item}`: {reason}")]
    BadBlock {
        /// The field with its quantifier.
        item: String,
        /// What is wrong inside.
        reason: Box<Reason>,
    },
    /// `null` as a keyword.
    #[error("null needs a field")]
    NullKeyword,
    /// A modifier that Sigma does not know.
    #[error("`{item}` has the unknown modifier `{modifier}`")]
    UnknownModifier {
        /// The field with its modifiers.
        item: String,
        /// The modifier.
        modifier: String,
    },
    /// A modifier that does not apply to the value or to what earlier modifiers made of it.
    #[error("`{item}`: `{modifier}` cannot be applied to {value}")]
    CannotApply {
        /// The field with its modifiers.
        item: String,
        /// The modifier.
        modifier: String,
        /// What it was applied to.
        value: String,
    },
    /// A modifier that needs a field, without one.
    #[error("`{item}`: `{modifier}` needs a field")]
    NeedsField {
        /// The modifiers.
        item: String,
        /// The modifier.
        modifier: String,
    },
    /// A placeholder that nobody defined.
    #[error("`{item}`: no list is given for the placeholder `%{placeholder}%`")]
    UnknownPlaceholder {
        /// The field with its modifiers.
        item: String,
        /// The placeholder.
        placeholder: String,
    },
    /// Placeholders whose lists multiply to too much.
    #[error("`{0}`: its placeholders stand for more than 10,000 texts")]
    TooManyValues(String),
    /// Text that cannot be encoded.
    #[error("`{item}`: {value} cannot be encoded: {problem}")]
    CannotEncode {
        /// The field with its modifiers.
        item: String,
        /// The text, described.
        value: String,
        /// Why not.
        problem: &'static str,
    },
    /// A regular expression outside the linear-time subset.
    #[error("`{item}`: not a supported regular expression: {problem}")]
    BadRegex {
        /// The field with its modifiers.
        item: String,
        /// The parser's words, in one line.
        problem: String,
    },
    /// A value that is no network.
    #[error("`{item}`: `{value}` is not a network such as `10.0.0.0/8`")]
    BadNetwork {
        /// The field with its modifiers.
        item: String,
        /// The value.
        value: String,
    },
}

/// What is wrong with a condition.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConditionProblem {
    /// A selection that is not defined.
    #[error("`{0}` is not defined")]
    Undefined(String),
    /// A pattern that no selection has.
    #[error("`{0}` matches no selection")]
    MatchesNothing(String),
    /// The notation that correlations replaced.
    #[error("aggregation with `|` was replaced by correlation rules")]
    Aggregation,
    /// A word in the wrong place.
    #[error("unexpected `{0}`")]
    Unexpected(String),
    /// The condition ends too early.
    #[error("ends too early")]
    Unfinished,
    /// More nesting than any sane rule has.
    #[error("is nested too deeply")]
    TooDeep,
}
