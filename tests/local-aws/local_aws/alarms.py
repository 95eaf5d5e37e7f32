"""Evaluates metric alarms as CloudWatch does: own dimensions, periods, missing data, and also when no data comes.

ministack looks at all metrics of a name whatever their dimensions, and only when somebody puts a metric: then at
every alarm there is, before it answers.
Source: CloudWatch User Guide, "Configuring how CloudWatch alarms treat missing data".
"""

import operator
import threading
import time
from typing import Any

from ministack.core.responses import request_scope
from ministack.services import cloudwatch

SECONDS_BETWEEN = 2.0

_COMPARE = {
    "GreaterThanOrEqualToThreshold": operator.ge,
    "GreaterThanThreshold": operator.gt,
    "LessThanThreshold": operator.lt,
    "LessThanOrEqualToThreshold": operator.le,
}


def install() -> None:
    cloudwatch._evaluate_alarm = evaluate
    cloudwatch._evaluate_all_alarms = lambda: None  # every two seconds is enough
    threading.Thread(target=_evaluate_forever, name="alarms", daemon=True).start()


def _evaluate_forever() -> None:
    while True:
        time.sleep(SECONDS_BETWEEN)
        for (account, region, _), alarm in list(cloudwatch._alarms.all_items()):
            with request_scope(account, region):
                evaluate(alarm)


def evaluate(alarm: dict[str, Any]) -> None:
    """Changes the state of an alarm on one metric or on the sum of several; others stay as they are."""
    compare = _COMPARE.get(alarm.get("ComparisonOperator", ""))
    parts = _metrics(alarm)
    if not parts or compare is None:
        return
    values = [_sum(period) for period in zip(*map(_values_per_period, parts))]
    breaches = [None if value is None else compare(value, float(alarm.get("Threshold", 0))) for value in values]
    state = _state(breaches, alarm)
    if state != alarm["StateValue"]:
        _move(alarm, state, values)


def _metrics(alarm: dict[str, Any]) -> list[dict[str, Any]]:
    """Returns what the alarm looks at, each as an alarm on one metric; nothing if that cannot be evaluated here."""
    if alarm.get("Namespace") and alarm.get("MetricName"):
        return [alarm]
    queries = alarm.get("Metrics") or []
    if [query["Expression"] for query in queries if query.get("Expression")] != ["SUM(METRICS())"]:
        return []
    return [alarm | stat["Metric"] | {"Period": stat["Period"], "Statistic": stat["Stat"]}
            for stat in (query.get("MetricStat") for query in queries) if stat]


def _sum(values: tuple[float | None, ...]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _values_per_period(alarm: dict[str, Any]) -> list[float | None]:
    """Returns the statistic of each of the last periods, the newest first; nothing where there was no data."""
    period, number = int(alarm.get("Period") or 60), int(alarm.get("EvaluationPeriods") or 1)
    points = _points(alarm)
    now = time.time()
    values = []
    for index in range(number):
        end, start = now - index * period, now - (index + 1) * period
        inside = [point for point in points if start < point["Timestamp"] <= end]
        statistic = alarm.get("ExtendedStatistic") or alarm.get("Statistic") or "Average"
        found = cloudwatch._stat_value(cloudwatch._calc_stats(inside), statistic, inside) if inside else None
        values.append(None if found is None else float(found))
    return values


def _points(alarm: dict[str, Any]) -> list[dict[str, Any]]:
    wanted = {dimension["Name"]: dimension["Value"] for dimension in alarm.get("Dimensions") or []}
    return list(cloudwatch._metrics.get((alarm["Namespace"], alarm["MetricName"], cloudwatch._dims_key(wanted))) or [])


def _state(breaches: list[bool | None], alarm: dict[str, Any]) -> str:
    needed = int(alarm.get("DatapointsToAlarm") or len(breaches))
    treatment = alarm.get("TreatMissingData") or "missing"
    if treatment in ("breaching", "notBreaching"):
        breaches = [treatment == "breaching" if breach is None else breach for breach in breaches]
    known = [breach for breach in breaches if breach is not None]
    if not known:
        return alarm["StateValue"] if treatment == "ignore" else "INSUFFICIENT_DATA"
    return "ALARM" if sum(known) >= min(needed, len(known)) else "OK"


def _move(alarm: dict[str, Any], state: str, values: list[float | None]) -> None:
    before = alarm["StateValue"]
    reason = f"Threshold Crossed: {values} {alarm['ComparisonOperator']} {alarm.get('Threshold')}"
    alarm |= {"StateValue": state, "StateReason": reason, "StateUpdatedTimestamp": int(time.time())}
    cloudwatch._record_history(alarm["AlarmName"], before, state, reason)
    cloudwatch._dispatch_alarm_actions(alarm, before, state, reason)
    cloudwatch._evaluate_parent_alarms(alarm)
