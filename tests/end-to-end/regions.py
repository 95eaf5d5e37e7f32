"""`template-region.yaml` and `template-member.yaml`, deployed in another Region or account, and what they did."""

from pathlib import Path
from typing import Any

from local_aws.session import ROOT_KEY, LocalAws, eventually

REPOSITORY = Path(__file__).resolve().parents[2]


class Deployed:
    """A template that is deployed as it is by the root user of an account, in one Region, for the length of a `with` block."""

    def __init__(self, aws: LocalAws, region: str, stack: str, template: str, account: str | None = None, **parameters: str) -> None:
        self.region, self.stack, self.aws = region, stack, aws
        self._key = (account, "test") if account else ROOT_KEY
        self._template = (REPOSITORY / template).read_text()
        self._parameters = [{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()]
        self._cloudformation = self.client("cloudformation")

    def __enter__(self) -> "Deployed":
        self._cloudformation.create_stack(StackName=self.stack, TemplateBody=self._template, Parameters=self._parameters,
                                          Capabilities=["CAPABILITY_NAMED_IAM"])
        eventually(lambda: self._described()["StackStatus"] == "CREATE_COMPLETE", 30)
        self.outputs = {output["OutputKey"]: output["OutputValue"] for output in self._described()["Outputs"]}
        return self

    def __exit__(self, *error: object) -> None:
        self._cloudformation.delete_stack(StackName=self.stack)

    def _described(self) -> dict[str, Any]:
        return self._cloudformation.describe_stacks(StackName=self.stack)["Stacks"][0]

    def client(self, service: str, key: tuple[str, str] | None = None, **options: Any) -> Any:
        return self.aws.client(service, key or self._key, region=self.region, **options)


class OtherRegion(Deployed):
    """One Region that sends what it sees to us-east-1, of the same account or of another one."""

    def __init__(self, aws: LocalAws, region: str, stack: str, account: str | None = None) -> None:
        home = {"HomeAccount": aws.account} if account else {}
        super().__init__(aws, region, stack, "template-region.yaml", account, **home)

    def dead_letters(self) -> list[dict[str, Any]]:
        """Returns what could not be sent, and leaves it there."""
        found = self.client("sqs").receive_message(
            QueueUrl=self.outputs["UndeliveredEventsQueueUrl"], MaxNumberOfMessages=10, MessageAttributeNames=["All"],
            VisibilityTimeout=0)
        return found.get("Messages", [])
