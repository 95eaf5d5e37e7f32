"""The same event delivered again, one after the other or all at once, changes the account once.

An outcome is reported at least once: whoever comes between the last step and its report, reports it too.
"""

from concurrent.futures import ThreadPoolExecutor

from events import finding_event, in_envelope, quarantine_record
from local_aws.session import eventually

ONCE = ["AttachUserPolicy", "UpdateAccessKey"]


def statuses(stack, user, count):
    """Waits for so many outcome events about a user; returns their words."""
    eventually(lambda: len(stack.outcomes_of(user)) == count)
    return {event["detail"]["status"] for event in stack.outcomes_of(user)}


def test_five_deliveries_to_detect_change_the_account_once(stack):
    user = stack.user()
    event = in_envelope(stack, quarantine_record(stack, user.name))

    answers = [stack.detect(event) for _ in range(5)]

    assert answers == [answers[0]] * 5
    assert statuses(stack, user, 1) == {"contained"}
    sent = stack.findings.matching(lambda found: found["detail"]["evidence"]["eventId"] == event["detail"]["eventID"])
    assert len(sent) == 1
    assert stack.changes(user) == ONCE
    assert len(stack.journal(user)) == 1


def test_one_finding_delivered_five_times_at_once_changes_the_account_once(stack):
    """Whoever comes while another one works on the plan is told to come again, and then finds it done."""
    user = stack.user()
    event = finding_event(stack, in_envelope(stack, quarantine_record(stack, user.name)))
    stack.reported(user)
    other = stack.user()
    event["detail"]["target"]["userName"] = other.name

    with ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(stack.contain, [event] * 5))

    assert stack.changes(other) == ONCE
    ends = [answer.get("status", answer.get("errorType")) for answer in answers]
    assert "contained" in ends
    assert set(ends) <= {"contained", "duplicate", "NotContained"}, answers
    assert stack.contain(event)["status"] == "duplicate"
    assert [(entry["state"], entry["reported"]) for entry in stack.journal(other)] == [("executed", True)]


def test_two_rules_that_see_one_call_lead_to_one_plan(stack):
    """A trail stopped with a scanner's user agent: two findings, one plan."""
    user = stack.user("two-rules", may="cloudtrail:StopLogging")
    cloudtrail = stack.aws.client("cloudtrail")
    cloudtrail.create_trail(Name="second-spare", S3BucketName=f"management-events-{stack.aws.account}")
    cloudtrail.start_logging(Name="second-spare")

    stack.aws.client("cloudtrail", user.key, agent="pacu/1.6").stop_logging(Name="second-spare")

    rules = {"logging_stopped_by_access_key", "access_key_used_from_attack_tool"}
    eventually(lambda: rules <= {event["detail"]["rule"]["name"] for event in stack.findings.matching(
        lambda event: event["detail"]["actor"].get("accessKeyId") == user.key_id)})
    entry = stack.reported(user)
    assert "contained" in statuses(stack, user, 2) <= {"contained", "duplicate"}
    assert stack.changes(user) == ONCE
    assert [other["plan"]["id"] for other in stack.journal(user)] == [entry["plan"]["id"]]
