//! Which records are meant.

use crate::address::AddressPattern;
use crate::file_name::Wanted;
use crate::pattern::Pattern;
use jiff::Timestamp;
use serde_json::Value;
use trailreflex_model::cloudtrail::{AsRecorded, CallOutcome, Record};
use trailreflex_model::{AccountId, Arn};

/// Ending of the names of AWS's services.
const SERVICE_ENDING: &str = ".amazonaws.com";
/// What an error is called that has no code.
pub(crate) const NO_CODE: &str = "Failure";
/// How deep payloads are looked into for resources.
const MAX_DEPTH: usize = 16;

/// Which records are meant: of each list that is not empty, one entry must match. The default means all.
#[derive(Debug, Clone, Default)]
pub struct Query {
    /// Who called: ARN, unique id, user, role or session name, source identity, or calling service.
    pub actors: Vec<Pattern>,
    /// The operation, with or without the API date that some services append.
    pub events: Vec<Pattern>,
    /// The service, with or without `.amazonaws.com`.
    pub sources: Vec<Pattern>,
    /// Where the call came from.
    pub addresses: Vec<AddressPattern>,
    /// The Region whose endpoint was called.
    pub regions: Vec<Pattern>,
    /// The account that the record was delivered to, or that of the caller.
    pub accounts: Vec<AccountId>,
    /// Code or message of a failed call.
    pub errors: Vec<Pattern>,
    /// An access key: of the caller, or named in parameters or answer.
    pub keys: Vec<Pattern>,
    /// A resource by ARN, or by a name that stands in parameters or answer.
    pub resources: Vec<Pattern>,
    /// The earliest time.
    pub from: Option<Timestamp>,
    /// The latest time.
    pub to: Option<Timestamp>,
}

impl Query {
    /// Tells whether a record is meant. One without a time is not, if times are asked for.
    #[must_use]
    pub fn matches(&self, record: &Record) -> bool {
        self.is_in_time(record)
            && any(&self.events, [record.event_name(), record.api_name()])
            && any(&self.sources, services(record))
            && any(&self.regions, [record.region().map(trailreflex_model::Region::as_str)])
            && self.is_account(record)
            && self.is_address(record)
            && any(&self.actors, actors(record))
            && self.is_error(record)
            && self.is_key(record)
            && self.is_resource(record)
    }

    /// Returns which files may hold what is meant.
    #[must_use]
    pub fn wanted(&self) -> Wanted {
        Wanted {
            accounts: self.accounts.clone(),
            regions: self.regions.clone(),
            from: self.from,
            to: self.to,
        }
    }

    fn is_in_time(&self, record: &Record) -> bool {
        let is_before = |time: Timestamp| self.from.is_some_and(|from| time < from);
        let is_behind = |time: Timestamp| self.to.is_some_and(|to| time > to);
        if self.from.is_none() && self.to.is_none() {
            return true;
        }
        record.event_time().is_some_and(|time| !is_before(time) && !is_behind(time))
    }

    fn is_account(&self, record: &Record) -> bool {
        let of_caller = record.identity().account_id();
        let mut of_record = [record.recipient_account(), of_caller].into_iter().flatten();
        self.accounts.is_empty() || of_record.any(|account| self.accounts.contains(account))
    }

    fn is_address(&self, record: &Record) -> bool {
        let address = record.source_ip_address();
        self.addresses.is_empty()
            || address.is_some_and(|address| self.addresses.iter().any(|pattern| pattern.matches(address)))
    }

    fn is_error(&self, record: &Record) -> bool {
        if self.errors.is_empty() {
            return true;
        }
        let code = match record.outcome() {
            CallOutcome::Succeeded => return false,
            CallOutcome::Denied { code } | CallOutcome::Failed { code } => Some(code.as_str()),
            CallOutcome::WouldHaveSucceeded => record.error_code(),
        };
        any(&self.errors, [code, record.error_message()])
    }

    fn is_key(&self, record: &Record) -> bool {
        let is_meant = |text: &str| self.keys.iter().any(|pattern| pattern.matches(text));
        self.keys.is_empty()
            || record.identity().access_key_id.as_ref().is_some_and(|key| is_meant(key.as_str()))
            || payloads(record).any(|payload| has_key(payload, &is_meant, 0))
    }

    fn is_resource(&self, record: &Record) -> bool {
        let is_meant = |text: &str| self.resources.iter().any(|pattern| is_resource(pattern, text));
        self.resources.is_empty()
            || record.field("resources").is_some_and(|all| has_text(all, &is_meant, 0))
            || payloads(record).any(|payload| has_text(payload, &is_meant, 0))
    }
}

fn any<'v>(patterns: &[Pattern], values: impl IntoIterator<Item = Option<&'v str>>) -> bool {
    patterns.is_empty()
        || values.into_iter().flatten().any(|value| patterns.iter().any(|pattern| pattern.matches(value)))
}

fn services(record: &Record) -> [Option<&str>; 2] {
    let source = record.event_source();
    [source, source.and_then(|source| source.strip_suffix(SERVICE_ENDING))]
}

/// Returns all that the caller can be called by.
pub(crate) fn actors(record: &Record) -> impl Iterator<Item = Option<&str>> {
    let identity = record.identity();
    let session = identity.session.as_ref();
    let issuer = session.and_then(|session| session.issuer.as_ref());
    let arn = identity.arn.as_ref().map(AsRecorded::<Arn>::as_str);
    let id = identity.principal_id.as_deref();
    [
        arn,
        arn.and_then(|arn| arn.rsplit_once('/')).map(|(_, name)| name),
        id,
        id.and_then(|id| id.split_once(':')).map(|(unique, _)| unique),
        identity.user_name.as_deref(),
        identity.session_name(),
        identity.invoked_by.as_deref(),
        issuer.and_then(|issuer| issuer.arn.as_ref()).map(AsRecorded::<Arn>::as_str),
        issuer.and_then(|issuer| issuer.user_name.as_deref()),
        session.and_then(|session| session.source_identity.as_deref()),
        identity.on_behalf_of.as_ref().and_then(|person| person.user_id.as_deref()),
        record.field("userIdentity.credentialId").and_then(Value::as_str),
    ]
    .into_iter()
}

fn payloads(record: &Record) -> impl Iterator<Item = &Value> {
    [record.request_parameters(), record.response_elements(), record.service_event_details()]
        .into_iter()
        .flatten()
}

fn has_text(value: &Value, is_meant: &impl Fn(&str) -> bool, depth: usize) -> bool {
    let deeper = depth.saturating_add(1);
    match value {
        Value::String(text) => is_meant(text),
        Value::Array(all) if depth < MAX_DEPTH => all.iter().any(|one| has_text(one, is_meant, deeper)),
        Value::Object(all) if depth < MAX_DEPTH => all.values().any(|one| has_text(one, is_meant, deeper)),
        Value::Array(_) | Value::Object(_) | Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// Looks for members that hold the id of an access key, in any service's spelling.
fn has_key(value: &Value, is_meant: &impl Fn(&str) -> bool, depth: usize) -> bool {
    let deeper = depth.saturating_add(1);
    match value {
        Value::Object(all) if depth < MAX_DEPTH => all.iter().any(|(name, one)| {
            let is_key = name.eq_ignore_ascii_case("accessKeyId") && one.as_str().is_some_and(is_meant);
            is_key || has_key(one, is_meant, deeper)
        }),
        Value::Array(all) if depth < MAX_DEPTH => all.iter().any(|one| has_key(one, is_meant, deeper)),
        Value::Array(_) | Value::Object(_) | Value::Null | Value::Bool(_) => false,
        Value::Number(_) | Value::String(_) => false,
    }
}

/// Tells whether a text is the resource, or an ARN that ends with its name.
fn is_resource(pattern: &Pattern, text: &str) -> bool {
    let name = || text.strip_prefix("arn:")?.splitn(5, ':').nth(4);
    let is_end = |resource: &str| {
        pattern.matches(resource)
            || resource.split_once([':', '/']).is_some_and(|(_, name)| pattern.matches(name))
            || resource.rsplit(['/', ':']).next().is_some_and(|last| pattern.matches(last))
    };
    pattern.matches(text) || name().is_some_and(is_end)
}
