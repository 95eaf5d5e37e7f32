//! Rules of a layer, and places of rules.

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

fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("trailreflex-own-rules-{}-{name}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

fn rules_with(layer: &Path) -> Rules {
    let built_in = bundle(vec![rule("one", "One"), rule("two", "Two")]);
    Rules::with_layer(Box::leak(built_in.into_boxed_slice()), None, layer).unwrap()
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
