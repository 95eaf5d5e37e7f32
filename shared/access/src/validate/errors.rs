//! What keeps a policy from working, looked for element by element, so that one mistake does not hide the next.

use super::{Issues, PolicyKind, names};
use crate::condition::{Condition, Kind, Matcher};
use crate::json::Json;
use crate::parse::cut;
use crate::principal::{Principal, account_of};
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn check(json: &Json, kind: PolicyKind, issues: &mut Issues) {
    let mut has_variables = false;
    for (key, value) in json.entries() {
        match key.as_str() {
            "Version" => match value.text() {
                Some("2012-10-17") => has_variables = true,
                Some("2008-10-17") => {}
                Some(_) | None => {
                    issues.error("INVALID_VERSION", "Version", "write `2012-10-17`");
                }
            },
            "Id" | "Statement" => {}
            other => {
                issues.error("INVALID_POLICY_ELEMENT", cut(other), "IAM knows no such element; remove it");
            }
        }
    }
    let Some(statements) = json.get("Statement").map(Json::items) else {
        return issues.error("MISSING_STATEMENT", "", "add `Statement`");
    };
    let mut sids = BTreeSet::new();
    for (index, statement) in statements.iter().enumerate() {
        let path = format!("Statement[{index}]");
        if !statement.is_object() {
            issues.error("DATA_TYPE_MISMATCH", path, "a statement has to be an object");
            continue;
        }
        if let Some(sid) = statement.get("Sid").and_then(Json::text)
            && !sids.insert(sid)
        {
            issues.error(
                "UNIQUE_SIDS_REQUIRED",
                format!("{path}.Sid"),
                "another statement has this `Sid`; change one",
            );
        }
        of_statement(statement, &path, kind, issues);
        of_conditions(statement, &path, has_variables, issues);
        if !has_variables && kind != PolicyKind::ServiceControl && has_variable(statement.get("Resource")) {
            let what = "only `Version` `2012-10-17` has policy variables; add it";
            issues.error("VARIABLE_UNSUPPORTED_IN_VERSION", format!("{path}.Resource"), what);
        }
    }
}

fn of_statement(statement: &Json, path: &str, kind: PolicyKind, issues: &mut Issues) {
    let known = [
        "Sid",
        "Effect",
        "Principal",
        "NotPrincipal",
        "Action",
        "NotAction",
        "Resource",
        "NotResource",
        "Condition",
    ];
    for (key, _) in statement.entries().iter().filter(|(key, _)| !known.contains(&key.as_str())) {
        let what = "IAM knows no such element; remove it";
        issues.error("INVALID_POLICY_ELEMENT", format!("{path}.{}", cut(key)), what);
    }
    match statement.get("Effect").map(Json::text) {
        Some(Some("Allow" | "Deny")) => {}
        Some(_) => issues.error("INVALID_EFFECT", format!("{path}.Effect"), "write `Allow` or `Deny`"),
        None => issues.error("MISSING_EFFECT", path, "add `Effect`"),
    }
    for (element, opposite) in
        [("Action", "NotAction"), ("Resource", "NotResource"), ("Principal", "NotPrincipal")]
    {
        if statement.get(element).is_some() && statement.get(opposite).is_some() {
            let what = format!("`{element}` and `{opposite}` exclude each other; keep one");
            issues.error("UNSUPPORTED_ELEMENT_COMBINATION", path, what);
        }
    }
    names::actions(statement, path, issues);
    resources(statement, path, kind, issues);
    principals(statement, path, kind, issues);
    if kind == PolicyKind::ResourceControl {
        if statement.get("Effect").and_then(Json::text) == Some("Allow") {
            issues.error(
                "RCP_SYNTAX_ERROR_ALLOW",
                format!("{path}.Effect"),
                "resource control policies only deny",
            );
        }
        if statement.get("NotAction").is_some() {
            issues.error("RCP_SYNTAX_ERROR_NOTACTION", format!("{path}.NotAction"), "write `Action`");
        }
        if statement.get("Principal").and_then(Json::text) != Some("*") {
            issues.error("RCP_SYNTAX_ERROR_PRINCIPAL", format!("{path}.Principal"), "write `*`");
        }
    }
}

fn resources(statement: &Json, path: &str, kind: PolicyKind, issues: &mut Issues) {
    let element = if statement.get("Resource").is_some() { "Resource" } else { "NotResource" };
    let path_of = format!("{path}.{element}");
    let Some(resources) = statement.get(element) else {
        if matches!(kind, PolicyKind::Identity | PolicyKind::ServiceControl | PolicyKind::ResourceControl) {
            issues.error("MISSING_RESOURCE", path, "add `Resource` or `NotResource`");
        }
        return;
    };
    if kind == PolicyKind::Trust {
        return issues.error(
            "ROLE_TRUST_POLICY_SYNTAX_ERROR_RESOURCE",
            path_of,
            "trust policies have none; remove it",
        );
    }
    for resource in resources.items() {
        match resource.text() {
            None => issues.error("DATA_TYPE_MISMATCH", &path_of, "a resource has to be a text"),
            Some(text) if kind == PolicyKind::Resource && !text.starts_with("arn:") => {}
            Some("*") => {}
            Some(text) if !text.starts_with("arn:") && !text.starts_with(['*', '?', '$']) => {
                issues.error(
                    "INVALID_ARN_PREFIX",
                    &path_of,
                    format!("`{}` has to begin with `arn:`", cut(text)),
                );
            }
            Some(text) if text.starts_with("arn:") && text.split(':').count() < 6 && !text.contains('*') => {
                issues.error(
                    "MISSING_ARN_FIELD",
                    &path_of,
                    format!("`{}` has fewer than six fields", cut(text)),
                );
            }
            Some(text) => {
                if let Some((_, rest)) = text.rsplit_once("${")
                    && !rest.contains('}')
                {
                    issues.error("MISSING_BRACE_IN_VARIABLE", &path_of, "close the variable with `}`");
                }
            }
        }
    }
}

fn principals(statement: &Json, path: &str, kind: PolicyKind, issues: &mut Issues) {
    let element = if statement.get("Principal").is_some() { "Principal" } else { "NotPrincipal" };
    let path_of = format!("{path}.{element}");
    let Some(principal) = statement.get(element) else {
        if matches!(kind, PolicyKind::Resource | PolicyKind::Trust) {
            issues.error("MISSING_PRINCIPAL", path, "add `Principal`");
        }
        return;
    };
    match kind {
        PolicyKind::Identity => {
            return issues.error("UNSUPPORTED_PRINCIPAL", path_of, "identity policies have none; remove it");
        }
        PolicyKind::ServiceControl => {
            return issues.error(
                "SCP_SYNTAX_ERROR_PRINCIPAL",
                path_of,
                "service control policies have none; remove it",
            );
        }
        PolicyKind::ResourceControl => return,
        PolicyKind::Trust if element == "NotPrincipal" => {
            let code = "ROLE_TRUST_POLICY_SYNTAX_ERROR_NOTPRINCIPAL";
            return issues.error(code, path_of, "trust policies name whom they trust: write `Principal`");
        }
        PolicyKind::Resource | PolicyKind::Trust => {}
    }
    if let Some(text) = principal.text() {
        if text != "*" {
            issues.error("INVALID_PRINCIPAL_FORMAT", path_of, "write `*` or an object such as {\"AWS\": …}");
        }
        return;
    }
    for (key, names) in principal.entries() {
        if !["AWS", "Service", "Federated", "CanonicalUser"].contains(&key.as_str()) {
            issues.error(
                "INVALID_PRINCIPAL_KEY",
                format!("{path_of}.{}", cut(key)),
                "IAM knows no such kind",
            );
        }
        for name in names.items() {
            let Some(text) = name.text() else {
                issues.error("DATA_TYPE_MISMATCH", &path_of, "a principal has to be a text");
                continue;
            };
            if text != "*" && text.contains('*') {
                let what = format!("`{}`: a wildcard stands alone or not at all", cut(text));
                issues.error("UNSUPPORTED_WILDCARD_IN_PRINCIPAL", &path_of, what);
            } else if key == "AWS" && Principal::aws(text).is_none() {
                let what = format!("`{}` is no account, user, role or session", cut(text));
                issues.error("INVALID_PRINCIPAL_FORMAT", &path_of, what);
            } else if key == "Service" && text != "*" && !text.contains('.') {
                let what = format!("`{}` is no service; write service.amazonaws.com", cut(text));
                issues.error("INVALID_SERVICE_PRINCIPAL_FORMAT", &path_of, what);
            }
        }
    }
}

fn of_conditions(statement: &Json, path: &str, has_variables: bool, issues: &mut Issues) {
    let Some(block) = statement.get("Condition") else { return };
    if !block.is_object() {
        return issues.error(
            "DATA_TYPE_MISMATCH",
            format!("{path}.Condition"),
            "has to be an object of operators",
        );
    }
    for (operator, keys) in block.entries() {
        let path = format!("{path}.Condition.{}", cut(operator));
        let mut spellings: BTreeMap<String, usize> = BTreeMap::new();
        for (key, values) in keys.entries() {
            *spellings.entry(key.to_ascii_lowercase()).or_default() += 1;
            let values: Vec<String> = values.items().iter().filter_map(Json::scalar).collect();
            let condition = Condition::new(operator, key, &values, has_variables);
            of_condition(&condition, key, &path, issues);
        }
        for (key, _) in spellings.iter().filter(|(_, count)| **count > 1) {
            let what = format!("`{}` is written in several ways; keys have no case", cut(key));
            issues.error("DUPLICATE_KEYS_WITH_DIFFERENT_CASE", &path, what);
        }
    }
}

fn of_condition(condition: &Condition, key: &str, path: &str, issues: &mut Issues) {
    if condition.kind == Kind::Unrecognised {
        return if condition.operator.to_ascii_lowercase().ends_with("nullifexists") {
            issues.error("NULL_WITH_IF_EXISTS", path, "`Null` already asks whether the key exists");
        } else {
            issues.error("INVALID_CONDITION_OPERATOR", path, "IAM knows no such operator");
        };
    }
    let path = format!("{path}.{}", cut(key));
    if !key.contains(':') {
        issues.error("INVALID_CONDITION_KEY_FORMAT", &path, "write service:Key");
    }
    names::condition_key(key, &path, issues);
    if matches!(condition.kind, Kind::Bool | Kind::Null) && condition.values.len() > 1 {
        issues.error("INVALID_CONDITION_MULTIPLE_BOOLEAN", &path, "one value decides; keep one");
    }
    for value in &condition.values {
        let is_bool = || ["true", "false"].contains(&value.text.to_ascii_lowercase().as_str());
        let is_wrong = match &value.matcher {
            Matcher::Nothing => !value.text.contains("${"),
            Matcher::NotAnArn(_) => {
                value.text != "*" && account_of(&value.text).is_none() && !value.text.contains("${")
            }
            Matcher::Text(_) => condition.kind == Kind::Bool && !is_bool() && !value.text.contains("${"),
            Matcher::Net(net) => {
                if condition.key == "aws:sourceip" && is_private(net) {
                    let code =
                        if condition.negated { "PRIVATE_NOT_IP_ADDRESS" } else { "PRIVATE_IP_ADDRESS" };
                    issues.error(code, &path, "calls have public addresses here; use aws:VpcSourceIp");
                }
                false
            }
            Matcher::Number(_) | Matcher::Missing(_) => false,
        };
        if is_wrong {
            let what = format!("`{}` is not what `{}` compares", cut(&value.text), cut(&condition.operator));
            issues.error("INVALID_CONDITION_DATA_TYPE", &path, what);
        }
    }
}

fn is_private(net: &ipnet::IpNet) -> bool {
    let ranges = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"];
    ranges.iter().filter_map(|range| range.parse::<ipnet::IpNet>().ok()).any(|range| range.contains(net))
}

fn has_variable(resources: Option<&Json>) -> bool {
    let items = resources.map(Json::items).unwrap_or_default();
    items.iter().any(|item| item.text().is_some_and(|text| text.contains("${aws:")))
}
