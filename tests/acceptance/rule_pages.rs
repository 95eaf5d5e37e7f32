//! `docs/rules.md` says of every rule what its file says.

use crate::generated::assert_file;
use crate::proofs::{proofs, rules};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use trailreflex_delivery::{event_patterns, needed_calls};
use trailreflex_detection::{Level, Rule};
use trailreflex_proofs::called;

#[test]
fn the_page_of_rules_is_up_to_date() {
    let rules = rules();
    let needed = needed_calls(&rules);
    let mut folders: BTreeMap<&str, Vec<&Rule>> = BTreeMap::new();
    for rule in rules.reported() {
        folders.entry(folder(rule)).or_default().push(rule);
    }
    let levels = [Level::Critical, Level::High, Level::Medium, Level::Low, Level::Informational];
    let of_level = |level: Level| rules.reported().filter(|rule| rule.level == level).count();
    let counts: Vec<_> =
        levels.iter().map(|level| format!("{} {}", of_level(*level), level.name())).collect();
    let (all, correlations) = (rules.reported().count(), rules.correlations().count());
    let mut text = format!(
        "# The rules\n\n<!-- Written from rules/ by the acceptance tests. -->\n\n{all} rules: {}. {correlations} of them \
         are correlations, which look at many events. They need {} calls from EventBridge, in {} event rules; {} read log \
         files only. {} proofs hold them to what they say.\n\n`trailreflex rules explain RULE EVENT` shows why a rule \
         matches an event. [coverage.md](coverage.md) maps them to what attackers do, \
         [rules/README.md](../rules/README.md) says how they are written.\n",
        counts.join(", "),
        needed.calls.len(),
        event_patterns(&needed).len(),
        needed.slow.len(),
        proofs().len(),
    );
    for (folder, mut of_folder) in folders {
        of_folder.sort_by_key(|rule| (std::cmp::Reverse(rule.level), called(rule).to_owned()));
        writeln!(
            text,
            "\n## {folder}\n\n| rule | level | what it tells | ATT&CK | comes | also legitimate |"
        )
        .unwrap();
        text.push_str("|---|---|---|---|---|---|\n");
        for rule in of_folder {
            let way = if needed.slow.contains(rule.key()) { "slow" } else { "fast and slow" };
            let cells = [
                format!("[`{}`](../{})", called(rule), rule.origin.file),
                rule.level.name().to_owned(),
                format!("**{}.** {}", rule.title, rule.description.as_deref().unwrap_or_default()),
                techniques(rule).into_iter().collect::<Vec<_>>().join(", "),
                way.to_owned(),
                rule.false_positives.join(" "),
            ];
            writeln!(text, "| {} |", cells.map(|cell| escaped(&cell)).join(" | ")).unwrap();
        }
    }
    assert_file("docs/rules.md", &text);
}

fn folder(rule: &Rule) -> &str {
    rule.origin.file.split('/').nth(1).unwrap()
}

/// `T1098.001` and so on.
pub(crate) fn techniques(rule: &Rule) -> BTreeSet<String> {
    let number = |tag: &String| tag.strip_prefix("attack.t").map(str::to_owned);
    let is_technique = |number: &String| number.starts_with(|first: char| first.is_ascii_digit());
    rule.tags.iter().filter_map(number).filter(is_technique).map(|number| format!("T{number}")).collect()
}

fn escaped(text: &str) -> String {
    text.trim().replace('|', "\\|").replace('\n', " ").replace('<', "&lt;")
}
