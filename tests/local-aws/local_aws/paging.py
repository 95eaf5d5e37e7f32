"""Gives IAM's List operations pages: `MaxItems`, `Marker`, `IsTruncated`. ministack answers everything at once."""

import base64
from typing import Any, Callable
from xml.etree import ElementTree

from ministack.services import iam

NAMESPACE = "https://iam.amazonaws.com/doc/2010-05-08/"
DEFAULT_PAGE = 100

ElementTree.register_namespace("", NAMESPACE)


def in_pages(inner: Callable[[dict[str, Any]], tuple], parameters: dict[str, Any]) -> tuple:
    """Cuts one page out of a complete answer."""
    status, headers, body = inner(parameters)
    if status != 200:
        return status, headers, body
    try:
        start, size = _start(iam._p(parameters, "Marker")), int(iam._p(parameters, "MaxItems") or DEFAULT_PAGE)
    except ValueError:
        return iam._error(400, "ValidationError", "Invalid Marker or MaxItems.")
    root = ElementTree.fromstring(body)
    result = root[0]
    members = next((element for element in result if element.find(_name("member")) is not None), None)
    if members is None or (start == 0 and len(members) <= size):
        return status, headers, body
    left = len(members) > start + size
    members[:] = members[start:start + size]
    _set(result, "IsTruncated", "true" if left else "false")
    if left:
        _set(result, "Marker", _marker(start + size))
    return status, headers, ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)


def _start(marker: str) -> int:
    return int(base64.b64decode(marker, validate=True)) if marker else 0


def _marker(start: int) -> str:
    """Opaque to the caller, as on AWS: an offset would invite arithmetic."""
    return base64.b64encode(str(start).encode()).decode()


def _set(result: ElementTree.Element, name: str, text: str) -> None:
    element = result.find(_name(name))
    if element is None:
        element = ElementTree.SubElement(result, _name(name))
    element.text = text


def _name(local: str) -> str:
    return f"{{{NAMESPACE}}}{local}"
