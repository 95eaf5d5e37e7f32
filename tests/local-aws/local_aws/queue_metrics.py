"""Publishes how many messages wait in each queue, so that alarms on dead letters can fire.

AWS publishes once a minute; here it is more often, because nobody wants to wait for a rehearsal.
"""

import threading
import time

from ministack.core.responses import request_scope
from ministack.services import cloudwatch, sqs

SECONDS_BETWEEN = 2.0
NAMESPACE = "AWS/SQS"


def install() -> None:
    threading.Thread(target=_publish_forever, name="queue-metrics", daemon=True).start()


def _publish_forever() -> None:
    while True:
        time.sleep(SECONDS_BETWEEN)
        for (account, region, _), queue in list(sqs._queues.all_items()):
            with request_scope(account, region):
                _publish(queue)


def _publish(queue: dict) -> None:
    now = time.time()
    visible = sum(message.get("visible_at", 0) <= now for message in list(queue["messages"]))
    dimensions = {"QueueName": queue["attributes"]["QueueArn"].rsplit(":", 1)[-1]}
    cloudwatch.record_metric(NAMESPACE, "ApproximateNumberOfMessagesVisible", visible, "Count", dimensions)
