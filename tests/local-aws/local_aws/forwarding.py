"""Event buses as targets of rules: in the same Region, in another one, and in another account.

ministack drops what goes to another Region or account. Sources: EventBridge User Guide, "Sending and receiving events between
AWS Regions", "… between AWS accounts" (what has come from another bus is not sent on to a third one), "… between event buses in
the same account and Region".
"""

import json
from typing import Any

from ministack.core.responses import get_account_id, get_region, request_scope
from ministack.services import eventbridge

from local_aws import bus_policy, service_roles
from local_aws.eventbridge import SERVICE, Delivery, Undeliverable

# On an event that a rule has sent to the bus it is on.
_FORWARDED = "_Forwarded"


def install() -> None:
    eventbridge._dispatch_to_event_bus = to_event_bus


def to_event_bus(spec: Any, event: dict[str, Any], rule: dict[str, Any], path: set[str], given: str | None = None) -> None:
    """Sends an event on to a bus, as it is: with its id, account, Region, source and time. `given` replaces its detail."""
    if event.get(_FORWARDED):
        return  # and nobody is told
    delivery = Delivery(json.dumps(eventbridge._pattern_event_view(event).event_with_detail()))
    may_pass = False
    with delivery as rule_arn:
        _refuse(spec, event, delivery.target.get("RoleArn"), rule_arn)
        may_pass = True
    if not may_pass:
        return
    forwarded = {**event, "EventBusName": spec.resource.removeprefix("event-bus/"), _FORWARDED: True}
    if given is not None:
        forwarded["Detail"] = given
    # Keys of rules tell neither Region nor account, and what was forwarded goes no further: no path is needed.
    forwarded.pop("_DispatchPath", None)
    with request_scope(spec.account_id, spec.region):
        eventbridge._events_log_list().append(forwarded)
        eventbridge._dispatch_event(forwarded)
        eventbridge._archive_event(forwarded)


def _refuse(spec: Any, event: dict[str, Any], role: str | None, rule_arn: str) -> None:
    """Raises why the bus cannot be reached, if it cannot."""
    bus = str(spec)
    is_same_account = spec.account_id == get_account_id()
    if role:
        if not service_roles.may_assume(role, SERVICE, rule_arn):
            raise Undeliverable("NO_PERMISSIONS", f"{role} does not let {SERVICE} assume it for {rule_arn}")
        if not service_roles.allows(role, "events:PutEvents", bus):
            raise Undeliverable("NO_PERMISSIONS", f"{role} is not allowed events:PutEvents on {bus}")
    elif not (is_same_account and spec.region == get_region()):
        raise Undeliverable("NO_PERMISSIONS", f"no role is given for {bus}")
    with request_scope(spec.account_id, spec.region):
        eventbridge._ensure_default_bus()
        if spec.resource.removeprefix("event-bus/") not in eventbridge._event_buses:
            raise Undeliverable("RESOURCE_NOT_FOUND", f"{bus} does not exist")
        said = bus_policy.of_role(bus, event, role) if role else None
    if said == "Deny" or (not is_same_account and said != "Allow"):
        raise Undeliverable("NO_PERMISSIONS", f"the policy of {bus} does not let {role} put events")
