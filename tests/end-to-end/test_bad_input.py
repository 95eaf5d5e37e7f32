"""What is no event, record, finding or undo is kept whole on the quarantine queue, counted, and changes nothing."""

import base64
import gzip
import json

import pytest

from events import in_envelope, quarantine_record
from local_aws.session import eventually
from runtime_api import RuntimeApi

NOT_A_REQUEST = 'not a finding from the findings bus and not {"undo": "<plan id>"}: '
NOT_A_FINDING = "the event's detail is not a finding; only `detect` puts findings on the bus: "
OTHERS = "999999999999"
MEGABYTE = 1_000_000


def without(event, name):
    return {key: value for key, value in event.items() if key != name}


def finding(stack, detail, **changes):
    kind = {"source": "trailreflex.detect", "detail-type": "Trailreflex Finding"}
    return in_envelope(stack, detail, **(kind | changes))


def check(stack, function, payload, code, reason):
    """The answer says what is wrong, the payload is on the queue as it came, the metric counts it, IAM is as before."""
    name = {stack.detect: "detect", stack.contain: "contain-identity"}[function]
    grown, changes, kept = stack.grows(("Quarantined", {"Function": name})), stack.changes(), len(stack.quarantined.all())
    assert function(payload) == {"status": "quarantined", "code": code, "reason": reason}
    messages = eventually(lambda: stack.quarantined.all()[kept:])
    assert messages == [{"function": name, "reason": f"{code}: {reason}", "payload": payload}]
    assert grown() == [1]
    assert stack.changes() == changes


@pytest.mark.parametrize(("payload", "code", "reason"), [
    pytest.param(lambda stack: [1], "NotAnEvent", "an EventBridge event must be a JSON object, found an array", id="a list"),
    pytest.param(lambda stack: None, "NotAnEvent", "an EventBridge event must be a JSON object, found null", id="null"),
    pytest.param(lambda stack: "text", "NotAnEvent", "an EventBridge event must be a JSON object, found a text", id="a text"),
    pytest.param(lambda stack: {}, "NotAnEvent", "not an EventBridge event: `id` is missing, expected the event's id",
                 id="an empty object"),
    pytest.param(lambda stack: without(in_envelope(stack, quarantine_record(stack, "x")), "account"), "NotAnEvent",
                 "not an EventBridge event: `account` is missing, expected 12 digits", id="an event of no account"),
    pytest.param(lambda stack: in_envelope(stack, {}, source="aws.events", **{"detail-type": "Scheduled Event"}),
                 "Misrouted", "the event is a `Scheduled Event`, neither a CloudTrail record nor a report that is read here; "
                 "correct the rule's pattern",
                 id="not CloudTrail"),
    pytest.param(lambda stack: in_envelope(stack, "text"), "NotARecord", "a record must be a JSON object, found a text",
                 id="a record that is a text"),
    pytest.param(lambda stack: in_envelope(stack, {}), "NotARecord",
                 "no CloudTrail record: none of eventVersion, eventID, eventName, eventSource, userIdentity is there",
                 id="a record without any field"),
    pytest.param(lambda stack: in_envelope(stack, quarantine_record(stack, "x", recipientAccountId=OTHERS)), "AccountMismatch",
                 f"the event is of account 111122223333, what it carries of account {OTHERS}", id="a record of another account"),
])
def test_what_detect_cannot_read_is_quarantined(stack, payload, code, reason):
    check(stack, stack.detect, payload(stack), code, reason)


@pytest.mark.parametrize(("payload", "reason"), [
    pytest.param(lambda stack: [1], NOT_A_REQUEST + "the payload is not a JSON object", id="a list"),
    pytest.param(lambda stack: None, NOT_A_REQUEST + "the payload is not a JSON object", id="null"),
    pytest.param(lambda stack: {}, NOT_A_REQUEST + "the payload has no `detail-type`", id="an empty object"),
    pytest.param(lambda stack: in_envelope(stack, quarantine_record(stack, "x")),
                 "the event is not a finding of `detect`: its detail-type is `AWS API Call via CloudTrail`",
                 id="a record instead of a finding"),
    pytest.param(lambda stack: finding(stack, {}, source="trailreflex.other"),
                 "the event is not a finding of `detect`: its source is `trailreflex.other`", id="another producer"),
    pytest.param(lambda stack: finding(stack, {}, account=OTHERS),
                 f"the event comes from account `{OTHERS}`, not from this one", id="another account"),
    pytest.param(lambda stack: finding(stack, {}), NOT_A_FINDING + "missing field `id`", id="a finding without any field"),
])
def test_what_contain_identity_cannot_read_is_quarantined(stack, payload, reason):
    check(stack, stack.contain, payload(stack), "NotARequest", reason)


@pytest.mark.parametrize(("function", "code", "reason"), [
    ("detect", "NotAnEvent", "not an EventBridge event: `id` is missing, expected the event's id"),
    ("contain", "NotARequest", NOT_A_REQUEST + "the payload has no `detail-type`"),
])
def test_a_megabyte_of_garbage_is_kept_whole(stack, function, code, reason):
    payload, kept = {"text": '"é\n' * (MEGABYTE // 10)}, len(stack.quarantined.all())
    assert len(json.dumps(payload)) > MEGABYTE
    assert getattr(stack, function)(payload) == {"status": "quarantined", "code": code, "reason": reason}
    [message] = eventually(lambda: stack.quarantined.all()[kept:])
    assert json.loads(gzip.decompress(base64.b64decode(message["payloadGzipBase64"]))) == payload


def test_a_record_of_a_megabyte_is_evaluated_like_any_other(stack):
    user = stack.user("big-record")
    record = quarantine_record(stack, user.name, additionalEventData={"text": "x" * (MEGABYTE - 3000)})
    answer = stack.detect(in_envelope(stack, record))
    assert [found["rule"]["name"] for found in answer["findings"]] == ["access_key_quarantined_by_aws"]
    stack.reported(user)
    assert stack.is_contained(user)


def test_a_record_of_which_little_is_left_still_leads_to_a_finding(stack):
    """Without an event id the content stands for it; without a time the envelope's counts; but of whom nothing is known..."""
    user = stack.user("little-left")
    whole = quarantine_record(stack, user.name)
    little = {name: whole[name] for name in ("eventName", "eventSource", "requestParameters")}
    [found] = stack.detect(in_envelope(stack, little))["findings"]
    assert found["evidence"]["eventId"].startswith("content-")
    refused = stack.outcomes.wait(lambda event: event["detail"]["plan"]["cause"]["finding"] == found["id"])
    assert refused["detail"]["plan"]["refused"] == "UnknownIdentity"
    assert stack.state(user) == {"keys": {user.key_id: "Active"}, "policies": []}


@pytest.mark.parametrize(("function", "name", "body"), [
    ("DetectFunction", "detect", b"{not json"),
    ("ContainIdentityFunction", "contain-identity", b'{"undo": '),
    ("DetectFunction", "detect", b"\xff\xfe"),
])
def test_bytes_that_are_not_json_are_quarantined_as_text(stack, function, name, body):
    """Lambda's API refuses such bytes, so they are handed over where Lambda's runtime API would."""
    kept = len(stack.quarantined.all())
    with RuntimeApi(stack, function) as runtime:
        answer = runtime.answer_to(body)
    assert answer == {"status": "quarantined", "code": "NotJson", "reason": "the payload is not JSON"}
    text = body.decode(errors="replace")
    assert eventually(lambda: stack.quarantined.all()[kept:]) == [
        {"function": name, "reason": "NotJson: the payload is not JSON", "payload": {"trailreflexNotJson": text}}]
