//! Sigma's value modifiers by name.

use crate::matcher::Comparison;
use crate::time::TimePart;

/// What follows a `|` after a field name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Modifier {
    All,
    Neq,
    Cased,
    Contains,
    StartsWith,
    EndsWith,
    Exists,
    Regex,
    RegexFlag(RegexFlag),
    Network,
    Base64,
    Base64Offset,
    Wide(Wide),
    Windash,
    Expand,
    FieldRef,
    Compare(Comparison),
    Time(TimePart),
}

/// What follows `re`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RegexFlag {
    IgnoreCase,
    MultiLine,
    DotAll,
}

/// A two-byte encoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wide {
    Little,
    Big,
    /// Little-endian after a byte order mark.
    Marked,
}

const MODIFIERS: &[(&str, Modifier)] = &[
    ("all", Modifier::All),
    ("neq", Modifier::Neq),
    ("cased", Modifier::Cased),
    ("contains", Modifier::Contains),
    ("startswith", Modifier::StartsWith),
    ("endswith", Modifier::EndsWith),
    ("exists", Modifier::Exists),
    ("re", Modifier::Regex),
    ("i", Modifier::RegexFlag(RegexFlag::IgnoreCase)),
    ("ignorecase", Modifier::RegexFlag(RegexFlag::IgnoreCase)),
    ("m", Modifier::RegexFlag(RegexFlag::MultiLine)),
    ("multiline", Modifier::RegexFlag(RegexFlag::MultiLine)),
    ("s", Modifier::RegexFlag(RegexFlag::DotAll)),
    ("dotall", Modifier::RegexFlag(RegexFlag::DotAll)),
    ("cidr", Modifier::Network),
    ("base64", Modifier::Base64),
    ("base64offset", Modifier::Base64Offset),
    ("utf16le", Modifier::Wide(Wide::Little)),
    ("wide", Modifier::Wide(Wide::Little)),
    ("utf16be", Modifier::Wide(Wide::Big)),
    ("utf16", Modifier::Wide(Wide::Marked)),
    ("windash", Modifier::Windash),
    ("expand", Modifier::Expand),
    ("fieldref", Modifier::FieldRef),
    ("lt", Modifier::Compare(Comparison::Less)),
    ("lte", Modifier::Compare(Comparison::LessOrEqual)),
    ("gt", Modifier::Compare(Comparison::Greater)),
    ("gte", Modifier::Compare(Comparison::GreaterOrEqual)),
    ("minute", Modifier::Time(TimePart::Minute)),
    ("hour", Modifier::Time(TimePart::Hour)),
    ("day", Modifier::Time(TimePart::Day)),
    ("week", Modifier::Time(TimePart::Week)),
    ("month", Modifier::Time(TimePart::Month)),
    ("year", Modifier::Time(TimePart::Year)),
];

impl Modifier {
    /// Returns the modifier of that name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        MODIFIERS.iter().find(|(known, _)| *known == name).map(|(_, modifier)| *modifier)
    }
}
