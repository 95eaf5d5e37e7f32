//! `trailreflex rehearse`: a leak in the account, as a deployed stack answers it.
//!
//! All that is done is done to a user of its own, which has no permissions and is removed at the end, whatever happens in between.

mod course;
mod heard;
mod told;

use crate::Ended;
use crate::args::Rehearse;
use crate::interrupt;
use crate::terminal::Terminal;
use anyhow::Context;
use course::Rehearsal;
use heard::{Heard, expected};
use serde_json::json;
use std::time::Duration;
use told::Teller;
use trailreflex_aws::{
    BusTap, Deployment, Operator, ParameterSwitch, SdkConfig, ThrowawayUser, account_of, load_for_a_person,
};
use trailreflex_response::{Mode, OutcomeStatus, Switch, SwitchState};

/// Runs the command.
pub(crate) fn run(options: &Rehearse, terminal: &mut Terminal) -> anyhow::Result<Ended> {
    crate::operate::runtime()?.block_on(rehearse(options, terminal))
}

async fn rehearse(options: &Rehearse, terminal: &mut Terminal) -> anyhow::Result<Ended> {
    let config = load_for_a_person().await;
    if options.remove {
        return remove_left_over(&config, &options.stack, terminal).await;
    }
    let stack = options.stack.as_str();
    let account =
        account_of(&config).await.context("whose account is it? Is there a profile (AWS_PROFILE)?")?;
    let (mode, is_armed) = mode_of(&config, stack).await?;
    let expected = expected(mode, is_armed);
    let switch = if is_armed { "armed" } else { "disarmed" };
    let outcome = expected.map_or("found and not answered", OutcomeStatus::as_str);
    terminal.complain(&format!(
        "account {account}, stack {stack} in mode {}, {switch}: a leak is to be {outcome}",
        mode.as_str()
    ));
    if !options.yes {
        terminal.complain(
            "with --yes a user without permissions is made in that account, with a key that nobody sees; the quarantine policy is \
             attached to it, as AWS does with a key it finds in public; the stack finds and answers that, and tells people of it as of \
             any other; a containment is taken back; the user is removed",
        );
        return Ok(Ended::WithRejections);
    }
    interrupt::listen()?;
    let name = format!("rehearsal-{}-{}", crate::suppressing::now().as_second(), std::process::id());
    let bus = format!("{stack}-findings");
    let tap = BusTap::open(&config, &bus, &name, &json!({"source": [{"prefix": "trailreflex."}]})).await;
    let tap = tap
        .with_context(|| needs(&format!("what passes the bus {bus} cannot be seen"), &BusTap::PERMISSIONS))?;
    let user = ThrowawayUser::create(&config, &name, stack).await;
    let user = user.with_context(|| needs("no user was made", &ThrowawayUser::PERMISSIONS));
    let operator = Operator::new(&config, stack.to_owned());
    let gone = match &user {
        Ok(user) => {
            let (heard, wait) = (Heard::about(user.name()), Duration::from_secs(options.wait));
            let teller = Teller::new(terminal.format(options.format));
            let mut rehearsal =
                Rehearsal { tap: &tap, user, operator: &operator, stack, heard, teller, wait };
            let went = rehearsal.go(expected, terminal).await;
            let removed = rehearsal.remove(terminal).await;
            removed.and(went)
        }
        Err(_) => Ok(Ended::Well),
    };
    let closed = tap.close().await;
    user?;
    closed.with_context(|| format!("the rule or the queue {name} is left; remove it"))?;
    gone
}

/// The mode of a stack, and whether its kill switch lets it act.
async fn mode_of(config: &SdkConfig, stack: &str) -> anyhow::Result<(Mode, bool)> {
    let deployment = Deployment::new(config, stack.to_owned());
    let functions = deployment.functions().await.map_err(anyhow::Error::msg)?;
    let prefix = format!("{stack}-ContainIdentityFunction-");
    let responder = functions.iter().find(|one| one.name.starts_with(&prefix));
    let responder = responder.with_context(|| {
        format!("no stack `{stack}` with a responder is in this account and Region; name the stack as CloudFormation does, and set AWS_REGION")
    })?;
    let mode = responder.mode.as_deref().unwrap_or_default().parse().map_err(anyhow::Error::msg)?;
    let is_armed = match &responder.switch {
        Some(name) => ParameterSwitch::new(config, name.clone()).read().await == SwitchState::Armed,
        None => false,
    };
    Ok((mode, is_armed))
}

async fn remove_left_over(config: &SdkConfig, stack: &str, terminal: &mut Terminal) -> anyhow::Result<Ended> {
    let left = ThrowawayUser::left_over(config, stack)
        .await
        .with_context(|| needs("no users were listed", &ThrowawayUser::PERMISSIONS))?;
    for name in &left {
        ThrowawayUser::remove_left_over(config, name)
            .await
            .with_context(|| format!("the user {name} is left"))?;
        terminal.complain(&format!("{name} and its keys are gone"));
    }
    terminal.complain(&format!("users of earlier rehearsals that were removed: {}", left.len()));
    Ok(Ended::Well)
}

fn needs(what: &str, permissions: &[&str]) -> String {
    format!("{what}; whose identity may call {}?", permissions.join(", "))
}
