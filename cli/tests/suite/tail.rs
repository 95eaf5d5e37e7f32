//! `tail`: a folder is followed until somebody interrupts.

use crate::command::{folder, harmless, misuse, run, write};
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

#[cfg(unix)]
#[test]
fn what_is_delivered_is_shown_if_it_is_meant_and_what_was_there_is_not() {
    let folder = folder("tail");
    write(&folder, "old.ndjson", format!("{}\n", misuse()));
    let mut child = Command::new(env!("CARGO_BIN_EXE_trailreflex"))
        .args(["tail", "--every", "20", "--format", "json", "--all", "--actor", "alice", "--event", "Get*"])
        .arg(&folder)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut next = || serde_json::from_str::<serde_json::Value>(&lines.next().unwrap().unwrap()).unwrap();
    assert_eq!(next(), misuse());
    let mut other = harmless();
    other["eventName"] = "ListUsers".into();
    let mut whole = harmless();
    whole["eventID"] = "00000000-0000-4000-8000-000000000009".into();
    write(&folder, "new.ndjson", format!("{other}\n{}\n", harmless()));
    assert_eq!(next(), harmless());
    write(&folder, "new.json", whole.to_string());
    assert_eq!(next(), whole);
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn what_is_no_folder_is_refused_with_advice() {
    let ran = run(&["tail", "Cargo.toml"]);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("`search` reads files and buckets"), "{}", ran.err);
}
