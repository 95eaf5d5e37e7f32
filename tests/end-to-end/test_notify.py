"""People are told: of findings, outcomes and alarms, on every channel, whatever a channel answers."""

import itertools
import json
import uuid

import pytest

import published
from events import in_envelope, quarantine_record
from inbox import Inbox
from local_aws.session import eventually

DONE = {"batchItemFailures": []}
_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def mail(aws, stack):
    """What subscribers of the topic get."""
    return Inbox.subscribed(aws, stack.outputs["NotificationsTopic"], "mail")


@pytest.fixture(scope="module")
def ocsf(aws, stack):
    return Inbox.on_bus(aws, stack.outputs["FindingsBus"], "ocsf", {"detail-type": ["Trailreflex OCSF Finding"]})


@pytest.fixture(autouse=True)
def services_answer(services):
    """Services answer well, and whatever a test has sent them fits what they publish."""
    services.answers.clear()
    services.sent.clear()
    yield
    services.answers.clear()
    assert [found for body in services.sent.get("slack", []) for found in published.slack(body)] == []


@pytest.fixture(scope="module", autouse=True)
def events_fit(ocsf):
    """Every event of all these tests fits OCSF's schema."""
    yield
    seen = [event["detail"] for event in ocsf.all()]
    assert [found for event in seen for found in published.ocsf(event)] == []
    assert {event["activity_name"] for event in seen} >= {"Create", "Update"}


def finding(stack, title, severity="high", who="alice", **actor):
    """A finding as it comes from the bus."""
    event = str(uuid.uuid4())
    detail = {
        "id": uuid.uuid4().hex, "rule": {"id": str(uuid.uuid5(uuid.NAMESPACE_URL, title)), "title": title}, "severity": severity,
        "evidence": {"account": stack.aws.account, "region": "us-east-1", "eventId": event, "eventTime": "2026-11-20T09:58:30Z",
                     "eventSource": "cloudtrail.amazonaws.com", "eventName": "StopLogging", "succeeded": True},
        "actor": {"kind": "IAMUser", "arn": f"arn:aws:iam::{stack.aws.account}:user/{who}", "sourceAddress": "198.51.100.7"} | actor,
    }
    return json.dumps({"source": "trailreflex.detect", "detail-type": "Trailreflex Finding", "detail": detail})


def imported(aws, name):
    """Returns what Security Hub has of it."""
    return [found for found in aws.client("securityhub").get_findings()["Findings"] if name in found["Title"]]


def title():
    """A title that nothing else here has."""
    return f"A trail was stopped, number {next(_numbers)}."


def of(mail, text):
    """Returns what subscribers were told of it."""
    return [message["Message"] for message in mail.matching(lambda message: text in message["Message"])]


def told(services, service, text):
    """Returns what a service was told of it: alarms and findings of earlier tests may come at any time."""
    return [body for body in services.sent.get(service, []) if text in json.dumps(body)]


def test_a_finding_reaches_every_channel_in_its_form(aws, stack, services, mail, ocsf):
    name = title()

    assert stack.notify(finding(stack, name, severity="critical")) == DONE

    [text] = eventually(lambda: of(mail, name))
    assert f"Who: arn:aws:iam::{stack.aws.account}:user/alice" in text
    assert "From: 198.51.100.7" in text and "Since: 2026-11-20T09:58:30Z" in text
    assert mail.matching(lambda message: name in message["Message"])[0]["Subject"] == f"[critical] {name}"
    [slack] = told(services, "slack", name)
    assert slack["blocks"][0]["text"]["text"] == f"CRITICAL: {name}"
    [teams] = told(services, "teams", name)
    assert teams["attachments"][0]["content"]["body"][0]["text"] == f"CRITICAL: {name}"
    [page] = told(services, "pager-duty", name)
    assert (page["routing_key"], page["event_action"], page["payload"]["summary"]) == ("k" * 32, "trigger", name)
    seen = ocsf.wait(lambda event: event["detail"]["message"] == name)
    assert (seen["source"], seen["detail"]["class_uid"], seen["detail"]["severity_id"]) == ("trailreflex.notify", 2004, 5)
    [hub] = imported(aws, name)
    assert (hub["Title"], hub["Severity"], hub["RecordState"]) == (name, {"Label": "CRITICAL"}, "ACTIVE")
    assert [(resource["Type"], resource["Id"]) for resource in hub["Resources"]] == [
        ("AwsIamUser", f"arn:aws:iam::{aws.account}:user/alice"), ("AwsAccount", f"AWS::::Account:{aws.account}")]


@pytest.mark.parametrize(("change", "says"), [
    ({"severity_id": "5"}, "$.severity_id: '5' is not of type 'integer'"),
    ({"severity_id": 42}, "$.severity_id: 42 is not one of "),
    ({"finding_info": {"title": "x"}}, "$.finding_info: 'uid' is a required property"),
    ({"sevirity": "High"}, "$: Additional properties are not allowed ('sevirity' was unexpected)"),
], ids=["type", "enum", "required", "unknown"])
def test_an_event_that_does_not_fit_the_schema_would_be_seen(stack, ocsf, change, says):
    name = title()
    assert stack.notify(finding(stack, name)) == DONE
    event = ocsf.wait(lambda event: event["detail"]["message"] == name)["detail"]

    assert published.ocsf(event) == []
    assert any(found.startswith(says) for found in published.ocsf(event | change))


@pytest.mark.parametrize(("block", "says"), [
    ({"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}, "header: text attribute cannot exceed 150 characters"),
    ({"type": "section", "fields": [{"type": "mrkdwn", "text": "x"}] * 11}, "section: fields attribute cannot exceed 10 items"),
    ({"type": "section", "fields": [{"type": "mrkdwn", "text": "x" * 2001}]}, "a field of 2001 characters"),
], ids=["header", "fields", "field"])
def test_a_block_that_slack_would_not_take_would_be_seen(block, says):
    assert published.slack({"blocks": [block]}) == [says]


def test_what_is_not_that_bad_pages_nobody(stack, services, mail):
    high, low = title(), title()

    assert stack.notify(finding(stack, high), finding(stack, low, severity="low")) == DONE

    eventually(lambda: of(mail, high))
    assert [len(told(services, "slack", name)) for name in (high, low)] == [1, 0]
    assert [told(services, "pager-duty", name) for name in (high, low)] == [[], []]
    assert of(mail, low) == []


def test_a_storm_is_one_message_and_later_one_that_says_how_many(aws, stack, services, mail):
    name = title()
    storm = [finding(stack, name) for _ in range(200)]

    assert [stack.notify(*storm[begin:begin + 10]) for begin in range(0, 200, 10)] == [DONE] * 20

    assert len(told(services, "slack", name)) == 1
    # A quarter of an hour passes.
    table = stack.outputs["NotifyTable"]
    [group] = [item for item in aws.client("dynamodb").scan(TableName=table)["Items"] if name in item["notice"]["S"]]
    aws.client("dynamodb").update_item(TableName=table, Key={"key": group["key"]}, UpdateExpression="SET #until = :past",
                                       ExpressionAttributeNames={"#until": "until"}, ExpressionAttributeValues={":past": {"N": "1"}})
    # Groups of earlier tests may end just now, too.
    assert stack.notify_sweep()["closed"] >= 1
    assert [body["blocks"][0]["text"]["text"] for body in told(services, "slack", name)] == [
        f"HIGH: {name}", f"HIGH: {name} (199 more)"]
    eventually(lambda: len(of(mail, name)) == 2)
    assert [found["Title"] for found in imported(aws, name)] == [f"{name} (199 more)"]
    stack.notify_sweep()
    assert len(told(services, "slack", name)) == 2


@pytest.mark.parametrize(("answer", "says"), [
    ((404, "no_service", 0.0), "it answers 404: no_service"),
    ((403, "invalid_token", 0.0), "it answers 403: invalid_token"),
    ((302, "", 0.0), "it answers 302: "),
], ids=["gone", "wrong-secret", "elsewhere"])
def test_what_a_channel_refuses_for_good_is_quarantined_and_the_others_are_told(stack, services, mail, answer, says):
    name = title()
    services.answers["slack"] = answer

    assert stack.notify(finding(stack, name)) == DONE

    kept = stack.quarantined.wait(lambda entry: name in json.dumps(entry))
    assert (kept["function"], kept["reason"]) == ("notify", f"NoticeRefused: slack says: {says}")
    eventually(lambda: of(mail, name))
    assert len(told(services, "teams", name)) == 1 and "elsewhere" not in services.sent


@pytest.mark.parametrize("answer", [(503, "later", 0.0), (429, "slow down", 0.0), (200, "ok", 12.0)], ids=["503", "429", "time-out"])
def test_a_channel_that_fails_is_told_later_and_the_others_not_twice(stack, services, mail, answer):
    name = title()
    body = finding(stack, name)
    message = {"Records": [{"messageId": uuid.uuid4().hex, "body": body, "eventSource": "aws:sqs"}]}
    services.answers["slack"] = answer

    failed = stack._invoke("NotifyFunction", message)

    assert [one["itemIdentifier"] for one in failed["batchItemFailures"]] == [message["Records"][0]["messageId"]]
    services.answers.clear()
    assert stack._invoke("NotifyFunction", message) == DONE
    assert [len(told(services, service, name)) for service in ("slack", "teams")] == [1, 1]
    eventually(lambda: of(mail, name))
    assert len(of(mail, name)) == 1


def test_messages_that_nobody_can_use_are_kept_and_the_rest_is_told(stack, services):
    name = title()
    poison = ["{", json.dumps({"detail-type": "Trailreflex Finding", "detail": {"id": "x"}}), "[]", "x" * 200_000]

    assert stack.notify(*poison, finding(stack, name)) == DONE

    assert len(told(services, "slack", name)) == 1
    reasons = {entry["reason"].split(":")[0].split(" ")[0] for entry in stack.quarantined.all() if entry.get("function") == "notify"}
    assert {"NotJson", "Malformed", "UnknownMessage"} <= reasons


def test_texts_of_an_attacker_stay_texts(stack, services, mail):
    name = title()
    agent = "<!channel> <script>alert(1)</script>\nSeverity: low \u202e" + "x" * 10_000

    assert stack.notify(finding(stack, name, userAgent=agent, sourceAddress=agent)) == DONE

    [slack] = told(services, "slack", name)
    assert "<!channel>" not in json.dumps(slack["blocks"][1:]) and "<script" not in json.dumps(slack["blocks"][1:])
    [text] = eventually(lambda: of(mail, name))
    assert [line for line in text.splitlines() if line.startswith("Severity:")] == ["Severity: high"]


def test_an_alarm_says_who_set_it_off(aws, stack, mail):
    record = quarantine_record(stack, "", eventSource="organizations.amazonaws.com", eventName="LeaveOrganization",
                               requestParameters=None, readOnly=False, eventCategory="Management")
    assert stack.meter(json.dumps(in_envelope(stack, record))) == DONE

    [text] = eventually(lambda: of(mail, "The organization was changed (CIS AWS Foundations 4.15)."), seconds=60)

    assert f"Call: {record['userIdentity']['arn']}: LeaveOrganization (organizations.amazonaws.com) from " in text
    assert record["eventID"] in text


def test_findings_come_from_the_bus_and_outcomes_with_the_command_that_takes_them_back(aws, stack, mail):
    events, bus, rule = aws.client("events"), stack.outputs["FindingsBus"], stack.resources["NotifyRule"]
    user = stack.user("notified")
    events.enable_rule(Name=rule, EventBusName=bus)

    stack.detect(in_envelope(stack, quarantine_record(stack, user.name)))

    plan = stack.reported(user)["plan"]["id"]
    [text] = eventually(lambda: [text for text in of(mail, plan) if "Contained: " in text], seconds=60)
    stack.switch_off("NotifyRule", of_findings=True)
    assert stack.arn(user) in text
    function = stack.outputs["ContainIdentityFunction"]
    assert f"aws lambda invoke --function-name {function} --cli-binary-format raw-in-base64-out" in text
    assert eventually(lambda: of(mail, user.name))
