//! What counts of a record.

use crate::{Counts, network, program};
use jiff::Timestamp;
use trailreflex_metering::{is_root_use, is_throttling};
use trailreflex_model::cloudtrail::{AsRecorded, CallOutcome, EventType, IdentityKind, Record};
use trailreflex_model::{AccountId, Arn};

/// A call or sign-in, as far as a review looks at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The record's id, which copies share; none if the record has none.
    pub event: Option<String>,
    /// When it was made.
    pub time: Timestamp,
    /// By whom: the role behind a session, else the user, else the AWS service or account.
    pub principal: String,
    /// Whether that is an AWS service by itself, of which nobody expects habits.
    pub is_service: bool,
    /// Whether the root user made it.
    pub is_root: bool,
    /// Whether it is a sign-in to the console by a user without a second factor.
    pub is_sign_in_without_mfa: bool,
    /// The account of what is called, 12 digits; empty if the record does not say.
    pub account: String,
    /// The account of whoever called, if it is another one and not AWS itself.
    pub caller_account: Option<String>,
    /// Whether this is the caller's own record of a call in another account, which may have one as well.
    pub is_callers_record: bool,
    /// The AWS service that made the call, by itself or for somebody, such as `cloudformation.amazonaws.com`.
    pub through: Option<String>,
    /// The service, such as `iam`.
    pub service: String,
    /// Service and operation, such as `iam:CreateUser`.
    pub operation: String,
    /// The Region.
    pub region: String,
    /// The network that it came from, see [`network`].
    pub network: String,
    /// The kind of program, see [`program`].
    pub program: String,
    /// The error's code; none if it succeeded.
    pub error: Option<String>,
    /// Whether the record says that it only reads; one that does not say so may change something.
    pub is_read_only: bool,
    /// What it counts as.
    pub counts: Counts,
}

impl Call {
    /// Reads a record. Nothing if it is no call or sign-in, or does not tell its time.
    #[must_use]
    pub fn of(record: &Record) -> Option<Self> {
        let is_sign_in = match record.event_type()? {
            EventType::ApiCall | EventType::VpceEvent | EventType::ConsoleAction => false,
            EventType::ConsoleSignIn => true,
            EventType::ServiceEvent | EventType::Insight | EventType::Unrecognised(_) => return None,
        };
        let identity = record.identity();
        let sides = sides(record);
        let service = record.event_source().unwrap_or_default();
        let service = service.strip_suffix(".amazonaws.com").unwrap_or(service);
        let name = record.api_name().or_else(|| record.event_name()).unwrap_or_default();
        let is_user = matches!(identity.kind, IdentityKind::IamUser | IdentityKind::Root);
        let is_login = is_sign_in && record.event_name() == Some("ConsoleLogin");
        Some(Self {
            event: record.event_id().map(ToString::to_string),
            time: record.event_time()?,
            principal: principal(record),
            is_service: identity.kind == IdentityKind::AwsService,
            is_root: is_root_use(record),
            is_sign_in_without_mfa: is_login
                && is_user
                && record.outcome().succeeded()
                && record.mfa_used() != Some(true),
            account: sides.account,
            caller_account: sides.caller_account,
            is_callers_record: sides.is_callers_record,
            through: through(record),
            service: service.to_owned(),
            operation: format!("{service}:{name}"),
            region: record.region().map(ToString::to_string).unwrap_or_default(),
            network: network(record.source_ip_address().unwrap_or_default()),
            program: program(record.user_agent().unwrap_or_default()),
            error: record.error_code().map(str::to_owned),
            is_read_only: record.read_only() == Some(true),
            counts: counts(record),
        })
    }
}

fn counts(record: &Record) -> Counts {
    let writes = u64::from(record.read_only() == Some(false));
    let one = Counts { calls: 1, writes, ..Counts::default() };
    match record.outcome() {
        CallOutcome::Succeeded | CallOutcome::WouldHaveSucceeded => one,
        CallOutcome::Denied { .. } => Counts { errors: 1, denied: 1, ..one },
        CallOutcome::Failed { code } => {
            Counts { errors: 1, throttled: u64::from(is_throttling(code)), ..one }
        }
    }
}

/// The accounts of a call.
#[derive(Default)]
struct Sides {
    account: String,
    caller_account: Option<String>,
    is_callers_record: bool,
}

/// Between which accounts a call is. Both accounts have a record of it as a rule: that of the caller's own account names the
/// other one with the resources.
fn sides(record: &Record) -> Sides {
    let Some(recipient) = record.recipient_account().map(AccountId::as_str) else { return Sides::default() };
    let within = Sides { account: recipient.to_owned(), ..Sides::default() };
    let identity = record.identity();
    let caller = identity.account_id().map(AccountId::as_str);
    let Some(caller) = caller.filter(|_| identity.kind != IdentityKind::AwsService) else { return within };
    if caller != recipient {
        return Sides { caller_account: Some(caller.to_owned()), ..within };
    }
    match other_owner(record, caller) {
        Some(owner) => Sides {
            account: owner.as_str().to_owned(),
            caller_account: Some(caller.to_owned()),
            is_callers_record: true,
        },
        None => within,
    }
}

/// The account that owns all resources of a record of which an owner is known, if that is not the caller's.
fn other_owner(record: &Record, caller: &str) -> Option<AccountId> {
    let resources = record.field("resources")?.as_array()?;
    let mut owners = resources.iter().filter_map(|resource| resource.get("accountId")?.as_str());
    let owner = owners.next().filter(|owner| *owner != caller)?;
    owners.all(|other| other == owner).then(|| owner.parse().ok()).flatten()
}

fn through(record: &Record) -> Option<String> {
    let identity = record.identity();
    let is_service = identity.kind == IdentityKind::AwsService;
    identity.invoked_by.clone().or_else(|| is_service.then(|| principal(record)))
}

/// Who made a call, so that all sessions of a role are one.
fn principal(record: &Record) -> String {
    let identity = record.identity();
    let issuer = identity.session.as_ref().and_then(|session| session.issuer.as_ref());
    let issuer = issuer.and_then(|issuer| issuer.arn.as_ref()).map(AsRecorded::<Arn>::as_str);
    let arn = || identity.arn.as_ref().map(AsRecorded::<Arn>::as_str);
    let who = issuer.or_else(arn).or(identity.invoked_by.as_deref()).or(identity.principal_id.as_deref());
    let account = || identity.account_id().map(ToString::to_string);
    who.map(str::to_owned).or_else(account).unwrap_or_else(|| identity.kind.label().to_owned())
}
