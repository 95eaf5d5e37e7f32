"""Member accounts: their users, and whether they are contained."""

import json
from typing import Any

from deployed import Stack, User

EXTERNAL_ID = "a-text-that-both-know"
# What the stack is told. The first sends from another Region, the second from the stack's own.
MEMBERS = ("444455556666", "777788889999")
STRANGER = "999900001111"


class Member:
    """An account as its root user sees it."""

    def __init__(self, stack: Stack, account: str) -> None:
        self.stack, self.account = stack, account
        self.iam = self.client("iam")
        cloudtrail = self.client("cloudtrail")
        self.client("s3").create_bucket(Bucket=f"trail-{account}")
        trail = cloudtrail.create_trail(Name="management-events", S3BucketName=f"trail-{account}", IsMultiRegionTrail=True)
        cloudtrail.start_logging(Name=trail["TrailARN"])

    def client(self, service: str, key: tuple[str, str] | None = None, **options: Any) -> Any:
        return self.stack.aws.client(service, key or (self.account, "test"), **options)

    def user(self, name: str) -> User:
        """Makes a user with a key that may list topics."""
        made = self.iam.create_user(UserName=name)["User"]
        allowed = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sns:ListTopics", "Resource": "*"}}
        self.iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=json.dumps(allowed))
        key = self.iam.create_access_key(UserName=name)["AccessKey"]
        return User(name, "/", made["UserId"], key["AccessKeyId"], key["SecretAccessKey"])

    def is_contained(self, user: User) -> bool:
        policies = self.iam.list_attached_user_policies(UserName=user.name)["AttachedPolicies"]
        keys = {key["AccessKeyId"]: key["Status"] for key in self.iam.list_access_keys(UserName=user.name)["AccessKeyMetadata"]}
        return "AWSDenyAll" in [policy["PolicyName"] for policy in policies] and keys[user.key_id] == "Inactive"

    def changes(self) -> list[tuple[str, str, str]]:
        """Returns what roles have changed of users here: by which session, which call, whom."""
        return [(record["userIdentity"]["arn"], record["eventName"], record["requestParameters"]["userName"])
                for record in self.stack.aws.records()
                if record["recipientAccountId"] == self.account and record["userIdentity"]["type"] == "AssumedRole"
                and not record["readOnly"] and "errorCode" not in record and "userName" in (record["requestParameters"] or {})]
