//! The limits of automatic response. Pure; any doubt refuses, and says why.

use crate::{Baselines, Facts, OwnTargets, Owner, Playbook, Protected, Reason};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use trailreflex_model::{
    AccountId, Arn, Finding, IdentityKind, Lifetime, Region, Resource, ResourceKind, Target, UniqueId,
};

/// How far the responder goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Looks at nothing and changes nothing: the finding alone is told.
    Observe,
    /// Says what it would do and changes nothing. The default.
    Plan,
    /// Does it once a person has approved.
    Approve,
    /// Does it.
    Act,
}

impl Mode {
    /// Returns the word that says it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Observe => "observe",
            Self::Plan => "plan",
            Self::Approve => "approve",
            Self::Act => "act",
        }
    }
}

impl std::str::FromStr for Mode {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "observe" => Ok(Self::Observe),
            "plan" => Ok(Self::Plan),
            "approve" => Ok(Self::Approve),
            "act" => Ok(Self::Act),
            other => Err(format!(
                "`{other}` is not a mode: `observe`, `plan` (neither changes anything), `approve` or `act`"
            )),
        }
    }
}

/// The limits, as the owner of the account set them.
#[derive(Debug, Clone)]
pub struct Guardrails {
    /// The account that is worked in: nothing else is touched.
    pub account: AccountId,
    /// The other accounts that the responder may work in, each with the limits of [`Guardrails::of_member`].
    pub members: BTreeSet<AccountId>,
    /// The Region that the responder runs in: resources of other Regions may have the same names.
    pub region: Region,
    /// Whom and what no action may touch.
    pub protected: Vec<Protected>,
    /// Unique ids of the responder's own roles (`AROA…`).
    pub own_roles: Vec<UniqueId>,
    /// Events older than this are reported, never acted on. In seconds.
    pub max_event_age_seconds: i64,
    /// What the owner has declared of the account.
    pub declared: Declared,
}

/// What the owner of the account has declared of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Declared {
    /// How the names of the responder's own rules and functions begin; empty if nothing is its own.
    pub own_prefix: String,
    /// What trails are to log.
    pub baselines: Baselines,
    /// What the responder's own rules wake.
    pub own_targets: OwnTargets,
}

/// Identity types that the responder knows. Anything else is in doubt.
const KNOWN_IDENTITIES: [&str; 11] = [
    "Root",
    "IAMUser",
    "AssumedRole",
    "Role",
    "FederatedUser",
    "SAMLUser",
    "WebIdentityUser",
    "IdentityCenterUser",
    "AWSAccount",
    "AWSService",
    "Directory",
];

/// How the resource part of the ARN of a role begins that belongs to AWS and that IAM lets nobody change.
const PATHS_OF_AWS: [&str; 2] = ["role/aws-service-role/", "role/aws-reserved/"];

/// How far a clock may be off, in seconds.
const CLOCK_TOLERANCE_SECONDS: i64 = 300;

/// Names of buckets are unique in a partition; all other resources are told apart within a Region only.
fn is_regional(resource: &Resource) -> bool {
    resource.resource != ResourceKind::Bucket
}

impl Guardrails {
    /// Returns the limits in a member account, in which the responder has these roles; none if it is no member.
    ///
    /// Whom nobody may touch is the same in all accounts. What was declared of the responder's own account holds nowhere else.
    #[must_use]
    pub fn of_member(&self, account: &AccountId, own_roles: Vec<UniqueId>) -> Option<Self> {
        self.members.contains(account).then(|| Self {
            account: account.clone(),
            members: BTreeSet::new(),
            region: self.region.clone(),
            protected: self.protected.clone(),
            own_roles,
            max_event_age_seconds: self.max_event_age_seconds,
            declared: Declared::default(),
        })
    }

    /// Judges what can be judged without reading the account.
    ///
    /// # Errors
    /// The first [`Reason`] that forbids to act.
    pub fn judge_finding(&self, finding: &Finding, now: Timestamp) -> Result<(), Reason> {
        let evidence = &finding.evidence;
        let actor = &finding.actor;
        let age = evidence.event_time.map(|time| now.as_second() - time.as_second());
        if evidence.account != self.account {
            return Err(Reason::ForeignAccount);
        }
        if evidence.replay_name.is_some() {
            return Err(Reason::Replayed);
        }
        match age {
            None => return Err(Reason::AgeUnknown),
            Some(age) if age > self.max_event_age_seconds => return Err(Reason::TooOld),
            Some(age) if age < -CLOCK_TOLERANCE_SECONDS => return Err(Reason::FromTheFuture),
            Some(_) => {}
        }
        if !evidence.succeeded {
            return Err(Reason::CallFailed);
        }
        if actor.principal_id.as_deref() == Some("ANONYMOUS_PRINCIPAL") {
            return Err(Reason::AnonymousCaller);
        }
        if !KNOWN_IDENTITIES.contains(&actor.kind.as_str()) {
            return Err(Reason::UnknownIdentity);
        }
        match &finding.target {
            None => Err(Reason::NoTarget),
            Some(Target::AccessKey { .. }) if actor.kind == "Root" && self.names_own_key(finding) => {
                Err(Reason::RootUser)
            }
            Some(Target::AccessKey { access_key_id }) if access_key_id.lifetime() == Lifetime::Temporary => {
                Err(Reason::TemporaryCredential)
            }
            Some(Target::Resource(resource)) if is_regional(resource) && evidence.region != self.region => {
                Err(Reason::ForeignRegion)
            }
            Some(Target::Resource(resource)) => self.judge_resource(resource),
            Some(
                Target::AccessKey { .. }
                | Target::User { .. }
                | Target::Role { .. }
                | Target::Session { .. }
                | Target::Attachment { .. },
            ) => Ok(()),
        }
    }

    /// Judges with the facts: is there a target, is it the one of the event, may it be touched?
    ///
    /// # Errors
    /// The first [`Reason`] that forbids to act.
    pub fn judge_owner<'f>(&self, finding: &Finding, facts: &'f Facts) -> Result<&'f Owner, Reason> {
        let identity = match &facts.owner {
            Owner::Identity(identity) => identity,
            Owner::Resource(resource) => {
                self.judge_resource(resource)?;
                return self.judge_protection(finding, resource).map(|()| &facts.owner);
            }
            Owner::Root => return Err(Reason::RootUser),
            Owner::Nobody if matches!(finding.target, Some(Target::Resource(_))) => {
                return Err(Reason::ResourceGone);
            }
            Owner::Nobody => return Err(Reason::TargetGone),
        };
        let reference = &identity.reference;
        if let Some(Target::AccessKey { access_key_id }) = &finding.target
            && !identity.keys.iter().any(|key| key.id == *access_key_id)
        {
            return Err(Reason::TargetGone);
        }
        if reference.arn.account() != self.account.as_str() {
            return Err(Reason::ForeignAccount);
        }
        if let (Some(created), Some(event)) = (identity.created_at, finding.evidence.event_time)
            && created > event
        {
            return Err(Reason::Recreated);
        }
        if self.protected.iter().any(|entry| entry.covers(reference)) {
            return Err(Reason::Protected);
        }
        if self.own_roles.contains(&reference.unique_id) {
            return Err(Reason::OwnRole);
        }
        if reference.kind == IdentityKind::Role
            && PATHS_OF_AWS.iter().any(|path| reference.arn.resource().starts_with(path))
        {
            return Err(Reason::RoleOfAws);
        }
        if identity.is_last_administrator {
            return Err(Reason::LastAdministrator);
        }
        Ok(&facts.owner)
    }

    /// Judges whether the actions of a playbook may concern the target of a finding at all.
    ///
    /// # Errors
    /// The [`Reason`] that forbids to act.
    pub(crate) fn judge_playbook(&self, finding: &Finding, playbook: &Playbook) -> Result<(), Reason> {
        let prefix = &self.declared.own_prefix;
        let is_own = finding.target.as_ref().and_then(Target::resource).is_some_and(|resource| {
            let name = resource.name.as_str().rsplit(':').next().unwrap_or_default();
            // A rule of another bus than the default one is named with its bus, which must be its own too.
            !prefix.is_empty() && name.split('/').all(|part| part.starts_with(prefix))
        });
        let needs_own = playbook.actions.iter().any(|kind| kind.is_for_own_stack());
        if needs_own && !is_own { Err(Reason::NotOwn) } else { Ok(()) }
    }

    /// What is named by an ARN may be kept elsewhere, such as a trail of the organization or of another Region.
    fn judge_resource(&self, resource: &Resource) -> Result<(), Reason> {
        let Ok(arn) = resource.name.as_str().parse::<Arn>() else { return Ok(()) };
        if !arn.account().is_empty() && arn.account() != self.account.as_str() {
            return Err(Reason::ForeignAccount);
        }
        if !arn.region().is_empty() && arn.region() != self.region.as_str() {
            return Err(Reason::ForeignRegion);
        }
        Ok(())
    }

    /// What is protected is named by the owner in one form and by the record in another, so all forms are compared.
    fn judge_protection(&self, finding: &Finding, resource: &Resource) -> Result<(), Reason> {
        let evidence = &finding.evidence;
        let arns = resource.arns(&evidence.region, &evidence.account);
        let is_protected = self.protected.iter().any(|entry| entry.covers_resource(resource, &arns));
        if is_protected { Err(Reason::Protected) } else { Ok(()) }
    }

    /// Returns whether the responder's own role made the call. Not enough to ignore it: the journal must show
    /// a standing containment of the same user too, since an intruder may have taken over the role.
    #[must_use]
    pub fn is_own_call(&self, finding: &Finding) -> bool {
        let caller = finding.actor.principal_id.as_deref().unwrap_or_default();
        let role = caller.split(':').next().unwrap_or_default();
        self.own_roles.iter().any(|own| own.as_str() == role)
    }

    fn names_own_key(&self, finding: &Finding) -> bool {
        let named = finding.target.as_ref().and_then(|target| match target {
            Target::AccessKey { access_key_id } => Some(access_key_id),
            Target::User { .. }
            | Target::Role { .. }
            | Target::Session { .. }
            | Target::Attachment { .. }
            | Target::Resource(_) => None,
        });
        named.is_some() && named == finding.actor.access_key_id.as_ref()
    }
}
