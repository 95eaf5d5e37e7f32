"""Event bus policies: stores whole documents, and enforces an explicit Deny on PutEvents.

Within one account an Allow needs no bus policy, so only Deny matters; it binds the root user too. What a rule forwards to a bus
of another account needs an Allow there.
"""

import json
from typing import Any

from ministack.core.responses import error_response_json, get_account_id, get_region
from ministack.services import eventbridge

from local_aws.calls import Call
from local_aws.identity import Caller
from local_aws.policies import Asked, Decision, decide

_original_put_permission = eventbridge._put_permission


def install() -> None:
    eventbridge._put_permission = put_permission


def put_permission(data: dict[str, Any]):
    """PutPermission with `Policy`, a whole document, which ministack ignores."""
    if "Policy" not in data:
        return _original_put_permission(data)
    name = data.get("EventBusName", "default")
    if name not in eventbridge._event_buses:
        return error_response_json("ResourceNotFoundException", f"Event bus {name} does not exist.", 400)
    eventbridge._event_bus_policies[name] = json.loads(data["Policy"])
    return 200, {"Content-Type": "application/x-amz-json-1.1"}, b"{}"


def refusal(call: Call, caller: Caller):
    """Returns AWS's answer to PutEvents if the policy of one of the buses denies it, else nothing."""
    if (call.service, call.operation.name) != ("events", "PutEvents"):
        return None
    for entry in call.parameters.get("Entries", []):
        bus = bus_arn(entry.get("EventBusName") or "default")
        if _denies(bus, entry, caller):
            return error_response_json(
                "AccessDeniedException",
                f"User: {caller.arn} is not authorized to perform: events:PutEvents on resource: {bus} "
                "with an explicit deny in a resource-based policy",
                400,
            )
    return None


def of_role(bus: str, event: dict[str, Any], role_arn: str) -> Decision:
    """Returns what the policy of a bus, of the account and Region that are being worked in, says of an event that a role brings."""
    account = role_arn.split(":")[4]
    context = {
        "aws:PrincipalArn": role_arn,
        "aws:PrincipalAccount": account,
        "aws:PrincipalType": "AssumedRole",
        "events:source": event.get("Source", ""),
        "events:detail-type": event.get("DetailType", ""),
    }
    policy = eventbridge._event_bus_policies.get(bus.rsplit("/", 1)[-1])
    return decide(policy, Asked("events:PutEvents", bus, (role_arn,), account, context=context))


def bus_arn(name_or_arn: str) -> str:
    if name_or_arn.startswith("arn:"):
        return name_or_arn
    return f"arn:aws:events:{get_region()}:{get_account_id()}:event-bus/{name_or_arn}"


def _denies(bus: str, entry: dict[str, Any], caller: Caller) -> bool:
    policy = eventbridge._event_bus_policies.get(bus.rsplit("/", 1)[-1])
    context = {
        "aws:PrincipalArn": caller.principal_arn,
        "aws:PrincipalAccount": caller.account,
        "aws:PrincipalType": caller.type,
        "events:source": entry.get("Source", ""),
        "events:detail-type": entry.get("DetailType", ""),
    }
    asked = Asked("events:PutEvents", bus, (caller.arn, caller.principal_arn), caller.account, context=context)
    return decide(policy, asked) == "Deny"
