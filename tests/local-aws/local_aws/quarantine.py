"""Rehearses what AWS does when it finds a key in public: it attaches a quarantine policy to the key's user."""

import json

from ministack.core.responses import request_scope
from ministack.services import iam as ministack_iam

from local_aws import identity, records, trail

REGION = "us-east-1"
DEFAULT_POLICY = "AWSCompromisedKeyQuarantineV3"


def rehearse(query: dict[str, str]) -> tuple[int, str]:
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
