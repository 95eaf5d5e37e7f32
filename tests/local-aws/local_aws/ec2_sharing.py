"""Who may use snapshots and images, and the block on sharing them with everybody. ministack knows only some of it.

Source: EC2 API Reference; EBS User Guide, "Block public access for snapshots"; EC2 User Guide, "Block public access to AMIs".
"""

from typing import Any

from ministack.services import ec2

from local_aws import operations
from local_aws.operations import Parameters, Refused

UNBLOCKED, BLOCK_NEW, BLOCK_ALL = "unblocked", "block-new-sharing", "block-all-sharing"
EVERYBODY = {"Group": "all"}

_blocks = operations.of_region()  # "snapshot" or "image" → state


def install() -> None:
    operations.add("ec2", {
        "ModifySnapshotAttribute": modify_snapshot,
        "DescribeSnapshotAttribute": describe_snapshot,
        "GetSnapshotBlockPublicAccessState": lambda _: {"State": _state("snapshot"), "ManagedBy": "account"},
        "EnableSnapshotBlockPublicAccess": lambda parameters: {"State": _block("snapshot", parameters.get("State"))},
        "DisableSnapshotBlockPublicAccess": lambda _: {"State": _block("snapshot", UNBLOCKED)},
        "GetImageBlockPublicAccessState":
            lambda _: {"ImageBlockPublicAccessState": _state("image"), "ManagedBy": "account"},
        "EnableImageBlockPublicAccess": lambda parameters: {
            "ImageBlockPublicAccessState": _block("image", parameters.get("ImageBlockPublicAccessState"))},
        "DisableImageBlockPublicAccess": lambda _: {"ImageBlockPublicAccessState": _block("image", UNBLOCKED)},
    })
    operations.check("ec2", {"ModifyImageAttribute": _image_may_be_shared})


def modify_snapshot(parameters: Parameters) -> None:
    snapshot = _snapshot(parameters)
    added, removed = changes(parameters, "CreateVolumePermission")
    if EVERYBODY in added and _state("snapshot") != UNBLOCKED:
        raise Refused("OperationNotPermitted", "Public sharing of snapshots is blocked in this Region.")
    kept = [each for each in snapshot.get("CreateVolumePermissions", []) if each not in removed]
    snapshot["CreateVolumePermissions"] = kept + [each for each in added if each not in kept]


def describe_snapshot(parameters: Parameters) -> dict[str, Any]:
    """With `block-all-sharing` snapshots that are public already are treated as private, and shown as such."""
    snapshot, hidden = _snapshot(parameters), _state("snapshot") == BLOCK_ALL
    shown = {"SnapshotId": snapshot["SnapshotId"]}
    if parameters.get("Attribute") == "productCodes":
        return {**shown, "ProductCodes": []}
    return {**shown, "CreateVolumePermissions": [
        each for each in snapshot.get("CreateVolumePermissions", []) if not (hidden and each == EVERYBODY)]}


def changes(parameters: Parameters, naming: str) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """Returns what is added and what is removed, from either form that EC2 takes."""
    given = parameters.get(naming) or {}
    added, removed = list(given.get("Add", [])), list(given.get("Remove", []))
    flat = [{"UserId": each} for each in parameters.get("UserIds", [])]
    flat += [{"Group": each} for each in parameters.get("GroupNames", []) + parameters.get("UserGroups", [])]
    (removed if parameters.get("OperationType") == "remove" else added).extend(flat)
    return added, removed


def _image_may_be_shared(parameters: Parameters) -> None:
    added, _ = changes(parameters, "LaunchPermission")
    if EVERYBODY in added and _state("image") != UNBLOCKED:
        raise Refused("OperationNotPermitted", "You can't publicly share this image because block public access for AMIs is "
                      "enabled for this account in this Region.")


def _snapshot(parameters: Parameters) -> dict[str, Any]:
    snapshot = ec2._snapshots.get(parameters.get("SnapshotId"))
    if snapshot is None:
        raise Refused("InvalidSnapshot.NotFound", f"The snapshot '{parameters.get('SnapshotId')}' does not exist.")
    return snapshot


def _state(kind: str) -> str:
    return _blocks.get(kind, UNBLOCKED)


def _block(kind: str, state: str | None) -> str:
    if state not in (UNBLOCKED, BLOCK_NEW, *((BLOCK_ALL,) if kind == "snapshot" else ())):
        raise Refused("InvalidParameterValue", f"Value ({state}) for parameter State is invalid.")
    _blocks[kind] = state
    return state
