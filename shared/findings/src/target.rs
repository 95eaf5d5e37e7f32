//! Whom or what a response would concern, as a rule's hint and the record tell.
//!
//! `custom.responder.target` of a rule names fields of the record: `user`, `role`, `access_key`; `policy` beside `user`,
//! `role` or `group`; `subscription` for the topic of one; `caller: userIdentity` for whoever made the call; or the kind of a resource, such as `trail` or
//! `db_snapshot`, with `added` for what the call has added to it, `policy_text` for the policy that it has given it, and
//! `alias` for that of a function or `event_bus` for that of a rule. A field that does not hold such a thing gives no target: in doubt, nobody.

use std::collections::BTreeSet;
use trailreflex_access::Parts;
use trailreflex_detection::Rule;
use trailreflex_model::cloudtrail::Record;
use trailreflex_model::{IdentityKind, Resource, ResourceKind, SessionId, Target};

/// Reads the target of a finding.
pub(crate) fn target(rule: &Rule, record: &Record) -> Option<Target> {
    let hint = rule.custom.get("custom")?.get("responder")?.get("target")?;
    let named = |kind: &str| record.field(hint.get(kind)?.as_str()?)?.as_str();
    if let Some(policy) = named("policy") {
        let (identity, name) = [IdentityKind::User, IdentityKind::Role, IdentityKind::Group]
            .into_iter()
            .find_map(|kind| Some((kind, named(kind.as_str())?)))?;
        return Some(Target::Attachment {
            identity,
            name: name.parse().ok()?,
            policy_arn: policy.parse().ok()?,
        });
    }
    if hint.get("caller").is_some() {
        return caller(record);
    }
    if let Some(name) = named("user") {
        return Some(Target::User { user_name: name.parse().ok()? });
    }
    if let Some(name) = named("role") {
        return Some(Target::Role { role_name: name.parse().ok()? });
    }
    if let Some(id) = named("access_key") {
        return Some(Target::AccessKey { access_key_id: id.parse().ok()? });
    }
    // The ARN of a subscription is that of its topic and an id.
    if let Some((topic, _)) = named("subscription").and_then(|arn| arn.rsplit_once(':')) {
        let (resource, name, added) = (ResourceKind::Topic, topic.parse().ok()?, BTreeSet::new());
        return Some(Target::Resource(Resource { resource, name, added }));
    }
    let (resource, name) =
        ResourceKind::ALL.into_iter().find_map(|kind| Some((kind, named(kind.as_str())?)))?;
    let mut added = BTreeSet::new();
    let paths = hint.get("added").and_then(|paths| paths.as_array()).into_iter().flatten();
    for path in paths.filter_map(|path| path.as_str()) {
        collect(record, path, &mut added)?;
    }
    if let Some(policy) = named("policy_text") {
        let statements = Parts::of(policy).ok()?.fingerprints();
        added.extend(statements.iter().filter_map(|statement| statement.parse().ok()));
    }
    // The default bus is not named in the ARN of a rule.
    let bus = named("event_bus").map(|bus| bus.rsplit_once(":event-bus/").map_or(bus, |(_, bus)| bus));
    let name =
        bus.filter(|bus| *bus != "default").map_or_else(|| name.to_owned(), |bus| format!("{bus}/{name}"));
    let name = named("alias").map_or_else(|| name.clone(), |alias| format!("{name}:{alias}"));
    Some(Target::Resource(Resource { resource, name: name.parse().ok()?, added }))
}

/// Whoever made the call: a user, or a session of a role.
fn caller(record: &Record) -> Option<Target> {
    let identity = record.identity();
    let principal = identity.principal_id.as_deref()?;
    if let Ok(session) = principal.parse::<SessionId>() {
        let issuer = record.field("userIdentity.sessionContext.sessionIssuer.userName")?.as_str()?;
        let source =
            record.field("userIdentity.sessionContext.sourceIdentity").and_then(|value| value.as_str());
        let role_name = issuer.parse().ok()?;
        let source_identity = source.and_then(|name| name.parse().ok());
        return Some(Target::Session { role_name, session, source_identity });
    }
    let path = identity.arn()?.resource().strip_prefix("user/")?;
    Some(Target::User { user_name: path.rsplit('/').next()?.parse().ok()? })
}

/// Collects the texts at `path`, in which a part after an array is looked up in each of its items, and `=text` at the end
/// leaves out all other texts. Gives nothing if a text there is none that a resource can have: then not all that was added
/// would be known.
fn collect(record: &Record, path: &str, found: &mut BTreeSet<trailreflex_model::ResourceName>) -> Option<()> {
    let (path, only) = path.split_once('=').map_or((path, None), |(path, only)| (path, Some(only)));
    let (array, rest) = path.split_once("[].").map_or((path, None), |(array, rest)| (array, Some(rest)));
    let Some(value) = record.field(array) else { return Some(()) };
    let items = value.as_array().map_or_else(|| vec![value], |items| items.iter().collect());
    for item in items {
        let text = match rest {
            Some(rest) => match item.get(rest) {
                Some(text) => text,
                None => continue,
            },
            None => item,
        };
        if only.is_none_or(|only| text.as_str() == Some(only)) {
            found.insert(text.as_str()?.parse().ok()?);
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};
    use trailreflex_detection::{Document, RuleSet};

    fn target_of(hint: &Value, record: &Value) -> Option<Value> {
        let rule = json!({
            "title": "t", "id": "00000000-0000-4000-8000-000000000001", "level": "low",
            "logsource": {"product": "aws", "service": "cloudtrail"},
            "detection": {"call": {"eventName": "E"}, "condition": "call"},
            "custom": {"responder": {"target": hint}},
        });
        let rules = RuleSet::load([Document::new("rule.yml", 1, rule)]).rules;
        let record = Record::parse(json!({"eventName": "E", "requestParameters": record})).unwrap();
        let found = rules.rules().find_map(|rule| target(rule, &record));
        found.map(|target| serde_json::to_value(target).unwrap())
    }

    #[test]
    fn what_a_call_has_added_is_read_from_lists_whatever_their_form() {
        let items = "requestParameters.add.items[]";
        for (case, hint, record, expected) in [
            (
                "items of a list",
                json!({"snapshot": "requestParameters.id", "added": [format!("{items}.userId"), format!("{items}.group")]}),
                json!({"id": "snap-1", "add": {"items": [{"userId": "999988887777"}, {"group": "all"}]}}),
                Some(json!({"resource": "snapshot", "name": "snap-1", "added": ["999988887777", "all"]})),
            ),
            (
                "the topic of a subscription",
                json!({"subscription": "requestParameters.arn"}),
                json!({"arn": "arn:aws:sns:us-east-1:111122223333:trailreflex-AlarmsTopic-1A:0a1b-2c3d"}),
                Some(
                    json!({"resource": "topic", "name": "arn:aws:sns:us-east-1:111122223333:trailreflex-AlarmsTopic-1A"}),
                ),
            ),
            (
                "a rule of the default bus",
                json!({"event_rule": "requestParameters.name", "event_bus": "requestParameters.bus"}),
                json!({"name": "nightly", "bus": "default"}),
                Some(json!({"resource": "eventRule", "name": "nightly"})),
            ),
            (
                "a rule of another bus, named by its ARN",
                json!({"event_rule": "requestParameters.name", "event_bus": "requestParameters.bus"}),
                json!({"name": "nightly", "bus": "arn:aws:events:us-east-1:111122223333:event-bus/orders"}),
                Some(json!({"resource": "eventRule", "name": "orders/nightly"})),
            ),
            (
                "one kind of item",
                json!({"snapshot": "requestParameters.id", "added": [format!("{items}.group")]}),
                json!({"id": "snap-1", "add": {"items": [{"userId": "999988887777"}, {"group": "all"}]}}),
                Some(json!({"resource": "snapshot", "name": "snap-1", "added": ["all"]})),
            ),
            (
                "one word of a list",
                json!({"db_snapshot": "requestParameters.id", "added": ["requestParameters.values=all"]}),
                json!({"id": "ledger", "values": ["999988887777", "all"]}),
                Some(json!({"resource": "dbSnapshot", "name": "ledger", "added": ["all"]})),
            ),
            (
                "an item that is no name",
                json!({"db_snapshot": "requestParameters.id", "added": ["requestParameters.values"]}),
                json!({"id": "ledger", "values": ["all", 7]}),
                None,
            ),
            (
                "a function's alias",
                json!({"function": "requestParameters.name", "alias": "requestParameters.qualifier"}),
                json!({"name": "checkout", "qualifier": "live"}),
                Some(json!({"resource": "function", "name": "checkout:live"})),
            ),
            (
                "a function without alias",
                json!({"function": "requestParameters.name", "alias": "requestParameters.qualifier"}),
                json!({"name": "checkout"}),
                Some(json!({"resource": "function", "name": "checkout"})),
            ),
            (
                "a policy that allows something",
                json!({"key": "requestParameters.keyId", "policy_text": "requestParameters.policy"}),
                json!({"keyId": "k-1", "policy": r#"{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": ["kms:*"],
                    "Resource": "*"}, {"Effect": "Deny", "Principal": "*", "Action": "kms:Decrypt", "Resource": "*"}]}"#}),
                Some(
                    json!({"resource": "key", "name": "k-1", "added": ["statement:8e598193e78bf23bedb9ffb656d49daa"]}),
                ),
            ),
            (
                "a policy that is none",
                json!({"key": "requestParameters.keyId", "policy_text": "requestParameters.policy"}),
                json!({"keyId": "k-1", "policy": "{"}),
                None,
            ),
            ("no name", json!({"bucket": "requestParameters.bucketName"}), json!({}), None),
        ] {
            let expected = expected.map(|mut resource| {
                resource["kind"] = json!("resource");
                resource
            });
            assert_eq!(target_of(&hint, &record), expected, "{case}");
        }
    }
}
