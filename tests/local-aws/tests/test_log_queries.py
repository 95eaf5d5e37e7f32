"""Logs Insights: queries over the fields of records, by the part of its language that saved queries use."""

import json
import time

import pytest
from botocore.exceptions import ClientError

from local_aws import query_language
from local_aws.session import eventually

RECORDS = [
    {"eventName": "CreateUser", "userIdentity": {"arn": "arn:a", "userName": "a"}, "sourceIPAddress": "203.0.113.7", "readOnly": False},
    {"eventName": "ListUsers", "userIdentity": {"arn": "arn:a"}, "sourceIPAddress": "198.51.100.1", "errorCode": "AccessDenied"},
    {"eventName": "GetUser", "userIdentity": {"arn": "arn:b"}, "sourceIPAddress": "iam.amazonaws.com", "errorCode": None},
]


def run(text, most=None):
    events = [{"@timestamp": f"2026-11-27 1{number}:30:00.000", "@message": json.dumps(record)} for number, record in enumerate(RECORDS)]
    return query_language.run(text, events, most)[0]


@pytest.mark.parametrize(("condition", "found"), [
    ('eventName = "CreateUser"', [0]),
    ('eventName != "CreateUser"', [1, 2]),
    ("eventName like /^(Create|List)/", [0, 1]),
    ("eventName not like /^(Create|List)/", [2]),
    ('eventName like "User"', [0, 1, 2]),
    ("errorCode like /./", [1]),
    ("ispresent(errorCode)", [1]),
    ('not ispresent(errorCode) and userIdentity.arn = "arn:a"', [0]),
    ('userIdentity.arn = "arn:b" or eventName = "CreateUser" and readOnly = "false"', [0, 2]),
    ('(userIdentity.arn = "arn:b" or eventName = "CreateUser") and ispresent(readOnly)', [0]),
    ('isIpInSubnet(sourceIPAddress, "203.0.113.0/24")', [0]),
    ('eventName = "a \\" | limit 1"', []),
    ("@message like /\\x22arn\\x3ab\\x22/", [2]),
])
def test_a_filter_finds_what_it_says(condition, found):
    names = [RECORDS[number]["eventName"] for number in found]
    assert run(f"fields eventName | filter {condition}") == [{"eventName": name} for name in names]


def test_rows_are_counted_in_groups_sorted_and_cut():
    text = "stats count(*) as calls, count(errorCode) as errors, count_distinct(sourceIPAddress) as addresses, min(eventName) as first " \
           "by userIdentity.arn | sort calls desc"
    rows = [{"userIdentity.arn": "arn:a", "calls": "2", "errors": "1", "addresses": "2", "first": "CreateUser"},
            {"userIdentity.arn": "arn:b", "calls": "1", "errors": "0", "addresses": "1", "first": "GetUser"}]
    assert run(text) == rows
    assert run(text + " | limit 1") == run(text, 1) == rows[:1]
    assert run("stats count(*) as calls by bin(1h) | sort bin desc")[0] == {"bin(1h)": "2026-11-27 10:00:00.000", "calls": "1"}


@pytest.mark.parametrize("text", ["", "fields eventName |", "drop table", "filter eventName", 'filter eventName = "a', "filter eventName = a",
                                  "filter (ispresent(a)", "stats avg(a) as b", "stats count(*)", "limit many", "filter a like b"])
def test_what_is_no_query_is_refused(text):
    with pytest.raises((query_language.Malformed, ValueError)):
        run(text)


def test_a_query_runs_ends_is_paged_and_can_be_stopped(account):
    logs, now = account.client("logs"), int(time.time())
    logs.create_log_group(logGroupName="trail")
    logs.create_log_stream(logGroupName="trail", logStreamName="one")
    logs.put_log_events(logGroupName="trail", logStreamName="one", logEvents=[
        {"timestamp": now * 1000 + number, "message": json.dumps(record)} for number, record in enumerate(RECORDS)])
    asked = {"logGroupNames": ["trail"], "startTime": now - 60, "endTime": now + 60}
    started = logs.start_query(**asked, queryString="fields eventName | sort eventName asc")["queryId"]
    assert logs.get_query_results(queryId=started)["status"] == "Running"
    eventually(lambda: logs.get_query_results(queryId=started)["status"] == "Complete")
    pages = [logs.get_query_results(queryId=started, maxItems=2)]
    pages.append(logs.get_query_results(queryId=started, maxItems=2, nextToken=pages[0]["nextToken"]))
    names = [row[0]["value"] for page in pages for row in page["results"]]
    assert (names, "nextToken" in pages[1]) == (["CreateUser", "GetUser", "ListUsers"], False)
    assert pages[0]["statistics"]["recordsScanned"] == 3 and pages[0]["statistics"]["bytesScanned"] > 100

    stopped = logs.start_query(**asked, queryString="fields eventName")["queryId"]
    assert logs.stop_query(queryId=stopped)["success"]
    assert logs.get_query_results(queryId=stopped)["status"] == "Cancelled"
    for wrong in ({"queryString": "drop"}, {"queryString": "fields a", "logGroupNames": ["nobody"]}, {"queryString": "fields a", "endTime": 1}):
        with pytest.raises(ClientError):
            logs.start_query(**(asked | wrong))
