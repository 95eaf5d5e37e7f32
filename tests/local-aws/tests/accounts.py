"""An account to test in: clients of its root user and of its IAM users, a trail, queues that listen to rules."""

import io
import json
import sys
import uuid
import zipfile
from pathlib import Path
from typing import Any, Callable

import pytest
from botocore.exceptions import ClientError

from local_aws.session import LocalAws, eventually

BOOTSTRAP = Path(__file__).with_name("bootstrap.py")
VIA_CLOUDTRAIL = "AWS API Call via CloudTrail"
ALL_EVENTS = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"


class Account:
    """A 12-digit access key makes ministack take that number as the account."""

    def __init__(self, aws: LocalAws, number: str) -> None:
        self.aws = aws
        self.number = number

    def client(self, service: str, key: tuple[str, str] | None = None, **options: Any) -> Any:
        return self.aws.client(service, key or (self.number, "test"), **options)

    def user(self, name: str = "alice", path: str = "/") -> tuple[str, str]:
        """Creates a user with a key; returns the key."""
        self.client("iam").create_user(UserName=name, Path=path)
        return self.key_of(name)

    def key_of(self, name: str) -> tuple[str, str]:
        key = self.client("iam").create_access_key(UserName=name)["AccessKey"]
        return key["AccessKeyId"], key["SecretAccessKey"]

    def role(self, name: str = "worker", service: str | list[str] = "lambda.amazonaws.com", policy: dict | None = None) -> str:
        principal = {"Service": service, "AWS": f"arn:aws:iam::{self.number}:root"}
        trust = document({"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"})
        arn = self.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
        if policy:
            self.client("iam").put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=document(policy))
        return arn

    def trail(self, region: str | None = None, all_regions: bool = True) -> str:
        """Creates a trail and switches it on."""
        client = self.client("cloudtrail", region=region)
        name = f"trail-{uuid.uuid4().hex[:8]}"
        client.create_trail(Name=name, S3BucketName="somewhere", IsMultiRegionTrail=all_regions)
        client.start_logging(Name=name)
        return name

    def records(self, event_name: str | None = None) -> list[dict[str, Any]]:
        return [
            record for record in self.aws.records()
            if record["recipientAccountId"] == self.number and event_name in (None, record["eventName"])
        ]

    def record(self, event_name: str) -> dict[str, Any]:
        """Returns the last record of that name."""
        return self.records(event_name)[-1]

    def listen(self, pattern: dict[str, Any], state: str = "ENABLED", region: str | None = None,
               bus: str = "default") -> "Listener":
        return Listener(self, pattern, state, region, bus)

    def function(self, name: str = "worker", role: str | None = None, region: str | None = None, **settings: Any) -> str:
        """Creates a function that does what its event says (see bootstrap.py); returns its ARN."""
        script = BOOTSTRAP.read_text().replace("/usr/bin/env python3", sys.executable, 1)
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as files:
            entry = zipfile.ZipInfo("bootstrap")
            entry.external_attr = 0o755 << 16
            files.writestr(entry, script)
        settings = {"Timeout": 20} | settings
        return self.client("lambda", region=region).create_function(
            FunctionName=name, Runtime="provided.al2023", Handler="bootstrap", Role=role or self.role(),
            Code={"ZipFile": archive.getvalue()}, **settings)["FunctionArn"]

    def invoke(self, name: str, event: Any) -> Any:
        answer = self.client("lambda").invoke(FunctionName=name, Payload=json.dumps(event))
        return json.load(answer["Payload"])

    def queue(self, name: str, policy: dict[str, Any] | None = None, region: str | None = None) -> "Queue":
        return Queue(self, name, policy, region)


class Queue:
    """A queue and all that has been received from it."""

    def __init__(self, account: Account, name: str, policy: dict[str, Any] | None, region: str | None) -> None:
        self._sqs = account.client("sqs", region=region)
        self.url = self._sqs.create_queue(QueueName=name)["QueueUrl"]
        attributes = self._sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=["QueueArn"])["Attributes"]
        self.arn = attributes["QueueArn"]
        self.messages: list[dict[str, Any]] = []
        if policy:
            allowed = document({**policy, "Resource": self.arn})
            self._sqs.set_queue_attributes(QueueUrl=self.url, Attributes={"Policy": allowed})

    def receive(self) -> list[dict[str, Any]]:
        """Takes what is there; returns all messages so far."""
        found = self._sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10, MessageAttributeNames=["All"])
        for message in found.get("Messages", []):
            self._sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
            self.messages.append(message)
        return self.messages

    def wait(self, number: int = 1) -> list[dict[str, Any]]:
        return eventually(lambda: self.receive() if len(self.receive()) >= number else None)


FROM_EVENTBRIDGE = {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sqs:SendMessage"}


class Listener:
    """A rule with a queue behind it."""

    def __init__(self, account: Account, pattern: dict, state: str, region: str | None, bus: str) -> None:
        self.name = f"listener-{uuid.uuid4().hex[:8]}"
        self.queue = account.queue(self.name, FROM_EVENTBRIDGE, region)
        events = account.client("events", region=region)
        rule = {"Name": self.name, "EventBusName": bus, "EventPattern": json.dumps(pattern), "State": state}
        events.put_rule(**rule)
        events.put_targets(Rule=self.name, EventBusName=bus, Targets=[{"Id": "queue", "Arn": self.queue.arn}])

    def events(self) -> list[dict[str, Any]]:
        return [json.loads(message["Body"]) for message in self.queue.receive()]

    def names_until(self, last: str) -> list[str]:
        """Returns the names of all delivered calls, once the last one has come: deliveries keep their order."""
        def names() -> list[str] | None:
            seen = [event["detail"].get("eventName") for event in self.events()]
            return seen if last in seen else None
        return eventually(names)


def calls(*sources: str) -> dict[str, Any]:
    """Returns the pattern for calls of these services."""
    return {"source": [f"aws.{source}" for source in sources], "detail-type": [VIA_CLOUDTRAIL]}


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def refusal(call: Callable[..., Any], **parameters: Any) -> tuple[str, int]:
    """Makes a call that must fail; returns the code and the status of the error."""
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    answer = caught.value.response
    return answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"]
