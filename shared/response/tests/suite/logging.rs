//! What each action on what watches the account sets which control to, and what it leaves alone.

use crate::fixtures::{
    Scenario, any_fault, clock_after, decide_under, finding, finish, finish_unless_stopped, guardrails, now,
};
use crate::own_stack;
use proptest::prelude::*;
use serde_json::json;
use std::collections::BTreeSet;
use trailreflex_model::{Finding, Resource, ResourceKind, Target};
use trailreflex_response::{
    ActionKind, Contents, Control, Declared, Guardrails, LEASE_SECONDS, MemoryJournal, Mode, OnExpiry,
    OutcomeStatus, Playbook, Reason, Setting, SimulatedAccount, Verdict, execute, undo,
};

const TRAIL: &str = "arn:aws:cloudtrail:us-east-1:111122223333:trail/management";
const KEY: &str = "arn:aws:kms:us-east-1:111122223333:key/0000";
/// One way to switch off what watches, and the action against it.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    name: &'static str,
    kind: ActionKind,
    target: (ResourceKind, &'static str),
    before: Vec<(Control, Setting)>,
    after: Vec<(Control, Setting)>,
    calls: Vec<&'static str>,
    undo_calls: Vec<&'static str>,
}

impl Case {
    pub(crate) fn new(
        name: &'static str,
        kind: ActionKind,
        target: (ResourceKind, &'static str),
        before: Vec<(Control, Setting)>,
        after: Vec<(Control, Setting)>,
        calls: &[&'static str],
        undo_calls: &[&'static str],
    ) -> Self {
        Self { name, kind, target, before, after, calls: calls.to_vec(), undo_calls: undo_calls.to_vec() }
    }
}

fn selectors(read_write: &str) -> Setting {
    Setting::Document(json!({"EventSelectors": [{
        "ReadWriteType": read_write, "IncludeManagementEvents": true, "DataResources": [],
        "ExcludeManagementEventSources": []
    }]}))
}

/// What is the stack's own is in a file of its own.
fn cases() -> Vec<Case> {
    [cases_of_the_account(), own_stack::cases()].concat()
}

fn cases_of_the_account() -> Vec<Case> {
    let name = |text: &str| text.parse().unwrap();
    let (present, absent) = (Setting::Present, Setting::Absent);
    let trail = || Control::TrailLogging { trail: name(TRAIL) };
    let deletion = || Control::KeyDeletion { key: name(KEY) };
    let used = || Control::KeyUse { key: name(KEY) };
    vec![
        Case::new(
            "a trail that was stopped",
            ActionKind::StartLogging,
            (ResourceKind::Trail, TRAIL),
            vec![(trail(), absent.clone())],
            vec![(trail(), present.clone())],
            &["cloudtrail:StartLogging"],
            &["cloudtrail:StopLogging"],
        ),
        Case::new(
            "a detector that is suspended",
            ActionKind::EnableDetector,
            (ResourceKind::Detector, "12ab"),
            vec![(Control::Detector { detector: name("12ab") }, absent.clone())],
            vec![(Control::Detector { detector: name("12ab") }, present.clone())],
            &["guardduty:UpdateDetector"],
            &["guardduty:UpdateDetector"],
        ),
        Case::new(
            "a recorder that was stopped",
            ActionKind::StartRecorder,
            (ResourceKind::Recorder, "default"),
            vec![(Control::Recorder { recorder: name("default") }, absent.clone())],
            vec![(Control::Recorder { recorder: name("default") }, present.clone())],
            &["config:StartConfigurationRecorder"],
            &["config:StopConfigurationRecorder"],
        ),
        Case::new(
            "an analyzer that was deleted",
            ActionKind::RecreateAnalyzer,
            (ResourceKind::Analyzer, "external"),
            vec![(Control::Analyzer { analyzer: name("external") }, absent.clone())],
            vec![(Control::Analyzer { analyzer: name("external") }, Setting::word("ACCOUNT"))],
            &["access-analyzer:CreateAnalyzer"],
            &["access-analyzer:DeleteAnalyzer"],
        ),
        Case::new(
            "a key that is to be deleted",
            ActionKind::KeepKey,
            (ResourceKind::Key, KEY),
            vec![(deletion(), Setting::word("13")), (used(), absent.clone())],
            vec![(deletion(), absent.clone()), (used(), present.clone())],
            &["kms:CancelKeyDeletion", "kms:EnableKey"],
            &["kms:ScheduleKeyDeletion", "kms:DisableKey"],
        ),
        Case::new(
            "a key that was disabled",
            ActionKind::KeepKey,
            (ResourceKind::Key, KEY),
            vec![(deletion(), absent.clone()), (used(), absent.clone())],
            vec![(deletion(), absent.clone()), (used(), present.clone())],
            &["kms:EnableKey"],
            &["kms:DisableKey"],
        ),
        Case::new(
            "event selectors that were narrowed",
            ActionKind::RestoreEventSelectors,
            (ResourceKind::Trail, TRAIL),
            vec![(Control::EventSelectors { trail: name(TRAIL) }, selectors("ReadOnly"))],
            vec![(Control::EventSelectors { trail: name(TRAIL) }, selectors("All"))],
            &["cloudtrail:PutEventSelectors"],
            &["cloudtrail:PutEventSelectors"],
        ),
        Case::new(
            "insight selectors that were removed",
            ActionKind::RestoreInsightSelectors,
            (ResourceKind::Trail, TRAIL),
            vec![(Control::InsightSelectors { trail: name(TRAIL) }, Setting::Document(json!([])))],
            vec![(
                Control::InsightSelectors { trail: name(TRAIL) },
                Setting::Document(json!([{"InsightType": "ApiErrorRateInsight"}])),
            )],
            &["cloudtrail:PutInsightSelectors"],
            &["cloudtrail:PutInsightSelectors"],
        ),
    ]
}

fn playbook(kind: ActionKind) -> Playbook {
    Playbook {
        id: "test".to_owned(),
        rules: BTreeSet::from(["rule-quarantined".to_owned()]),
        actions: BTreeSet::from([kind]),
        mode: Mode::Act,
        expires_after_minutes: None,
        on_expiry: OnExpiry::Remind,
        approve_within_minutes: None,
        on_silence: trailreflex_response::OnSilence::Nothing,
    }
}

fn about((resource, name): (ResourceKind, &str)) -> Finding {
    let resource = Resource { resource, name: name.parse().unwrap(), added: BTreeSet::new() };
    Finding { target: Some(Target::Resource(resource)), ..finding() }
}

fn limits() -> Guardrails {
    let baselines = r#"{"management": {"EventSelectors": [{}],
        "InsightSelectors": [{"InsightType": "ApiErrorRateInsight"}]}}"#;
    let own_targets = r#"{"DeadLetterArn": "arn:aws:sqs:us-east-1:111122223333:queue", "Rules": {"Detect": {"detect": "lambda:detect"}},
        "Topics": {"AlarmsTopic": ["sqs queue", "email someone@example.com"]}}"#;
    let declared = Declared {
        own_prefix: "trailreflex-".to_owned(),
        baselines: baselines.parse().unwrap(),
        own_targets: own_targets.parse().unwrap(),
    };
    Guardrails { declared, ..guardrails() }
}

/// An account with the thing that the case is about.
fn account(case: &Case) -> SimulatedAccount {
    let Some(Target::Resource(resource)) = about(case.target).target else { panic!("{}", case.name) };
    let mut contents = Contents { resources: vec![resource], ..Contents::default() };
    for (control, setting) in &case.before {
        contents.set(control.clone(), setting.clone());
    }
    SimulatedAccount::with(contents)
}

pub(crate) fn scenarios() -> Vec<Scenario> {
    let scenario = |case: Case| Scenario {
        kind: case.kind,
        finding: about(case.target),
        playbook: playbook(case.kind),
        guardrails: limits(),
        contents: account(&case).snapshot(),
    };
    cases().into_iter().map(scenario).collect()
}

fn is_as(account: &SimulatedAccount, wanted: &[(Control, Setting)]) -> bool {
    let settings = account.snapshot().settings;
    wanted.iter().all(|(control, setting)| settings.get(control).unwrap_or(&Setting::Absent) == setting)
}

#[test]
fn every_action_switches_on_what_was_off_and_undo_restores_the_account() {
    for case in cases() {
        let (account, journal) = (account(&case), MemoryJournal::default());
        let before = account.snapshot();
        let name = case.name;
        let plan =
            decide_under(&limits(), &account, &journal, &about(case.target), &playbook(case.kind), now());
        let calls = plan.steps.iter().flat_map(|step| &step.calls).map(|call| call.permission.clone());
        assert_eq!(calls.collect::<Vec<_>>(), case.calls, "{name}");
        let undo_calls = plan.steps.iter().flat_map(|step| match &step.undo {
            trailreflex_response::Undo::Calls(calls) => calls.clone(),
            trailreflex_response::Undo::Nothing => Vec::new(),
        });
        assert_eq!(undo_calls.map(|call| call.permission).collect::<Vec<_>>(), case.undo_calls, "{name}");
        let declared = case.kind.permissions();
        assert!(plan.permissions().iter().all(|one| declared.contains(&one.as_str())), "{name}");
        let done = finish(execute(plan, &account, &journal, &clock_after(0))).unwrap();
        assert_eq!(done.outcome.status, OutcomeStatus::Contained, "{name}");
        assert!(is_as(&account, &case.after), "{name}: {:#?}", account.snapshot());
        let undone = finish(undo(done.outcome.plan_id(), &account, &journal, &clock_after(60))).unwrap();
        assert_eq!(undone.outcome.status, OutcomeStatus::Undone, "{name}");
        assert_eq!(account.snapshot(), before, "{name}");
    }
}

#[test]
fn what_is_on_already_is_left_alone() {
    // What does not tell what was changed is refused instead, as another test shows.
    let silent = [ActionKind::EnableRule, ActionKind::RestoreTargets, ActionKind::RestoreSubscriptions];
    let tells = |case: &Case| !silent.contains(&case.kind);
    for case in cases().into_iter().filter(tells) {
        let on = Case { before: case.after.clone(), ..case };
        let (account, journal) = (account(&on), MemoryJournal::default());
        let plan = decide_under(&limits(), &account, &journal, &about(on.target), &playbook(on.kind), now());
        let verdicts: Vec<_> = plan.steps.iter().map(|step| step.verdict).collect();
        assert!(
            verdicts.iter().all(|verdict| *verdict == Verdict::AlreadyInForce),
            "{}: {verdicts:?}",
            on.name
        );
        assert!(!verdicts.is_empty(), "{}", on.name);
    }
}

/// What must not be touched: case, action, whom the finding is about, how it is set, and the reason.
pub(crate) type Untouched =
    (&'static str, ActionKind, (ResourceKind, &'static str), Option<(Control, Setting)>, Reason);

pub(crate) fn assert_refused(cases: impl IntoIterator<Item = Untouched>) {
    for (case, kind, target, setting, expected) in cases {
        let finding = about(target);
        let Some(Target::Resource(resource)) = finding.target.clone() else { panic!("{case}") };
        let mut contents = Contents { resources: vec![resource], ..Contents::default() };
        contents.settings.extend(setting);
        let (account, journal) = (SimulatedAccount::with(contents), MemoryJournal::default());
        let plan = decide_under(&limits(), &account, &journal, &finding, &playbook(kind), now());
        // A key's deletion is another step, with nothing to do here.
        let to_do = expected == Reason::StateUnfit;
        let refusals = plan.steps.iter().filter_map(|step| match step.verdict {
            Verdict::Refuse(reason) => Some(reason),
            Verdict::Execute | Verdict::Fallback | Verdict::AlreadyInForce => None,
        });
        assert_eq!(plan.refused, if to_do { None } else { Some(expected) }, "{case}");
        assert!(refusals.clone().all(|reason| reason == expected), "{case}");
        assert!(plan.refused.is_some() || refusals.count() == 1, "{case}");
    }
}

#[test]
fn what_must_not_be_touched_is_refused_with_the_reason() {
    let name = |text: &str| text.parse().unwrap();
    assert_refused([
        (
            "a trail of the organization",
            ActionKind::StartLogging,
            (ResourceKind::Trail, "arn:aws:cloudtrail:us-east-1:999988887777:trail/all"),
            None,
            Reason::ForeignAccount,
        ),
        (
            "a trail that is kept in another Region",
            ActionKind::StartLogging,
            (ResourceKind::Trail, "arn:aws:cloudtrail:eu-west-1:111122223333:trail/all"),
            None,
            Reason::ForeignRegion,
        ),
        (
            "a trail without a baseline",
            ActionKind::RestoreEventSelectors,
            (ResourceKind::Trail, "spare"),
            Some((Control::EventSelectors { trail: name("spare") }, selectors("ReadOnly"))),
            Reason::NoBaseline,
        ),
        (
            "a key without its material",
            ActionKind::KeepKey,
            (ResourceKind::Key, KEY),
            Some((Control::KeyUse { key: name(KEY) }, Setting::word("PendingImport"))),
            Reason::StateUnfit,
        ),
        (
            "a detector for a trail's action",
            ActionKind::StartLogging,
            (ResourceKind::Detector, "12ab"),
            None,
            Reason::NothingApplies,
        ),
    ]);
    let deleted = decide_under(
        &limits(),
        &SimulatedAccount::default(),
        &MemoryJournal::default(),
        &about((ResourceKind::Detector, "12ab")),
        &playbook(ActionKind::EnableDetector),
        now(),
    );
    assert_eq!(deleted.refused, Some(Reason::ResourceGone));
}

proptest! {
    /// Faults of every kind in any call of some deliveries and of the undo; the last delivery may be missing, so that
    /// what is half done is taken back.
    #[test]
    fn undo_restores_what_an_action_has_changed_whatever_fails(
        which in 0..cases().len(),
        deliveries in 1_i64..4,
        completes in any::<bool>(),
        faults in prop::collection::vec(any_fault(), 0..16),
        faults_of_undo in prop::collection::vec(any_fault(), 0..8),
    ) {
        let case = cases().swap_remove(which);
        let (account, journal) = (account(&case), MemoryJournal::default());
        let before = account.snapshot();
        let plan =
            decide_under(&limits(), &account, &journal, &about(case.target), &playbook(case.kind), now());
        account.set_faults(faults);
        let mut seconds = 0;
        for _ in 0..deliveries {
            let _ = finish_unless_stopped(execute(plan.clone(), &account, &journal, &clock_after(seconds)));
            seconds += LEASE_SECONDS;
        }
        account.set_faults([]);
        if completes {
            let last = finish(execute(plan.clone(), &account, &journal, &clock_after(seconds))).unwrap();
            prop_assert_eq!(last.outcome.status, OutcomeStatus::Contained);
            prop_assert!(is_as(&account, &case.after));
        }
        account.set_faults(faults_of_undo);
        for _ in 0..2 {
            seconds += LEASE_SECONDS;
            let _ = finish_unless_stopped(undo(&plan.id, &account, &journal, &clock_after(seconds)));
        }
        account.set_faults([]);
        seconds += LEASE_SECONDS;
        let undone = finish(undo(&plan.id, &account, &journal, &clock_after(seconds))).unwrap();
        prop_assert_eq!(undone.outcome.status, OutcomeStatus::Undone);
        prop_assert_eq!(account.snapshot(), before);
    }
}
