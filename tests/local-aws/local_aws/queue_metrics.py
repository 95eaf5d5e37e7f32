"""Publishes how many messages wait in each queue, so that alarms on dead letters can fire.

AWS publishes once a minute; here it is more often, because nobody wants to wait for a rehearsal.
"""

import threading
import time
from typing import Callable

from ministack.core.responses import request_scope
from ministack.services import cloudwatch, sqs

SECONDS_BETWEEN = 2.0
# A number that stays the same is published less often, but within each minute that an alarm looks at.
SECONDS_UNCHANGED = 25.0
SECONDS_BETWEEN_EVICTIONS = 30.0
NAMESPACE = "AWS/SQS"


_published: dict[str, tuple[int, float]] = {}


def install() -> None:
    cloudwatch._evict_old_metrics = seldom(cloudwatch._evict_old_metrics)
    threading.Thread(target=_publish_forever, name="queue-metrics", daemon=True).start()


def _publish_forever() -> None:
    while True:
        time.sleep(SECONDS_BETWEEN)
        for (account, region, _), queue in list(sqs._queues.all_items()):
            with request_scope(account, region):
                _publish(queue)


def _publish(queue: dict) -> None:
    now = time.time()
    arn = queue["attributes"]["QueueArn"]
    visible = sum(message.get("visible_at", 0) <= now for message in list(queue["messages"]))
    before, then = _published.get(arn, (-1, 0.0))
    if visible == before and now - then < SECONDS_UNCHANGED:
        return
    _published[arn] = visible, now
    dimensions = {"QueueName": arn.rsplit(":", 1)[-1]}
    cloudwatch.record_metric(NAMESPACE, "ApproximateNumberOfMessagesVisible", visible, "Count", dimensions)


def seldom(evict: Callable[[], None]) -> Callable[[], None]:
    """Lets old points be looked for every now and then: ministack looks at all points of all metrics in every call."""
    last = time.monotonic()

    def wrapped() -> None:
        nonlocal last
        if time.monotonic() - last >= SECONDS_BETWEEN_EVICTIONS:
            last = time.monotonic()
            evict()

    return wrapped
