"""The findings bus cannot be forged, whatever the forger may do otherwise, and each role does only what it is for."""

import json

import pytest
from botocore.exceptions import ClientError

from callers import client, role
from events import finding_event, in_envelope, quarantine_record
from local_aws.session import eventually


@pytest.fixture(scope="module")
def callers(stack):
    """Clients by whose they are."""
    forger = role(stack, "forger", may="*")
    return {
        "root": stack.aws.client("events"),
        "an administrator": client(stack, "events", forger),
        "detect": client(stack, "events", stack.resources["DetectRole"]),
        "contain-identity": client(stack, "events", stack.resources["ContainIdentityRole"]),
        "restore-logging": client(stack, "events", stack.resources["RestoreLoggingRole"]),
        "close-exposure": client(stack, "events", stack.resources["CloseExposureRole"]),
    }


@pytest.fixture(scope="module")
def genuine(stack):
    """A true finding, so that a copy about somebody else would be believed if it arrived."""
    user = stack.user("genuine")
    event = finding_event(stack, in_envelope(stack, quarantine_record(stack, user.name)))
    stack.reported(user)
    return event["detail"]


def put(stack, events, finding, source, detail_type):
    entry = {"EventBusName": stack.outputs["FindingsBus"], "Source": source, "DetailType": detail_type,
             "Detail": json.dumps(finding)}
    return events.put_events(Entries=[entry])


@pytest.mark.parametrize(("caller", "source", "detail_type"), [
    ("root", "trailreflex.detect", "Trailreflex Finding"),
    ("root", "trailreflex.contain-identity", "Trailreflex Outcome"),
    ("an administrator", "trailreflex.detect", "Trailreflex Finding"),
    ("an administrator", "trailreflex.contain-identity", "Trailreflex Outcome"),
    ("contain-identity", "trailreflex.detect", "Trailreflex Finding"),
    ("contain-identity", "trailreflex.contain-identity", "Trailreflex Finding"),
    ("restore-logging", "trailreflex.detect", "Trailreflex Finding"),
    ("restore-logging", "trailreflex.contain-identity", "Trailreflex Outcome"),
    ("close-exposure", "trailreflex.detect", "Trailreflex Finding"),
    ("close-exposure", "trailreflex.contain-identity", "Trailreflex Outcome"),
    ("detect", "trailreflex.contain-identity", "Trailreflex Outcome"),
    ("detect", "trailreflex.restore-logging", "Trailreflex Outcome"),
    ("detect", "trailreflex.detect", "Trailreflex Outcome"),
])
def test_nobody_puts_on_the_bus_what_is_not_theirs(stack, callers, genuine, caller, source, detail_type):
    user = stack.user("framed")
    delivered = len(stack.aws.deliveries())
    forged = genuine | {"target": {"kind": "user", "userName": user.name}}
    with pytest.raises(ClientError, match="AccessDenied"):
        put(stack, callers[caller], forged, source, detail_type)
    # Other calls of the tests may be delivered meanwhile.
    assert [event for event in stack.aws.deliveries()[delivered:] if user.name in str(event)] == []
    assert (stack.state(user), stack.journal(user)) == ({"keys": {user.key_id: "Active"}, "policies": []}, [])


def test_detect_may_put_findings_on_the_bus(stack, callers, genuine):
    """The counterpart: without the denials above, the forged finding would have worked."""
    user = stack.user("really-leaked")
    put(stack, callers["detect"], genuine | {"target": {"kind": "user", "userName": user.name}},
        "trailreflex.detect", "Trailreflex Finding")
    eventually(lambda: stack.is_contained(user))


def test_the_detector_can_change_nothing(stack):
    user = stack.user("untouchable")
    iam = client(stack, "iam", stack.resources["DetectRole"])
    with pytest.raises(ClientError, match="AccessDenied"):
        iam.update_access_key(UserName=user.name, AccessKeyId=user.key_id, Status="Inactive")


@pytest.mark.parametrize(("path", "call", "parameters"), [
    pytest.param("/break-glass/", "update_access_key", {"Status": "Inactive"}, id="deactivate a protected user's key"),
    pytest.param("/break-glass/", "attach_user_policy", {"PolicyArn": "arn:aws:iam::aws:policy/AWSDenyAll"},
                 id="deny a protected user"),
    pytest.param("/", "attach_user_policy", {"PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"},
                 id="attach another policy"),
    pytest.param("/", "delete_access_key", {}, id="delete a key"),
    pytest.param("/", "create_access_key", {}, id="make a key"),
])
def test_who_has_taken_over_the_responders_role_can_not_do_more_than_the_responder(stack, path, call, parameters):
    user = stack.user("victim", path=path)
    iam = client(stack, "iam", stack.resources["ContainIdentityRole"])
    named = {"UserName": user.name} | ({"AccessKeyId": user.key_id} if "access_key" in call and "create" not in call else {})
    with pytest.raises(ClientError, match="AccessDenied"):
        getattr(iam, call)(**named, **parameters)
    assert stack.state(user) == {"keys": {user.key_id: "Active"}, "policies": []}
