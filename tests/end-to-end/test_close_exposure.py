"""What a call opens to everybody is closed within seconds, exactly what the call has added, and an undo opens it again.

IAM is enforced, so the role of `close-exposure` suffices for all of it.
"""

import io
import json
import zipfile

import pytest

from local_aws.session import eventually

OTHER = "999988887777"
FRIEND = "444455556666"


class Snapshot:
    """An EBS snapshot that a friend has by right."""

    def __init__(self, stack):
        self.client = stack.aws.client("ec2")
        volume = self.client.create_volume(AvailabilityZone="us-east-1a", Size=1)["VolumeId"]
        self.name = self.client.create_snapshot(VolumeId=volume)["SnapshotId"]
        self.share(UserIds=[FRIEND])

    def share(self, **grants):
        self.client.modify_snapshot_attribute(SnapshotId=self.name, Attribute="createVolumePermission", OperationType="add", **grants)

    def open(self):
        self.share(GroupNames=["all"])

    def open_to(self, account):
        self.share(UserIds=[account])

    def state(self):
        granted = self.client.describe_snapshot_attribute(SnapshotId=self.name, Attribute="createVolumePermission")
        return {one.get("UserId") or one["Group"] for one in granted["CreateVolumePermissions"]}


class Image:
    def __init__(self, stack):
        self.client = stack.aws.client("ec2")
        self.name = self.client.register_image(Name=f"golden-{id(self)}", RootDeviceName="/dev/sda1")["ImageId"]
        self.share(UserIds=[FRIEND])

    def share(self, **grants):
        self.client.modify_image_attribute(ImageId=self.name, Attribute="launchPermission", OperationType="add", **grants)

    def open(self):
        self.share(UserGroups=["all"])

    def open_to(self, account):
        self.share(UserIds=[account])

    def state(self):
        granted = self.client.describe_image_attribute(ImageId=self.name, Attribute="launchPermission")
        return {one.get("UserId") or one["Group"] for one in granted["LaunchPermissions"]}


class DatabaseSnapshot:
    def __init__(self, stack):
        self.client = stack.aws.client("rds")
        self.name = f"ledger-{id(self)}"
        self.client.create_db_instance(DBInstanceIdentifier=f"db-{self.name}", DBInstanceClass="db.t3.micro", Engine="postgres",
                                       MasterUsername="owner", MasterUserPassword="not-a-secret", AllocatedStorage=20)
        self.client.create_db_snapshot(DBSnapshotIdentifier=self.name, DBInstanceIdentifier=f"db-{self.name}")
        self.open_to(FRIEND)

    def open(self):
        self.open_to("all")

    def open_to(self, account):
        self.client.modify_db_snapshot_attribute(DBSnapshotIdentifier=self.name, AttributeName="restore", ValuesToAdd=[account])

    def state(self):
        result = self.client.describe_db_snapshot_attributes(DBSnapshotIdentifier=self.name)["DBSnapshotAttributesResult"]
        return {value for one in result["DBSnapshotAttributes"] if one["AttributeName"] == "restore" for value in one["AttributeValues"]}


class ClusterSnapshot:
    def __init__(self, stack):
        self.client = stack.aws.client("rds")
        self.name = f"cluster-ledger-{id(self)}"
        self.client.create_db_cluster(DBClusterIdentifier=f"db-{self.name}", Engine="aurora-postgresql", MasterUsername="owner",
                                      MasterUserPassword="not-a-secret")
        self.client.create_db_cluster_snapshot(DBClusterSnapshotIdentifier=self.name, DBClusterIdentifier=f"db-{self.name}")
        self.open_to(FRIEND)

    def open(self):
        self.open_to("all")

    def open_to(self, account):
        self.client.modify_db_cluster_snapshot_attribute(DBClusterSnapshotIdentifier=self.name, AttributeName="restore",
                                                         ValuesToAdd=[account])

    def state(self):
        answer = self.client.describe_db_cluster_snapshot_attributes(DBClusterSnapshotIdentifier=self.name)
        attributes = answer["DBClusterSnapshotAttributesResult"]["DBClusterSnapshotAttributes"]
        return {value for one in attributes if one["AttributeName"] == "restore" for value in one["AttributeValues"]}


class Document:
    """A runbook that a friend may use by right."""

    def __init__(self, stack):
        self.client = stack.aws.client("ssm")
        self.name = f"restart-{id(self)}"
        content = {"schemaVersion": "2.2", "description": "restarts", "mainSteps": []}
        self.client.create_document(Name=self.name, DocumentType="Command", Content=json.dumps(content))
        self.open_to(FRIEND)

    def open(self):
        self.open_to("all")

    def open_to(self, account):
        self.client.modify_document_permission(Name=self.name, PermissionType="Share", AccountIdsToAdd=[account])

    def state(self):
        return set(self.client.describe_document_permission(Name=self.name, PermissionType="Share")["AccountIds"])


def outcomes_about(stack, name, status):
    """Returns the outcomes of `close-exposure` about what is so called."""
    return stack.outcomes.matching(
        lambda event: event["source"] == "trailreflex.close-exposure" and event["detail"]["status"] == status
        and event["detail"]["plan"]["cause"]["target"]["name"] == name)


def undo(stack, plan):
    answer = stack.lambda_.invoke(FunctionName=stack.outputs["CloseExposureFunction"], Payload=stack.payload({"undo": plan}))
    return json.loads(answer["Payload"].read())


@pytest.mark.parametrize(("kind", "action"), [
    (Snapshot, "unshare_snapshot"), (Image, "unshare_snapshot"), (DatabaseSnapshot, "unshare_snapshot"),
    (ClusterSnapshot, "unshare_snapshot"), (Document, "unshare_document")])
def test_what_is_shared_with_everybody_is_shared_no_longer_and_an_undo_stays(stack, kind, action):
    thing = kind(stack)
    thing.open()
    [outcome] = eventually(lambda: outcomes_about(stack, thing.name, "contained"))
    assert [step["action"]["kind"] for step in outcome["detail"]["plan"]["steps"]] == [action]
    assert thing.state() == {FRIEND}

    # Somebody is let in by right in the meantime: that is not what the plan is about.
    thing.open_to(OTHER)
    assert undo(stack, outcome["detail"]["plan"]["id"])["status"] == "undone"
    assert thing.state() == {FRIEND, OTHER, "all"}
    refused = eventually(lambda: outcomes_about(stack, thing.name, "refused"))
    assert {event["detail"]["plan"]["refused"] for event in refused} == {"OwnAction"}
    assert thing.state() == {FRIEND, OTHER, "all"}


def bucket(stack):
    s3 = stack.aws.client("s3")
    s3.create_bucket(Bucket="web-site")
    s3.put_public_access_block(Bucket="web-site", PublicAccessBlockConfiguration={"BlockPublicAcls": True})
    s3.delete_public_access_block(Bucket="web-site")
    return "web-site", {"block_public_access": "s3:PutBucketPublicAccessBlock"}


def port(stack):
    ec2 = stack.aws.client("ec2")
    group = ec2.create_security_group(GroupName="bastion", Description="for tests")["GroupId"]
    everybody = {"IpRanges": [{"CidrIp": "0.0.0.0/0", "Description": "for a moment"}]}
    ports = [{"IpProtocol": "tcp", "FromPort": number, "ToPort": number} | everybody for number in (22, 443)]
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=ports)
    return group, {"revoke_security_group_rule": "ec2:RevokeSecurityGroupIngress"}


def sharing(stack):
    ec2 = stack.aws.client("ec2")
    ec2.enable_snapshot_block_public_access(State="block-all-sharing")
    ec2.disable_snapshot_block_public_access()
    return stack.aws.account, {"block_snapshot_sharing": "ec2:EnableSnapshotBlockPublicAccess",
                               "block_image_sharing": "ec2:EnableImageBlockPublicAccess"}


def function(stack):
    """A function that another account may call, as a partner may by right."""
    name = "checkout"
    stack.iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": {
        "Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}}))
    stack.lambda_.create_function(FunctionName=name, Runtime="python3.12", Handler="x.y", Role=f"arn:aws:iam::{stack.aws.account}:role/{name}",
                                  Code={"ZipFile": zipped()})
    for statement, account in (("partner", FRIEND), ("backdoor", OTHER)):
        stack.lambda_.add_permission(FunctionName=name, StatementId=statement, Action="lambda:InvokeFunction", Principal=account)
    return name, {"remove_function_permission": "lambda:RemovePermission"}


def zipped():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("x.py", "def y(event, context): pass")
    return packed.getvalue()


@pytest.mark.parametrize("open_up", [bucket, port, sharing, function])
def test_what_a_person_decides_is_planned_with_the_exact_calls(stack, open_up):
    name, calls = open_up(stack)
    outcome = eventually(lambda: outcomes_about(stack, name, "planned"))[-1]
    steps = outcome["detail"]["plan"]["steps"]
    assert {step["action"]["kind"]: call["permission"] for step in steps for call in step["calls"]} == calls
    assert outcome["detail"]["steps"] == []


def test_a_function_of_the_stacks_own_is_protected(stack):
    name = stack.resources["IngestFunction"]
    stack.lambda_.create_function_url_config(FunctionName=name, AuthType="NONE")
    [outcome] = eventually(lambda: outcomes_about(stack, name, "refused"))
    assert outcome["detail"]["plan"]["refused"] == "Protected"
    stack.lambda_.delete_function_url_config(FunctionName=name)


def test_sharing_with_one_account_is_for_a_person_to_judge(stack):
    snapshot = Snapshot(stack)
    snapshot.open_to(OTHER)
    def about_other():
        events = outcomes_about(stack, snapshot.name, "planned")
        return [event for event in events if event["detail"]["plan"]["cause"]["target"]["added"] == [OTHER]]
    [outcome] = eventually(about_other)
    [step] = outcome["detail"]["plan"]["steps"]
    assert step["calls"][0]["parameters"]["UserIds"] == [OTHER]
    assert snapshot.state() == {FRIEND, OTHER}
