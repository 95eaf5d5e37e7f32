"""`trailreflex tail --stack` shows findings and outcomes as they pass, and leaves nothing of its own behind; `--queue` shows what
comes to a queue, and takes nothing out of it that nobody has told it to."""

import json
import signal
import subprocess
import threading
import uuid
from pathlib import Path

import pytest
from events import in_envelope, quarantine_record

from local_aws.session import eventually

COMMAND = Path(__file__).resolve().parents[2] / "target/debug/trailreflex"


@pytest.fixture
def tail(aws):
    """Starts the command; what it prints is in `lines`."""
    started = []

    def start(*arguments):
        ran = subprocess.Popen([COMMAND, "tail", *arguments], env=aws.environment, text=True, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE)
        started.append(ran)
        ran.lines = []
        threading.Thread(target=lambda: ran.lines.extend(iter(ran.stdout.readline, "")), daemon=True).start()
        return ran

    yield start
    for ran in started:
        if ran.poll() is None:
            end(ran)


def left(aws, stack):
    """Names of rules and queues that `tail` has made."""
    rules = aws.client("events").list_rules(EventBusName=stack.outputs["FindingsBus"])["Rules"]
    queues = aws.client("sqs").list_queues(QueueNamePrefix="tail-").get("QueueUrls", [])
    return [rule["Name"] for rule in rules if rule["Name"].startswith("tail-")] + queues


def end(ran):
    ran.send_signal(signal.SIGINT)
    assert ran.wait(timeout=20) == 0, ran.stderr.read()


@pytest.mark.parametrize("form", ["json", "table"])
def test_a_finding_and_its_outcome_are_shown_as_they_pass(aws, stack, tail, form):
    ran = tail("--stack", "trailreflex", "--format", form)
    said = ran.stderr.readline()
    assert "watching trailreflex-findings by way of tail-" in said
    assert len(left(aws, stack)) == 2
    name = said.split()[-3].rstrip(",")
    user = stack.user()
    stack.detect(in_envelope(stack, quarantine_record(stack, user.name)))
    end_of_it = '"status":"contained"' if form == "json" else "  contained "
    own = eventually(lambda: (lines := [line for line in ran.lines if user.name in line]) and end_of_it in "".join(lines) and lines)
    if form == "json":
        events = {event["detail-type"]: event["detail"] for event in map(json.loads, own)}
        assert events["Trailreflex Finding"]["severity"] == "critical"
        outcome = events["Trailreflex Outcome"]
        assert (outcome["status"], outcome["plan"]["identity"]["name"]) == ("contained", user.name)
    else:
        own = "".join(own)
        for part in ("  critical ", f":user/{user.name}", "  contained ", ", plan "):
            assert part in own, (part, own)
    end(ran)
    assert left(aws, stack) == []
    # Its beginning and its end are recorded, and found as what they are; and no attack on the stack.
    calls = ("PutRule", "PutTargets", "RemoveTargets", "DeleteRule")
    made = eventually(lambda: (ids := {record["eventID"] for record in aws.records() if record["eventName"] in calls
                                       and name in str(record["requestParameters"])}) and len(ids) == len(calls) and ids)

    def told():
        found = [event["detail"] for event in stack.findings.all()]
        return [finding["rule"]["name"] for finding in found if finding["evidence"]["eventId"] in made]

    eventually(lambda: told().count("event_rule_stopped") == 2)
    assert not [rule for rule in told() if rule.startswith("trailreflex_")], told()


def test_a_stack_that_is_not_there_is_named_and_nothing_is_left(aws, stack, tail):
    ran = tail("--stack", "nobody")
    assert ran.wait(timeout=60) == 1
    assert "nobody-findings cannot be seen; is --stack the stack's name" in ran.stderr.read()
    assert left(aws, stack) == []


@pytest.fixture
def queue(aws, stack):
    """A queue of one's own, filled by a rule of one's own."""
    sqs, events, bus = aws.client("sqs"), aws.client("events"), stack.outputs["FindingsBus"]
    name = f"own-{uuid.uuid4().hex[:8]}"
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    pattern = json.dumps({"detail-type": ["Trailreflex Finding", "Trailreflex Outcome"]})
    rule = events.put_rule(Name=name, EventBusName=bus, EventPattern=pattern)["RuleArn"]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sqs:SendMessage", "Resource": arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": rule}}}]})})
    events.put_targets(Rule=name, EventBusName=bus, Targets=[{"Id": "queue", "Arn": arn}])
    yield url
    events.remove_targets(Rule=name, EventBusName=bus, Ids=["queue"])
    events.delete_rule(Name=name, EventBusName=bus)
    sqs.delete_queue(QueueUrl=url)


def bodies(aws, url):
    """All that can be received, whoever has looked at it before; it is hidden from then on."""
    found, sqs = [], aws.client("sqs")
    while received := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=600).get("Messages"):
        found += [message["Body"] for message in received]
    return found


@pytest.mark.parametrize("is_deleting", [False, True])
def test_what_comes_to_a_queue_is_shown_once_and_stays_unless_it_is_to_be_deleted(aws, stack, tail, queue, is_deleting):
    aws.client("sqs").send_message(QueueUrl=queue, MessageBody="no event \u202e")
    ran = tail("--queue", queue, "--format", "table", *(["--delete"] if is_deleting else []))
    said = ran.stderr.readline()
    assert ("what is shown is deleted" if is_deleting else "nothing is deleted") in said
    user = stack.user()
    stack.detect(in_envelope(stack, quarantine_record(stack, user.name)))
    own = eventually(lambda: (lines := [line for line in ran.lines if user.name in line]) and "  contained " in "".join(lines) and lines)
    assert any("  critical " in line for line in own)
    [poison] = eventually(lambda: [line for line in ran.lines if line.startswith("no event, left in the queue")])
    assert poison.endswith("  no event \\u{202e}\n")
    # What else comes meanwhile are findings about the root user, which the tests are.
    assert not [body for body in bodies(aws, queue) if user.name in body or "\u202e" in body], "it is hidden while somebody looks"
    end(ran)
    own = [line for line in ran.lines if user.name in line or "no event" in line]
    assert len(own) == len(set(own)), "none twice"
    left = bodies(aws, queue)
    assert "no event \u202e" in left, "what is no event is never deleted"
    assert any(user.name in body for body in left) != is_deleting


def test_it_is_said_that_each_look_counts_where_there_are_dead_letters(aws, stack, tail):
    sqs = aws.client("sqs")
    letters = sqs.create_queue(QueueName=f"letters-{uuid.uuid4().hex[:8]}")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=letters, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    url = sqs.create_queue(QueueName=f"own-{uuid.uuid4().hex[:8]}", Attributes={
        "RedrivePolicy": json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 4})})["QueueUrl"]
    ran = tail("--queue", url)
    ran.stderr.readline()
    assert "after 4 the queue moves a message to its dead letters" in ran.stderr.readline()
    end(ran)


@pytest.mark.parametrize(("arguments", "says"), [
    (["--queue", "findings"], "is no URL of a queue"),
    (["--queue", "https://sqs.us-east-1.amazonaws.com/111122223333/x.fifo"], "add --delete"),
    (["--queue", "http://127.0.0.1/111122223333/nobody"], "the queue cannot be read"),
    (["--queue", "http://127.0.0.1/x", "--stack", "trailreflex"], "cannot be used with"),
    (["--delete", "folder"], "--delete is for a --queue"),
])
def test_what_is_no_queue_is_refused_with_what_to_do(aws, stack, tail, arguments, says):
    ran = tail(*arguments)
    assert ran.wait(timeout=60) != 0
    said = ran.stderr.read()
    assert says in said, said
