"""`trailreflex tail --stack` shows findings and outcomes as they pass, and leaves nothing of its own behind."""

import json
import signal
import subprocess
import threading
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
