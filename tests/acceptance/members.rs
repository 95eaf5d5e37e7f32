//! The role in a member account may do there what the responder's own role may do at home, and lets nobody else in.

use crate::generated::assert_part;
use crate::regions::assert_plain;
use crate::repository::read;
use crate::template::{of_type, parsed};
use serde_json::{Value, json};

const FILE: &str = "template-member.yaml";
const BEGIN: &str = "# ---- what the role in a member account may do too: begin";
const END: &str = "# ---- what the role in a member account may do too: end";
const LIST: &str = "&changes-of-identities";

/// What the role at home may do to identities, as text: with the list of calls wherever it is meant, and with the names of the
/// stack's own roles as a member account knows them.
fn at_home() -> String {
    let template = read("template.yaml");
    let (_, rest) = template.split_once(BEGIN).unwrap();
    let (_, rest) = rest.split_once('\n').unwrap();
    let (part, _) = rest.split_once(END).unwrap();
    let part = part.trim_end_matches(' ');
    let (_, list) = part.split_once(&format!("{LIST}\n")).unwrap();
    let is_entry = |line: &&str| line.trim_start().starts_with("- iam:");
    let list: String = list.lines().take_while(is_entry).map(|line| format!("\n{line}")).collect();
    part.replace(&format!(" {LIST}"), "")
        .replace(" *changes-of-identities", &list)
        .replace("role/${AWS::StackName}-*", "role/${HomeStack}-*")
}

#[test]
fn the_role_of_a_member_account_may_do_what_the_role_at_home_may_do() {
    let mark = |end: &str| format!("# ---- written from template.yaml: {end}");
    assert_part(FILE, &mark("begin"), &mark("end"), &at_home());
}

/// The statements that the text stands for are those of the home role, so nothing was lost in writing them.
#[test]
fn each_statement_is_one_of_the_role_at_home() {
    let statements = |role: &Value| {
        let statements = role["Policies"][0]["PolicyDocument"]["Statement"].clone();
        serde_json::from_value::<Vec<Value>>(statements).unwrap()
    };
    let home = statements(&of_type("AWS::IAM::Role")["ContainIdentityRole"]);
    let member = statements(&parsed(FILE)["Resources"]["ContainIdentityRole"]["Properties"]);
    let called = |role: &Value| statements(role).into_iter().find(|one| one["Sid"] == "Call").unwrap();
    let meter =
        [&of_type("AWS::IAM::Role")["MeterRole"], &parsed(FILE)["Resources"]["MeterRole"]["Properties"]]
            .map(called);
    assert_eq!(meter[0], meter[1]);
    let own_names = |statement: &Value| -> Value {
        serde_json::from_str(&statement.to_string().replace("${AWS::StackName}", "${HomeStack}")).unwrap()
    };
    let home: Vec<_> = home.iter().map(own_names).collect();
    assert!(member.len() > 10, "{}", member.len());
    for statement in &member {
        assert!(home.contains(statement), "{statement}");
    }
}

#[test]
fn a_member_account_lets_in_the_one_role_that_knows_the_external_id() {
    let file = parsed(FILE);
    let roles = file["Resources"].as_object().unwrap();
    assert_eq!(roles.keys().collect::<Vec<_>>(), ["ContainIdentityRole", "MeterRole"]);
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
