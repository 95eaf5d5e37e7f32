"""Evaluates resource policies: of event buses, functions and queues.

Only what such policies need. An operator that is not known here raises, so that no test passes by accident.
Source: IAM User Guide, "Policy evaluation logic" and "IAM JSON policy elements: Condition operators".
"""

import fnmatch
import re
from dataclasses import dataclass, field
from typing import Any, Literal

Decision = Literal["Allow", "Deny"] | None


@dataclass(frozen=True)
class Asked:
    """A question to a policy. Exactly one of `principal_arns` and `service` is set."""

    action: str
    resource: str
    principal_arns: tuple[str, ...] = ()  # all that stand for the caller: the session, its role
    account: str = ""
    service: str | None = None
    context: dict[str, str] = field(default_factory=dict)


def decide(policy: dict[str, Any] | None, asked: Asked) -> Decision:
    """Returns what the policy says; nothing if no statement applies."""
    effects = {s.get("Effect") for s in _listed((policy or {}).get("Statement")) if _applies(s, asked)}
    return "Deny" if "Deny" in effects else "Allow" if "Allow" in effects else None


def _applies(statement: dict[str, Any], asked: Asked) -> bool:
    return (
        _about_principal(statement, asked)
        and _about(statement, "Action", asked.action, ignore_case=True)
        and _about(statement, "Resource", asked.resource)
        and _conditions_hold(statement.get("Condition") or {}, asked.context)
    )


def _about_principal(statement: dict[str, Any], asked: Asked) -> bool:
    if "NotPrincipal" in statement:
        return not _names_principal(statement["NotPrincipal"], asked)
    return _names_principal(statement.get("Principal"), asked)


def _names_principal(principal: Any, asked: Asked) -> bool:
    if principal == "*":
        return True
    if not isinstance(principal, dict):
        return _is_account_or_arn(str(principal), asked)
    if asked.service is not None and asked.service in _listed(principal.get("Service")):
        return True
    return any(name == "*" or _is_account_or_arn(name, asked) for name in _listed(principal.get("AWS")))


def _is_account_or_arn(name: str, asked: Asked) -> bool:
    if asked.service is not None:
        return False
    return name in (asked.account, f"arn:aws:iam::{asked.account}:root") or name in asked.principal_arns


def _about(statement: dict[str, Any], element: str, value: str, ignore_case: bool = False) -> bool:
    if f"Not{element}" in statement:
        return not any(_like(value, pattern, ignore_case) for pattern in _listed(statement[f"Not{element}"]))
    if element not in statement:
        return True  # a queue or bus policy may leave the resource out
    return any(_like(value, pattern, ignore_case) for pattern in _listed(statement[element]))


_COMPARE = {
    "StringEquals": lambda value, wanted: value == wanted,
    "StringEqualsIgnoreCase": lambda value, wanted: value.lower() == wanted.lower(),
    "StringLike": lambda value, wanted: _like(value, wanted),
    "ArnEquals": lambda value, wanted: _arn_like(value, wanted),
    "ArnLike": lambda value, wanted: _arn_like(value, wanted),
    "Bool": lambda value, wanted: value.lower() == wanted.lower(),
}
_NEGATED = {
    "StringNotEquals": "StringEquals",
    "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "StringNotLike": "StringLike",
    "ArnNotEquals": "ArnEquals",
    "ArnNotLike": "ArnLike",
}


def _conditions_hold(conditions: dict[str, dict[str, Any]], context: dict[str, str]) -> bool:
    lowered = {name.lower(): value for name, value in context.items()}
    return all(
        _condition_holds(operator, lowered.get(key.lower()), [_text(wanted) for wanted in _listed(values)])
        for operator, keys in conditions.items()
        for key, values in keys.items()
    )


def _condition_holds(operator: str, value: str | None, wanted: list[str]) -> bool:
    if operator == "Null":
        return (value is None) == (wanted == ["true"])
    name = re.sub(r"^For(Any|All)Values?:", "", operator)
    only_if_exists = name.endswith("IfExists")
    name = name.removesuffix("IfExists")
    if name not in _COMPARE and name not in _NEGATED:
        raise NotImplementedError(f"condition operator `{operator}` in a resource policy")
    if value is None:
        return only_if_exists or name in _NEGATED or operator.startswith("ForAll")
    if name in _NEGATED:
        return not any(_COMPARE[_NEGATED[name]](value, each) for each in wanted)
    return any(_COMPARE[name](value, each) for each in wanted)


def _like(value: str, pattern: str, ignore_case: bool = False) -> bool:
    if ignore_case:
        value, pattern = value.lower(), pattern.lower()
    return fnmatch.fnmatchcase(value, pattern.replace("[", "[[]"))  # IAM knows * and ?, not sets


def _arn_like(value: str, pattern: str) -> bool:
    """Each of the six parts of an ARN is compared by itself: a `*` does not reach over a colon before them."""
    if pattern == "*":
        return True
    parts, patterns = value.split(":", 5), pattern.split(":", 5)
    return len(parts) == len(patterns) and all(map(_like, parts, patterns))


def _listed(value: Any) -> list[Any]:
    return [] if value is None else value if isinstance(value, list) else [value]


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
