"""Policies of roles and of organizations mean what they say: parliament knows which resources, condition keys and types
each action takes, which cfn-lint does not look at."""

import json
import re
from typing import Any, Iterator

from parliament import analyze_policy_string, enhance_finding

from checks import Finding

ACCOUNT, REGION = "111122223333", "us-east-1"
PSEUDO = {"AWS::Partition": "aws", "AWS::Region": REGION, "AWS::AccountId": ACCOUNT, "AWS::StackName": "trailreflex"}
# Of parameters that are empty, or none, unless somebody fills them in.
EXAMPLES = {
    "TrailBucket": "a-trail", "TrailKeyArn": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1", "RulesUri": "s3://rules/all/",
    "SlackParameter": "/slack", "TeamsParameter": "/teams", "PagerDutyParameter": "/pager-duty", "TargetIds": "r-abcd",
    "HomeAccount": "444455556666", "ExternalId": "a-text-that-both-know", "MemberAccounts": "444455556666,777788889999",
    "MemberExternalId": "a-text-that-both-know", "HeardRegions": "eu-west-1,us-west-2",
}
ARNS = {
    "AWS::DynamoDB::Table": "dynamodb:{at}:table/{name}", "AWS::Events::EventBus": "events:{at}:event-bus/{name}",
    "AWS::IAM::Role": f"iam::{ACCOUNT}:role/{{name}}", "AWS::KMS::Key": "kms:{at}:key/{name}",
    "AWS::Serverless::Function": "lambda:{at}:function:{name}", "AWS::Logs::LogGroup": "logs:{at}:log-group:{name}:*",
    "AWS::S3::Bucket": "s3:::{name}", "AWS::SNS::Topic": "sns:{at}:{name}", "AWS::SQS::Queue": "sqs:{at}:{name}",
    "AWS::Events::Rule": "events:{at}:rule/{name}",
}
NOTHING = object()


def find(document: dict[str, Any]) -> Iterator[Finding]:
    values = Values(document)
    for name, path, policy in policies(document):
        for number, statement in enumerate(policy["Statement"]):
            alone = values.of({**policy, "Statement": [statement]})
            subject = f"{name}.{alone['Statement'][0].get('Sid', number)}"
            for found in map(enhance_finding, analyze_policy_string(json.dumps(alone)).findings):
                message = f"{found.title} {found.detail or ''}"
                yield Finding(subject, found.issue.lower().replace("_", "-"), message, [*path, "Statement", number])


def policies(document: dict[str, Any]) -> Iterator[tuple[str, list[Any], Any]]:
    for name, resource in document["Resources"].items():
        properties, path = resource.get("Properties", {}), ["Resources", name, "Properties"]
        if resource["Type"] == "AWS::IAM::Role":
            for number, policy in enumerate(properties["Policies"]):
                yield name, [*path, "Policies", number, "PolicyDocument"], policy["PolicyDocument"]
        if resource["Type"] == "AWS::Organizations::Policy":
            yield name, [*path, "Content"], properties["Content"]


class Values:
    """Puts examples in the place of functions; of `Fn::If` what is there if the condition holds."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._parameters = document.get("Parameters", {})
        self._resources = document["Resources"]

    def of(self, value: Any) -> Any:
        if isinstance(value, list):
            return [each for each in map(self.of, value) if each is not NOTHING]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            [(function, argument)] = value.items()
            if function == "Ref" or function.startswith("Fn::"):
                return self._called(function, argument)
        whole = {key: self.of(each) for key, each in value.items()}
        return {key: each for key, each in whole.items() if each is not NOTHING}

    def _called(self, function: str, argument: Any) -> Any:
        match function:
            case "Ref":
                return self._named(argument)
            case "Fn::GetAtt":
                name, attribute = argument if isinstance(argument, list) else argument.split(".", 1)
                return self._arn(name) if attribute == "Arn" else name
            case "Fn::If":
                return self.of(argument[1])
            case "Fn::Join":
                return argument[0].join(self.of(argument[1]))
            case "Fn::Split":
                return self.of(argument[1]).split(argument[0])
            case "Fn::Select":
                return self.of(argument[1])[int(argument[0])]
            case "Fn::Sub":
                text, own = (argument, {}) if isinstance(argument, str) else (argument[0], self.of(argument[1]))
                return re.sub(r"\$\{([\w:.]+)}", lambda found: str(own[found[1]] if found[1] in own else self._inserted(found[1])), text)
        raise ValueError(f"{function} is not known here")

    def _inserted(self, name: str) -> str:
        resource, _, attribute = name.partition(".")
        return self._arn(resource) if attribute == "Arn" else self._named(name)

    def _named(self, name: str) -> Any:
        if name == "AWS::NoValue":
            return NOTHING
        if name in self._parameters:
            parameter = self._parameters[name]
            value = EXAMPLES.get(name) or str(parameter["Default"])
            return value.split(",") if parameter["Type"] == "CommaDelimitedList" else value
        if name in PSEUDO:
            return PSEUDO[name]
        kind = self._resources[name]["Type"]
        return self._arn(name) if kind == "AWS::SNS::Topic" else f"/{name}" if kind == "AWS::SSM::Parameter" else name

    def _arn(self, name: str) -> str:
        return "arn:aws:" + ARNS[self._resources[name]["Type"]].format(at=f"{REGION}:{ACCOUNT}", name=name)
