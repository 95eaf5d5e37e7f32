//! Generated rules and records: few fields and texts, so that the ones often match the others.

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value, json};

const TEXTS: [&str; 14] =
    ["a", "A", "ab", "b", "abc", "", "Ä", "ä", "xabcx", "GetX", "getx", "s3.amazonaws.com", "x*", "22"];

fn rule_text() -> impl Strategy<Value = Value> {
    let patterns = [
        json!("a*"),
        json!("*b"),
        json!("*a*"),
        json!("a?c"),
        json!("*"),
        json!(null),
        json!(22),
        json!(true),
        json!(["a", "b"]),
        json!(["GetX", "ab"]),
        json!(["abc", null]),
        json!(["*b*", "Ä"]),
        json!(["x", 22]),
    ];
    prop_oneof![3 => select(&TEXTS[..]).prop_map(|text| json!(text)), 1 => select(patterns.to_vec())]
}

fn key() -> impl Strategy<Value = String> {
    let fields = select(vec!["eventName", "eventName", "eventSource", "user.name", "agent"]);
    let modifiers = prop_oneof![
        4 => Just(""),
        2 => select(vec!["|contains", "|startswith", "|endswith", "|cased"]),
        1 => select(vec!["|neq", "|contains|all", "|contains|neq", "|windash|contains", "|re", "|re|i"]),
    ];
    (fields, modifiers).prop_map(|(field, modifier)| format!("{field}{modifier}"))
}

/// A field with its values; a regular expression has texts that are expressions.
fn item() -> impl Strategy<Value = (String, Value)> {
    let regexes = select(vec!["a+b?c*", "^A|b$", "(ab|abc)x?", "Ä.*", "get[xyz]", "x(a)?b{2}", "(?i:ABC)"]);
    (key(), rule_text(), regexes)
        .prop_map(|(key, value, regex)| if key.contains("|re") { (key, json!(regex)) } else { (key, value) })
}

fn selection() -> impl Strategy<Value = Value> {
    let map = || {
        prop::collection::vec(item(), 1..4)
            .prop_map(|items| Value::Object(items.into_iter().collect::<Map<String, Value>>()))
    };
    prop_oneof![
        5 => map(),
        2 => prop::collection::vec(map(), 1..3).prop_map(Value::Array),
        1 => select(&TEXTS[..]).prop_map(|keyword| json!([format!("k{keyword}")])),
    ]
}

/// A detection section.
pub(crate) fn detection() -> impl Strategy<Value = Value> {
    let conditions = [
        "one",
        "one and two",
        "one or two",
        "one and not two",
        "not one",
        "1 of them",
        "all of them",
        "(one or two) and three",
        "one and (two or not three)",
        "not (one and two)",
    ];
    (selection(), selection(), selection(), select(conditions.to_vec())).prop_map(|(one, two, three, condition)| {
        json!({"one": one, "two": two, "three": three, "condition": condition})
    })
}

fn record_value() -> impl Strategy<Value = Value> {
    let others = [
        json!(null),
        json!(22),
        json!(true),
        json!([]),
        json!(["a", "b"]),
        json!([null, "abc"]),
        json!({"a": "b"}),
        json!([["ab"], "GetX"]),
        json!({}),
    ];
    prop_oneof![4 => select(&TEXTS[..]).prop_map(|text| json!(text)), 1 => select(others.to_vec())]
}

/// A record, more or less.
pub(crate) fn record() -> impl Strategy<Value = Value> {
    let optional = || prop::option::weighted(0.85, record_value());
    (optional(), optional(), optional(), optional(), any::<bool>()).prop_map(
        |(source, name, user, agent, dotted)| {
            let mut record = Map::new();
            let user =
                user.map(|user| if dotted { ("user.name", user) } else { ("user", json!({"name": user})) });
            let fields = [
                source.map(|value| ("eventSource", value)),
                name.map(|value| ("eventName", value)),
                user,
                agent.map(|value| ("agent", value)),
            ];
            record.extend(fields.into_iter().flatten().map(|(key, value)| (key.to_owned(), value)));
            Value::Object(record)
        },
    )
}
