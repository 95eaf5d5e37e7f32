"""What CloudTrail does with a record: the event history always, EventBridge only while a trail is logging."""

import collections
import json
import logging
import os
import queue
import threading
import time
from typing import Any

from ministack.core.responses import request_scope
from ministack.services import cloudtrail, eventbridge

from local_aws.identity import Caller

# AWS takes seconds to minutes; a rehearsal may ask for some of that.
DELIVERY_SECONDS = float(os.environ.get("LOCAL_AWS_DELIVERY_SECONDS", "0"))
MOST_RECORDS_KEPT = 20_000

_kept: collections.deque[dict[str, Any]] = collections.deque(maxlen=MOST_RECORDS_KEPT)
_waiting: queue.Queue[tuple[float, dict[str, Any]]] = queue.Queue()
_courier_started = threading.Lock()
_log = logging.getLogger("local_aws.trail")


def kept_records() -> list[dict[str, Any]]:
    return list(_kept)


def forget() -> None:
    _kept.clear()


def is_logging(account: str, region: str) -> bool:
    """Says if a trail of the account covers the region and is switched on."""
    return any(
        trail.get("IsLogging") and (home == region or trail.get("IsMultiRegionTrail"))
        for home, _, trail in cloudtrail._account_trail_items(account)
    )


def publish(record: dict[str, Any], caller: Caller, to_eventbridge: bool) -> None:
    """Adds a record to the event history, and hands it to EventBridge if it should be delivered."""
    _kept.append(record)
    with request_scope(caller.account, record["awsRegion"]):
        cloudtrail._get_event_queue().append(history_row(record, caller.lookup_name))
    if to_eventbridge:
        _start_courier_once()
        _waiting.put((time.monotonic() + DELIVERY_SECONDS, record))


def history_row(record: dict[str, Any], name: str) -> dict[str, Any]:
    """Returns an entry as LookupEvents answers it; `name` is whom it shows as Username."""
    return {
        "EventId": record["eventID"],
        "EventName": record["eventName"],
        "EventSource": record["eventSource"],
        "EventTime": time.time(),
        "Username": name,
        "AccessKeyId": record["userIdentity"].get("accessKeyId", ""),
        "ReadOnly": "true" if record["readOnly"] else "false",
        "Resources": _resources(record),
        "CloudTrailEvent": json.dumps(record),
    }


_RESOURCE_TYPES = {
    "userName": "AWS::IAM::User",
    "roleName": "AWS::IAM::Role",
    "accessKeyId": "AWS::IAM::AccessKey",
    "policyArn": "AWS::IAM::Policy",
    "bucketName": "AWS::S3::Bucket",
    "functionName": "AWS::Lambda::Function",
}


def _resources(record: dict[str, Any]) -> list[dict[str, str]]:
    parameters = record["requestParameters"]
    parameters = parameters if isinstance(parameters, dict) else {}
    named = [(kind, parameters.get(name)) for name, kind in _RESOURCE_TYPES.items()]
    return [{"ResourceType": kind, "ResourceName": name} for kind, name in named if isinstance(name, str)]


def _start_courier_once() -> None:
    if _courier_started.acquire(blocking=False):
        threading.Thread(target=_deliver_in_order, name="cloudtrail-courier", daemon=True).start()


def _deliver_in_order() -> None:
    """Delivers apart from the call, as AWS does: the caller has its answer before anybody hears of it."""
    while True:
        due, record = _waiting.get()
        time.sleep(max(0.0, due - time.monotonic()))
        try:
            _deliver(record)
        except Exception:  # one record must not end the delivery of all others
            _log.exception("could not deliver %s", record["eventName"])


def _deliver(record: dict[str, Any]) -> None:
    source = record["eventSource"].partition(".")[0]
    entry = {"Source": f"aws.{source}", "DetailType": "AWS API Call via CloudTrail", "Detail": json.dumps(record)}
    with request_scope(record["recipientAccountId"], record["awsRegion"]):
        eventbridge._put_events({"Entries": [entry]}, allow_aws_source=True)
