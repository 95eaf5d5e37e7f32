//! Regular expressions of rules: those that can be matched in linear time.

use regex::RegexBuilder;
use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Hir, HirKind};

use crate::draft::{Context, RegexDraft};
use crate::fold::fold;
use crate::matcher::Matcher;
use crate::reject::SelectionProblem;

/// Compiles `draft`.
pub(crate) fn compile(draft: &RegexDraft, context: Context<'_>) -> Result<Matcher, SelectionProblem> {
    let start = if draft.at_start { r"\A" } else { "" };
    let end = if draft.at_end { r"\z" } else { "" };
    let source = match (draft.at_start, draft.at_end) {
        (false, false) => draft.source.clone(),
        (true, _) | (_, true) => format!("{start}(?:{}){end}", draft.source),
    };
    let regex = RegexBuilder::new(&source)
        .case_insensitive(draft.ignore_case)
        .multi_line(draft.multi_line)
        .dot_matches_new_line(draft.dot_all)
        .build()
        .map_err(|error| SelectionProblem::BadRegex {
            item: context.item.to_owned(),
            // The parser draws an arrow over several lines; its last line says what is wrong.
            problem: error.to_string().lines().last().unwrap_or_default().trim().to_owned(),
        })?;
    let mut needed = Vec::new();
    let mut parser = ParserBuilder::new();
    parser
        .case_insensitive(draft.ignore_case)
        .multi_line(draft.multi_line)
        .dot_matches_new_line(draft.dot_all);
    // What cannot be analysed has just no text to be found by.
    if let Ok(parsed) = parser.build().parse(&source) {
        collect(&parsed, &mut needed);
    }
    Ok(Matcher::Regex { regex, needed: needed.into() })
}

/// Collects texts that every match holds, folded.
fn collect(part: &Hir, needed: &mut Vec<String>) {
    match part.kind() {
        HirKind::Literal(literal) => {
            if let Ok(text) = std::str::from_utf8(&literal.0) {
                needed.push(fold(text));
            }
        }
        HirKind::Capture(capture) => collect(&capture.sub, needed),
        HirKind::Repetition(repetition) if repetition.min > 0 => collect(&repetition.sub, needed),
        HirKind::Concat(parts) => parts.iter().for_each(|part| collect(part, needed)),
        HirKind::Repetition(_)
        | HirKind::Alternation(_)
        | HirKind::Class(_)
        | HirKind::Look(_)
        | HirKind::Empty => {}
    }
}
