"""The service control policy of `template-organization.yaml`, judged by the emulator's own evaluation of policies."""

import json
from pathlib import Path

import pytest
import yaml
from ministack.core.iam_evaluator import EvalContext, evaluate, parse_policy_document

TEMPLATE = Path(__file__).resolve().parents[3] / "template-organization.yaml"
DENY = "arn:aws:iam::aws:policy/AWSDenyAll"
USER = "arn:aws:iam::111122223333:user/alice"
JOURNAL = "arn:aws:dynamodb:us-east-1:111122223333:table/trailreflex-JournalTable-1A2B"
RESPONDER = "arn:aws:iam::111122223333:role/trailreflex-ContainIdentityRole-1A2B"
EVERYTHING = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}


class Resolved(yaml.SafeLoader):
    """Resolves what the policy uses of CloudFormation, with the template's defaults."""


def resolved(text):
    return text.replace("${StackName}", "trailreflex").replace("${AWS::Partition}", "aws")


def sub(loader, node):
    if isinstance(node, yaml.ScalarNode):
        return resolved(loader.construct_scalar(node))
    text, values = loader.construct_sequence(node, deep=True)
    return resolved(text).replace("${Exempt}", values["Exempt"])


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
    pytest.param("iam:DetachUserPolicy", USER, {"iam:PolicyARN": DENY}, "user/intruder", "Deny", id="an administrator"),
    pytest.param("iam:DetachUserPolicy", USER, {"iam:PolicyARN": "arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3"},
                 "role/Admin", "Deny", id="the quarantine policy"),
    pytest.param("iam:DetachUserPolicy", USER, {"iam:PolicyARN": DENY}, RESPONDER, "Allow", id="the responder"),
    pytest.param("iam:DetachUserPolicy", USER, {"iam:PolicyARN": DENY}, "role/break-glass/jane", "Allow", id="break-glass"),
    pytest.param("iam:DetachUserPolicy", USER, {"iam:PolicyARN": "arn:aws:iam::aws:policy/ReadOnlyAccess"},
                 "role/Admin", "Allow", id="another policy"),
    pytest.param("iam:DeleteUserPermissionsBoundary", USER, {"iam:PermissionsBoundary": DENY}, "role/Admin", "Deny",
                 id="a denying boundary"),
    pytest.param("iam:DeleteUserPermissionsBoundary", USER,
                 {"iam:PermissionsBoundary": "arn:aws:iam::111122223333:policy/developers"}, "role/Admin", "Allow",
                 id="another boundary"),
    pytest.param("dynamodb:PutItem", JOURNAL, {}, "role/Admin", "Deny", id="the journal"),
    pytest.param("dynamodb:PutItem", JOURNAL, {}, RESPONDER, "Allow", id="the journal by the responder"),
])
def test_only_the_responder_takes_a_containment_away(action, resource, about, who, decision):
    principal = who if who.startswith("arn:") else f"arn:aws:iam::111122223333:{who}"
    asked = EvalContext(principal_arn=principal, principal_type="User", principal_account="111122223333", action=action,
                        resource_arn=resource, region="us-east-1", source_ip="203.0.113.7", secure_transport=True,
                        service_context={key.lower(): value for key, value in about.items()})
    policies = [parse_policy_document(document) for document in (json.dumps(EVERYTHING), policy())]
    assert evaluate(asked, policies).decision == decision
