//! What was proven, what not, and what is wrong.

use super::Report;
use super::logs::State;
use crate::args::Format;
use crate::table::Table;
use crate::terminal::{Style, Terminal};
use serde::Serialize;
use std::io::Write;
use trailreflex_detection::Level;
use trailreflex_integrity::Signature;

/// Something that is wrong.
#[derive(Debug, Serialize)]
struct Wrong<'r> {
    kind: &'static str,
    file: &'r str,
    problem: String,
}

/// What the digests of one trail in one account and Region prove.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Chain<'r> {
    kind: &'static str,
    chain: &'r str,
    from: String,
    to: String,
    digests: usize,
    signed: usize,
    unsigned: usize,
    unknown_key: usize,
    /// The digest before the first, which is not here.
    before: Option<&'r str>,
}

/// How many log files are in which state.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Sums {
    kind: &'static str,
    proven: usize,
    hash_only: usize,
    not_covered: usize,
    altered: usize,
    missing: usize,
    unreadable: usize,
    unlisted: usize,
}

/// Writes the report.
pub(super) fn show(report: &Report, format: Format, terminal: &mut Terminal) -> anyhow::Result<()> {
    let (wrong, chains, sums) = (wrong(report), chains(report), sums(report));
    match format {
        Format::Json => {
            wrong.iter().try_for_each(|one| terminal.json_line(one))?;
            chains.iter().try_for_each(|one| terminal.json_line(one))?;
            terminal.json_line(&sums)
        }
        Format::Table => {
            let mut table = Table::new(["PROBLEM", "FILE"]);
            for one in &wrong {
                table.add(Style::Of(Level::High), [&one.problem, one.file]);
            }
            table.write(terminal)?;
            for chain in &chains {
                in_words(chain, terminal)?;
            }
            let Sums { proven, hash_only, not_covered, altered, missing, unreadable, unlisted, .. } = sums;
            writeln!(
                terminal.out,
                "log files: {proven} proven unaltered; {hash_only} as their digest says, whose signature was not checked; \
                 {not_covered} delivered when no digest here covers; {altered} altered, {missing} missing, {unreadable} \
                 unreadable, {unlisted} in no digest"
            )?;
            Ok(())
        }
    }
}

fn in_words(chain: &Chain<'_>, terminal: &mut Terminal) -> anyhow::Result<()> {
    let Chain { chain: name, from, to, digests, signed, unsigned, unknown_key, before, .. } = chain;
    let name = crate::terminal::safe(name);
    writeln!(terminal.out, "{name}: {from} to {to}, {digests} digests, {signed} with a valid signature")?;
    if *unsigned > 0 {
        writeln!(
            terminal.out,
            "  not proven: {unsigned} without a signature here. It is in the metadata of the object: aws s3api head-object \
             --query Metadata.signature --output text > FILE.signature"
        )?;
    }
    if *unknown_key > 0 {
        writeln!(terminal.out, "  not proven: {unknown_key} signed with a key that --keys does not have")?;
    }
    if let Some(before) = before {
        let before = crate::terminal::safe(before);
        writeln!(terminal.out, "  not proven: what came before; {before} is not here")?;
    }
    writeln!(
        terminal.out,
        "  not proven: what came after {to}, as digests that were deleted at the end leave no trace"
    )?;
    Ok(())
}

fn wrong(report: &Report) -> Vec<Wrong<'_>> {
    let mut all = Vec::new();
    let mut add = |kind, file, problem| all.push(Wrong { kind, file, problem });
    for (file, reason) in &report.unreadable {
        add("digest", file.as_str(), format!("unreadable: {reason}"));
    }
    for checked in report.chains.values().flatten() {
        for problem in &checked.problems {
            add("digest", &checked.loaded.path, problem.to_string());
        }
    }
    for (file, state) in &report.logs.states {
        let problem = match state {
            State::Proven | State::HashOnly | State::NotCovered => continue,
            State::Altered => "altered: its hash is not that in its digest".to_owned(),
            State::Missing => "deleted: its digest lists it, and it is not here".to_owned(),
            State::Unreadable(reason) => format!("unreadable: {reason}"),
            State::Unlisted => "added: no digest of its time lists it".to_owned(),
        };
        add("logFile", file, problem);
    }
    all
}

fn chains(report: &Report) -> Vec<Chain<'_>> {
    report
        .chains
        .iter()
        .map(|(id, all)| {
            let count = |meant: Signature| all.iter().filter(|one| one.signature == meant).count();
            let time = |time: Option<jiff::Timestamp>| time.map(|time| time.to_string()).unwrap_or_default();
            Chain {
                kind: "chain",
                chain: &id.0,
                from: time(all.first().map(|first| first.loaded.digest.digest_start_time)),
                to: time(all.last().map(|last| last.loaded.digest.end())),
                digests: all.len(),
                signed: count(Signature::Valid),
                unsigned: count(Signature::Absent),
                unknown_key: count(Signature::UnknownKey),
                before: all.first().and_then(|first| first.is_preceded_by.as_deref()),
            }
        })
        .collect()
}

fn sums(report: &Report) -> Sums {
    let mut sums = Sums { kind: "logFiles", ..Sums::default() };
    for (_, state) in &report.logs.states {
        let sum = match state {
            State::Proven => &mut sums.proven,
            State::HashOnly => &mut sums.hash_only,
            State::NotCovered => &mut sums.not_covered,
            State::Altered => &mut sums.altered,
            State::Missing => &mut sums.missing,
            State::Unreadable(_) => &mut sums.unreadable,
            State::Unlisted => &mut sums.unlisted,
        };
        *sum = sum.saturating_add(1);
    }
    sums
}
