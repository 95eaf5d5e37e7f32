//! Each role in a member account may do there what a function's own role may do at home, and lets nobody else in.

use crate::generated::assert_part;
use crate::regions::assert_plain;
use crate::repository::read;
use crate::template::{of_type, parsed};
use serde_json::{Value, json};

const FILE: &str = "template-member.yaml";
const BEGIN: &str = "# ---- what the role in a member account may do too: begin";
const END: &str = "# ---- what the role in a member account may do too: end";
/// Roles whose statements are written from those at home.
const WRITTEN: [&str; 3] = ["CloseExposureRole", "ContainIdentityRole", "RestoreLoggingRole"];

/// What a role at home may do in other accounts too, as text: with each list of calls wherever it is meant, with the names of the
/// stack's own roles as a member account knows them, and in the stack's Region, wherever the role is deployed.
fn at_home(role: &str) -> String {
    let template = read("template.yaml");
    let (_, rest) = template.split_once(&format!("\n  {role}:\n")).unwrap();
    let (_, rest) = rest.split_once(BEGIN).unwrap();
    let (_, rest) = rest.split_once('\n').unwrap();
    let (part, _) = rest.split_once(END).unwrap();
    without_aliases(part.trim_end_matches(' '))
        .replace("${AWS::StackName}-*", "${HomeStack}-*")
        .replace("${AWS::Region}", "${HomeRegion}")
        .replace("!Ref AWS::Region", "!Ref HomeRegion")
}

/// Writes each list that has a name wherever the name stands: CloudFormation takes no aliases.
fn without_aliases(part: &str) -> String {
    let Some((before, rest)) = part.split_once("Action: &") else { return part.to_owned() };
    let (name, rest) = rest.split_once('\n').unwrap();
    let list: String = rest
        .lines()
        .take_while(|line| line.trim_start().starts_with("- "))
        .map(|line| format!("\n{line}"))
        .collect();
    format!("{before}Action:\n{}", without_aliases(rest))
        .replace(&format!(" *{name}\n"), &format!("{list}\n"))
}

#[test]
fn the_roles_of_a_member_account_may_do_what_the_roles_at_home_may_do() {
    for role in WRITTEN {
        let mark = |end: &str| format!("# ---- written from template.yaml, {role}: {end}");
        assert_part(FILE, &mark("begin"), &mark("end"), &at_home(role));
    }
}

fn statements(role: &Value) -> Vec<Value> {
    let statements = role["Policies"][0]["PolicyDocument"]["Statement"].clone();
    serde_json::from_value(statements).unwrap()
}

/// The statements that the text stands for are those of the home role, so nothing was lost in writing them.
#[test]
fn each_statement_is_one_of_the_role_at_home() {
    let as_there = |statement: &Value| -> Value {
        let text = statement.to_string().replace("${AWS::StackName}", "${HomeStack}");
        let text = text.replace("AWS::Region", "HomeRegion");
        serde_json::from_str(&text).unwrap()
    };
    for (role, least) in WRITTEN.into_iter().zip([10, 10, 6]).chain([("MeterRole", 1)]) {
        let home: Vec<_> = statements(&of_type("AWS::IAM::Role")[role]).iter().map(as_there).collect();
        let member = statements(&parsed(FILE)["Resources"][role]["Properties"]);
        assert!(member.len() >= least, "{role}: {}", member.len());
        for statement in &member {
            assert!(home.contains(statement), "{role}: {statement}");
        }
    }
}

#[test]
fn a_member_account_lets_in_the_one_role_that_knows_the_external_id() {
    let file = parsed(FILE);
    let roles = file["Resources"].as_object().unwrap();
    let names: std::collections::BTreeSet<_> = roles.keys().map(String::as_str).collect();
    assert_eq!(
        names.into_iter().collect::<Vec<_>>(),
        ["CloseExposureRole", "ContainIdentityRole", "MeterRole", "RestoreLoggingRole"]
    );
    for (name, role) in roles {
        lets_in_one_role(name, &role["Properties"]);
    }
}

fn lets_in_one_role(name: &str, role: &Value) {
    let home = |what: &str| json!({"!Sub": format!("arn:${{AWS::Partition}}:iam::${{HomeAccount}}:{what}")});
    let trust = json!([{
        "Effect": "Allow",
        "Principal": {"AWS": home("root")},
        "Action": "sts:AssumeRole",
        "Condition": {
            "ArnLike": {"aws:PrincipalArn": home(&format!("role/${{HomeStack}}-{name}-*"))},
            "StringEquals": {
                "sts:ExternalId": {"!Ref": "ExternalId"},
                "aws:PrincipalOrgID": {"!If": ["HasOrganization", {"!Ref": "OrganizationId"}, {"!Ref": "AWS::NoValue"}]}
            }
        }
    }]);
    assert_eq!(role["AssumeRolePolicyDocument"]["Statement"], trust);
    // The stack looks for it by this name.
    assert_eq!(role["RoleName"], json!({"!Sub": format!("${{HomeStack}}-{name}-member")}));
}

/// StackSets and `aws cloudformation deploy` take it as it is.
#[test]
fn the_template_for_member_accounts_is_plain() {
    assert_plain(FILE);
}

/// What comes from other accounts is what AWS's services say there: nobody in a member account can say it in their place.
#[test]
fn members_may_send_nothing_but_events_of_aws() {
    let policy = &of_type("AWS::Events::EventBusPolicy")["MembersMaySend"];
    let statement = json!({
        "Effect": "Allow",
        "Principal": {"AWS": {"!Split": [",", {"!Ref": "MemberAccounts"}]}},
        "Action": "events:PutEvents",
        "Resource": {"!Sub": "arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:event-bus/default"},
        "Condition": {"StringLike": {"events:source": "aws.*"}}
    });
    assert_eq!(policy["Statement"], statement);
    assert_eq!(policy["EventBusName"], "default");
}
