"""Puts messages of AWS services on queues, as the queue's policy allows."""

import json
import time
import uuid
from typing import Any

from ministack.core.concurrency import esm_wake
from ministack.core.responses import get_account_id
from ministack.services import sqs

from local_aws.policies import Asked, decide


class QueueRefused(Exception):
    """Why a service could not send; `code` is what EventBridge would write on a dead letter."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def put_as_service(arn: str, body: str, service: str, source_arn: str, attributes: dict[str, str] | None = None) -> None:
    """Sends as a service principal, which needs an Allow in the queue's policy."""
    queue = sqs._queue_by_arn(arn)
    if queue is None:
        raise QueueRefused("RESOURCE_NOT_FOUND", f"the queue {arn} does not exist")
    policy = json.loads(queue.get("attributes", {}).get("Policy") or "{}")
    context = {"aws:SourceArn": source_arn, "aws:SourceAccount": get_account_id()}
    if decide(policy, Asked("sqs:SendMessage", arn, service=service, context=context)) != "Allow":
        raise QueueRefused("NO_PERMISSIONS", f"the policy of {arn} does not let {service} send for {source_arn}")
    put(arn, body, attributes or {})


def put(arn: str, body: str, attributes: dict[str, str]) -> None:
    """Sends without asking; a queue that does not exist swallows the message, as a destination on AWS does."""
    queue = sqs._queue_by_arn(arn)
    if queue is None:
        return
    now = time.time()
    message: dict[str, Any] = {
        "id": str(uuid.uuid4()),
        "body": body,
        "sent_at": now,
        "visible_at": now + sqs.queue_delay(queue),
        "message_attributes": {
            name: {"DataType": "String", "StringValue": value} for name, value in attributes.items()
        },
    }
    if queue.get("is_fifo"):
        queue["fifo_seq"] = queue.get("fifo_seq", 0) + 1
        message |= {"group_id": "local-aws", "dedup_id": message["id"], "seq": str(queue["fifo_seq"]).zfill(20)}
    sqs._ensure_msg_fields(message)
    queue["messages"].append(message)
    esm_wake.set()  # a function may be waiting for messages
