"""A check that finds nothing may be one that looks at nothing: each must find the one mistake of a small template.

Runs in the tools environment, which has parliament and no pytest.
"""

import sys
from pathlib import Path
from typing import Any

from checks import parameters, principals, statements, stores

NO_README = Path("a-template.yaml")
QUEUE = {"Type": "AWS::SQS::Queue", "Properties": {"SqsManagedSseEnabled": True}}


def resource(kind: str, **properties: Any) -> dict[str, Any]:
    return {"Resources": {"Queue": QUEUE, "It": {"Type": kind, "Properties": properties}}}


def allowing(**changes: Any) -> dict[str, Any]:
    """A role that may do one thing."""
    statement = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": {"Fn::GetAtt": ["Queue", "Arn"]}} | changes
    return resource("AWS::IAM::Role", Policies=[{"PolicyDocument": {"Version": "2012-10-17", "Statement": [statement]}}])


def trusting(principal: Any) -> dict[str, Any]:
    return resource("AWS::IAM::Role", AssumeRolePolicyDocument={"Statement": [{"Effect": "Allow", "Principal": principal}]})


def with_policy(**statement: Any) -> dict[str, Any]:
    return resource("AWS::SQS::QueuePolicy", PolicyDocument={"Statement": [{"Effect": "Allow"} | statement]})


REGION = {"StringEquals": {"aws:RequestedRegion": {"Ref": "AWS::Region"}}}
CASES: list[tuple[Any, dict[str, Any], list[str]]] = [
    (statements, allowing(), []),
    (statements, allowing(Condition=REGION), []),
    (statements, allowing(Action="sqs:SendMesage"), ["unknown-action"]),
    (statements, allowing(Resource="arn:aws:s3:::a-bucket"), ["resource-mismatch"]),
    (statements, allowing(Condition={"ArnEquals": {"iam:PolicyARN": "arn:aws:iam::aws:policy/x"}}), ["unknown-condition-for-action"]),
    (statements, allowing(Condition={"StringEqual": REGION["StringEquals"]}), ["unknown-operator"]),
    (principals, trusting({"Service": "lambda.amazonaws.com"}), []),
    (principals, trusting({"AWS": "*"}), ["trusts-others"]),
    (principals, with_policy(Principal={"Service": "events.amazonaws.com"}, Condition=REGION), []),
    (principals, with_policy(Principal={"Service": "events.amazonaws.com"}), ["for-anybody"]),
    (principals, with_policy(Principal="*"), ["public"]),
    (stores, resource("AWS::SQS::Queue"), ["not-encrypted"]),
    (stores, resource("AWS::SNS::Topic"), ["not-encrypted"]),
    (stores, resource("AWS::KMS::Key"), ["not-rotated"]),
    (stores, resource("AWS::DynamoDB::Table"), ["not-restorable"]),
    (stores, resource("AWS::Logs::LogGroup"), ["kept-forever"]),
    (stores, resource("AWS::Lambda::Url", AuthType="NONE"), ["open"]),
    (stores, resource("AWS::Lambda::Permission", Principal="events.amazonaws.com"), ["open"]),
    (stores, resource("AWS::S3::Bucket"), ["public", "not-encrypted", "not-restorable", "plaintext"]),
]


def main() -> None:
    wrong = []
    for check, document, expected in CASES:
        found = [each.issue for each in check.find(document)]
        if found != expected:
            wrong.append(f"{check.__name__} found {found} and not {expected} in {document['Resources']['It']}")
    found = [each.issue for each in parameters.find({"Parameters": {"It": {"Type": "String"}}}, NO_README)]
    if found != ["undescribed", "ungrouped", "unlabelled"]:
        wrong.append(f"parameters found {found}")
    if wrong:
        sys.exit("\n".join(wrong))
    print(f"{len(CASES) + 1} passed, 0 failed")


if __name__ == "__main__":
    main()
