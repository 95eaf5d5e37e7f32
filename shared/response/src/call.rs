//! One AWS API call, spelled out for a reader: what a plan would send, and the same as a shell command.

use crate::Operation;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use trailreflex_model::shell_word;

/// An API call with its parameters, in the words of AWS's API reference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// The permission it needs, which is also its name: `iam:UpdateAccessKey`.
    pub permission: String,
    /// Parameters by name, in the API reference's spelling.
    pub parameters: Map<String, Value>,
    /// The same call as a command for the AWS CLI, quoted for a POSIX shell.
    pub command: String,
}

impl Call {
    /// Spells out an operation.
    #[must_use]
    pub fn of(operation: &Operation) -> Self {
        let (permission, parameters) = (operation.permission(), operation.parameters());
        let (service, name) = operation.command().split_once(':').unwrap_or((permission, ""));
        let options = if let Operation::Unsubscribe { topic_arn, protocol, endpoint } = operation {
            subscription(topic_arn.as_str(), protocol, endpoint)
        } else {
            parameters.iter().map(|(name, value)| option(name, value)).collect()
        };
        let command = format!("aws {} {}{options}", command_of(service), kebab(name));
        Self { permission: permission.to_owned(), parameters, command }
    }
}

/// The AWS CLI's word for a service, where it is not the prefix of permissions.
fn command_of(service: &str) -> &str {
    match service {
        "access-analyzer" => "accessanalyzer",
        "config" => "configservice",
        other => other,
    }
}

/// A subscription is removed by its ARN, which is asked for when the command is run.
fn subscription(topic: &str, protocol: &str, endpoint: &str) -> String {
    let raw = |text: &str| text.replace('\'', r"\'");
    let (protocol, endpoint) = (raw(protocol), raw(endpoint));
    let query =
        format!("Subscriptions[?Protocol=='{protocol}' && Endpoint=='{endpoint}'].SubscriptionArn | [0]");
    format!(
        " --subscription-arn $(aws sns list-subscriptions-by-topic --topic-arn {} --query {} --output text)",
        shell_word(topic),
        shell_word(&query)
    )
}

fn option(name: &str, value: &Value) -> String {
    let name = kebab(name);
    match value {
        Value::Bool(true) => format!(" --{name}"),
        Value::Bool(false) => format!(" --no-{name}"),
        Value::String(text) => format!(" --{name} {}", shell_word(text)),
        Value::Null | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            format!(" --{name} {}", shell_word(&value.to_string()))
        }
    }
}

/// `AccessKeyId` → `access-key-id`, `SSHPublicKeyId` → `ssh-public-key-id`, as the AWS CLI spells options.
fn kebab(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut text = String::new();
    for (index, letter) in letters.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|at| letters.get(at));
        let starts_word = letter.is_ascii_uppercase()
            && before.is_some_and(|before| {
                !before.is_ascii_uppercase() || letters.get(index + 1).is_some_and(char::is_ascii_lowercase)
            });
        if starts_word {
            text.push('-');
        }
        text.push(letter.to_ascii_lowercase());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_reads_as_the_command_that_a_person_would_type() {
        let user = || "jack".parse().unwrap();
        for (operation, command) in [
            (
                Operation::UpdateAccessKey {
                    user_name: user(),
                    access_key_id: "AKIAIOSFODNN7EXAMPLE".parse().unwrap(),
                    status: "Inactive".to_owned(),
                },
                "aws iam update-access-key --user-name jack --access-key-id AKIAIOSFODNN7EXAMPLE --status Inactive",
            ),
            (
                Operation::UpdateSSHPublicKey {
                    user_name: user(),
                    ssh_public_key_id: "APKAEXAMPLE000000001".parse().unwrap(),
                    status: "Inactive".to_owned(),
                },
                "aws iam update-ssh-public-key --user-name jack --ssh-public-key-id APKAEXAMPLE000000001 --status Inactive",
            ),
            (
                Operation::PutUserPolicy {
                    user_name: user(),
                    policy_name: "n".to_owned(),
                    policy_document: r#"{"Sid":"it's"}"#.to_owned(),
                },
                r#"aws iam put-user-policy --user-name jack --policy-name n --policy-document '{"Sid":"it'\''s"}'"#,
            ),
            (
                Operation::StopConfigurationRecorder {
                    configuration_recorder_name: "default".parse().unwrap(),
                },
                "aws configservice stop-configuration-recorder --configuration-recorder-name default",
            ),
            (
                Operation::Unsubscribe {
                    topic_arn: "arn:aws:sns:us-east-1:111122223333:alarms".parse().unwrap(),
                    protocol: "email".to_owned(),
                    endpoint: "someone@example.com".to_owned(),
                },
                "aws sns unsubscribe --subscription-arn $(aws sns list-subscriptions-by-topic \
                 --topic-arn arn:aws:sns:us-east-1:111122223333:alarms \
                 --query 'Subscriptions[?Protocol=='\\''email'\\'' && \
                 Endpoint=='\\''someone@example.com'\\''].SubscriptionArn | [0]' --output text)",
            ),
            (
                Operation::UpdateDetector { detector_id: "12ab".parse().unwrap(), enable: false },
                "aws guardduty update-detector --detector-id 12ab --no-enable",
            ),
            (
                Operation::ScheduleKeyDeletion { key_id: "k".parse().unwrap(), pending_window_in_days: 7 },
                "aws kms schedule-key-deletion --key-id k --pending-window-in-days 7",
            ),
        ] {
            assert_eq!(Call::of(&operation).command, command);
        }
    }
}
