"""What people and machines do, in numbers: each call once, whatever comes twice, is malformed or is cut off."""

import json
import random
import uuid

import pytest

from deployed import reaches
from events import in_envelope, now, quarantine_record
from local_aws.session import eventually

DONE = {"batchItemFailures": []}
REGION = "eu-south-2"  # nothing else in these tests happens there
WRITES = ("WriteCalls", {"Region": REGION})


def call(stack, **changes):
    """The event of a call that nothing else here makes."""
    record = quarantine_record(stack, "", requestParameters=None, eventSource="iam.amazonaws.com", eventName="UpdateThing",
                               eventCategory="Management", awsRegion=REGION)
    return json.dumps(in_envelope(stack, record | changes))


def test_copies_count_once_and_what_is_malformed_is_kept(stack):
    numbers = [call(stack, errorCode="AccessDenied" if number % 10 == 0 else None) for number in range(2000)]
    copies = numbers[::100]
    broken = ["{" if number % 2 else json.dumps({"detail": number}) for number in range(20)]
    bodies = numbers + copies + broken
    random.Random(7).shuffle(bodies)
    mine = ("Duplicates", {"Function": "meter"}), ("Quarantined", {"Function": "meter"}), ("Events", {"Function": "meter"})
    grown = stack.grows(WRITES, *mine)

    assert [stack.meter(*bodies[begin:begin + 680]) for begin in range(0, len(bodies), 680)] == [DONE] * 3
    assert stack.meter(*numbers[:50]) == DONE

    reaches(grown, [2000, 20 + 50, 20, len(bodies) + 50])


@pytest.mark.parametrize(("fault", "uncertain"), [
    ({"error": {"code": "Throttling", "status": 400}}, 0),
    ({"error": {"code": "AccessDenied", "status": 403}}, 0),
], ids=["throttled", "denied"])
def test_what_cloudwatch_does_not_take_is_sent_later_and_once(aws, stack, fault, uncertain):
    grown = stack.grows(WRITES, ("MetricWritesUncertain", {"Function": "meter"}))
    # Nothing tells meter's call from those of others, so all are struck.
    aws.faults.set({"service": "cloudwatch", "operation": "PutMetricData"} | fault)

    assert stack.meter(*[call(stack) for _ in range(30)]) == DONE

    assert (aws.faults.strikes()[0] > 0, grown()) == (True, [0, 0])
    aws.faults.clear()
    swept = stack.meter_sweep()
    assert (swept["status"], swept["sent"], swept["waiting"]) == ("swept", 1, 0)
    reaches(grown, [30, uncertain])
    assert stack.meter_sweep()["sent"] == 0


def test_a_call_that_cloudwatch_did_not_answer_is_not_repeated_before_its_lease_is_over(aws, stack):
    grown = stack.grows(WRITES)
    aws.faults.set({"service": "cloudwatch", "operation": "PutMetricData", "response": {"abort_bytes": 0}})

    assert stack.meter(call(stack)) == DONE

    aws.faults.clear()
    reaches(grown, [1])
    assert stack.meter_sweep()["sent"] == 0
    assert grown() == [1]
    waiting = aws.client("dynamodb").query(
        TableName=stack.outputs["MeterTable"], KeyConditionExpression="#key = :parts",
        ExpressionAttributeNames={"#key": "key"}, ExpressionAttributeValues={":parts": {"S": "parts"}})["Items"]
    assert [item["state"]["S"] for item in waiting] == ["sending"]
    # Nothing of it shall be left to other tests.
    aws.client("dynamodb").delete_item(TableName=stack.outputs["MeterTable"],
                                       Key={name: waiting[0][name] for name in ("key", "part")})


@pytest.mark.parametrize("operation", ["PutItem", "TransactWriteItems"])
def test_a_table_that_does_not_answer_brings_the_messages_again_and_they_count_once(aws, stack, operation):
    grown = stack.grows(WRITES)
    bodies = [call(stack) for _ in range(10)]
    aws.faults.set({"service": "dynamodb", "operation": operation, "error": {"code": "InternalServerError", "status": 500}})

    failed = stack.meter(*bodies)["batchItemFailures"]

    assert len(failed) == 10
    aws.faults.clear()
    eventually(lambda: stack.meter(*bodies) == DONE, seconds=150, every=10)
    reaches(grown, [10])


def test_records_that_cannot_be_counted_are_kept_or_told_by_reason(stack):
    grown = stack.grows(("NotMetered", {"Reason": "tooOld"}), ("Quarantined", {"Function": "meter"}))
    assert stack.meter(call(stack, eventTime=now(-14 * 24 * 3600)), call(stack, eventID="")) == DONE
    reaches(grown, [1, 1])
    [kept] = stack.quarantined.matching(lambda entry: "NoEventId" in json.dumps(entry))
    assert kept["function"] == "meter"


# What these let through is still counted when they have ended: they are the last.
def test_calls_through_the_api_are_counted_exactly(aws, stack):
    monitored = ("Monitored", {"Control": "4.8-bucket-policy-changes"})
    s3 = aws.client("s3")
    bucket = f"counted-{uuid.uuid4().hex[:12]}"
    s3.create_bucket(Bucket=bucket)
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "s3:DeleteBucket",
                                                      "Resource": f"arn:aws:s3:::{bucket}"}]}
    grown = stack.grows(monitored)
    end = stack.let_meter_count()
    for _ in range(5):
        s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))
    s3.delete_bucket_policy(Bucket=bucket)

    reaches(grown, [6], seconds=90)

    end()
    assert stack.metric("SecondsToMetric", "Maximum") < 90


def test_the_call_that_is_made_to_be_seen_is_seen(aws, stack):
    grown = stack.grows(("SecondsToCanary", {}))
    end = stack.let_meter_count()

    assert stack.meter_sweep()["status"] == "swept"

    reaches(grown, [1], seconds=90)
    end()
