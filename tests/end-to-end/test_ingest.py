"""Log files: what the bus did not deliver is found all the same, and what it did deliver is not found twice."""

import gzip
import json
import uuid

import pytest

from events import in_envelope, key_identity, quarantine_record
from faults import ATTEMPTS
from local_aws.session import eventually

RULE = "access_key_quarantined_by_aws"
MISSED = ("MissedByFastPath", {"Rule": RULE})


@pytest.fixture(scope="module")
def bucket(stack):
    return f"management-events-{stack.aws.account}"


def put(stack, bucket, content, kind="CloudTrail"):
    """Puts a file where a trail puts it; returns the message that announces it."""
    key = f"AWSLogs/{stack.aws.account}/{kind}/us-east-1/2026/11/24/{uuid.uuid4()}.json.gz"
    stack.aws.client("s3").put_object(Bucket=bucket, Key=key, Body=content)
    return json.dumps({"source": "aws.s3", "detail-type": "Object Created", "detail": {
        "bucket": {"name": bucket}, "object": {"key": key, "size": len(content)}}})


def log_file(*records):
    return gzip.compress(json.dumps({"Records": records}).encode())


def sent(stack, record, rule=RULE):
    return stack.findings.matching(lambda event: event["detail"]["rule"]["name"] == rule
                                   and event["detail"]["evidence"]["eventId"] == record["eventID"])


def kept(stack, message):
    key = json.loads(message)["detail"]["object"]["key"]
    return stack.quarantined.matching(lambda entry: key in json.dumps(entry))


DONE = {"batchItemFailures": []}


def test_a_record_that_the_bus_did_not_deliver_is_found_contained_and_counted_as_missed(stack, bucket):
    user = stack.user("missed")
    record = quarantine_record(stack, user.name)
    grown = stack.grows(MISSED, ("Files", {"Outcome": "evaluated"}), ("Records", {"Outcome": "evaluated"}))
    message = put(stack, bucket, log_file(record))

    answers = [stack.ingest(message) for _ in range(3)]

    assert answers == [DONE] * 3
    stack.reported(user)
    assert [event["source"] for event in sent(stack, record)] == ["trailreflex.ingest"]
    eventually(lambda: grown() == [1, 3, 3])


def test_a_record_that_both_paths_bring_gives_one_finding(stack, bucket):
    user = stack.user("both")
    record = quarantine_record(stack, user.name)
    grown = stack.grows(MISSED)
    stack.detect(in_envelope(stack, record))

    assert stack.ingest(put(stack, bucket, log_file(record))) == DONE

    stack.reported(user)
    assert [event["source"] for event in sent(stack, record)] == ["trailreflex.detect"]
    assert grown() == [0]


@pytest.fixture
def announced(stack, bucket):
    """Files of the bucket are announced, without the delay that gives `detect` its time. Tests before and behind
    hand announcements over themselves."""
    sqs, s3 = stack.aws.client("sqs"), stack.aws.client("s3")
    queue = stack.outputs["IngestQueueUrl"]
    delay = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["DelaySeconds"])["Attributes"]
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"DelaySeconds": "0"})
    s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration={"EventBridgeConfiguration": {}})
    yield
    s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration={})
    sqs.set_queue_attributes(QueueUrl=queue, Attributes=delay)


def test_a_log_file_in_the_bucket_is_ingested_through_its_queue(stack, bucket, announced):
    record = quarantine_record(stack, stack.user("queued").name)
    put(stack, bucket, log_file(record))
    eventually(lambda: len(sent(stack, record)) == 1)


def ssh_key_sent(stack, name, instance):
    identity = key_identity(stack, "AKIAEXAMPLESSH000001", arn=f"arn:aws:iam::{stack.aws.account}:user/{name}")
    return quarantine_record(stack, "", eventSource="ec2-instance-connect.amazonaws.com", eventName="SendSSHPublicKey",
                             requestParameters={"instanceId": instance, "instanceOSUser": "root"}, userIdentity=identity)


def test_a_correlation_over_both_paths_and_several_invocations_alerts_once(stack, bucket):
    name = f"ssh-{uuid.uuid4().hex[:8]}"
    records = [ssh_key_sent(stack, name, f"i-{number:017x}") for number in range(5)]

    def alerts():
        return stack.findings.matching(
            lambda event: event["detail"]["rule"]["name"] == "ssh_keys_sent_to_many_instances"
            and event["detail"]["actor"].get("arn", "").endswith(name))

    stack.detect(in_envelope(stack, records[0]))
    stack.detect(in_envelope(stack, records[0]))
    assert stack.ingest(put(stack, bucket, log_file(records[0], records[1]))) == DONE
    assert alerts() == []
    stack.detect(in_envelope(stack, records[2]))
    eventually(lambda: len(alerts()) == 1)
    stack.detect(in_envelope(stack, records[3]))
    assert stack.ingest(put(stack, bucket, log_file(*records))) == DONE

    [alert] = alerts()
    assert alert["detail"]["evidence"]["eventId"] == records[2]["eventID"]
    assert alert["detail"]["correlation"]["count"] == 3


def test_a_zip_bomb_is_refused_and_kept(stack, bucket):
    grown = stack.grows(("Files", {"Outcome": "tooLarge"}), ("Quarantined", {"Function": "ingest"}))
    message = put(stack, bucket, gzip.compress(bytes(80 * 1024 * 1024)))
    assert stack.ingest(message) == DONE
    [entry] = kept(stack, message)
    assert entry["reason"] == ("TooLarge: the file is larger than 67108864 bytes decompressed; "
                               "CloudTrail writes none that large")
    eventually(lambda: grown() == [1, 1])


def test_of_a_damaged_file_what_can_be_read_is_evaluated_and_the_rest_is_kept(stack, bucket):
    readable = [quarantine_record(stack, stack.user("readable").name) for _ in range(2)]
    cut_off = json.dumps({"Records": [readable[0]]})[:-2].encode() + b"," + json.dumps({"eventName": "x" * 9000}).encode()
    not_utf8 = b'{"Records":[{"eventName":"\xff\xfe"},' + json.dumps(readable[1]).encode() + b"]}"
    messages = [put(stack, bucket, gzip.compress(cut_off)[:-12]), put(stack, bucket, gzip.compress(not_utf8))]

    assert stack.ingest(*messages) == DONE

    for record, message in zip(readable, messages):
        eventually(lambda: len(sent(stack, record)) == 1)
        [entry] = kept(stack, message)
        assert entry["reason"].startswith("DamagedFile: ") and entry["payload"]["evaluated"] == 1


def test_one_unusable_message_holds_up_no_other(stack, bucket):
    record = quarantine_record(stack, stack.user("behind").name)
    test = json.dumps({"Service": "Amazon S3", "Event": "s3:TestEvent"})
    digest = put(stack, bucket, b"{}", kind="CloudTrail-Digest")
    elsewhere = put(stack, bucket, log_file()).replace(bucket, "somebody-elses")
    text = f"hello {uuid.uuid4()}"
    assert stack.ingest(text, test, digest, elsewhere, put(stack, bucket, log_file(record))) == DONE
    eventually(lambda: len(sent(stack, record)) == 1)
    assert [entry["reason"].split(":")[0] for entry in kept(stack, elsewhere)] == ["ForeignBucket"]
    assert len(stack.quarantined.matching(lambda entry: text in json.dumps(entry))) == 1


def test_a_file_that_cannot_be_read_for_now_comes_again_alone(stack, bucket):
    records = [quarantine_record(stack, stack.user("again").name) for _ in range(2)]
    messages = [put(stack, bucket, log_file(record)) for record in records]
    stack.aws.faults.set({"service": "s3", "operation": "GetObject", "times": ATTEMPTS,
                          "error": {"code": "InternalError", "status": 500}})

    answer = stack.ingest(*messages)

    assert len(answer["batchItemFailures"]) == 1, answer
    eventually(lambda: len(sent(stack, records[1])) == 1)
    assert sent(stack, records[0]) == []
    assert stack.ingest(messages[0]) == DONE
    eventually(lambda: len(sent(stack, records[0])) == 1)


def test_a_finding_that_was_claimed_and_not_sent_goes_out_with_the_next_attempt(stack):
    """The bus fails for longer than the SDK tries; Lambda delivers again, and the claim is its own."""
    record = quarantine_record(stack, stack.user("claimed").name)
    stack.aws.faults.set({"service": "events", "operation": "PutEvents", "times": ATTEMPTS,
                          "body": f"contains(to_string(@), '{record['eventID']}')",
                          "error": {"code": "InternalFailure", "status": 500}})
    stack.send("DetectFunction", in_envelope(stack, record))
    eventually(lambda: len(sent(stack, record)) == 1)
    assert stack.aws.faults.strikes() == [ATTEMPTS]
    stack.detect(in_envelope(stack, record))
    assert len(sent(stack, record)) == 1
