"""Documents of Systems Manager and who may use them. Nothing runs them; ministack has none.

Source: Systems Manager API Reference.
"""

import hashlib
import json
from typing import Any

from ministack.core.responses import get_account_id

from local_aws import operations
from local_aws.operations import Parameters, Refused

MOST_ACCOUNTS_AT_A_TIME = 20

_documents = operations.of_region()


def install() -> None:
    operations.add("ssm", {
        "CreateDocument": create,
        "DeleteDocument": lambda parameters: _documents.pop(_found(parameters)["Name"]) and None,
        "DescribeDocument": lambda parameters: {"Document": _described(_found(parameters))},
        "DescribeDocumentPermission": describe_permission,
        "GetDocument": get,
        "ListDocuments": lambda _: {"DocumentIdentifiers": [_described(each) for each in _documents.values()]},
        "ModifyDocumentPermission": modify_permission,
    })


def create(parameters: Parameters) -> dict[str, Any]:
    name, content = parameters["Name"], parameters["Content"]
    if name in _documents:
        raise Refused("DocumentAlreadyExists", "The specified document already exists.")
    if parameters.get("DocumentFormat", "JSON") == "JSON" and not _is_json(content):
        raise Refused("InvalidDocumentContent", "JSON not well-formed.")
    _documents[name] = {
        "Name": name,
        "Content": content,
        "CreatedDate": operations.now(),
        "DocumentFormat": parameters.get("DocumentFormat", "JSON"),
        "DocumentType": parameters.get("DocumentType", "Command"),
        "AccountIds": [],
    }
    return {"DocumentDescription": _described(_documents[name])}


def get(parameters: Parameters) -> dict[str, Any]:
    found = _found(parameters)
    kept = ("Name", "Content", "CreatedDate", "DocumentFormat", "DocumentType")
    return {**{name: found[name] for name in kept}, "DocumentVersion": "1", "Status": "Active"}


def describe_permission(parameters: Parameters) -> dict[str, Any]:
    found = _found(parameters)
    return {"AccountIds": found["AccountIds"], "AccountSharingInfoList": [
        {"AccountId": each, "SharedDocumentVersion": "$DEFAULT"} for each in found["AccountIds"]]}


def modify_permission(parameters: Parameters) -> None:
    found = _found(parameters)
    if parameters.get("PermissionType") != "Share":
        raise Refused("InvalidPermissionType", "The permission type is not supported. Share is the only supported type.")
    added, removed = parameters.get("AccountIdsToAdd", []), parameters.get("AccountIdsToRemove", [])
    if max(len(added), len(removed)) > MOST_ACCOUNTS_AT_A_TIME:
        raise Refused("DocumentPermissionLimit", "The document cannot be shared with more accounts at a time.")
    kept = [each for each in found["AccountIds"] if each not in removed]
    found["AccountIds"] = kept + [each for each in added if each not in kept]


def _found(parameters: Parameters) -> dict[str, Any]:
    name = parameters.get("Name", "")
    if name not in _documents:
        raise Refused("InvalidDocument", f"Document with name {name} does not exist.")
    return _documents[name]


def _described(document: dict[str, Any]) -> dict[str, Any]:
    kept = ("Name", "CreatedDate", "DocumentFormat", "DocumentType")
    return {**{name: document[name] for name in kept}, "Owner": get_account_id(), "Status": "Active", "DocumentVersion": "1",
            "DefaultVersion": "1", "LatestVersion": "1", "HashType": "Sha256",
            "Hash": hashlib.sha256(document["Content"].encode()).hexdigest()}


def _is_json(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False
