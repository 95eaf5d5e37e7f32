"""What holds the deployed responder back, and what it does of its own accord: the kill switch, looks, the sweep."""

import json

import pytest

from events import in_envelope, plan_of, quarantine_record
from local_aws.session import eventually

DENY_POLICY = "arn:aws:iam::aws:policy/AWSDenyAll"
LOOK = {"Records": [{"messageId": "m", "body": json.dumps({"look": "0" * 32, "round": 1})}]}


@pytest.fixture
def switch(stack):
    """Sets the kill switch; armed again afterwards."""
    ssm = stack.aws.client("ssm")

    def set_to(value):
        ssm.put_parameter(Name=stack.outputs["KillSwitch"], Value=value, Type="String", Overwrite=True)

    yield set_to
    set_to("armed")


@pytest.mark.parametrize("value", ["off", "ARMED", "armed "])
def test_while_the_switch_says_anything_but_armed_nothing_is_changed(stack, switch, value):
    user = stack.user("held-back")
    before = stack.state(user)
    grown = stack.grows(("HeldBack", {"Function": "contain-identity", "Reason": "killSwitch"}))
    switch(value)
    stack.detect(in_envelope(stack, quarantine_record(stack, user.name)))
    told = stack.outcome(user, "planned")["detail"]
    assert (told["plan"]["held"], told["plan"]["mode"]) == ("killSwitch", "plan")
    assert (stack.state(user), stack.changes(user), stack.journal(user)) == (before, [], [])
    eventually(lambda: grown() == [1])


def test_a_containment_that_somebody_undoes_is_noticed_done_again_and_told(stack):
    user = stack.user("bypassing")
    grown = stack.grows(("ContainmentBypassed", {"Function": "contain-identity"}))
    stack.detect(in_envelope(stack, quarantine_record(stack, user.name)))
    plan = plan_of(stack, user)
    stack.iam.detach_user_policy(UserName=user.name, PolicyArn=DENY_POLICY)
    stack.iam.update_access_key(UserName=user.name, AccessKeyId=user.key_id, Status="Active")
    assert not stack.is_contained(user)
    eventually(lambda: stack.is_contained(user), seconds=60, every=2)
    told = eventually(lambda: [event["detail"] for event in stack.outcomes_of(user)
                               if event["detail"]["status"] == "bypassed"])[0]
    assert told["plan"]["id"] == plan
    eventually(lambda: grown() == [1])
    assert stack.undo(plan)["status"] == "undone"


def test_a_key_that_a_contained_user_is_given_is_deactivated_too(stack):
    user = stack.user("persistent")
    stack.detect(in_envelope(stack, quarantine_record(stack, user.name)))
    plan = plan_of(stack, user)
    made = stack.iam.create_access_key(UserName=user.name)["AccessKey"]["AccessKeyId"]
    eventually(lambda: stack.state(user)["keys"] == {user.key_id: "Inactive", made: "Inactive"}, seconds=60, every=2)
    ids = eventually(lambda: [entry["plan"]["id"] for entry in stack.journal(user)
                              if entry["plan"]["id"] != plan and entry["reported"]])
    assert stack.undo(ids[0])["status"] == "undone"
    assert stack.state(user)["keys"] == {user.key_id: "Inactive", made: "Active"}


def test_a_sweep_with_nothing_to_do_and_a_look_at_no_plan_say_so(stack):
    assert stack.contain(LOOK) == {"outcomes": []}
    assert stack.contain({"sweep": False})["code"] == "NotARequest"
