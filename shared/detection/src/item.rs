//! One line of a selection, such as `userAgent|contains: kali`, compiled.

use serde_json::Value;

use crate::clause::{Clause, FieldTest, Reference};
use crate::draft::{Context, Draft};
use crate::field::FieldPath;
use crate::matcher::Matcher;
use crate::members::Members;
use crate::modifier::Modifier;
use crate::pattern::{Case, Pattern};
use crate::pin;
use crate::placeholders::Placeholders;
use crate::regex;
use crate::reject::SelectionProblem;

/// From this many plain strings on, a hash set is faster than comparing with each.
const HASHED_FROM: usize = 16;

/// What the modifiers say about the item as a whole.
struct Item<'i> {
    context: Context<'i>,
    /// Empty for keywords.
    field: &'i str,
    modifiers: Vec<(&'i str, Modifier)>,
    case: Case,
}

/// Compiles `key: value` of a selection.
pub(crate) fn compile(
    key: &str,
    value: &Value,
    placeholders: &Placeholders,
) -> Result<Clause, SelectionProblem> {
    if let Some(members) = Members::compile(key, value, placeholders)? {
        return Ok(Clause::Members(Box::new(members)));
    }
    let item = Item::parse(key, placeholders)?;
    let values = match value {
        Value::Array(values) => values.as_slice(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {
            std::slice::from_ref(value)
        }
    };
    if values.is_empty() {
        return Err(SelectionProblem::NoValue(key.to_owned()));
    }
    let groups: Vec<Vec<Draft>> = values.iter().map(|value| item.drafts(value)).collect::<Result<_, _>>()?;
    let clause = if item.has(Modifier::All) {
        let each = groups.into_iter().map(|group| item.any_of(vec![group]));
        Clause::All(each.collect::<Result<_, _>>()?)
    } else {
        item.any_of(groups)?
    };
    Ok(if item.has(Modifier::Neq) { Clause::Not(Box::new(clause)) } else { clause })
}

impl<'i> Item<'i> {
    fn parse(key: &'i str, placeholders: &'i Placeholders) -> Result<Self, SelectionProblem> {
        let mut parts = key.split('|');
        let field = parts.next().unwrap_or_default();
        if is_bracketed(field) {
            return Err(SelectionProblem::Bracket(key.to_owned()));
        }
        let known = |name: &'i str| match Modifier::named(name) {
            Some(modifier) => Ok((name, modifier)),
            None => {
                Err(SelectionProblem::UnknownModifier { item: key.to_owned(), modifier: name.to_owned() })
            }
        };
        let mut modifiers: Vec<_> = parts.map(known).collect::<Result<_, _>>()?;
        // Lists are put in before anything else looks at the text, wherever the rule says so.
        modifiers.sort_by_key(|(_, modifier)| *modifier != Modifier::Expand);
        let cased = modifiers.iter().any(|(_, modifier)| *modifier == Modifier::Cased);
        let case = if cased { Case::Exact } else { Case::Ignore };
        Ok(Self { context: Context { item: key, placeholders }, field, modifiers, case })
    }

    fn has(&self, wanted: Modifier) -> bool {
        self.modifiers.iter().any(|(_, modifier)| *modifier == wanted)
    }

    /// Takes one value through all modifiers.
    fn drafts(&self, value: &Value) -> Result<Vec<Draft>, SelectionProblem> {
        let mut drafts = vec![Draft::of(value, self.context)?];
        for (name, modifier) in &self.modifiers {
            let mut changed = Vec::with_capacity(drafts.len());
            for draft in drafts {
                changed.extend(draft.apply(name, *modifier, self.context)?);
            }
            drafts = changed;
        }
        Ok(drafts)
    }

    /// Joins values of which one must match.
    fn any_of(&self, groups: Vec<Vec<Draft>>) -> Result<Clause, SelectionProblem> {
        let mut clauses = Vec::new();
        let mut matchers = Vec::new();
        let mut written = pin::is_pinned(self.field).then(Vec::new);
        for draft in groups.into_iter().flatten() {
            if let Draft::Exists(wanted) = draft {
                clauses.push(self.exists(wanted)?);
            } else if let Draft::Reference(other, side) = draft {
                let field = self.bound_field("fieldref")?;
                let reference = Reference { field, other: FieldPath::new(&other), side, case: self.case };
                clauses.push(Clause::Reference(reference));
            } else {
                matchers.push(self.matcher(draft, &mut written)?);
            }
        }
        if !matchers.is_empty() {
            let matchers = hashed(matchers);
            clauses.push(if self.field.is_empty() {
                Clause::Keyword(matchers)
            } else {
                let written = written.map(Vec::into_boxed_slice);
                Clause::Field(FieldTest { field: FieldPath::new(self.field), matchers, written })
            });
        }
        Ok(match <[Clause; 1]>::try_from(clauses) {
            Ok([single]) => single,
            Err(several) => Clause::Any(several),
        })
    }

    fn exists(&self, wanted: bool) -> Result<Clause, SelectionProblem> {
        let exists = Clause::Exists(self.bound_field("exists")?);
        Ok(if wanted { exists } else { Clause::Not(Box::new(exists)) })
    }

    fn bound_field(&self, modifier: &str) -> Result<FieldPath, SelectionProblem> {
        if self.field.is_empty() {
            return Err(SelectionProblem::NeedsField {
                item: self.context.item.to_owned(),
                modifier: modifier.to_owned(),
            });
        }
        Ok(FieldPath::new(self.field))
    }

    /// Compiles a value; notes how it was written, or that this cannot be said.
    fn matcher(
        &self,
        draft: Draft,
        written: &mut Option<Vec<pin::Text>>,
    ) -> Result<Matcher, SelectionProblem> {
        let is_keyword = self.field.is_empty();
        if let (Draft::Number(number, text), false) = (&draft, is_keyword) {
            *written = None;
            return Ok(Matcher::Number { number: *number, text: text.as_str().into() });
        }
        let draft = match draft.into_template(self.context) {
            Ok(template) if is_keyword && !self.is_placed() => {
                let template = template.open_start().open_end();
                return Ok(Matcher::Text(Pattern::new(&template, self.case)));
            }
            Ok(template) => {
                *written = written.take().zip(pin::Text::of(&template)).map(|(mut texts, text)| {
                    texts.push(text);
                    texts
                });
                return Ok(Matcher::Text(Pattern::new(&template, self.case)));
            }
            Err(other) => other,
        };
        *written = None;
        match draft {
            Draft::Null if is_keyword => Err(SelectionProblem::NullKeyword),
            Draft::Null => Ok(Matcher::Null),
            Draft::Regex(draft) => regex::compile(&draft, self.context),
            Draft::Network(network) => Ok(Matcher::Network(network)),
            Draft::Compare(comparison, number) => Ok(Matcher::Compare(comparison, number)),
            Draft::Time(part, comparison, number) => Ok(Matcher::Time(part, comparison, number)),
            other @ (Draft::Bool(_)
            | Draft::Number(..)
            | Draft::Raw(_)
            | Draft::Text(_)
            | Draft::Wide(..)
            | Draft::Exists(_)
            | Draft::Reference(..)) => Err(SelectionProblem::CannotEncode {
                item: self.context.item.to_owned(),
                value: other.describe(),
                problem: "only ASCII can be told from other text once widened",
            }),
        }
    }

    /// Tells whether a modifier says where in a keyword's value the text must be.
    fn is_placed(&self) -> bool {
        self.has(Modifier::Contains) || self.has(Modifier::StartsWith) || self.has(Modifier::EndsWith)
    }
}

/// Tells whether a field asks for members of an array in the notation of proposal 212 where that is not understood.
pub(crate) fn is_bracketed(field: &str) -> bool {
    let quantifiers = ["any", "all", "all_or_empty", "none"];
    field.split('[').skip(1).filter_map(|part| part.split_once(']')).any(|(inside, _)| {
        quantifiers.contains(&inside)
            || (!inside.is_empty() && inside.bytes().all(|byte| byte.is_ascii_digit()))
    })
}

/// Replaces many plain strings by one hash set.
fn hashed(matchers: Vec<Matcher>) -> Vec<Matcher> {
    let mut texts = Vec::new();
    if matchers.len() < HASHED_FROM || !matchers.iter().all(|matcher| matcher.list_caseless(&mut texts)) {
        return matchers;
    }
    vec![Matcher::one_of(texts)]
}
