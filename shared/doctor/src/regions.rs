//! What other Regions and accounts send home.

use crate::rules::some;
use crate::{Facts, Finding, Forwards, OtherRegion};
use trailreflex_metrics::{Blind, KnownSensor};
use trailreflex_model::shell_word;

/// Whether each Region that was named sends what built-in rules ask for; nothing if none was named.
pub(crate) fn others(facts: &Facts) -> Vec<Finding> {
    facts.others.iter().map(|other| of(facts, other)).collect()
}

fn of(facts: &Facts, OtherRegion { region, forwards }: &OtherRegion) -> Finding {
    let Facts { stack, region: home, .. } = facts;
    let deploy = || {
        format!(
            "aws cloudformation deploy --region {region} --template-file template-region.yaml --stack-name {} \
             --parameter-overrides HomeRegion={home} --capabilities CAPABILITY_IAM",
            shell_word(&format!("{stack}-region"))
        )
    };
    match forwards {
        Err(why) => Finding::unknown(&format!("{region}: {why}")),
        Ok(Forwards { rules: 0, .. }) => Finding::broken(
            format!("{region} sends nothing: what is done there is heard from log files only, if at all"),
            deploy(),
        ),
        Ok(Forwards { rules, unsent }) if unsent.is_empty() => {
            Finding::proven(format!("{region}: {rules} event rules, and all calls that rules ask for"))
        }
        Ok(Forwards { unsent, .. }) => Finding::broken(
            format!("{region} does not send calls that {} rules ask for: {}", unsent.len(), some(unsent)),
            format!("switch on the event rules there that are off, or {}", deploy()),
        ),
    }
}

/// Whether each Region and account that `meter` calls to be heard is heard; nothing if there are none.
pub(crate) fn sensors(facts: &Facts) -> Vec<Finding> {
    let of = |KnownSensor { state, is_blind }: &KnownSensor| {
        let Blind { sensor, heard } = state;
        match (is_blind, heard) {
            (false, Some(heard)) => Finding::proven(format!("{sensor}: at {heard}")),
            (false, None) => Finding::unknown(&format!("{sensor}: nobody has looked yet")),
            (true, _) => Finding::broken(
                format!("{state}: nothing is heard, not even the calls that meter makes there"),
                format!(
                    "deploy template-region.yaml in {} of {}, and in a member account template-member.yaml: docs/regions.md; \
                     trailreflex doctor there tells whether its trail logs",
                    sensor.region, sensor.account
                ),
            ),
        }
    };
    match &facts.sensors {
        Ok(known) => known.iter().map(of).collect(),
        Err(why) => vec![Finding::unknown(why)],
    }
}
