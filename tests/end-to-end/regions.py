"""`template-region.yaml`, deployed in another Region of the account, and what it did."""

from pathlib import Path
from typing import Any

from local_aws.session import LocalAws, eventually

FILE = Path(__file__).resolve().parents[2] / "template-region.yaml"


class OtherRegion:
    """One Region that sends what it sees to us-east-1."""

    def __init__(self, aws: LocalAws, region: str, stack: str) -> None:
        self.region, self.stack = region, stack
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

    def dead_letters(self) -> list[dict[str, Any]]:
        """Returns what could not be sent, and leaves it there."""
        found = self.client("sqs").receive_message(
            QueueUrl=self.outputs["UndeliveredEventsQueueUrl"], MaxNumberOfMessages=10, MessageAttributeNames=["All"],
            VisibilityTimeout=0)
        return found.get("Messages", [])
