"""What a KMS key does not let happen while its deletion is pending, and when it is not.

Source: KMS Developer Guide, "Key states of AWS KMS keys".
"""

from ministack.services import kms

from local_aws import operations
from local_aws.operations import Parameters, Refused


def install() -> None:
    operations.check("kms", {
        "EnableKey": _not_pending,
        "DisableKey": _not_pending,
        "ScheduleKeyDeletion": _not_pending,
        "CancelKeyDeletion": _pending,
    })


def _not_pending(parameters: Parameters) -> None:
    key = kms._resolve_key(parameters.get("KeyId", ""))
    if key is not None and _is_pending(key):
        raise Refused("KMSInvalidStateException", f"{key['Arn']} is pending deletion.")


def _pending(parameters: Parameters) -> None:
    key = kms._resolve_key(parameters.get("KeyId", ""))
    if key is not None and not _is_pending(key):
        raise Refused("KMSInvalidStateException", f"{key['Arn']} is not pending deletion.")


def _is_pending(key: dict) -> bool:
    return key["KeyState"] in ("PendingDeletion", "PendingReplicaDeletion")
