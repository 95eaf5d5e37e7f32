//! A rule's condition: `or` binds weaker than `and`, `and` weaker than `not`, `not` weaker than `1 of x*`.

use crate::reject::{ConditionProblem, Reason};

/// Deepest nesting of parentheses and `not`; keeps hostile rules from exhausting the stack.
const MAX_DEPTH: usize = 64;

/// A condition over selections, which are numbered in the order of the rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Condition {
    Selection(usize),
    Not(Box<Condition>),
    All(Vec<Condition>),
    Any(Vec<Condition>),
}

impl Condition {
    /// Parses `text` over the selections called `names`.
    pub(crate) fn parse(text: &str, names: &[&str]) -> Result<Self, Reason> {
        parse(text, names).map_err(|problem| Reason::BadCondition { condition: text.to_owned(), problem })
    }

    /// Tells whether something must not hold.
    pub(crate) fn negates(&self) -> bool {
        match self {
            Self::Selection(_) => false,
            Self::Not(_) => true,
            Self::All(parts) | Self::Any(parts) => parts.iter().any(Self::negates),
        }
    }

    /// Evaluates the condition; `selection` tells whether the selection of that number holds.
    pub(crate) fn holds(&self, selection: &mut dyn FnMut(usize) -> bool) -> bool {
        match self {
            Self::Selection(number) => selection(*number),
            Self::Not(inner) => !inner.holds(selection),
            Self::All(parts) => parts.iter().all(|part| part.holds(selection)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(selection)),
        }
    }
}

fn parse(text: &str, names: &[&str]) -> Result<Condition, ConditionProblem> {
    if text.contains('|') {
        return Err(ConditionProblem::Aggregation);
    }
    let words = words(text);
    let mut parser = Parser { words: &words, names, depth: 0 };
    let condition = parser.any()?;
    match parser.words.first() {
        None => Ok(condition),
        Some(word) => Err(ConditionProblem::Unexpected((*word).to_owned())),
    }
}

/// Splits at white space and around parentheses.
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    for chunk in text.split_whitespace() {
        let mut rest = chunk;
        while let Some(at) = rest.find(['(', ')']) {
            let (before, from) = rest.split_at(at);
            let (parenthesis, after) = from.split_at(1);
            words.extend([before, parenthesis].into_iter().filter(|word| !word.is_empty()));
            rest = after;
        }
        if !rest.is_empty() {
            words.push(rest);
        }
    }
    words
}

struct Parser<'t> {
    words: &'t [&'t str],
    names: &'t [&'t str],
    depth: usize,
}

impl<'t> Parser<'t> {
    fn any(&mut self) -> Result<Condition, ConditionProblem> {
        self.joined("or", Self::all, Condition::Any)
    }

    fn all(&mut self) -> Result<Condition, ConditionProblem> {
        self.joined("and", Self::negation, Condition::All)
    }

    /// Parses what `part` parses, once or several times with `operator` between.
    fn joined(
        &mut self,
        operator: &str,
        part: fn(&mut Self) -> Result<Condition, ConditionProblem>,
        join: fn(Vec<Condition>) -> Condition,
    ) -> Result<Condition, ConditionProblem> {
        let first = part(self)?;
        let mut parts = vec![first];
        while self.next_if(operator) {
            parts.push(part(self)?);
        }
        match <[Condition; 1]>::try_from(parts) {
            Ok([single]) => Ok(single),
            Err(several) => Ok(join(several)),
        }
    }

    fn negation(&mut self) -> Result<Condition, ConditionProblem> {
        if !self.next_if("not") {
            return self.operand();
        }
        self.deeper()?;
        let inner = self.negation()?;
        self.depth -= 1;
        Ok(Condition::Not(Box::new(inner)))
    }

    fn operand(&mut self) -> Result<Condition, ConditionProblem> {
        let word = self.next()?;
        match word {
            "(" => {
                self.deeper()?;
                let inner = self.any()?;
                self.depth -= 1;
                match self.next()? {
                    ")" => Ok(inner),
                    other => Err(ConditionProblem::Unexpected(other.to_owned())),
                }
            }
            ")" | "and" | "or" | "not" | "of" => Err(ConditionProblem::Unexpected(word.to_owned())),
            "1" | "any" | "all" if self.next_if("of") => {
                let chosen = self.selections()?;
                Ok(if word == "all" { Condition::All(chosen) } else { Condition::Any(chosen) })
            }
            name => match self.names.iter().position(|defined| *defined == name) {
                Some(number) => Ok(Condition::Selection(number)),
                None => Err(ConditionProblem::Undefined(name.to_owned())),
            },
        }
    }

    /// Parses the pattern after `of`; selections that begin with `_` are left out unless it does, too.
    fn selections(&mut self) -> Result<Vec<Condition>, ConditionProblem> {
        let word = self.next()?;
        let pattern = if word == "them" { "*" } else { word };
        let chosen: Vec<Condition> = (0..)
            .zip(self.names)
            .filter(|(_, name)| pattern.starts_with('_') || !name.starts_with('_'))
            .filter(|(_, name)| fits(pattern, name))
            .map(|(number, _)| Condition::Selection(number))
            .collect();
        if chosen.is_empty() {
            return Err(ConditionProblem::MatchesNothing(word.to_owned()));
        }
        Ok(chosen)
    }

    fn next(&mut self) -> Result<&'t str, ConditionProblem> {
        let (first, rest) = self.words.split_first().ok_or(ConditionProblem::Unfinished)?;
        self.words = rest;
        Ok(first)
    }

    fn next_if(&mut self, wanted: &str) -> bool {
        match self.words.split_first() {
            Some((first, rest)) if *first == wanted => {
                self.words = rest;
                true
            }
            Some(_) | None => false,
        }
    }

    fn deeper(&mut self) -> Result<(), ConditionProblem> {
        self.depth += 1;
        if self.depth > MAX_DEPTH { Err(ConditionProblem::TooDeep) } else { Ok(()) }
    }
}

/// Tells whether `name` fits `pattern`, where `*` stands for any characters.
fn fits(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = name.strip_prefix(first) else { return false };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        match rest.split_once(part) {
            Some((_, after)) => rest = after,
            None => return false,
        }
    }
    rest.ends_with(last)
}
