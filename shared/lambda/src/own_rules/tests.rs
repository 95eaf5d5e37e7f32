//! Rules and suppressions of a layer, and places of rules.

use super::*;
use serde_json::json;
use trailreflex_detection::{Document, Placeholders};

fn rule(id: &str, call: &str) -> Document {
    let rule = json!({
        "title": call, "id": id, "level": "low", "logsource": {"product": "aws", "service": "cloudtrail"},
        "detection": {"call": {"eventName": call}, "condition": "call"},
    });
    Document::new("rule.yml", 1, rule)
}

fn bundle(rules: Vec<Document>) -> Vec<u8> {
    let (bundle, rejected) = Bundle::build(rules, &Placeholders::default()).unwrap();
    assert!(rejected.is_empty());
    bundle.as_bytes().to_vec()
}

/// Suppressions by id of all that a rule finds.
fn suppressions(of: &[(&str, &str)]) -> String {
    let accepted = of.iter().map(|(id, rule)| {
        json!({"keys": [rule], "entry": {
            "id": id, "rule": rule, "owner": "security team", "reason": "known", "expires": "1970-01-01",
            "when": {"any": {"eventName|exists": true}, "condition": "any"},
        }})
    });
    json!(accepted.collect::<Vec<_>>()).to_string()
}

fn hides(current: &Current, rule: &str) -> Option<String> {
    let record = json!({"eventName": "Any"});
    current.suppressions.suppressing(rule, &record, at(0)).map(|one| one.id.clone())
}

fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("trailreflex-own-rules-{}-{name}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

fn rules_with(layer: &Path) -> Rules {
    let built_in = bundle(vec![rule("one", "One"), rule("two", "Two")]);
    let suppressions = Box::leak(suppressions(&[("ours", "one"), ("noise", "two")]).into_boxed_str());
    let built_in = BuiltIn { rules: Box::leak(built_in.into_boxed_slice()), suppressions };
    Rules::with_layer(built_in, None, layer).unwrap()
}

fn fires(current: &Current, call: &str) -> bool {
    !current.rules.evaluate(&json!({"eventName": call})).is_empty()
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

#[tokio::test]
async fn rules_of_a_layer_are_added_and_replace_those_of_the_same_id() {
    let layer = folder("added");
    std::fs::write(layer.join("own.bundle"), bundle(vec![rule("two", "Other"), rule("three", "Three")]))
        .unwrap();
    let current = rules_with(&layer).current(at(0)).await;
    assert_eq!(current.problems, Vec::<String>::new());
    let fired: Vec<_> =
        ["One", "Two", "Other", "Three"].into_iter().filter(|call| fires(&current, call)).collect();
    assert_eq!(fired, ["One", "Other", "Three"]);
}

#[tokio::test]
async fn suppressions_of_a_layer_are_added_and_replace_those_of_the_same_id() {
    let layer = folder("quiet");
    std::fs::write(layer.join("own.suppressions"), suppressions(&[("noise", "three"), ("more", "four")]))
        .unwrap();
    std::fs::write(layer.join("own.bundle"), bundle(vec![rule("three", "Three")])).unwrap();
    let current = rules_with(&layer).current(at(0)).await;
    assert_eq!(current.problems, Vec::<String>::new());
    let hidden = ["one", "two", "three", "four"].map(|rule| hides(&current, rule));
    assert_eq!(hidden, [Some("ours"), None, Some("noise"), Some("more")].map(|id| id.map(str::to_owned)));
    assert!(fires(&current, "One") && fires(&current, "Three"));
}

#[tokio::test]
async fn what_holds_no_suppressions_is_told_and_changes_nothing() {
    let layer = folder("not-quiet");
    std::fs::write(layer.join("own.suppressions"), "suppressions: []").unwrap();
    std::fs::write(layer.join("own.bundle"), bundle(vec![rule("three", "Three")])).unwrap();
    let current = rules_with(&layer).current(at(0)).await;
    let told = format!(
        "`{}` holds no suppressions that this version reads",
        layer.join("own.suppressions").display()
    );
    assert!(current.problems[0].contains(&told), "{:?}", current.problems);
    assert!(!fires(&current, "Three"));
    assert_eq!(
        (hides(&current, "one"), hides(&current, "two")),
        (Some("ours".to_owned()), Some("noise".to_owned()))
    );
}

#[tokio::test]
async fn without_a_layer_the_built_in_rules_are_in_use() {
    let current = rules_with(Path::new("/nowhere/to/be/found")).current(at(0)).await;
    assert_eq!(current.problems, Vec::<String>::new());
    assert!(fires(&current, "One") && fires(&current, "Two"));
}

#[tokio::test]
async fn what_is_no_bundle_is_told_once_and_changes_nothing() {
    let layer = folder("damaged");
    std::fs::write(layer.join("own.bundle"), "title: a rule, not a bundle").unwrap();
    let rules = rules_with(&layer);
    let first = rules.current(at(0)).await;
    let told = format!("`{}` is no bundle that this version reads", layer.join("own.bundle").display());
    assert!(first.problems[0].contains(&told), "{:?}", first.problems);
    assert!(fires(&first, "One") && fires(&first, "Two"));
    assert_eq!(rules.current(at(3600)).await.problems, Vec::<String>::new());
}

#[test]
fn places_of_rules_are_read_and_others_refused() {
    let place = |text: &str| text.parse::<RulesUri>().map(|uri| (uri.bucket, uri.key));
    assert_eq!(place("s3://b/rules/").unwrap(), ("b".to_owned(), "rules/".to_owned()));
    assert_eq!(place("s3://b/a/x.bundle").unwrap(), ("b".to_owned(), "a/x.bundle".to_owned()));
    for text in ["", "b/rules/", "s3://b", "s3://b/", "s3:///key", "https://b/key"] {
        let error = place(text).unwrap_err().to_string();
        assert!(error.contains("write `s3://bucket/rules.bundle`"), "{error}");
    }
}
