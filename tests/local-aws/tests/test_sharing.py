"""Snapshots, images and documents that are shared with other accounts or with everybody."""

import pytest
from accounts import refusal

OTHER = "123456789012"


def snapshot(account):
    ec2 = account.client("ec2")
    volume = ec2.create_volume(AvailabilityZone="us-east-1a", Size=1)["VolumeId"]
    return ec2, ec2.create_snapshot(VolumeId=volume)["SnapshotId"]


def permissions(ec2, snapshot_id):
    return ec2.describe_snapshot_attribute(SnapshotId=snapshot_id, Attribute="createVolumePermission")["CreateVolumePermissions"]


def test_a_snapshot_is_shared_and_no_longer_shared_in_both_forms(account):
    ec2, it = snapshot(account)
    modify = ec2.modify_snapshot_attribute
    modify(SnapshotId=it, CreateVolumePermission={"Add": [{"Group": "all"}, {"UserId": OTHER}]})
    assert permissions(ec2, it) == [{"Group": "all"}, {"UserId": OTHER}]
    modify(SnapshotId=it, Attribute="createVolumePermission", OperationType="remove", UserIds=[OTHER])
    assert permissions(ec2, it) == [{"Group": "all"}]
    modify(SnapshotId=it, Attribute="createVolumePermission", OperationType="remove", GroupNames=["all"])
    assert permissions(ec2, it) == []
    record = account.records("ModifySnapshotAttribute")[0]
    assert record["requestParameters"] == {
        "snapshotId": it,
        "createVolumePermission": {"add": {"items": [{"group": "all"}, {"userId": OTHER}]}},
        "attributeType": "CREATE_VOLUME_PERMISSION",
    }
    assert record["responseElements"] == {"requestId": record["requestID"], "_return": True}
    unknown = {"SnapshotId": "snap-0123456789abcdef0", "Attribute": "createVolumePermission"}
    assert refusal(ec2.describe_snapshot_attribute, **unknown) == ("InvalidSnapshot.NotFound", 400)


def test_an_image_is_shared_and_no_longer_shared(account):
    ec2 = account.client("ec2")
    image = ec2.register_image(Name="golden", RootDeviceName="/dev/xvda")["ImageId"]
    modify = ec2.modify_image_attribute
    modify(ImageId=image, LaunchPermission={"Add": [{"Group": "all"}, {"UserId": OTHER}]})
    modify(ImageId=image, LaunchPermission={"Remove": [{"Group": "all"}]})
    shown = ec2.describe_image_attribute(ImageId=image, Attribute="launchPermission")
    assert shown["LaunchPermissions"] == [{"UserId": OTHER}]
    assert account.records("ModifyImageAttribute")[-1]["requestParameters"] == {
        "imageId": image, "launchPermission": {"remove": {"items": [{"group": "all"}]}}, "attributeType": "launchPermission"}


def test_a_block_forbids_new_public_snapshots_and_hides_old_ones(account):
    ec2, it = snapshot(account)
    share = {"SnapshotId": it, "CreateVolumePermission": {"Add": [{"Group": "all"}]}}
    assert ec2.get_snapshot_block_public_access_state()["State"] == "unblocked"
    ec2.modify_snapshot_attribute(**share)
    ec2.enable_snapshot_block_public_access(State="block-new-sharing")
    assert permissions(ec2, it) == [{"Group": "all"}]
    ec2.enable_snapshot_block_public_access(State="block-all-sharing")
    assert permissions(ec2, it) == []
    assert refusal(ec2.modify_snapshot_attribute, **share) == ("OperationNotPermitted", 400)
    assert ec2.get_snapshot_block_public_access_state()["State"] == "block-all-sharing"
    assert ec2.disable_snapshot_block_public_access()["State"] == "unblocked"
    assert permissions(ec2, it) == [{"Group": "all"}]


def test_a_block_forbids_new_public_images_in_its_region_only(account):
    ec2 = account.client("ec2")
    image = ec2.register_image(Name="golden", RootDeviceName="/dev/xvda")["ImageId"]
    ec2.enable_image_block_public_access(ImageBlockPublicAccessState="block-new-sharing")
    share = {"ImageId": image, "LaunchPermission": {"Add": [{"Group": "all"}]}}
    assert refusal(ec2.modify_image_attribute, **share) == ("OperationNotPermitted", 400)
    elsewhere = account.client("ec2", region="eu-west-1").get_image_block_public_access_state()
    assert elsewhere["ImageBlockPublicAccessState"] == "unblocked"
    ec2.disable_image_block_public_access()
    ec2.modify_image_attribute(**share)


@pytest.mark.parametrize(("kind", "source", "code"), [
    ("DBSnapshot", "instance", "DBSnapshotNotFound"), ("DBClusterSnapshot", "cluster", "DBClusterSnapshotNotFoundFault")])
def test_a_snapshot_of_a_database_is_shared_and_no_longer_shared(account, kind, source, code):
    rds, name = account.client("rds"), {f"{kind}Identifier": "backup"}
    login = {"MasterUsername": "admin", "MasterUserPassword": "abcdefgh1"}
    if source == "instance":
        rds.create_db_instance(DBInstanceIdentifier="db", DBInstanceClass="db.t3.micro", Engine="mysql", AllocatedStorage=20,
                               **login)
        rds.create_db_snapshot(DBInstanceIdentifier="db", **name)
        describe, modify = rds.describe_db_snapshot_attributes, rds.modify_db_snapshot_attribute
    else:
        rds.create_db_cluster(DBClusterIdentifier="db", Engine="aurora-mysql", **login)
        rds.create_db_cluster_snapshot(DBClusterIdentifier="db", **name)
        describe, modify = rds.describe_db_cluster_snapshot_attributes, rds.modify_db_cluster_snapshot_attribute

    def shown():
        return describe(**name)[f"{kind}AttributesResult"][f"{kind}Attributes"]

    assert shown() == [{"AttributeName": "restore", "AttributeValues": []}]
    modify(**name, AttributeName="restore", ValuesToAdd=["all", OTHER])
    modify(**name, AttributeName="restore", ValuesToRemove=["all"])
    assert shown() == [{"AttributeName": "restore", "AttributeValues": [OTHER]}]
    assert refusal(describe, **{f"{kind}Identifier": "nobody"}) == (code, 404)
    record = account.records(f"Modify{kind}Attribute")[0]
    assert record["requestParameters"]["valuesToAdd"] == ["all", OTHER]
    lowered = f"{kind[:1].lower()}{kind[1:]}"
    assert record["responseElements"] == {
        f"{lowered}Identifier": "backup", f"{lowered}Attributes": [{"attributeName": "restore", "attributeValues": ["all", OTHER]}]}


def test_a_document_is_shared_and_no_longer_shared(account):
    ssm, it = account.client("ssm"), {"Name": "runbook", "PermissionType": "Share"}
    content = '{"schemaVersion": "2.2", "description": "x", "mainSteps": []}'
    made = ssm.create_document(Name="runbook", DocumentType="Command", Content=content)["DocumentDescription"]
    assert (made["Owner"], made["DocumentType"]) == (account.number, "Command")
    assert ssm.get_document(Name="runbook")["Content"] == content
    ssm.modify_document_permission(**it, AccountIdsToAdd=["all", OTHER])
    assert ssm.describe_document_permission(**it)["AccountIds"] == ["all", OTHER]
    ssm.modify_document_permission(**it, AccountIdsToRemove=["all"])
    assert ssm.describe_document_permission(**it)["AccountIds"] == [OTHER]
    ssm.delete_document(Name="runbook")
    assert refusal(ssm.describe_document_permission, **it) == ("InvalidDocument", 400)


def test_the_value_of_a_parameter_is_hidden_in_its_record(account):
    ssm = account.client("ssm")
    ssm.put_parameter(Name="/token", Value="secret", Type="SecureString")
    assert ssm.get_parameter(Name="/token", WithDecryption=True)["Parameter"]["Value"] == "secret"
    assert account.record("PutParameter")["requestParameters"] == {
        "name": "/token", "value": "HIDDEN_DUE_TO_SECURITY_REASONS", "type": "SecureString"}
