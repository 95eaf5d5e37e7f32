"""Reads a request and its answer as a call of an AWS operation, with botocore's own models.

ministack names operations only roughly, so the model decides: by target header, by `Action`, or by method and path.
"""

import functools
import json
import re
import urllib.parse
from dataclasses import dataclass, field
from typing import Any

import botocore.session
import cbor2
from botocore import parsers
from botocore.model import OperationModel, ServiceModel
from ministack.core.router import detect_service

from local_aws import forms

_SESSION = botocore.session.get_session()
# ministack's name of a service → botocore's.
_BOTOCORE_NAMES = {"monitoring": "cloudwatch", "dynamodbstreams": "dynamodbstreams", "states": "stepfunctions",
                   "execute-api": "apigateway", "access-analyzer": "accessanalyzer", "tagging": "resourcegroupstaggingapi"}
_RPC_PATH = re.compile(r"^/service/[^/]+/operation/(\w+)$")


@dataclass
class Request:
    """An HTTP request as ministack's dispatcher gets it: lower-case header names, query values as lists."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    query: dict[str, list[str]]
    id: str

    @functools.cached_property
    def form(self) -> dict[str, str]:
        """Returns the parameters of the query protocol, from the address and the body."""
        pairs = {name: values[0] for name, values in self.query.items() if values}
        if "x-www-form-urlencoded" in self.headers.get("content-type", ""):
            posted = urllib.parse.parse_qs(self.body.decode("utf-8", "replace"), keep_blank_values=True)
            pairs |= {name: values[0] for name, values in posted.items()}
        return pairs


@dataclass
class Answer:
    """What came back."""

    status: int
    parsed: dict[str, Any] = field(default_factory=dict)

    @property
    def succeeded(self) -> bool:
        return self.status < 300

    @property
    def error_code(self) -> str | None:
        return None if self.succeeded else self.parsed.get("Error", {}).get("Code") or str(self.status)

    @property
    def error_message(self) -> str | None:
        return None if self.succeeded else self.parsed.get("Error", {}).get("Message")


@dataclass
class Call:
    """An operation with its parameters as the caller sent them."""

    operation: OperationModel
    parameters: dict[str, Any]
    request: Request

    @property
    def service(self) -> str:
        return self.operation.service_model.service_name


def read(request: Request) -> Call | None:
    """Returns the call that a request makes, or nothing if it is none (a presigned page, an unknown service)."""
    name = detect_service(request.method, request.path, request.headers, request.query | _listed(request.form))
    model = service_model(_BOTOCORE_NAMES.get(name, name))
    return None if model is None else _call(model, request)


def read_answer(call: Call, status: int, headers: dict[str, str], body: Any) -> Answer:
    """Parses an answer. What cannot be parsed, such as a stream, counts as empty."""
    raw = body.encode() if isinstance(body, str) else bytes(body) if isinstance(body, (bytes, bytearray)) else b""
    response = {"status_code": status, "headers": {name.lower(): value for name, value in headers.items()}, "body": raw}
    try:
        parsed = parsers.create_parser(_wire_protocol(call)).parse(response, call.operation.output_shape)
    except Exception:  # botocore's parsers raise anything at all on a body they do not expect
        parsed = {}
    return Answer(status, parsed if isinstance(parsed, dict) else {})


@functools.cache
def service_model(name: str) -> ServiceModel | None:
    try:
        return _SESSION.get_service_model(name)
    except Exception:  # unknown to botocore, or a page of ministack's own
        return None


def _call(model: ServiceModel, request: Request) -> Call | None:
    named = _named_operation(request)
    if named:
        if named not in model.operation_names:
            return None
        operation = model.operation_model(named)
        return Call(operation, _parameters(operation, request), request)
    routed = _route(model, request)
    if routed is None:
        return None
    operation, path_values = routed
    return Call(operation, _rest_parameters(operation, request, path_values), request)


def _named_operation(request: Request) -> str | None:
    target = request.headers.get("x-amz-target")
    if target:
        return target.rsplit(".", 1)[-1]
    rpc = _RPC_PATH.match(request.path)
    return rpc.group(1) if rpc else request.form.get("Action")


def _parameters(operation: OperationModel, request: Request) -> dict[str, Any]:
    if operation.input_shape is None:
        return {}
    if request.headers.get("x-amz-target"):
        return _decoded(json.loads, request.body)
    if _RPC_PATH.match(request.path):
        return _decoded(cbor2.loads, request.body)
    return forms.structure(request.form, operation.input_shape, ec2=operation.service_model.protocol == "ec2")


def _rest_parameters(operation: OperationModel, request: Request, path_values: dict[str, str]) -> dict[str, Any]:
    members = operation.input_shape.members if operation.input_shape else {}
    values: dict[str, Any] = {}
    for name, shape in members.items():
        wire = shape.serialization.get("name", name)
        match shape.serialization.get("location"):
            case "uri" if wire in path_values:
                values[name] = path_values[wire]
            case "querystring" if wire in request.query:
                values[name] = forms.scalar(request.query[wire][0], shape)
            case "header" if wire.lower() in request.headers:
                values[name] = forms.scalar(request.headers[wire.lower()], shape)
            case _:
                pass
    if "json" in operation.service_model.protocol:
        values |= _decoded(json.loads, request.body)
    return values


def _decoded(decode, body: bytes) -> dict[str, Any]:
    try:
        value = decode(body) if body else {}
    except Exception:  # malformed requests are recorded too, without parameters
        return {}
    return value if isinstance(value, dict) else {}


def _route(model: ServiceModel, request: Request) -> tuple[OperationModel, dict[str, str]] | None:
    """Finds the REST operation whose address fits best: most fixed query names, then fewest placeholders."""
    best = None
    for operation, pattern, needed in _routes(model.service_name):
        if operation.http["method"] != request.method or not needed.keys() <= request.query.keys():
            continue
        if any(value and request.query[name][0] != value for name, value in needed.items()):
            continue
        found = pattern.match(request.path)
        if found:
            score = (len(needed), -len(found.groupdict()))
            if best is None or score > best[0]:
                best = (score, operation, {k: urllib.parse.unquote(v) for k, v in found.groupdict().items()})
    return None if best is None else (best[1], best[2])


@functools.cache
def _routes(service: str) -> list[tuple[OperationModel, re.Pattern[str], dict[str, str]]]:
    model = service_model(service)
    routes = []
    for name in model.operation_names:
        operation = model.operation_model(name)
        path, _, query = operation.http["requestUri"].partition("?")
        needed = dict(pair.partition("=")[::2] for pair in query.split("&") if pair)
        routes.append((operation, _path_pattern(path), needed))
    return routes


def _path_pattern(template: str) -> re.Pattern[str]:
    pattern = re.escape(template)
    pattern = re.sub(r"\\\{(\w+)\\\+\\\}", r"(?P<\1>.+)", pattern)
    pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", pattern)
    return re.compile(f"^{pattern}/?$")


def _wire_protocol(call: Call) -> str:
    """Several services speak several protocols: what counts is the one that this request used."""
    if _RPC_PATH.match(call.request.path):
        return "smithy-rpc-v2-cbor"
    if call.request.headers.get("x-amz-target"):
        return "json"
    if "Action" in call.request.form:
        return "ec2" if call.operation.service_model.protocol == "ec2" else "query"
    return call.operation.service_model.protocol


def _listed(form: dict[str, str]) -> dict[str, list[str]]:
    return {name: [value] for name, value in form.items()}
