"""EventBridge as on AWS: rule states, permissions of targets, the asynchronous path to Lambda, dead letters."""

import collections
import contextvars
import json
import logging
import time
from typing import Any

from ministack.core.arn import parse_arn
from ministack.core.responses import get_account_id
from ministack.services import cloudwatch, eventbridge, lambda_svc

from local_aws import bus_policy, names, queues
from local_aws.policies import Asked, decide

SERVICE = "events.amazonaws.com"
VIA_CLOUDTRAIL = "AWS API Call via CloudTrail"
ALL_EVENTS = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"

_deliveries: collections.deque[dict[str, Any]] = collections.deque(maxlen=20_000)
_current: contextvars.ContextVar[tuple[dict, dict, dict] | None] = contextvars.ContextVar("delivery", default=None)
_original_invoke_target = eventbridge._invoke_target
_log = logging.getLogger("local_aws.eventbridge")


class Undeliverable(Exception):
    """A target that cannot be reached; `code` is what EventBridge writes on the dead letter."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def install() -> None:
    eventbridge._dispatch_event = _dispatch_event
    eventbridge._invoke_target = _invoke_target
    eventbridge._dispatch_to_lambda = _to_lambda
    eventbridge._dispatch_to_sqs = _to_queue
    bus_policy.install()


def kept_deliveries() -> list[dict[str, Any]]:
    return list(_deliveries)


def forget() -> None:
    _deliveries.clear()


def _dispatch_event(event: dict[str, Any], view: Any = None) -> None:
    """ministack's walk over the rules of a bus, with the third state that a rule can have."""
    view = view or eventbridge._pattern_event_view(event)
    bus = event.get("EventBusName", "default")
    path = set(event.get("_DispatchPath") or [])
    enough = {ALL_EVENTS} if _is_held_back(event) else {ALL_EVENTS, "ENABLED"}
    for key, rule in eventbridge._rules.items():
        pattern = rule.get("EventPattern")
        if not pattern or key in path or rule.get("EventBusName", "default") != bus or rule.get("State") not in enough:
            continue
        if eventbridge._matches_pattern_view(pattern, view, f"rule {key}"):
            for target in eventbridge._targets.get(key, []):
                eventbridge._invoke_target(target, event, rule, view)


def _is_held_back(event: dict[str, Any]) -> bool:
    if event.get("DetailType") != VIA_CLOUDTRAIL or not event.get("Source", "").startswith("aws."):
        return False
    return names.needs_a_rule_for_all_events(json.loads(event["Detail"]).get("eventName", ""))


def _invoke_target(target: dict[str, Any], event: dict[str, Any], rule: dict[str, Any], view: Any = None) -> None:
    token = _current.set((target, event, rule))
    try:
        _original_invoke_target(target, event, rule, view)
    finally:
        _current.reset(token)


def _to_lambda(arn: str, payload: str) -> None:
    with Delivery(payload) as source_arn:
        func, config, _ = lambda_svc._get_func_record_for_ref(arn)
        base, _, _ = lambda_svc._get_base_func_record_for_ref(arn)
        if not func or not config or not base:
            raise Undeliverable("RESOURCE_NOT_FOUND", f"Function not found: {arn}")
        context = {"AWS:SourceArn": source_arn, "AWS:SourceAccount": get_account_id()}
        asked = Asked("lambda:InvokeFunction", arn, service=SERVICE, context=context)
        if decide(base.get("policy"), asked) != "Allow":
            raise Undeliverable("NO_PERMISSIONS", f"the policy of {arn} does not let {SERVICE} invoke it for {source_arn}")
        event = json.loads(payload)
        # Its ARN is the one that was invoked: an alias has settings of its own.
        invoked = lambda_svc._execution_record_for_config(func, {**config, "FunctionArn": arn})
        lambda_svc.invoke_async_with_retry(invoked, event)


def _to_queue(spec: Any, payload: str, sqs_parameters: dict[str, Any] | None = None) -> None:
    with Delivery(payload) as source_arn:
        queues.put_as_service(str(spec), payload, SERVICE, source_arn)


class Delivery:
    """Counts one delivery; if it fails, sends the dead letter. Gives the ARN of the rule."""

    def __init__(self, payload: str) -> None:
        self.payload = payload
        self.target, self.event, self.rule = _current.get() or ({}, {}, {})
        self.rule_arn = self.rule.get("Arn", "")

    def __enter__(self) -> str:
        return self.rule_arn

    def __exit__(self, kind, error, trace) -> bool:
        if error is None:
            self._note("delivered")
            self._count("Invocations")
            return True
        if not isinstance(error, (Undeliverable, queues.QueueRefused)):
            return False
        self._note(f"{error.code}: {error}")
        self._count("FailedInvocations")
        _log.warning("rule %s → %s: %s", self.rule.get("Name"), self.target.get("Arn"), error)
        self._send_dead_letter(error.code, str(error))
        return True

    def _send_dead_letter(self, code: str, message: str) -> None:
        arn = (self.target.get("DeadLetterConfig") or {}).get("Arn")
        if not arn:
            return
        attributes = {
            "RULE_ARN": self.rule_arn,
            "TARGET_ARN": self.target.get("Arn", ""),
            "ERROR_CODE": code,
            "ERROR_MESSAGE": message,
        }
        try:
            parse_arn(arn)
            queues.put_as_service(arn, self.payload, SERVICE, self.rule_arn, attributes)
            self._count("InvocationsSentToDlq")
        except queues.QueueRefused as error:
            self._note(f"dead letter refused: {error}")
            self._count("InvocationsFailedToBeSentToDlq")

    def _note(self, outcome: str) -> None:
        _deliveries.append({
            "time": time.time(),
            "eventId": self.event.get("EventId"),
            "detailType": self.event.get("DetailType"),
            "rule": self.rule.get("Name"),
            "target": self.target.get("Arn"),
            "outcome": outcome,
        })

    def _count(self, metric: str) -> None:
        cloudwatch.record_metric("AWS/Events", metric, 1, "Count", {"RuleName": self.rule.get("Name", "")})
