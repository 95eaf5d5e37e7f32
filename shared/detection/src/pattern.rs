//! A compiled string of a rule: finds the cheapest way to test it, never backtracks exponentially.

use std::borrow::Cow;

use memchr::memmem;

use crate::fold::{fold, fold_char, folded_unless_ascii};
use crate::template::{DASHES, Piece, Template};

/// Whether case counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Case {
    /// Sigma's default.
    Ignore,
    /// `cased`.
    Exact,
}

/// A string with wildcards, ready to test text.
#[derive(Debug, Clone)]
pub(crate) struct Pattern {
    case: Case,
    shape: Shape,
}

// INVARIANT: with `Case::Ignore` every literal in here is folded.
#[derive(Debug, Clone)]
enum Shape {
    Anything,
    Equals(Box<str>),
    StartsWith(Box<str>),
    EndsWith(Box<str>),
    Contains(Box<str>),
    Glob(Glob),
}

/// Runs of fixed length between `*`: the first and last are anchored, the others found from the left.
#[derive(Debug, Clone)]
struct Glob {
    first: Run,
    middle: Vec<Run>,
    /// None if the pattern holds no `*`: then the first run must reach the end.
    last: Option<Run>,
}

#[derive(Debug, Clone, Default)]
struct Run {
    pieces: Vec<Piece>,
    characters: usize,
}

impl Pattern {
    /// Compiles `template`.
    pub(crate) fn new(template: &Template, case: Case) -> Self {
        let folded: Vec<Piece> = template.pieces().iter().map(|piece| fold_piece(piece, case)).collect();
        let shape = match folded.as_slice() {
            [] => Shape::Equals("".into()),
            [Piece::Many, rest @ ..] if rest.iter().all(|piece| *piece == Piece::Many) => Shape::Anything,
            [Piece::Literal(text)] => Shape::Equals(text.as_str().into()),
            [Piece::Literal(text), Piece::Many] => Shape::StartsWith(text.as_str().into()),
            [Piece::Many, Piece::Literal(text)] => Shape::EndsWith(text.as_str().into()),
            [Piece::Many, Piece::Literal(text), Piece::Many] => Shape::Contains(text.as_str().into()),
            pieces => Shape::Glob(Glob::new(pieces)),
        };
        Self { case, shape }
    }

    /// Tells whether the whole of `text` fits.
    pub(crate) fn matches(&self, text: &str) -> bool {
        let text = match self.case {
            Case::Ignore => folded_unless_ascii(text),
            Case::Exact => Cow::Borrowed(text),
        };
        let text = text.as_ref();
        match &self.shape {
            Shape::Anything => true,
            Shape::Equals(wanted) => self.case.equal(text.as_bytes(), wanted.as_bytes()),
            Shape::StartsWith(prefix) => self.case.starts_with(text, prefix),
            Shape::EndsWith(suffix) => self.case.ends_with(text, suffix),
            Shape::Contains(part) => self.case.find(text.as_bytes(), part.as_bytes()).is_some(),
            Shape::Glob(glob) => glob.matches(text, self.case),
        }
    }

    /// Tells whether no text fails.
    pub(crate) fn fits_every_text(&self) -> bool {
        matches!(self.shape, Shape::Anything)
    }

    /// Returns the folded text that it equals without case, if it is such a test.
    pub(crate) fn sole_caseless_text(&self) -> Option<&str> {
        match (&self.shape, self.case) {
            (Shape::Equals(text), Case::Ignore) => Some(text),
            (_, Case::Ignore | Case::Exact) => None,
        }
    }
}

impl Pattern {
    /// Returns folded texts, all of which every matching text holds somewhere.
    pub(crate) fn needed_texts(&self) -> Vec<String> {
        let texts: Vec<&str> = match &self.shape {
            Shape::Anything => Vec::new(),
            Shape::Equals(text) | Shape::StartsWith(text) | Shape::EndsWith(text) | Shape::Contains(text) => {
                vec![text]
            }
            Shape::Glob(glob) => glob.literals().collect(),
        };
        let texts = texts.into_iter().filter(|text| !text.is_empty());
        match self.case {
            Case::Ignore => texts.map(str::to_owned).collect(),
            Case::Exact => texts.map(fold).collect(),
        }
    }
}

fn fold_piece(piece: &Piece, case: Case) -> Piece {
    match (piece, case) {
        (Piece::Literal(text), Case::Ignore) => Piece::Literal(fold(text)),
        (Piece::Literal(_) | Piece::One | Piece::Many | Piece::Dash, _) => piece.clone(),
    }
}

impl Case {
    /// Compares two texts, neither of them folded yet.
    pub(crate) fn same(self, left: &str, right: &str) -> bool {
        match self {
            Self::Exact => left == right,
            Self::Ignore => {
                if left.is_ascii() && right.is_ascii() {
                    left.eq_ignore_ascii_case(right)
                } else {
                    left.chars().map(fold_char).eq(right.chars().map(fold_char))
                }
            }
        }
    }

    fn equal(self, text: &[u8], literal: &[u8]) -> bool {
        match self {
            Self::Exact => text == literal,
            Self::Ignore => text.eq_ignore_ascii_case(literal),
        }
    }

    fn starts_with(self, text: &str, prefix: &str) -> bool {
        text.as_bytes().get(..prefix.len()).is_some_and(|start| self.equal(start, prefix.as_bytes()))
    }

    fn ends_with(self, text: &str, suffix: &str) -> bool {
        text.len()
            .checked_sub(suffix.len())
            .and_then(|start| text.as_bytes().get(start..))
            .is_some_and(|end| self.equal(end, suffix.as_bytes()))
    }

    fn find(self, text: &[u8], part: &[u8]) -> Option<usize> {
        let Some(first) = part.first().copied() else { return Some(0) };
        match self {
            Self::Exact => memmem::find(text, part),
            Self::Ignore => {
                // Where the part would not fit any more, it need not be looked for.
                let starts = text.get(..=text.len().checked_sub(part.len())?)?;
                let fits = |&start: &usize| {
                    text.get(start..start + part.len()).is_some_and(|found| self.equal(found, part))
                };
                memchr::memchr2_iter(first, first.to_ascii_uppercase(), starts).find(fits)
            }
        }
    }
}

impl Glob {
    fn new(pieces: &[Piece]) -> Self {
        let mut runs = vec![Run::default()];
        for piece in pieces {
            if *piece == Piece::Many {
                runs.push(Run::default());
            } else if let Some(run) = runs.last_mut() {
                run.push(piece.clone());
            }
        }
        let last = if runs.len() > 1 { runs.pop() } else { None };
        let mut runs = runs.into_iter();
        let first = runs.next().unwrap_or_default();
        Self { first, middle: runs.filter(|run| !run.pieces.is_empty()).collect(), last }
    }

    fn literals(&self) -> impl Iterator<Item = &str> {
        let runs = std::iter::once(&self.first).chain(&self.middle).chain(&self.last);
        runs.flat_map(|run| &run.pieces).filter_map(|piece| match piece {
            Piece::Literal(text) => Some(text.as_str()),
            Piece::One | Piece::Many | Piece::Dash => None,
        })
    }

    fn matches(&self, text: &str, case: Case) -> bool {
        let Some(mut position) = self.first.end_at(text, 0, case) else { return false };
        let Some(last) = &self.last else { return position == text.len() };
        for run in &self.middle {
            match run.find_end(text, position, case) {
                Some(end) => position = end,
                None => return false,
            }
        }
        last.fits_end(text, position, case)
    }
}

impl Run {
    fn push(&mut self, piece: Piece) {
        self.characters += match &piece {
            Piece::Literal(text) => text.chars().count(),
            Piece::One | Piece::Dash => 1,
            Piece::Many => 0,
        };
        self.pieces.push(piece);
    }

    /// Returns where the run ends if it starts at `start`, a character boundary.
    fn end_at(&self, text: &str, start: usize, case: Case) -> Option<usize> {
        let mut position = start;
        for piece in &self.pieces {
            position += match piece {
                Piece::Literal(literal) => {
                    let found = text.as_bytes().get(position..position + literal.len())?;
                    if !case.equal(found, literal.as_bytes()) {
                        return None;
                    }
                    literal.len()
                }
                Piece::One => text.get(position..)?.chars().next()?.len_utf8(),
                Piece::Dash => {
                    text.get(position..)?.chars().next().filter(|next| DASHES.contains(next))?.len_utf8()
                }
                Piece::Many => 0,
            };
        }
        Some(position)
    }

    /// Returns where the leftmost occurrence at or after `from` ends.
    fn find_end(&self, text: &str, from: usize, case: Case) -> Option<usize> {
        let mut start = from;
        loop {
            if let Some(Piece::Literal(literal)) = self.pieces.first() {
                start += case.find(text.as_bytes().get(start..)?, literal.as_bytes())?;
            }
            if let Some(end) = self.end_at(text, start, case) {
                return Some(end);
            }
            start += text.get(start..)?.chars().next()?.len_utf8();
        }
    }

    /// Tells whether the run fits the end of `text` without reaching before `from`.
    fn fits_end(&self, text: &str, from: usize, case: Case) -> bool {
        let Some(rest) = text.get(from..) else { return false };
        let start = match self.characters.checked_sub(1) {
            None => return true,
            Some(before) => rest.char_indices().rev().nth(before).map(|(index, _)| from + index),
        };
        start.and_then(|start| self.end_at(text, start, case)) == Some(text.len())
    }
}
