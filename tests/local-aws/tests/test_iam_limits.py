"""Quotas and boundaries of IAM's users, roles and groups."""

import pytest
from accounts import document, refusal

KINDS = {"user": 2_048, "role": 10_240, "group": 5_120}
DENY = document({"Effect": "Deny", "Action": "*", "Resource": "*"})


def made(account, kind):
    """Creates one; returns IAM and the parameter that names it."""
    iam = account.client("iam")
    if kind == "role":
        account.role("it")
    else:
        getattr(iam, f"create_{kind}")(**{f"{kind.title()}Name": "it"})
    return iam, {f"{kind.title()}Name": "it"}


def of_size(size):
    """Returns a policy of so many characters, spaces not counted."""
    empty = len("".join(document({"Effect": "Deny", "Action": "s3:", "Resource": "*"}).split()))
    return document({"Effect": "Deny", "Action": f"s3:{'x' * (size - empty)}", "Resource": "*"})


@pytest.mark.parametrize("kind", KINDS)
def test_an_eleventh_policy_is_over_the_quota_of_every_kind(account, kind):
    iam, it = made(account, kind)
    attach, detach = getattr(iam, f"attach_{kind}_policy"), getattr(iam, f"detach_{kind}_policy")
    arns = [iam.create_policy(PolicyName=f"p{number}", PolicyDocument=DENY)["Policy"]["Arn"] for number in range(11)]
    for arn in arns[:10]:
        attach(**it, PolicyArn=arn)
    assert refusal(attach, **it, PolicyArn=arns[10]) == ("LimitExceeded", 409)
    detach(**it, PolicyArn=arns[0])
    attach(**it, PolicyArn=arns[10])
    attached = getattr(iam, f"list_attached_{kind}_policies")(**it)["AttachedPolicies"]
    assert sorted(each["PolicyArn"] for each in attached) == sorted(arns[1:])
    assert refusal(detach, **it, PolicyArn=arns[0]) == ("NoSuchEntity", 404)


@pytest.mark.parametrize(("kind", "most"), KINDS.items())
def test_inline_policies_are_limited_in_total_and_spaces_are_not_counted(account, kind, most):
    iam, it = made(account, kind)
    put = getattr(iam, f"put_{kind}_policy")
    put(**it, PolicyName="small", PolicyDocument=of_size(200))
    put(**it, PolicyName="rest", PolicyDocument=of_size(most - 200) + " " * 50)
    assert refusal(put, **it, PolicyName="more", PolicyDocument=of_size(100)) == ("LimitExceeded", 409)
    put(**it, PolicyName="small", PolicyDocument=of_size(100))  # replaces itself
    put(**it, PolicyName="more", PolicyDocument=of_size(100))
    assert sorted(getattr(iam, f"list_{kind}_policies")(**it)["PolicyNames"]) == ["more", "rest", "small"]


@pytest.mark.parametrize("kind", KINDS)
def test_an_inline_policy_is_read_and_deleted_by_its_name(account, kind):
    iam, it = made(account, kind)
    get, delete = getattr(iam, f"get_{kind}_policy"), getattr(iam, f"delete_{kind}_policy")
    getattr(iam, f"put_{kind}_policy")(**it, PolicyName="own", PolicyDocument=DENY)
    assert get(**it, PolicyName="own")["PolicyDocument"]["Statement"][0]["Effect"] == "Deny"
    delete(**it, PolicyName="own")
    assert refusal(get, **it, PolicyName="own") == refusal(delete, **it, PolicyName="own") == ("NoSuchEntity", 404)


@pytest.mark.parametrize("kind", ["user", "role"])
def test_a_permissions_boundary_is_shown_and_must_exist(account, kind):
    iam, it = made(account, kind)
    put, delete = getattr(iam, f"put_{kind}_permissions_boundary"), getattr(iam, f"delete_{kind}_permissions_boundary")
    arn = "arn:aws:iam::aws:policy/AWSDenyAll"
    assert refusal(put, **it, PermissionsBoundary=f"{arn}ways") == ("NoSuchEntity", 404)
    put(**it, PermissionsBoundary=arn)
    assert getattr(iam, f"get_{kind}")(**it)[kind.title()]["PermissionsBoundary"] == {
        "PermissionsBoundaryType": "PermissionsBoundaryPolicy", "PermissionsBoundaryArn": arn}
    delete(**it)
    assert "PermissionsBoundary" not in getattr(iam, f"get_{kind}")(**it)[kind.title()]
    assert refusal(delete, **it) == ("NoSuchEntity", 404)


def test_a_role_is_shown_with_id_path_and_date(account):
    account.role("worker")
    role = account.client("iam").get_role(RoleName="worker")["Role"]
    assert (role["RoleId"][:4], role["Path"], "CreateDate" in role) == ("AROA", "/", True)


def test_a_role_of_aws_cannot_be_changed(account):
    iam = account.client("iam")
    iam.create_service_linked_role(AWSServiceName="guardduty.amazonaws.com")
    it = {"RoleName": "AWSServiceRoleForGuardduty"}
    assert refusal(iam.put_role_policy, **it, PolicyName="deny", PolicyDocument=DENY) == ("UnmodifiableEntity", 400)
    assert refusal(iam.attach_role_policy, **it, PolicyArn="arn:aws:iam::aws:policy/AWSDenyAll") == ("UnmodifiableEntity", 400)
    assert refusal(iam.update_assume_role_policy, **it, PolicyDocument=DENY) == ("UnmodifiableEntity", 400)
