"""Writes answers of our own operations as their protocol wants them, with botocore's own models.

ministack builds each answer by hand; for what it lacks the model says the same in fewer words.
"""

import datetime
import json
from typing import Any
from xml.sax.saxutils import escape

from botocore.model import Shape, StructureShape

from local_aws.calls import Call

Answer = tuple[int, dict[str, str], bytes]


def success(call: Call, result: dict[str, Any]) -> Answer:
    """Returns the answer that carries a result; its keys are the model's names of members."""
    shape = call.operation.output_shape
    match call.operation.service_model.protocol:
        case "query":
            return _xml(_query_result(call, shape, result))
        case "ec2":
            members = _xml_members(shape, result, ec2=True) if shape else ""
            return _xml(f"<{_response(call)}><requestId>{call.request.id}</requestId>{members or _TRUE}</{_named(call)}>")
        case _:
            content = _json_value(result, shape, call.operation.service_model.protocol) if shape else {}
            return 200, {"Content-Type": _json_type(call)}, json.dumps(content).encode()


def failure(call: Call, code: str, message: str, status: int = 400) -> Answer:
    """Returns the answer that carries an error."""
    text, identifier = escape(message), call.request.id
    match call.operation.service_model.protocol:
        case "query":
            xmlns = call.operation.service_model.metadata["xmlNamespace"]
            return _xml(f'<ErrorResponse xmlns="{xmlns}"><Error><Type>Sender</Type><Code>{code}</Code><Message>{text}</Message>'
                        f"</Error><RequestId>{identifier}</RequestId></ErrorResponse>", status)
        case "ec2":
            return _xml(f"<Response><Errors><Error><Code>{code}</Code><Message>{text}</Message></Error></Errors>"
                        f"<RequestID>{identifier}</RequestID></Response>", status)
        case _:
            headers = {"Content-Type": _json_type(call), "x-amzn-errortype": code}
            return status, headers, json.dumps({"__type": code, "message": message}).encode()


_TRUE = "<return>true</return>"  # what EC2 says where there is nothing to say


def _xml(body: str, status: int = 200) -> Answer:
    return status, {"Content-Type": "text/xml"}, f'<?xml version="1.0" encoding="UTF-8"?>\n{body}'.encode()


def _named(call: Call) -> str:
    return f"{call.operation.name}Response"


def _response(call: Call) -> str:
    metadata = call.operation.service_model.metadata
    xmlns = metadata.get("xmlNamespace") or f"http://ec2.amazonaws.com/doc/{metadata['apiVersion']}/"
    return f'{_named(call)} xmlns="{xmlns}"'


def _query_result(call: Call, shape: Shape | None, result: dict[str, Any]) -> str:
    wrapper = shape.serialization.get("resultWrapper") if shape else None
    content = f"<{wrapper}>{_xml_members(shape, result)}</{wrapper}>" if wrapper else ""
    metadata = f"<ResponseMetadata><RequestId>{call.request.id}</RequestId></ResponseMetadata>"
    return f"<{_response(call)}>{content}{metadata}</{_named(call)}>"


def _xml_members(shape: StructureShape, value: dict[str, Any], ec2: bool = False) -> str:
    return "".join(
        _xml_value(member, member.serialization.get("name", name), value[name], ec2)
        for name, member in shape.members.items() if value.get(name) is not None
    )


def _xml_value(shape: Shape, name: str, value: Any, ec2: bool) -> str:
    match shape.type_name:
        case "structure":
            return f"<{name}>{_xml_members(shape, value, ec2)}</{name}>"
        case "list":
            item = shape.member.serialization.get("name", "item" if ec2 else "member")
            if shape.serialization.get("flattened"):
                return "".join(_xml_value(shape.member, name, each, ec2) for each in value)
            return f"<{name}>{''.join(_xml_value(shape.member, item, each, ec2) for each in value)}</{name}>"
        case "boolean":
            return f"<{name}>{str(value).lower()}</{name}>"
        case "timestamp":
            return f"<{name}>{_iso(value)}</{name}>"
        case _:
            return f"<{name}>{escape(str(value))}</{name}>"


def _json_value(value: Any, shape: Shape, protocol: str) -> Any:
    match shape.type_name:
        case "structure":
            return {member.serialization.get("name", name): _json_value(value[name], member, protocol)
                    for name, member in shape.members.items() if value.get(name) is not None}
        case "list":
            return [_json_value(each, shape.member, protocol) for each in value]
        case "map":
            return {key: _json_value(each, shape.value, protocol) for key, each in value.items()}
        case "timestamp":
            return _iso(value) if shape.serialization.get("timestampFormat") == "iso8601" else value.timestamp()
        case _:
            return value


def _json_type(call: Call) -> str:
    version = call.operation.service_model.metadata.get("jsonVersion")
    return f"application/x-amz-json-{version}" if version else "application/json"


def _iso(moment: datetime.datetime) -> str:
    return moment.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
