"""Roles that a call hands to a service: that needs `iam:PassRole` on them beside the call's own permission.

ministack never asks for it. Source: IAM User Guide, "Grant a user permissions to pass a role to an AWS service".
"""

from typing import Any, Callable

from local_aws.calls import Call

Parameters = dict[str, Any]


def of_call(call: Call) -> tuple[str, list[str]]:
    """Returns the service that the roles are for, and the roles."""
    service, roles = _PASSED.get((call.service, call.operation.name), ("", lambda parameters: []))
    return service, [role for role in roles(call.parameters) if role]


def _role(parameters: Parameters) -> list[str | None]:
    return [parameters.get("Role")]


def _of_target(parameters: Parameters) -> list[str | None]:
    return [(parameters.get("Target") or {}).get("RoleArn")]


# Operation → service and the roles in its parameters.
_PASSED: dict[tuple[str, str], tuple[str, Callable[[Parameters], list[str | None]]]] = {
    ("config", "PutConfigurationRecorder"):
        ("config.amazonaws.com", lambda parameters: [(parameters.get("ConfigurationRecorder") or {}).get("roleARN")]),
    ("events", "PutTargets"):
        ("events.amazonaws.com", lambda parameters: [each.get("RoleArn") for each in parameters.get("Targets", [])]),
    ("lambda", "CreateFunction"): ("lambda.amazonaws.com", _role),
    ("lambda", "UpdateFunctionConfiguration"): ("lambda.amazonaws.com", _role),
    ("scheduler", "CreateSchedule"): ("scheduler.amazonaws.com", _of_target),
    ("scheduler", "UpdateSchedule"): ("scheduler.amazonaws.com", _of_target),
}
