//! A rule's string before it is compiled: literal text, wildcards and interchangeable dashes.

use crate::reject::SelectionProblem;

/// The characters that `windash` takes for one another.
pub(crate) const DASHES: [char; 5] = ['-', '/', '\u{2013}', '\u{2014}', '\u{2015}'];

/// Most dashes that are written out when text with `windash` is encoded: 5³ variants.
const MAX_ENCODED_DASHES: usize = 3;

/// A part of a rule's string.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Piece {
    /// These characters.
    Literal(String),
    /// `?`: exactly one character.
    One,
    /// `*`: any number of characters, line breaks included.
    Many,
    /// One of [`DASHES`].
    Dash,
}

/// A rule's string, its wildcards told apart from its text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Template {
    pieces: Vec<Piece>,
}

impl Template {
    /// Reads Sigma's notation: a backslash escapes `*`, `?` and itself, and is text before anything else.
    pub(crate) fn parse(text: &str) -> Self {
        let mut template = Self::default();
        let mut characters = text.chars().peekable();
        while let Some(character) = characters.next() {
            match character {
                '\\' => match characters.next_if(|next| matches!(next, '\\' | '*' | '?')) {
                    Some(escaped) => template.push(escaped),
                    None => template.push('\\'),
                },
                '*' => template.pieces.push(Piece::Many),
                '?' => template.pieces.push(Piece::One),
                other => template.push(other),
            }
        }
        template
    }

    /// Takes `text` as it stands.
    pub(crate) fn literal(text: &str) -> Self {
        let pieces = if text.is_empty() { Vec::new() } else { vec![Piece::Literal(text.to_owned())] };
        Self { pieces }
    }

    /// Returns the parts in order.
    pub(crate) fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// Lets anything precede the text.
    pub(crate) fn open_start(mut self) -> Self {
        if self.pieces.first() != Some(&Piece::Many) {
            self.pieces.insert(0, Piece::Many);
        }
        self
    }

    /// Lets anything follow the text.
    pub(crate) fn open_end(mut self) -> Self {
        if self.pieces.last() != Some(&Piece::Many) {
            self.pieces.push(Piece::Many);
        }
        self
    }

    /// Puts `character` before everything else.
    pub(crate) fn prepend(mut self, character: char) -> Self {
        self.pieces.insert(0, Piece::Literal(character.to_string()));
        self.joined()
    }

    /// Makes the dashes that introduce a parameter interchangeable: those after no word character and before one.
    pub(crate) fn loosen_dashes(self) -> Self {
        let mut loosened = Self::default();
        for piece in self.pieces {
            let Piece::Literal(text) = piece else {
                loosened.pieces.push(piece);
                continue;
            };
            let mut before = None;
            let mut characters = text.chars().peekable();
            while let Some(character) = characters.next() {
                let introduces = matches!(character, '-' | '/')
                    && !before.is_some_and(is_word)
                    && characters.peek().copied().is_some_and(is_word);
                if introduces {
                    loosened.pieces.push(Piece::Dash);
                } else {
                    loosened.push(character);
                }
                before = Some(character);
            }
        }
        loosened
    }

    /// Applies `encode` to the text between wildcards.
    pub(crate) fn map_text(
        self,
        mut encode: impl FnMut(&str) -> Result<String, SelectionProblem>,
    ) -> Result<Self, SelectionProblem> {
        let mut pieces = Vec::with_capacity(self.pieces.len());
        for piece in self.pieces {
            pieces.push(match piece {
                Piece::Literal(text) => Piece::Literal(encode(&text)?),
                Piece::One | Piece::Many | Piece::Dash => piece,
            });
        }
        Ok(Self { pieces })
    }

    /// Returns every text it stands for, where an encoding needs text: none if it holds wildcards.
    pub(crate) fn texts(&self) -> Option<Vec<String>> {
        let dashes = self.pieces.iter().filter(|piece| **piece == Piece::Dash).count();
        if dashes > MAX_ENCODED_DASHES {
            return None;
        }
        let mut texts = vec![String::new()];
        for piece in &self.pieces {
            match piece {
                Piece::Literal(text) => texts.iter_mut().for_each(|sofar| sofar.push_str(text)),
                Piece::Dash => {
                    let with = |sofar: &String| DASHES.map(|dash| format!("{sofar}{dash}"));
                    texts = texts.iter().flat_map(with).collect();
                }
                Piece::One | Piece::Many => return None,
            }
        }
        Some(texts)
    }

    /// Joins neighbouring literals.
    fn joined(self) -> Self {
        let mut joined = Self::default();
        for piece in self.pieces {
            match (joined.pieces.last_mut(), piece) {
                (Some(Piece::Literal(before)), Piece::Literal(text)) => before.push_str(&text),
                (_, piece) => joined.pieces.push(piece),
            }
        }
        joined
    }

    fn push(&mut self, character: char) {
        if let Some(Piece::Literal(text)) = self.pieces.last_mut() {
            text.push(character);
        } else {
            self.pieces.push(Piece::Literal(character.to_string()));
        }
    }
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}
