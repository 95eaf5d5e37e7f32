"""The account in which a key leaks, as the demo reads it: nothing that is shown comes from anywhere else."""

import datetime
import json
import time
from typing import Any, Callable

from botocore.exceptions import ClientError

from local_aws.session import LocalAws, eventually

USER = "alice"
CHANGES = ("AttachUserPolicy", "DetachUserPolicy", "UpdateAccessKey")


class LeakyAccount:
    """The local AWS with the deployed stack and one user."""

    def __init__(self, aws: LocalAws) -> None:
        self.aws = aws
        self.iam = aws.client("iam")
        self.outputs: dict[str, str] = {}
        self.resources: dict[str, str] = {}
        self.key = ("", "")
        self.event_id = ""
        self.leaked_at = 0.0
        self.finding: dict[str, Any] = {}
        self.entry: dict[str, Any] = {}
        self.undone_at = 0.0

    def since_leak(self, moment: str | float) -> float:
        if isinstance(moment, str):
            moment = datetime.datetime.fromisoformat(moment[:26].rstrip("Z") + "+00:00").timestamp()
        return max(0.0, moment - self.leaked_at)

    def deployed(self) -> int:
        """Notes the stack's resources; returns how many there are."""
        self.outputs, self.resources = self.aws.outputs(), self.aws.resources()
        return len(self.resources)

    def call_with_key(self) -> str:
        """Makes a call with the leaked key; returns who AWS says that is, or raises."""
        return self.aws.client("sts", self.key).get_caller_identity()["Arn"]

    def refusal_of_key(self) -> str:
        """Makes a call with the leaked key; returns how AWS refuses it."""
        try:
            caller = self.call_with_key()
        except ClientError as error:
            return error.response["Error"]["Code"]
        raise AssertionError(f"the key still works, as {caller}")

    def key_status(self) -> str:
        keys = self.iam.list_access_keys(UserName=USER)["AccessKeyMetadata"]
        return next(key["Status"] for key in keys if key["AccessKeyId"] == self.key[0])

    def attached_policies(self) -> list[str]:
        found = self.iam.list_attached_user_policies(UserName=USER)["AttachedPolicies"]
        return [policy["PolicyName"] for policy in found]

    def records(self) -> list[dict[str, Any]]:
        return self.aws.records()

    def changes(self) -> list[str]:
        """Returns the changes that the responder's role has made, from CloudTrail's records."""
        role = self.resources["ContainIdentityRole"]

        def is_own(record: dict[str, Any]) -> bool:
            session = record["userIdentity"].get("sessionContext") or {}
            return (session.get("sessionIssuer") or {}).get("userName") == role

        return [record["eventName"] for record in self.records() if record["eventName"] in CHANGES and is_own(record)]

    def listen(self) -> Callable[[str], list[Any]]:
        """Puts a queue behind the findings bus; what is returned reads events of one kind from it."""
        sqs, events, bus = self.aws.client("sqs"), self.aws.client("events"), self.outputs["FindingsBus"]
        url = sqs.create_queue(QueueName="demo")["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        allowed = {"Statement": {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"},
                                 "Action": "sqs:SendMessage", "Resource": arn}}
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(allowed)})
        events.put_rule(Name="demo", EventBusName=bus, EventPattern=json.dumps({"account": [self.aws.account]}))
        events.put_targets(Rule="demo", EventBusName=bus, Targets=[{"Id": "demo", "Arn": arn}])
        seen: list[Any] = []

        def read(kind: str) -> list[Any]:
            for message in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
                seen.append(json.loads(message["Body"]))
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            return [event["detail"] for event in seen if event["detail-type"] == f"Trailreflex {kind}"]

        return read

    def journal_entry(self) -> dict[str, Any] | None:
        """Returns the journal's entry that answers the leak, once it is executed and reported."""
        items = self.aws.client("dynamodb").scan(TableName=self.outputs["JournalTable"])["Items"]
        for entry in (json.loads(item["entry"]["S"]) for item in items if "entry" in item):
            if entry["plan"]["cause"]["eventId"] == self.event_id and entry["reported"]:
                return entry
        return None

    def delivered_at(self, kind: str) -> float:
        """Returns when EventBridge delivered the first event of a kind since the leak."""
        return next(delivery["time"] for delivery in self.aws.deliveries()
                    if delivery["detailType"] == f"Trailreflex {kind}" and delivery["time"] > self.leaked_at)

    def metric(self, name: str, statistic: str = "Sum", **dimensions: str) -> float | None:
        """Reads a metric back; None if there is none yet."""
        now = datetime.datetime.now(datetime.UTC)
        points = self.aws.client("cloudwatch").get_metric_statistics(
            Namespace="Trailreflex", MetricName=name, Statistics=[statistic], Period=3600,
            Dimensions=[{"Name": key, "Value": value} for key, value in dimensions.items()],
            StartTime=now - datetime.timedelta(hours=1), EndTime=now + datetime.timedelta(hours=1))["Datapoints"]
        return points[0][statistic] if points else None

    def deliver_again(self) -> None:
        """Hands the leak's record to `detect` once more, as EventBridge may do."""
        record = next(record for record in self.records() if record["eventID"] == self.event_id)
        event = {"version": "0", "id": self.event_id, "detail-type": "AWS API Call via CloudTrail", "source": "aws.iam",
                 "account": self.aws.account, "time": record["eventTime"], "region": record["awsRegion"],
                 "resources": [], "detail": record}
        self._invoke("DetectFunction", event)

    def undo(self) -> dict[str, Any]:
        return self._invoke("ContainIdentityFunction", {"undo": self.entry["plan"]["id"]})

    def _invoke(self, function: str, payload: Any) -> dict[str, Any]:
        answer = self.aws.client("lambda").invoke(
            FunctionName=self.outputs[function], Payload=json.dumps(payload).encode())
        return json.loads(answer["Payload"].read())

    def leak(self) -> None:
        self.leaked_at = time.time()
        self.event_id = self.aws.quarantine(USER, self.key[0])

    def wait_for(self, what: str, observe: Callable[[], Any], seconds: float = 20.0) -> Any:
        """Waits until something can be seen; if it cannot, the demo fails with its name."""
        try:
            return eventually(observe, seconds, every=0.05)
        except AssertionError as error:
            raise AssertionError(f"{what} was not observed: {error}") from error

    def function_logs(self) -> str:
        """Returns what both functions have logged, if they are there."""
        logs = self.aws.client("logs")
        try:
            groups = [group["logGroupName"] for group in logs.describe_log_groups()["logGroups"]]
            return "".join(f"{group} {event['message'].rstrip()}\n" for group in groups
                           for event in logs.filter_log_events(logGroupName=group)["events"])
        except Exception as error:  # the local AWS itself may be what has failed
            return f"the functions' logs could not be read: {error!r}\n"
