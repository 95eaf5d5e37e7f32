"""Events as a test needs them: a CloudTrail record in its EventBridge envelope, and what `detect` puts on the bus."""

import datetime
import uuid
from typing import Any

from local_aws.session import eventually
from deployed import Stack, User


def now(seconds: float = 0) -> str:
    """Returns the time as CloudTrail writes it, `seconds` from now."""
    moment = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=seconds)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def quarantine_record(stack: Stack, user: str, **changes: Any) -> dict[str, Any]:
    """Returns the record of an attached quarantine policy, made by an administrator's session."""
    account = stack.aws.account
    role = {"type": "Role", "principalId": "AROAEXAMPLEADMIN00001", "arn": f"arn:aws:iam::{account}:role/admin",
            "accountId": account, "userName": "admin"}
    return {
        "eventVersion": "1.11", "eventID": str(uuid.uuid4()), "eventTime": now(), "eventSource": "iam.amazonaws.com",
        "eventName": "AttachUserPolicy", "awsRegion": "us-east-1", "sourceIPAddress": "203.0.113.7",
        "userAgent": "Boto3/1.43", "recipientAccountId": account, "eventType": "AwsApiCall", "readOnly": False,
        "userIdentity": {"type": "AssumedRole", "principalId": "AROAEXAMPLEADMIN00001:jane", "accountId": account,
                         "arn": f"arn:aws:sts::{account}:assumed-role/admin/jane", "accessKeyId": "ASIAEXAMPLEADMIN0001",
                         "sessionContext": {"sessionIssuer": role}},
        "requestParameters": {"userName": user, "policyArn": "arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3"},
        "responseElements": None,
    } | changes


def tool_record(stack: Stack, identity: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Returns the record of a call that a secret scanner made with a key."""
    called = {"eventSource": "sts.amazonaws.com", "eventName": "GetCallerIdentity", "readOnly": True,
              "userAgent": "TruffleHog", "requestParameters": None, "userIdentity": identity}
    return quarantine_record(stack, "", **(called | changes))


def key_identity(stack: Stack, key_id: str, **changes: Any) -> dict[str, Any]:
    """Returns the `userIdentity` of whoever signs with a key."""
    return {"type": "IAMUser", "principalId": "AIDAEXAMPLENOBODY0001", "arn": f"arn:aws:iam::{stack.aws.account}:user/x",
            "accountId": stack.aws.account, "accessKeyId": key_id, "userName": "x"} | changes


def in_envelope(stack: Stack, record: Any, **changes: Any) -> dict[str, Any]:
    """Puts a record into the event that EventBridge hands to `detect`."""
    return {"version": "0", "id": str(uuid.uuid4()), "detail-type": "AWS API Call via CloudTrail", "source": "aws.iam",
            "account": stack.aws.account, "time": now(), "region": "us-east-1", "resources": [], "detail": record} | changes


def finding_event(stack: Stack, event: dict[str, Any]) -> dict[str, Any]:
    """Lets `detect` evaluate an event; returns the whole event with its finding as the bus delivered it."""
    answer = stack.detect(event)
    [finding] = answerable(stack, answer)
    return on_bus(stack, finding["id"])


def answerable(stack: Stack, answer: dict[str, Any]) -> list[dict[str, Any]]:
    """Returns the findings that a playbook answers; rules that only watch may see the same call."""
    assert answer["status"] == "evaluated", answer
    return [finding for finding in answer["findings"] if finding["rule"]["id"] in stack.answered_rules]


def on_bus(stack: Stack, finding: str) -> dict[str, Any]:
    return stack.findings.wait(lambda event: event["detail"]["id"] == finding)


def plan_of(stack: Stack, user: User) -> str:
    """Waits for the id of the plan that contained a user."""
    return eventually(lambda: [entry["plan"]["id"] for entry in stack.journal(user) if entry["reported"]])[0]
