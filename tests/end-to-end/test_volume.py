"""A flood of events, with copies, malformed ones, disorder and faults: every call is counted exactly once.

`make test-volume` sends a hundred thousand, which takes six minutes; the suite sends a tenth.
"""

import json
import os
import random
from concurrent.futures import ThreadPoolExecutor

from deployed import Stack, reaches
from events import in_envelope, quarantine_record

REGION = "ap-southeast-4"  # nothing else in these tests happens there
MESSAGES = int(os.environ.get("VOLUME", "10000"))
COPIES = MALFORMED = MESSAGES // 100
BATCH = 2_000  # as the template has it
AT_ONCE = 2
# What fails for certain: none of these calls has had an effect.
FAULTS = (
    {"service": "cloudwatch", "operation": "PutMetricData", "probability": 0.3, "error": {"code": "Throttling", "status": 400}},
    {"service": "dynamodb", "operation": "TransactWriteItems", "probability": 0.1,
     "error": {"code": "InternalServerError", "status": 500}},
    {"service": "sqs", "operation": "SendMessage", "probability": 0.05,
     "error": {"code": "ThrottlingException", "status": 400}},
)


def calls(stack: Stack, count: int) -> list[str]:
    """Returns events of as many different calls, a few of them denied."""
    record = quarantine_record(stack, "", requestParameters=None, eventName="UpdateThing", eventCategory="Management",
                               awsRegion=REGION)
    return [json.dumps(in_envelope(stack, record | {"eventID": f"11111111-0000-4000-8000-{number:012}",
                                                    "errorCode": None if number % 10 else "AccessDenied"}))
            for number in range(count)]


def deliver(stack: Stack, bodies: list[str]) -> tuple[int, int]:
    """Hands messages over as SQS does, what failed again until nothing fails; returns how often and how many came again."""
    waiting, deliveries, again = bodies, 0, 0
    with ThreadPoolExecutor(AT_ONCE) as pool:
        while waiting:
            batches = [waiting[begin:begin + BATCH] for begin in range(0, len(waiting), BATCH)]
            answers = list(pool.map(lambda batch: failed(stack, batch), batches))
            deliveries += len(batches)
            waiting = [body for answer in answers for body in answer]
            again += len(waiting)
    return deliveries, again


def failed(stack: Stack, batch: list[str]) -> list[str]:
    records = {str(number): body for number, body in enumerate(batch)}
    answer = stack._invoke("MeterFunction", {"Records": [
        {"messageId": number, "body": body, "eventSource": "aws:sqs"} for number, body in records.items()]})
    if "batchItemFailures" not in answer:  # the function failed: all of them come again
        return batch
    return [records[one["itemIdentifier"]] for one in answer["batchItemFailures"]]


def test_a_flood_is_counted_exactly_whatever_fails_for_certain(aws, stack):
    sound = calls(stack, MESSAGES - COPIES - MALFORMED)
    broken = [f"{{ number {number}" for number in range(MALFORMED)]
    chance = random.Random(11)
    bodies = sound + chance.sample(sound, COPIES) + broken
    chance.shuffle(bodies)
    grown = stack.grows(("WriteCalls", {"Region": REGION}), ("MetricWritesUncertain", {"Function": "meter"}))
    aws.faults.set(*FAULTS)

    deliveries, again = deliver(stack, bodies)
    strikes = aws.faults.strikes()
    aws.faults.clear()
    while stack.meter_sweep()["waiting"]:
        pass

    print(f"{len(bodies)} events in {deliveries} deliveries, {again} messages came again, faults {strikes}")
    assert sum(strikes) > 0
    reaches(grown, [len(sound), 0])
    kept = {entry["payload"]["body"] for entry in stack.quarantined.all() if entry.get("function") == "meter"}
    assert set(broken) <= kept
