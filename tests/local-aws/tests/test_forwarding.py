"""What a rule sends to an event bus of another Region or account arrives there as it was, if role and bus allow it."""

import json

import pytest
from accounts import ALL_EVENTS, FROM_EVENTBRIDGE, Account, calls, document

from local_aws.session import eventually

AWAY = "eu-west-1"
PUT = {"Effect": "Allow", "Action": "events:PutEvents", "Resource": "*"}
OWN = {"source": ["own.test"]}


def bus(account, region="us-east-1", name="default"):
    return f"arn:aws:events:{region}:{account.number}:event-bus/{name}"


def forward(account, target, role, pattern=OWN, region=AWAY, from_bus="default", name="forward"):
    """Makes a rule whose target is a bus; returns its dead letters."""
    dead = account.queue(f"{name}-dead", FROM_EVENTBRIDGE, region)
    events = account.client("events", region=region)
    events.put_rule(Name=name, EventBusName=from_bus, EventPattern=json.dumps(pattern), State=ALL_EVENTS)
    events.put_targets(Rule=name, EventBusName=from_bus, Targets=[
        {"Id": "bus", "Arn": target, "RoleArn": role, "DeadLetterConfig": {"Arn": dead.arn}}])
    return dead


def send(account, detail, region=AWAY):
    entry = {"Source": "own.test", "DetailType": "Test", "Detail": json.dumps(detail)}
    return account.client("events", region=region).put_events(Entries=[entry])["Entries"][0]["EventId"]


def forwarder(account, policy=PUT):
    return account.role("forwarder", service="events.amazonaws.com", policy=policy)


@pytest.fixture
def home(account):
    """What arrives in us-east-1."""
    return account.listen(OWN)


def test_an_event_keeps_its_id_account_region_source_and_time(account, home):
    away = account.listen(OWN, region=AWAY)
    forward(account, bus(account), forwarder(account))
    sent = send(account, {"number": 1})
    arrived, seen = eventually(home.events), eventually(away.events)
    assert arrived == seen
    assert (arrived[0]["id"], arrived[0]["account"], arrived[0]["region"]) == (sent, account.number, AWAY)


def test_a_call_that_only_reads_arrives_at_rules_for_all_events(account):
    account.trail()
    quiet, all_events = account.listen(calls("sts")), account.listen(calls("sts"), state=ALL_EVENTS)
    forward(account, bus(account), forwarder(account), pattern=calls("sts"))
    account.client("sts", region=AWAY).get_caller_identity()
    account.client("sts").assume_role(RoleArn=account.role("other"), RoleSessionName="one")
    assert "GetCallerIdentity" in all_events.names_until("AssumeRole")
    assert "GetCallerIdentity" not in quiet.names_until("AssumeRole")
    [arrived] = [event for event in all_events.events() if event["detail"]["eventName"] == "GetCallerIdentity"]
    assert (arrived["source"], arrived["region"], arrived["detail"]["awsRegion"]) == ("aws.sts", AWAY, AWAY)


@pytest.mark.parametrize(("policy", "service", "condition"), [
    pytest.param(None, "events.amazonaws.com", {}, id="a role that may do nothing"),
    pytest.param({**PUT, "Resource": "arn:aws:events:us-west-2:*:event-bus/default"}, "events.amazonaws.com", {},
                 id="a role for another bus"),
    pytest.param(PUT, "lambda.amazonaws.com", {}, id="a role for another service"),
    pytest.param(PUT, "events.amazonaws.com", {"ArnLike": {"aws:SourceArn": "arn:aws:events:*:*:rule/other-*"}},
                 id="a role for other rules"),
])
def test_what_the_role_does_not_allow_is_a_dead_letter(account, home, policy, service, condition):
    role = account.role("forwarder", service=service, policy=policy)
    account.client("iam").update_assume_role_policy(RoleName="forwarder", PolicyDocument=document(
        {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole", "Condition": condition}))
    dead = forward(account, bus(account), role)
    send(account, {"number": 1})
    [letter] = dead.wait()
    attributes = {name: value["StringValue"] for name, value in letter["MessageAttributes"].items()}
    assert (attributes["ERROR_CODE"], attributes["TARGET_ARN"]) == ("NO_PERMISSIONS", bus(account))
    assert json.loads(letter["Body"])["detail"] == {"number": 1}
    assert home.events() == []


def test_a_bus_that_does_not_exist_is_a_dead_letter(account):
    dead = forward(account, bus(account, name="gone"), forwarder(account))
    send(account, {"number": 1})
    assert dead.wait()[0]["MessageAttributes"]["ERROR_CODE"]["StringValue"] == "RESOURCE_NOT_FOUND"


def test_what_was_forwarded_is_not_forwarded_again(account, home):
    role = forwarder(account)
    third = account.listen(OWN, region="us-west-2")
    forward(account, bus(account), role)
    dead = forward(account, bus(account, "us-west-2"), role, region="us-east-1", name="again")
    send(account, {"number": 1})
    eventually(home.events)
    send(account, {"number": 2}, region="us-east-1")
    assert [event["detail"] for event in eventually(third.events)] == [{"number": 2}]
    assert dead.receive() == []


def test_two_rules_that_forward_to_each_other_end(account, home):
    role = forwarder(account)
    forward(account, bus(account), role)
    forward(account, bus(account, AWAY), role, region="us-east-1", name="back")
    send(account, {"number": 1})
    send(account, {"number": 2})
    assert [event["detail"]["number"] for event in eventually(lambda: len(home.events()) > 1 and home.events())] == [1, 2]


def test_a_bus_of_another_account_takes_what_its_policy_allows(account, aws):
    other = Account(aws, str(int(account.number) + 500_000_000_000))
    listener = other.listen(OWN)
    dead = forward(account, bus(other), forwarder(account))
    send(account, {"number": 1})
    assert dead.wait()[0]["MessageAttributes"]["ERROR_CODE"]["StringValue"] == "NO_PERMISSIONS"
    other.client("events").put_permission(EventBusName="default", Policy=document(
        {"Sid": "members", "Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{account.number}:root"},
         "Action": "events:PutEvents", "Resource": bus(other)}))
    send(account, {"number": 2})
    [arrived] = eventually(listener.events)
    assert (arrived["account"], arrived["detail"]) == (account.number, {"number": 2})


def test_deliveries_to_a_bus_are_listed(account, home):
    forward(account, bus(account), forwarder(account))
    sent = send(account, {"number": 1})
    eventually(home.events)
    own = [(each["rule"], each["target"], each["outcome"]) for each in account.aws.deliveries() if each["eventId"] == sent]
    assert ("forward", bus(account), "delivered") in own
