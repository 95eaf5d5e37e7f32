"""Who made a request: the owner of the access key that signed it, as CloudTrail's userIdentity shows it."""

import time
from dataclasses import dataclass, field
from typing import Any

from ministack.core.iam_evaluator import is_root_access_key
from ministack.services import iam, sts

# The credentials test/test stand for the account's root user; a record needs a well-formed id.
ROOT_ACCESS_KEY_ID = "AKIALOCALAWSROOTUSER"


@dataclass(frozen=True)
class Caller:
    """A principal with its session, if it has one."""

    type: str
    account: str
    arn: str  # of the session, if there is one
    principal_arn: str  # what policies see as aws:PrincipalArn: of a role session, the role
    user_name: str | None = None
    user_identity: dict[str, Any] = field(default_factory=dict)

    @property
    def lookup_name(self) -> str:
        """Returns what LookupEvents shows as Username."""
        return self.user_name or ("root" if self.type == "Root" else self.arn.rsplit("/", 1)[-1])


def of_key(access_key_id: str, account: str) -> Caller:
    session = sts._sessions.get(access_key_id)
    if session is not None:
        return _of_session(access_key_id, session, account)
    key = iam._access_keys.get_scoped(account, None, access_key_id)
    if key is not None:
        return _of_user(access_key_id, key["UserName"], account)
    return _root(access_key_id, account)


def of_user(user_name: str, access_key_id: str | None, account: str) -> Caller:
    """Returns the caller that a user would be with one of its keys."""
    return _of_user(access_key_id or "", user_name, account)


def of_service(name: str, account: str) -> Caller:
    """Returns a service of AWS, such as `lambda.amazonaws.com`."""
    return Caller("AWSService", account, name, name, user_identity={"type": "AWSService", "invokedBy": name})


def is_unknown(access_key_id: str, account: str) -> bool:
    """Says if a key has the form of a real one but belongs to nobody: AWS refuses it."""
    if not access_key_id or is_root_access_key(access_key_id):
        return False
    return access_key_id not in sts._sessions and iam._access_keys.get_scoped(account, None, access_key_id) is None


def is_inactive(access_key_id: str, account: str) -> bool:
    key = iam._access_keys.get_scoped(account, None, access_key_id)
    return key is not None and key.get("Status") != "Active"


def is_expired(access_key_id: str) -> bool:
    session = sts._sessions.get(access_key_id)
    return session is not None and sts._session_expired(session)


def _root(access_key_id: str, account: str) -> Caller:
    arn = f"arn:aws:iam::{account}:root"
    key = access_key_id if access_key_id.startswith("AKIA") else ROOT_ACCESS_KEY_ID
    identity = {"type": "Root", "principalId": account, "arn": arn, "accountId": account, "accessKeyId": key}
    return Caller("Root", account, arn, arn, user_identity=identity)


def _of_user(access_key_id: str, user_name: str, account: str, created: float | None = None) -> Caller:
    user = iam._users.get_scoped(account, None, user_name) or {}
    arn = user.get("Arn") or f"arn:aws:iam::{account}:user/{user_name}"
    identity = {
        "type": "IAMUser",
        "principalId": user.get("UserId", ""),
        "arn": arn,
        "accountId": account,
        "accessKeyId": access_key_id,
        "userName": user_name,
    }
    if created is not None:
        identity["sessionContext"] = {"attributes": _attributes(created)}
    return Caller("IAMUser", account, arn, arn, user_name, identity)


def _of_session(access_key_id: str, session: dict[str, Any], account: str) -> Caller:
    arn = session["Arn"]
    created = session.get("IssuedAt", time.time())
    if ":assumed-role/" in arn:
        return _of_role_session(access_key_id, session, account, created)
    if ":user/" in arn:
        return _of_user(access_key_id, arn.rsplit("/", 1)[-1], account, created)
    identity = {
        "type": "FederatedUser" if ":federated-user/" in arn else "Root",
        "principalId": session.get("UserId", account),
        "arn": arn,
        "accountId": account,
        "accessKeyId": access_key_id,
        "sessionContext": {"attributes": _attributes(created)},
    }
    return Caller(identity["type"], account, arn, arn, user_identity=identity)


def _of_role_session(access_key_id: str, session: dict[str, Any], account: str, created: float) -> Caller:
    arn = session["Arn"]
    role_name, session_name = arn.split(":assumed-role/", 1)[1].rsplit("/", 1)
    role = iam._roles.get_scoped(account, None, role_name) or {}
    role_arn = role.get("Arn") or f"arn:aws:iam::{account}:role/{role_name}"
    role_id = role.get("RoleId") or str(session.get("UserId", "")).partition(":")[0]
    identity = {
        "type": "AssumedRole",
        "principalId": f"{role_id}:{session_name}",
        "arn": arn,
        "accountId": account,
        "accessKeyId": access_key_id,
        "sessionContext": {
            "sessionIssuer": {
                "type": "Role",
                "principalId": role_id,
                "arn": role_arn,
                "accountId": account,
                "userName": role_name,
            },
            "webIdFederationData": {},
            "attributes": _attributes(created),
        },
    }
    if session.get("SourceIdentity"):
        identity["sessionContext"]["sourceIdentity"] = session["SourceIdentity"]
    if session.get("FunctionArn"):
        identity["inScopeOf"] = {
            "sourceArn": session["FunctionArn"],
            "sourceAccount": account,
            "issuerType": "AWS::Lambda::Function",
            "credentialsIssuedTo": role_arn,
        }
    return Caller("AssumedRole", account, arn, role_arn, user_identity=identity)


def _attributes(created: float) -> dict[str, str]:
    return {
        "creationDate": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(created)),
        "mfaAuthenticated": "false",
    }
