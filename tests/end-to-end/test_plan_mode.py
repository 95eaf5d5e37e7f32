"""Mode `plan`, which is the default: says exactly what would be done, and changes nothing."""

import datetime
import json
from email.utils import format_datetime
from pathlib import Path

from events import finding_event, in_envelope, key_identity, quarantine_record, tool_record
from local_aws.session import eventually
from test_leaks import PERMISSIONS, expected_plan

SUSPECTED = Path(__file__).resolve().parents[2] / "events/health/credentials-suspected-to-be-exposed.json"


def test_a_plan_lists_calls_permissions_and_undo_and_changes_nothing(stack, planning):
    user = planning.user("planned")
    before = planning.state(user)
    grown = planning.grows(("Plans", {"Status": "planned"}))
    event = in_envelope(planning, quarantine_record(planning, user.name))
    finding = finding_event(planning, event)["detail"]

    answer = planning.outcome(user, "planned")["detail"]

    cause = {"title": finding["rule"]["title"], "severity": "critical", "target": {"kind": "user", "userName": user.name}}
    assert answer == {
        "status": "planned", "steps": [],
        "plan": expected_plan(planning, user, answer["plan"], cause) | {"mode": "plan"},
        "permissions": PERMISSIONS}
    eventually(lambda: grown() == [1])
    assert (planning.state(user), planning.changes(), planning.journal(user)) == (before, [], [])


def test_a_plan_can_be_asked_for_again_and_is_the_same(planning):
    user = planning.user("planned-twice")
    event = in_envelope(planning, tool_record(planning, key_identity(planning, user.key_id)))
    finding = finding_event(planning, event)
    first, second = planning.contain(finding), planning.contain(finding)
    assert first["plan"].pop("decidedAt") <= second["plan"].pop("decidedAt")
    assert first == second
    assert [step["action"]["kind"] for step in first["plan"]["steps"]] == ["deny_user"] * 3 + ["deactivate_access_keys"]


def test_a_plan_that_was_not_carried_out_cannot_be_undone(planning):
    user = planning.user("never-contained")
    finding = finding_event(planning, in_envelope(planning, quarantine_record(planning, user.name)))
    plan = planning.contain(finding)["plan"]["id"]
    assert planning.undo(plan) == {
        "status": "quarantined", "code": "UndoFailed",
        "reason": f"no plan `{plan}` in the journal: only plans that were carried out are"}


def test_a_playbook_in_mode_plan_only_plans_in_a_stack_that_acts(stack):
    """Access keys created for others are normal where administrators issue them."""
    user = stack.user("newcomer")
    made = stack.iam.create_access_key(UserName=user.name)["AccessKey"]["AccessKeyId"]
    answer = stack.outcome(user, "planned")["detail"]
    assert (answer["plan"]["mode"], answer["plan"]["cause"]["target"]) == (
        "plan", {"kind": "accessKey", "accessKeyId": made})
    assert stack.state(user) == {"keys": {user.key_id: "Active", made: "Active"}, "policies": []}
    assert stack.changes(user) == []


def test_a_user_whose_key_aws_only_suspects_is_planned_to_be_quarantined_and_goes_on_working(stack):
    user = stack.user("suspected")
    moment = datetime.datetime.now(datetime.UTC)
    event = json.loads(SUSPECTED.read_text())
    event |= {"time": moment.strftime("%Y-%m-%dT%H:%M:%SZ"), "id": user.name}
    detail = event["detail"]
    detail["startTime"] = detail["lastUpdatedTime"] = format_datetime(moment, usegmt=True)
    detail["affectedEntities"] = [{"entityValue": user.key_id, "lastUpdatedTime": detail["startTime"]}]
    stack.detect(event)

    answer = stack.outcome(user, "planned")["detail"]
    [step] = answer["plan"]["steps"]
    [call] = step["calls"]
    assert (step["action"]["kind"], call["permission"], call["parameters"]["PolicyArn"]) == (
        "quarantine_user", "iam:AttachUserPolicy", "arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3")
    assert stack.state(user) == {"keys": {user.key_id: "Active"}, "policies": []}
