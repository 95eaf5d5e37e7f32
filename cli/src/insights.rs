//! `trailreflex insights`: questions to the log group of a trail, asked of Logs Insights.

mod asking;
mod rows;

use crate::Ended;
use crate::args::{Format, ListQueries, RecordsFormat, RunQuery, in_order};
use crate::interrupt;
use crate::table::Table;
use crate::terminal::{Style, Terminal};
use anyhow::{Context, bail, ensure};
use asking::{Asked, Asking};
use jiff::{SignedDuration, Timestamp};
use rows::Rows;
use serde_json::json;
use trailreflex_aws::{LogQueries, LogQuery, load_for_a_person};
use trailreflex_insights::{Bytes, QUERIES, Query, advice};

/// What is looked at unless somebody says otherwise.
const DAY: SignedDuration = SignedDuration::from_hours(24);
/// Log groups of one query. Source: CloudWatch Logs API reference, StartQuery.
const MOST_GROUPS: usize = 50;
/// What is said of each refusal: most are permissions or the Region.
const NEEDED: &str = "is there a profile (AWS_PROFILE) and a Region (AWS_REGION)";

/// Lists the queries.
pub(crate) fn list(options: &ListQueries, terminal: &mut Terminal) -> anyhow::Result<Ended> {
    let is_table = terminal.format(options.format) == Format::Table;
    let mut table = Table::new(["NAME", "PARAMETERS", "ANSWERS"]);
    for query in QUERIES {
        let parameters: Vec<_> = query.parameters.iter().collect();
        if !is_table {
            let parameters: Vec<_> = parameters
                .iter()
                .map(|one| json!({"name": one.name, "needed": !one.is_optional, "is": one.kind.wanted()}))
                .collect();
            terminal.json_line(&json!({
                "name": query.name, "title": query.title, "answers": query.answers, "parameters": parameters,
                "columns": query.columns(), "limit": query.limit, "query": query.example().join("\n| "),
            }))?;
            continue;
        }
        let name = |name: &str, is_optional| if is_optional { format!("[{name}]") } else { name.to_owned() };
        let names: Vec<_> = parameters.iter().map(|one| name(one.name, one.is_optional)).collect();
        let answers = format!("{}: {}", query.title, query.answers);
        table.add(Style::Bold, [query.name, &names.join(" "), &answers]);
    }
    table.write(terminal)?;
    Ok(Ended::Well)
}

/// Runs a query.
pub(crate) fn run(options: &RunQuery, terminal: &mut Terminal) -> anyhow::Result<Ended> {
    let query = Query::named(&options.name).with_context(|| {
        format!("there is no query `{}`; `trailreflex insights list` shows all", options.name)
    })?;
    let given = options.parameters.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let filled = query.fill(given, options.limit)?;
    let (since, until) = span(options, crate::suppressing::now())?;
    let format = match (options.format, &options.output) {
        (Some(RecordsFormat::Table), Some(_)) => {
            bail!("a table is for the terminal; add --format json or --format csv to --output")
        }
        (Some(format), _) => format,
        (None, Some(_)) => RecordsFormat::Json,
        (None, None) => terminal.format(None).into(),
    };
    interrupt::listen()?;
    let runtime = crate::operate::runtime()?;
    let queries = LogQueries::new(&runtime.block_on(load_for_a_person()));
    let groups = groups(options, &queries, &runtime)?;
    let asked = LogQuery { groups, since, until, text: filled.text, limit: filled.limit };
    weigh(options, &asked, (&queries, &runtime), terminal)?;
    let mut rows = Rows::begin(query.columns(), format, options.output.as_deref(), terminal)?;
    let asking = Asking { queries: &queries, runtime: &runtime };
    match asking.ask(&asked, &mut rows, terminal)? {
        Asked::Interrupted => Ok(Ended::Interrupted),
        Asked::Answered { scanned, matched, bytes } => {
            let found = rows.end(terminal)?;
            terminal.complain(&format!(
                "{found} rows; {matched} of {scanned} records matched; {} were looked at (us-east-1; prices differ by Region)",
                Bytes(bytes)
            ));
            if found >= u64::from(filled.limit) {
                terminal.complain(&format!(
                    "these are as many rows as were asked for, and there may be more: give a larger --limit (at most {}), or less time",
                    trailreflex_insights::MAX_ROWS
                ));
            }
            Ok(Ended::Well)
        }
    }
}

/// The time that is asked about.
fn span(options: &RunQuery, now: Timestamp) -> anyhow::Result<(Timestamp, Timestamp)> {
    let until = options.to.unwrap_or(now);
    let since = match options.from {
        Some(from) => from,
        None => until.checked_sub(options.last.unwrap_or(DAY)).context("--last is too long")?,
    };
    in_order(Some(since), Some(until))?;
    Ok((since, until))
}

fn groups(
    options: &RunQuery,
    queries: &LogQueries,
    runtime: &tokio::runtime::Runtime,
) -> anyhow::Result<Vec<String>> {
    let groups = match &options.place.stack {
        None => options.place.log_groups.clone(),
        Some(stack) => {
            let found = runtime.block_on(queries.groups_of_stack(stack));
            let found = found.with_context(|| {
                format!("the log group of {stack} cannot be found; {NEEDED}? --log-group names it")
            })?;
            ensure!(
                !found.is_empty(),
                "{stack} has no saved queries here: is that the stack's name and Region, and does its trail deliver to CloudWatch \
                 Logs (CreateTrail, or TrailLogGroup)? --log-group names a log group"
            );
            found.into_iter().collect()
        }
    };
    ensure!(groups.len() <= MOST_GROUPS, "a query takes at most {MOST_GROUPS} log groups");
    Ok(groups)
}

/// Says how much there is to look at, and refuses if that is more than somebody wants to pay for.
fn weigh(
    options: &RunQuery,
    asked: &LogQuery,
    (queries, runtime): (&LogQueries, &tokio::runtime::Runtime),
    terminal: &mut Terminal,
) -> anyhow::Result<()> {
    let (mut bytes, most) = (0_u64, Bytes(options.max_bytes));
    for group in &asked.groups {
        match runtime.block_on(queries.taken_in(group, asked.since, asked.until)) {
            Ok(more) => bytes = bytes.saturating_add(more),
            Err(error) if options.yes => {
                terminal.complain(&format!("how much there is to look at is not known: {error}"));
                return Ok(());
            }
            Err(error) => {
                return Err(error).context(
                    "how much there is to look at, and so to pay for, cannot be told; --yes asks all the same",
                );
            }
        }
    }
    let expected = Bytes(bytes);
    if expected > most && !options.yes {
        bail!(advice(expected, most));
    }
    terminal.complain(&format!(
        "to look at: {expected} (us-east-1; prices differ by Region), as much as {} took in from {} to {}",
        asked.groups.join(", "),
        asked.since,
        asked.until
    ));
    Ok(())
}
