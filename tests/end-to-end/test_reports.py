"""What AWS Health says of a key leads to a contained user, once, however often and by whichever Region it arrives."""

from events import finding_event, in_envelope
from local_aws.session import eventually

KIND = {"source": "aws.health", "detail-type": "AWS Health Event"}


def exposed(stack, user, **changes):
    """Returns the event in which AWS Health says that a user's key is in public."""
    number = user.key_id.lower()
    detail = {
        "eventArn": f"arn:aws:health:us-east-1::event/RISK/AWS_RISK_CREDENTIALS_EXPOSED/AWS_RISK_CREDENTIALS_EXPOSED_{number}",
        "service": "RISK", "eventTypeCode": "AWS_RISK_CREDENTIALS_EXPOSED", "eventTypeCategory": "issue",
        "eventScopeCode": "ACCOUNT_SPECIFIC", "statusCode": "open", "eventRegion": "us-east-1",
        "affectedEntities": [{"entityValue": user.key_id}], "page": "1", "totalPages": "1",
        "affectedAccount": stack.aws.account,
    }
    return in_envelope(stack, detail, **KIND, **changes)


def test_a_key_that_aws_has_found_in_public_is_contained_once(stack):
    user = stack.user("exposed")
    event = finding_event(stack, exposed(stack, user))
    assert event["detail"]["target"] == {"kind": "accessKey", "accessKeyId": user.key_id}
    entry = stack.reported(user)
    assert entry["plan"]["cause"]["title"] == "AWS Health: credentials exposed"
    assert stack.state(user) == {"keys": {user.key_id: "Inactive"}, "policies": ["AWSDenyAll"]}

    [copy] = stack.detect(exposed(stack, user, region="us-west-2"))["findings"]
    assert copy["id"] == event["detail"]["id"]
    eventually(lambda: stack.outcome(user, "contained"))
    assert stack.changes(user) == ["AttachUserPolicy", "UpdateAccessKey"]


def test_a_closed_report_is_ignored_and_counted(stack):
    user = stack.user("settled")
    grown = stack.grows(("Ignored", {"Reason": "settled"}))
    event = exposed(stack, user)
    event["detail"]["statusCode"] = "closed"
    assert stack.detect(event) == {"status": "evaluated", "findings": [], "ignored": ["settled"]}
    eventually(lambda: grown() == [1])
    assert stack.changes(user) == []
