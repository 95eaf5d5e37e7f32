//! Which roles were passed to which services, which no record shows: `iam:PassRole` is authorised within the call that
//! passes.

use crate::arns::escaped;
use crate::resources::Call;
use trailreflex_actions::Action;

/// A role that was passed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Passed {
    /// The role, as a policy's `Resource` has it. Of an instance profile, whose role a record does not tell, any role of the
    /// account.
    pub role: String,
    /// The instance profile, if one was passed.
    pub instance_profile: Option<String>,
    /// The service that got it, such as `lambda.amazonaws.com`.
    pub to_service: String,
}

/// Services whose roles trust another name than their own prefix; of an action, or of all of them.
const PRINCIPALS: [(&str, &str, &[&str]); 8] = [
    ("batch", "", &["batch.amazonaws.com", "ecs-tasks.amazonaws.com"]),
    ("ec2", "CreateFlowLogs", &["vpc-flow-logs.amazonaws.com"]),
    ("ec2", "RequestSpotFleet", &["spotfleet.amazonaws.com"]),
    ("ecs", "", &["ecs-tasks.amazonaws.com", "ecs.amazonaws.com"]),
    ("eks", "CreateNodegroup", &["ec2.amazonaws.com"]),
    ("eks", "CreatePodIdentityAssociation", &["pods.eks.amazonaws.com"]),
    ("iam", "AddRoleToInstanceProfile", &["ec2.amazonaws.com"]),
    ("rds", "", &["monitoring.rds.amazonaws.com", "rds.amazonaws.com"]),
];

/// Actions that pass roles too, which the table's list of dependent actions leaves out.
const ALSO_PASS: [&str; 26] = [
    "application-autoscaling:RegisterScalableTarget",
    "apprunner:CreateService",
    "autoscaling:CreateLaunchConfiguration",
    "batch:RegisterJobDefinition",
    "bedrock:CreateAgent",
    "cloudformation:CreateChangeSet",
    "cloudformation:CreateStack",
    "cloudformation:DeleteStack",
    "cloudformation:UpdateStack",
    "cloudtrail:CreateTrail",
    "cloudtrail:UpdateTrail",
    "codebuild:CreateProject",
    "codebuild:UpdateProject",
    "codepipeline:CreatePipeline",
    "datasync:CreateLocationS3",
    "ecs:CreateService",
    "ecs:RegisterTaskDefinition",
    "eks:CreateCluster",
    "eks:CreateNodegroup",
    "events:PutTargets",
    "firehose:CreateDeliveryStream",
    "glue:CreateJob",
    "glue:UpdateJob",
    "lambda:UpdateFunctionConfiguration",
    "redshift:CreateCluster",
    "ssm:StartAutomationExecution",
];

/// Returns the roles that a call of this action passed.
pub(crate) fn passed(action: Action, call: &Call<'_>) -> Vec<Passed> {
    if call.parameters().is_empty() || !passes(action) {
        return Vec::new();
    }
    let mut found = Vec::new();
    for arn in call.parameters().arns() {
        let mut parts = arn.splitn(6, ':');
        let (service, account, resource) = (parts.nth(2), parts.nth(1), parts.next().unwrap_or_default());
        if service != Some("iam") || !account.is_some_and(trailreflex_access::is_account_id) {
            continue;
        }
        if resource.starts_with("role/") {
            found.extend(to_each(action, &escaped(arn)));
        } else if resource.starts_with("instance-profile/") {
            let owner = arn.strip_suffix(resource).unwrap_or_default();
            found.push(of_profile(owner, arn));
        }
    }
    if found.is_empty()
        && let Some(place) = call.place()
    {
        let owner = format!("arn:{}:iam::{}:", place.partition, place.account);
        if action.name() == "AddRoleToInstanceProfile" {
            for name in call.parameters().find(&[crate::resources::Name::Parameter("rolename")]) {
                for path in ["", "*/"] {
                    let role = format!("{owner}role/{path}{}", escaped(name));
                    found.extend(to_each(action, &role));
                }
            }
        }
        for name in call.parameters().find(&[
            crate::resources::Name::Within("iaminstanceprofile", "name"),
            crate::resources::Name::Parameter("iaminstanceprofile"),
        ]) {
            found.push(of_profile(&owner, &format!("{owner}instance-profile/{name}")));
        }
    }
    found
}

fn passes(action: Action) -> bool {
    action.dependents().any(|needed| (needed.service(), needed.name()) == ("iam", "PassRole"))
        || ALSO_PASS.iter().any(|name| name.split_once(':') == Some((action.service(), action.name())))
}

fn of_profile(owner: &str, profile: &str) -> Passed {
    Passed {
        role: format!("{owner}role/*"),
        instance_profile: Some(profile.to_owned()),
        to_service: "ec2.amazonaws.com".to_owned(),
    }
}

/// The services that may be meant to use the role. Mostly it is one, called as the actions of those who pass it.
fn to_each(action: Action, role: &str) -> Vec<Passed> {
    let own = |(service, name, _): &&(&str, &str, &[&str])| {
        *service == action.service() && (name.is_empty() || *name == action.name())
    };
    let principals = match PRINCIPALS.iter().find(own) {
        Some((_, _, principals)) => principals.iter().map(|name| (*name).to_owned()).collect(),
        None => vec![format!("{}.amazonaws.com", action.service())],
    };
    let passed = |to_service: String| Passed { role: role.to_owned(), instance_profile: None, to_service };
    principals.into_iter().map(passed).collect()
}
