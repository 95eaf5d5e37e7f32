//! All that a record says, as one value: what a case expects is compared whole.

use serde_json::{Map, Value, json};
use trailreflex_model::cloudtrail::{
    AsRecorded, CallOutcome, Record, SessionContext, SessionIssuer, UserIdentity,
};

/// Returns the record as it is written.
pub(crate) fn whole(record: &Record) -> Value {
    assert_eq!(record.raw(), &record.clone().into_raw());
    serde_json::to_value(record).expect("a record can be written")
}

/// Returns everything that is not absent; of `fields` those that the case asks for.
pub(crate) fn summary(record: &Record, case: &Value) -> Value {
    let paths = case["fields"].as_object().into_iter().flat_map(Map::keys);
    let fields: Map<String, Value> =
        paths.map(|path| (path.clone(), record.field(path).cloned().unwrap_or(json!("(absent)")))).collect();
    let api_name = record.api_name().filter(|name| Some(*name) != record.event_name());
    present(json!({
        "eventId": record.event_id(),
        "originalEventId": record.original_event_id(),
        "sharedEventId": record.shared_event_id(),
        "requestId": record.request_id(),
        "time": record.event_time(),
        "source": record.event_source(),
        "name": record.event_name(),
        "apiName": api_name,
        "region": record.region(),
        "account": record.recipient_account(),
        "type": record.event_type().map(|kind| format!("{kind:?}")),
        "category": record.category().map(|category| format!("{category:?}")),
        "readOnly": record.read_only(),
        "outcome": outcome(record.outcome()),
        "errorCode": record.error_code(),
        "errorMessage": record.error_message(),
        "address": record.source_ip_address(),
        "userAgent": record.user_agent(),
        "fromConsole": record.session_credential_from_console(),
        "mfaUsed": record.mfa_used(),
        "requestParameters": record.request_parameters(),
        "omitted": record.has_omitted_parameters().then_some(true),
        "responseElements": record.response_elements(),
        "additionalEventData": record.additional_event_data(),
        "serviceEventDetails": record.service_event_details(),
        "insightDetails": record.insight_details(),
        "identity": identity(record.identity()),
        "fields": (!fields.is_empty()).then_some(fields),
    }))
}

fn outcome(outcome: &CallOutcome) -> Option<String> {
    match outcome {
        CallOutcome::Succeeded => None,
        CallOutcome::Denied { code } => Some(format!("denied: {code}")),
        CallOutcome::Failed { code } => Some(format!("failed: {code}")),
        CallOutcome::WouldHaveSucceeded => Some("would have succeeded".to_owned()),
    }
}

fn identity(identity: &UserIdentity) -> Value {
    let issuer_id = identity.session_issuer_unique_id();
    present(json!({
        "kind": format!("{:?}", identity.kind),
        "display": identity.display(),
        "principalId": identity.principal_id,
        "arn": as_recorded(identity.arn.as_ref().map(AsRecorded::<trailreflex_model::Arn>::as_str), identity.arn()),
        "account": as_recorded(
            identity.account_id.as_ref().map(AsRecorded::<trailreflex_model::AccountId>::as_str),
            identity.account_id(),
        ),
        "key": identity.access_key_id,
        "user": identity.user_name,
        "invokedBy": identity.invoked_by,
        "provider": identity.identity_provider,
        "session": identity.session.as_ref().map(session),
        "sessionName": identity.session_name(),
        "issuerId": issuer_id,
        "onBehalfOf": identity.on_behalf_of.as_ref().map(|person| present(json!({
            "userId": person.user_id,
            "store": person.identity_store_arn.as_ref().map(AsRecorded::<trailreflex_model::Arn>::as_str),
        }))),
    }))
}

fn session(session: &SessionContext) -> Value {
    present(json!({
        "issuer": session.issuer.as_ref().map(issuer),
        "mfa": session.mfa_authenticated,
        "fromConsole": session.from_console,
        "since": session.creation_date,
        "sourceIdentity": session.source_identity,
        "ec2RoleDelivery": session.ec2_role_delivery,
        "assumedRoot": session.assumed_root,
        "federatedProvider": session.federated_provider,
    }))
}

fn issuer(issuer: &SessionIssuer) -> Value {
    present(json!({
        "kind": issuer.kind.as_ref().map(|kind| format!("{kind:?}")),
        "principalId": issuer.principal_id,
        "arn": issuer.arn.as_ref().map(AsRecorded::<trailreflex_model::Arn>::as_str),
        "user": issuer.user_name,
        "account": issuer.account_id.as_ref().map(AsRecorded::<trailreflex_model::AccountId>::as_str),
    }))
}

/// Marks a text that is not a well-formed id.
fn as_recorded<T>(text: Option<&str>, valid: Option<&T>) -> Option<String> {
    text.map(|text| if valid.is_some() { text.to_owned() } else { format!("malformed: {text}") })
}

/// Leaves out what is absent.
fn present(value: Value) -> Value {
    match value {
        Value::Object(members) => members.into_iter().filter(|(_, member)| !member.is_null()).collect(),
        other @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_)) => {
            other
        }
    }
}
