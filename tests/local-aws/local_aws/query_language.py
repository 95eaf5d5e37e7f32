"""The part of Logs Insights' language that saved queries use; whatever else is refused as AWS refuses what it cannot read.

Source: CloudWatch Logs User Guide, "CloudWatch Logs Insights language query syntax". Nobody has held it against AWS itself.
"""

import ipaddress
import json
import re
from typing import Any, Callable, Iterator

Record = dict[str, Any]
Value = str | None
Test = Callable[[Record], bool]

_TOKEN = re.compile(r"""\s*(?:(?P<string>"(?:\\.|[^"\\])*")|(?P<expression>(?<=like\s)/(?:\\.|[^/\\])*/)|(?P<sign>!=|[=()*,|])
                    |(?P<word>[@A-Za-z0-9_.]+))""", re.VERBOSE)
_UNITS = {"m": 60, "h": 3600, "d": 86400}


class Malformed(Exception):
    """The text is no query."""


def run(text: str, records: list[Record], most: int | None) -> tuple[list[dict[str, str]], int]:
    """Returns the rows, and how many records matched. A record is its log event: `@timestamp`, `@message` and so on."""
    rows, matched, shown, limit = [_fields(record) for record in records], None, ["@timestamp", "@message"], 10_000
    for command, tokens in _commands(text):
        if command == "fields":
            shown = [_word(part) for part in _split(tokens)]
        elif command == "filter":
            test = _Condition(tokens).whole()
            rows = [row for row in rows if test(row)]
        elif command == "stats":
            matched = len(rows)
            rows, shown = _stats(tokens, rows)
        elif command == "sort":
            name, direction = _word(tokens[:1]), _word(tokens[1:]) if tokens[1:] else "asc"
            rows.sort(key=lambda row: _order(row.get(name)), reverse=direction == "desc")
        elif command == "limit":
            limit = int(_word(tokens))
        else:
            raise Malformed(f"unexpected symbol found {command}")
    most = min(limit, most or limit)
    found = [{name: str(row[name]) for name in shown if row.get(name) is not None} for row in rows[:most]]
    return found, len(rows) if matched is None else matched


def _fields(event: Record) -> Record:
    """What Logs Insights finds in a JSON message: names with dots. A null is no value."""
    found: Record = {}

    def enter(prefix: str, value: Any) -> None:
        if isinstance(value, dict):
            for name, each in value.items():
                enter(f"{prefix}.{name}" if prefix else name, each)
        elif isinstance(value, list):
            for number, each in enumerate(value):
                enter(f"{prefix}.{number}", each)
        elif value is not None:
            found[prefix] = str(value).lower() if isinstance(value, bool) else value

    try:
        enter("", json.loads(event["@message"]))
    except ValueError:
        pass
    return found | event


def _commands(text: str) -> Iterator[tuple[str, list[str]]]:
    tokens, place = [[]], 0
    while place < len(text.rstrip()):
        token = _TOKEN.match(text, place)
        if token is None:
            raise Malformed(f"unexpected symbol found {text[place:place + 10]!r} at {place}")
        place = token.end()
        if token["sign"] == "|":
            tokens.append([])
        else:
            tokens[-1].append(token[token.lastgroup])
    for command in tokens:
        if not command:
            raise Malformed("an empty command")
        yield command[0], command[1:]


def _split(tokens: list[str]) -> list[list[str]]:
    """Takes a list apart at commas that are in no parentheses."""
    parts, depth = [[]], 0
    for token in tokens:
        depth += {"(": 1, ")": -1}.get(token, 0)
        if token == "," and depth == 0:
            parts.append([])
        else:
            parts[-1].append(token)
    return parts


def _word(tokens: list[str]) -> str:
    if len(tokens) != 1 or not re.fullmatch(r"[@A-Za-z0-9_.]+", tokens[0]):
        raise Malformed(f"a name was expected, not {' '.join(tokens)}")
    return tokens[0]


def _text(token: str) -> str:
    if not token.startswith('"'):
        raise Malformed(f"a string was expected, not {token}")
    return re.sub(r"\\(.)", r"\1", token[1:-1])


def _order(value: Any) -> tuple:
    return (0, 0.0, "") if value is None else (1, float(value), "") if isinstance(value, (int, float)) else (2, 0.0, str(value))


class _Condition:
    """`or` over `and` over `not` over one comparison, function or parenthesis."""

    def __init__(self, tokens: list[str]) -> None:
        self.tokens = tokens

    def whole(self) -> Test:
        test = self._any()
        if self.tokens:
            raise Malformed(f"unexpected symbol found {self.tokens[0]}")
        return test

    def _next(self) -> str:
        if not self.tokens:
            raise Malformed("unexpected end")
        return self.tokens.pop(0)

    def _takes(self, token: str) -> bool:
        found = self.tokens[:1] == [token]
        if found:
            self.tokens.pop(0)
        return found

    def _expect(self, token: str) -> None:
        if not self._takes(token):
            raise Malformed(f"{token} was expected")

    def _any(self) -> Test:
        tests = [self._all()]
        while self._takes("or"):
            tests.append(self._all())
        return lambda row: any(test(row) for test in tests)

    def _all(self) -> Test:
        tests = [self._one()]
        while self._takes("and"):
            tests.append(self._one())
        return lambda row: all(test(row) for test in tests)

    def _one(self) -> Test:
        if self._takes("not"):
            test = self._one()
            return lambda row: not test(row)
        if self._takes("("):
            test = self._any()
            self._expect(")")
            return test
        name = _word([self._next()])
        if name in ("ispresent", "isIpInSubnet"):
            return self._function(name)
        is_not = self._takes("not")
        operator = self._next()
        if operator == "like":
            token = self._next()
            pattern = re.compile(token[1:-1] if token.startswith("/") else re.escape(_text(token)))
            return lambda row: (pattern.search(str(row[name])) is not None) != is_not if name in row else is_not
        if operator not in ("=", "!=") or is_not:
            raise Malformed(f"unexpected symbol found {operator}")
        wanted = _text(self._next())
        return lambda row: (str(row.get(name)) == wanted) == (operator == "=")

    def _function(self, function: str) -> Test:
        self._expect("(")
        name = _word([self._next()])
        subnet = None
        if function == "isIpInSubnet":
            self._expect(",")
            subnet = ipaddress.ip_network(_text(self._next()), strict=False)
        self._expect(")")
        return (lambda row: name in row) if subnet is None else (lambda row: _is_in(row.get(name), subnet))


def _is_in(value: Value, subnet: Any) -> bool:
    try:
        return ipaddress.ip_address(str(value)) in subnet
    except ValueError:
        return False


def _stats(tokens: list[str], rows: list[Record]) -> tuple[list[Record], list[str]]:
    at = tokens.index("by") if "by" in tokens else len(tokens)
    counts = [_count(part) for part in _split(tokens[:at])]
    groups = ["".join(part) for part in _split(tokens[at + 1:])] if at < len(tokens) else []
    found: dict[tuple, list[Record]] = {}
    for row in rows:
        found.setdefault(tuple(_group(name, row) for name in groups), []).append(row)
    counted = [dict(zip(groups, key)) | {name: count(each) for name, count in counts} for key, each in found.items()]
    return counted, groups + [name for name, _ in counts]


def _group(name: str, row: Record) -> Any:
    binned = re.fullmatch(r"bin\((\d+)([mhd])\)", name)
    if not binned:
        return row.get(_word([name]))
    day, time = row["@timestamp"].split(" ")
    seconds = sum(int(part) * factor for part, factor in zip(re.split("[:.]", time), (3600, 60, 1)))
    width = int(binned[1]) * _UNITS[binned[2]]
    seconds -= seconds % width
    return f"{day} {seconds // 3600:02}:{seconds % 3600 // 60:02}:{seconds % 60:02}.000"


def _count(part: list[str]) -> tuple[str, Callable[[list[Record]], Any]]:
    if len(part) != 6 or part[1] != "(" or part[3:5] != [")", "as"]:
        raise Malformed(f"a function and its name were expected, not {' '.join(part)}")
    function, of, name = part[0], part[2], _word(part[5:])

    def values(rows: list[Record]) -> list[Any]:
        return [1] * len(rows) if of == "*" else [row[of] for row in rows if of in row]

    functions: dict[str, Callable[[list[Any]], Any]] = {
        "count": len, "count_distinct": lambda all_of: len(set(map(str, all_of))), "sum": lambda all_of: sum(map(float, all_of)),
        "min": lambda all_of: min(all_of, key=_order, default=None), "max": lambda all_of: max(all_of, key=_order, default=None)}
    if function not in functions:
        raise Malformed(f"unexpected symbol found {function}")
    return name, lambda rows: functions[function](values(rows))
