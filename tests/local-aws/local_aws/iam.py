"""IAM as on AWS where ministack is more generous: quotas, policies that do not exist, the caller as default user.

Source of the quotas: IAM User Guide, "IAM and AWS STS quotas".
"""

import contextvars
from typing import Any, Callable

from ministack.core.iam_evaluator import validate_policy_document
from ministack.services import iam

from local_aws import managed_policies, paging

MOST_KEYS_PER_USER = 2
MOST_POLICIES_PER_ENTITY = 10
# Of all inline policies of an entity, in characters that are not white space.
MOST_INLINE_CHARACTERS = {"User": 2_048, "Role": 10_240, "Group": 5_120}

# Roles under these paths are AWS's own: only the service that they are linked to, or IAM Identity Center, changes them.
PATHS_OF_AWS = ("/aws-service-role/", "/aws-reserved/")
_CHANGES_OF_ROLES = ("AttachRolePolicy", "DetachRolePolicy", "PutRolePolicy", "DeleteRolePolicy", "UpdateAssumeRolePolicy",
                     "PutRolePermissionsBoundary", "DeleteRolePermissionsBoundary", "UpdateRole", "DeleteRole")

Handler = Callable[[dict[str, Any]], tuple]

# The user whose key signed the request that is being answered.
calling_user: contextvars.ContextVar[str | None] = contextvars.ContextVar("calling_user", default=None)

# Without a UserName these mean the caller.
_ABOUT_CALLER = ("CreateAccessKey", "DeleteAccessKey", "GetUser", "ListAccessKeys", "UpdateAccessKey", "ListMFADevices",
                 "ChangePassword", "GetLoginProfile", "CreateLoginProfile", "UpdateLoginProfile", "DeleteLoginProfile")


def install() -> None:
    managed_policies.install()
    _wrap("CreateAccessKey", _within_key_quota)
    _wrap("DeleteAccessKey", _only_own_keys)
    for kind in ("User", "Role", "Group"):
        _wrap(f"Attach{kind}Policy", _within_policy_quota(kind))
        _wrap(f"Put{kind}Policy", _within_inline_quota(kind))
    for kind in ("User", "Role"):
        _wrap(f"Put{kind}PermissionsBoundary", _only_known_boundaries)
        _wrap(f"Delete{kind}PermissionsBoundary", _only_set_boundaries(kind))
    for name in _CHANGES_OF_ROLES:
        _wrap(name, _only_roles_of_the_account)
    _replace("GetAccessKeyLastUsed", _last_used)
    for name in _ABOUT_CALLER:
        _wrap(name, _for_caller)
    for name in [each for each in iam._IAM_HANDLERS if each.startswith("List")]:
        _wrap(name, paging.in_pages)


def note_use(key_id: str, service: str, region: str) -> None:
    """Remembers when a key was last used, and for what."""
    key = iam._access_keys.get(key_id)
    if key is not None:
        key["LastUsed"] = {"date": iam._now(), "service": service, "region": region}


def _wrap(name: str, around: Callable[[Handler, dict[str, Any]], tuple]) -> None:
    inner = iam._IAM_HANDLERS.get(name)
    if inner is not None:
        iam._IAM_HANDLERS[name] = lambda parameters: around(inner, parameters)


def _replace(name: str, handler: Handler) -> None:
    iam._IAM_HANDLERS[name] = handler


def _for_caller(inner: Handler, parameters: dict[str, Any]) -> tuple:
    if not iam._p(parameters, "UserName") and calling_user.get():
        parameters = {**parameters, "UserName": [calling_user.get()]}
    return inner(parameters)


def _within_key_quota(inner: Handler, parameters: dict[str, Any]) -> tuple:
    user = iam._p(parameters, "UserName")
    if sum(key["UserName"] == user for key in iam._access_keys.values()) >= MOST_KEYS_PER_USER:
        return _over_quota("AccessKeysPerUser", MOST_KEYS_PER_USER)
    return inner(parameters)


def _only_own_keys(inner: Handler, parameters: dict[str, Any]) -> tuple:
    user, key_id = iam._p(parameters, "UserName"), iam._p(parameters, "AccessKeyId")
    key = iam._access_keys.get(key_id)
    if user and key is not None and key["UserName"] != user:
        return iam._error(404, "NoSuchEntity", f"The Access Key with id {key_id} cannot be found.")
    return inner(parameters)


def _within_policy_quota(kind: str) -> Callable[[Handler, dict[str, Any]], tuple]:
    def around(inner: Handler, parameters: dict[str, Any]) -> tuple:
        entity = _entities(kind).get(iam._p(parameters, f"{kind}Name"))
        arn = iam._p(parameters, "PolicyArn")
        if entity is None:
            return inner(parameters)
        if not iam._policy_exists(arn):
            return iam._error(404, "NoSuchEntity", f"Policy {arn} does not exist or is not attachable.")
        attached = entity.get("AttachedPolicies", [])
        if arn not in attached and len(attached) >= MOST_POLICIES_PER_ENTITY:
            return _over_quota(f"PoliciesPer{kind}", MOST_POLICIES_PER_ENTITY)
        return inner(parameters)

    return around


def _within_inline_quota(kind: str) -> Callable[[Handler, dict[str, Any]], tuple]:
    most = MOST_INLINE_CHARACTERS[kind]

    def around(inner: Handler, parameters: dict[str, Any]) -> tuple:
        name, text = iam._p(parameters, f"{kind}Name"), iam._p(parameters, "PolicyDocument")
        documents = {**_inline_policies(kind, name), iam._p(parameters, "PolicyName"): text}
        size = sum(len("".join(document.split())) for document in documents.values())
        if size > most and name in _entities(kind) and validate_policy_document(text) is None:
            return iam._error(409, "LimitExceeded",
                              f"Maximum policy size of {most} bytes exceeded for {kind.lower()} {name}")
        return inner(parameters)

    return around


def _inline_policies(kind: str, name: str) -> dict[str, str]:
    match kind:
        case "User":
            return iam._user_inline_policies.get(name) or {}
        case "Role":
            return (iam._roles.get(name) or {}).get("InlinePolicies") or {}
        case _:
            return iam._group_inline_policies.get(name) or {}


def _only_known_boundaries(inner: Handler, parameters: dict[str, Any]) -> tuple:
    arn = iam._p(parameters, "PermissionsBoundary")
    if not iam._policy_exists(arn):
        return iam._error(404, "NoSuchEntity", f"Scope ARN: {arn} does not exist or is not attachable.")
    return inner(parameters)


def _only_set_boundaries(kind: str) -> Callable[[Handler, dict[str, Any]], tuple]:
    def around(inner: Handler, parameters: dict[str, Any]) -> tuple:
        entity = _entities(kind).get(iam._p(parameters, f"{kind}Name"))
        if entity is not None and not entity.get("PermissionsBoundary"):
            return iam._error(404, "NoSuchEntity", f"Principal {entity[f'{kind}Id']} does not have scope")
        return inner(parameters)

    return around


def _only_roles_of_the_account(inner: Handler, parameters: dict[str, Any]) -> tuple:
    name = iam._p(parameters, "RoleName")
    if (iam._roles.get(name) or {}).get("Path", "/").startswith(PATHS_OF_AWS):
        return iam._error(400, "UnmodifiableEntity", f"Cannot perform the operation on the protected role '{name}' - this role "
                          "is only modifiable by AWS")
    return inner(parameters)


def _entities(kind: str) -> Any:
    return {"User": iam._users, "Role": iam._roles, "Group": iam._groups}[kind]


def _over_quota(name: str, most: int) -> tuple:
    return iam._error(409, "LimitExceeded", f"Cannot exceed quota for {name}: {most}")


def _last_used(parameters: dict[str, Any]) -> tuple:
    key_id = iam._p(parameters, "AccessKeyId")
    key = iam._access_keys.get(key_id)
    if key is None:
        return iam._error(404, "NoSuchEntity", f"The Access Key with id {key_id} cannot be found.")
    used = key.get("LastUsed")
    date = f"<LastUsedDate>{used['date']}</LastUsedDate>" if used else ""
    service, region = (used["service"], used["region"]) if used else ("N/A", "N/A")
    return iam._xml(
        200,
        "GetAccessKeyLastUsedResponse",
        f"<GetAccessKeyLastUsedResult><UserName>{key['UserName']}</UserName><AccessKeyLastUsed>{date}"
        f"<ServiceName>{service}</ServiceName><Region>{region}</Region></AccessKeyLastUsed>"
        "</GetAccessKeyLastUsedResult>",
    )
