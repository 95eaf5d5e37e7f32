//! The direction of dependencies: pure crates stay pure, and a function's manifest states its power.

use crate::repository::{folders, read};
use std::collections::BTreeSet;

/// Dependencies of a package, without those for tests and builds.
fn dependencies(manifest: &str) -> BTreeSet<String> {
    let manifest: toml::Table = read(manifest).parse().unwrap();
    let table = manifest.get("dependencies").and_then(toml::Value::as_table);
    table.map(|table| table.keys().cloned().collect()).unwrap_or_default()
}

#[test]
fn pure_crates_reach_neither_aws_nor_a_runtime() {
    for pure in [
        "access",
        "access-changes",
        "actions",
        "activity",
        "model",
        "detection",
        "doctor",
        "findings",
        "history",
        "insights",
        "integrity",
        "log-files",
        "response",
        "metrics",
        "content",
        "pages",
        "privilege",
        "scan",
        "suppression",
    ] {
        let impure: Vec<_> = dependencies(&format!("shared/{pure}/Cargo.toml"))
            .into_iter()
            .filter(|name| {
                name.starts_with("aws-")
                    || ["tokio", "trailreflex-aws", "lambda_runtime"].contains(&name.as_str())
            })
            .collect();
        assert_eq!(impure, Vec::<String>::new(), "{pure}");
    }
}

#[test]
fn only_the_aws_crate_names_the_sdk() {
    let members = folders("functions").into_iter().map(|name| format!("functions/{name}"));
    let members = members.chain(folders("shared").into_iter().map(|name| format!("shared/{name}")));
    for member in members.filter(|member| member != "shared/aws").chain(["cli".to_owned()]) {
        let named: Vec<_> = dependencies(&format!("{member}/Cargo.toml"))
            .into_iter()
            .filter(|name| name.starts_with("aws-sdk-") || name == "aws-config")
            .collect();
        assert_eq!(named, Vec::<String>::new(), "{member}");
    }
}

#[test]
fn what_finds_cannot_respond() {
    for function in ["detect", "ingest", "review-access", "review-activity"] {
        let manifest = format!("functions/{function}/Cargo.toml");
        assert!(!dependencies(&manifest).contains("trailreflex-response"), "{function}");
    }
}
