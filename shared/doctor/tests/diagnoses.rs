//! What is told of a deployment that is well, and of each thing that can be wrong with it.

#![cfg(test)]

use trailreflex_doctor::{
    Check, Concurrency, EventRule, Facts, Finding, Forwards, Function, HeldBack, Management, OtherRegion,
    Queue, RuleTarget, Standing, Subscriptions, Trail, controls, diagnose,
};
use trailreflex_metrics::{Blind, KnownSensor, Sensor};

const RULE: &str = "arn:aws:events:us-east-1:111122223333:rule/trailreflex-DetectCalls1Rule-A";
const FUNCTION: &str = "arn:aws:lambda:us-east-1:111122223333:function:trailreflex-DetectFunction-B";
const TRAIL: &str = "arn:aws:cloudtrail:us-east-1:111122223333:trail/main";

fn policy(rule: &str) -> String {
    format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"Service":"events.amazonaws.com"}},"Action":"lambda:InvokeFunction","Resource":"{FUNCTION}","Condition":{{"ArnLike":{{"AWS:SourceArn":"{rule}"}}}}}}]}}"#
    )
}

fn trail() -> Trail {
    Trail {
        arn: TRAIL.to_owned(),
        home: "us-east-1".to_owned(),
        is_multi_region: true,
        has_global_events: true,
        validates: true,
        is_logging: true,
        delivery_error: None,
        management: Some(Management { reads: true, writes: true, excluded: Vec::new() }),
    }
}

fn rule(name: &str) -> EventRule {
    EventRule {
        arn: RULE.to_owned(),
        name: format!("trailreflex-{name}-A"),
        bus: "default".to_owned(),
        state: "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS".to_owned(),
        pattern: Some(r#"{"detail-type":["AWS API Call via CloudTrail"]}"#.to_owned()),
        targets: vec![RuleTarget { arn: FUNCTION.to_owned(), policy: Some(policy(RULE)) }],
    }
}

fn function(name: &str) -> Function {
    Function {
        name: name.to_owned(),
        mode: None,
        switch: None,
        meter_table: None,
        log_group: None,
        memory: 128,
        is_arm: false,
        channels: Vec::new(),
    }
}

fn sensor(heard: Option<&str>, is_blind: bool) -> KnownSensor {
    let sensor = Sensor { account: "444455556666".parse().unwrap(), region: "eu-west-1".parse().unwrap() };
    KnownSensor { state: Blind { sensor, heard: heard.map(|heard| heard.parse().unwrap()) }, is_blind }
}

fn held(reason: &'static str) -> HeldBack {
    HeldBack { function: "contain-identity", reason, plans: 7 }
}

fn well() -> Facts {
    let responder = Function {
        mode: Some("act".to_owned()),
        switch: Some("/trailreflex/responders".to_owned()),
        ..function("trailreflex-ContainIdentityFunction-C")
    };
    Facts {
        stack: "trailreflex".to_owned(),
        region: "us-east-1".parse().unwrap(),
        rules_there: Ok(2),
        trails: Ok(vec![trail()]),
        rules: Ok(vec![
            rule("DetectCalls1Rule"),
            EventRule { state: "DISABLED".to_owned(), ..rule("DetectHealthRule") },
        ]),
        undelivered: Ok(Vec::new()),
        functions: Ok(vec![function("trailreflex-ApproveFunction-D"), responder]),
        queues: Ok(vec![Queue {
            url: "https://sqs/1/trailreflex-FailedEventsQueue-E".to_owned(),
            messages: 0,
        }]),
        subscriptions: Ok(Subscriptions { confirmed: 1, pending: Vec::new() }),
        switch: Ok(Some("armed".to_owned())),
        others: vec![sends("eu-west-1", Ok((14, &[])))],
        sensors: Ok(vec![sensor(Some("2026-11-20T10:00:00Z"), false)]),
        concurrency: Ok(Concurrency { all: 1000, unreserved: 900 }),
        rules_on_bus: Ok(40),
        held_back: Ok(Vec::new()),
    }
}

/// A Region with so many event rules, and names of rules whose calls they leave out.
fn sends(region: &str, forwards: Result<(usize, &[&str]), String>) -> OtherRegion {
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let forwards = forwards.map(|(rules, unsent)| Forwards { rules, unsent: names(unsent) });
    OtherRegion { region: region.parse().unwrap(), forwards }
}

/// What is not proven: the check, what is wrong or why it is not known, and what mends it.
fn wrong(facts: &Facts) -> Vec<(Check, String, String)> {
    let diagnoses = diagnose(facts).into_iter();
    diagnoses
        .filter_map(|one| match one.finding {
            Finding::Proven { .. } => None,
            Finding::Broken { what, fix } => Some((one.check, what, fix)),
            Finding::Unknown { why } => Some((one.check, why, String::new())),
        })
        .collect()
}

#[test]
fn a_deployment_that_is_well_proves_every_check_once() {
    assert_eq!(wrong(&well()), []);
    let checks: Vec<_> = diagnose(&well()).iter().map(|one| one.check).collect();
    assert_eq!(checks, Check::ALL);
    assert!(
        controls(&diagnose(&well()))
            .iter()
            .all(|one| one.standing == Standing::Proven && one.missing.is_empty())
    );
}

type Break = fn(&mut Facts);

#[test]
fn each_thing_that_is_wrong_is_told_with_what_mends_it() {
    let cases: [(&str, Break, Check, &str, &str); 28] = [
        (
            "no trail",
            |it| it.trails = Ok(Vec::new()),
            Check::TrailLogs,
            "no trail logs in this Region",
            "CreateTrail=yes",
        ),
        (
            "a trail that stands still",
            |it| it.trails = Ok(vec![Trail { is_logging: false, ..trail() }]),
            Check::TrailLogs,
            "main does not log",
            "aws cloudtrail start-logging --name arn:aws:cloudtrail:us-east-1:111122223333:trail/main",
        ),
        (
            "a trail of another Region",
            |it| {
                it.trails =
                    Ok(vec![Trail { is_multi_region: false, home: "eu-west-1".to_owned(), ..trail() }]);
            },
            Check::TrailLogs,
            "no trail logs in this Region",
            "CreateTrail=yes",
        ),
        (
            "a trail of this Region only",
            |it| it.trails = Ok(vec![Trail { is_multi_region: false, ..trail() }]),
            Check::TrailLogsAllRegions,
            "what is done elsewhere is not seen",
            "--is-multi-region-trail",
        ),
        (
            "no services without a Region",
            |it| it.trails = Ok(vec![Trail { has_global_events: false, ..trail() }]),
            Check::TrailLogsGlobalServices,
            "such as IAM",
            "--include-global-service-events",
        ),
        (
            "no digests",
            |it| it.trails = Ok(vec![Trail { validates: false, ..trail() }]),
            Check::TrailValidates,
            "nothing proves",
            "--enable-log-file-validation",
        ),
        (
            "no reading calls",
            |it| {
                let management = Some(Management { reads: false, writes: true, excluded: Vec::new() });
                it.trails = Ok(vec![Trail { management, ..trail() }]);
            },
            Check::TrailLogsReadsAndWrites,
            "reconnaissance",
            "put-event-selectors",
        ),
        (
            "a service left out",
            |it| {
                let excluded = vec!["kms.amazonaws.com".to_owned()];
                let management = Some(Management { reads: true, writes: true, excluded });
                it.trails = Ok(vec![Trail { management, ..trail() }]);
            },
            Check::TrailLogsAllServices,
            "calls of kms.amazonaws.com are left out",
            "put-event-selectors",
        ),
        (
            "files that do not arrive",
            |it| it.trails = Ok(vec![Trail { delivery_error: Some("AccessDenied".to_owned()), ..trail() }]),
            Check::TrailDelivers,
            "cannot deliver: AccessDenied",
            "docs/cloudtrail.md",
        ),
        (
            "two trails",
            |it| it.trails = Ok(vec![trail(), Trail { arn: "arn:other".to_owned(), ..trail() }]),
            Check::TrailIsTheOnlyOne,
            "2 trails log management events",
            "aws cloudtrail stop-logging --name arn:other",
        ),
        (
            "another Region",
            |it| (it.region, it.rules_there) = ("us-east-2".parse().unwrap(), Ok(0)),
            Check::HearsGlobalServices,
            "reaches us-east-1 only, not us-east-2",
            "sam deploy --region us-east-1",
        ),
        (
            "no stack",
            |it| it.rules = Ok(Vec::new()),
            Check::RulesAreEnabled,
            "no event rule of a stack `trailreflex`",
            "--stack",
        ),
        (
            "a rule of calls switched off",
            |it| it.rules = Ok(vec![EventRule { state: "DISABLED".to_owned(), ..rule("DetectCalls1Rule") }]),
            Check::RulesAreEnabled,
            "trailreflex-DetectCalls1Rule-A is switched off",
            "--state ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS --event-pattern '{\"detail-type\"",
        ),
        (
            "a rule of findings switched off",
            |it| {
                let pattern = Some("{}".to_owned());
                let bus = "trailreflex-findings".to_owned();
                it.rules =
                    Ok(vec![EventRule { state: "DISABLED".to_owned(), pattern, bus, ..rule("NotifyRule") }]);
            },
            Check::RulesAreEnabled,
            "trailreflex-NotifyRule-A is switched off",
            "aws events enable-rule --name trailreflex-NotifyRule-A --event-bus-name trailreflex-findings",
        ),
        (
            "calls that do not come",
            |it| it.undelivered = Ok((0..12).map(|number| format!("rule_{number}")).collect()),
            Check::RulesAreEnabled,
            "calls that 12 rules ask for are not delivered: rule_0, ",
            "trailreflex rules patterns --stack trailreflex",
        ),
        (
            "a rule without target",
            |it| it.rules = Ok(vec![EventRule { targets: Vec::new(), ..rule("DetectCalls1Rule") }]),
            Check::RulesHaveTargets,
            "goes nowhere: trailreflex-DetectCalls1Rule-A",
            "sam deploy",
        ),
        (
            "a function that has no policy",
            |it| it.rules.as_mut().unwrap()[0].targets[0].policy = None,
            Check::TargetsMayBeWoken,
            "trailreflex-DetectCalls1Rule-A may not wake arn:aws:lambda",
            "aws lambda add-permission --function-name arn:aws:lambda",
        ),
        (
            "a function that lets another rule wake it",
            |it| it.rules.as_mut().unwrap()[0].targets[0].policy = Some(policy("arn:other")),
            Check::TargetsMayBeWoken,
            "may not wake",
            "--source-arn arn:aws:events:us-east-1:111122223333:rule/trailreflex-DetectCalls1Rule-A",
        ),
        (
            "a full queue",
            |it| it.queues.as_mut().unwrap()[0].messages = 3,
            Check::QueuesAreEmpty,
            "3 messages wait in trailreflex-FailedEventsQueue-E",
            "aws sqs receive-message --queue-url https://sqs/1/trailreflex-FailedEventsQueue-E",
        ),
        (
            "an address that has not said yes",
            |it| {
                it.subscriptions =
                    Ok(Subscriptions { confirmed: 0, pending: vec!["a@example.org".to_owned()] });
            },
            Check::PeopleAreTold,
            "a@example.org was asked",
            "confirm",
        ),
        (
            "nobody hears",
            |it| it.subscriptions = Ok(Subscriptions::default()),
            Check::PeopleAreTold,
            "nobody hears",
            "NotifyEmail=",
        ),
        (
            "the switch is off",
            |it| it.switch = Ok(Some("off".to_owned())),
            Check::SwitchIsArmed,
            "planned and not done",
            "aws ssm put-parameter --overwrite --type String --name /trailreflex/responders --value armed",
        ),
        (
            "a Region that went blind",
            |it| it.sensors = Ok(vec![sensor(Some("2026-11-20T10:00:00Z"), true)]),
            Check::SensorsAreHeard,
            "eu-west-1 of account 444455556666, since 2026-11-20T10:00:00Z: nothing is heard",
            "deploy template-region.yaml in eu-west-1 of 444455556666",
        ),
        (
            "a Region that was never heard",
            |it| it.sensors = Ok(vec![sensor(None, true)]),
            Check::SensorsAreHeard,
            "eu-west-1 of account 444455556666, from the beginning: nothing is heard",
            "template-member.yaml",
        ),
        (
            "a new account",
            |it| it.concurrency = Ok(Concurrency { all: 10, unreserved: 10 }),
            Check::FunctionsMayRun,
            "may run 10 functions at the same time",
            "--quota-code L-B99A9384 --desired-value 1000",
        ),
        (
            "a bus that is nearly full",
            |it| it.rules_on_bus = Ok(271),
            Check::RulesHaveRoom,
            "271 event rules are on the default bus, which takes 300",
            "Service Quotas",
        ),
        (
            "a budget that was used up",
            |it| it.held_back = Ok(vec![held("budget")]),
            Check::NothingIsHeldBack,
            "7 plans of contain-identity were not carried out in 24 hours: budget",
            "raise BudgetPerHour",
        ),
        (
            "a breaker that has opened",
            |it| it.held_back = Ok(vec![held("breaker")]),
            Check::NothingIsHeldBack,
            "7 plans of contain-identity were not carried out in 24 hours: breaker",
            "trailreflex status --all",
        ),
    ];
    for (case, break_it, check, what, fix) in cases {
        let mut facts = well();
        break_it(&mut facts);
        let wrong = wrong(&facts);
        let is_told =
            |one: &&(Check, String, String)| one.0 == check && one.1.contains(what) && one.2.contains(fix);
        assert!(wrong.iter().any(|one| is_told(&one)), "{case}: {wrong:#?}");
        let others: Vec<_> = wrong.iter().filter(|one| one.0 != check && !one.2.is_empty()).collect();
        assert!(others.is_empty() || case == "no stack", "{case}: {others:#?}");
        let control = controls(&diagnose(&facts)).into_iter().filter(|one| one.missing.contains(&check));
        assert!(control.clone().all(|one| one.standing == Standing::Broken), "{case}");
    }
}

#[test]
fn what_could_not_be_read_is_unknown_and_never_proven() {
    let why = || "`sqs:ListQueues` failed: AccessDenied".to_owned();
    let facts = Facts {
        trails: Err(why()),
        rules: Err(why()),
        undelivered: Err(why()),
        functions: Err(why()),
        queues: Err(why()),
        subscriptions: Err(why()),
        switch: Err(why()),
        others: vec![sends("eu-west-1", Err(why()))],
        sensors: Err(why()),
        concurrency: Err(why()),
        rules_on_bus: Err(why()),
        held_back: Err(why()),
        ..well()
    };
    let wrong = wrong(&facts);
    let unknown: Vec<_> = wrong.iter().map(|one| one.0).collect();
    let expected: Vec<_> =
        Check::ALL.into_iter().filter(|check| *check != Check::HearsGlobalServices).collect();
    assert_eq!(unknown, expected);
    assert!(wrong.iter().all(|one| one.1.ends_with(&why())), "{wrong:?}");
    assert!(controls(&diagnose(&facts)).iter().all(|one| one.standing == Standing::Unknown));
}

#[test]
fn what_belongs_to_no_region_is_heard_by_a_stack_of_the_same_name_elsewhere() {
    let here = |region: &str, rules_there| Facts { region: region.parse().unwrap(), rules_there, ..well() };
    for (case, facts, is_well) in [
        ("there", here("us-east-1", Ok(0)), true),
        ("a stack there, too", here("eu-west-1", Ok(9)), true),
        ("no stack there", here("eu-west-1", Ok(0)), false),
        ("not known", here("eu-west-1", Err("refused".to_owned())), false),
        ("China", here("cn-north-1", Ok(0)), true),
        ("GovCloud", here("us-gov-east-1", Ok(0)), false),
    ] {
        let wrong = wrong(&facts).into_iter().filter(|one| one.0 == Check::HearsGlobalServices).count();
        assert_eq!(wrong == 0, is_well, "{case}");
    }
}

#[test]
fn who_is_told_by_a_channel_needs_no_mail() {
    let mut facts = well();
    facts.subscriptions = Ok(Subscriptions::default());
    facts.functions.as_mut().unwrap()[0].channels = vec!["Slack", "PagerDuty"];
    assert_eq!(wrong(&facts), []);
}

#[test]
fn a_mode_that_changes_nothing_needs_no_armed_switch() {
    let mut facts = well();
    facts.functions.as_mut().unwrap()[1].mode = Some("plan".to_owned());
    facts.switch = Ok(None);
    assert_eq!(wrong(&facts), []);
}

#[test]
fn each_region_that_is_named_is_told_with_what_mends_it() {
    let others = vec![
        sends("eu-west-1", Ok((14, &[]))),
        sends("eu-west-2", Ok((0, &["some_rule"]))),
        sends("eu-west-3", Ok((13, &["some_rule"]))),
    ];
    let deploy = |region: &str| {
        format!(
            "aws cloudformation deploy --region {region} --template-file template-region.yaml --stack-name trailreflex-region \
             --parameter-overrides HomeRegion=us-east-1 --capabilities CAPABILITY_IAM"
        )
    };
    let wrong = wrong(&Facts { others, ..well() });
    let [(_, nothing, mends), (_, some, mends_some)] = wrong.as_slice() else { panic!("{wrong:?}") };
    assert!(nothing.starts_with("eu-west-2 sends nothing"), "{nothing}");
    assert_eq!(*mends, deploy("eu-west-2"));
    assert_eq!(some, "eu-west-3 does not send calls that 1 rules ask for: some_rule");
    assert!(mends_some.ends_with(&deploy("eu-west-3")), "{mends_some}");
}

#[test]
fn no_region_is_asked_about_unless_it_is_named() {
    let told = diagnose(&Facts { others: Vec::new(), sensors: Ok(Vec::new()), ..well() });
    let of_others = [Check::OtherRegionsSend, Check::SensorsAreHeard];
    assert!(told.iter().all(|one| !of_others.contains(&one.check)));
}

#[test]
fn a_region_that_nobody_has_looked_at_is_not_known() {
    let told = wrong(&Facts { sensors: Ok(vec![sensor(None, false)]), ..well() });
    let why = "eu-west-1 of account 444455556666: nobody has looked yet".to_owned();
    assert_eq!(told, [(Check::SensorsAreHeard, why, String::new())]);
}
