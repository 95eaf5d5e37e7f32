"""What keeps data is encrypted, closed to the public and restorable, and what may be called says by whom.

Whatever a parameter leaves out is looked at too, unlike by scanners that evaluate conditions with the defaults.
"""

from typing import Any, Callable, Iterator

from checks import Finding

BLOCKS = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")


def is_closed(bucket: dict[str, Any]) -> bool:
    blocks = bucket.get("PublicAccessBlockConfiguration", {})
    return all(blocks.get(name) is True for name in BLOCKS)


def says_by_whom(permission: dict[str, Any]) -> bool:
    by_a_service = str(permission["Principal"]).endswith(".amazonaws.com")
    return by_a_service and ("SourceArn" in permission or "SourceAccount" in permission)


# Type → issue, what holds if all is well, what is told otherwise.
WANTED: dict[str, list[tuple[str, Callable[[dict[str, Any]], Any], str]]] = {
    "AWS::DynamoDB::Table": [
        ("not-restorable", lambda own: own.get("PointInTimeRecoverySpecification", {}).get("PointInTimeRecoveryEnabled") is True,
         "has no point-in-time recovery")],
    "AWS::KMS::Key": [("not-rotated", lambda own: own.get("EnableKeyRotation") is True, "is not rotated")],
    "AWS::Lambda::Permission": [("open", says_by_whom, "lets more call than one source of an AWS service")],
    "AWS::Lambda::Url": [("open", lambda own: own["AuthType"] == "AWS_IAM", "answers whoever calls")],
    "AWS::Logs::LogGroup": [("kept-forever", lambda own: "RetentionInDays" in own, "keeps logs forever")],
    "AWS::S3::Bucket": [
        ("public", is_closed, "does not block public access"),
        ("not-encrypted", lambda own: "BucketEncryption" in own, "does not say how it encrypts"),
        ("not-restorable", lambda own: own.get("VersioningConfiguration", {}).get("Status") == "Enabled", "keeps no versions")],
    "AWS::SNS::Topic": [("not-encrypted", lambda own: "KmsMasterKeyId" in own, "is not encrypted")],
    "AWS::SQS::Queue": [
        ("not-encrypted", lambda own: own.get("SqsManagedSseEnabled") is True or "KmsMasterKeyId" in own, "is not encrypted")],
}


def find(document: dict[str, Any]) -> Iterator[Finding]:
    resources = document["Resources"]
    for name, resource in resources.items():
        properties, path = resource.get("Properties", {}), ["Resources", name]
        for issue, holds, message in WANTED.get(resource["Type"], []):
            if not holds(properties):
                yield Finding(name, issue, message, path)
        if resource["Type"] == "AWS::S3::Bucket" and name not in buckets_that_want_tls(resources):
            yield Finding(name, "plaintext", "may be reached without TLS", path)
        if resource["Type"] == "AWS::S3::BucketPolicy" and resource.get("DeletionPolicy") != bucket_of(resource, resources):
            yield Finding(name, "bare", "does not stay as long as its bucket", path)


def bucket_of(policy: dict[str, Any], resources: dict[str, Any]) -> Any:
    """Returns what becomes of the policy's bucket when the stack is deleted."""
    return resources[policy["Properties"]["Bucket"]["Ref"]].get("DeletionPolicy")


def buckets_that_want_tls(resources: dict[str, Any]) -> set[str]:
    wanting = set()
    for resource in resources.values():
        if resource["Type"] == "AWS::S3::BucketPolicy":
            properties = resource["Properties"]
            if any(refuses_plaintext(each) for each in properties["PolicyDocument"]["Statement"]):
                wanting.add(properties["Bucket"]["Ref"])
    return wanting


def refuses_plaintext(statement: dict[str, Any]) -> bool:
    condition = statement.get("Condition", {}).get("Bool", {})
    return statement.get("Effect") == "Deny" and str(condition.get("aws:SecureTransport")).lower() == "false"
