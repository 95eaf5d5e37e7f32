"""Access-denied answers that name the resource, as AWS's do: it is all that a denied call's record tells of it."""

from ministack.core import iam_actions

from local_aws.conditions import denied_for

_original = iam_actions.access_denied_response


def install() -> None:
    iam_actions.access_denied_response = _access_denied_response


def _access_denied_response(service, action, principal_arn, request_id, **details):
    other = denied_for.get()
    if other is not None:
        action, details["resource_arn"] = other
    decided_by_identity = not details.get("message") and not details.get("resource_policy_arn")
    if decided_by_identity and not details.get("error_code"):
        resource = _shown(action.partition(":")[0], details.get("resource_arn", "*"))
        details["message"] = iam_actions.identity_denial_message(
            action, principal_arn, resource, bool(details.get("explicit_deny")))
    return _original(service, action, principal_arn, request_id, **details)


def _shown(service: str, resource_arn: str) -> str:
    """IAM writes `user alice` where all other services write the ARN."""
    resource = resource_arn.rsplit(":", 1)[-1]
    kind, _, path = resource.partition("/")
    if service == "iam" and kind in ("user", "role", "group") and path:
        return f"{kind} {path.rsplit('/', 1)[-1]}"
    return resource_arn
