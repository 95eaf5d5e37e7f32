//! Which fields a CloudTrail record can have at its top. What is below some of them is up to each service.
//!
//! AWS CloudTrail User Guide, "CloudTrail record contents for management, data, and network activity events" and "CloudTrail
//! record contents for Insights events".

const FIELDS: [&str; 32] = [
    "addendum",
    "additionalEventData",
    "apiVersion",
    "awsRegion",
    "edgeDeviceDetails",
    "errorCode",
    "errorMessage",
    "eventCategory",
    "eventContext",
    "eventID",
    "eventName",
    "eventSource",
    "eventTime",
    "eventType",
    "eventVersion",
    "insightDetails",
    "managementEvent",
    "readOnly",
    "recipientAccountId",
    "requestID",
    "requestParameters",
    "resources",
    "responseElements",
    "serviceEventDetails",
    "sessionCredentialFromConsole",
    "sharedEventID",
    "sourceIPAddress",
    "tlsDetails",
    "userAgent",
    "userIdentity",
    "vpcEndpointAccountId",
    "vpcEndpointId",
];

/// Tells whether records can have the field, which may lead into one of theirs by dots.
pub(crate) fn can_occur(field: &str) -> bool {
    let top = top_of(field);
    FIELDS.contains(&top)
}

/// Returns the field that differs from `field` in nothing but case at its top, if there is one.
pub(crate) fn in_other_case(field: &str) -> Option<String> {
    let top = top_of(field);
    let meant = FIELDS.iter().find(|known| known.eq_ignore_ascii_case(top))?;
    Some(format!("{meant}{}", field.strip_prefix(top).unwrap_or_default()))
}

fn top_of(field: &str) -> &str {
    field.split_once('.').map_or(field, |(top, _)| top)
}
