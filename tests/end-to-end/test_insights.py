"""`trailreflex insights` asks the log group of a stack's trail: what it finds, what it costs, and what becomes of a query that nobody waits for.

The local AWS reads the part of the language that the queries use, by what AWS's manual says of it.
"""

import csv
import datetime
import io
import json
import signal
import subprocess
import time
from pathlib import Path

import pytest

from deployed import TEMPLATE
from local_aws.session import LocalAws, eventually

COMMAND = Path(__file__).resolve().parents[2] / "target/debug/trailreflex"
ALICE = "arn:aws:iam::111122223333:user/alice"
KEY = "AKIAIOSFODNN7EXAMPLE"
DEPLOY = "arn:aws:iam::111122223333:role/deploy"


def user(**more):
    return {"type": "IAMUser", "arn": ALICE, "userName": "alice", "principalId": "AIDAALICE", "accessKeyId": KEY} | more


SESSION = {"type": "AssumedRole", "arn": "arn:aws:sts::111122223333:assumed-role/deploy/ci", "principalId": "AROADEPLOY:ci",
           "sessionContext": {"sessionIssuer": {"arn": DEPLOY, "userName": "deploy"}}}
# Service, operation, who, and whatever else; one a second.
CALLS = [
    ("iam", "CreateUser", user(), {"requestParameters": {"userName": "eve"}}),
    ("iam", "ListUsers", user(), {"errorCode": "AccessDenied", "errorMessage": "no", "sourceIPAddress": "198.51.100.9"}),
    ("signin", "ConsoleLogin", user(), {"responseElements": {"ConsoleLogin": "Success"}, "additionalEventData": {"MFAUsed": "No"}}),
    ("ec2", "AuthorizeSecurityGroupIngress", SESSION, {"requestParameters": {"groupId": "sg-1"}}),
    ("cloudtrail", "StopLogging", SESSION, {"userAgent": "Boto3/1.0 \"quoted\" | limit 1"}),
    ("s3", "GetObject", SESSION, {"eventCategory": "Data", "requestParameters": {"bucketName": "customer-data", "key": "daily/a\"b.csv"},
                                  "additionalEventData": {"bytesTransferredOut": 5000}}),
    ("s3", "GetObject", user(), {"eventCategory": "Data", "requestParameters": {"bucketName": "customer-data", "key": "dailyreport"},
                                 "additionalEventData": {"bytesTransferredOut": 20}}),
    ("iam", "DeleteUser", {"type": "Root", "arn": "arn:aws:iam::111122223333:root"}, {}),
]


@pytest.fixture(scope="module")
def aws():
    """An account of its own, whose stack has made a trail; queries take their time."""
    with LocalAws(auth=True, faults=True, variables={"LOCAL_AWS_QUERY_SECONDS": "0.5"}) as started:
        started.deploy(TEMPLATE, parameters={"CreateTrail": "yes"})
        yield started


@pytest.fixture(scope="module")
def group(aws):
    """The trail's log group, with records."""
    name, now = aws.resources()["TrailLogs"], int(time.time()) - 600
    aws.client("logs").create_log_stream(logGroupName=name, logStreamName="trail")
    events = []
    for number, (service, operation, who, more) in enumerate(CALLS):
        made = datetime.datetime.fromtimestamp(now + number, datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        record = {"eventVersion": "1.11", "eventTime": made, "eventSource": f"{service}.amazonaws.com", "eventName": operation,
                  "userIdentity": who, "sourceIPAddress": "203.0.113.7", "userAgent": "aws-cli/2", "awsRegion": "us-east-1",
                  "eventID": f"event-{number}", "eventType": "AwsApiCall", "eventCategory": "Management",
                  "recipientAccountId": "111122223333"} | more
        events.append({"timestamp": (now + number) * 1000, "message": json.dumps(record)})
    aws.client("logs").put_log_events(logGroupName=name, logStreamName="trail", logEvents=events)
    return name


def start(aws, *arguments, **environment):
    return subprocess.Popen([COMMAND, "insights", *arguments], env=aws.environment | environment, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True)


def run(aws, name, *arguments, **environment):
    ran = start(aws, "run", name, "--stack", "trailreflex", *arguments, **environment)
    out, err = ran.communicate(timeout=120)
    return ran.returncode, out, err


def rows(aws, name, *arguments):
    code, out, err = run(aws, name, "--format", "json", *arguments)
    assert code == 0, err
    return [json.loads(line) for line in out.splitlines()]


def param(**values):
    return [part for name, value in values.items() for part in ("--param", f"{name}={value}")]


@pytest.mark.parametrize(("name", "given", "column", "found"), [
    ("changes", {}, "eventName", ["DeleteUser", "StopLogging", "AuthorizeSecurityGroupIngress", "ConsoleLogin", "CreateUser"]),
    ("actor", {"who": ALICE}, "eventName", ["GetObject", "ConsoleLogin", "ListUsers", "CreateUser"]),
    ("actor", {"who": "deploy"}, "eventName", ["GetObject", "StopLogging", "AuthorizeSecurityGroupIngress"]),
    ("actor", {"who": DEPLOY}, "eventName", ["GetObject", "StopLogging", "AuthorizeSecurityGroupIngress"]),
    ("actor-denied", {"who": "alice"}, "errorMessage", ["no"]),
    ("access-key", {"key": KEY}, "eventName", ["GetObject", "ConsoleLogin", "ListUsers", "CreateUser"]),
    ("access-keys", {}, "addresses", ["2"]),
    ("address", {"address": "198.51.100.9"}, "eventName", ["ListUsers"]),
    ("range", {"range": "198.51.100.0/24"}, "calls", ["1"]),
    ("denied", {}, "eventName", ["ListUsers"]),
    ("root", {}, "eventName", ["DeleteUser"]),
    ("sign-ins", {}, "additionalEventData.MFAUsed", ["No"]),
    ("permissions", {}, "eventName", ["DeleteUser", "CreateUser"]),
    ("network", {}, "requestParameters.groupId", ["sg-1"]),
    ("watchers", {}, "eventName", ["StopLogging"]),
    ("bucket", {"bucket": "customer-data"}, "requestParameters.key", ["dailyreport", "daily/a\"b.csv"]),
    ("bucket", {"bucket": "customer-data", "prefix": "daily/a\"b"}, "requestParameters.key", ["daily/a\"b.csv"]),
    ("bucket-readers", {"bucket": "customer-data"}, "bytes", ["5000.0", "20.0"]),
    ("callers", {}, "calls", ["4", "3", "1"]),
    ("errors", {}, "errorCode", ["AccessDenied"]),
    ("first-uses", {}, "eventName", ["DeleteUser", "GetObject", "StopLogging", "AuthorizeSecurityGroupIngress", "ConsoleLogin", "ListUsers",
                                     "CreateUser"]),
    ("operation", {"operation": "StopLogging"}, "userIdentity.arn", [SESSION["arn"]]),
    ("program", {"text": "BOTO3/1.0 \"quoted\" | limit 1"}, "eventName", ["StopLogging"]),
    ("mentions", {"text": "\"eve\""}, "eventID", ["event-0"]),
    ("records", {}, "eventID", [f"event-{number}" for number in reversed(range(len(CALLS)))]),
])
def test_a_query_finds_the_records_that_it_is_about(aws, group, name, given, column, found):
    assert [row.get(column) for row in rows(aws, name, *param(**given))] == found


def test_every_query_that_is_listed_runs_as_it_is_saved_and_has_the_columns_that_it_says(aws, group):
    listed = start(aws, "list", "--format", "json").communicate(timeout=60)[0]
    queries = [json.loads(line) for line in listed.splitlines()]
    saved = aws.client("logs").describe_query_definitions(queryDefinitionNamePrefix="trailreflex/")["queryDefinitions"]
    assert {one["name"]: one["queryString"].strip() for one in saved} == {
        f"trailreflex/{query['title']}": query["query"] for query in queries}
    assert {name for one in saved for name in one["logGroupNames"]} == {group}
    logs, now = aws.client("logs"), int(time.time())
    for query in queries:
        begun = logs.start_query(logGroupNames=[group], startTime=now - 3600, endTime=now, queryString=query["query"])["queryId"]
        answer = eventually(lambda: (got := logs.get_query_results(queryId=begun))["status"] == "Complete" and got)
        shown = {cell["field"] for row in answer["results"] for cell in row} - {"@ptr"}
        assert shown <= set(query["columns"]), query["name"]


def test_whole_records_are_what_other_commands_read(aws, group, tmp_path):
    file = tmp_path / "records.jsonl"
    code, out, err = run(aws, "records", "--last", "1h", "--output", str(file))
    assert (code, out) == (0, "") and f"{len(CALLS)} rows; {len(CALLS)} of {len(CALLS)} records matched" in err
    found = subprocess.run([COMMAND, "evaluate", "--format", "json", file], capture_output=True, text=True, timeout=120)
    assert found.returncode == 0 and '"eventName":"StopLogging"' in found.stdout, found


def test_rows_come_as_table_and_csv(aws, group):
    _, out, _ = run(aws, "denied", "--format", "csv")
    [row] = csv.DictReader(io.StringIO(out))
    assert (row["userIdentity.arn"], row["eventName"], row["calls"]) == (ALICE, "ListUsers", "1")
    _, out, _ = run(aws, "denied", "--format", "table")
    heading, line = out.splitlines()
    assert heading.split() == ["userIdentity.arn", "eventSource", "eventName", "calls", "last"] and line.split()[2:4] == ["ListUsers", "1"]


def test_only_the_time_that_is_asked_about_counts(aws, group):
    assert rows(aws, "records", "--last", "5m") == []
    assert len(rows(aws, "records", "--from", "2026-01-01")) == len(CALLS)
    assert rows(aws, "records", "--from", "2026-01-01", "--to", "2026-01-02") == []


def test_as_many_rows_as_were_asked_for_may_not_be_all(aws, group):
    code, out, err = run(aws, "records", "--limit", "2")
    assert (code, len(out.splitlines())) == (0, 2) and "there may be more: give a larger --limit" in err


def test_what_would_cost_too_much_is_not_begun_unless_somebody_says_yes(aws, group):
    days_ago = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=3)
    aws.client("cloudwatch").put_metric_data(Namespace="AWS/Logs", MetricData=[
        {"MetricName": "IncomingBytes", "Dimensions": [{"Name": "LogGroupName", "Value": group}], "Value": 60 * 2**30, "Timestamp": days_ago}])
    assert run(aws, "records")[0] == 0, "it was before"
    code, out, err = run(aws, "records", "--last", "7d")
    assert (code, out) == (1, "") and "taken in 60.0 GB, about 0.30 USD" in err and "say --yes" in err
    for more in (["--yes"], ["--max-bytes", str(2**40)]):
        code, out, err = run(aws, "records", "--last", "7d", *more)
        assert (code, len(out.splitlines())) == (0, len(CALLS)) and "to look at: 60.0 GB, about 0.30 USD" in err


@pytest.mark.parametrize(("case", "arguments", "says"), [
    ("no such query", ["nobody", "--stack", "trailreflex"], "`trailreflex insights list` shows all"),
    ("no such parameter", ["denied", "--stack", "trailreflex", "--param", "who=x"], "has no parameter `who`"),
    ("a missing parameter", ["actor", "--stack", "trailreflex"], "needs --param who=…"),
    ("a value that would leave its string", ["actor", "--stack", "trailreflex", "--param", 'who=x" or "1" = "1'], "who: an ARN, a name"),
    ("no log group", ["denied"], "required"),
    ("a log group that is not there", ["denied", "--log-group", "nobody", "--yes"], "does not exist"),
    ("a stack that is not there", ["denied", "--stack", "nobody"], "nobody has no saved queries here"),
    ("too many rows", ["denied", "--stack", "trailreflex", "--limit", "100001"], "1 to 100000 rows"),
    ("a table in a file", ["denied", "--stack", "trailreflex", "--format", "table", "--output", "x"], "a table is for the terminal"),
    ("no duration", ["denied", "--stack", "trailreflex", "--last", "yesterday"], "write a number and m, h, d or w"),
])
def test_what_cannot_be_asked_is_refused_with_what_to_do(aws, case, arguments, says):
    ran = start(aws, "run", *arguments)
    out, err = ran.communicate(timeout=60)
    assert ran.returncode != 0 and out == "" and says in err, (case, err)


def test_throttling_is_waited_for(aws, group):
    aws.faults.set({"service": "logs", "operation": "GetQueryResults", "sequence": {"fail": 8, "pass": 1000}, "error": {"code": "ThrottlingException"}})
    code, out, err = run(aws, "denied", AWS_ENDPOINT_URL=aws.faults.endpoint)
    assert (code, len(out.splitlines())) == (0, 1), err
    assert aws.faults.strikes() == [8]


def test_an_interrupted_query_is_stopped(aws, group):
    aws.faults.set({"service": "logs", "operation": "GetQueryResults", "error": {"code": "ThrottlingException"}})
    stops = len([record for record in aws.records() if record["eventName"] == "StopQuery"])
    ran = start(aws, "run", "denied", "--stack", "trailreflex", AWS_ENDPOINT_URL=aws.faults.endpoint)
    eventually(lambda: aws.faults.strikes()[0] > 0)
    began = time.monotonic()
    ran.send_signal(signal.SIGINT)
    out, err = ran.communicate(timeout=60)
    assert (ran.returncode, out) == (130, "") and "the query" in err and time.monotonic() - began < 10, err
    eventually(lambda: len([record for record in aws.records() if record["eventName"] == "StopQuery"]) > stops)


def test_who_may_not_ask_is_told_what_is_missing(aws, group):
    key = aws.client("iam").create_user(UserName="blind") and aws.client("iam").create_access_key(UserName="blind")["AccessKey"]
    own = {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}
    code, _, err = run(aws, "denied", **own)
    assert code == 1 and "logs:DescribeQueryDefinitions" in err and "AWS_PROFILE" in err, err
    ran = start(aws, "run", "denied", "--log-group", group, "--yes", **own)
    err = ran.communicate(timeout=60)[1]
    assert ran.returncode == 1 and "logs:StartQuery" in err, err
