"""Who may restore the snapshots of databases and clusters: the attribute `restore`, of which ministack knows little.

Source: RDS API Reference, ModifyDBSnapshotAttribute and ModifyDBClusterSnapshotAttribute.
"""

from dataclasses import dataclass
from typing import Any, Callable

from ministack.services import rds

from local_aws import operations
from local_aws.operations import Parameters, Refused


@dataclass(frozen=True)
class Kind:
    """Snapshots of databases or of clusters: how the API names them, and where ministack keeps them."""

    name: str
    kept: Callable[[], Any]
    missing: str  # the error's code


KINDS = (Kind("DBSnapshot", lambda: rds._snapshots, "DBSnapshotNotFound"),
         Kind("DBClusterSnapshot", lambda: rds._db_cluster_snapshots, "DBClusterSnapshotNotFoundFault"))


def install() -> None:
    for kind in KINDS:
        operations.add("rds", {f"Describe{kind.name}Attributes": _describe(kind), f"Modify{kind.name}Attribute": _modify(kind)})


def _describe(kind: Kind):
    return lambda parameters: _shown(kind, _found(kind, parameters))


def _modify(kind: Kind):
    def operation(parameters: Parameters) -> dict[str, Any]:
        snapshot = _found(kind, parameters)
        if parameters.get("AttributeName") != "restore":
            raise Refused("InvalidParameterValue", f"Invalid attribute name: {parameters.get('AttributeName')}")
        added, removed = parameters.get("ValuesToAdd", []), parameters.get("ValuesToRemove", [])
        kept = [each for each in snapshot.get("RestorableBy", []) if each not in removed]
        snapshot["RestorableBy"] = kept + [each for each in added if each not in kept]
        return _shown(kind, snapshot)

    return operation


def _found(kind: Kind, parameters: Parameters) -> dict[str, Any]:
    given = str(parameters.get(f"{kind.name}Identifier", ""))
    name = given.rsplit(":", 1)[-1] if given.startswith("arn:") else given
    snapshot = kind.kept().get(name)
    if snapshot is None:
        raise Refused(kind.missing, f"{kind.name} {given} not found.", 404)
    return snapshot


def _shown(kind: Kind, snapshot: dict[str, Any]) -> dict[str, Any]:
    attribute = {"AttributeName": "restore", "AttributeValues": snapshot.get("RestorableBy", [])}
    return {f"{kind.name}AttributesResult": {
        f"{kind.name}Identifier": snapshot[f"{kind.name}Identifier"], f"{kind.name}Attributes": [attribute]}}
