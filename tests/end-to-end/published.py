"""What services publish about the messages that they take: Slack's own SDK, and OCSF's schema as its maintainers release it.

Security Hub's form is held to botocore's model by the local AWS itself (`local_aws/security_hub.py`).
"""

from functools import cache
from typing import Any

import jsonschema
from ocsf_json_schema import OcsfJsonSchemaEmbedded, get_ocsf_schema
from slack_sdk.models.blocks import Block

# Source: Slack API, "Reference: blocks": most blocks of a message, most characters of a section's field. The SDK checks
# neither.
MOST_BLOCKS, MOST_OF_FIELD = 50, 2000


@cache
def _ocsf(version: str, name: str) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(OcsfJsonSchemaEmbedded(get_ocsf_schema(version)).get_class_schema(name))


def ocsf(event: dict[str, Any]) -> list[str]:
    """Returns what in an event is not as its class and version demand."""
    name = event["class_name"].lower().replace(" ", "_")
    errors = _ocsf(event["metadata"]["version"], name).iter_errors(event)
    return [f"{error.json_path}: {error.message}" for error in errors]


def slack(body: dict[str, Any]) -> list[str]:
    """Returns what in a message Slack's SDK would not send, or does not know."""
    found = [] if len(body["blocks"]) <= MOST_BLOCKS else [f"{len(body['blocks'])} blocks"]
    for block in body["blocks"]:
        parsed = Block.parse(block)
        try:
            known = parsed.to_dict()  # checks the block and what is in it
        except Exception as error:  # noqa: BLE001  (the SDK's errors have no common class)
            found.append(f"{block['type']}: {error}")
            continue
        if known != block:
            found.append(f"{block} is to the SDK {known}")
        found += [f"a field of {len(field['text'])} characters" for field in block.get("fields", [])
                  if len(field["text"]) > MOST_OF_FIELD]
    return found
