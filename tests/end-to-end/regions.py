"""`template-region.yaml`, deployed in another Region of the account, and what it did."""

from pathlib import Path
from typing import Any

from local_aws.session import LocalAws, eventually

FILE = Path(__file__).resolve().parents[2] / "template-region.yaml"


class OtherRegion:
    """One Region that sends what it sees to us-east-1."""

    def __init__(self, aws: LocalAws, region: str, stack: str) -> None:
        self.region, self.stack = region, stack
        self.home = f"arn:aws:events:us-east-1:{aws.account}:event-bus/default"
        self._aws = aws
        self._cloudformation = aws.client("cloudformation", region=region)

    def __enter__(self) -> "OtherRegion":
        self._cloudformation.create_stack(StackName=self.stack, TemplateBody=FILE.read_text(), Capabilities=["CAPABILITY_IAM"])
        eventually(lambda: self._described()["StackStatus"] == "CREATE_COMPLETE", 30)
        self.outputs = {output["OutputKey"]: output["OutputValue"] for output in self._described()["Outputs"]}
        return self

    def __exit__(self, *error: object) -> None:
        self._cloudformation.delete_stack(StackName=self.stack)

    def _described(self) -> dict[str, Any]:
        return self._cloudformation.describe_stacks(StackName=self.stack)["Stacks"][0]

    def client(self, service: str, *arguments: Any, **options: Any) -> Any:
        return self._aws.client(service, *arguments, region=self.region, **options)

    def rules(self) -> dict[str, str]:
        """Returns the names of the event rules by logical id."""
        found = self._cloudformation.describe_stack_resources(StackName=self.stack)["StackResources"]
        return {each["LogicalResourceId"]: each["PhysicalResourceId"] for each in found if each["ResourceType"].endswith("::Rule")}

    def sent(self) -> list[tuple[str, str]]:
        """Returns which rules have sent an event home, by logical id, and how that ended.

        Calls of the root user are left out: they are the tests' own.
        """
        names = {name: logical for logical, name in self.rules().items() if logical != "DetectRootRule"}
        deliveries = [each for each in self._aws.deliveries() if each["target"] == self.home and each["rule"] in names]
        return [(names[each["rule"]], each["outcome"]) for each in deliveries]

    def dead_letters(self) -> list[dict[str, Any]]:
        """Returns what could not be sent, and leaves it there."""
        found = self.client("sqs").receive_message(
            QueueUrl=self.outputs["UndeliveredEventsQueueUrl"], MaxNumberOfMessages=10, MessageAttributeNames=["All"],
            VisibilityTimeout=0)
        return found.get("Messages", [])
