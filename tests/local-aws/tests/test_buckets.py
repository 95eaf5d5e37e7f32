"""What protects a bucket."""

import datetime

import pytest
from accounts import refusal

LATER = datetime.datetime(2100, 1, 1, tzinfo=datetime.UTC)
LOCK = {"ObjectLockMode": "COMPLIANCE", "ObjectLockRetainUntilDate": LATER}


def bucket(account, **more):
    """Creates a bucket; returns S3 and the bucket's name."""
    s3, name = account.client("s3"), f"bucket-{account.number}"
    s3.create_bucket(Bucket=name, **more)
    return s3, name


def test_a_public_access_block_is_shown_whole_and_deleted(account):
    s3, name = bucket(account)
    assert refusal(s3.get_public_access_block, Bucket=name) == ("NoSuchPublicAccessBlockConfiguration", 404)
    s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration={"BlockPublicPolicy": True})
    assert s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"] == {
        "BlockPublicAcls": False, "IgnorePublicAcls": False, "BlockPublicPolicy": True, "RestrictPublicBuckets": False}
    s3.delete_public_access_block(Bucket=name)
    assert refusal(s3.get_public_access_block, Bucket=name) == ("NoSuchPublicAccessBlockConfiguration", 404)
    names = [record["eventName"] for record in account.records()][1:]
    assert names == ["GetBucketPublicAccessBlock", "PutBucketPublicAccessBlock", "GetBucketPublicAccessBlock",
                     "DeleteBucketPublicAccessBlock", "GetBucketPublicAccessBlock"]


def test_a_locked_version_cannot_be_deleted(account):
    s3, name = bucket(account, ObjectLockEnabledForBucket=True)
    version = s3.put_object(Bucket=name, Key="journal/1", Body=b"x", **LOCK)["VersionId"]
    shown = s3.head_object(Bucket=name, Key="journal/1")
    assert {key: shown[key] for key in LOCK} == LOCK
    assert refusal(s3.delete_object, Bucket=name, Key="journal/1", VersionId=version) == ("AccessDenied", 403)
    s3.delete_object(Bucket=name, Key="journal/1")  # only marks it
    assert s3.get_object(Bucket=name, Key="journal/1", VersionId=version)["Body"].read() == b"x"


def test_a_bucket_with_object_lock_keeps_its_versioning(account):
    s3, name = bucket(account, ObjectLockEnabledForBucket=True)
    assert s3.get_bucket_versioning(Bucket=name)["Status"] == "Enabled"
    assert refusal(s3.put_bucket_versioning, Bucket=name, VersioningConfiguration={"Status": "Suspended"}) == (
        "InvalidBucketState", 409)


def test_a_bucket_without_object_lock_takes_no_locked_object(account):
    s3, name = bucket(account)
    assert refusal(s3.put_object, Bucket=name, Key="k", Body=b"x", **LOCK) == ("InvalidRequest", 400)


@pytest.mark.parametrize("bypass", [False, True])
def test_a_retention_in_governance_mode_can_be_bypassed(account, bypass):
    s3, name = bucket(account, ObjectLockEnabledForBucket=True)
    rule = {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 1}}
    s3.put_object_lock_configuration(Bucket=name, ObjectLockConfiguration={"ObjectLockEnabled": "Enabled", "Rule": rule})
    version = s3.put_object(Bucket=name, Key="k", Body=b"x")["VersionId"]
    parameters = {"Bucket": name, "Key": "k", "VersionId": version}
    if bypass:
        s3.delete_object(**parameters, BypassGovernanceRetention=True)
    else:
        assert refusal(s3.delete_object, **parameters) == ("AccessDenied", 403)
