"""A call in the account leads, through CloudTrail and both functions, to a contained user, and everybody is told.

IAM is enforced, so the roles of the template suffice for all of it.
"""

import json
import re
import shlex

import pytest
from botocore.exceptions import ClientError

from callers import client, role
from deployed import is_quiet, reaches
from local_aws.session import eventually

QUARANTINE_POLICY = "arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3"
DENY_POLICY = "arn:aws:iam::aws:policy/AWSDenyAll"
DENY_ALL = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]}
PERMISSIONS = [f"iam:{action}" for action in (
    "AttachUserPolicy", "DeleteUserPermissionsBoundary", "DeleteUserPolicy", "DetachUserPolicy",
    "PutUserPermissionsBoundary", "PutUserPolicy", "UpdateAccessKey")]
QUARANTINED = ("access_key_quarantined_by_aws", "Access key quarantined by AWS", "critical")
STOPPED = ("logging_stopped_by_access_key", "CloudTrail logging stopped by a long-term access key", "high")
TRIED = ("access_key_used_from_attack_tool", "Access key used from a known attack tool", "high")


def attached_by_root(stack, user):
    stack.iam.attach_user_policy(UserName=user.name, PolicyArn=QUARANTINE_POLICY)


def attached_by_a_role(stack, user):
    iam = client(stack, "iam", role(stack, "attacher", may="iam:AttachUserPolicy"))
    iam.attach_user_policy(UserName=user.name, PolicyArn=QUARANTINE_POLICY)


def quarantined_by_aws(stack, user):
    stack.aws.quarantine(user.name, user.key_id)


def trail_stopped(stack, user):
    cloudtrail = stack.aws.client("cloudtrail")
    cloudtrail.create_trail(Name="spare", S3BucketName=f"management-events-{stack.aws.account}")
    cloudtrail.start_logging(Name="spare")
    stack.aws.client("cloudtrail", user.key).stop_logging(Name="spare")


def tried_by_a_scanner(stack, user):
    stack.aws.client("sts", user.key, agent="TruffleHog").get_caller_identity()


@pytest.mark.parametrize(("leak", "rule", "target", "policies"), [
    pytest.param(attached_by_root, QUARANTINED, "user", ["AWSCompromisedKeyQuarantineV3"], id="quarantine attached by root"),
    pytest.param(attached_by_a_role, QUARANTINED, "user", ["AWSCompromisedKeyQuarantineV3"], id="quarantine attached by a role"),
    pytest.param(quarantined_by_aws, QUARANTINED, "user", ["AWSCompromisedKeyQuarantineV3"], id="quarantine attached by AWS"),
    pytest.param(trail_stopped, STOPPED, "key", [], id="trail stopped with the key"),
    pytest.param(tried_by_a_scanner, TRIED, "key", [], id="key tried by a secret scanner"),
])
def test_a_leaked_key_is_contained_recorded_reported_and_counted(stack, leak, rule, target, policies):
    user = stack.user("leaked", may="cloudtrail:StopLogging")
    name, title, severity = rule
    is_quiet(stack)
    told = on_the_bus(stack, title)
    grown = stack.grows(
        ("Findings", {"Severity": severity}), ("Findings", {"Rule": name, "Severity": severity}), ("SecondsToDetect", {}),
        ("Plans", {"Status": "contained"}), ("Actions", {"Action": "DenyUser", "Outcome": "inForce"}),
        ("Actions", {"Action": "DeactivateAccessKeys", "Outcome": "inForce"}), ("SecondsToContainment", {}))

    leak(stack, user)

    entry = stack.reported(user)
    assert stack.state(user) == {"keys": {user.key_id: "Inactive"}, "policies": sorted([*policies, "AWSDenyAll"])}
    assert entry["state"] == "executed"
    cause = {"title": title, "severity": severity, "target":
             {"kind": "user", "userName": user.name} if target == "user" else {"kind": "accessKey", "accessKeyId": user.key_id}}
    assert entry["plan"] == expected_plan(stack, user, entry["plan"], cause)
    assert [(step["action"]["kind"], step["result"]) for step in entry["steps"]] == [
        ("deny_user", "inForce"), ("deny_user", "notNeeded"), ("deny_user", "notNeeded"), ("deactivate_access_keys", "inForce")]
    outcome = stack.outcome(user, "contained")
    assert (outcome["source"], outcome["resources"]) == ("trailreflex.contain-identity", [stack.arn(user)])
    seconds = outcome["detail"]["secondsToContainment"]
    assert 0 <= seconds < 20
    assert outcome["detail"] == {
        "status": "contained", "plan": entry["plan"], "steps": entry["steps"], "secondsToContainment": seconds,
        "permissions": PERMISSIONS}
    eventually(lambda: min(grown()) >= 1)
    # What an earlier test has set off may still be contained meanwhile, and it counts too: the numbers are those of the bus.
    reaches(lambda: [grown()[index] for index in (1, 4, 5)] == told(), True)
    assert min(told()) >= 1
    assert stack.changes(user) == ["AttachUserPolicy", "UpdateAccessKey"]
    with pytest.raises(ClientError, match="InvalidClientTokenId"):
        stack.aws.client("sts", user.key).get_caller_identity()


def on_the_bus(stack, title):
    """Returns what tells how many findings of a rule, and how many of the actions in force, have come on the bus since."""
    findings, outcomes = len(stack.findings.all()), len(stack.outcomes.all())

    def read():
        later = [event["detail"] for event in stack.outcomes.all()[outcomes:]]
        steps = [step for outcome in later if outcome["status"] not in ("duplicate", "overdue") for step in outcome["steps"]]
        in_force = [step["action"]["kind"] for step in steps if step["result"] == "inForce"]
        found = [event for event in stack.findings.all()[findings:] if event["detail"]["rule"]["title"] == title]
        return [len(found), in_force.count("deny_user"), in_force.count("deactivate_access_keys")]

    return read


def expected_plan(stack, user, seen, cause):
    """Returns the whole plan; only its ids and times are taken from what was seen."""
    identity = {"kind": "user", "name": user.name, "uniqueId": user.unique_id, "arn": stack.arn(user)}
    deny = {"UserName": user.name, "PolicyArn": DENY_POLICY}
    inline = {"UserName": user.name, "PolicyName": "TrailreflexDenyAll"}
    key = {"UserName": user.name, "AccessKeyId": user.key_id}
    given = {name: seen["cause"][name] for name in ("finding", "rule", "eventId", "eventTime")}
    return {
        "id": seen["id"], "mode": "act", "decidedAt": seen["decidedAt"], "cause": given | cause,
        "class": "contain-identity", "subject": user.unique_id, "identity": identity,
        "steps": [
            step("deny_user", {"kind": "policyAttachment", "identity": identity, "policyArn": DENY_POLICY},
                 ("absent", "present"), call("AttachUserPolicy", deny), call("DetachUserPolicy", deny)),
            step("deny_user", {"kind": "inlinePolicy", "identity": identity, "policyName": "TrailreflexDenyAll"},
                 ("absent", {"document": DENY_ALL}),
                 call("PutUserPolicy", inline | {"PolicyDocument": json.dumps(DENY_ALL, separators=(",", ":"))}),
                 call("DeleteUserPolicy", inline), "Fallback"),
            step("deny_user", {"kind": "permissionsBoundary", "identity": identity}, ("absent", {"word": DENY_POLICY}),
                 call("PutUserPermissionsBoundary", {"UserName": user.name, "PermissionsBoundary": DENY_POLICY}),
                 call("DeleteUserPermissionsBoundary", {"UserName": user.name}), "Fallback"),
            step("deactivate_access_keys", {"kind": "accessKeyStatus", "identity": identity, "accessKeyId": user.key_id},
                 ({"word": "Active"}, {"word": "Inactive"}),
                 call("UpdateAccessKey", {**key, "Status": "Inactive"}), call("UpdateAccessKey", {**key, "Status": "Active"})),
        ],
    }


def step(kind, control, settings, change, undo, verdict="Execute"):
    before, after = settings
    return {"action": {"kind": kind, "control": control, "before": before, "after": after}, "current": before,
            "verdict": {"kind": verdict}, "calls": [change], "undo": {"kind": "Calls", "calls": [undo]}}


def call(operation, parameters):
    def kebab(name):
        return re.sub("(?<!^)(?=[A-Z])", "-", name).lower()

    options = "".join(f" --{kebab(name)} {shlex.quote(value)}" for name, value in parameters.items())
    return {"permission": f"iam:{operation}", "parameters": parameters, "command": f"aws iam {kebab(operation)}{options}"}


def test_while_no_trail_is_logging_nothing_is_noticed(stack):
    """The README says so: without a logging trail EventBridge hears nothing."""
    unseen, seen = stack.user("unseen"), stack.user("seen")
    cloudtrail = stack.aws.client("cloudtrail")
    names = [trail["Name"] for trail in cloudtrail.describe_trails()["trailList"]]
    logging = [name for name in names if cloudtrail.get_trail_status(Name=name)["IsLogging"]]
    # Otherwise each of them would be started again. The two that answer would enable each other's rule, had they the time to.
    events, bus = stack.aws.client("events"), stack.outputs["FindingsBus"]
    answering = [stack.resources[name].rsplit("|", 1)[-1] for name in ("RestoreLoggingRule", "StandInRule")]
    for rule in answering:
        events.disable_rule(Name=rule, EventBusName=bus)
    for name in logging:
        cloudtrail.stop_logging(Name=name)
    try:
        attached_by_root(stack, unseen)
    finally:
        for name in logging:
            cloudtrail.start_logging(Name=name)
        for rule in answering:
            events.enable_rule(Name=rule, EventBusName=bus)
    attached_by_root(stack, seen)
    stack.reported(seen)  # later calls have arrived, so earlier ones would have
    assert stack.state(unseen) == {"keys": {unseen.key_id: "Active"}, "policies": ["AWSCompromisedKeyQuarantineV3"]}
    assert stack.journal(unseen) == []
