"""The life of a KMS key."""

import datetime

import pytest
from accounts import document, refusal


@pytest.fixture
def key(account):
    return account.client("kms"), account.client("kms").create_key()["KeyMetadata"]["KeyId"]


def state(kms, key_id):
    return kms.describe_key(KeyId=key_id)["KeyMetadata"]["KeyState"]


def test_a_key_is_disabled_and_enabled(key):
    kms, key_id = key
    kms.disable_key(KeyId=key_id)
    assert state(kms, key_id) == "Disabled"
    kms.enable_key(KeyId=kms.describe_key(KeyId=key_id)["KeyMetadata"]["Arn"])
    assert state(kms, key_id) == "Enabled"


def test_a_cancelled_deletion_leaves_the_key_disabled(key):
    kms, key_id = key
    kms.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=7)
    shown = kms.describe_key(KeyId=key_id)["KeyMetadata"]
    age = shown["DeletionDate"] - datetime.datetime.now(datetime.UTC)
    assert (shown["KeyState"], round(age / datetime.timedelta(days=1))) == ("PendingDeletion", 7)
    for call in (kms.enable_key, kms.disable_key, kms.schedule_key_deletion):
        assert refusal(call, KeyId=key_id) == ("KMSInvalidStateException", 400)
    kms.cancel_key_deletion(KeyId=key_id)
    shown = kms.describe_key(KeyId=key_id)["KeyMetadata"]
    assert (shown["KeyState"], "DeletionDate" in shown) == ("Disabled", False)
    assert refusal(kms.cancel_key_deletion, KeyId=key_id) == ("KMSInvalidStateException", 400)


def test_a_key_policy_is_read_and_replaced(key):
    kms, key_id = key
    text = document({"Effect": "Allow", "Principal": "*", "Action": "kms:*", "Resource": "*"})
    assert "root" in kms.get_key_policy(KeyId=key_id)["Policy"]
    kms.put_key_policy(KeyId=key_id, Policy=text)
    assert kms.get_key_policy(KeyId=key_id, PolicyName="default")["Policy"] == text
    assert refusal(kms.put_key_policy, KeyId=key_id, Policy="{no") == ("MalformedPolicyDocumentException", 400)
    assert refusal(kms.get_key_policy, KeyId="00000000-0000-0000-0000-000000000000") == ("NotFoundException", 400)
