"""Operations that ministack lacks or gets wrong, as functions from parameters to a result.

They run where ministack's own would: after its check of signature and policies. What they keep is emptied by its reset.
"""

import datetime
from typing import Any, Callable

from ministack import app as ministack
from ministack.core import router
from ministack.core.responses import AccountRegionScopedDict, AccountScopedDict

from local_aws import answers
from local_aws.calls import Call
from local_aws.conditions import authorising

Parameters = dict[str, Any]
Operation = Callable[[Parameters], dict[str, Any] | None]
Check = Callable[[Parameters], None]

_own: dict[tuple[str, str], Operation] = {}
_checks: dict[tuple[str, str], list[Check]] = {}
_kept: list[AccountScopedDict | AccountRegionScopedDict] = []


class Refused(Exception):
    """An error of AWS, by the code that is on the wire."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.status = status


def install() -> None:
    """Stands before the handlers of all services; those that ministack does not know get one."""
    served = {*ministack.SERVICE_HANDLERS, *NEW_SERVICES}
    router.SERVICE_PATTERNS |= {name: {} for name in NEW_SERVICES}  # else it loads all models of botocore to know them
    ministack.SERVICE_HANDLERS |= {name: _before(ministack.SERVICE_HANDLERS.get(name)) for name in served}


# As a signature names them.
NEW_SERVICES = ("access-analyzer", "guardduty", "securityhub")


def add(service: str, operations: dict[str, Operation]) -> None:
    """Answers these operations instead of ministack."""
    _own.update({(service, name): operation for name, operation in operations.items()})


def check(service: str, checks: dict[str, Check]) -> None:
    """Asks before ministack answers an operation; a check that does not like its parameters raises `Refused`."""
    for name, each in checks.items():
        _checks.setdefault((service, name), []).append(each)


def of_account() -> AccountScopedDict:
    """Returns an empty store with contents of their own for each account."""
    _kept.append(AccountScopedDict())
    return _kept[-1]


def of_region() -> AccountRegionScopedDict:
    """Returns an empty store with contents of their own for each account and region."""
    _kept.append(AccountRegionScopedDict())
    return _kept[-1]


def forget() -> None:
    for store in _kept:
        store.clear()


def now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC).replace(microsecond=0)


def _before(inner):
    async def handle(method, path, headers, body, query_params):
        call = authorising.get()
        if call is not None and call.request.headers is headers:  # else a service calls another by itself
            answer = _answer(call)
            if answer is not None:
                return answer
        if inner is None:
            return 404, {"Content-Type": "application/json"}, b'{"__type": "UnknownOperationException"}'
        return await inner(method, path, headers, body, query_params)

    return handle


def _answer(call: Call) -> answers.Answer | None:
    name = (call.service, call.operation.name)
    try:
        for each in _checks.get(name, []):
            each(call.parameters)
        if name in _own:
            return answers.success(call, _own[name](call.parameters) or {})
    except Refused as error:
        return answers.failure(call, error.code, str(error), error.status)
    return None
