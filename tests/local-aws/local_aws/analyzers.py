"""Access Analyzer's analyzers, which ministack lacks. They find nothing, and a policy is public if anybody is allowed something
without a condition.

Source: IAM Access Analyzer API Reference.
"""

import json
from typing import Any

from ministack.core.responses import get_account_id, get_region

from local_aws import operations
from local_aws.operations import Parameters, Refused

_analyzers = operations.of_region()


def install() -> None:
    operations.add("accessanalyzer", {
        "CheckNoPublicAccess": check_no_public_access,
        "CreateAnalyzer": create,
        "DeleteAnalyzer": lambda parameters: delete(_found(parameters)["name"]),
        "GetAnalyzer": lambda parameters: {"analyzer": _found(parameters)},
        "ListAnalyzers": list_all,
    })


def check_no_public_access(parameters: Parameters) -> dict[str, Any]:
    try:
        statements = json.loads(parameters["policyDocument"])["Statement"]
    except (ValueError, KeyError, TypeError):
        raise Refused("InvalidParameterException", "The policy document is not valid.", 400) from None
    statements = statements if isinstance(statements, list) else [statements]
    public = [index for index, one in enumerate(statements)
              if one["Effect"] == "Allow" and "Condition" not in one and one.get("Principal") in ("*", {"AWS": "*"})]
    if not public:
        return {"result": "PASS", "message": "The resource policy does not grant public access for the resource type."}
    return {"result": "FAIL", "message": "The resource policy grants public access for the resource type.", "reasons": [
        {"description": "Public access granted in the following statement.", "statementIndex": index} for index in public]}


def create(parameters: Parameters) -> dict[str, Any]:
    name, kind = parameters["analyzerName"], parameters["type"]
    if name in _analyzers:
        raise Refused("ConflictException", f"Analyzer with name {name} already exists", 409)
    if kind == "ACCOUNT" and any(each["type"] == kind for each in _analyzers.values()):
        raise Refused("ServiceQuotaExceededException", "You have reached the maximum number of analyzers", 402)
    arn = f"arn:aws:access-analyzer:{get_region()}:{get_account_id()}:analyzer/{name}"
    _analyzers[name] = {"arn": arn, "name": name, "type": kind, "createdAt": operations.now(), "status": "ACTIVE",
                        "tags": parameters.get("tags", {})}
    return {"arn": arn}


def delete(name: str) -> None:
    """Deletes an analyzer, if there is one of that name."""
    _analyzers.pop(name, None)


def list_all(parameters: Parameters) -> dict[str, Any]:
    kind = parameters.get("type")
    return {"analyzers": [each for each in _analyzers.values() if kind in (None, each["type"])]}


def _found(parameters: Parameters) -> dict[str, Any]:
    name = parameters.get("analyzerName", "")
    if name not in _analyzers:
        raise Refused("ResourceNotFoundException", f"Analyzer with name {name} does not exist", 404)
    return _analyzers[name]
