"""The service control policy of `template-organization.yaml`, judged by IAM's own policy simulator."""

import json
from pathlib import Path

import pytest
import yaml

TEMPLATE = Path(__file__).resolve().parents[2] / "template-organization.yaml"
DENY = "arn:aws:iam::aws:policy/AWSDenyAll"
USER = "arn:aws:iam::111122223333:user/alice"
JOURNAL = "arn:aws:dynamodb:us-east-1:111122223333:table/trailreflex-JournalTable-1A2B"
RESPONDER = "arn:aws:iam::111122223333:role/trailreflex-ContainIdentityRole-1A2B"
EVERYTHING = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}


class Resolved(yaml.SafeLoader):
    """Resolves what the policy uses of CloudFormation, with the template's defaults."""


def sub(loader, node):
    if isinstance(node, yaml.ScalarNode):
        return loader.construct_scalar(node).replace("${StackName}", "trailreflex")
    text, values = loader.construct_sequence(node, deep=True)
    return text.replace("${StackName}", "trailreflex").replace("${Exempt}", values["Exempt"])


Resolved.add_constructor("!Sub", sub)
Resolved.add_constructor("!Ref", lambda loader, node: {
    "ExemptPrincipalArns": "arn:aws:iam::*:role/break-glass/*"}.get(node.value, node.value))
Resolved.add_constructor("!Join", lambda loader, node: loader.construct_sequence(node, deep=True)[1])


def policy():
    def plain(value):
        if isinstance(value, dict):
            if list(value) == ["Fn::Split"]:
                separator, text = value["Fn::Split"]
                return text.split(separator)
            return {key: plain(item) for key, item in value.items()}
        return [plain(item) for item in value] if isinstance(value, list) else value

    document = yaml.load(TEMPLATE.read_text(), Resolved)["Resources"]["KeepContainments"]["Properties"]["Content"]
    return json.dumps(plain(document))


@pytest.mark.parametrize(("action", "resource", "about", "who", "decision"), [
    pytest.param("iam:DetachUserPolicy", USER, {"iam:PolicyARN": DENY}, "user/intruder", "explicitDeny", id="an administrator"),
    pytest.param("iam:DetachUserPolicy", USER, {"iam:PolicyARN": "arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3"},
                 "role/Admin", "explicitDeny", id="the quarantine policy"),
    pytest.param("iam:DetachUserPolicy", USER, {"iam:PolicyARN": DENY}, RESPONDER, "allowed", id="the responder"),
    pytest.param("iam:DetachUserPolicy", USER, {"iam:PolicyARN": DENY}, "role/break-glass/jane", "allowed", id="break-glass"),
    pytest.param("iam:DetachUserPolicy", USER, {"iam:PolicyARN": "arn:aws:iam::aws:policy/ReadOnlyAccess"},
                 "role/Admin", "allowed", id="another policy"),
    pytest.param("iam:DeleteUserPermissionsBoundary", USER, {"iam:PermissionsBoundary": DENY}, "role/Admin", "explicitDeny",
                 id="a denying boundary"),
    pytest.param("iam:DeleteUserPermissionsBoundary", USER,
                 {"iam:PermissionsBoundary": "arn:aws:iam::111122223333:policy/developers"}, "role/Admin", "allowed",
                 id="another boundary"),
    pytest.param("dynamodb:PutItem", JOURNAL, {}, "role/Admin", "explicitDeny", id="the journal"),
    pytest.param("dynamodb:PutItem", JOURNAL, {}, RESPONDER, "allowed", id="the journal by the responder"),
])
def test_only_the_responder_takes_a_containment_away(aws, action, resource, about, who, decision):
    principal = who if who.startswith("arn:") else f"arn:aws:iam::111122223333:{who}"
    context = [{"ContextKeyName": key, "ContextKeyValues": [value], "ContextKeyType": "string"}
               for key, value in (about | {"aws:PrincipalArn": principal}).items()]
    answer = aws.client("iam").simulate_custom_policy(
        PolicyInputList=[json.dumps(EVERYTHING), policy()], ActionNames=[action], ResourceArns=[resource], ContextEntries=context)
    assert [result["EvalDecision"] for result in answer["EvaluationResults"]] == [decision]
