//! What a record says, member by member.

use super::api_name::without_api_date;
use super::event_type::{EventCategory, EventType};
use super::identity::UserIdentity;
use super::lookup::{at_path, flag_at, member, text_at};
use super::outcome::CallOutcome;
use super::record::{NotARecord, Record};
use crate::{AccountId, EventId, Region};
use serde_json::Value;

impl Record {
    /// Returns the record's id. CloudTrail may deliver it twice; with the account it is the key for that.
    #[must_use]
    pub fn event_id(&self) -> Option<&EventId> {
        self.event_id.as_ref()
    }

    /// Returns the id that the same action has in the records of all accounts concerned.
    #[must_use]
    pub fn shared_event_id(&self) -> Option<&str> {
        self.text("sharedEventID")
    }

    /// Returns the id of the record that this one completes or corrects, which was delivered before.
    #[must_use]
    pub fn original_event_id(&self) -> Option<&EventId> {
        self.original_event_id.as_ref()
    }

    /// Returns the id that the service gave the request.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.text("requestID")
    }

    /// Returns when the call was made, to the second in CloudTrail's own files.
    #[must_use]
    pub fn event_time(&self) -> Option<jiff::Timestamp> {
        self.event_time
    }

    /// Returns the service, such as `iam.amazonaws.com`; of an Insight event the service it is about.
    #[must_use]
    pub fn event_source(&self) -> Option<&str> {
        self.text("eventSource").or_else(|| self.text("insightDetails.eventSource"))
    }

    /// Returns the operation as recorded; of an Insight event the operation it is about.
    #[must_use]
    pub fn event_name(&self) -> Option<&str> {
        self.text("eventName").or_else(|| self.text("insightDetails.eventName"))
    }

    /// Returns the operation without the API date that Lambda and CloudFront append to it.
    #[must_use]
    pub fn api_name(&self) -> Option<&str> {
        self.event_name().map(without_api_date)
    }

    /// Returns the Region whose endpoint was called.
    #[must_use]
    pub fn region(&self) -> Option<&Region> {
        self.region.as_ref()
    }

    /// Returns the account that the record was delivered to; absent before version 1.02.
    #[must_use]
    pub fn recipient_account(&self) -> Option<&AccountId> {
        self.recipient_account.as_ref()
    }

    /// Returns what kind of event it is; absent before version 1.02.
    #[must_use]
    pub fn event_type(&self) -> Option<&EventType> {
        self.event_type.as_ref()
    }

    /// Returns the category; absent before version 1.07.
    #[must_use]
    pub fn category(&self) -> Option<&EventCategory> {
        self.category.as_ref()
    }

    /// Returns whether the operation only reads; unknown if the record does not say.
    #[must_use]
    pub fn read_only(&self) -> Option<bool> {
        self.flag("readOnly")
    }

    /// Returns who made the call.
    #[must_use]
    pub fn identity(&self) -> &UserIdentity {
        &self.identity
    }

    /// Returns how the call ended.
    #[must_use]
    pub fn outcome(&self) -> &CallOutcome {
        &self.outcome
    }

    /// Returns the error code as recorded; `"null"` is none.
    #[must_use]
    pub fn error_code(&self) -> Option<&str> {
        self.text("errorCode").filter(|code| *code != "null")
    }

    /// Returns the error message as recorded; `"null"` is none.
    #[must_use]
    pub fn error_message(&self) -> Option<&str> {
        self.text("errorMessage").filter(|message| *message != "null")
    }

    /// Returns where the call came from: an address, a service's name, `AWS Internal`, or anything else.
    #[must_use]
    pub fn source_ip_address(&self) -> Option<&str> {
        self.text("sourceIPAddress")
    }

    /// Returns the program that called, as it named itself; S3 puts it in brackets.
    #[must_use]
    pub fn user_agent(&self) -> Option<&str> {
        self.text("userAgent")
    }

    /// Returns whether the credentials come from a console session; unknown if the record does not say.
    #[must_use]
    pub fn session_credential_from_console(&self) -> Option<bool> {
        let of_session = || self.identity.session.as_ref().and_then(|session| session.from_console);
        self.flag("sessionCredentialFromConsole").or_else(of_session)
    }

    /// Returns whether a sign-in used a second factor of AWS's; `false` too for SAML, which has its own.
    #[must_use]
    pub fn mfa_used(&self) -> Option<bool> {
        flag_at(self.additional_event_data()?, "MFAUsed")
    }

    /// Returns the parameters of the call: an object as a rule, absent if AWS denied it.
    #[must_use]
    pub fn request_parameters(&self) -> Option<&Value> {
        self.request_parameters.value(&self.raw, "requestParameters")
    }

    /// Returns the parameter at a dotted path, in any ASCII case if none is spelt exactly so.
    ///
    /// Services differ in the case of what their API spells with capitals (`aWSAccountIds`, `AWSAccountIds`).
    #[must_use]
    pub fn parameter(&self, path: &str) -> Option<&Value> {
        at_path(self.request_parameters()?, path, member)
    }

    /// Returns the element of the answer at a dotted path, in any ASCII case if none is spelt exactly so.
    #[must_use]
    pub fn response_element(&self, path: &str) -> Option<&Value> {
        at_path(self.response_elements()?, path, member)
    }

    /// Returns whether CloudTrail left out the parameters because they exceed its 100 KB limit.
    ///
    /// Attackers have padded policies to that end.
    #[must_use]
    pub fn has_omitted_parameters(&self) -> bool {
        self.request_parameters().is_some_and(|parameters| {
            flag_at(parameters, "omitted") == Some(true)
                || text_at(parameters, "reason") == Some("requestParameters too large")
        })
    }

    /// Returns the answer to a call that changes something.
    #[must_use]
    pub fn response_elements(&self) -> Option<&Value> {
        self.response_elements.value(&self.raw, "responseElements")
    }

    /// Returns what the service adds, such as `MFAUsed` or `SamlProviderArn`.
    #[must_use]
    pub fn additional_event_data(&self) -> Option<&Value> {
        self.additional_event_data.value(&self.raw, "additionalEventData")
    }

    /// Returns what a service event has in place of request parameters.
    #[must_use]
    pub fn service_event_details(&self) -> Option<&Value> {
        self.service_event_details.value(&self.raw, "serviceEventDetails")
    }

    /// Returns what an Insight event is about.
    #[must_use]
    pub fn insight_details(&self) -> Option<&Value> {
        self.field("insightDetails").filter(|details| !details.is_null())
    }
}

impl TryFrom<Value> for Record {
    type Error = NotARecord;

    fn try_from(raw: Value) -> Result<Self, Self::Error> {
        Self::parse(raw)
    }
}

impl PartialEq for Record {
    fn eq(&self, other: &Self) -> bool {
        self.raw == other.raw // all else is read from it
    }
}

/// Names the record and shows nothing of it: parameters may hold what must not reach a log.
impl std::fmt::Debug for Record {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Record")
            .field("event_id", &self.event_id)
            .field("event_source", &self.event_source())
            .field("event_name", &self.event_name())
            .finish_non_exhaustive()
    }
}

impl serde::Serialize for Record {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.raw.serialize(serializer)
    }
}

impl<'de> serde::Deserialize<'de> for Record {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(Value::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}
