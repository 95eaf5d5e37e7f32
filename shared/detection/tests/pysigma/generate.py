"""Writes expectations.json: rules, records, and which of them match according to pySigma.

pySigma parses rules, applies modifiers and resolves conditions, but converts to queries instead of matching. Only
what a finished value means for a finished field is decided here, the way ../../src documents it.

    python -m venv venv && venv/bin/pip install pysigma==2.0.1 && venv/bin/python generate.py
"""

import ipaddress
import itertools
import json
import pathlib
import random
import re
from datetime import datetime, timezone

from sigma.collection import SigmaCollection
from sigma.conditions import (
    ConditionAND,
    ConditionFieldEqualsValueExpression,
    ConditionNOT,
    ConditionOR,
    ConditionValueExpression,
)
from sigma.types import (
    Placeholder,
    SigmaBool,
    SigmaCasedString,
    SigmaCIDRExpression,
    SigmaCompareExpression,
    SigmaExists,
    SigmaExpansion,
    SigmaFieldReference,
    SigmaNull,
    SigmaNumber,
    SigmaRegularExpression,
    SigmaRegularExpressionFlag,
    SigmaString,
    SigmaTimestampPart,
    SpecialChars,
)

LOGSOURCE = {"product": "aws", "service": "cloudtrail"}
ABSENT = object()


class Rejected(Exception):
    """A rule that cannot be evaluated."""


# --- what a value means -----------------------------------------------------------------------------------------


def fan_out(value):
    if isinstance(value, list):
        return [one for member in value for one in fan_out(member)]
    return [value]


def lookup(record, parts):
    """Returns the values of a field, or ABSENT; at every object the longest joined key wins."""
    if not parts:
        return fan_out(record)
    if isinstance(record, list):
        found = [values for member in record if (values := lookup(member, parts)) is not ABSENT]
        return list(itertools.chain(*found)) if found else ABSENT
    if isinstance(record, dict):
        for length in range(len(parts), 0, -1):
            key = ".".join(parts[:length])
            if key in record and (values := lookup(record[key], parts[length:])) is not ABSENT:
                return values
    return ABSENT


def text_of(value):
    if value is None:
        return None
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def number_of(value):
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    if not isinstance(value, str):
        return value
    for kind in (int, float):
        try:
            return kind(value)
        except ValueError:
            pass
    return None


def pattern_of(string):
    pattern = ""
    for part in string.s:
        if isinstance(part, Placeholder):
            raise Rejected("placeholder")
        if isinstance(part, str):
            pattern += re.escape(part)
        else:
            pattern += ".*" if part == SpecialChars.WILDCARD_MULTI else "."
    return re.compile(pattern, re.DOTALL | (0 if isinstance(string, SigmaCasedString) else re.IGNORECASE))


FLAGS = {
    SigmaRegularExpressionFlag.IGNORECASE: re.IGNORECASE,
    SigmaRegularExpressionFlag.MULTILINE: re.MULTILINE,
    SigmaRegularExpressionFlag.DOTALL: re.DOTALL,
}


def regex_of(value):
    flags = 0
    for flag in value.flags:
        flags |= FLAGS[flag]
    return re.compile(str(value.regexp), flags)


def time_part(part, text):
    time = datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(timezone.utc)
    return time.isocalendar().week if part == "WEEK" else getattr(time, part.lower())


def value_test(value, anywhere=False):
    """Returns a test of one value of a record."""
    if isinstance(value, SigmaTimestampPart):  # a number, too, so it comes first

        def at_part(one):
            try:
                return "T" in one and time_part(value.timestamp_part.name, one) == value.number
            except (ValueError, TypeError):
                return False

        return at_part
    if isinstance(value, SigmaString):
        pattern = pattern_of(value)
        fits = pattern.search if anywhere else pattern.fullmatch
        return lambda one: (text := text_of(one)) is not None and fits(text) is not None
    if isinstance(value, SigmaBool):
        return lambda one: text_of(one) is not None and text_of(one).lower() == str(value.boolean).lower()
    if isinstance(value, SigmaNumber):
        if anywhere:
            return lambda one: text_of(one) is not None and str(value.number) in text_of(one)
        return lambda one: (
            one == str(value.number) if isinstance(one, str) else number_of(one) == value.number
        )
    if isinstance(value, SigmaNull):
        return lambda one: one is None
    if isinstance(value, SigmaRegularExpression):
        regex = regex_of(value)
        return lambda one: (text := text_of(one)) is not None and regex.search(text) is not None
    if isinstance(value, SigmaCIDRExpression):
        network = ipaddress.ip_network(value.cidr)

        def inside(one):
            try:
                return ipaddress.ip_address(one) in network if isinstance(one, str) else False
            except ValueError:
                return False

        return inside
    if isinstance(value, SigmaCompareExpression):
        limit, name = value.number.number, value.op.name
        compare = {
            "LT": lambda one: one < limit,
            "LTE": lambda one: one <= limit,
            "GT": lambda one: one > limit,
            "GTE": lambda one: one >= limit,
        }[name]
        return lambda one: (number := number_of(one)) is not None and compare(number)
    raise Rejected(type(value).__name__)


def refers(reference, value, record):
    text = text_of(value)
    others = lookup(record, reference.field.split("."))
    if text is None or others is ABSENT:
        return False
    text = text.lower()
    for other in others:
        part = text_of(other)
        if part is None:
            continue
        part = part.lower()
        agrees = {
            (False, False): text == part,
            (True, False): text.startswith(part),
            (False, True): text.endswith(part),
            (True, True): part in text,
        }[(reference.starts_with, reference.ends_with)]
        if agrees:
            return True
    return False


def scalars(value):
    if isinstance(value, dict):
        return [one for member in value.values() for one in scalars(member)]
    if isinstance(value, list):
        return [one for member in value for one in scalars(member)]
    return [value]


# --- what a condition means -------------------------------------------------------------------------------------


def field_test(field, value):
    if isinstance(value, SigmaExpansion):
        tests = [field_test(field, one) for one in value.values]
        return lambda record: any(test(record) for test in tests)
    parts = field.split(".")
    if isinstance(value, SigmaExists):
        return lambda record: (lookup(record, parts) is not ABSENT) == value.exists
    if isinstance(value, SigmaFieldReference):
        return lambda record: (values := lookup(record, parts)) is not ABSENT and any(
            refers(value, one, record) for one in values
        )
    test = value_test(value)
    if isinstance(value, SigmaNull):
        return lambda record: (values := lookup(record, parts)) is ABSENT or any(map(test, values))
    return lambda record: (values := lookup(record, parts)) is not ABSENT and any(map(test, values))


def compile_condition(node):
    if isinstance(node, ConditionNOT):
        inner = compile_condition(node.args[0])
        return lambda record: not inner(record)
    if isinstance(node, (ConditionAND, ConditionOR)):
        parts = [compile_condition(part) for part in node.args]
        join = all if isinstance(node, ConditionAND) else any
        return lambda record: join(part(record) for part in parts)
    if isinstance(node, ConditionFieldEqualsValueExpression):
        return field_test(node.field, node.value)
    if isinstance(node, ConditionValueExpression):
        values = node.value.values if isinstance(node.value, SigmaExpansion) else [node.value]
        if any(isinstance(value, SigmaNull) for value in values):
            raise Rejected("null keyword")
        tests = [value_test(value, anywhere=True) for value in values]
        return lambda record: any(test(one) for test in tests for one in scalars(record))
    raise Rejected(type(node).__name__)


def evaluate(documents, records):
    """Returns a bit per record as a hexadecimal number, the last record's lowest, or None if it is rejected."""
    try:
        collection = SigmaCollection.from_dicts(json.loads(json.dumps(documents)))
        tests = [compile_condition(one.parsed) for one in collection.rules[0].detection.parsed_condition]
        bits = "".join("1" if any(test(record) for test in tests) else "0" for record in records)
        return f"{int(bits, 2):x}"
    except Exception:  # pySigma raises its own errors and, for some values, Python's
        return None


# --- rules and records ------------------------------------------------------------------------------------------


def rule(detection):
    return {"title": "rule", "logsource": LOGSOURCE, "detection": detection}


def value_cases(data):
    for key, value in itertools.product(data["keys"], data["values"]):
        yield rule({"s": {key: value}, "condition": "s"})


def shape_cases(data):
    for detection in data["detections"]:
        yield rule(detection)


def condition_cases(data):
    """Random conditions, some of them broken, over a fixed set of selections."""
    chance = random.Random(2024)
    selections = data["selections"]
    operands = list(selections) + ["1 of them", "all of them", "any of sel*", "all of sel*", "1 of *_b", "1 of s*_*"]
    broken = ["2 of them", "1 of nothing*", "sel_x", "and", "of", ")", "not"]

    def condition(depth):
        kind = chance.random()
        if depth == 0 or kind < 0.25:
            return chance.choice(broken if chance.random() < 0.03 else operands)
        if kind < 0.45:
            return "not " + condition(depth - 1)
        if kind < 0.6:
            return "(" + condition(depth - 1) + ")"
        return condition(depth - 1) + chance.choice([" and ", " or "]) + condition(depth - 1)

    for _ in range(data["count"]):
        yield rule({**selections, "condition": condition(4)})


def filter_cases(data):
    for one in data["filters"]:
        yield [{**rule(data["detection"]), "name": "filtered"}, {"title": "filter", "logsource": LOGSOURCE, "filter": one}]


def main():
    here = pathlib.Path(__file__).parent
    data = json.loads((here / "input.json").read_text())
    suites = []
    for make in (value_cases, shape_cases, condition_cases, filter_cases):
        name = make.__name__.removesuffix("_cases")
        suite = data[name]
        cases = []
        for documents in make(suite):
            documents = documents if isinstance(documents, list) else [documents]
            case = {"detection": documents[0]["detection"], "matches": evaluate(documents, suite["records"])}
            cases.append(case | {"filter": one["filter"] for one in documents[1:]})
        suites.append({"name": name, "records": suite["records"], "cases": cases})
    lines = []
    for suite in suites:
        cases = ",\n".join(json.dumps(case, separators=(",", ":")) for case in suite["cases"])
        records = ",\n".join(json.dumps(record, separators=(",", ":")) for record in suite["records"])
        lines.append(f'{{"name":"{suite["name"]}","records":[\n{records}\n],"cases":[\n{cases}\n]}}')
    (here / "expectations.json").write_text("[\n" + ",\n".join(lines) + "\n]\n")
    for suite in suites:
        rejected = sum(case["matches"] is None for case in suite["cases"])
        print(suite["name"], len(suite["cases"]), "rules,", rejected, "rejected,", len(suite["records"]), "records")


if __name__ == "__main__":
    main()
