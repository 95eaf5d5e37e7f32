"""Schedules that fire once."""

import datetime
import json
import zoneinfo

import pytest
from accounts import refusal

from local_aws.session import eventually

SERVICES = ["lambda.amazonaws.com", "scheduler.amazonaws.com"]
WINDOW = {"Mode": "OFF"}


def soon(zone="UTC"):
    moment = datetime.datetime.now(zoneinfo.ZoneInfo(zone)) + datetime.timedelta(seconds=1)
    return f"at({moment:%Y-%m-%dT%H:%M:%S})"


def runs(account):
    """Returns how often the function has begun to run."""
    logs = account.client("logs")
    try:
        found = logs.filter_log_events(logGroupName="/aws/lambda/worker")["events"]
    except logs.exceptions.ResourceNotFoundException:
        return 0
    return sum(event["message"].startswith("START") for event in found)


def schedule(account, role, arn, **more):
    client = account.client("scheduler")
    target = {"Arn": arn, "RoleArn": role, **more.pop("target", {})}
    client.create_schedule(**{"Name": "once", "ScheduleExpression": soon(), "FlexibleTimeWindow": WINDOW, "Target": target} | more)
    return client


def test_a_one_time_schedule_calls_its_function_once_in_its_time_zone_and_is_gone(account):
    role = account.role(service=SERVICES)
    arn = account.function("worker", role=role)
    client = account.client("scheduler")
    client.create_schedule_group(Name="reverts")
    zone = "Asia/Kolkata"
    schedule(account, role, arn, GroupName="reverts", ScheduleExpression=soon(zone), ScheduleExpressionTimezone=zone,
             ActionAfterCompletion="DELETE")
    eventually(lambda: runs(account))
    assert refusal(client.get_schedule, Name="once", GroupName="reverts") == ("ResourceNotFoundException", 404)
    assert runs(account) == 1


def test_without_an_action_a_schedule_stays_after_it_fired_and_its_input_is_filled_in(account):
    role, queue = account.role(service=SERVICES), account.queue("work")
    client = schedule(account, role, queue.arn, target={"Input": '{"plan": "p-1", "by": "<aws.scheduler.schedule-arn>"}'})
    arn = f"arn:aws:scheduler:us-east-1:{account.number}:schedule/default/once"
    assert [json.loads(message["Body"]) for message in queue.wait()] == [{"plan": "p-1", "by": arn}]
    assert client.get_schedule(Name="once")["ActionAfterCompletion"] == "NONE"
    client.delete_schedule(Name="once")
    assert refusal(client.delete_schedule, Name="once") == ("ResourceNotFoundException", 404)


def test_a_deleted_schedule_does_not_fire(account):
    role, queue, marker = account.role(service=SERVICES), account.queue("work"), account.queue("marker")
    client = schedule(account, role, queue.arn)
    client.delete_schedule(Name="once")
    schedule(account, role, marker.arn, Name="later")
    marker.wait()
    assert queue.receive() == []


def test_a_role_that_scheduler_may_not_assume_is_refused(account):
    role, queue = account.role(service="lambda.amazonaws.com"), account.queue("work")
    create = account.client("scheduler").create_schedule
    target = {"Arn": queue.arn, "RoleArn": role}
    assert refusal(create, Name="once", ScheduleExpression=soon(), FlexibleTimeWindow=WINDOW, Target=target) == (
        "ValidationException", 400)


@pytest.mark.parametrize("allowed", [True, False])
def test_a_schedule_needs_what_its_role_may(enforcing_account, allowed):
    account = enforcing_account
    work, dead = account.queue("work"), account.queue("dead")
    policy = {"Effect": "Allow" if allowed else "Deny", "Action": "sqs:SendMessage", "Resource": work.arn}
    schedule(account, account.role(service=SERVICES, policy=policy), work.arn, target={"DeadLetterConfig": {"Arn": dead.arn}})
    (work if allowed else dead).wait()
    assert len(work.receive()) == allowed
