"""Makes the CloudTrail record of a call.

Source: CloudTrail User Guide, "CloudTrail record contents"; field by field compared with public records.
"""

import time
import uuid
from typing import Any

from local_aws import names, values
from local_aws.calls import Answer, Call
from local_aws.identity import Caller

_DENIED = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "Client.UnauthorizedOperation"})
# Read-only, and yet their results are shown.
_SHOWS_RESULT = frozenset({"AssumeRole", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity", "GetFederationToken",
                           "GetSessionToken"})


def of_call(call: Call, answer: Answer, caller: Caller, region: str, source: str) -> dict[str, Any]:
    """Returns the record of a call that was answered; `source` is where it came from."""
    read_only = names.is_read_only(call)
    code = _error_code(call, answer)
    denied = code in _DENIED
    shows_result = answer.succeeded and (not read_only or call.operation.name in _SHOWS_RESULT)
    record = {
        "eventVersion": "1.11",
        "userIdentity": caller.user_identity,
        "eventTime": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "eventSource": names.event_source(call),
        "eventName": names.event_name(call),
        "awsRegion": region,
        "sourceIPAddress": source,
        "userAgent": call.request.headers.get("user-agent", ""),
        # On a denial CloudTrail keeps them to itself.
        "requestParameters": None if denied else values.request_parameters(call),
        "responseElements": values.response_elements(call, answer.parsed) if shows_result else None,
        "requestID": call.request.id,
        "eventID": str(uuid.uuid4()),
        "readOnly": read_only,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": caller.account,
        "eventCategory": "Management",
        "tlsDetails": _tls_details(call, region),
    }
    if code is not None:
        record["errorCode"] = code
        record["errorMessage"] = answer.error_message
    return record


def of_service_call(
    caller: Caller, source_name: str, event_name: str, region: str, parameters: dict[str, Any], result: Any = None,
    read_only: bool = False,
) -> dict[str, Any]:
    """Returns the record of a call that AWS itself made, in its own name or in a user's."""
    address = caller.user_identity.get("invokedBy", "AWS Internal")
    return {
        "eventVersion": "1.11",
        "userIdentity": caller.user_identity,
        "eventTime": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "eventSource": f"{source_name}.amazonaws.com",
        "eventName": event_name,
        "awsRegion": region,
        "sourceIPAddress": address,
        "userAgent": address,
        "requestParameters": parameters,
        "responseElements": result,
        "requestID": str(uuid.uuid4()),
        "eventID": str(uuid.uuid4()),
        "readOnly": read_only,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": caller.account,
        "eventCategory": "Management",
    }


def _error_code(call: Call, answer: Answer) -> str | None:
    """CloudTrail names an error by its shape (`NoSuchEntityException`), where the wire says `NoSuchEntity`."""
    code = answer.error_code
    if code is None:
        return None
    if code == "AccessDeniedException":
        return "AccessDenied"
    if call.service == "ec2":
        return f"Client.{code}"
    if call.service == "s3" or code == "AccessDenied":
        return code
    for shape in call.operation.error_shapes:
        if shape.metadata.get("error", {}).get("code") == code:
            return shape.name
    return code


def _tls_details(call: Call, region: str) -> dict[str, str]:
    """As if the call had gone to AWS: here it is plain HTTP on the loopback interface."""
    prefix = call.operation.service_model.endpoint_prefix
    host = f"{prefix}.amazonaws.com" if call.service in names.GLOBAL_SERVICES else f"{prefix}.{region}.amazonaws.com"
    return {"tlsVersion": "TLSv1.3", "cipherSuite": "TLS_AES_128_GCM_SHA256", "clientProvidedHostHeader": host}
