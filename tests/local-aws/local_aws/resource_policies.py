"""Resource policies that AWS refuses: what is no policy, and what is public where that is forbidden."""

import json
from typing import Any

from local_aws import operations
from local_aws.operations import Parameters, Refused


def install() -> None:
    operations.check("ecr", {"SetRepositoryPolicy": _repository})
    operations.check("kms", {"PutKeyPolicy": _key})
    operations.check("secretsmanager", {"PutResourcePolicy": _secret})
    operations.check("sns", {"SetTopicAttributes": _topic})
    operations.check("sqs", {"SetQueueAttributes": _queue})


def _repository(parameters: Parameters) -> None:
    if not _is_policy(parameters.get("policyText")):
        raise Refused("InvalidParameterException", "Invalid parameter at 'PolicyText' failed to satisfy constraint: "
                      "'Invalid repository policy provided'")


def _key(parameters: Parameters) -> None:
    if not _is_policy(parameters.get("Policy")):
        raise Refused("MalformedPolicyDocumentException", "The policy document is not valid.")


def _secret(parameters: Parameters) -> None:
    text = parameters.get("ResourcePolicy")
    if not _is_policy(text):
        raise Refused("MalformedPolicyDocumentException", "This resource policy contains invalid Json.")
    if parameters.get("BlockPublicPolicy") and any(map(_is_public, _statements(text))):
        raise Refused("PublicPolicyException", "This resource policy can be used to grant broad access to your secret.")


def _topic(parameters: Parameters) -> None:
    if parameters.get("AttributeName") == "Policy" and not _is_policy(parameters.get("AttributeValue")):
        raise Refused("InvalidParameter", "Invalid parameter: Policy Error: null")


def _queue(parameters: Parameters) -> None:
    text = (parameters.get("Attributes") or {}).get("Policy")
    if text and not _is_policy(text):  # an empty text takes the policy away
        raise Refused("InvalidAttributeValue", "Invalid value for the parameter Policy.")


def _is_policy(text: Any) -> bool:
    try:
        document = json.loads(text)
    except (TypeError, ValueError):
        return False
    return isinstance(document, dict) and "Statement" in document


def _statements(text: str) -> list[dict[str, Any]]:
    found = json.loads(text)["Statement"]
    return found if isinstance(found, list) else [found]


def _is_public(statement: dict[str, Any]) -> bool:
    """Conditions are taken for enough; AWS looks at which they are."""
    anybody = statement.get("Principal") in ("*", {"AWS": "*"}, {"AWS": ["*"]})
    return statement.get("Effect") == "Allow" and anybody and "Condition" not in statement
