//! What trails log.

use crate::{Check, Facts, Finding, Management, Trail};
use trailreflex_model::{Region, shell_word};

/// What a check of trails needs, what is wrong otherwise, and the option of `aws cloudtrail update-trail` that mends it.
type Wanted = (Check, fn(&Trail) -> bool, &'static str, &'static str);

const UPDATES: [Wanted; 3] = [
    (
        Check::TrailLogsAllRegions,
        |trail| trail.is_multi_region,
        "no trail that logs here logs all Regions: what is done elsewhere is not seen",
        "--is-multi-region-trail",
    ),
    (
        Check::TrailLogsGlobalServices,
        |trail| trail.has_global_events,
        "no trail that logs here logs services without a Region, such as IAM",
        "--include-global-service-events",
    ),
    (
        Check::TrailValidates,
        |trail| trail.validates,
        "nothing proves that log files are as they were delivered",
        "--enable-log-file-validation",
    ),
];

/// What the makers of a trail are told that there is none.
const MAKE_ONE: &str = "sam deploy --parameter-overrides CreateTrail=yes";

/// Makes all checks of trails.
pub(crate) fn trails(facts: &Facts) -> Vec<(Check, Vec<Finding>)> {
    let trails = match &facts.trails {
        Ok(trails) => trails,
        Err(why) => return all_of_trails().map(|check| (check, vec![Finding::unknown(why)])).collect(),
    };
    let here: Vec<_> = trails.iter().filter(|trail| is_here(trail, &facts.region)).collect();
    let logging: Vec<_> = here.iter().copied().filter(|trail| trail.is_logging).collect();
    let Some(first) = logging.first() else {
        let finding = match here.first() {
            Some(trail) => Finding::broken(
                format!(
                    "{} does not log, and EventBridge hears nothing without a trail that does",
                    trail.arn
                ),
                format!("aws cloudtrail start-logging --name {}", shell_word(&trail.arn)),
            ),
            None => Finding::broken(
                "no trail logs in this Region, and EventBridge hears nothing without one",
                MAKE_ONE,
            ),
        };
        let nothing = |check| (check, vec![Finding::unknown("no trail logs in this Region")]);
        let others = all_of_trails().filter(|check| *check != Check::TrailLogs);
        return std::iter::once((Check::TrailLogs, vec![finding])).chain(others.map(nothing)).collect();
    };
    let mut all = vec![
        (Check::TrailLogs, vec![Finding::proven(&first.arn)]),
        (Check::TrailLogsReadsAndWrites, vec![reads_and_writes(&logging)]),
        (Check::TrailLogsAllServices, vec![services(&logging)]),
        (Check::TrailDelivers, deliveries(&logging)),
        (Check::TrailIsTheOnlyOne, vec![only_one(&logging)]),
    ];
    all.extend(UPDATES.iter().map(|(check, is_so, what, option)| {
        let finding = match logging.iter().find(|trail| is_so(trail)) {
            Some(trail) => Finding::proven(&trail.arn),
            None => Finding::broken(
                *what,
                format!("aws cloudtrail update-trail --name {} {option}", shell_word(&first.arn)),
            ),
        };
        (*check, vec![finding])
    }));
    all.sort_by_key(|(check, _)| *check);
    all
}

fn all_of_trails() -> impl Iterator<Item = Check> {
    Check::ALL.into_iter().take_while(|check| *check != Check::HearsGlobalServices)
}

fn is_here(trail: &Trail, region: &Region) -> bool {
    trail.is_multi_region || trail.home == region.as_str()
}

/// The command by which a trail logs all management events.
fn select_all(trail: &Trail) -> String {
    format!(
        "aws cloudtrail put-event-selectors --trail-name {} --event-selectors \
         '[{{\"ReadWriteType\": \"All\", \"IncludeManagementEvents\": true}}]' (this replaces its selectors: keep those of data events)",
        shell_word(&trail.arn)
    )
}

fn reads_and_writes(logging: &[&Trail]) -> Finding {
    let logs = |is_so: fn(&Management) -> bool| {
        logging.iter().any(|trail| trail.management.as_ref().is_some_and(is_so))
    };
    let (reads, writes) = (logs(|management| management.reads), logs(|management| management.writes));
    let missing = match (reads, writes) {
        (true, true) => return Finding::proven("selectors of management events"),
        (false, true) => "calls that only read are not logged: rules about reconnaissance see nothing",
        (true, false) => "calls that change something are not logged",
        (false, false) => "management events are not logged",
    };
    Finding::broken(missing, logging.first().map(|trail| select_all(trail)).unwrap_or_default())
}

fn services(logging: &[&Trail]) -> Finding {
    let logs_all =
        |trail: &&&Trail| trail.management.as_ref().is_some_and(|logged| logged.excluded.is_empty());
    let excluding = logging.iter().find(|trail| trail.management.is_some());
    match (logging.iter().find(logs_all), excluding) {
        (Some(trail), _) => Finding::proven(&trail.arn),
        (None, Some(trail)) => {
            let excluded = trail.management.as_ref().map(|logged| logged.excluded.join(", "));
            Finding::broken(
                format!(
                    "calls of {} are left out: rules about them see nothing",
                    excluded.unwrap_or_default()
                ),
                select_all(trail),
            )
        }
        (None, None) => Finding::unknown("no management event is logged"),
    }
}

fn deliveries(logging: &[&Trail]) -> Vec<Finding> {
    let failing = logging.iter().filter_map(|trail| Some((trail, trail.delivery_error.as_ref()?)));
    let broken: Vec<_> = failing
        .map(|(trail, error)| {
            Finding::broken(
                format!("{} cannot deliver: {error}", trail.arn),
                "let cloudtrail.amazonaws.com write to its bucket (and use its key): docs/cloudtrail.md has the policy",
            )
        })
        .collect();
    if broken.is_empty() { vec![Finding::proven("the last delivery of each")] } else { broken }
}

fn only_one(logging: &[&Trail]) -> Finding {
    let logs_management = |trail: &&&Trail| trail.management.is_some();
    let copies: Vec<_> = logging.iter().filter(logs_management).map(|trail| trail.arn.as_str()).collect();
    match copies.as_slice() {
        [] | [_] => Finding::proven("one trail logs management events"),
        [_, others @ ..] => Finding::broken(
            format!(
                "{} trails log management events here: each but the first costs 2.00 USD per 100,000 events",
                copies.len()
            ),
            format!("stop what nobody needs, such as: aws cloudtrail stop-logging --name {}", {
                others.first().map(|arn| shell_word(arn)).unwrap_or_default()
            }),
        ),
    }
}

/// The Region of a partition to which EventBridge delivers what is done with IAM, STS's global endpoint and most sign-ins.
///
/// Source: IAM User Guide, "Logging IAM and AWS STS API calls with AWS CloudTrail"; EventBridge User Guide, "AWS service events
/// delivered via CloudTrail".
#[must_use]
pub fn hearing_region(region: &Region) -> &'static str {
    match region.partition() {
        "aws-cn" => "cn-north-1",
        "aws-us-gov" => "us-gov-west-1",
        _ => "us-east-1",
    }
}

/// Whether events of services without a Region are heard, here or by a stack of the same name where they come to.
pub(crate) fn global(facts: &Facts) -> Vec<Finding> {
    let Facts { stack, region, .. } = facts;
    let there = hearing_region(region);
    vec![match &facts.rules_there {
        _ if region.as_str() == there => Finding::proven(format!("this is {there}")),
        Ok(1..) => Finding::proven(format!("a stack `{stack}` is in {there}, too")),
        Ok(0) => Finding::broken(
            format!(
                "what is done with IAM, STS's global endpoint and most sign-ins reaches {there} only, not {region}"
            ),
            format!("sam deploy --region {there}: a stack there hears of them"),
        ),
        Err(why) => Finding::unknown(why),
    }]
}
