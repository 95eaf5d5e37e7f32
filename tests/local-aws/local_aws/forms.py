"""Rebuilds structured parameters from the flat names of the query protocol, such as `Tags.member.1.Key`."""

from typing import Any

from botocore.model import Shape


def structure(flat: dict[str, str], shape: Shape, prefix: str = "", ec2: bool = False) -> dict[str, Any]:
    """Returns what the flat parameters say about a structure; members that are not given are absent."""
    values = {}
    for name, member in shape.members.items():
        value = _value(flat, member, prefix + _wire_name(name, member, ec2), ec2)
        if value is not None:
            values[name] = value
    return values


def scalar(text: str, shape: Shape) -> Any:
    """Returns a value as the type that the model gives it; text that does not fit stays text."""
    try:
        match shape.type_name:
            case "integer" | "long":
                return int(text)
            case "float" | "double":
                return float(text)
            case "boolean":
                return text.lower() == "true"
            case _:
                return text
    except ValueError:
        return text


def _value(flat: dict[str, str], shape: Shape, name: str, ec2: bool) -> Any:
    match shape.type_name:
        case "structure":
            return structure(flat, shape, f"{name}.", ec2) or None
        case "list":
            return _list(flat, shape, name, ec2) or None
        case "map":
            return _map(flat, shape, name) or None
        case _:
            return scalar(flat[name], shape) if name in flat else None


def _list(flat: dict[str, str], shape: Shape, name: str, ec2: bool) -> list[Any]:
    flattened = ec2 or shape.serialization.get("flattened")
    base = name if flattened else f"{name}.{shape.member.serialization.get('name', 'member')}"
    items = []
    while (item := _value(flat, shape.member, f"{base}.{len(items) + 1}", ec2)) is not None:
        items.append(item)
    return items


def _map(flat: dict[str, str], shape: Shape, name: str) -> dict[str, str]:
    base = name if shape.serialization.get("flattened") else f"{name}.entry"
    key_name = shape.key.serialization.get("name", "key")
    value_name = shape.value.serialization.get("name", "value")
    entries: dict[str, str] = {}
    number = 1
    while (key := flat.get(f"{base}.{number}.{key_name}")) is not None:
        entries[key] = flat.get(f"{base}.{number}.{value_name}", "")
        number += 1
    return entries


def _wire_name(name: str, shape: Shape, ec2: bool) -> str:
    if ec2:
        queried = shape.serialization.get("queryName")
        located = shape.serialization.get("name", name)
        return queried or located[:1].upper() + located[1:]
    return shape.serialization.get("name", name)
