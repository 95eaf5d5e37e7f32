"""A queue that is read once and kept, so that tests can look for a message however often and in whatever order."""

import json
import threading
from typing import Any, Callable

from local_aws.session import LocalAws, eventually


class Inbox:
    """All messages of one queue."""

    def __init__(self, aws: LocalAws, url: str) -> None:
        self._sqs = aws.client("sqs")
        self._url = url
        self._messages: list[Any] = []
        self._reading = threading.Lock()

    @classmethod
    def on_bus(cls, aws: LocalAws, bus: str, name: str, pattern: dict[str, Any], state: str = "ENABLED") -> "Inbox":
        """Makes a queue that gets the bus's events that match."""
        sqs, events = aws.client("sqs"), aws.client("events")
        url = sqs.create_queue(QueueName=name)["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        allowed = {"Statement": {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"},
                                 "Action": "sqs:SendMessage", "Resource": arn}}
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(allowed)})
        events.put_rule(Name=name, EventBusName=bus, EventPattern=json.dumps(pattern), State=state)
        events.put_targets(Rule=name, EventBusName=bus, Targets=[{"Id": "inbox", "Arn": arn}])
        return cls(aws, url)

    @classmethod
    def on_topic(cls, aws: LocalAws, name: str) -> tuple["Inbox", str]:
        """Makes a topic and a queue that gets its messages as they are; returns the topic's ARN too."""
        topic = aws.client("sns").create_topic(Name=name)["TopicArn"]
        return cls._listening(aws, topic, name, raw=True), topic

    @classmethod
    def subscribed(cls, aws: LocalAws, topic: str, name: str) -> "Inbox":
        """Makes a queue that gets a topic's messages with their subjects."""
        return cls._listening(aws, topic, name, raw=False)

    @classmethod
    def _listening(cls, aws: LocalAws, topic: str, name: str, raw: bool) -> "Inbox":
        sqs = aws.client("sqs")
        url = sqs.create_queue(QueueName=name)["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        allowed = {"Statement": {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"},
                                 "Action": "sqs:SendMessage", "Resource": arn}}
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(allowed)})
        aws.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn,
                                    Attributes={"RawMessageDelivery": str(raw).lower()})
        return cls(aws, url)

    def all(self) -> list[Any]:
        """Returns every message so far, the oldest first."""
        with self._reading:
            while messages := self._sqs.receive_message(QueueUrl=self._url, MaxNumberOfMessages=10).get("Messages"):
                for message in messages:
                    self._messages.append(json.loads(message["Body"]))
                    self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"])
            return list(self._messages)

    def matching(self, wanted: Callable[[Any], bool]) -> list[Any]:
        return [message for message in self.all() if wanted(message)]

    def wait(self, wanted: Callable[[Any], bool], seconds: float = 20.0) -> Any:
        """Waits for a message; returns the first that is wanted."""
        return eventually(lambda: self.matching(wanted), seconds)[0]
