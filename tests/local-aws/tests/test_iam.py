"""Where IAM says no, and what it remembers."""

import datetime

import pytest
from accounts import document, refusal

QUARANTINES = ["AWSDenyAll", "AWSCompromisedKeyQuarantine", "AWSCompromisedKeyQuarantineV2",
               "AWSCompromisedKeyQuarantineV3", "AWSCompromisedKeyQuarantineV4"]


def managed(name):
    return f"arn:aws:iam::aws:policy/{name}"


def test_a_third_key_is_over_the_quota(account):
    account.user("alice")
    account.key_of("alice")
    assert refusal(account.client("iam").create_access_key, UserName="alice") == ("LimitExceeded", 409)


def test_an_eleventh_policy_is_over_the_quota(account):
    iam = account.client("iam")
    iam.create_user(UserName="alice")
    text = document({"Effect": "Deny", "Action": "*", "Resource": "*"})
    for number in range(10):
        policy = iam.create_policy(PolicyName=f"p{number}", PolicyDocument=text)
        iam.attach_user_policy(UserName="alice", PolicyArn=policy["Policy"]["Arn"])
    iam.attach_user_policy(UserName="alice", PolicyArn=policy["Policy"]["Arn"])  # attached already: no eleventh
    arn = managed("AWSDenyAll")
    assert refusal(iam.attach_user_policy, UserName="alice", PolicyArn=arn) == ("LimitExceeded", 409)


@pytest.mark.parametrize("name", QUARANTINES)
def test_the_policies_of_a_responder_exist(account, name):
    account.client("iam").create_user(UserName="alice")
    account.client("iam").attach_user_policy(UserName="alice", PolicyArn=managed(name))


def test_a_managed_policy_that_does_not_exist_cannot_be_attached(account):
    iam = account.client("iam")
    iam.create_user(UserName="alice")
    for arn in (managed("AWSDenyEverything"), f"arn:aws:iam::{account.number}:policy/unknown"):
        assert refusal(iam.attach_user_policy, UserName="alice", PolicyArn=arn) == ("NoSuchEntity", 404)


def test_the_last_use_of_a_key_is_remembered_with_its_owner(account):
    key = account.user("alice")
    iam = account.client("iam")
    unused = iam.get_access_key_last_used(AccessKeyId=key[0])
    assert (unused["UserName"], unused["AccessKeyLastUsed"]) == ("alice", {"ServiceName": "N/A", "Region": "N/A"})
    account.client("sqs", key, region="eu-west-1").list_queues()
    used = iam.get_access_key_last_used(AccessKeyId=key[0])["AccessKeyLastUsed"]
    age = datetime.datetime.now(datetime.UTC) - used.pop("LastUsedDate")
    assert abs(age.total_seconds()) < 60
    assert used == {"ServiceName": "sqs", "Region": "eu-west-1"}


@pytest.mark.parametrize("server", ["account", "enforcing_account"])
def test_an_inactive_key_is_refused_and_an_active_one_works_again(request, server):
    account = request.getfixturevalue(server)
    key = account.user("alice")
    iam, sts = account.client("iam"), account.client("sts", key)
    iam.update_access_key(UserName="alice", AccessKeyId=key[0], Status="Inactive")
    assert refusal(sts.get_caller_identity) == ("InvalidClientTokenId", 403)
    assert refusal(account.client("events", key).list_rules)[0] == "UnrecognizedClientException"
    assert refusal(account.client("s3", key).list_buckets) == ("InvalidAccessKeyId", 403)
    iam.update_access_key(UserName="alice", AccessKeyId=key[0], Status="Active")
    assert sts.get_caller_identity()["Arn"].endswith("user/alice")


def test_a_deleted_key_is_refused(account):
    key = account.user("alice")
    account.client("iam").delete_access_key(UserName="alice", AccessKeyId=key[0])
    assert refusal(account.client("sts", key).get_caller_identity) == ("InvalidClientTokenId", 403)


def test_without_a_user_name_the_caller_is_meant(account):
    key = account.user("alice")
    iam = account.client("iam", key)
    assert iam.get_user()["User"]["UserName"] == "alice"
    assert iam.create_access_key()["AccessKey"]["UserName"] == "alice"
    assert len(iam.list_access_keys()["AccessKeyMetadata"]) == 2
    assert account.records("CreateAccessKey")[-1]["requestParameters"] is None


@pytest.mark.parametrize(("operation", "key", "parameters"), [
    ("list_users", "Users", {}),
    ("list_access_keys", "AccessKeyMetadata", {"UserName": "user-0"}),
    ("list_attached_user_policies", "AttachedPolicies", {"UserName": "user-0"}),
])
def test_lists_come_in_pages(account, operation, key, parameters):
    iam = account.client("iam")
    for number in range(3):
        iam.create_user(UserName=f"user-{number}")
    for name in ("AWSDenyAll", "AdministratorAccess", "ReadOnlyAccess"):
        iam.attach_user_policy(UserName="user-0", PolicyArn=managed(name))
    account.key_of("user-0")
    account.key_of("user-0")
    whole = getattr(iam, operation)(**parameters)[key]
    pages = [getattr(iam, operation)(MaxItems=1, **parameters)]
    while pages[-1]["IsTruncated"]:
        pages.append(getattr(iam, operation)(MaxItems=1, Marker=pages[-1]["Marker"], **parameters))
    assert [len(page[key]) for page in pages] == [1] * len(whole)
    assert [item for page in pages for item in page[key]] == whole


def test_a_key_can_be_updated_only_under_its_own_user(account):
    key = account.user("alice")
    account.user("bob")
    update = account.client("iam").update_access_key
    assert refusal(update, UserName="bob", AccessKeyId=key[0], Status="Inactive") == ("NoSuchEntity", 404)


def granting(account, name, *statements):
    """Creates a user who may do what the statements say; returns its key."""
    key = account.user(name)
    account.client("iam").put_user_policy(UserName=name, PolicyName="own", PolicyDocument=document(*statements))
    return key


def test_a_permission_can_depend_on_the_policy_that_is_attached(enforcing_account):
    account = enforcing_account
    deny_all = managed("AWSDenyAll")
    key = granting(account, "responder", {"Effect": "Allow", "Action": "iam:AttachUserPolicy", "Resource": "*",
                                          "Condition": {"ArnEquals": {"iam:PolicyARN": deny_all}}})
    account.client("iam").create_user(UserName="alice")
    attach = account.client("iam", key).attach_user_policy
    attach(UserName="alice", PolicyArn=deny_all)
    assert refusal(attach, UserName="alice", PolicyArn=managed("AdministratorAccess")) == ("AccessDenied", 403)


def test_a_permission_can_depend_on_the_path_of_a_user(enforcing_account):
    account = enforcing_account
    protected = f"arn:aws:iam::{account.number}:user/break-glass/*"
    key = granting(account, "responder", {"Effect": "Allow", "Action": "iam:*", "Resource": "*"},
                   {"Effect": "Deny", "Action": "iam:UpdateAccessKey", "Resource": protected})
    common, _ = account.user("alice")
    rare, _ = account.user("last", path="/break-glass/")
    update = account.client("iam", key).update_access_key
    update(UserName="alice", AccessKeyId=common, Status="Inactive")
    assert refusal(update, UserName="last", AccessKeyId=rare, Status="Inactive") == ("AccessDenied", 403)


def test_asking_for_the_last_use_of_a_key_concerns_its_owner(enforcing_account):
    account = enforcing_account
    key_id, _ = account.user("alice")
    owner = f"arn:aws:iam::{account.number}:user/alice"
    allowed = granting(account, "one", {"Effect": "Allow", "Action": "iam:GetAccessKeyLastUsed", "Resource": owner})
    other = granting(account, "two", {"Effect": "Allow", "Action": "iam:GetAccessKeyLastUsed", "Resource": f"{owner}-2"})
    assert account.client("iam", allowed).get_access_key_last_used(AccessKeyId=key_id)["UserName"] == "alice"
    assert refusal(account.client("iam", other).get_access_key_last_used, AccessKeyId=key_id)[0] == "AccessDenied"


def test_a_permission_can_depend_on_the_namespace_of_a_metric(enforcing_account):
    account = enforcing_account
    key = granting(account, "meter", {"Effect": "Allow", "Action": "cloudwatch:PutMetricData", "Resource": "*",
                                      "Condition": {"StringEquals": {"cloudwatch:namespace": "Own"}}})
    put, data = account.client("cloudwatch", key).put_metric_data, [{"MetricName": "m", "Value": 1}]
    put(Namespace="Own", MetricData=data)
    assert refusal(put, Namespace="Other", MetricData=data)[1] == 403


def test_a_permission_can_depend_on_source_and_type_of_an_event(enforcing_account):
    account = enforcing_account
    key = granting(account, "producer", {"Effect": "Allow", "Action": "events:PutEvents", "Resource": "*", "Condition": {
        "StringEquals": {"events:source": "own.detect", "events:detail-type": "Finding"}}})
    put, entry = account.client("events", key).put_events, {"Source": "own.detect", "DetailType": "Finding", "Detail": "{}"}
    assert put(Entries=[entry, entry])["FailedEntryCount"] == 0
    assert refusal(put, Entries=[entry, {**entry, "Source": "own.other"}])[0] == "AccessDeniedException"
    assert refusal(put, Entries=[{**entry, "DetailType": "Other"}])[0] == "AccessDeniedException"


def test_a_wrong_secret_is_refused_and_leaves_no_trace(enforcing_account):
    account = enforcing_account
    key_id, _ = account.user("alice")
    assert refusal(account.client("iam", (key_id, "wrong")).list_users) == ("SignatureDoesNotMatch", 403)
    assert account.records("ListUsers") == []
    assert "LastUsedDate" not in account.client("iam").get_access_key_last_used(AccessKeyId=key_id)["AccessKeyLastUsed"]


def test_policies_are_enforced_on_request(enforcing_account):
    account = enforcing_account
    key = account.user("alice")
    assert refusal(account.client("iam", key).list_users) == ("AccessDenied", 403)
    account.client("iam").attach_user_policy(UserName="alice", PolicyArn=managed("ReadOnlyAccess"))
    account.client("iam", key).list_users()
    account.client("iam").attach_user_policy(UserName="alice", PolicyArn=managed("AWSDenyAll"))
    assert refusal(account.client("iam", key).list_users) == ("AccessDenied", 403)
