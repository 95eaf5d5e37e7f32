"""LookupEvents: the event history, which needs no trail."""

import json


def lookup(account, **attribute):
    name, value = next(iter(attribute.items()))
    found = account.client("cloudtrail").lookup_events(
        LookupAttributes=[{"AttributeKey": name, "AttributeValue": value}])
    return found["Events"]


def test_calls_are_found_by_their_right_names(account):
    account.user("alice")
    found = lookup(account, EventName="CreateAccessKey")
    assert [json.loads(event["CloudTrailEvent"]) for event in found] == account.records("CreateAccessKey")


def test_one_event_is_found_by_its_id(account):
    account.user("alice")
    record = account.record("CreateUser")
    found = lookup(account, EventId=record["eventID"])
    assert [(event["EventName"], event["Username"], event["ReadOnly"]) for event in found] == [
        ("CreateUser", "root", "false")]
    assert json.loads(found[0]["CloudTrailEvent"]) == record


def test_calls_are_found_by_key_user_and_resource(account):
    key_id, secret = account.user("alice")
    account.client("iam", (key_id, secret)).list_access_keys(UserName="alice")
    for attribute in ({"AccessKeyId": key_id}, {"Username": "alice"}):
        assert [event["EventName"] for event in lookup(account, **attribute)] == ["ListAccessKeys"], attribute
    named = lookup(account, ResourceName="alice")
    assert [event["EventName"] for event in named] == ["ListAccessKeys", "CreateAccessKey", "CreateUser"]


def test_the_history_is_paged(account):
    for number in range(5):
        account.client("iam").create_user(UserName=f"user-{number}")
    pages = account.client("cloudtrail").get_paginator("lookup_events").paginate(
        LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "CreateUser"}],
        PaginationConfig={"PageSize": 2})
    assert [len(page["Events"]) for page in pages] == [2, 2, 1]
