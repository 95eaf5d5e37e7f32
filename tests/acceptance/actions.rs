//! `docs/actions.md`: what responders can do, written from the code, the playbooks and the tests.

use crate::generated::assert_file;
use crate::proofs::rules;
use crate::repository::{files, read};
use crate::template::playbooks;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use trailreflex_response::{ActionClass, ActionKind};

const HEAD: &str = "# What responders can do

Written from the code, the playbooks and the tests; do not edit it.

Every action is planned with its exact calls, journaled with its undo before anything is changed, read back at once for up to four seconds, and
looked at again after half a minute and five minutes. Undo sets back what was there before the first containment that still stands; what
somebody else has changed since is left as it is. `trailreflex plan EVENT` shows all of it for an event, without an account.

**Never done**, whatever a playbook says: deleting keys, users or providers, terminating instances, removing MFA devices, anything to the root user.
";

#[test]
fn the_page_of_actions_is_up_to_date() {
    let mut text = HEAD.to_owned();
    for class in ActionClass::ALL {
        write!(text, "\n## `{}`\n", class.as_str()).unwrap();
        for kind in ActionKind::ALL.into_iter().filter(|kind| kind.class() == class) {
            section(kind, &mut text);
        }
    }
    assert_file("docs/actions.md", &text);
}

fn section(kind: ActionKind, text: &mut String) {
    let word = serde_json::to_value(kind).unwrap().as_str().unwrap().to_owned();
    write!(text, "\n### `{word}`\n\n{}\n\n| | |\n|---|---|\n", header_of(&word)).unwrap();
    let by_playbook = playbooks().remove(&kind.class()).unwrap();
    let used: Vec<_> = by_playbook.all().iter().filter(|one| one.actions.contains(&kind)).collect();
    let rows = [
        ("playbooks", used.iter().map(|one| format!("`{}` ({})", one.id, mode(one.mode))).collect()),
        ("rules", used.iter().flat_map(|one| &one.rules).map(|id| rule(id)).collect::<BTreeSet<_>>()),
        ("changes with", kind.permissions().iter().map(|one| format!("`{one}`")).collect()),
        ("reads with", kind.reading_permissions().iter().map(|one| format!("`{one}`")).collect()),
        ("driven end to end by", driven_by(&word)),
    ];
    for (name, values) in rows {
        let values: Vec<_> = values.into_iter().collect();
        let values = if values.is_empty() { "none".to_owned() } else { values.join(", ") };
        writeln!(text, "| {name} | {values} |").unwrap();
    }
}

fn mode(mode: trailreflex_response::Mode) -> String {
    serde_json::to_value(mode).unwrap().as_str().unwrap().to_owned()
}

/// The name of a rule, or of another service's report.
fn rule(id: &str) -> String {
    let rules = rules();
    let source = crate::rules::reported_rules().find(|source| source.id == id);
    let name = source.map(|source| source.name.to_owned());
    let name = name.or_else(|| rules.rule(id).and_then(|rule| rule.name.clone()));
    format!("`{}`", name.unwrap_or_else(|| id.to_owned()))
}

/// What the action's own file says of it: what it does, its undo and its hazards.
fn header_of(word: &str) -> String {
    let folder = "shared/response/src/action";
    let own = format!("{folder}/{word}.rs");
    let all = files(folder, &["rs"]);
    let file = all.iter().find(|file| **file == own).cloned();
    let file = file.unwrap_or_else(|| {
        let named = |file: &&String| {
            read(file).lines().next().is_some_and(|line| line.contains(&format!("`{word}`")))
        };
        let found = all.iter().find(named).cloned();
        found.unwrap_or_else(|| panic!("no file in {folder} is named `{word}` or names it in its header"))
    });
    let text = read(&file);
    let lines = text.lines().map_while(|line| line.strip_prefix("//!")).map(str::trim);
    lines.collect::<Vec<_>>().join("\n")
}

/// The end-to-end tests that name the action.
fn driven_by(word: &str) -> BTreeSet<String> {
    let mut tests = files("tests/end-to-end", &["py"]);
    tests.retain(|file| file.contains("/test_") && read(file).contains(&format!("\"{word}\"")));
    tests.into_iter().map(|file| format!("`{}`", file.rsplit('/').next().unwrap())).collect()
}
