"""Turns parameters and results into what CloudTrail shows: lower camel case, no secrets, its own way of dates."""

import base64
import datetime
import json
from typing import Any
from xml.etree import ElementTree

from botocore.model import Shape

from local_aws import ec2_records
from local_aws.calls import Call

# Absent, not masked, from every record.
_SECRETS = frozenset({"SecretAccessKey", "Password", "NewPassword", "OldPassword", "SecretString", "SecretBinary",
                      "MasterUserPassword", "Base32StringSeed", "QRCodePNG", "PrivateKey", "ZipFile", "ServicePassword",
                      "ServiceCredentialSecret"})
# Shown by this text.
_HIDDEN = {("ssm", "PutParameter", "Value")}
HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"
# CloudTrail keeps the object and drops what is in it.
_EMPTIED = {("lambda", "Environment"), ("lambda", "Code")}
# S3 shows sub-resources as empty markers, and documents by names of their own.
_S3_DOCUMENT_NAMES = {"policy": "bucketPolicy"}


def lower_first(name: str) -> str:
    """`PolicyArn` → `policyArn`; CloudTrail does the same to `DBSnapshotIdentifier`, which becomes `dBSnapshot…`."""
    return name[:1].lower() + name[1:]


def request_parameters(call: Call) -> dict[str, Any] | None:
    if call.service == "s3":
        return _s3_parameters(call)
    if call.service == "ec2":
        return ec2_records.request_parameters(call)
    shown = _shown(call.parameters, call.operation.input_shape, call.service)
    for name in call.parameters:
        if (call.service, call.operation.name, name) in _HIDDEN:
            shown[lower_first(name)] = HIDDEN
    return shown or None


def response_elements(call: Call, result: dict[str, Any]) -> dict[str, Any] | None:
    without_metadata = {name: value for name, value in result.items() if name != "ResponseMetadata"}
    if call.service == "s3":
        return None
    if call.service == "ec2":
        return ec2_records.response_elements(call, without_metadata)
    if call.service == "rds" and len(without_metadata) == 1:  # shown without what wraps it
        name, content = without_metadata.popitem()
        return _shown(content, call.operation.output_shape.members[name], call.service)
    return _shown(without_metadata, call.operation.output_shape, call.service) or None


def _shown(value: Any, shape: Shape | None, service: str) -> Any:
    kind = shape.type_name if shape is not None else None
    if isinstance(value, dict):
        if kind == "map":  # its keys are the user's own
            return {key: _shown(item, shape.value, service) for key, item in value.items()}
        return _shown_members(value, shape.members if kind == "structure" else {}, service)
    if isinstance(value, (list, tuple)):
        return [_shown(item, shape.member if kind == "list" else None, service) for item in value]
    if isinstance(value, datetime.datetime):
        return _date(value, service)
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, (str, int, float, bool, type(None))):
        return value
    return str(value)


def _shown_members(value: dict[str, Any], members: dict[str, Shape], service: str) -> dict[str, Any]:
    shown = {}
    for name, item in value.items():
        if name in _SECRETS:
            continue
        emptied = (service, name) in _EMPTIED
        shown[lower_first(name)] = {} if emptied else _shown(item, members.get(name), service)
    return shown


def _date(moment: datetime.datetime, service: str) -> str:
    moment = moment.astimezone(datetime.UTC)
    comma = "," if service == "sts" else ""  # IAM's records are older in style
    hour = moment.hour % 12 or 12
    return f"{moment:%b} {moment.day}, {moment.year}{comma} {hour}:{moment:%M:%S %p}"


def _s3_parameters(call: Call) -> dict[str, Any]:
    bucket = call.parameters.get("Bucket")
    host = f"{bucket}.s3.amazonaws.com" if bucket else "s3.amazonaws.com"
    shown: dict[str, Any] = {"bucketName": bucket} if bucket else {}
    shown["Host"] = host
    query = call.operation.http["requestUri"].partition("?")[2]
    markers = [part.partition("=")[0] for part in query.split("&") if part and not part.startswith("x-id")]
    shown |= {marker: "" for marker in markers}
    document = _s3_document(call.request.body)
    if document is not None:
        name, content = document
        marker = markers[0] if markers else ""
        shown[_S3_DOCUMENT_NAMES.get(marker, name)] = content
    return shown


def _s3_document(body: bytes) -> tuple[str, Any] | None:
    """Returns the document of a request: JSON for bucket policies, XML for everything else."""
    text = body.strip()
    try:
        if text.startswith(b"{"):
            return "document", json.loads(text)
        if text.startswith(b"<"):
            root = ElementTree.fromstring(text)
            content = _xml_value(root)
            namespace = root.tag.partition("}")[0].lstrip("{") if root.tag.startswith("{") else None
            if isinstance(content, dict) and namespace:
                content = {"xmlns": namespace} | content
            return _local_name(root), content
    except (ValueError, ElementTree.ParseError):
        pass  # S3 refuses it; the record has no document
    return None


def _xml_value(element: ElementTree.Element) -> Any:
    if len(element) == 0:
        text = (element.text or "").strip()
        return {"true": True, "false": False}.get(text, text)
    content: dict[str, Any] = {}
    for child in element:
        name, value = _local_name(child), _xml_value(child)
        if name in content:
            content[name] = [*(content[name] if isinstance(content[name], list) else [content[name]]), value]
        else:
            content[name] = value
    return content


def _local_name(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]
