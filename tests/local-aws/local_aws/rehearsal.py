"""Rehearses what only AWS itself can do: quarantine a leaked key, give a user a past, and
put events of its own services on the bus."""

import json
from typing import Any

from ministack.core.responses import get_account_id, get_region, request_scope
from ministack.services import cloudtrail, eventbridge
from ministack.services import iam as ministack_iam

from local_aws import identity, records, trail

REGION = "us-east-1"
DEFAULT_POLICY = "AWSCompromisedKeyQuarantineV3"

Answer = tuple[int, str]


def quarantine(query: dict[str, str]) -> Answer:
    """Attaches the policy and records the call. AWS shows it as made in the user's name, from inside AWS."""
    key_id, user_name = query.get("accessKeyId", ""), query.get("userName", "")
    found = [(account, key) for (account, stored), key in ministack_iam._access_keys.to_dict().items() if stored == key_id]
    if not found or found[0][1]["UserName"] != user_name:
        return 404, f"user `{user_name}` has no key `{key_id}`\n"
    account = found[0][0]
    arn = f"arn:aws:iam::aws:policy/{query.get('policyName', DEFAULT_POLICY)}"
    parameters = {"UserName": [user_name], "PolicyArn": [arn]}
    with request_scope(account, REGION):
        status, _, body = ministack_iam._IAM_HANDLERS["AttachUserPolicy"](parameters)
    if status >= 300:
        return status, body.decode()
    caller = identity.of_user(user_name, key_id, account)
    record = records.of_service_call(
        caller, "iam", "AttachUserPolicy", REGION, {"userName": user_name, "policyArn": arn})
    trail.publish(record, caller, trail.is_logging(account, REGION))
    return 200, json.dumps({"eventID": record["eventID"]}) + "\n"


def user(query: dict[str, str]) -> Answer:
    """Makes a user with the unique id, the creation date and the active access key that stored events name.

    IAM chooses all three by itself, so an event of yesterday could never concern a user of today.
    """
    wanted = {name: query.get(name, "") for name in ("userName", "userId", "createDate", "accessKeyId")}
    if not all(wanted.values()):
        return 400, f"a user needs {', '.join(wanted)}; `path` is optional\n"
    with request_scope(get_account_id(), REGION):
        parameters = {"UserName": [wanted["userName"]], "Path": [query.get("path", "/")]}
        status, _, body = ministack_iam._IAM_HANDLERS["CreateUser"](parameters)
        if status >= 300:
            return status, body.decode()
        made = ministack_iam._users[wanted["userName"]]
        made |= {"UserId": wanted["userId"], "CreateDate": wanted["createDate"]}
        ministack_iam._users[wanted["userName"]] = made
        ministack_iam._access_keys[wanted["accessKeyId"]] = {
            "UserName": wanted["userName"], "AccessKeyId": wanted["accessKeyId"], "SecretAccessKey": "rehearsal",
            "Status": "Active", "CreateDate": wanted["createDate"],
        }
    return 200, json.dumps({"arn": made["Arn"]}) + "\n"


def event(query: dict[str, str], body: bytes) -> Answer:
    """Puts an event on the default bus that PutEvents would refuse because its source is `aws.…`.

    A CloudTrail record also enters the event history. Whether a trail is logging does not matter.
    """
    try:
        given = json.loads(body)
        entry = {"Source": given["source"], "DetailType": given["detail-type"], "Detail": json.dumps(given["detail"]),
                 "Resources": given.get("resources", [])}
    except (ValueError, KeyError, TypeError) as error:
        return 400, f"an event has `source`, `detail-type` and `detail`: {error!r}\n"
    with request_scope(query.get("account") or get_account_id(), query.get("region") or get_region()):
        if isinstance(given["detail"], dict) and given["detail"].get("eventID"):
            cloudtrail._get_event_queue().append(_history_row(given["detail"]))
        eventbridge._ensure_default_bus()
        answer = eventbridge._put_events({"Entries": [entry]}, allow_aws_source=True)
    return answer[0], answer[2].decode() + "\n"


def _history_row(record: dict[str, Any]) -> dict[str, Any]:
    """The record may be as odd as the case that is rehearsed."""
    named = record.get("userIdentity")
    named = named if isinstance(named, dict) else {}
    whole = {"eventName": "", "eventSource": "", "readOnly": False, "requestParameters": None} | record
    whole["userIdentity"] = named
    name = str(named.get("userName") or named.get("arn", "")).rsplit("/", 1)[-1]
    return trail.history_row(whole, name) | {"CloudTrailEvent": json.dumps(record)}
