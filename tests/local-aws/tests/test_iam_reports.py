"""The credential report, and when roles were last used."""

import csv
import io

from accounts import refusal


def report(iam):
    assert [iam.generate_credential_report()["State"] for _ in range(2)] == ["STARTED", "COMPLETE"]
    rows = csv.DictReader(io.StringIO(iam.get_credential_report()["Content"].decode()))
    return {row["user"]: row for row in rows}


def test_a_report_is_made_before_it_is_read(account):
    iam = account.client("iam")
    assert refusal(iam.get_credential_report) == ("ReportNotPresent", 410)
    assert list(report(iam)) == ["<root_account>"]


def test_a_report_tells_when_keys_were_last_used(account):
    used, unused = account.user("alice"), account.user("bob")
    account.client("sts", key=used).get_caller_identity()
    account.client("iam").create_login_profile(UserName="bob", Password="Correct-horse-1")
    rows = report(account.client("iam"))
    alice, bob = rows["alice"], rows["bob"]
    assert (alice["access_key_1_active"], alice["access_key_1_last_used_service"], alice["password_enabled"]) == \
        ("true", "sts", "false")
    assert alice["access_key_1_last_used_date"] >= alice["access_key_1_last_rotated"]
    assert (bob["access_key_1_last_used_date"], bob["password_enabled"], bob["password_last_used"]) == \
        ("N/A", "true", "no_information")
    assert unused


def test_a_role_tells_when_it_was_last_used(account):
    iam = account.client("iam")
    arn, _ = account.role("used"), account.role("unused")
    session = account.client("sts").assume_role(RoleArn=arn, RoleSessionName="work")["Credentials"]
    account.client("sts", key=(session["AccessKeyId"], session["SecretAccessKey"]),
                   token=session["SessionToken"]).get_caller_identity()
    pages = iam.get_paginator("get_account_authorization_details").paginate(Filter=["Role"], PaginationConfig={"PageSize": 1})
    pages = [page["RoleDetailList"] for page in pages]
    assert [len(page) for page in pages] == [1, 1]
    used = {role["RoleName"]: role.get("RoleLastUsed", {}).get("Region") for page in pages for role in page}
    assert used == {"used": "us-east-1", "unused": None}
    assert iam.get_role(RoleName="used")["Role"]["RoleLastUsed"]["Region"] == "us-east-1"
