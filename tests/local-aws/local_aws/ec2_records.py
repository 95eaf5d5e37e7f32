"""What CloudTrail shows of EC2's calls: names from the wire, lists as `{"items": […]}`, `_return`.

Compared with public records of AuthorizeSecurityGroupIngress, ModifySnapshotAttribute, ModifyImageAttribute.
"""

import datetime
from typing import Any

from botocore.model import Shape

from local_aws import ec2_sharing
from local_aws.calls import Call

REMOVED = "<sensitiveDataRemoved>"
_SECRETS = frozenset({"keyMaterial", "userData"})
# Parameters that records call by another name.
_NAMES = {"Filters": "filterSet", "InstanceIds": "instancesSet", "Values": "valueSet"}
# What one scalar of a list is called, if it is not the singular of the list.
_ITEMS = {"Values": "value"}
# Operation → what it changes, and what records call that.
_SHARING = {"ModifySnapshotAttribute": ("CreateVolumePermission", "CREATE_VOLUME_PERMISSION"),
            "ModifyImageAttribute": ("LaunchPermission", "launchPermission")}


def request_parameters(call: Call) -> dict[str, Any] | None:
    parameters, operation = call.parameters, call.operation
    if operation.name in _SHARING:
        naming, attribute = _SHARING[operation.name]
        added, removed = ec2_sharing.changes(parameters, naming)
        if added or removed:
            kept = {name: parameters[name] for name in ("SnapshotId", "ImageId") if name in parameters}
            changed = {name: each for name, each in (("Add", added), ("Remove", removed)) if each}
            return _structure({**kept, naming: changed}, operation.input_shape, wire=False) | {"attributeType": attribute}
    return _structure(parameters, operation.input_shape, wire=False) or None


def response_elements(call: Call, result: dict[str, Any]) -> dict[str, Any]:
    shape = call.operation.output_shape
    shown = _structure(result, shape, wire=True) if shape is not None else {"_return": True}
    return {"requestId": call.request.id, **shown}


def _structure(value: dict[str, Any], shape: Shape | None, wire: bool) -> dict[str, Any]:
    """Returns the members that are given; the sources of a rule are shown even if there are none of a kind."""
    members = getattr(shape, "members", {})
    shown = {}
    for name, item in value.items():
        member = members.get(name)
        # Names of top-level parameters are those of the API; further down, and in results, those on the wire.
        shown_name = _first_lower(member.serialization.get("name", name) if wire and member is not None else name)
        shown_name = {"return": "_return"}.get(shown_name, _NAMES.get(name, shown_name) if not wire else shown_name)
        shown[shown_name] = REMOVED if shown_name in _SECRETS else _value(item, member, name)
    if shape is not None and shape.name == "IpPermission":
        shown = {"groups": {}, "ipRanges": {}, "ipv6Ranges": {}, "prefixListIds": {}} | shown
    return shown


def _value(value: Any, shape: Shape | None, name: str) -> Any:
    if isinstance(value, dict):
        return _structure(value, shape, wire=True)
    if isinstance(value, (list, tuple)):
        member = getattr(shape, "member", None)
        return {"items": [_structure(each, member, wire=name != "Filters") if isinstance(each, dict)
                          else {_ITEMS.get(name, _first_lower(name.removesuffix("s"))): each} for each in value]} if value else {}
    if isinstance(value, datetime.datetime):
        return int(value.timestamp() * 1000)
    return value


def _first_lower(name: str) -> str:
    return name[:1].lower() + name[1:]
