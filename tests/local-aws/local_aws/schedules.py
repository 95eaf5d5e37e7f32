"""EventBridge Scheduler as on AWS: a one-time schedule fires when it is due, in its time zone, as its role.

ministack looks every ten seconds, knows no time zones, and calls functions as the rules of an event bus do.
Source: EventBridge Scheduler User Guide, "Schedule types", "Set up the execution role", "Context attributes".
"""

import datetime
import json
import logging
import time
import uuid
import zoneinfo
from typing import Any

from ministack import app as ministack
from ministack.core.responses import get_account_id, get_region, request_scope
from ministack.services import eventbridge, lambda_svc, scheduler

from local_aws import operations, queues, service_roles
from local_aws.operations import Parameters, Refused

SERVICE = "scheduler.amazonaws.com"
TICK_SECONDS = 0.5

_log = logging.getLogger("local_aws.schedules")
_original_tick = scheduler._tick_schedules
_original_at = scheduler._at_time_epoch
_original_target = eventbridge._invoke_target


def install() -> None:
    scheduler._SCHEDULE_TICK_INTERVAL = TICK_SECONDS
    scheduler._tick_schedules = tick
    # For ministack the moment of one-time schedules never comes.
    scheduler._at_time_epoch = lambda expression: None if _original_at(expression) is None else float("inf")
    operations.check("scheduler", {"CreateSchedule": check, "UpdateSchedule": check})


def tick() -> None:
    """Fires what is due; a schedule that fired once does so again only if it was updated."""
    for (account, region, key), schedule in list(scheduler._schedules._data.items()):
        if schedule.get("State") == "ENABLED" and "FiredAt" not in schedule and _is_due(schedule):
            schedule["FiredAt"] = time.time()
            with request_scope(account, region):
                _fire(schedule)
                if schedule.get("ActionAfterCompletion") == "DELETE":
                    scheduler._schedules.pop(key, None)
    _original_tick()


def may_assume(role_arn: str, group: str) -> bool:
    """Says if the role lets Scheduler assume it for the schedules of a group."""
    return service_roles.may_assume(role_arn, SERVICE, scheduler._group_arn(group))


def check(parameters: Parameters) -> None:
    """Raises what AWS refuses a schedule for."""
    zone = parameters.get("ScheduleExpressionTimezone") or "UTC"
    if zone not in zoneinfo.available_timezones():
        raise Refused("ValidationException", f"Invalid Schedule Expression Timezone: {zone}")
    role = (parameters.get("Target") or {}).get("RoleArn", "")
    if not may_assume(role, parameters.get("GroupName") or "default"):
        raise Refused("ValidationException",
                      "The execution role you provide must allow AWS EventBridge Scheduler to assume the role.")


def _is_due(schedule: dict[str, Any]) -> bool:
    moment = _original_at(schedule.get("ScheduleExpression", ""))
    if moment is None:
        return False
    zone = zoneinfo.ZoneInfo(schedule.get("ScheduleExpressionTimezone") or "UTC")
    shown = datetime.datetime.fromtimestamp(moment, datetime.UTC)  # as if it were given in UTC
    return time.time() >= shown.replace(tzinfo=zone).timestamp()


def _fire(schedule: dict[str, Any]) -> None:
    target, arn = schedule["Target"], schedule["Target"]["Arn"]
    payload = _payload(schedule)
    try:
        _deliver(schedule, arn, payload)
    except queues.QueueRefused as error:
        _log.warning("schedule %s → %s: %s", schedule["Arn"], arn, error)
        dead_letters = (target.get("DeadLetterConfig") or {}).get("Arn")
        if dead_letters:
            queues.put(dead_letters, payload, {"ERROR_CODE": error.code, "ERROR_MESSAGE": str(error), "TARGET_ARN": arn,
                                               "SCHEDULE_ARN": schedule["Arn"]})
    except Exception:  # one schedule must not stop all others
        _log.exception("schedule %s", schedule["Arn"])


def _deliver(schedule: dict[str, Any], arn: str, payload: str) -> None:
    service = arn.split(":")[2]
    if not may_assume(schedule["Target"]["RoleArn"], schedule["GroupName"]):
        raise queues.QueueRefused("NO_PERMISSIONS", "the role does not let Scheduler assume it")
    if service in _ACTIONS and ministack.AUTH and not service_roles.allows(schedule["Target"]["RoleArn"], _ACTIONS[service], arn):
        raise queues.QueueRefused("NO_PERMISSIONS", f"the role does not allow {_ACTIONS[service]} on {arn}")
    if service == "sqs":
        queues.put(arn, payload, {})
    elif service == "lambda":
        func, config, _ = lambda_svc._get_func_record_for_ref(arn)
        if not func or not config:
            raise queues.QueueRefused("RESOURCE_NOT_FOUND", f"Function not found: {arn}")
        invoked = lambda_svc._execution_record_for_config(func, {**config, "FunctionArn": arn})
        lambda_svc.invoke_async_with_retry(invoked, json.loads(payload))
    else:
        event = {"EventId": str(uuid.uuid4()), "Source": "aws.scheduler", "DetailType": "Scheduled Event", "Detail": "{}",
                 "Time": time.time(), "Resources": [schedule["Arn"]], "Account": get_account_id(), "Region": get_region()}
        _original_target(schedule["Target"], event, schedule)


_ACTIONS = {"lambda": "lambda:InvokeFunction", "sqs": "sqs:SendMessage"}


def _payload(schedule: dict[str, Any]) -> str:
    """Returns the input of the target with its context attributes filled in, else an event that says who calls."""
    identifier, now = str(uuid.uuid4()), f"{datetime.datetime.now(datetime.UTC):%Y-%m-%dT%H:%M:%SZ}"
    given = schedule["Target"].get("Input")
    if given is None:
        return json.dumps({
            "version": "0", "id": identifier, "detail-type": "Scheduled Event", "source": "aws.scheduler",
            "account": get_account_id(), "time": now, "region": get_region(), "resources": [schedule["Arn"]], "detail": "{}"})
    attributes = {"schedule-arn": schedule["Arn"], "scheduled-time": now, "execution-id": identifier, "attempt-number": "1"}
    for name, value in attributes.items():
        given = given.replace(f"<aws.scheduler.{name}>", value)
    return given
