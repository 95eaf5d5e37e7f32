"""With `--auth`, each call of a responder needs its permission, on its resource, and no other."""

import itertools

import pytest
from accounts import Account, document
from botocore.exceptions import ClientError
from enforcement import BESIDE, CALLS, ENFORCED, PERMISSIONS, PREFIXES

DENIED = {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError"}


@pytest.fixture(scope="module")
def somebody(enforcing_aws):
    """Somebody whose only policy each test replaces."""
    account = Account(enforcing_aws, "100000000888")
    account.role("worker")
    account.client("s3").create_bucket(Bucket=f"bucket-{account.number}")  # of one that is not there S3 says so at once
    return account, account.user("somebody")


def filled(value, account):
    match value:
        case str():
            return value.replace("{a}", account.number)
        case dict():
            return {key: filled(item, account) for key, item in value.items()}
        case list():
            return [filled(item, account) for item in value]
        case _:
            return value


def is_denied(call, parameters):
    try:
        call(**parameters)
    except ClientError as error:
        return error.response["Error"]["Code"] in DENIED
    return False


@pytest.mark.parametrize("service", ENFORCED)
def test_a_call_needs_its_permission_on_its_resource_and_no_other(somebody, service):
    account, key = somebody
    client, put = account.client(service, key), account.client("iam").put_user_policy
    for _, operation, parameters, resource in (call for call in CALLS if call[0] == service):
        named = f"{PREFIXES.get(service, service)}:{client.meta.method_to_api_mapping[operation]}"
        needed = {"Action": PERMISSIONS.get((service, operation), named), "Resource": filled(resource, account)}
        seen = []
        for statements in (({"Effect": "Allow", "Action": "*", "Resource": "*"}, {"Effect": "Deny", **needed}),
                           [{"Effect": "Allow", **each} for each in (needed, BESIDE.get((service, operation))) if each]):
            put(UserName="somebody", PolicyName="own", PolicyDocument=document(*statements))
            seen.append(is_denied(getattr(client, operation), filled(parameters, account)))
        assert seen == [ENFORCED[service], False], (operation, needed)


def test_a_role_is_passed_with_a_permission_for_that_service_only(enforcing_account):
    account = enforcing_account
    key, role = account.user("alice"), account.role(service="scheduler.amazonaws.com")
    target = {"Arn": account.queue("work").arn, "RoleArn": role}
    create = account.client("scheduler", key).create_schedule
    once = {"ScheduleExpression": "at(2100-01-01T00:00:00)", "FlexibleTimeWindow": {"Mode": "OFF"}, "Target": target}

    def may(service):
        passing = {"Effect": "Allow", "Action": "iam:PassRole", "Resource": role,
                   "Condition": {"StringEquals": {"iam:PassedToService": service}}}
        account.client("iam").put_user_policy(UserName="alice", PolicyName="own", PolicyDocument=document(
            {"Effect": "Allow", "Action": "scheduler:*", "Resource": "*"}, passing))

    may("lambda.amazonaws.com")
    with pytest.raises(ClientError, match="not authorized to perform: iam:PassRole on resource: role worker"):
        create(Name="once", **once)
    may("scheduler.amazonaws.com")
    create(Name="once", **once)


def test_a_locked_object_needs_a_permission_for_its_retention(enforcing_account):
    account = enforcing_account
    key, bucket = account.user("alice"), f"bucket-{account.number}"
    account.client("s3").create_bucket(Bucket=bucket, ObjectLockEnabledForBucket=True)
    put, lock = account.client("s3", key).put_object, {"ObjectLockMode": "GOVERNANCE",
                                                       "ObjectLockRetainUntilDate": "2100-01-01T00:00:00Z"}
    for actions, denied in ((["s3:PutObject"], True), (["s3:PutObject", "s3:PutObjectRetention"], False)):
        account.client("iam").put_user_policy(UserName="alice", PolicyName="own", PolicyDocument=document(
            {"Effect": "Allow", "Action": actions, "Resource": f"arn:aws:s3:::{bucket}/*"}))
        assert is_denied(put, {"Bucket": bucket, "Key": "k", "Body": b"x", **lock}) is denied


def test_the_table_names_every_service_that_is_called():
    assert set(ENFORCED) == {service for service, _ in itertools.groupby(CALLS, key=lambda call: call[0])}
