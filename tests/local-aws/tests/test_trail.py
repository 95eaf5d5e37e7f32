"""When records reach EventBridge."""

import json

from accounts import ALL_EVENTS, calls

from local_aws.session import eventually


def test_nothing_is_delivered_before_a_trail_logs(account):
    listener = account.listen(calls("iam"))
    account.client("iam").create_user(UserName="before")
    account.trail()
    account.client("iam").create_user(UserName="after")
    names = [event["detail"]["requestParameters"]["userName"] for event in eventually(listener.events)]
    assert names == ["after"]


def test_stop_logging_is_the_last_call_that_is_delivered(account):
    trail, cloudtrail = account.trail(), account.client("cloudtrail")
    listener = account.listen(calls("iam", "cloudtrail"))
    cloudtrail.stop_logging(Name=trail)
    account.client("iam").create_user(UserName="unseen")
    cloudtrail.start_logging(Name=trail)
    assert listener.names_until("StartLogging") == ["StopLogging", "StartLogging"]


def test_deleting_the_only_trail_is_delivered_and_ends_delivery(account):
    trail, cloudtrail = account.trail(), account.client("cloudtrail")
    listener = account.listen(calls("iam", "cloudtrail"))
    cloudtrail.delete_trail(Name=trail)
    account.client("iam").create_user(UserName="unseen")
    account.trail()
    assert listener.names_until("StartLogging") == ["DeleteTrail", "StartLogging"]


def test_a_second_trail_keeps_delivery_alive(account):
    first = account.trail()
    account.trail()
    listener = account.listen(calls("iam", "cloudtrail"))
    account.client("cloudtrail").stop_logging(Name=first)
    account.client("iam").create_user(UserName="seen")
    assert listener.names_until("CreateUser") == ["StopLogging", "CreateUser"]


def test_calls_of_iam_appear_in_us_east_1_only(account):
    account.trail()
    here = account.listen(calls("iam"), region="us-east-1")
    there = account.listen(calls("iam", "sqs"), region="eu-west-1")
    account.client("iam", region="eu-west-1").create_user(UserName="alice")
    account.client("sqs", region="eu-west-1").create_queue(QueueName="marker")
    assert there.names_until("CreateQueue") == ["CreateQueue"]
    assert here.names_until("CreateUser") == ["CreateUser"]
    assert here.events()[0]["region"] == "us-east-1"


def test_a_trail_of_one_region_delivers_that_region_only(account):
    account.trail(region="eu-west-1", all_regions=False)
    here = account.listen(calls("sqs"), region="us-east-1")
    there = account.listen(calls("sqs"), region="eu-west-1")
    account.client("sqs", region="us-east-1").create_queue(QueueName="unseen")
    account.client("sqs", region="eu-west-1").create_queue(QueueName="seen")
    assert there.names_until("CreateQueue") == ["CreateQueue"]
    assert here.events() == []


def test_read_only_calls_reach_only_rules_for_all_events(account):
    account.trail()
    some = account.listen(calls("iam"))
    everything = account.listen(calls("iam"), state=ALL_EVENTS)
    off = account.listen(calls("iam"), state="DISABLED")
    account.client("iam").list_users()
    account.client("iam").create_user(UserName="alice")
    assert everything.names_until("CreateUser") == ["ListUsers", "CreateUser"]
    assert some.names_until("CreateUser") == ["CreateUser"]
    assert off.events() == []


def test_two_calls_of_sts_count_as_changes_in_spite_of_their_names(account):
    account.trail()
    listener = account.listen(calls("sts"))
    sts = account.client("sts")
    sts.get_caller_identity()
    sts.get_session_token()
    assert listener.names_until("GetSessionToken") == ["GetSessionToken"]


def test_a_delivered_event_has_the_envelope_of_eventbridge(account):
    account.trail()
    listener = account.listen(calls("iam"))
    account.client("iam").create_user(UserName="alice")
    event = eventually(listener.events)[0]
    assert event.keys() == {"version", "id", "detail-type", "source", "account", "time", "region", "resources", "detail"}
    assert (event["source"], event["account"], event["detail"]) == ("aws.iam", account.number, account.record("CreateUser"))


def test_events_of_aws_itself_can_be_rehearsed(account):
    listener = account.listen({"source": ["aws.signin"]})
    detail = {"eventID": "e-1", "eventName": "ConsoleLogin", "userIdentity": "odd", "requestParameters": "null"}
    account.aws.put_event("aws.signin", "AWS Console Sign In via CloudTrail", detail, account=account.number)
    assert [event["detail"] for event in eventually(listener.events)] == [detail]
    found = account.client("cloudtrail").lookup_events(
        LookupAttributes=[{"AttributeKey": "EventId", "AttributeValue": "e-1"}])["Events"]
    assert [json.loads(event["CloudTrailEvent"]) for event in found] == [detail]
