//! What counts of a record.

use crate::{Counts, network, program};
use jiff::Timestamp;
use trailreflex_metering::{is_root_use, is_throttling};
use trailreflex_model::Arn;
use trailreflex_model::cloudtrail::{AsRecorded, CallOutcome, EventType, IdentityKind, Record};

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
            service: service.to_owned(),
            operation: format!("{service}:{name}"),
            region: record.region().map(ToString::to_string).unwrap_or_default(),
            network: network(record.source_ip_address().unwrap_or_default()),
            program: program(record.user_agent().unwrap_or_default()),
            error: record.error_code().map(str::to_owned),
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
