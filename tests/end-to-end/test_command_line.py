"""The command line reads CloudTrail's log files from a bucket, and makes plans for an account as it is."""

import gzip
import json
import subprocess
from pathlib import Path

import pytest

from events import in_envelope, quarantine_record

COMMAND = Path(__file__).resolve().parents[2] / "target/debug/trailreflex"
BUCKET = "history-of-logs"
REGIONS = ["eu-central-1", "us-east-1"]
# More than S3 lists at a time.
MANY = 1003


def record(number: int, agent: str = "aws-cli/2") -> dict:
    return {
        "eventVersion": "1.11", "eventSource": "sts.amazonaws.com", "eventName": "GetCallerIdentity", "eventType": "AwsApiCall",
        "eventTime": "2026-11-24T10:00:00Z", "eventID": f"00000000-0000-4000-8000-{number:012}", "awsRegion": "us-east-1",
        "recipientAccountId": "111122223333", "sourceIPAddress": "198.51.100.7", "userAgent": agent,
        "userIdentity": {"type": "IAMUser", "userName": "alice", "accessKeyId": "AKIAIOSFODNN7EXAMPLE",
                         "arn": "arn:aws:iam::111122223333:user/alice", "accountId": "111122223333"},
    }


def content(*records: dict) -> bytes:
    return gzip.compress(json.dumps({"Records": records}).encode())


@pytest.fixture(scope="module")
def bucket(aws):
    s3 = aws.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    number = 0
    for region in REGIONS:
        for day in ["2026/10/31", "2026/11/01", "2026/11/24", "2026/11/25"]:
            number += 1
            key = f"AWSLogs/111122223333/CloudTrail/{region}/{day}/111122223333_CloudTrail_{region}_{number}.json.gz"
            s3.put_object(Bucket=BUCKET, Key=key, Body=content(record(number, "trufflehog")))
    s3.put_object(Bucket=BUCKET, Key="AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/11/24/d.json.gz", Body=b"no digest")
    s3.put_object(Bucket=BUCKET, Key="AWSLogs/readme.txt", Body=b"no log")
    for number in range(MANY):
        s3.put_object(Bucket=BUCKET, Key=f"many/{number:05}.json", Body=json.dumps(record(number)))
    s3.put_object(Bucket=BUCKET, Key="many/99999 a+b.json", Body=json.dumps(record(MANY, "trufflehog")))
    s3.put_object(Bucket=BUCKET, Key="damaged/a.json.gz", Body=content(record(1))[:10])
    return f"s3://{BUCKET}"


def evaluate(aws, *arguments: str, **variables: str):
    command = [COMMAND, "evaluate", "--only-rules-given", "--rules", "cli/tests/rules/tool.yml", "--stats", *arguments]
    environment = aws.environment | variables
    ran = subprocess.run(command, env=environment, cwd=COMMAND.parents[2], capture_output=True, text=True, timeout=120)
    return [json.loads(line) for line in ran.stdout.splitlines()], ran.stderr, ran.returncode


def days(lines: list[dict]) -> list[str]:
    return ["/".join(line["input"].split("/")[6:10]) for line in lines]


def test_a_bucket_is_read_as_files_are_without_digests(aws, bucket):
    lines, err, code = evaluate(aws, bucket + "/AWSLogs")
    assert (len(lines), code) == (8, 0), err
    assert lines[0]["input"].startswith(f"s3://{BUCKET}/AWSLogs/111122223333/CloudTrail/eu-central-1/2026/10/31/")
    assert days(lines) == sorted(days(lines)), "in the order of keys"


@pytest.mark.parametrize(("arguments", "prefix", "expected"), [
    (["--since", "2026-11-01", "--until", "2026-11-24"], "", ["2026/11/01", "2026/11/24"]),
    (["--since", "2026-11-02"], "/AWSLogs/111122223333/", ["2026/11/24", "2026/11/25"]),
    (["--until", "2026-10-31"], "/AWSLogs/111", ["2026/10/31"]),
    (["--since", "2026-11-24", "--until", "2026-11-24"], "/AWSLogs/111122223333/CloudTrail/", ["2026/11/24"]),
    (["--since", "2027-01-01"], "", []),
])
def test_days_of_delivery_restrict_what_is_read(aws, bucket, arguments, prefix, expected):
    if prefix == "":
        prefix = "/AWSLogs/"
    lines, err, code = evaluate(aws, *arguments, bucket + prefix)
    assert days(lines) == [f"{region}/{day}" for region in REGIONS for day in expected], err
    assert code == 0
    assert f"inputs: {len(REGIONS) * len(expected)}," in err, "nothing else was read"


def test_every_page_of_a_listing_is_read(aws, bucket):
    lines, err, code = evaluate(aws, bucket + "/many/")
    assert [line["input"] for line in lines] == [f"s3://{BUCKET}/many/99999 a+b.json"], err
    assert f"inputs: {MANY + 1}, records: {MANY + 1}," in err
    assert code == 0


def test_what_cannot_be_read_is_named(aws, bucket):
    lines, err, code = evaluate(aws, bucket + "/damaged/", bucket + "/AWSLogs")
    assert (len(lines), code) == (8, 2)
    assert f"s3://{BUCKET}/damaged/a.json.gz: damaged: " in err
    lines, err, code = evaluate(aws, "s3://no-such-bucket-here/x", bucket + "/AWSLogs")
    assert (len(lines), code) == (8, 2)
    assert "s3://no-such-bucket-here/x: `s3:ListBucket` failed: " in err and "NoSuchBucket" in err
    assert "AWS_PROFILE" in err


def test_days_are_about_buckets_only(aws):
    _, err, code = evaluate(aws, "--since", "2026-11-01", "events")
    assert ("error: --since and --until are about s3:// inputs only" in err, code) == (True, 1)


def plan(aws, event: dict, *arguments: str, key: tuple[str, str] | None = None):
    """Runs `trailreflex plan` on an event; returns its decisions."""
    variables = {"AWS_ACCESS_KEY_ID": key[0], "AWS_SECRET_ACCESS_KEY": key[1]} if key else {}
    ran = subprocess.run([COMMAND, "plan", "--format", "json", *arguments, "-"], env=aws.environment | variables,
                         input=json.dumps(event), capture_output=True, text=True, timeout=120)
    return [json.loads(line) for line in ran.stdout.splitlines()], ran.stderr, ran.returncode


def test_a_plan_can_be_made_for_the_account_as_it_is_and_changes_nothing(aws, stack):
    user = stack.user("as-it-is")
    second = stack.iam.create_access_key(UserName=user.name)["AccessKey"]["AccessKeyId"]
    stack.iam.update_access_key(UserName=user.name, AccessKeyId=second, Status="Inactive")
    before, calls = stack.state(user), len(aws.records())

    [made_up], _, _ = plan(aws, in_envelope(stack, quarantine_record(stack, user.name)))
    assert made_up["simulatedIdentity"]["keys"] == {"AKIASIMULATEDKEY0001": "Active"}
    [line], err, code = plan(aws, in_envelope(stack, quarantine_record(stack, user.name)), "--live", "--account", aws.account)
    assert (code, line["decision"]) == (0, "planned"), err
    assert line["notice"] == f"rehearsal on account {aws.account}: it was read, and nothing was changed"
    assert line["liveIdentity"]["keys"] == {user.key_id: "Active", second: "Inactive"}
    assert line["liveIdentity"]["reference"]["arn"] == stack.arn(user)
    # Two ways to deny the user stand by; the second key does not work anyhow.
    verdicts = [step["verdict"]["kind"] for step in line["plan"]["steps"]]
    assert verdicts == ["Execute", "Fallback", "Fallback", "Execute", "AlreadyInForce"]

    assert stack.state(user) == before
    made = [record for record in aws.records()[calls:] if "aws-sdk-rust" in record["userAgent"] and "/iam/" in record["userAgent"]]
    assert [record["eventName"] for record in made if not record["readOnly"]] == []


def test_a_live_plan_is_made_only_for_the_account_that_is_meant(aws, stack):
    event = in_envelope(stack, quarantine_record(stack, "nobody-of-that-name"))
    lines, err, code = plan(aws, event, "--live", "--account", "999988887777")
    assert (lines, code) == ([], 1)
    assert f"the credentials are of account {aws.account}, not of 999988887777, so nothing was read" in err
    [line], _, code = plan(aws, event, "--live")
    assert (line["decision"], code) == ("refused", 0), line


def test_a_live_plan_names_the_permission_that_is_missing(aws, stack):
    user = stack.user("reader", may="iam:GetUser")
    secret = stack.iam.create_access_key(UserName=user.name)["AccessKey"]
    lines, err, code = plan(aws, in_envelope(stack, quarantine_record(stack, user.name)), "--live",
                            key=(secret["AccessKeyId"], secret["SecretAccessKey"]))
    assert (lines, code) == ([], 2), err
    assert "could not be read" in err and "iam:ListAccessKeys" in err
