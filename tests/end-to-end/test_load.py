"""The whole system under load and faults: every finding is accounted for, none is lost, and nothing is done twice.

`make test-load` sends ten thousand events, which takes eight minutes; the suite sends a tenth.
"""

import json
import os
import random
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from deployed import TEMPLATE, Stack, is_quiet
from local_aws.session import LocalAws
from traffic import ACTED, CONTAINED, HELD, KINDS, NOTHING, TOLD, Event, events, mark_of, send
from weather import WEATHER

EVENTS = int(os.environ.get("LOAD", "1000"))
BYSTANDERS = 20
BUDGET = EVENTS * sum(kind.share for kind in KINDS.values() if kind.changes == CONTAINED) // 1_250  # of five leaks, four
SENDERS = 4
BURST = 200
BY_HAND_AT_ONCE = 4
SECONDS_OF_RETRIES = 5  # Lambda's are over here after three, and then there are dead letters
SECONDS_TO_SETTLE = 300
MOST_RECORDS_KEPT = 20_000  # as the local AWS says
DENY = {"PolicyName": "AWSDenyAll", "PolicyArn": "arn:aws:iam::aws:policy/AWSDenyAll"}
# What is told of a plan beside its end: by later deliveries, and by those that come again.
BESIDE = {"duplicate", "partial", "failed"}


class Found:
    """What tells of the events that were sent, by their marks, as far as it has come."""

    def __init__(self, stack: Stack) -> None:
        self.findings = by_mark((one["detail"]["evidence"]["eventId"], one["detail"]) for one in stack.findings.all())
        self.outcomes = by_mark((one["detail"]["plan"]["cause"]["eventId"], one["detail"]) for one in stack.outcomes.all())
        self.quarantined = by_mark((mark_of(one), one) for one in stack.quarantined.all())
        pages = stack.dynamodb.get_paginator("scan").paginate(TableName=stack.outputs["JournalTable"], ConsistentRead=True)
        items = [item for page in pages for item in page["Items"]]
        self.journal = [json.loads(item["entry"]["S"]) for item in items if "entry" in item]
        self.tallies = [item["plans"]["SS"] for item in items if "/plans/" in item["subject"]["S"]]

    def ends(self, event: Event) -> set[tuple[str, str]]:
        """Returns how an event has ended, by all that says anything about it."""
        plans = [outcome["plan"] | {"status": outcome["status"]} for outcome in self.outcomes.get(event.mark, [])]
        ends = {end_of(plan) for plan in plans if plan["status"] not in BESIDE}
        ends |= {("quarantined", kept["reason"].partition(":")[0]) for kept in self.quarantined.get(event.mark, [])}
        if ACTED in ends:  # a finding that comes again in the next hour finds a new budget
            ends.discard(HELD)
        return ends or {TOLD if event.mark in self.findings else NOTHING}


def by_mark(pairs: Any) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for mark, one in pairs:
        found.setdefault(mark, []).append(one)
    return found


def end_of(plan: dict[str, Any]) -> tuple[str, str]:
    status = {"contained": "acted"}.get(plan["status"], plan["status"])
    return ("held", plan["held"]) if plan.get("held") else (status, plan.get("refused", ""))


@dataclass
class Run:
    """What was sent, and what has become of it."""

    stack: Stack
    sent: list[Event]
    before: dict[str, Any]
    found: Found | None = None
    after: dict[str, Any] = field(default_factory=dict)
    records: list[dict[str, Any]] = field(default_factory=list)
    faults: Counter = field(default_factory=Counter)
    waiting: list[Any] = field(default_factory=list)
    again: Counter = field(default_factory=Counter)

    @contextmanager
    def weather(self, *rules: dict[str, Any]):
        """Lets calls fail for a while, and counts how many did."""
        self.stack.aws.faults.set(*rules)
        yield
        for rule, strikes in zip(rules, self.stack.aws.faults.strikes()):
            self.faults[f"{rule['service']} {rule['error']['code']}"] += strikes
        self.stack.aws.faults.clear()

    def settle(self) -> None:
        """Delivers failed events again, as a person does after the fault, and sweeps, until every event has ended."""
        until = time.monotonic() + SECONDS_TO_SETTLE
        while not self._is_settled():
            missing = [(event.kind, event.mark) for event in self.sent if not self._has_ended(event)]
            assert time.monotonic() < until, (missing, self.waiting)
            time.sleep(1)

    def _is_settled(self) -> bool:
        came = self.stack.failed.all()[self.again.total():]
        self.again.update(function_of(failed) for failed in came)
        self.waiting += came
        with ThreadPoolExecutor(BY_HAND_AT_ONCE) as pool:
            fails = list(pool.map(self._fails_again, self.waiting))
        self.waiting = [one for one, again in zip(self.waiting, fails) if again]
        self.stack.contain({"sweep": True})
        self.found = Found(self.stack)
        reported = all(entry["reported"] for entry in self.found.journal)
        return not self.waiting and reported and all(self._has_ended(event) for event in self.sent)

    def _fails_again(self, failed: dict[str, Any]) -> bool:
        answer = self.stack.lambda_.invoke(FunctionName=function_of(failed), Payload=self.stack.payload(failed["requestPayload"]))
        return "FunctionError" in answer

    def _has_ended(self, event: Event) -> bool:
        ends = self.found.ends(event)
        return event.of.end in ends or (event.of.end == ACTED and HELD in ends)


def function_of(failed: dict[str, Any]) -> str:
    return failed["requestContext"]["functionArn"].split(":")[6]


@pytest.fixture(scope="module")
def aws():
    """An account of its own: whatever happens there is of this test's making."""
    with LocalAws(auth=True, faults=True) as started:
        yield started


@pytest.fixture(scope="module")
def stack(aws):
    """The stack in mode `act`."""
    aws.deploy(TEMPLATE, parameters={"Mode": "act", "BudgetPerHour": str(BUDGET)})
    deployed = Stack(aws)
    # The test itself calls as the root user; what is counted, reviewed and told to people is not its subject.
    off = [name for name in deployed.resources if name in ("DetectRootRule", "MeterRule", "MeterSweep", "NotifySweep")
           or name.startswith("Review") and name.endswith(("Rule", "Schedule"))]
    for name in off:
        aws.client("events").disable_rule(Name=deployed.resources[name])
    aws.client("events").disable_rule(Name=deployed.resources["NotifyRule"], EventBusName=deployed.outputs["FindingsBus"])
    return deployed


@pytest.fixture(scope="module")
def run(aws, stack):
    """Sends everything, in bursts and out of order, while calls fail; returns what came of it once all is over."""
    began, chance = time.monotonic(), random.Random(EVENTS)
    bystanders = [stack.user("bystander") for _ in range(BYSTANDERS)]
    sent = list(events(stack, EVENTS, bystanders, chance))
    made = Run(stack, sent, account_of(stack, sent))
    aws.start_trail()  # from now on, what the responders do comes back to them
    deliveries = [event for event in sent for _ in range(event.times)]
    chance.shuffle(deliveries)
    begin, tenth = 0, -(-len(deliveries) // 10)
    for tenths, rules in WEATHER:
        with made.weather(*rules):
            in_bursts(stack, deliveries[begin:begin + tenths * tenth])
            begin += tenths * tenth
            time.sleep(SECONDS_OF_RETRIES)
    made.settle()
    is_quiet(stack)
    made.settle()  # and what came meanwhile
    made.after, made.records = account_of(stack, sent), aws.records()
    show(made, len(deliveries), time.monotonic() - began)
    return made


def in_bursts(stack: Stack, deliveries: list[Event]) -> None:
    client = stack.aws.client("events")
    with ThreadPoolExecutor(SENDERS) as pool:
        for begin in range(0, len(deliveries), BURST):
            list(pool.map(lambda event: send(stack, client, event), deliveries[begin:begin + BURST]))
            time.sleep(0.5)


def account_of(stack: Stack, sent: list[Event]) -> dict[str, Any]:
    """Returns the account's users, roles, groups, trails and shared documents, but for when roles were last used."""
    pages = stack.iam.get_paginator("get_account_authorization_details").paginate().build_full_result()
    found = {one["Arn"]: one for kind in ("UserDetailList", "RoleDetailList", "GroupDetailList") for one in pages[kind]}
    for one in found.values():
        one.pop("RoleLastUsed", None)
    for one in pages["UserDetailList"]:
        one["keys"] = stack.iam.list_access_keys(UserName=one["UserName"])["AccessKeyMetadata"]
    trails, ssm = stack.aws.client("cloudtrail"), stack.aws.client("ssm")
    for event in sent:
        if "StartLogging" in event.of.changes:
            found[event.about] = {"logging": trails.get_trail_status(Name=event.about)["IsLogging"]}
        if "ModifyDocumentPermission" in event.of.changes:
            shared = ssm.describe_document_permission(Name=event.about, PermissionType="Share")
            found[event.about] = {"shared": shared["AccountIds"]}
    return found


def show(run: Run, deliveries: int, seconds: float) -> None:
    ends = Counter(word for event in run.sent for word, _ in run.found.ends(event))
    ids = [finding["id"] for event in run.sent for finding in run.found.findings.get(event.mark, [])]
    failures = run.stack.metric("SentLogFailures", Function="detect")
    print(f"\n{len(run.sent)} events in {deliveries} deliveries; {len(set(ids))} findings, {len(ids) - len(set(ids))} times "
          f"one more, as their log failed {failures:.0f} times; ends {dict(ends)}; dead letters delivered again "
          f"{dict(run.again)}; faults {dict(run.faults)}; {seconds:.0f} s")


def acted(run: Run) -> list[Event]:
    return [event for event in run.sent if ACTED in run.found.ends(event)]


def test_every_event_gave_the_findings_that_it_should_and_no_others(run):
    got = {(event.mark, finding["rule"]["name"]) for event in run.sent for finding in run.found.findings.get(event.mark, [])}
    expected = {(event.mark, rule) for event in run.sent for rule in event.of.rules}
    assert (expected - got, got - expected) == (set(), set())
    # All others are about what the responders and the test itself did.
    marks = {event.mark for event in run.sent}
    assert {event for event in run.found.findings if event not in marks} <= {record["eventID"] for record in run.records}
    for event in run.sent:  # what came twice, came under the same id
        findings = run.found.findings.get(event.mark, [])
        assert len({finding["id"] for finding in findings}) == len(event.of.rules), event


def test_every_event_ended_in_one_way(run):
    ends = {(event.kind, event.mark): run.found.ends(event) for event in run.sent}
    foreseen = {(event.kind, event.mark): {event.of.end} for event in run.sent}
    held = {which for which, end in ends.items() if foreseen[which] == {ACTED} and end == {HELD}}
    assert {which: end for which, end in ends.items() if end != foreseen[which] and which not in held} == {}


def test_as_much_was_done_as_the_budget_of_an_hour_allows(run):
    plans = {outcome["plan"]["id"] for event in acted(run) for outcome in run.found.outcomes[event.mark]}
    assert plans == {plan for tally in run.found.tallies for plan in tally}
    most = max(len(tally) for tally in run.found.tallies)
    is_held = any(HELD in run.found.ends(event) for event in run.sent)
    assert most <= BUDGET and (most == BUDGET or not is_held)


def test_nothing_was_done_twice(run):
    entries = [(entry["plan"]["cause"]["eventId"], entry["state"], entry["reported"]) for entry in run.found.journal]
    assert sorted(entries) == sorted((event.mark, "executed", True) for event in acted(run))
    assert len(run.records) < MOST_RECORDS_KEPT  # so these are all
    asked = [record["requestParameters"] | record for record in run.records if is_change(run.stack, record)]
    changes = Counter((one["eventName"], one.get("userName") or one["name"].rpartition("/")[2], one.get("errorCode"))
                      for one in asked)
    assert changes == {(change, event.about, None): 1 for event in acted(run) for change in event.of.changes}


def is_change(stack: Stack, record: dict[str, Any]) -> bool:
    """Says if a call was made by a responder and is more than reading."""
    roles = {stack.resources[name] for name in ("ContainIdentityRole", "RestoreLoggingRole", "CloseExposureRole")}
    issuer = record["userIdentity"].get("sessionContext", {}).get("sessionIssuer", {})
    return issuer.get("userName") in roles and not record["readOnly"]


def test_what_was_to_be_answered_is_and_all_else_is_as_before(run):
    answered = {run.stack.arn(event.user) if event.of.path else event.about for event in acted(run)}
    assert run.after == {name: as_answered(one) if name in answered else one for name, one in run.before.items()}


def as_answered(before: dict[str, Any]) -> dict[str, Any]:
    """Returns a trail, a document or a user as the answer should leave it."""
    if "keys" not in before:
        return {"logging": True} if "logging" in before else {"shared": []}
    keys = [key | {"Status": "Inactive"} for key in before["keys"]]
    return before | {"keys": keys, "AttachedManagedPolicies": [*before["AttachedManagedPolicies"], DENY]}


def test_each_delivery_of_poison_was_kept_and_nothing_else(run):
    poison = {event.mark: event for event in run.sent if event.of.end[0] == "quarantined"}
    assert set(run.found.quarantined) == set(poison)
    kept_by = {"AccountUnreadable": "contain-identity"}
    for mark, event in poison.items():
        kept = run.found.quarantined[mark]
        assert {one["function"] for one in kept} == {kept_by.get(event.of.end[1], "detect")}
        least = 1 if event.of.rules else event.times  # a finding goes out once, however often its event comes
        assert len(kept) >= least, event


def test_no_dead_letter_is_left(run):
    assert (run.waiting, run.stack.undelivered.all()) == ([], [])
    assert len(run.stack.failed.all()) == run.again.total()
