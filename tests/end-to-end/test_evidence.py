"""What there is about a containment is kept where nobody can delete it, without any containment waiting for it."""

import json
import uuid

import pytest
from botocore.exceptions import ClientError

from deployed import messages
from events import in_envelope, quarantine_record
from inbox import Inbox
from local_aws.session import eventually
from test_close_policy import Secret, policy, statement
from test_close_exposure import outcomes_about


@pytest.fixture(scope="module", autouse=True)
def keeps(aws, stack):
    """The rule is on for these tests only. The bucket refuses what comes without TLS, which this AWS does not have."""
    aws.client("s3").delete_bucket_policy(Bucket=stack.outputs["EvidenceBucket"])
    rule, bus = stack.resources["KeepEvidenceRule"], stack.outputs["FindingsBus"]
    aws.client("events").enable_rule(Name=rule, EventBusName=bus)
    yield
    stack.switch_off("KeepEvidenceRule", of_findings=True)
    # What would be collected again in a quarter of an hour is no other test's business.
    aws.client("sqs").purge_queue(QueueUrl=stack.resources["KeepEvidenceQueue"])


def evidence_of(stack, plan, status):
    """Returns key and content of what is kept of a plan."""
    s3, bucket = stack.aws.client("s3"), stack.outputs["EvidenceBucket"]
    keys = [one["Key"] for one in s3.list_objects_v2(Bucket=bucket).get("Contents", []) if f"/{plan}/{status}-" in one["Key"]]
    return [(key, json.loads(s3.get_object(Bucket=bucket, Key=key)["Body"].read())) for key in keys]


def invoke(stack, event):
    return stack._invoke("KeepEvidenceFunction", event)


def event_of(outcome):
    """An outcome's event as the bus delivers it."""
    return {"id": str(uuid.uuid4()), "source": "trailreflex.contain-identity", "detail-type": "Trailreflex Outcome",
            "account": outcome["account"], "detail": outcome["detail"]}


def test_a_contained_user_is_kept_with_keys_policies_and_what_was_changed(aws, stack):
    user = stack.user("kept", may="s3:ListAllMyBuckets")
    stack.iam.tag_user(UserName=user.name, Tags=[{"Key": "team", "Value": "shop"}])
    stack.detect(in_envelope(stack, quarantine_record(stack, user.name)))
    plan = stack.reported(user)["plan"]["id"]

    [(key, evidence)] = eventually(lambda: evidence_of(stack, plan, "contained"), seconds=60)

    assert key.startswith(f"{aws.account}/")
    assert (evidence["version"], evidence["outcome"]["status"], evidence["outcome"]["plan"]["id"]) == (1, "contained", plan)
    before = {step["action"]["kind"]: step["action"]["before"] for step in evidence["outcome"]["plan"]["steps"]}
    assert before["deactivate_access_keys"] == {"word": "Active"}
    identity = evidence["identity"]
    assert (identity["arn"], identity["uniqueId"], identity["tags"]) == (stack.arn(user), user.unique_id, {"team": "shop"})
    assert [(one["id"], one["status"]) for one in identity["accessKeys"]] == [(user.key_id, "Inactive")]
    assert any(arn.endswith("AWSDenyAll") for arn in identity["attachedPolicies"])
    assert identity["inlinePolicies"]["own"]["Statement"]["Action"] == "s3:ListAllMyBuckets"
    assert (identity["hasPassword"], identity["groups"], identity["mfaDevices"]) == (False, [], [])
    # The record was made for this test, so CloudTrail has never had it.
    assert [text.split(":")[0] for text in evidence["missing"]] == [f"records of EventId {evidence['outcome']['plan']['cause']['eventId']}"]
    own_calls = [record for record in evidence["records"].values() if record["eventName"] == "TagUser"]
    assert own_calls == [], "what others did to the user is not what the user did"

    s3, bucket = aws.client("s3"), stack.outputs["EvidenceBucket"]
    assert s3.get_object_retention(Bucket=bucket, Key=key)["Retention"]["Mode"] == "GOVERNANCE"
    version = s3.head_object(Bucket=bucket, Key=key)["VersionId"]
    with pytest.raises(ClientError, match="AccessDenied"):
        s3.delete_object(Bucket=bucket, Key=key, VersionId=version)


def test_an_opened_secret_is_kept_with_the_record_that_opened_it(stack):
    secret = Secret(stack, "kept-secret")
    secret.write(policy(statement("open", "*")))
    [outcome] = eventually(lambda: outcomes_about(stack, secret.name, "contained"))

    [(_, evidence)] = eventually(lambda: evidence_of(stack, outcome["detail"]["plan"]["id"], "contained"), seconds=60)

    record = evidence["records"][outcome["detail"]["plan"]["cause"]["eventId"]]
    assert (record["eventName"], record["requestParameters"]["secretId"]) == ("PutResourcePolicy", secret.name)
    assert (evidence["missing"], "identity" in evidence) == ([], False)
    [step] = evidence["outcome"]["plan"]["steps"]
    assert any('"AWS":"*"' in word for word in step["action"]["before"]["words"])


def test_what_comes_again_is_kept_once_and_nobody_can_decide_by_it(aws, stack):
    user = stack.user("kept-once")
    stack.detect(in_envelope(stack, quarantine_record(stack, user.name)))
    outcome = stack.outcome(user, "contained")
    event = event_of(outcome)
    event["detail"] = event["detail"] | {"status": "awaiting", "invitation": {"token": "f" * 64, "until": "2026-11-28T10:00:00Z"}}

    first, second = invoke(stack, event), invoke(stack, event)

    assert (first["status"], second["status"], first["key"]) == ("kept", "kept before", second["key"])
    kept = aws.client("s3").get_object(Bucket=stack.outputs["EvidenceBucket"], Key=first["key"])["Body"].read().decode()
    assert "f" * 64 not in kept and json.loads(kept)["outcome"]["status"] == "awaiting"


def test_what_cannot_be_read_is_named_and_the_rest_is_kept(aws, stack):
    user = stack.user("kept-in-part")
    stack.detect(in_envelope(stack, quarantine_record(stack, user.name)))
    event = event_of(stack.outcome(user, "contained"))
    stack.iam.put_role_policy(RoleName=stack.resources["KeepEvidenceRole"], PolicyName="blind", PolicyDocument=json.dumps({
        "Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": ["cloudtrail:LookupEvents", "iam:ListGroupsForUser"],
                                               "Resource": "*"}}))
    try:
        answer = invoke(stack, event)
    finally:
        stack.iam.delete_role_policy(RoleName=stack.resources["KeepEvidenceRole"], PolicyName="blind")

    body = aws.client("s3").get_object(Bucket=stack.outputs["EvidenceBucket"], Key=answer["key"])["Body"].read()
    evidence = json.loads(body)
    assert evidence["identity"]["accessKeys"] and "groups" not in evidence["identity"]
    said = "\n".join(evidence["missing"])
    assert "cloudtrail:LookupEvents" in said and "iam:ListGroupsForUser" in said
    assert answer["missing"] == len(evidence["missing"])


@pytest.mark.parametrize(("change", "says"), [
    ({"detail-type": "Trailreflex Finding"}, "its detail-type is `Trailreflex Finding`"),
    ({"source": "somebody.else"}, "its source is `somebody.else`"),
    ({"detail": {"status": "contained"}}, "the event's detail is no outcome"),
    ({"account": "../../etc"}, "not an event of the findings bus"),
], ids=["another-event", "another-producer", "no-outcome", "no-account"])
def test_what_is_no_outcome_is_quarantined(stack, change, says):
    event = {"id": "e", "source": "trailreflex.contain-identity", "detail-type": "Trailreflex Outcome",
             "account": stack.aws.account, "detail": {}} | change
    answer = invoke(stack, event)
    assert (answer["status"], answer["code"]) == ("quarantined", "NotAnOutcome")
    assert says in answer["reason"]


def test_what_the_actor_leaves_behind_is_listed_when_it_is_collected_again(aws, stack):
    """What the queue hands over after its quarter of an hour."""
    told_of = Inbox.on_bus(aws, stack.outputs["FindingsBus"], "left-behind", {"detail-type": ["Trailreflex Left Behind"]})
    user = stack.user("left-behind", may="iam:*")
    theirs = aws.client("iam", user.key)
    theirs.create_user(UserName="left-behind-backdoor")
    theirs.create_access_key(UserName="left-behind-backdoor")
    theirs.list_users()
    stack.detect(in_envelope(stack, quarantine_record(stack, user.name)))
    event = event_of(stack.outcome(user, "contained"))

    [answer] = eventually(lambda: [one for one in invoke(stack, messages(json.dumps(event))) if one["persistence"] >= 2])

    assert answer["key"].endswith(f"/contained-{event['id']}-later.json")
    evidence = json.loads(aws.client("s3").get_object(Bucket=stack.outputs["EvidenceBucket"], Key=answer["key"])["Body"].read())
    assert sorted(one["call"] for one in evidence["persistence"]) == ["iam:CreateAccessKey", "iam:CreateUser"]
    assert {evidence["records"][one["eventId"]]["eventName"] for one in evidence["persistence"]} == {"CreateUser", "CreateAccessKey"}
    told = eventually(lambda: told_of.matching(
        lambda event: event["detail"]["plan"] == evidence["outcome"]["plan"]["id"]))
    assert {one["call"] for one in told[-1]["detail"]["calls"]} == {"iam:CreateAccessKey", "iam:CreateUser"}
    assert (told[-1]["source"], told[-1]["detail"]["evidence"]) == ("trailreflex.keep-evidence", answer["key"])
    assert "ListUsers" in {record["eventName"] for record in evidence["records"].values()}


def test_a_message_that_nobody_can_use_is_quarantined(stack):
    answer = invoke(stack, messages("{"))
    assert (answer["status"], answer["code"]) == ("quarantined", "NotJson")
