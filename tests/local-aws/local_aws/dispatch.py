"""Stands before and after ministack's dispatcher: refuses what AWS refuses, and records what was answered."""

import logging

from ministack import app as ministack
from ministack.core.iam_evaluator import AuthError, find_iam_access_key_account
from ministack.core.responses import get_account_id, get_region, get_request_client_ip
from ministack.core.router import detect_service, extract_access_key_id

from local_aws import bus_policy, calls, conditions, iam, iam_reports, identity, names, records, trail

_log = logging.getLogger("local_aws.dispatch")
# With one of these AWS does not know who called, and records nothing.
_UNIDENTIFIED = frozenset({"SignatureDoesNotMatch", "InvalidSignatureException", "IncompleteSignature", "RequestExpired",
                           "MissingAuthenticationToken", "MissingAuthenticationTokenException"})

_original = ministack._dispatch_service_request
_original_set_account = ministack.set_request_account_id


def install() -> None:
    ministack._dispatch_service_request = _dispatch
    ministack.set_request_account_id = _set_account


def _set_account(key_id: str) -> None:
    """A user's key works in the user's account; without IAM enforcement ministack takes the default account."""
    _original_set_account(find_iam_access_key_account(key_id) or key_id)


async def _dispatch(method, path, headers, body, query_params, request_id, *rest, **named):
    request = calls.Request(method, path, headers, body, query_params, request_id)
    key_id = extract_access_key_id(headers, query_params)
    refusal = _refusal_of_key(request, key_id)
    if refusal is not None:
        return refusal  # AWS does not record a call whose caller it cannot tell

    account, region = get_account_id(), get_region()
    caller = identity.of_key(key_id, account)
    iam.calling_user.set(caller.user_name)
    call = _understood(request)
    recorded_region = "us-east-1" if call and call.service in names.GLOBAL_SERVICES else region
    was_logging = trail.is_logging(account, recorded_region)

    response = bus_policy.refusal(call, caller) if call else None
    if response is None:
        conditions.authorising.set(call)
        conditions.denied_for.set(None)
        response = await _original(method, path, headers, body, query_params, request_id, *rest, **named)
    if call is not None:
        _after(call, caller, key_id, response, recorded_region, was_logging)
    return response


def _refusal_of_key(request: calls.Request, key_id: str):
    """Answers as AWS does to a key that is unknown, inactive or expired."""
    account = get_account_id()
    if identity.is_expired(key_id):
        error = AuthError("ExpiredTokenException", "The security token included in the request is expired")
    elif identity.is_unknown(key_id, account) or identity.is_inactive(key_id, account):
        error = AuthError("InvalidClientTokenId", "The security token included in the request is invalid.")
    else:
        return None
    service = detect_service(request.method, request.path, request.headers,
                             request.query | {name: [value] for name, value in request.form.items()})
    return ministack._credential_failure(service, "", request.id, error, request.headers)


def _understood(request: calls.Request) -> calls.Call | None:
    try:
        return calls.read(request)
    except Exception:  # a record is a service to the user; it must not break the call
        _log.exception("could not understand %s %s", request.method, request.path)
        return None


def _after(call, caller, key_id, response, region, was_logging) -> None:
    try:
        status = response[0]
        is_recorded = names.is_management_event(call)
        if status < 300 and not is_recorded:  # its answer may be long, and nobody asks for what is in it
            _note_use(key_id, caller, call.service, region)
            return
        answer = calls.read_answer(call, *response)
        if answer.error_code in _UNIDENTIFIED:
            return
        _note_use(key_id, caller, call.service, region)
        if not is_recorded:
            return
        record = records.of_call(call, answer, caller, region, _source_address(call))
        # StopLogging and DeleteTrail are the last to be delivered, StartLogging is the first.
        trail.publish(record, caller, was_logging or trail.is_logging(caller.account, region))
    except Exception:
        _log.exception("could not record %s", call.operation.name)


def _note_use(key_id: str, caller, service: str, region: str) -> None:
    iam.note_use(key_id, service, region)
    if caller.type == "AssumedRole":
        iam_reports.note_role(caller.account, caller.user_identity["sessionContext"]["sessionIssuer"]["userName"], region)


def _source_address(call: calls.Call) -> str:
    """A rehearsal may name the address that a call is to come from, as a proxy would."""
    return call.request.headers.get("x-forwarded-for", "").split(",")[0].strip() or get_request_client_ip()
