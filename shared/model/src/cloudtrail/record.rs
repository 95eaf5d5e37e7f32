//! One CloudTrail record: kept whole as it came, with what decisions need read once.

use super::event_type::{EventCategory, EventType};
use super::identity::UserIdentity;
use super::lookup::{exact_member, flag_at, member, text_at, type_name};
use super::outcome::CallOutcome;
use super::payload::Payload;
use super::time::parse_time;
use crate::{AccountId, EventId, Region, shown};
use serde_json::Value;

/// A CloudTrail record.
///
/// Everything is optional and nothing is lost: [`Record::raw`] is the value that was parsed, and a record
/// serialises as that value. An empty text counts as absent.
#[derive(Clone)]
pub struct Record {
    pub(super) raw: Value, // INVARIANT: an object; the other fields were read from it
    pub(super) request_parameters: Payload,
    pub(super) response_elements: Payload,
    pub(super) additional_event_data: Payload,
    pub(super) service_event_details: Payload,
    pub(super) event_id: Option<EventId>,
    pub(super) original_event_id: Option<EventId>,
    pub(super) event_time: Option<jiff::Timestamp>,
    pub(super) region: Option<Region>,
    pub(super) recipient_account: Option<AccountId>,
    pub(super) event_type: Option<EventType>,
    pub(super) category: Option<EventCategory>,
    pub(super) identity: UserIdentity,
    pub(super) outcome: CallOutcome,
}

/// Why a value is not a CloudTrail record.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotARecord {
    /// It is not a JSON object.
    #[error("a record must be a JSON object, found {found}")]
    NotAnObject {
        /// The JSON type that was found.
        found: &'static str,
    },
    /// It has none of the members by which records are known.
    #[error(
        "no CloudTrail record: none of eventVersion, eventID, eventName, eventSource, userIdentity is there"
    )]
    NoMark,
    /// It is a message of another AWS service (S3, SQS, SNS) in the same `Records` wrapping.
    #[error("no CloudTrail record but a message from `{source_name}`")]
    Message {
        /// The event source, such as `aws:s3`, at most 80 characters of it.
        source_name: String,
    },
}

/// The members by which a record is known. Old and shortened records lack some, even `eventVersion`.
pub(super) const MARKS: [&str; 6] =
    ["eventVersion", "eventID", "eventName", "eventSource", "userIdentity", "insightDetails"];

impl Record {
    /// Reads a record and keeps `raw` as it is.
    ///
    /// # Errors
    /// [`NotARecord`] if it is not an object, or nothing in it is CloudTrail's.
    pub fn parse(raw: Value) -> Result<Self, NotARecord> {
        check(&raw)?;
        let text = |path: &str| text_at(&raw, path);
        let identity = Payload::find(&raw, "userIdentity");
        let mut record = Self {
            request_parameters: Payload::find(&raw, "requestParameters"),
            response_elements: Payload::find(&raw, "responseElements"),
            additional_event_data: Payload::find(&raw, "additionalEventData"),
            service_event_details: Payload::find(&raw, "serviceEventDetails"),
            event_id: text("eventID").and_then(|id| id.parse().ok()),
            original_event_id: text("addendum.originalEventID").and_then(|id| id.parse().ok()),
            event_time: text("eventTime").or_else(|| text("@timestamp")).and_then(parse_time),
            region: text("awsRegion").and_then(|region| region.parse().ok()),
            recipient_account: text("recipientAccountId").and_then(|account| account.parse().ok()),
            event_type: text("eventType").map(EventType::from),
            category: text("eventCategory").map(EventCategory::from),
            identity: UserIdentity::read(identity.value(&raw, "userIdentity")),
            outcome: CallOutcome::Succeeded,
            raw,
        };
        record.outcome = record.read_outcome();
        Ok(record)
    }

    /// Returns the whole record, equal to what was parsed.
    #[must_use]
    pub fn raw(&self) -> &Value {
        &self.raw
    }

    /// Returns the whole record and gives it away.
    #[must_use]
    pub fn into_raw(self) -> Value {
        self.raw
    }

    /// Returns the value at a dotted path such as `tlsDetails.tlsVersion`, as recorded.
    ///
    /// Keys in another case and flattened keys are found too, and a payload written as JSON text is looked
    /// into. An empty text is absent, except inside the payloads: there services use `""` as a marker
    /// (S3's `policy`, `lifecycle`). `errorCode` is as [`Record::error_code`] says.
    #[must_use]
    pub fn field(&self, path: &str) -> Option<&Value> {
        let (head, rest) = path.split_once('.').map_or((path, None), |(head, rest)| (head, Some(rest)));
        if let Some(payload) = self.payload(head) {
            let value = payload?;
            return rest.map_or(Some(value), |rest| super::lookup::at_path(value, rest, exact_member));
        }
        if path == "errorCode" && self.error_code().is_none() {
            return None;
        }
        super::lookup::at_path(&self.raw, path, member).filter(|value| value.as_str() != Some(""))
    }

    /// Returns the payload called `key` if there is such a payload, whether or not this record has it.
    fn payload(&self, key: &str) -> Option<Option<&Value>> {
        match key {
            "requestParameters" => Some(self.request_parameters()),
            "responseElements" => Some(self.response_elements()),
            "additionalEventData" => Some(self.additional_event_data()),
            "serviceEventDetails" => Some(self.service_event_details()),
            _ => None,
        }
    }

    fn read_outcome(&self) -> CallOutcome {
        if let Some(code) = self.error_code() {
            return CallOutcome::from_code(code);
        }
        // A sign-in step says `{"ConsoleLogin": "Failure"}` under its own name instead of giving a code.
        let step = self.event_name().unwrap_or_default();
        let says = |payload: Option<&Value>, word: &str| {
            payload
                .and_then(|payload| text_at(payload, step))
                .is_some_and(|text| text.eq_ignore_ascii_case(word))
        };
        let steps = [self.response_elements(), self.service_event_details()];
        if steps.iter().any(|payload| says(*payload, "Failure")) {
            return CallOutcome::failed_without_code();
        }
        let says_success = steps.iter().any(|payload| says(*payload, "Success"));
        if self.error_message().is_some() && !says_success {
            return CallOutcome::failed_without_code();
        }
        CallOutcome::Succeeded
    }

    pub(super) fn text(&self, path: &str) -> Option<&str> {
        text_at(&self.raw, path)
    }

    pub(super) fn flag(&self, path: &str) -> Option<bool> {
        flag_at(&self.raw, path)
    }
}

/// Tells whether a value is a record, without reading it.
pub(super) fn check(raw: &Value) -> Result<(), NotARecord> {
    if !raw.is_object() {
        return Err(NotARecord::NotAnObject { found: type_name(raw) });
    }
    // S3 notifications have eventVersion, eventName and userIdentity too; only their source tells.
    if let Some(source) = text_at(raw, "eventSource").filter(|source| source.starts_with("aws:")) {
        return Err(NotARecord::Message { source_name: shown(source) });
    }
    let has_mark = MARKS.iter().any(|mark| !matches!(Payload::find(raw, mark), Payload::Absent));
    if has_mark { Ok(()) } else { Err(NotARecord::NoMark) }
}
