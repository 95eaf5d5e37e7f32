"""Others who make calls in the account: sessions of roles."""

import json
from typing import Any

from deployed import Stack


def session(stack: Stack, role: str) -> tuple[tuple[str, str], str]:
    """Assumes an existing role, whatever its trust policy said; returns the key and the token of the session."""
    arn = stack.iam.get_role(RoleName=role)["Role"]["Arn"]
    trust = {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"},
        {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{stack.aws.account}:root"}, "Action": "sts:AssumeRole"}]}
    stack.iam.update_assume_role_policy(RoleName=role, PolicyDocument=json.dumps(trust))
    person = stack.user("operator", may="sts:AssumeRole")
    made = stack.aws.client("sts", person.key).assume_role(RoleArn=arn, RoleSessionName="by-hand")["Credentials"]
    return (made["AccessKeyId"], made["SecretAccessKey"]), made["SessionToken"]


def client(stack: Stack, service: str, role: str, region: str | None = None) -> Any:
    """Returns a client that works as a role."""
    key, token = session(stack, role)
    return stack.aws.client(service, key, token=token, region=region)


def role(stack: Stack, name: str, may: str) -> str:
    """Makes a role that may do one thing; returns its name."""
    nobody = {"Version": "2012-10-17", "Statement": {
        "Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}}
    allowed = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": may, "Resource": "*"}}
    stack.iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(nobody))
    stack.iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=json.dumps(allowed))
    return name
