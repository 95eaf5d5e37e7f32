//! A rule's value on its way through its modifiers, each of which makes something else of it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ipnet::IpNet;
use serde_json::Value;

use crate::matcher::{Comparison, Side};
use crate::modifier::{Modifier, RegexFlag, Wide};
use crate::number::Number;
use crate::placeholders::Placeholders;
use crate::reject::SelectionProblem;
use crate::template::Template;
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
            Self::Wide(template, encoding) => {
                widen_text(template.clone(), encoding, context).map_err(|_| Self::Wide(template, encoding))
            }
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
                let source = self.raw(name, context)?;
                Self::Regex(RegexDraft { source, ..RegexDraft::default() })
            }
            Modifier::RegexFlag(flag) => Self::Regex(self.regex(name, context)?.with(flag)),
            Modifier::Network => Self::Network(network(&self.raw(name, context)?, context)?),
            Modifier::Wide(encoding) => Self::Wide(self.template(name, context)?, encoding),
            Modifier::Windash => Self::Text(self.template(name, context)?.loosen_dashes()),
            Modifier::FieldRef => Self::Reference(self.raw(name, context)?, Side::Whole),
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
                    Self::Time(part, Comparison::Equal, self.number(name, context)?)
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
        if let Self::Raw(text) | Self::Number(_, text) = self {
            return Ok(text);
        }
        Err(self.cannot(modifier, context))
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
                encoded.extend(base64_at_offsets(&bytes));
            } else {
                encoded.push(STANDARD.encode(bytes));
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
        let expanded = |text: &str| {
            context.placeholders.expand(text).map_err(|placeholder| SelectionProblem::UnknownPlaceholder {
                item: context.item.to_owned(),
                placeholder,
            })
        };
        if let Self::Regex(regex) = self {
            let sources = expanded(&regex.source)?.into_iter();
            return Ok(sources.map(|source| Self::Regex(RegexDraft { source, ..regex.clone() })).collect());
        }
        let texts = expanded(&self.raw(name, context)?)?;
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

impl Wide {
    fn encode(self, text: &str) -> Vec<u8> {
        let units = text.encode_utf16();
        match self {
            Self::Little => units.flat_map(u16::to_le_bytes).collect(),
            Self::Big => units.flat_map(u16::to_be_bytes).collect(),
            Self::Marked => [0xFF, 0xFE].into_iter().chain(units.flat_map(u16::to_le_bytes)).collect(),
        }
    }
}

/// Writes two-byte text as a JSON string shows it: every character with a NUL beside it.
fn widen_text(
    template: Template,
    encoding: Wide,
    context: Context<'_>,
) -> Result<Template, SelectionProblem> {
    let plain = match encoding {
        Wide::Little | Wide::Marked => Wide::Little,
        Wide::Big => Wide::Big,
    };
    let widened = template.map_text(|text| {
        String::from_utf8(plain.encode(text)).ok().filter(|_| text.is_ascii()).ok_or_else(|| {
            SelectionProblem::CannotEncode {
                item: context.item.to_owned(),
                value: format!("`{text}`"),
                problem: "only ASCII can be told from other text once widened",
            }
        })
    })?;
    Ok(if encoding == Wide::Marked { widened.prepend('\u{feff}') } else { widened })
}

/// Returns the parts of the encoding that do not depend on what surrounds `bytes`, at each of the three offsets.
fn base64_at_offsets(bytes: &[u8]) -> [String; 3] {
    [0, 1, 2].map(|offset| {
        let mut padded = vec![b' '; offset];
        padded.extend_from_slice(bytes);
        let encoded = STANDARD.encode(&padded);
        // The first character of a group holds six bits of the first byte, the second two more, and so on.
        let start = match offset {
            0 => 0,
            1 => 2,
            _ => 3,
        };
        let unsure = match padded.len() % 3 {
            0 => 0,
            1 => 3,
            _ => 2,
        };
        encoded.get(start..encoded.len().saturating_sub(unsure)).unwrap_or_default().to_owned()
    })
}

fn network(text: &str, context: Context<'_>) -> Result<IpNet, SelectionProblem> {
    text.parse::<IpNet>()
        .or_else(|_| text.parse::<std::net::IpAddr>().map(IpNet::from))
        .map_err(|_| SelectionProblem::BadNetwork { item: context.item.to_owned(), value: text.to_owned() })
}
