"""An undo restores exactly what was before, and comes from a person only."""

import pytest

from events import finding_event, in_envelope, plan_of, quarantine_record
from local_aws.session import eventually

UNKNOWN = "0" * 32
MALFORMED = 'the undo request is malformed; send only {"undo": "<plan id>"}: '


@pytest.fixture
def contained(stack):
    """A user with an active key, an inactive one and a policy, contained."""
    user = stack.user("restored", may="iam:*")
    own = stack.aws.client("iam", user.key)
    spare = own.create_access_key()["AccessKey"]["AccessKeyId"]
    own.update_access_key(AccessKeyId=spare, Status="Inactive")
    own.attach_user_policy(UserName=user.name, PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")
    before = stack.state(user)
    assert before == {"keys": {user.key_id: "Active", spare: "Inactive"}, "policies": ["ReadOnlyAccess"]}
    stack.detect(in_envelope(stack, quarantine_record(stack, user.name)))
    plan = plan_of(stack, user)
    assert stack.state(user) == {"keys": {user.key_id: "Inactive", spare: "Inactive"},
                                 "policies": ["AWSDenyAll", "ReadOnlyAccess"]}
    return user, before, plan


def test_an_undo_restores_what_was_before_and_can_be_asked_for_twice(stack, contained):
    user, before, plan = contained
    grown = stack.grows(("Plans", {"Status": "undone"}), ("Actions", {"Action": "DenyUser", "Outcome": "undone"}),
                        ("Actions", {"Action": "DeactivateAccessKeys", "Outcome": "undone"}))

    first = stack.undo(plan)

    assert stack.state(user) == before
    assert first["status"] == "undone"
    # The spare key was inactive before, so it stays so.
    assert sorted((step["action"]["kind"], step["result"]) for step in first["steps"]) == [
        ("deactivate_access_keys", "alreadyInForce"), ("deactivate_access_keys", "undone"),
        ("deny_user", "notNeeded"), ("deny_user", "notNeeded"), ("deny_user", "undone")]
    assert [(entry["state"], entry["steps"]) for entry in stack.journal(user)] == [("undone", first["steps"])]
    assert stack.outcome(user, "undone")["detail"] == first
    eventually(lambda: grown() == [1] * 3)
    everything = ["AttachUserPolicy", "UpdateAccessKey", "UpdateAccessKey", "DetachUserPolicy"]
    assert stack.changes(user) == everything

    assert stack.undo(plan) == first
    assert stack.changes(user) == everything
    assert stack.aws.client("sts", user.key).get_caller_identity()["Arn"] == stack.arn(user)


def test_an_event_that_was_undone_contains_nobody_when_it_is_delivered_again(stack):
    user = stack.user("undone")
    event = in_envelope(stack, quarantine_record(stack, user.name))
    finding = finding_event(stack, event)
    stack.undo(plan_of(stack, user))
    grown = stack.grows(("Plans", {"Status": "duplicate"}))
    stack.detect(event)
    stack.contain(finding)
    eventually(lambda: grown() == [1])
    assert stack.state(user) == {"keys": {user.key_id: "Active"}, "policies": []}


def test_what_was_in_force_before_stays_after_an_undo(stack):
    user = stack.user("denied-before")
    stack.iam.attach_user_policy(UserName=user.name, PolicyArn="arn:aws:iam::aws:policy/AWSDenyAll")
    before = stack.state(user)
    stack.detect(in_envelope(stack, quarantine_record(stack, user.name)))
    plan = plan_of(stack, user)
    assert stack.changes(user) == ["UpdateAccessKey"]
    answer = stack.undo(plan)
    assert [step["result"] for step in answer["steps"]] == ["alreadyInForce", "undone"]
    assert stack.state(user) == before


@pytest.mark.parametrize("oldest_first", [True, False])
def test_plans_about_one_user_are_taken_back_in_any_order_and_the_last_restores(stack, oldest_first):
    user = stack.user("twice")
    before = stack.state(user)
    stack.detect(in_envelope(stack, quarantine_record(stack, user.name)))
    older = plan_of(stack, user)
    stack.detect(in_envelope(stack, quarantine_record(stack, user.name)))
    newer = eventually(lambda: [entry["plan"]["id"] for entry in stack.journal(user)
                                if entry["reported"] and entry["plan"]["id"] != older])[0]
    first, last = (older, newer) if oldest_first else (newer, older)
    answer = stack.undo(first)
    assert answer["status"] == "undone"
    assert {step["result"] for step in answer["steps"]} == {"stillHeld", "notNeeded"} or first == newer
    assert stack.is_contained(user)
    assert stack.undo(last)["status"] == "undone"
    assert stack.state(user) == before


@pytest.mark.parametrize(("request_", "code", "reason"), [
    pytest.param({"undo": UNKNOWN}, "UndoFailed",
                 f"no plan `{UNKNOWN}` in the journal: only plans that were carried out are", id="an unknown plan"),
    pytest.param({"undo": "latest"}, "NotARequest", MALFORMED
                 + "`latest` is not a plan id: 32 hexadecimal digits, as the outcome shows it", id="not an id"),
    pytest.param({"undo": None}, "NotARequest", MALFORMED + "invalid type: null, expected a string", id="null"),
    pytest.param({"undo": UNKNOWN, "force": True}, "NotARequest",
                 MALFORMED + "unknown field `force`, expected `undo`", id="more than an id"),
])
def test_an_undo_that_cannot_be_is_answered_with_the_reason(stack, request_, code, reason):
    assert stack.contain(request_) == {"status": "quarantined", "code": code, "reason": reason}


def test_an_undo_inside_a_bus_event_is_not_accepted(stack, contained):
    user, _, plan = contained
    event = in_envelope(stack, {"undo": plan}, source="trailreflex.detect", **{"detail-type": "Trailreflex Finding"})
    assert stack.contain(event)["code"] == "NotARequest"
    assert stack.contain({**event, "undo": plan})["code"] == "NotARequest"
    assert stack.is_contained(user)
