//! The template says what the code needs, no less and no more.

use crate::repository::{folders, read};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use trailreflex_response::{ActionClass, ActionKind, LEASE_SECONDS, Playbooks};

/// The template with `!Ref x` as `{"!Ref": x}`.
pub(crate) fn template() -> Value {
    parsed("template.yaml")
}

/// Any template, likewise.
pub(crate) fn parsed(file: &str) -> Value {
    plain(yaml_serde::from_str(&read(file)).unwrap())
}

fn plain(value: yaml_serde::Value) -> Value {
    match value {
        yaml_serde::Value::Tagged(tagged) => {
            let tag = tagged.tag.to_string();
            json!({tag: plain(tagged.value)})
        }
        yaml_serde::Value::Mapping(mapping) => {
            let text = |key: yaml_serde::Value| key.as_str().map(str::to_owned).unwrap_or_default();
            Value::Object(mapping.into_iter().map(|(key, value)| (text(key), plain(value))).collect())
        }
        yaml_serde::Value::Sequence(values) => Value::Array(values.into_iter().map(plain).collect()),
        yaml_serde::Value::Null => Value::Null,
        scalar @ (yaml_serde::Value::Bool(_)
        | yaml_serde::Value::Number(_)
        | yaml_serde::Value::String(_)) => serde_json::to_value(scalar).unwrap(),
    }
}

pub(crate) fn resources() -> Map<String, Value> {
    template()["Resources"].as_object().unwrap().clone()
}

/// Properties of all resources of a type, by logical id.
pub(crate) fn of_type(kind: &str) -> BTreeMap<String, Value> {
    let matches = |(_, resource): &(String, Value)| resource["Type"] == kind;
    resources()
        .into_iter()
        .filter(matches)
        .map(|(name, resource)| (name, resource["Properties"].clone()))
        .collect()
}

/// The second function of the binary `restore-logging`.
const STAND_IN: &str = "StandInFunction";

/// Functions by the name of their binary, without the stand-in.
pub(crate) fn functions() -> BTreeMap<String, (String, Value)> {
    let function = |(name, resource): (String, Value)| {
        if name == STAND_IN {
            return None;
        }
        let binary = resource["Metadata"]["BuildProperties"]["Binary"].as_str()?.to_owned();
        Some((binary, (name, resource["Properties"].clone())))
    };
    resources().into_iter().filter_map(function).collect()
}

pub(crate) fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Array(values) => values.iter().flat_map(texts).collect(),
        Value::String(text) => vec![text.clone()],
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => Vec::new(),
    }
}

#[test]
fn every_function_folder_is_one_resource_with_its_own_role_and_log_group() {
    let functions = functions();
    assert_eq!(functions.keys().cloned().collect::<Vec<_>>(), folders("functions"));
    let own = |key: &str| -> BTreeSet<String> {
        functions.values().map(|(_, properties)| properties[key].to_string()).collect()
    };
    assert_eq!(own("Role").len(), functions.len());
    assert_eq!(own("LoggingConfig").len(), functions.len());
}

#[test]
fn each_function_is_given_exactly_the_variables_that_it_reads() {
    let responders = ActionClass::ALL.iter();
    let responders =
        responders.map(|class| (class.as_str(), trailreflex_responder::Config::variables(*class)));
    for (name, variables) in responders.chain([
        ("detect", trailreflex_detect::Config::VARIABLES.to_vec()),
        ("ingest", trailreflex_ingest::Config::VARIABLES.to_vec()),
        ("notify", trailreflex_notify_function::Config::VARIABLES.to_vec()),
        ("approve", trailreflex_approve::Config::VARIABLES.to_vec()),
        ("meter", trailreflex_meter::Config::VARIABLES.to_vec()),
        ("keep-evidence", trailreflex_keep_evidence::Config::VARIABLES.to_vec()),
        ("review-access", trailreflex_review_access::Config::VARIABLES.to_vec()),
        ("review-activity", trailreflex_review_activity::Config::VARIABLES.to_vec()),
    ]) {
        let (_, properties) = &functions()[name];
        let given: Vec<_> =
            properties["Environment"]["Variables"].as_object().unwrap().keys().cloned().collect();
        assert_eq!(given, variables, "{name}");
    }
}

/// What a responder is told of the targets of the stack's rules, with the names of resources in the place of values.
fn declared_targets(function: &Value) -> Value {
    let parts = function["Environment"]["Variables"]["OWN_TARGETS"]["!Join"][1].as_array().unwrap();
    let texts = parts.iter().map(|part| part.get("!If").map_or(part, |choice| &choice[1])["!Sub"].as_str());
    let declared = texts.map(Option::unwrap).collect::<Vec<_>>().join(",");
    let values = [
        ("${", ""),
        (".QueueName}", ".Arn"),
        (".Arn}", ".Arn"),
        ("Function}", "Function.Arn"),
        ("}\"", "\""),
    ];
    let named = values.iter().fold(declared, |text, (from, to)| text.replace(from, to));
    serde_json::from_str(&named).unwrap()
}

/// The targets that a responder is told of a rule, as the rule itself is given them.
fn declared_of(function: &Value, rule: &str) -> Option<Value> {
    let declared = declared_targets(function);
    let rules = declared["Rules"].as_object().unwrap();
    let (_, targets) = rules
        .iter()
        .filter(|(prefix, _)| rule.starts_with(*prefix))
        .max_by_key(|(prefix, _)| prefix.len())?;
    let whole = |(id, named): (&String, &Value)| {
        let (service, name) = named.as_str().unwrap().split_once(':').unwrap();
        assert_eq!(service == "lambda", name.ends_with("Function.Arn"), "{rule}: {named}");
        let mut target = json!({"Id": id, "Arn": {"!GetAtt": name}});
        if rule.ends_with("Sweep") {
            target["Input"] = json!("{\"sweep\": true}");
        }
        target["DeadLetterConfig"] = json!({"Arn": {"!GetAtt": declared["DeadLetterArn"]}});
        target
    };
    Some(targets.as_object().unwrap().iter().map(whole).collect())
}

#[test]
fn restore_logging_and_its_stand_in_know_the_targets_of_all_rules_but_the_stand_ins() {
    let stand_in = &resources()[STAND_IN];
    let restorer = &resources()["RestoreLoggingFunction"];
    assert_eq!(stand_in["Metadata"], restorer["Metadata"]);
    for (name, rule) in of_type("AWS::Events::Rule") {
        let told = [restorer, stand_in].map(|function| declared_of(&function["Properties"], &name));
        let told: Vec<Value> = told.into_iter().flatten().collect();
        let expected = if name == "StandInRule" { Vec::new() } else { vec![rule["Targets"].clone()] };
        assert_eq!(told, expected, "{name}");
    }
    let told = declared_targets(&restorer["Properties"])["Topics"].clone();
    for (name, subscription) in of_type("AWS::SNS::Subscription") {
        let topic = subscription["TopicArn"]["!Ref"].as_str().unwrap();
        let endpoint = &subscription["Endpoint"];
        let endpoint = endpoint["!GetAtt"]
            .as_str()
            .map_or_else(|| endpoint["!Ref"].as_str().unwrap().to_owned(), str::to_owned);
        let word = format!("{} {endpoint}", subscription["Protocol"].as_str().unwrap());
        // The topic of the user's own trail is none of the stack's.
        let expected = if name == "IngestSubscription" { Value::Null } else { json!([word]) };
        assert_eq!(told[topic], expected, "{name}");
    }
    for variable in trailreflex_responder::Config::variables(ActionClass::RestoreLogging) {
        let of = |function: &Value| function["Properties"]["Environment"]["Variables"][variable].clone();
        assert!(!of(stand_in).is_null(), "{variable}");
        let differs = ["EVENT_SELECTORS_BASELINE", "OWN_TARGETS"].contains(&variable);
        assert_eq!(of(stand_in) != of(restorer), differs, "{variable}");
    }
    for (key, value) in restorer["Properties"].as_object().unwrap() {
        let differs = ["Description", "Environment"].contains(&key.as_str());
        assert_eq!(stand_in["Properties"][key] != *value, differs, "{key}");
    }
}

#[test]
fn a_function_ends_before_the_lease_on_its_plan() {
    let timeout = template()["Globals"]["Function"]["Timeout"].as_i64().unwrap();
    assert!(timeout < LEASE_SECONDS, "two deliveries could work on one plan");
    assert!(timeout < trailreflex_findings::LEASE_SECONDS, "two deliveries could send one finding");
    for (name, (_, properties)) in functions() {
        let own = properties.get("Timeout");
        let is_none_of_theirs = matches!(
            name.as_str(),
            "approve" | "ingest" | "keep-evidence" | "meter" | "notify" | "review-activity"
        );
        assert!(own.is_none() || is_none_of_theirs, "{name} has its own time-out; compare it here");
    }
    let meter = functions()["meter"].1["Timeout"].as_i64().unwrap();
    assert!(
        meter < trailreflex_metering::LEASE.as_secs(),
        "what is being counted could be counted by another"
    );
    let hidden = of_type("AWS::SQS::Queue")["MeterQueue"]["VisibilityTimeout"].as_i64().unwrap();
    assert!(
        hidden > trailreflex_metering::LEASE.as_secs(),
        "what comes again would find the lease still running"
    );
}

#[test]
fn a_responders_role_may_do_what_its_actions_declare_and_nothing_else() {
    for class in ActionClass::ALL {
        let role = &of_type("AWS::IAM::Role")[&format!("{}Role", resource_of(class))];
        let statements = statements(role);
        let own = |effect: &str| -> BTreeSet<String> {
            let of_effect = statements.iter().filter(|statement| statement["Effect"] == effect);
            let actions = of_effect.flat_map(|statement| texts(&statement["Action"]));
            actions.filter(|action| !is_of_every_function(action)).collect()
        };
        let kinds = || ActionKind::ALL.into_iter().filter(|kind| kind.class() == class);
        let changes: BTreeSet<String> =
            kinds().flat_map(ActionKind::permissions).map(|one| (*one).to_owned()).collect();
        // The function has its own queue, so roles.rs holds what it may read of queues.
        let reading = kinds().flat_map(ActionKind::reading_permissions).map(|one| (*one).to_owned());
        let reading = reading.filter(|one| !is_of_every_function(one));
        assert_eq!(own("Allow"), changes.iter().cloned().chain(reading).collect(), "{class:?}");
        assert_eq!(own("Deny"), changes, "{class:?}: every change is denied on what is protected");
    }
}

/// The statements of a role's policy, those included that a parameter leaves out.
pub(crate) fn statements(role: &Value) -> Vec<Value> {
    let statements = role["Policies"][0]["PolicyDocument"]["Statement"].as_array().unwrap();
    let whole = |statement: &Value| statement.get("!If").map_or(statement, |choice| &choice[1]).clone();
    statements.iter().map(whole).collect()
}

/// Whether an action is none of a responder's own, but what every function needs.
fn is_of_every_function(action: &str) -> bool {
    let of_queues = action.starts_with("sqs:") && action != "sqs:SetQueueAttributes";
    let prefixes =
        ["logs:", "dynamodb:", "events:PutEvents", "cloudwatch:", "ssm:GetParameter", "sts:AssumeRole"];
    of_queues || prefixes.iter().any(|prefix| action.starts_with(prefix))
}

/// How the names of a class's resources begin.
fn resource_of(class: ActionClass) -> String {
    let words = class.as_str().split('-');
    let capitalised = |word: &str| {
        let (first, rest) = word.split_at(1);
        format!("{}{rest}", first.to_uppercase())
    };
    words.map(capitalised).collect()
}

/// The playbooks of every responder.
pub(crate) fn playbooks() -> BTreeMap<ActionClass, Playbooks> {
    let of_class = |class: ActionClass| {
        (class, Playbooks::from_json(trailreflex_content::playbooks(class.as_str()), class).unwrap())
    };
    ActionClass::ALL.into_iter().map(of_class).collect()
}

#[test]
fn no_role_may_do_more_than_a_few_named_calls() {
    for (name, role) in of_type("AWS::IAM::Role") {
        for statement in statements(&role) {
            for action in texts(&statement["Action"]) {
                assert!(!action.contains('*'), "{name}: {action}");
            }
            let everywhere = statement["Resource"] == "*";
            assert!(!everywhere || statement["Condition"].is_object(), "{name}: {}", statement["Sid"]);
        }
    }
}

#[test]
fn findings_that_a_playbook_answers_are_delivered_and_no_others() {
    for (class, playbooks) in playbooks() {
        let pattern = &of_type("AWS::Events::Rule")[&format!("{}Rule", resource_of(class))]["EventPattern"];
        let delivered: BTreeSet<_> = texts(&pattern["detail"]["rule"]["id"]).into_iter().collect();
        let answered: BTreeSet<_> =
            playbooks.all().iter().flat_map(|playbook| playbook.rules.clone()).collect();
        assert_eq!(delivered, answered, "{class:?}");
        let producers = json!(trailreflex_model::PRODUCERS);
        assert_eq!(pattern["source"], producers);
        assert_eq!(pattern["detail-type"], json!([trailreflex_model::DETAIL_TYPE_FINDING]));
    }
}

#[test]
fn event_patterns_keep_within_eventbridges_limit() {
    for (name, rule) in of_type("AWS::Events::Rule") {
        let length = rule["EventPattern"].to_string().len();
        assert!(length <= 2048, "{name}: {length} characters");
    }
}

#[test]
fn what_fails_is_kept_and_raises_an_alarm() {
    // What comes from a queue stays in the queue, and whoever asks by the page's address is answered.
    let kept = ["approve", "ingest"];
    for (name, (_, properties)) in functions().into_iter().filter(|(name, _)| !kept.contains(&name.as_str()))
    {
        let invoke = &properties["EventInvokeConfig"];
        let destination = &invoke["DestinationConfig"]["OnFailure"]["Destination"];
        assert_eq!(*destination, json!({"!GetAtt": "FailedEventsQueue.Arn"}), "{name}");
        assert_eq!(invoke["MaximumRetryAttempts"], 2, "{name}");
    }
    for (name, rule) in of_type("AWS::Events::Rule") {
        let dead_letters = &rule["Targets"][0]["DeadLetterConfig"]["Arn"];
        assert_eq!(*dead_letters, json!({"!GetAtt": "UndeliveredEventsQueue.Arn"}), "{name}");
    }
    let alarms = of_type("AWS::CloudWatch::Alarm");
    let watched: BTreeSet<&str> = alarms
        .values()
        .filter_map(|alarm| alarm["Dimensions"][0]["Value"]["!GetAtt"].as_str()?.strip_suffix(".QueueName"))
        .collect();
    // What cannot be taken from a queue ends on the one that its redrive names.
    for (name, queue) in of_type("AWS::SQS::Queue") {
        let redrive = queue["RedrivePolicy"]["deadLetterTargetArn"]["!GetAtt"].as_str();
        let last = redrive.map_or(name.clone(), |arn| arn.trim_end_matches(".Arn").to_owned());
        assert!(watched.contains(last.as_str()), "{name}: nobody is told of what is left on {last}");
    }
}

#[test]
fn a_fresh_deployment_changes_nothing() {
    assert_eq!(template()["Parameters"]["Mode"]["Default"], "plan");
}

#[test]
fn nobody_but_the_producers_may_put_events_on_the_findings_bus() {
    let policies = of_type("AWS::Events::EventBusPolicy");
    let statement = &policies["FindingsBusPolicy"]["Statement"];
    let of_files = ["IngestRole", "ReviewActivityRole"].map(|role| {
        json!({"!If": ["HasTrailBucket", {"!GetAtt": format!("{role}.Arn")}, {"!Ref": "AWS::NoValue"}]})
    });
    let responders =
        ActionClass::ALL.map(|class| json!({"!GetAtt": format!("{}Role.Arn", resource_of(class))}));
    let detect = [json!({"!GetAtt": "DetectRole.Arn"})];
    let others = ["NotifyRole.Arn", "ReviewAccessRole.Arn"].map(|role| json!({"!GetAtt": role}));
    let evidence =
        json!({"!If": ["KeepsEvidence", {"!GetAtt": "KeepEvidenceRole.Arn"}, {"!Ref": "AWS::NoValue"}]});
    let producers: Vec<_> =
        detect.into_iter().chain(responders).chain(others).chain([evidence]).chain(of_files).collect();
    let expected = json!({
        "Effect": "Deny", "Principal": "*", "Action": "events:PutEvents",
        "Resource": {"!GetAtt": "FindingsBus.Arn"},
        "Condition": {"ArnNotEquals": {"aws:PrincipalArn": producers}}
    });
    assert_eq!(*statement, expected);
}
