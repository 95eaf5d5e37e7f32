//! One AWS API call, spelled out for a reader: what a plan would send, and the same as a shell command.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// An API call with its parameters, in the words of AWS's API reference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// The permission it needs, which is also its name: `iam:UpdateAccessKey`.
    pub permission: String,
    /// Parameters by name, in the API reference's spelling.
    pub parameters: Map<String, Value>,
    /// The same call as a command for the AWS CLI. Values are checked ids and need no quoting.
    pub command: String,
}

impl Call {
    /// Describes the call `service:Operation` with `parameters`.
    pub(crate) fn new(permission: &str, parameters: &[(&str, &str)]) -> Self {
        let (service, operation) = permission.split_once(':').unwrap_or((permission, ""));
        let options = parameters.iter().map(|(name, value)| format!(" --{} {value}", kebab(name)));
        Self {
            permission: permission.to_owned(),
            parameters: parameters
                .iter()
                .map(|(name, value)| ((*name).to_owned(), Value::from(*value)))
                .collect(),
            command: format!("aws {service} {}{}", kebab(operation), options.collect::<String>()),
        }
    }
}

/// `AccessKeyId` → `access-key-id`, as the AWS CLI spells options.
fn kebab(name: &str) -> String {
    let mut text = String::new();
    for (index, letter) in name.chars().enumerate() {
        if letter.is_ascii_uppercase() && index > 0 {
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
        let call = Call::new("iam:UpdateAccessKey", &[("UserName", "jack"), ("Status", "Inactive")]);
        assert_eq!(call.command, "aws iam update-access-key --user-name jack --status Inactive");
    }
}
