"""Asynchronous invocation: one request id for all attempts, AWS's destination record, true metrics.

Source: Lambda Developer Guide, "How Lambda handles errors and retries with asynchronous invocation" and
"Capturing records of Lambda asynchronous invocations".
"""

import collections
import datetime
import json
import logging
import os
import threading
import time
import uuid
from dataclasses import dataclass
from typing import Any

from ministack import app as ministack
from ministack.core import iam_evaluator
from ministack.core.responses import request_scope
from ministack.services import lambda_svc, sns

from local_aws import queues

# AWS waits 1 minute before the first retry and 2 before the second.
RETRY_SECONDS = [float(text) for text in os.environ.get("LOCAL_AWS_RETRY_SECONDS", "1,2").split(",")]
DEFAULT_ATTEMPTS = 3
# How many events a function works on at a time; the others wait, as they do in an account whose concurrency is used up. Each start of
# an environment is a call of AssumeRole that may wake a function, so that without a bound a busy machine only starts more of them.
AT_ONCE = 50

_places: dict[str, threading.BoundedSemaphore] = collections.defaultdict(lambda: threading.BoundedSemaphore(AT_ONCE))
_log = logging.getLogger("local_aws.async_invoke")
_original_emit = lambda_svc._emit_lambda_metrics


def install() -> None:
    lambda_svc.invoke_async_with_retry = accept
    lambda_svc._emit_lambda_metrics = _emit_unless_only_accepted


@dataclass
class Outcome:
    """How an event ended: the last result, and how often the function was tried."""

    result: dict[str, Any]
    attempts: int
    condition: str  # Success, RetriesExhausted or EventAgeExceeded


def accept(func: dict[str, Any], event: Any) -> None:
    """Takes an event for a function and returns at once."""
    threading.Thread(target=_run, args=(func, event), name="async-invoke", daemon=True).start()


def _run(func: dict[str, Any], event: Any) -> None:
    config = func.get("config") or func
    account, region = lambda_svc._account_region_from_function_config(config)
    request_id = str(uuid.uuid4())
    try:
        with request_scope(account, region):
            outcome = _try(func, config, event, request_id)
            _report(config, event, request_id, outcome)
    except Exception:
        _log.exception("asynchronous invocation of %s", config.get("FunctionName"))


def _try(func: dict[str, Any], config: dict[str, Any], event: Any, request_id: str) -> Outcome:
    settings = _settings(config)
    started = time.monotonic()
    result: dict[str, Any] = {}
    most = int(settings.get("MaximumRetryAttempts", DEFAULT_ATTEMPTS - 1)) + 1
    for attempt in range(1, most + 1):
        if attempt > 1:
            delay = RETRY_SECONDS[min(attempt - 2, len(RETRY_SECONDS) - 1)]
            if time.monotonic() - started + delay > int(settings.get("MaximumEventAgeInSeconds", 21600)):
                return Outcome(result, attempt - 1, "EventAgeExceeded")
            time.sleep(delay)
        with _places[config.get("FunctionArn", "")]:
            result = _execute_once(func, config, event, request_id)
        if not result.get("error"):
            return Outcome(result, attempt, "Success")
    return Outcome(result, most, "RetriesExhausted")


def _execute_once(func: dict[str, Any], config: dict[str, Any], event: Any, request_id: str) -> dict[str, Any]:
    """Runs the function as ministack does, but with the request id of the event."""
    name = config.get("FunctionName", "unknown")
    slot, _ = lambda_svc._acquire_execution_slot(func, config)
    if slot is None:
        _original_emit(name, duration_ms=0.0, error=False, throttle=True)
        return lambda_svc._throttle_response("ReservedFunctionConcurrentInvocationLimitExceeded", "Rate Exceeded.")
    started = time.time()
    try:
        result = lambda_svc._execute_function_dispatch(func, config, event, request_id, started)
    finally:
        lambda_svc._release_execution_slot(slot)
    _original_emit(name, duration_ms=(time.time() - started) * 1000, error=bool(result.get("error")), throttle=False)
    return result


def _settings(config: dict[str, Any]) -> dict[str, Any]:
    """Returns the EventInvokeConfig of the alias or version that was invoked; it is kept with the function itself."""
    func, _, _ = lambda_svc._get_base_func_record_for_ref(config.get("FunctionArn", ""))
    _, _, qualifier = config.get("FunctionArn", "").partition(":function:")[2].partition(":")
    configs = (func or {}).get("event_invoke_configs") or {}
    candidates = [qualifier] if qualifier and qualifier != "$LATEST" else ["$LATEST", ""]
    return next((configs[name] for name in candidates if name in configs), {})


def _report(config: dict, event: Any, request_id: str, outcome: Outcome) -> None:
    destinations = _settings(config).get("DestinationConfig") or {}
    succeeded = outcome.condition == "Success"
    chosen = (destinations.get("OnSuccess" if succeeded else "OnFailure") or {}).get("Destination")
    if chosen:
        _send(config, chosen, json.dumps(_destination_record(config, event, request_id, outcome)), {})
    dead_letters = (config.get("DeadLetterConfig") or {}).get("TargetArn")
    if dead_letters and not succeeded:
        body = outcome.result.get("body")
        message = body.get("errorMessage", "") if isinstance(body, dict) else ""
        _send(config, dead_letters, json.dumps(event), {
            "RequestID": request_id, "ErrorCode": "200", "ErrorMessage": message[:1024]})


def _destination_record(config: dict, event: Any, request_id: str, outcome: Outcome) -> dict[str, Any]:
    arn = config.get("FunctionArn", "")
    succeeded = outcome.condition == "Success"
    version = config.get("Version", "$LATEST")
    response: dict[str, Any] = {"statusCode": 200, "executedVersion": version}
    if not succeeded:
        response["functionError"] = outcome.result.get("function_error") or "Unhandled"
    now = datetime.datetime.now(datetime.UTC)
    return {
        "version": "1.0",
        "timestamp": f"{now:%Y-%m-%dT%H:%M:%S}.{now.microsecond // 1000:03}Z",
        "requestContext": {
            "requestId": request_id,
            "functionArn": arn if arn.count(":") > 6 else f"{arn}:{version}",
            "condition": outcome.condition,
            "approximateInvokeCount": outcome.attempts,
        },
        "requestPayload": event,
        "responseContext": response,
        "responsePayload": _payload(outcome.result.get("body")),
    }


def _payload(body: Any) -> Any:
    if isinstance(body, bytes):
        body = body.decode("utf-8", "replace")
    if isinstance(body, str):
        try:
            return json.loads(body)
        except ValueError:
            return body
    return body


def _send(config: dict[str, Any], arn: str, body: str, attributes: dict[str, str]) -> None:
    service = arn.split(":")[2]
    if ministack.AUTH and not _role_may_send(config, arn, service):
        _log.warning("the role of %s may not send to %s", config.get("FunctionName"), arn)
        return
    if service == "sqs":
        queues.put(arn, body, attributes)
    elif service == "sns":
        sns.publish_internal(arn, body, "Lambda")
    elif service == "lambda":
        func, config, _ = lambda_svc._get_func_record_for_ref(arn)
        if func:
            accept(lambda_svc._execution_record_for_config(func, config), json.loads(body))
    elif service == "events":
        _log.warning("an event bus as a destination is not implemented: %s", arn)


_SENDING = {"sqs": "sqs:SendMessage", "sns": "sns:Publish", "lambda": "lambda:InvokeFunction", "events": "events:PutEvents"}


def _role_may_send(config: dict[str, Any], arn: str, service: str) -> bool:
    """Lambda sends with the function's own role."""
    key_id = lambda_svc.execution_credentials(config)["AWS_ACCESS_KEY_ID"]
    return iam_evaluator.enforce(key_id, _SENDING[service], service, arn.split(":")[3], resource_arn=arn) is None


def _emit_unless_only_accepted(name: str, duration_ms: float, error: bool, throttle: bool) -> None:
    """ministack counts an accepted event as a faultless invocation; here every attempt counts itself."""
    if duration_ms or error or throttle:
        _original_emit(name, duration_ms=duration_ms, error=error, throttle=throttle)
