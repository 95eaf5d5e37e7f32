"""AWS managed policies that responders use and ministack does not know.

Names not listed here or in ministack do not exist: attaching them fails, as a misspelt name does on AWS.
"""

import json

from ministack.services import iam

_DENY_ALL = [{"Sid": "DenyAll", "Effect": "Deny", "Action": ["*"], "Resource": ["*"]}]

# AWS Managed Policy Reference, "AWSCompromisedKeyQuarantineV2"; V3 and V4 deny more of the same kind.
_QUARANTINED_ACTIONS = """
    cloudtrail:LookupEvents ec2:RequestSpotInstances ec2:RunInstances ec2:StartInstances iam:AddUserToGroup
    iam:AttachGroupPolicy iam:AttachRolePolicy iam:AttachUserPolicy iam:ChangePassword iam:CreateAccessKey
    iam:CreateInstanceProfile iam:CreateLoginProfile iam:CreatePolicyVersion iam:CreateRole iam:CreateUser
    iam:DetachUserPolicy iam:PassRole iam:PutGroupPolicy iam:PutRolePolicy iam:PutUserPermissionsBoundary
    iam:PutUserPolicy iam:SetDefaultPolicyVersion iam:UpdateAccessKey iam:UpdateAccountPasswordPolicy
    iam:UpdateAssumeRolePolicy iam:UpdateLoginProfile iam:UpdateUser lambda:AddLayerVersionPermission
    lambda:AddPermission lambda:CreateFunction lambda:GetPolicy lambda:ListTags lambda:PutProvisionedConcurrencyConfig
    lambda:TagResource lambda:UntagResource lambda:UpdateFunctionCode lightsail:Create* lightsail:Delete*
    lightsail:DownloadDefaultKeyPair lightsail:GetInstanceAccessDetails lightsail:Start* lightsail:Update*
    organizations:CreateAccount organizations:CreateOrganization organizations:InviteAccountToOrganization
    s3:DeleteBucket s3:DeleteObject s3:DeleteObjectVersion s3:PutLifecycleConfiguration s3:PutBucketAcl
    s3:PutBucketOwnershipControls s3:DeleteBucketPolicy s3:ObjectOwnerOverrideToBucketOwner
    s3:PutAccountPublicAccessBlock s3:PutBucketPolicy s3:ListAllMyBuckets ec2:PurchaseReservedInstancesOffering
    ec2:AcceptReservedInstancesExchangeQuote ec2:CreateReservedInstancesListing savingsplans:CreateSavingsPlan
""".split()
_QUARANTINE = [{"Effect": "Deny", "Action": _QUARANTINED_ACTIONS, "Resource": ["*"]}]
_BASIC_READ = [{"Effect": "Allow", "Action": ["iam:Get*", "iam:List*", "s3:GetBucket*", "s3:List*"], "Resource": "*"}]

_POLICIES = {
    "AWSDenyAll": _DENY_ALL,
    "AWSCompromisedKeyQuarantine": _QUARANTINE,
    "AWSCompromisedKeyQuarantineV2": _QUARANTINE,
    "AWSCompromisedKeyQuarantineV3": _QUARANTINE,
    "AWSCompromisedKeyQuarantineV4": _QUARANTINE,
    "IAMFullAccess": [{"Effect": "Allow", "Action": ["iam:*", "organizations:Describe*"], "Resource": "*"}],
    "IAMReadOnlyAccess": [{"Effect": "Allow", "Action": ["iam:Get*", "iam:List*", "iam:Simulate*"], "Resource": "*"}],
    "IAMUserChangePassword": [{"Effect": "Allow", "Action": ["iam:ChangePassword"], "Resource": "*"}],
    "SecurityAudit": _BASIC_READ,
    "job-function/ViewOnlyAccess": _BASIC_READ,
    "AmazonEC2ReadOnlyAccess": [{"Effect": "Allow", "Action": ["ec2:Describe*"], "Resource": "*"}],
    "AWSCloudTrail_FullAccess": [{"Effect": "Allow", "Action": ["cloudtrail:*"], "Resource": "*"}],
    "AWSCloudTrail_ReadOnlyAccess": [
        {"Effect": "Allow", "Action": ["cloudtrail:Get*", "cloudtrail:List*", "cloudtrail:LookupEvents"], "Resource": "*"}
    ],
}


def install() -> None:
    """Adds the policies now and after each reset, which restores ministack's own set."""
    inner = iam._seed_aws_managed_policies

    def seed() -> None:
        inner()
        _add()

    iam._seed_aws_managed_policies = seed
    _add()


def _add() -> None:
    for name, statements in _POLICIES.items():
        document = json.dumps({"Version": "2012-10-17", "Statement": statements})
        arn = f"arn:aws:iam::aws:policy/{name}"
        if arn not in iam._aws_managed_policies:
            iam._aws_managed_policies[arn] = iam._make_aws_managed_record(name, document)
