"""The other credentials of a user: service-specific ones, SSH public keys, signing certificates. ministack has none.

Source: IAM API Reference; quotas from IAM User Guide, "IAM and AWS STS quotas".
"""

import base64
import binascii
import hashlib
import secrets
import string
from dataclasses import dataclass
from typing import Any

from ministack.core.responses import get_account_id
from ministack.services import iam

from local_aws import operations
from local_aws.iam import calling_user
from local_aws.operations import Parameters, Refused

SERVICES = frozenset({"codecommit.amazonaws.com", "cassandra.amazonaws.com", "bedrock.amazonaws.com"})


@dataclass(frozen=True)
class Kind:
    """A kind of credential: what its id, one and all of them are called, and how many a user (for a service) may have."""

    id: str
    one: str
    many: str
    noun: str
    prefix: str
    most: int
    listed: tuple[str, ...]


SPECIFIC = Kind("ServiceSpecificCredentialId", "ServiceSpecificCredential", "ServiceSpecificCredentials", "credential", "ACCA", 2,
                ("UserName", "Status", "ServiceUserName", "CreateDate", "ServiceSpecificCredentialId", "ServiceName"))
SSH = Kind("SSHPublicKeyId", "SSHPublicKey", "SSHPublicKeys", "SSH Public Key", "APKA", 5,
           ("UserName", "SSHPublicKeyId", "Status", "UploadDate"))
SIGNING = Kind("CertificateId", "Certificate", "Certificates", "Certificate", "", 2,
               ("UserName", "CertificateId", "CertificateBody", "Status", "UploadDate"))

_kept = {kind: operations.of_account() for kind in (SPECIFIC, SSH, SIGNING)}


def install() -> None:
    own = {"CreateServiceSpecificCredential": create_specific, "ListServiceSpecificCredentials": list_specific,
           "ResetServiceSpecificCredential": reset_specific, "UploadSSHPublicKey": upload_ssh,
           "UploadSigningCertificate": upload_certificate,
           "GetSSHPublicKey": lambda parameters: {"SSHPublicKey": _found(SSH, parameters)}}
    for kind, name in ((SPECIFIC, "ServiceSpecificCredential"), (SSH, "SSHPublicKey"), (SIGNING, "SigningCertificate")):
        own[f"Update{name}"] = _update(kind)
        own[f"Delete{name}"] = _delete(kind)
        own.setdefault(f"List{name}s", _list(kind))
    operations.add("iam", own)


def create_specific(parameters: Parameters) -> dict[str, Any]:
    service = parameters["ServiceName"]
    if service not in SERVICES:
        raise Refused("NotSupportedService", f"No such service {service} is supported for Service Specific Credentials", 404)
    made = _add(SPECIFIC, parameters, {"ServiceName": service, "CreateDate": operations.now()},
                alike=lambda other: other["ServiceName"] == service)
    made["ServiceUserName"] = f"{made['UserName']}-at-{get_account_id()}"
    return {"ServiceSpecificCredential": {**made, "ServicePassword": _password()}}


def list_specific(parameters: Parameters) -> dict[str, Any]:
    service = parameters.get("ServiceName")
    if service is not None and service not in SERVICES:
        raise Refused("NotSupportedService", f"No such service {service} is supported for Service Specific Credentials", 404)
    found = _list(SPECIFIC)(parameters)
    return found | {"ServiceSpecificCredentials": [
        each for each in found["ServiceSpecificCredentials"] if service in (None, each["ServiceName"])]}


def reset_specific(parameters: Parameters) -> dict[str, Any]:
    return {"ServiceSpecificCredential": {**_found(SPECIFIC, parameters), "ServicePassword": _password()}}


def upload_ssh(parameters: Parameters) -> dict[str, Any]:
    body = parameters["SSHPublicKeyBody"]
    try:
        kind, text = body.split()[:2]
        content = base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        kind, content = "", b""
    if kind != "ssh-rsa" or not content:
        raise Refused("InvalidPublicKey", "The public key is invalid.")
    digest = hashlib.md5(content).hexdigest()
    added = {"Fingerprint": ":".join(digest[at:at + 2] for at in range(0, 32, 2)), "SSHPublicKeyBody": body,
             "UploadDate": operations.now()}
    return {"SSHPublicKey": _add(SSH, parameters, added)}


def upload_certificate(parameters: Parameters) -> dict[str, Any]:
    body = parameters["CertificateBody"]
    if "-----BEGIN CERTIFICATE-----" not in body:
        raise Refused("MalformedCertificate", "Unable to parse certificate. Please ensure the certificate is in PEM format.")
    return {"Certificate": _add(SIGNING, parameters, {"CertificateBody": body, "UploadDate": operations.now()})}


def _add(kind: Kind, parameters: Parameters, more: dict[str, Any], alike=lambda other: True) -> dict[str, Any]:
    user = _user(parameters)
    if sum(each["UserName"] == user and alike(each) for each in _kept[kind].values()) >= kind.most:
        raise Refused("LimitExceeded", f"Cannot exceed quota for {kind.many}PerUser: {kind.most}", 409)
    made = {"UserName": user, kind.id: _id(kind), "Status": "Active", **more}
    _kept[kind][made[kind.id]] = made
    return made


def _list(kind: Kind):
    def operation(parameters: Parameters) -> dict[str, Any]:
        user = _user(parameters)
        return {"IsTruncated": False, kind.many: [
            {name: each[name] for name in kind.listed} for each in _kept[kind].values() if each["UserName"] == user]}

    return operation


def _update(kind: Kind):
    return lambda parameters: _found(kind, parameters).update(Status=parameters["Status"])


def _delete(kind: Kind):
    return lambda parameters: _kept[kind].pop(_found(kind, parameters)[kind.id]) and None


def _found(kind: Kind, parameters: Parameters) -> dict[str, Any]:
    user, identifier = _user(parameters), parameters[kind.id]
    found = _kept[kind].get(identifier)
    if found is None or found["UserName"] != user:
        raise Refused("NoSuchEntity", f"The {kind.noun} with id {identifier} cannot be found.", 404)
    return found


def _user(parameters: Parameters) -> str:
    """Returns the user that is named, else the caller."""
    name = parameters.get("UserName") or calling_user.get() or ""
    if name not in iam._users:
        raise Refused("NoSuchEntity", f"The user with name {name} cannot be found.", 404)
    return name


def _id(kind: Kind) -> str:
    alphabet = string.ascii_uppercase + "234567"
    return kind.prefix + "".join(secrets.choice(alphabet) for _ in range(17 if kind.prefix else 32))


def _password() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()
