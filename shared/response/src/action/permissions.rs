//! The permissions that each kind of action needs. Held against template.yaml by the acceptance tests, and against
//! the calls of plans by this crate's.

use super::ActionKind;

impl ActionKind {
    /// Returns the permissions that the kind's changes need, undo included.
    #[must_use]
    pub fn permissions(self) -> &'static [&'static str] {
        match self {
            Self::DenyUser => &[
                "iam:AttachUserPolicy",
                "iam:DeleteUserPermissionsBoundary",
                "iam:DeleteUserPolicy",
                "iam:DetachUserPolicy",
                "iam:PutUserPermissionsBoundary",
                "iam:PutUserPolicy",
            ],
            Self::QuarantineUser => &["iam:AttachUserPolicy", "iam:DetachUserPolicy"],
            Self::DetachPolicy => &[
                "iam:AttachGroupPolicy",
                "iam:AttachRolePolicy",
                "iam:AttachUserPolicy",
                "iam:DetachGroupPolicy",
                "iam:DetachRolePolicy",
                "iam:DetachUserPolicy",
            ],
            Self::DeactivateAccessKeys => &["iam:UpdateAccessKey"],
            Self::DeactivateCredentials => &[
                "iam:UpdateSSHPublicKey",
                "iam:UpdateServiceSpecificCredential",
                "iam:UpdateSigningCertificate",
            ],
            Self::DenySession | Self::RevokeSessions => &["iam:DeleteRolePolicy", "iam:PutRolePolicy"],
            Self::StartLogging => &["cloudtrail:StartLogging", "cloudtrail:StopLogging"],
            Self::EnableDetector => &["guardduty:UpdateDetector"],
            Self::StartRecorder => &["config:StartConfigurationRecorder", "config:StopConfigurationRecorder"],
            Self::RecreateAnalyzer => &["access-analyzer:CreateAnalyzer", "access-analyzer:DeleteAnalyzer"],
            Self::KeepKey => {
                &["kms:CancelKeyDeletion", "kms:DisableKey", "kms:EnableKey", "kms:ScheduleKeyDeletion"]
            }
            Self::RestoreEventSelectors => &["cloudtrail:PutEventSelectors"],
            Self::RestoreInsightSelectors => &["cloudtrail:PutInsightSelectors"],
            Self::EnableRule => &["events:DisableRule", "events:EnableRule", "events:PutRule"],
            Self::RestoreTargets => &["events:PutTargets", "events:RemoveTargets"],
            Self::RestoreSubscriptions => &["sns:Subscribe", "sns:Unsubscribe"],
            Self::RestoreConcurrency => {
                &["lambda:DeleteFunctionConcurrency", "lambda:PutFunctionConcurrency"]
            }
            Self::UnshareSnapshot => &[
                "ec2:ModifyImageAttribute",
                "ec2:ModifySnapshotAttribute",
                "rds:ModifyDBClusterSnapshotAttribute",
                "rds:ModifyDBSnapshotAttribute",
            ],
            Self::BlockPublicAccess => &["s3:PutBucketPublicAccessBlock"],
            Self::RevokeSecurityGroupRule => {
                &["ec2:AuthorizeSecurityGroupIngress", "ec2:RevokeSecurityGroupIngress"]
            }
            Self::RequireIamForFunctionUrl => &["lambda:UpdateFunctionUrlConfig"],
            Self::BlockSnapshotSharing => {
                &["ec2:DisableSnapshotBlockPublicAccess", "ec2:EnableSnapshotBlockPublicAccess"]
            }
            Self::BlockImageSharing => {
                &["ec2:DisableImageBlockPublicAccess", "ec2:EnableImageBlockPublicAccess"]
            }
            Self::UnshareDocument => &["ssm:ModifyDocumentPermission"],
            Self::RemoveFunctionPermission => &["lambda:AddPermission", "lambda:RemovePermission"],
            Self::ClosePolicy => &[
                "ecr:DeleteRepositoryPolicy",
                "ecr:SetRepositoryPolicy",
                "kms:PutKeyPolicy",
                "secretsmanager:DeleteResourcePolicy",
                "secretsmanager:PutResourcePolicy",
                "sns:SetTopicAttributes",
                "sqs:SetQueueAttributes",
            ],
        }
    }

    /// Returns the permissions that reading for the kind needs, before and after the change.
    #[must_use]
    pub fn reading_permissions(self) -> &'static [&'static str] {
        match self {
            Self::DenyUser => &[
                "iam:GetAccessKeyLastUsed",
                "iam:GetGroup",
                "iam:GetUser",
                "iam:GetUserPolicy",
                "iam:ListAccessKeys",
                "iam:ListAttachedUserPolicies",
                "iam:ListEntitiesForPolicy",
            ],
            Self::QuarantineUser => &[
                "iam:GetAccessKeyLastUsed",
                "iam:GetUser",
                "iam:ListAccessKeys",
                "iam:ListAttachedUserPolicies",
            ],
            Self::DetachPolicy => &[
                "iam:GetGroup",
                "iam:GetRole",
                "iam:GetUser",
                "iam:ListAccessKeys",
                "iam:ListAttachedGroupPolicies",
                "iam:ListAttachedRolePolicies",
                "iam:ListAttachedUserPolicies",
            ],
            Self::DeactivateAccessKeys => &["iam:GetAccessKeyLastUsed", "iam:GetUser", "iam:ListAccessKeys"],
            Self::DeactivateCredentials => &[
                "iam:GetAccessKeyLastUsed",
                "iam:GetUser",
                "iam:ListAccessKeys",
                "iam:ListSSHPublicKeys",
                "iam:ListServiceSpecificCredentials",
                "iam:ListSigningCertificates",
            ],
            Self::DenySession | Self::RevokeSessions => &["iam:GetRole", "iam:GetRolePolicy"],
            Self::StartLogging => &["cloudtrail:GetTrail", "cloudtrail:GetTrailStatus"],
            Self::EnableDetector => &["guardduty:GetDetector"],
            Self::StartRecorder => &["config:DescribeConfigurationRecorderStatus"],
            Self::RecreateAnalyzer => &["access-analyzer:GetAnalyzer"],
            Self::KeepKey => &["kms:DescribeKey"],
            Self::RestoreEventSelectors => &["cloudtrail:GetEventSelectors", "cloudtrail:GetTrail"],
            Self::RestoreInsightSelectors => &["cloudtrail:GetInsightSelectors", "cloudtrail:GetTrail"],
            Self::EnableRule => &["events:DescribeRule"],
            Self::RestoreTargets => &["events:ListTargetsByRule"],
            Self::RestoreSubscriptions => &["sns:ListSubscriptionsByTopic"],
            Self::RestoreConcurrency => &["lambda:GetFunctionConcurrency"],
            Self::UnshareSnapshot => &[
                "ec2:DescribeImageAttribute",
                "ec2:DescribeSnapshotAttribute",
                "rds:DescribeDBClusterSnapshotAttributes",
                "rds:DescribeDBSnapshotAttributes",
            ],
            Self::BlockPublicAccess => &["s3:GetBucketPublicAccessBlock"],
            Self::RevokeSecurityGroupRule => &["ec2:DescribeSecurityGroupRules"],
            Self::RequireIamForFunctionUrl => &["lambda:GetFunctionUrlConfig"],
            Self::BlockSnapshotSharing => &["ec2:GetSnapshotBlockPublicAccessState"],
            Self::BlockImageSharing => &["ec2:GetImageBlockPublicAccessState"],
            Self::UnshareDocument => &["ssm:DescribeDocumentPermission"],
            Self::RemoveFunctionPermission => &["lambda:GetPolicy"],
            Self::ClosePolicy => &[
                "ecr:GetRepositoryPolicy",
                "kms:GetKeyPolicy",
                "secretsmanager:GetResourcePolicy",
                "sns:GetTopicAttributes",
                "sqs:GetQueueAttributes",
            ],
        }
    }
}
