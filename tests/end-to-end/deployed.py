"""The deployed stack as a person sees it: its answers, its journal, its queues, its numbers, and the users around it."""

import datetime
import itertools
import json
import time
import urllib.parse
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Callable

from inbox import Inbox
from local_aws.processes import ask
from local_aws.session import LocalAws, eventually

TEMPLATE = Path(__file__).resolve().parents[2] / "target/stage/template.yaml"
CHANGES = ("AttachUserPolicy", "DetachUserPolicy", "UpdateAccessKey")
PAST = "2026-01-01T00:00:00Z"
_numbers = itertools.count(1)


@dataclass(frozen=True)
class User:
    """A user with one active access key."""

    name: str
    path: str
    unique_id: str
    key_id: str
    secret: str = "rehearsal"

    @property
    def key(self) -> tuple[str, str]:
        return self.key_id, self.secret


def messages(*bodies: str) -> dict[str, Any]:
    """Returns what Lambda is given by a queue."""
    return {"Records": [{"messageId": f"message-{next(_numbers)}", "body": body, "eventSource": "aws:sqs"}
                        for body in bodies]}


def reaches(read: Callable[[], Any], expected: Any, seconds: float = 60.0) -> None:
    """Waits until what is read is as expected; if it never is, fails with both."""
    try:
        eventually(lambda: read() == expected, seconds)
    except AssertionError as error:
        raise AssertionError(f"{read()!r} is not {expected!r}") from error


def is_quiet(stack: "Stack", seconds: int = 3) -> None:
    """Waits until nothing is contained any more that an earlier test has set off: no outcome for some seconds on end."""
    def unchanged() -> bool:
        before = len(stack.outcomes.all())
        time.sleep(seconds)
        return len(stack.outcomes.all()) == before

    eventually(unchanged)


class Stack:
    """What tests ask of one deployed stack."""

    def __init__(self, aws: LocalAws, name: str = "trailreflex") -> None:
        self.aws = aws
        self.outputs = aws.outputs(name)
        self.resources = aws.resources(name)
        self.quarantined = Inbox(aws, self.outputs["QuarantineQueueUrl"])
        self.failed = Inbox(aws, self.outputs["FailedEventsQueueUrl"])
        self.undelivered = Inbox(aws, self.outputs["UndeliveredEventsQueueUrl"])
        self.outcomes = Inbox.on_bus(aws, self.outputs["FindingsBus"], f"{name}-outcomes",
                                     {"detail-type": ["Trailreflex Outcome"]})
        self.findings = Inbox.on_bus(aws, self.outputs["FindingsBus"], f"{name}-all-findings",
                                     {"detail-type": ["Trailreflex Finding"]})

    # ---- users ----------------------------------------------------------------------------------------------

    def user(self, name: str = "user", *, path: str = "/", created: str = PAST, may: str | None = None) -> User:
        """Makes a user with a key, without a record of it. `may` names actions that the user is allowed."""
        number = next(_numbers)
        made = User(f"{name}-{number:04}", path, f"AIDA{number:017}", f"AKIA{number:016}")
        query = {"userName": made.name, "userId": made.unique_id, "createDate": created,
                 "accessKeyId": made.key_id, "path": path}
        ask(f"{self.aws.endpoint}/_local_aws/user?{urllib.parse.urlencode(query)}", "POST")
        if may:
            allowed = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": may, "Resource": "*"}}
            self.iam.put_user_policy(UserName=made.name, PolicyName="own", PolicyDocument=json.dumps(allowed))
        return made

    def arn(self, user: User) -> str:
        return f"arn:aws:iam::{self.aws.account}:user{user.path}{user.name}"

    def state(self, user: User) -> dict[str, Any]:
        """Returns the statuses of the user's keys and the names of attached policies."""
        keys = self.iam.list_access_keys(UserName=user.name)["AccessKeyMetadata"]
        policies = self.iam.list_attached_user_policies(UserName=user.name)["AttachedPolicies"]
        return {"keys": {key["AccessKeyId"]: key["Status"] for key in keys},
                "policies": sorted(policy["PolicyName"] for policy in policies)}

    def is_contained(self, user: User) -> bool:
        seen = self.state(user)
        return "AWSDenyAll" in seen["policies"] and seen["keys"].get(user.key_id) == "Inactive"

    def changes(self, user: User | None = None, about: str = "") -> list[str]:
        """Returns the changes that the responder has made and AWS has accepted, in order, from CloudTrail's records."""
        own = [record for record in self.aws.records() if record["eventName"] in CHANGES and self._is_responders(record)]
        return [record["eventName"] for record in own if "errorCode" not in record
                and (user is None or record["requestParameters"]["userName"] == user.name)
                and about in str(record["requestParameters"])]

    def _is_responders(self, record: dict[str, Any]) -> bool:
        issuer = (record["userIdentity"].get("sessionContext") or {}).get("sessionIssuer") or {}
        return issuer.get("userName") == self.resources["ContainIdentityRole"]

    # ---- functions --------------------------------------------------------------------------------------------

    def detect(self, payload: Any) -> Any:
        return self._invoke("DetectFunction", payload)

    def ingest(self, *bodies: str) -> Any:
        """Hands messages over as SQS does; returns the function's answer."""
        return self._invoke("IngestFunction", messages(*bodies))

    def meter(self, *bodies: str) -> Any:
        """Hands messages over as SQS does; returns the function's answer."""
        return self._invoke("MeterFunction", messages(*bodies))

    def meter_sweep(self) -> Any:
        return self._invoke("MeterFunction", {"sweep": True})

    def notify(self, *bodies: str) -> Any:
        """Hands messages over as SQS does; returns the function's answer."""
        return self._invoke("NotifyFunction", messages(*bodies))

    def notify_sweep(self) -> Any:
        return self._invoke("NotifyFunction", {"sweep": True})

    def let_meter_count(self) -> Callable[[], None]:
        """Lets all of CloudTrail's events reach meter; returns what ends that."""
        events = self.aws.client("events")
        rule = events.describe_rule(Name=self.resources["MeterRule"])
        events.put_rule(Name=rule["Name"], EventPattern=rule["EventPattern"], Description=rule["Description"],
                        State="ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS")
        return lambda: events.disable_rule(Name=rule["Name"])

    def switch_off(self, *names: str, of_findings: bool = False) -> None:
        """Disables event rules that a test has enabled, in such a way that `restore-logging` does not enable them again.

        From then on each event of all later tests would wake the functions behind them.
        """
        events, bus = self.aws.client("events"), {"EventBusName": self.outputs["FindingsBus"]}
        answering = [self.resources[name].rsplit("|", 1)[-1] for name in ("RestoreLoggingRule", "StandInRule")]
        rules = [self.resources[name].rsplit("|", 1)[-1] for name in names]
        for rule in answering:
            events.disable_rule(Name=rule, **bus)
        for rule in rules:
            events.disable_rule(Name=rule, **(bus if of_findings else {}))
        for rule in rules:
            self.findings.wait(lambda event: f'"{rule}"' in json.dumps(event) and "tampered" in event["detail"]["rule"]["name"],
                               seconds=60)
        for rule in answering:
            events.enable_rule(Name=rule, **bus)

    def contain(self, payload: Any) -> Any:
        return self._invoke("ContainIdentityFunction", payload)

    def undo(self, plan: str) -> Any:
        return self.contain({"undo": plan})

    def _invoke(self, function: str, payload: Any) -> Any:
        answer = self.lambda_.invoke(FunctionName=self.outputs[function], Payload=self.payload(payload))
        return json.loads(answer["Payload"].read())

    def send(self, function: str, payload: Any) -> None:
        """Hands an event over as EventBridge does: without waiting, with Lambda's retries."""
        self.lambda_.invoke(FunctionName=self.outputs[function], InvocationType="Event", Payload=self.payload(payload))

    @staticmethod
    def payload(value: Any) -> bytes:
        return json.dumps(value).encode()

    # ---- what it leaves -----------------------------------------------------------------------------------------

    def journal(self, user: User) -> list[dict[str, Any]]:
        """Returns the journal's entries about a user, the oldest first."""
        pages = self.dynamodb.get_paginator("scan").paginate(TableName=self.outputs["JournalTable"], ConsistentRead=True)
        items = [item for page in pages for item in page["Items"]]
        entries = [json.loads(item["entry"]["S"]) for item in items if "entry" in item]
        own = [entry for entry in entries if entry["plan"].get("identity", {}).get("name") == user.name]
        return sorted(own, key=lambda entry: entry["plan"]["decidedAt"])

    def reported(self, user: User) -> dict[str, Any]:
        """Waits for the one entry about a user to be executed and reported."""
        def one() -> dict[str, Any] | None:
            entries = self.journal(user)
            return entries[0] if [entry["reported"] for entry in entries] == [True] else None

        return eventually(one)

    def outcomes_of(self, user: User) -> list[dict[str, Any]]:
        """Returns the outcome events about a user so far, whole."""
        return self.outcomes.matching(lambda event: event["detail"]["plan"].get("identity", {}).get("name") == user.name)

    def outcome(self, user: User, status: str) -> dict[str, Any]:
        """Waits for an outcome event about a user."""
        return eventually(lambda: [event for event in self.outcomes_of(user) if event["detail"]["status"] == status])[0]

    def metric(self, name: str, statistic: str = "Sum", **dimensions: str) -> float:
        """Reads a metric back over all that has been published."""
        now = datetime.datetime.now(datetime.UTC)
        read = self.aws.client("cloudwatch").get_metric_statistics(
            Namespace="Trailreflex", MetricName=name, Statistics=[statistic], Period=86400,
            Dimensions=[{"Name": key, "Value": value} for key, value in dimensions.items()],
            StartTime=now - datetime.timedelta(days=1), EndTime=now + datetime.timedelta(hours=1))
        return sum(point[statistic] for point in read["Datapoints"])

    def grows(self, *metrics: tuple[str, dict[str, str]]) -> Callable[[], list[float]]:
        """Notes metrics; what is returned tells by how much each has grown since."""
        def read() -> list[float]:
            return [self.metric(name, "SampleCount" if name.startswith("Seconds") else "Sum", **dimensions)
                    for name, dimensions in metrics]

        before = read()
        return lambda: [now - then for now, then in zip(read(), before)]

    @cached_property
    def answered_rules(self) -> set[str]:
        """Ids of the rules whose findings reach the responder, as the deployed event rule has them."""
        rule = self.aws.client("events").describe_rule(Name=self.resources["ContainIdentityRule"],
                                                       EventBusName=self.outputs["FindingsBus"])
        return set(json.loads(rule["EventPattern"])["detail"]["rule"]["id"])

    @cached_property
    def dynamodb(self) -> Any:
        return self.aws.client("dynamodb")

    @cached_property
    def iam(self) -> Any:
        return self.aws.client("iam")

    @cached_property
    def lambda_(self) -> Any:
        return self.aws.client("lambda")
