"""Insight selectors of trails, which ministack lacks. They are kept and shown; nothing is analysed."""

from typing import Any

from ministack.services import cloudtrail


def install() -> None:
    cloudtrail._DISPATCH |= {"PutInsightSelectors": put, "GetInsightSelectors": get}


def put(body: dict[str, Any]) -> tuple:
    """Replaces the selectors; none switches Insights off."""
    _, _, trail, error = cloudtrail._find_mutable_trail(body.get("TrailName", "").strip())
    if error:
        return error
    wanted = body.get("InsightSelectors") or []
    unknown = {each.get("InsightType") for each in wanted} - {"ApiCallRateInsight", "ApiErrorRateInsight"}
    if unknown:
        return cloudtrail._err("InvalidInsightSelectorsException", f"Invalid insight type: {sorted(map(str, unknown))}")
    trail["InsightSelectors"], trail["HasInsightSelectors"] = wanted, bool(wanted)
    return cloudtrail._ok({"TrailARN": trail["TrailARN"], "InsightSelectors": wanted})


def get(body: dict[str, Any]) -> tuple:
    name = body.get("TrailName", "").strip()
    try:
        _, _, trail = cloudtrail._find_visible_trail(name)
    except ValueError as error:
        return cloudtrail._err("CloudTrailARNInvalidException", str(error))
    if trail is None:
        return cloudtrail._err("TrailNotFoundException", f"Unknown trail: {name!r}", 404)
    if not trail["HasInsightSelectors"]:
        return cloudtrail._err("InsightNotEnabledException", f"Insights are not enabled on trail {name}.")
    return cloudtrail._ok({"TrailARN": trail["TrailARN"], "InsightSelectors": trail["InsightSelectors"]})
