"""Reads each DynamoDB expression once; ministack reads it again for every item that it is asked of.

Half of what the server did under load was reading and weighing the key condition of one long window, item by item,
and as it serves from one thread, every other call waited for that until the SDK gave up.
"""

import functools
import operator
import re
from typing import Any, Callable

from ministack.services import dynamodb

MOST_KEPT = 1024

# What SDKs send: an equal partition key, and perhaps a range of the sort key.
_KEY_CONDITION = re.compile(
    r"\s*(?P<name>#?\w+)\s*=\s*(?P<value>:\w+)"
    r"(?:\s+AND\s+(?P<sort>#?\w+)\s*(?:(?P<compare><=|>=|=|<|>)\s*(?P<limit>:\w+)"
    r"|\s+BETWEEN\s+(?P<low>:\w+)\s+AND\s+(?P<high>:\w+)))?\s*", re.IGNORECASE)
_COMPARE: dict[str, Callable[[str, str], bool]] = {
    "=": operator.eq, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}

_tokens = functools.lru_cache(MOST_KEPT)(dynamodb._tokenize)
_original_evaluate = dynamodb._evaluate_condition
# Of a condition: (attribute's name, comparison, name of the value), all of which must hold.
Comparisons = tuple[tuple[str, Callable[[str, str], bool], str], ...]


def install() -> None:
    dynamodb._tokenize = tokens
    dynamodb._condition_syntax_error = functools.lru_cache(MOST_KEPT)(dynamodb._condition_syntax_error)
    dynamodb._evaluate_condition = evaluate


def tokens(expression: str) -> list[tuple[str, str]]:
    """Returns a list of the caller's own: what has been read may be changed by whoever uses it."""
    return list(_tokens(expression))


def evaluate(expression: str, item: dict[str, Any], values: dict[str, Any], names: dict[str, str], **named: Any) -> bool:
    """Compares texts itself, which DynamoDB orders by their UTF-8 bytes as Python does; all else is ministack's."""
    if named.get("slot") == "KeyConditionExpression":
        found = _compare(comparisons(expression), item, values, names)
        if found is not None:
            return found
    return _original_evaluate(expression, item, values, names, **named)


@functools.lru_cache(MOST_KEPT)
def comparisons(expression: str) -> Comparisons:
    """Returns what a key condition compares; nothing if it is of another form."""
    found = _KEY_CONDITION.fullmatch(expression)
    if found is None:
        return ()
    made = [(found["name"], operator.eq, found["value"])]
    if found["limit"]:
        made.append((found["sort"], _COMPARE[found["compare"]], found["limit"]))
    elif found["low"]:
        made += [(found["sort"], operator.ge, found["low"]), (found["sort"], operator.le, found["high"])]
    return tuple(made)


def _compare(parts: Comparisons, item: dict[str, Any], values: dict[str, Any], names: dict[str, str]) -> bool | None:
    """Returns nothing if a part is no text, or is not there."""
    pairs = []
    for name, compare, value in parts:
        left = item.get(names.get(name, name), {}).get("S")
        right = values.get(value, {}).get("S")
        if left is None or right is None:
            return None
        pairs.append((compare, left, right))
    return all(compare(left, right) for compare, left, right in pairs) if pairs else None
