//! A response rehearsed on an account as it is: it is read as the responder would read it, and nothing is changed.

use crate::rehearsal::Rehearsal;
use anyhow::Context;
use jiff::Timestamp;
use tokio::runtime::Runtime;
use trailreflex_aws::{ReadOnlyAccount, SdkConfig, account_of};
use trailreflex_model::{AccountId, Finding};
use trailreflex_response::{
    Guardrails, IdentityFacts, MemoryJournal, Mode, Owner, Plan, Playbook, Reason, observe, plan,
};

/// Where plans are made for somebody's own account.
#[derive(Debug)]
pub(crate) struct Live {
    runtime: Runtime,
    config: SdkConfig,
    /// The account that the credentials of the environment belong to.
    pub(crate) account: AccountId,
}

impl Live {
    /// Finds the account. `wanted` is the one that the user says it is.
    pub(crate) fn connect(wanted: Option<&AccountId>) -> anyhow::Result<Self> {
        let runtime = crate::operate::runtime()?;
        let config = runtime.block_on(trailreflex_aws::load_for_a_person());
        let account = runtime.block_on(account_of(&config)).context(
            "cannot tell whose account this is; name a profile by AWS_PROFILE, or sign in, or leave --live out",
        )?;
        if let Some(wanted) = wanted.filter(|wanted| **wanted != account) {
            anyhow::bail!("the credentials are of account {account}, not of {wanted}, so nothing was read");
        }
        Ok(Self { runtime, config, account })
    }

    /// Decides about `finding` as a stack of mode `act` would at `now`, by what the account is like.
    pub(crate) fn rehearse(
        &self,
        finding: &Finding,
        playbook: Option<&Playbook>,
        guardrails: &Guardrails,
        now: Timestamp,
    ) -> anyhow::Result<Rehearsal> {
        let playbook = match Plan::preliminary(finding, playbook, guardrails, now) {
            Err(refusing) => return Ok(Rehearsal::of(*refusing)),
            Ok(playbook) => playbook,
        };
        let class = playbook.actions.first().map(|kind| kind.class());
        let (Some(target), Some(class)) = (&finding.target, class) else {
            return Ok(Rehearsal::of(Plan::refusing(finding, Some(playbook), Reason::NoTarget, now)));
        };
        let region = finding.evidence.region.as_str();
        let account = ReadOnlyAccount::new(&self.config, region, class, crate::suppressing::now);
        let journal = MemoryJournal::default();
        let reading = observe(finding, target, playbook, (&account, &journal, None));
        let facts = self.runtime.block_on(reading).with_context(|| {
            format!(
                "account {} in {region} could not be read; the plan's reading permissions are needed",
                self.account
            )
        })?;
        let plan = plan(finding, playbook, &facts, (guardrails, Mode::Act), (now, false));
        Ok(match facts.owner {
            Owner::Identity(identity) => of_identity(plan, identity),
            Owner::Resource(_) | Owner::Root | Owner::Nobody => Rehearsal::of(plan),
        })
    }
}

fn of_identity(plan: Plan, identity: IdentityFacts) -> Rehearsal {
    let keys = identity.keys.into_iter().map(|key| (key.id, key.status.as_str().to_owned())).collect();
    Rehearsal { identity: Some(identity.reference), keys, plan }
}
