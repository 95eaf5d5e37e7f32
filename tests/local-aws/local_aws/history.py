"""LookupEvents with pages; ministack answers the first fifty events and no more."""

import base64
from typing import Any

from ministack.services import cloudtrail

MOST_RESULTS = 50


def install() -> None:
    cloudtrail._DISPATCH["LookupEvents"] = lookup_events


def lookup_events(body: dict[str, Any]) -> tuple:
    """Answers the newest events first."""
    wanted = {item["AttributeKey"]: item["AttributeValue"] for item in body.get("LookupAttributes", [])}
    start, end = body.get("StartTime"), body.get("EndTime")
    found = [
        event
        for event in reversed(list(cloudtrail._get_event_queue()))
        if all(_has(event, key, value) for key, value in wanted.items())
        and (start is None or event["EventTime"] >= float(start))
        and (end is None or event["EventTime"] <= float(end))
    ]
    size = min(int(body.get("MaxResults") or MOST_RESULTS), MOST_RESULTS)
    # The token names the last event that was shown: new events come in before it.
    shown = _id(body["NextToken"]) if body.get("NextToken") else None
    first = next((index + 1 for index, event in enumerate(found) if event["EventId"] == shown), 0)
    page = found[first:first + size]
    answer: dict[str, Any] = {"Events": page}
    if len(found) > first + size:
        answer["NextToken"] = base64.b64encode(page[-1]["EventId"].encode()).decode()
    return cloudtrail._ok(answer)


def _has(event: dict[str, Any], key: str, value: str) -> bool:
    if key in ("ResourceName", "ResourceType"):
        return any(resource[key] == value for resource in event["Resources"])
    return event.get(key) == value


def _id(token: str) -> str:
    return base64.b64decode(token).decode()
