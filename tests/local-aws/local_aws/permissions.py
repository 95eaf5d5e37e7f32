"""Which permission a call needs and on what resource, where ministack takes another or none.

Only with `--auth`. Source: Service Authorization Reference, the pages of the services named here.
"""

from typing import Any, Callable

from ministack.core import iam_actions
from ministack.core.responses import get_account_id, get_region

from local_aws.calls import Call
from local_aws.conditions import authorising

_original_action = iam_actions.extract_iam_action
_original_resource = iam_actions.extract_resource_arn
_original_additional = iam_actions.s3_additional_checks

# Services whose permissions are named after the operation, which ministack guesses from the path.
_NAMED_AFTER_OPERATION = {"accessanalyzer": "access-analyzer", "guardduty": "guardduty", "lambda": "lambda",
                          "scheduler": "scheduler", "securityhub": "securityhub"}
_OTHER_NAMES = {("lambda", "Invoke"): "InvokeFunction", ("lambda", "InvokeAsync"): "InvokeFunction",
                ("lambda", "InvokeWithResponseStream"): "InvokeFunction"}


def install() -> None:
    iam_actions.SERVICE_TO_IAM_NAMESPACE |= {"access-analyzer": "access-analyzer", "guardduty": "guardduty", "securityhub": "securityhub"}
    iam_actions.extract_iam_action = action
    iam_actions.extract_resource_arn = resource
    iam_actions.s3_additional_checks = additional


def action(service: str, method: str, path: str, headers: dict, body: bytes, query: dict) -> str | None:
    call = _call(headers)
    namespace = _NAMED_AFTER_OPERATION.get(call.service) if call else None
    if call is None or namespace is None:
        return _original_action(service, method, path, headers, body, query)
    name = call.operation.name
    return f"{namespace}:{_OTHER_NAMES.get((call.service, name), name)}"


def resource(service: str, method: str, path: str, headers: dict, body: bytes, query: dict, region: str, account: str) -> str:
    call = _call(headers)
    named = _RESOURCES.get(call.service, lambda call: None)(call) if call else None
    return named or _original_resource(service, method, path, headers, body, query, region, account)


def additional(method: str, path: str, headers: dict, body: bytes, query: dict) -> list[tuple[str, str]]:
    """An object that is written with a lock needs a permission for that too."""
    checks = _original_additional(method, path, headers, body, query)
    if method == "PUT" and path.count("/") > 1:
        locks = {"x-amz-object-lock-mode": "s3:PutObjectRetention", "x-amz-object-lock-legal-hold": "s3:PutObjectLegalHold"}
        checks += [(needed, f"arn:aws:s3:::{path.lstrip('/')}") for header, needed in locks.items() if headers.get(header)]
    return checks


def _call(headers: dict) -> Call | None:
    call = authorising.get()
    return call if call is not None and call.request.headers is headers else None


def _arn(service: str, rest: str, account: bool = True) -> str:
    return f"arn:aws:{service}:{get_region()}:{get_account_id() if account else ''}:{rest}"


def _of_rule(call: Call) -> str | None:
    """Rules of the default bus are named without it."""
    parameters, bus = call.parameters, str(call.parameters.get("EventBusName") or "default").rsplit("/", 1)[-1]
    name = parameters.get("Rule") if call.operation.name.endswith(("Targets", "TargetsByRule")) else parameters.get("Name")
    if not call.operation.name.endswith(("Rule", "Targets")) or not name:
        return None
    return _arn("events", f"rule/{name}" if bus == "default" else f"rule/{bus}/{name}")


def _of_ec2(call: Call) -> str | None:
    """Snapshots and images are of no account; the blocks on sharing are of no resource."""
    name, parameters = call.operation.name, call.parameters
    if name.endswith("SnapshotAttribute"):
        return _arn("ec2", f"snapshot/{parameters.get('SnapshotId')}", account=False)
    if name.endswith("ImageAttribute"):
        return _arn("ec2", f"image/{parameters.get('ImageId')}", account=False)
    takes_no_resource = name.startswith("Describe") and not name.endswith("Attribute")
    return "*" if takes_no_resource else None


def _of_rds(call: Call) -> str | None:
    for name, kind in (("DBSnapshotIdentifier", "snapshot"), ("DBClusterSnapshotIdentifier", "cluster-snapshot")):
        given = call.parameters.get(name)
        if given and "Attribute" in call.operation.name:
            return given if given.startswith("arn:") else _arn("rds", f"{kind}:{given}")
    return None


def _of_document(call: Call) -> str | None:
    name = call.parameters.get("Name")
    return _arn("ssm", f"document/{name}") if name and "Document" in call.operation.name else None


def _of_schedule(call: Call) -> str | None:
    group, name = call.parameters.get("GroupName") or call.parameters.get("groupName") or "default", call.parameters.get("Name")
    kind = "schedule-group" if call.operation.name.endswith("Group") else f"schedule/{group}"
    return _arn("scheduler", f"{kind}/{name}") if name else None


def _of_recorder(call: Call) -> str | None:
    """The id that follows the name is AWS's own; here policies end with `*`."""
    parameters = call.parameters
    name = parameters.get("ConfigurationRecorderName") or (parameters.get("ConfigurationRecorder") or {}).get("name")
    return _arn("config", f"configuration-recorder/{name}/local") if name else None


def _of_detector(call: Call) -> str | None:
    identifier = call.parameters.get("DetectorId")
    return _arn("guardduty", f"detector/{identifier}") if identifier else "*"


def _of_analyzer(call: Call) -> str | None:
    name = call.parameters.get("analyzerName")
    return _arn("access-analyzer", f"analyzer/{name}") if name else "*"


def _of_security_hub(call: Call) -> str | None:
    product = f"product/{get_account_id()}/default"
    return _arn("securityhub", product if call.operation.name == "BatchImportFindings" else "hub/default")


_RESOURCES: dict[str, Callable[[Call], Any]] = {
    "accessanalyzer": _of_analyzer,
    "config": _of_recorder,
    "ec2": _of_ec2,
    "events": _of_rule,
    "guardduty": _of_detector,
    "rds": _of_rds,
    "scheduler": _of_schedule,
    "securityhub": _of_security_hub,
    "ssm": _of_document,
}
