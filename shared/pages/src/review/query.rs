//! The command that shows the calls behind something notable.

use trailreflex_activity::{Kind, Notable, Period};
use trailreflex_model::shell_word;

/// Returns it, quoted for a shell.
pub(super) fn command(notable: &Notable, period: Period) -> String {
    let mut words = vec!["trailreflex".to_owned(), "search".to_owned()];
    let mut option = |name: &str, value: &str| words.extend([format!("--{name}"), shell_word(value)]);
    option("actor", &notable.principal);
    let narrowed = match notable.kind {
        Kind::NewRegion => Some("region"),
        Kind::NewNetwork => Some("ip"),
        Kind::NewService => Some("source"),
        Kind::MoreErrors | Kind::MoreDenied => {
            option("error", "*");
            None
        }
        Kind::SignInWithoutMfa => {
            option("event", "ConsoleLogin");
            None
        }
        Kind::ImpossibleTravel => {
            let addresses = notable.values.iter().filter_map(|end| end.split(' ').next());
            addresses.for_each(|address| option("ip", address));
            None
        }
        Kind::NewOperations => {
            for operation in &notable.values {
                option("event", operation.split(':').next_back().unwrap_or_default());
            }
            None
        }
        Kind::RootUsed
        | Kind::AwakeAgain
        | Kind::NewPrincipal
        | Kind::NewProgram
        | Kind::OffHours
        | Kind::MoreCalls => None,
    };
    if let Some(name) = narrowed {
        notable.values.iter().for_each(|value| option(name, value));
    }
    option("from", &period.from.to_string());
    option("to", &period.to.to_string());
    words.push("LOGS".to_owned());
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_narrows_down_to_what_is_new_and_quotes_hostile_names() {
        let period = Period { from: "2026-11-02".parse().unwrap(), to: "2026-11-08".parse().unwrap() };
        let notable = |kind, values: &[&str], principal: &str| Notable {
            kind,
            principal: principal.to_owned(),
            time: "2026-11-03T00:00:00Z".parse().unwrap(),
            count: 1,
            usual: None,
            values: values.iter().map(|&value| value.to_owned()).collect(),
        };
        let alice = "arn:aws:iam::111122223333:user/alice";
        for (one, expected) in [
            (notable(Kind::NewRegion, &["us-west-2"], alice), format!("--actor {alice} --region us-west-2")),
            (
                notable(Kind::NewNetwork, &["203.0.0.0/16"], alice),
                format!("--actor {alice} --ip 203.0.0.0/16"),
            ),
            (
                notable(Kind::NewOperations, &["s3:A", "s3:B"], alice),
                format!("--actor {alice} --event A --event B"),
            ),
            (
                notable(
                    Kind::ImpossibleTravel,
                    &[
                        "203.0.113.7 Berlin, DE 2026-11-03T10:00:00Z",
                        "198.51.100.9 Lima, PE 2026-11-03T10:20:00Z",
                    ],
                    alice,
                ),
                format!("--actor {alice} --ip 203.0.113.7 --ip 198.51.100.9"),
            ),
            (notable(Kind::MoreDenied, &[], alice), format!("--actor {alice} --error '*'")),
            (notable(Kind::MoreCalls, &[], "'; rm -rf $HOME"), r"--actor ''\''; rm -rf $HOME'".to_owned()),
        ] {
            let expected = format!("trailreflex search {expected} --from 2026-11-02 --to 2026-11-08 LOGS");
            assert_eq!(command(&one, period), expected);
        }
    }
}
