//! `trailreflex access check`: whom outside of the zone of trust do policies let in?

use crate::Ended;
use crate::args::{CheckAccess, Format};
use crate::input::{Content, content, name_of};
use crate::progress::Progress;
use crate::terminal::{Style, Terminal, safe};
use anyhow::{Context, bail};
use std::io::Write;
use std::path::Path;
use trailreflex_access::{Answer, Json, Policy, Question, Target, Unknown, Verdict, Zone};

/// Most bytes of one input, decompressed.
const MAX_BYTES: u64 = 1 << 30;

/// Runs the command.
pub(crate) fn run(options: &CheckAccess, terminal: &mut Terminal) -> anyhow::Result<Ended> {
    let format = terminal.format(options.format);
    let mut ended = Ended::Well;
    for path in &options.paths {
        let name = name_of(path);
        match text(path) {
            Ok(text) => check(&name, &text, options, |answer| show(answer, format, terminal))?,
            Err(error) => {
                terminal.complain(&format!("{name}: {error:#}"));
                ended = Ended::WithUnreadableInput;
            }
        }
    }
    Ok(ended)
}

fn text(path: &Path) -> anyhow::Result<String> {
    let Content { bytes, cut } = content(path, MAX_BYTES, &Progress::hidden())?;
    if let Some(reason) = cut {
        bail!("damaged: {reason}");
    }
    let text = String::from_utf8(bytes.into_owned()).context("is not UTF-8")?;
    if text.trim().is_empty() {
        bail!("is empty; give a policy, or lines of JSON objects with `policy`");
    }
    Ok(text)
}

/// A whole text that is one JSON value is one policy, one question or a list of questions; else each line is one.
fn check(
    name: &str,
    text: &str,
    options: &CheckAccess,
    mut tell: impl FnMut(&Answer) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    match serde_json::from_str::<Json>(text) {
        Ok(json) if json.get("Statement").is_some() => tell(&of_policy(name, &json, options)),
        Ok(json) => json.items().iter().enumerate().try_for_each(|(place, item)| {
            tell(&of_question(&format!("{name}:{}", place.saturating_add(1)), item))
        }),
        Err(error) if is_one_value(text) => tell(&unread(name, &format!("the input is not JSON: {error}"))),
        Err(_) => {
            let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
            for (place, line) in lines {
                let id = format!("{name}:{}", place.saturating_add(1));
                tell(&match serde_json::from_str::<Json>(line) {
                    Ok(json) if json.get("Statement").is_some() => of_policy(&id, &json, options),
                    Ok(json) => of_question(&id, &json),
                    Err(error) => unread(&id, &format!("the line is not JSON: {error}")),
                })?;
            }
            Ok(())
        }
    }
}

/// Whether a text that is not JSON as a whole was meant to be: none of its lines is JSON by itself.
fn is_one_value(text: &str) -> bool {
    let is_object = |line: &str| serde_json::from_str::<Json>(line).is_ok_and(|json| json.is_object());
    !text.lines().any(is_object)
}

fn of_policy(id: &str, json: &Json, options: &CheckAccess) -> Answer {
    let target = Target { arn: options.resource_arn.clone(), resource_type: None };
    let account = match (&options.account, &options.resource_arn) {
        (Some(account), _) => account.to_string(),
        (None, Some(arn)) => arn.split(':').nth(4).unwrap_or_default().to_owned(),
        (None, None) => String::new(),
    };
    let zone = Zone { account, organization: options.org.clone(), ..Zone::default() };
    let verdict = match Policy::from_json(json) {
        Ok(policy) => Question { target, zone, policy: Some(policy), ..Question::default() }.answer(),
        Err(error) => Verdict::unknown(Unknown::NotAPolicy(error)),
    };
    Answer::new(id, &verdict)
}

fn of_question(place: &str, json: &Json) -> Answer {
    let id = Question::id_of(json).unwrap_or_else(|| place.to_owned());
    let verdict = match Question::from_json(json) {
        Ok(question) => question.answer(),
        Err(reason) => Verdict::unknown(reason),
    };
    Answer::new(&id, &verdict)
}

fn unread(id: &str, reason: &str) -> Answer {
    Answer::new(id, &Verdict::unknown(Unknown::Question(reason.to_owned())))
}

fn show(answer: &Answer, format: Format, terminal: &mut Terminal) -> anyhow::Result<()> {
    match format {
        Format::Json => terminal.json_line(answer),
        Format::Table => {
            let (word, style) = match (answer.public, answer.external, &answer.unknown) {
                (true, _, _) => ("public", Style::Of(trailreflex_detection::Level::Critical)),
                (false, _, Some(_)) => ("unknown", Style::Of(trailreflex_detection::Level::High)),
                (false, true, None) => ("external", Style::Of(trailreflex_detection::Level::Medium)),
                (false, false, None) => ("internal", Style::Good),
            };
            let word = terminal.paint(style, word).into_owned();
            let mut more = answer.external_principals.join(", ");
            if !answer.services_without_source.is_empty() {
                more =
                    format!("{more} services without source: {}", answer.services_without_source.join(", "));
            }
            writeln!(terminal.out, "{word}  {}  {}", safe(&answer.id), safe(more.trim()))?;
            if let Some(reason) = &answer.unknown {
                writeln!(terminal.out, "    unknown: {}", safe(reason))?;
            }
            Ok(())
        }
    }
}
