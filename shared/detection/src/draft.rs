//! A rule's value on its way through its modifiers, each of which makes something else of it.

use ipnet::IpNet;
use serde_json::Value;

use crate::encode;
use crate::matcher::{Comparison, Side};
use crate::modifier::{Modifier, RegexFlag, Wide};
use crate::number::Number;
use crate::placeholders::{NotExpanded, Placeholders};
use crate::reject::SelectionProblem;
use crate::template::{Piece, Template};
use crate::time::TimePart;

/// What a value is so far.
#[derive(Debug, Clone)]
pub(crate) enum Draft {
    Null,
    Bool(bool),
    Number(Number, String),
    /// A string no modifier has looked into yet.
    Raw(String),
    Text(Template),
    /// Text in a two-byte encoding, not yet written out.
    Wide(Template, Wide),
    Regex(RegexDraft),
    Network(IpNet),
    Compare(Comparison, Number),
    Time(TimePart, Comparison, Number),
    Exists(bool),
    Reference(String, Side),
}

/// A regular expression and its flags.
#[derive(Debug, Clone, Default)]
pub(crate) struct RegexDraft {
    pub(crate) source: String,
    pub(crate) ignore_case: bool,
    pub(crate) multi_line: bool,
    pub(crate) dot_all: bool,
    pub(crate) at_start: bool,
    pub(crate) at_end: bool,
}

/// The item a value belongs to, for messages, and what its modifiers may look up.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Context<'c> {
    pub(crate) item: &'c str,
    pub(crate) placeholders: &'c Placeholders,
}

impl Draft {
    /// Takes a value as the rule holds it.
    pub(crate) fn of(value: &Value, context: Context<'_>) -> Result<Self, SelectionProblem> {
        match value {
            Value::Null => Ok(Self::Null),
            Value::Bool(value) => Ok(Self::Bool(*value)),
            Value::String(text) => Ok(Self::Raw(text.clone())),
            Value::Number(written) => match Number::of(value) {
                Some(number) => Ok(Self::Number(number, written.to_string())),
                None => Err(SelectionProblem::NotAValue(context.item.to_owned())),
            },
            Value::Array(_) | Value::Object(_) => Err(SelectionProblem::NotAValue(context.item.to_owned())),
        }
    }

    /// Returns the text it stands for as a pattern, if it is text.
    pub(crate) fn into_template(self, context: Context<'_>) -> Result<Template, Self> {
        match self {
            Self::Raw(text) => Ok(Template::parse(&text)),
            Self::Text(template) => Ok(template),
            Self::Number(_, text) => Ok(Template::literal(&text)),
            Self::Bool(value) => Ok(Template::literal(if value { "true" } else { "false" })),
            Self::Wide(template, encoding) => encode::widen_text(template.clone(), encoding, context)
                .map_err(|_| Self::Wide(template, encoding)),
            other @ (Self::Null
            | Self::Regex(_)
            | Self::Network(_)
            | Self::Compare(..)
            | Self::Time(..)
            | Self::Exists(_)
            | Self::Reference(..)) => Err(other),
        }
    }

    /// Applies a modifier that changes values; the others concern the whole item and change none.
    pub(crate) fn apply(
        self,
        name: &str,
        modifier: Modifier,
        context: Context<'_>,
    ) -> Result<Vec<Self>, SelectionProblem> {
        let single = match modifier {
            Modifier::Base64 | Modifier::Base64Offset => return self.encode(name, modifier, context),
            Modifier::Expand => return self.expand(name, context),
            Modifier::All | Modifier::Neq => self,
            Modifier::Cased if matches!(self, Self::Reference(..)) => self,
            Modifier::Cased => Self::Text(self.template(name, context)?),
            Modifier::Contains => self.place(name, Side::Anywhere, context)?,
            Modifier::StartsWith => self.place(name, Side::Start, context)?,
            Modifier::EndsWith => self.place(name, Side::End, context)?,
            Modifier::Exists => Self::Exists(self.boolean(name, context)?),
            Modifier::Regex => {
                let source = if let Self::Number(_, text) = self { text } else { self.raw(name, context)? };
                Self::Regex(RegexDraft { source, ..RegexDraft::default() })
            }
            Modifier::RegexFlag(flag) => Self::Regex(self.regex(name, context)?.with(flag)),
            Modifier::Network => Self::Network(network(&self.raw(name, context)?, context)?),
            Modifier::Wide(encoding) => Self::Wide(self.template(name, context)?, encoding),
            Modifier::Windash => Self::Text(self.template(name, context)?.loosen_dashes()),
            Modifier::FieldRef => Self::Reference(self.field(name, context)?, Side::Whole),
            Modifier::Compare(comparison) => {
                if let Self::Time(part, Comparison::Equal, number) = self {
                    Self::Time(part, comparison, number)
                } else {
                    Self::Compare(comparison, self.number(name, context)?)
                }
            }
            Modifier::Time(part) => {
                if let Self::Compare(comparison, number) = self {
                    Self::Time(part, comparison, number)
                } else {
                    let number = self.number(name, context)?;
                    if !matches!(number, Number::Integer(_)) {
                        return Err(self.cannot(name, context));
                    }
                    Self::Time(part, Comparison::Equal, number)
                }
            }
        };
        Ok(vec![single])
    }

    /// Describes the value for messages.
    pub(crate) fn describe(&self) -> String {
        match self {
            Self::Null => "null".to_owned(),
            Self::Bool(value) => format!("`{value}`"),
            Self::Number(_, text) | Self::Raw(text) => format!("`{text}`"),
            Self::Text(_) => "text that an earlier modifier changed".to_owned(),
            Self::Wide(..) => "two-byte text outside ASCII".to_owned(),
            Self::Regex(_) => "a regular expression".to_owned(),
            Self::Network(_) => "a network".to_owned(),
            Self::Compare(..) => "a numeric comparison".to_owned(),
            Self::Time(..) => "a part of a time".to_owned(),
            Self::Exists(_) => "an existence test".to_owned(),
            Self::Reference(..) => "a reference to a field".to_owned(),
        }
    }

    fn cannot(&self, modifier: &str, context: Context<'_>) -> SelectionProblem {
        SelectionProblem::CannotApply {
            item: context.item.to_owned(),
            modifier: modifier.to_owned(),
            value: self.describe(),
        }
    }

    fn template(self, modifier: &str, context: Context<'_>) -> Result<Template, SelectionProblem> {
        self.into_template(context).map_err(|other| other.cannot(modifier, context))
    }

    fn boolean(&self, modifier: &str, context: Context<'_>) -> Result<bool, SelectionProblem> {
        if let Self::Bool(value) = self { Ok(*value) } else { Err(self.cannot(modifier, context)) }
    }

    /// Returns the value as written, before any modifier.
    fn raw(self, modifier: &str, context: Context<'_>) -> Result<String, SelectionProblem> {
        if let Self::Raw(text) = self {
            return Ok(text);
        }
        Err(self.cannot(modifier, context))
    }

    /// Returns the name of a field, which has no wildcards.
    fn field(self, modifier: &str, context: Context<'_>) -> Result<String, SelectionProblem> {
        let is_plain = |text: &str| {
            Template::parse(text).pieces().iter().all(|piece| matches!(piece, Piece::Literal(_)))
        };
        if matches!(&self, Self::Raw(text) if !is_plain(text)) {
            return Err(self.cannot(modifier, context));
        }
        self.raw(modifier, context)
    }

    fn regex(self, modifier: &str, context: Context<'_>) -> Result<RegexDraft, SelectionProblem> {
        if let Self::Regex(regex) = self {
            return Ok(regex);
        }
        Err(self.cannot(modifier, context))
    }

    fn number(&self, modifier: &str, context: Context<'_>) -> Result<Number, SelectionProblem> {
        let number = if let Self::Number(number, _) = self {
            Some(*number)
        } else if let Self::Raw(text) = self {
            Number::parse(text)
        } else {
            None
        };
        number.ok_or_else(|| self.cannot(modifier, context))
    }

    fn place(self, name: &str, side: Side, context: Context<'_>) -> Result<Self, SelectionProblem> {
        if let Self::Regex(mut regex) = self {
            regex.at_start |= side == Side::Start;
            regex.at_end |= side == Side::End;
            return Ok(Self::Regex(regex));
        }
        if let Self::Reference(field, _) = self {
            return Ok(Self::Reference(field, side));
        }
        let template = self.template(name, context)?;
        Ok(Self::Text(match side {
            Side::Whole => template,
            Side::Start => template.open_end(),
            Side::End => template.open_start(),
            Side::Anywhere => template.open_start().open_end(),
        }))
    }

    fn encode(
        self,
        name: &str,
        modifier: Modifier,
        context: Context<'_>,
    ) -> Result<Vec<Self>, SelectionProblem> {
        let mut encoded = Vec::new();
        for bytes in self.bytes(name, context)? {
            if modifier == Modifier::Base64Offset {
                encoded.extend(encode::base64_at_offsets(&bytes));
            } else {
                encoded.push(encode::base64(&bytes));
            }
        }
        Ok(encoded.iter().map(|text| Self::Text(Template::literal(text))).collect())
    }

    /// Returns the bytes of each text it stands for.
    fn bytes(self, name: &str, context: Context<'_>) -> Result<Vec<Vec<u8>>, SelectionProblem> {
        let refused = self.describe();
        let (template, encoding) = if let Self::Wide(template, encoding) = self {
            (template, Some(encoding))
        } else {
            (self.template(name, context)?, None)
        };
        let texts = template.texts().ok_or_else(|| SelectionProblem::CannotEncode {
            item: context.item.to_owned(),
            value: refused,
            problem: "it has wildcards or more than three dashes",
        })?;
        let encode = |text: &String| match encoding {
            Some(encoding) => encoding.encode(text),
            None => text.as_bytes().to_vec(),
        };
        Ok(texts.iter().map(encode).collect())
    }

    fn expand(self, name: &str, context: Context<'_>) -> Result<Vec<Self>, SelectionProblem> {
        let item = || context.item.to_owned();
        let texts =
            context.placeholders.expand(&self.raw(name, context)?).map_err(|problem| match problem {
                NotExpanded::Unknown(placeholder) => {
                    SelectionProblem::UnknownPlaceholder { item: item(), placeholder }
                }
                NotExpanded::TooMany => SelectionProblem::TooManyValues(item()),
            })?;
        Ok(texts.into_iter().map(Self::Raw).collect())
    }
}

impl RegexDraft {
    fn with(mut self, flag: RegexFlag) -> Self {
        match flag {
            RegexFlag::IgnoreCase => self.ignore_case = true,
            RegexFlag::MultiLine => self.multi_line = true,
            RegexFlag::DotAll => self.dot_all = true,
        }
        self
    }
}

fn network(text: &str, context: Context<'_>) -> Result<IpNet, SelectionProblem> {
    text.parse::<IpNet>()
        .or_else(|_| text.parse::<std::net::IpAddr>().map(IpNet::from))
        .map_err(|_| SelectionProblem::BadNetwork { item: context.item.to_owned(), value: text.to_owned() })
}
