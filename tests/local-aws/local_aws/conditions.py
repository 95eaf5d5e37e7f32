"""What IAM policies can be conditional on, and whole resource names: both are missing in ministack's enforcement.

Only with `--auth`. Source: Service Authorization Reference, pages of EventBridge, IAM, CloudWatch and STS.
"""

import contextvars
from typing import Any, Iterator

from ministack.core import iam_evaluator
from ministack.core.responses import get_account_id
from ministack.services import iam

from local_aws import passed_roles
from local_aws.bus_policy import bus_arn
from local_aws.calls import Call

# The call that is being authorised; functions' own calls and a rule's deliveries have none.
authorising: contextvars.ContextVar[Call | None] = contextvars.ContextVar("authorising", default=None)
# The permission and resource that were refused, if they are not those of the call itself.
denied_for: contextvars.ContextVar[tuple[str, str] | None] = contextvars.ContextVar("denied_for", default=None)

_original = iam_evaluator.enforce
_original_key = iam_evaluator._resolve_condition_key

# Condition key → parameter of the call.
_KEYS = {
    "cloudwatch": {"cloudwatch:namespace": "Namespace"},
    "iam": {
        "iam:PolicyARN": "PolicyArn",
        "iam:PermissionsBoundary": "PermissionsBoundary",
        "iam:AWSServiceName": "AWSServiceName",
    },
    "sts": {"sts:ExternalId": "ExternalId", "sts:RoleSessionName": "RoleSessionName", "sts:SourceIdentity": "SourceIdentity"},
}


def install() -> None:
    iam_evaluator.enforce = _enforce
    iam_evaluator._resolve_condition_key = _key


def _key(key: str, context: Any) -> Any:
    """`aws:PrincipalArn` of a session is its role, not the session. Source: IAM User Guide, "AWS global condition context keys"."""
    arn = context.principal_arn
    if key.lower() != "aws:principalarn" or ":assumed-role/" not in arn:
        return _original_key(key, context)
    account, name = arn.split(":")[4], arn.split("/")[1]
    role = iam._roles.get_scoped(account, None, name) or {}
    return role.get("Arn") or f"arn:aws:iam::{account}:role/{name}"


def _enforce(access_key_id, iam_action, service, region, resource_arn="*", service_context=None):
    """Asks once for each set of keys; the first refusal counts."""
    call = authorising.get()
    if call is None:
        return _original(access_key_id, iam_action, service, region, resource_arn, service_context)
    if call.service == "iam":
        resource_arn = _whole_arn(call, resource_arn)
    for keys in _contexts(call, resource_arn):
        for action in _actions(call, iam_action):
            refused = _original(access_key_id, action, service, region, resource_arn, {**(service_context or {}), **keys})
            if refused is not None:
                return refused
    return _refused_role(access_key_id, call, region)


def _refused_role(access_key_id: str, call: Call, region: str):
    """Asks for each role that the call passes; `denied_for` then says what the refusal is about."""
    service, roles = passed_roles.of_call(call)
    for role in roles:
        refused = _original(access_key_id, "iam:PassRole", "iam", region, role, {"iam:PassedToService": service})
        if refused is not None:
            denied_for.set(("iam:PassRole", role))
            return refused
    return None


def _actions(call: Call, iam_action: str) -> Iterator[str]:
    yield iam_action
    if iam_action == "sts:AssumeRole" and call.parameters.get("SourceIdentity"):
        yield "sts:SetSourceIdentity"


def _contexts(call: Call, resource_arn: str) -> Iterator[dict[str, Any]]:
    if (call.service, call.operation.name) == ("events", "PutEvents"):
        entries = [entry for entry in call.parameters.get("Entries", [])
                   if bus_arn(entry.get("EventBusName") or "default") == resource_arn]
        yield from ({"events:source": entry.get("Source", ""), "events:detail-type": entry.get("DetailType", "")}
                    for entry in entries)
        if entries:
            return
    given = {key: call.parameters.get(name) for key, name in _KEYS.get(call.service, {}).items()}
    yield {key: value for key, value in given.items() if value is not None}


def _whole_arn(call: Call, resource_arn: str) -> str:
    """Adds the path (`user/break-glass/alice`), and the user where the call names only a key or nobody."""
    parameters = call.parameters
    if "RoleName" in parameters:
        found = iam._roles.get(parameters["RoleName"])
    elif "UserName" in parameters:
        found = iam._users.get(parameters["UserName"])
    elif "AccessKeyId" in parameters:
        owner = (iam._access_keys.get(parameters["AccessKeyId"]) or {}).get("UserName")
        found = iam._users.get(owner)
        resource_arn = f"arn:aws:iam::{get_account_id()}:user/{owner}" if owner else resource_arn
    elif "GroupName" in parameters:
        found = iam._groups.get(parameters["GroupName"])
        resource_arn = f"arn:aws:iam::{get_account_id()}:group/{parameters['GroupName']}"  # not the policy's, if one is named
    else:
        found = None
    return (found or {}).get("Arn") or resource_arn
