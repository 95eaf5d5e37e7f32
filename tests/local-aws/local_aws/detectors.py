"""GuardDuty's detectors, which ministack lacks. They find nothing.

Source: GuardDuty API Reference.
"""

import secrets
from typing import Any

from ministack.core.responses import get_account_id

from local_aws import operations
from local_aws.operations import Parameters, Refused

_detectors = operations.of_region()


def install() -> None:
    operations.add("guardduty", {
        "CreateDetector": create,
        "DeleteDetector": lambda parameters: delete(_found(parameters)["DetectorId"]),
        "GetDetector": lambda parameters: {name: each for name, each in _found(parameters).items() if name != "DetectorId"},
        "ListDetectors": lambda _: {"DetectorIds": _detectors.keys()},
        "UpdateDetector": update,
    })


def create(parameters: Parameters) -> dict[str, Any]:
    """Creates the one detector that a region of an account may have."""
    if _detectors:
        raise Refused("BadRequestException", "The request is rejected because a detector already exists for the current account.")
    identifier = secrets.token_hex(16)
    moment = _now()
    _detectors[identifier] = {
        "DetectorId": identifier,
        "CreatedAt": moment,
        "UpdatedAt": moment,
        "ServiceRole": f"arn:aws:iam::{get_account_id()}:role/aws-service-role/guardduty.amazonaws.com/"
                       "AWSServiceRoleForAmazonGuardDuty",
        "Status": _status(_given(parameters, "Enable")),
        "FindingPublishingFrequency": _given(parameters, "FindingPublishingFrequency") or "SIX_HOURS",
        "Tags": _given(parameters, "Tags") or {},
    }
    return {"DetectorId": identifier}


def delete(identifier: str) -> None:
    """Deletes a detector, if there is one of that id."""
    _detectors.pop(identifier, None)


def update(parameters: Parameters) -> None:
    found = _found(parameters)
    if _given(parameters, "Enable") is not None:
        found["Status"] = _status(_given(parameters, "Enable"))
    found["FindingPublishingFrequency"] = (
        _given(parameters, "FindingPublishingFrequency") or found["FindingPublishingFrequency"])
    found["UpdatedAt"] = _now()


def _found(parameters: Parameters) -> dict[str, Any]:
    found = _detectors.get(_given(parameters, "DetectorId"))
    if found is None:
        raise Refused("BadRequestException",
                      "The request is rejected because the input detectorId is not owned by the current account.")
    return found


def _given(parameters: Parameters, name: str) -> Any:
    """Names in the body begin with a small letter, those in the path do not."""
    return parameters.get(name, parameters.get(name[:1].lower() + name[1:]))


def _status(enabled: Any) -> str:
    return "ENABLED" if enabled else "DISABLED"


def _now() -> str:
    return f"{operations.now():%Y-%m-%dT%H:%M:%S.000Z}"
