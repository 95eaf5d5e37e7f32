"""Rules as Python functions on parsed records, as detection-as-code platforms run them. Prints the number of matches.

Usage: python_rules.py RULES LOGS. Knows the forms that `rules.py` writes.
"""

import gzip
import json
import sys
from pathlib import Path

import yaml

TESTS = {
    "": lambda wanted, found: found.lower() == wanted,
    "contains": lambda wanted, found: wanted in found.lower(),
    "startswith": lambda wanted, found: found.lower().startswith(wanted),
    "endswith": lambda wanted, found: found.lower().endswith(wanted),
}


def field_test(key: str, wanted: object):
    """A function of a record for one line of a selection."""
    path, _, modifier = key.partition("|")
    parts, test = path.split("."), TESTS[modifier]
    texts = None if wanted is None else [str(text).lower() for text in (wanted if isinstance(wanted, list) else [wanted])]

    def passes(record: dict) -> bool:
        value = record
        for part in parts:
            value = value.get(part) if isinstance(value, dict) else None
        if texts is None or value is None:
            return texts is None and value is None
        return any(test(text, str(value)) for text in texts)

    return passes


def function_of(detection: dict):
    """A function of a record for a rule."""
    selections = {name: [field_test(*line) for line in lines.items()] for name, lines in detection.items() if name != "condition"}
    wanted = [tests for name, tests in selections.items() if name != "filter"]
    unwanted = selections.get("filter")

    def matches(record: dict) -> bool:
        if not all(test(record) for tests in wanted for test in tests):
            return False
        return unwanted is None or not all(test(record) for test in unwanted)

    return matches


def main() -> None:
    """Evaluates all rules on all records."""
    rules, logs = map(Path, sys.argv[1:3])
    functions = [function_of(yaml.safe_load(rule.read_text())["detection"]) for rule in sorted(rules.glob("*.yml"))]
    found = 0
    for file in sorted(logs.rglob("*.json.gz")):
        for record in json.loads(gzip.decompress(file.read_bytes()))["Records"]:
            found += sum(function(record) for function in functions)
    print(found)


if __name__ == "__main__":
    main()
