"""Security Hub's findings, which ministack lacks: they are checked, kept and listed. Nothing is gathered or scored.

Source: Security Hub API Reference, `BatchImportFindings`; User Guide, "Required top-level ASFF attributes". Shapes are those of
AWS's own model.
"""

import datetime
from typing import Any

import botocore.session
from botocore.validate import ParamValidator
from ministack.core.responses import get_account_id, get_region

from local_aws import operations
from local_aws.operations import Parameters, Refused

# The user guide demands two more than the model does.
_REQUIRED = ("Severity", "Types")
_NAMESPACES = ("Software and Configuration Checks", "TTPs", "Effects", "Unusual Behaviors", "Sensitive Data Identifications")
_LONGEST = {"Title": 256, "Description": 1024, "Id": 512, "GeneratorId": 512}
_MOST_BYTES = 240_000
# What an import never changes of a finding that is there.
_CUSTOMERS = ("Note", "UserDefinedFields", "VerificationState", "Workflow")

_hubs = operations.of_region()
_findings = operations.of_region()
_model = botocore.session.get_session().get_service_model("securityhub")
_finding_shape = _model.operation_model("BatchImportFindings").input_shape.members["Findings"].member


def install() -> None:
    operations.add("securityhub", {
        "EnableSecurityHub": enable,
        "BatchImportFindings": import_,
        "GetFindings": lambda _: {"Findings": [_findings[key] for key in _hub()]},
    })


def enable(_: Parameters) -> dict[str, Any]:
    if "hub" in _hubs:
        raise Refused("ResourceConflictException", "Account is already subscribed to Security Hub", 409)
    _hubs["hub"] = True
    return {}


def import_(parameters: Parameters) -> dict[str, Any]:
    """Takes what is right; tells of each that is not, in an answer that is a success."""
    _hub()
    given = parameters.get("Findings") or []
    if not 1 <= len(given) <= 100:
        raise Refused("InvalidInputException", "Findings must have 1 to 100 members")
    failed = []
    for finding in given:
        wrong = _wrong(finding)
        if wrong:
            failed.append({"Id": str(finding.get("Id")), "ErrorCode": "InvalidInput", "ErrorMessage": wrong})
            continue
        key = finding["ProductArn"] + finding["Id"]
        before = _findings.get(key, {})
        if not before or _time(before["UpdatedAt"]) < _time(finding["UpdatedAt"]):
            kept = {name: before[name] for name in _CUSTOMERS if name in before}
            _findings[key] = finding | kept
    return {"FailedCount": len(failed), "SuccessCount": len(given) - len(failed), "FailedFindings": failed}


def _hub() -> list[str]:
    """Returns the keys of all findings, the oldest first."""
    if "hub" not in _hubs:
        raise Refused("InvalidAccessException", f"Account {get_account_id()} is not subscribed to AWS Security Hub", 401)
    return list(_findings.keys())


def _wrong(finding: dict[str, Any]) -> str | None:
    report = ParamValidator().validate(finding, _finding_shape)
    if report.has_errors():
        return report.generate_report()
    missing = [name for name in _REQUIRED if not finding.get(name)]
    if missing:
        return f"Finding does not adhere to Amazon Finding Format. data should have required properties {missing}."
    account, region = get_account_id(), get_region()
    if finding["ProductArn"] != f"arn:aws:securityhub:{region}:{account}:product/{account}/default":
        return "ProductArn must be the default product of the account"
    if finding["AwsAccountId"] != account:
        return "AwsAccountId must be the account of the caller"
    long = [name for name, most in _LONGEST.items() if len(finding[name]) > most]
    if long:
        return f"{long} must not be longer than {_LONGEST}"
    if not all(kind.split("/")[0] in _NAMESPACES for kind in finding["Types"]):
        return f"Types must begin with one of {_NAMESPACES}"
    fields = finding.get("ProductFields", {})
    if len(fields) > 50 or any(len(key) > 128 or len(value) > 2048 for key, value in fields.items()):
        return "ProductFields must have at most 50 members, keys 128 and values 2048 characters"
    if not 1 <= len(finding["Resources"]) <= 32:
        return "Resources must have 1 to 32 members"
    if len(finding.get("Remediation", {}).get("Recommendation", {}).get("Text", "")) > 512:
        return "Remediation.Recommendation.Text must not be longer than 512"
    if len(str(finding).encode()) > _MOST_BYTES:
        return "Finding must not be larger than 240 KB"
    if _time(finding["CreatedAt"]) > _time(finding["UpdatedAt"]):
        return "CreatedAt must not be later than UpdatedAt"
    return None


def _time(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text)
