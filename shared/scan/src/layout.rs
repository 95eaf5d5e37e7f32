//! How records are wrapped, and what may stand between them.

/// How records are wrapped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Layout {
    /// `{"Records":[…]}`
    Envelope,
    /// `[…]`
    Array,
    /// One after the other, on lines of their own or not; or only one.
    Lines,
}

impl Layout {
    /// Tells the layout by the first signs, and returns where the first record is to be looked for.
    pub(crate) fn of(bytes: &[u8]) -> (Self, usize) {
        let envelope: &[&[u8]] = &[b"{", b"\"Records\"", b":", b"["];
        let array: &[&[u8]] = &[b"["];
        let behind = |tokens: &[&[u8]]| {
            let rest = tokens.iter().try_fold(bytes, |rest, token| trim_start(rest).strip_prefix(*token));
            rest.map(|rest| bytes.len().saturating_sub(rest.len()))
        };
        let known = [(Self::Envelope, envelope), (Self::Array, array)];
        let found = known.into_iter().find_map(|(layout, tokens)| Some((layout, behind(tokens)?)));
        found.unwrap_or((Self::Lines, 0))
    }

    /// Tells whether `gap` may stand before a record.
    pub(crate) fn may_separate(self, gap: &[u8], is_first: bool) -> bool {
        match self {
            Self::Envelope | Self::Array if !is_first => {
                gap == b"," || trim_start(gap).strip_prefix(b",").is_some_and(is_blank)
            }
            Self::Envelope | Self::Array | Self::Lines => is_blank(gap),
        }
    }

    /// Tells whether `rest` may stand behind what closes the list, or behind the last line.
    pub(crate) fn may_follow(self, rest: &[u8]) -> bool {
        match self {
            Self::Envelope => trim_start(rest).strip_prefix(b"}").is_some_and(is_blank),
            Self::Array | Self::Lines => is_blank(rest),
        }
    }
}

/// Tells whether a byte is one that JSON allows between tokens.
pub(crate) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\n' | b'\t' | b'\r')
}

pub(crate) fn is_blank(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| is_space(*byte))
}

pub(crate) fn trim_start(mut bytes: &[u8]) -> &[u8] {
    while let Some((first, rest)) = bytes.split_first()
        && is_space(*first)
    {
        bytes = rest;
    }
    bytes
}

pub(crate) fn trim_end(mut bytes: &[u8]) -> &[u8] {
    while let Some((last, rest)) = bytes.split_last()
        && is_space(*last)
    {
        bytes = rest;
    }
    bytes
}
