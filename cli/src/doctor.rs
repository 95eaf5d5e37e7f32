//! `trailreflex doctor`: whether events will arrive, be answered and be told, and what mends what is broken.

use crate::Ended;
use crate::args::{Doctor, Format};
use crate::rules::load::built_in;
use crate::rules::patterns::delivers_to_detect;
use crate::suppressing::now;
use crate::table::Table;
use crate::terminal::{Style, Terminal, safe};
use std::collections::BTreeSet;
use std::io::Write;
use trailreflex_aws::{Deployment, EventRules, NotFound, load_for_a_person, load_for_a_person_in};
use trailreflex_delivery::{DeployedRule, needed_calls, undelivered};
use trailreflex_detection::{Level, RuleSet};
use trailreflex_doctor::{
    Control, Diagnosis, EventRule, Facts, Finding, Forwards, Known, OtherRegion, Standing, controls, costs,
    diagnose, hearing_region,
};
use trailreflex_model::{Arn, Region, cause_chain};

/// By how many days the cost of a month is told.
const COST_DAYS: u32 = 7;

/// Runs the command.
pub(crate) fn run(options: &Doctor, terminal: &mut Terminal) -> anyhow::Result<Ended> {
    if options.cost {
        return cost(options, terminal);
    }
    let facts = crate::operate::runtime()?.block_on(facts(&options.stack, &options.regions))?;
    let diagnoses = diagnose(&facts);
    let is_well = |one: &Diagnosis| matches!(one.finding, Finding::Proven { .. });
    let format = terminal.format(options.format);
    if options.compliance {
        for control in controls(&diagnoses) {
            show_control(&control, format, terminal)?;
        }
    } else {
        for one in &diagnoses {
            show(one, format, terminal)?;
        }
    }
    let wrong = diagnoses.iter().filter(|one| !is_well(one)).count();
    terminal.complain(&format!(
        "{}: {} of {} findings are not as they should be",
        options.stack,
        wrong,
        diagnoses.len()
    ));
    Ok(if wrong == 0 { Ended::Well } else { Ended::WithRejections })
}

/// Shows what a month costs.
fn cost(options: &Doctor, terminal: &mut Terminal) -> anyhow::Result<Ended> {
    let used = crate::operate::runtime()?.block_on(async {
        let deployment = Deployment::new(&load_for_a_person().await, options.stack.clone());
        let functions = deployment.functions().await?;
        if functions.is_empty() {
            return Err(NotFound::None { what: "function", stack: options.stack.clone() }.to_string());
        }
        deployment.used(&functions, COST_DAYS, now()).await
    });
    let costs = costs(&used.map_err(anyhow::Error::msg)?);
    match terminal.format(options.format) {
        Format::Json => {
            for cost in &costs {
                terminal.json_line(cost)?;
            }
        }
        Format::Table => {
            let mut table = Table::new(["item", "in a month", "USD"]);
            for cost in &costs {
                let usd = format!("{:.2}", cost.usd);
                table.add(Style::Bold, [cost.item.as_str(), cost.amount.as_str(), usd.as_str()]);
            }
            table.write(terminal)?;
        }
    }
    let all: f64 = costs.iter().map(|cost| cost.usd).sum();
    terminal.complain(&format!(
        "{}: {all:.2} USD a month, at prices of us-east-1 and without free tiers, by the last {COST_DAYS} days; not in it: the trail and \
         its bucket, keys of KMS (1 USD each), messages, reviews' storage",
        options.stack
    ));
    Ok(Ended::Well)
}

/// Reads the account; what cannot be read is in the facts as such.
async fn facts(stack: &str, others: &[Region]) -> anyhow::Result<Facts> {
    let config = load_for_a_person().await;
    let region: Region = config.region().map(ToString::to_string).unwrap_or_default().parse()?;
    let deployment = Deployment::new(&config, stack.to_owned());
    let rules = deployment.rules().await;
    let there = hearing_region(&region);
    let rules_there = if region.as_str() == there {
        rules.as_ref().map(Vec::len).map_err(Clone::clone)
    } else {
        let config = load_for_a_person_in(Some(there.to_owned())).await;
        let rules = EventRules::new(&config).list(&format!("{stack}-")).await;
        rules.map(|rules| rules.len()).map_err(|error| cause_chain(&error))
    };
    let functions = deployment.functions().await;
    let name = functions.iter().flatten().find_map(|function| function.switch.clone());
    let switch = match name {
        Some(name) => deployment.parameter(&name).await,
        None => Ok(None),
    };
    let home = rules.iter().flatten().find_map(|rule| rule.arn.parse().ok());
    let home = home.map(|arn: Arn| bus_beside(&arn));
    let mut sending = Vec::new();
    for other in others {
        sending.push(OtherRegion { region: other.clone(), forwards: forwards(other, home.as_deref()).await });
    }
    Ok(Facts {
        stack: stack.to_owned(),
        region,
        rules_there,
        trails: deployment.trails().await,
        undelivered: rules.as_deref().map_or_else(|why| Err(why.clone()), |rules| missing(stack, rules)),
        rules,
        queues: deployment.queues().await,
        subscriptions: deployment.subscriptions().await,
        switch,
        others: sending,
        sensors: match &functions {
            Ok(functions) => deployment.sensors(functions).await,
            Err(why) => Err(why.clone()),
        },
        concurrency: deployment.concurrency().await,
        rules_on_bus: deployment.rules_on_bus().await,
        held_back: deployment.held_back(now()).await,
        functions,
    })
}

/// The default bus in the account and Region of a rule.
fn bus_beside(rule: &Arn) -> String {
    let (partition, region, account) = (rule.partition(), rule.region(), rule.account());
    format!("arn:{partition}:events:{region}:{account}:event-bus/default")
}

/// Reads what a Region sends to the bus at home.
async fn forwards(region: &Region, home: Option<&str>) -> Known<Forwards> {
    let home = home.ok_or("no event rule of the stack says which account this is")?;
    let config = load_for_a_person_in(Some(region.to_string())).await;
    let sending = EventRules::new(&config).sending_to(home).await.map_err(|error| cause_chain(&error))?;
    Ok(Forwards { rules: sending.len(), unsent: lacking(&sending)? })
}

/// Names built-in rules that ask for calls which no event rule of `detect` delivers.
fn missing(stack: &str, rules: &[EventRule]) -> Known<Vec<String>> {
    let deployed = rules.iter().filter(|rule| delivers_to_detect(stack, &rule.name));
    let deployed: Vec<_> = deployed
        .map(|rule| DeployedRule {
            name: rule.name.clone(),
            state: rule.state.clone(),
            pattern: rule.pattern.clone(),
        })
        .collect();
    lacking(&deployed)
}

/// Names built-in rules that ask for calls which none of these event rules delivers.
fn lacking(deployed: &[DeployedRule]) -> Known<Vec<String>> {
    let known = RuleSet::load(built_in().map_err(|error| format!("{error:#}"))?).rules;
    let keys: BTreeSet<_> = undelivered(&needed_calls(&known), deployed).into_values().flatten().collect();
    let name = |key: String| known.rule(&key).and_then(|rule| rule.name.clone()).unwrap_or(key);
    Ok(keys.into_iter().map(name).collect())
}

fn show(one: &Diagnosis, format: Format, terminal: &mut Terminal) -> anyhow::Result<()> {
    if format == Format::Json {
        return terminal.json_line(one);
    }
    let (mark, style, details) = match &one.finding {
        Finding::Proven { by } => ("✓", Style::Good, [by.as_str(), ""]),
        Finding::Unknown { why } => ("?", Style::Of(Level::Medium), [why.as_str(), ""]),
        Finding::Broken { what, fix } => ("✗", Style::Of(Level::High), [what.as_str(), fix.as_str()]),
    };
    let heading = terminal.paint(style, &format!("{mark} {}", one.check.title())).into_owned();
    writeln!(terminal.out, "{heading}")?;
    for (detail, sign) in details.into_iter().zip(["", "→ "]).filter(|(detail, _)| !detail.is_empty()) {
        writeln!(terminal.out, "    {sign}{}", safe(detail))?;
    }
    Ok(())
}

fn show_control(control: &Control, format: Format, terminal: &mut Terminal) -> anyhow::Result<()> {
    if format == Format::Json {
        return terminal.json_line(control);
    }
    let Control { standard, id, asks, standing, missing, not_covered } = control;
    let (mark, style) = match standing {
        Standing::Proven => ("✓", Style::Good),
        Standing::Unknown => ("?", Style::Of(Level::Medium)),
        Standing::Broken => ("✗", Style::Of(Level::High)),
    };
    let heading = terminal.paint(style, &format!("{mark} {standard} {id}")).into_owned();
    writeln!(terminal.out, "{heading}  {asks}")?;
    for check in missing {
        writeln!(terminal.out, "    missing: {}", check.title())?;
    }
    if !not_covered.is_empty() {
        writeln!(terminal.out, "    not looked at: {not_covered}")?;
    }
    Ok(())
}
