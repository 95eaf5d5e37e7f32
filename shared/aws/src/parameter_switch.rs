//! The kill switch in a parameter of Systems Manager.

use crate::failure::{Class, class};
use aws_sdk_ssm::Client;
use std::future::Future;
use std::pin::Pin;
use trailreflex_model::{cause_chain, shown};
use trailreflex_response::{Switch, SwitchState};

/// The only word that lets a responder act.
const ARMED: &str = "armed";

/// A parameter that is read before each change.
#[derive(Debug, Clone)]
pub struct ParameterSwitch {
    ssm: Client,
    name: String,
}

impl ParameterSwitch {
    /// The parameter `name`.
    #[must_use]
    pub fn new(config: &aws_config::SdkConfig, name: String) -> Self {
        Self { ssm: Client::new(config), name }
    }

    /// The parameter `name` behind a client.
    #[must_use]
    pub fn with_client(ssm: Client, name: String) -> Self {
        Self { ssm, name }
    }

    async fn state(&self) -> SwitchState {
        let value = match self.ssm.get_parameter().name(&self.name).send().await {
            Ok(output) => output.parameter.and_then(|parameter| parameter.value),
            Err(error) => {
                let is_for_good = class(&error) == Class::Never;
                let why = cause_chain(&error);
                return if is_for_good {
                    SwitchState::Off(format!("it cannot be read: {why}"))
                } else {
                    SwitchState::Unknown(why)
                };
            }
        };
        match value.as_deref() {
            Some(ARMED) => SwitchState::Armed,
            Some(other) => SwitchState::Off(format!("it says `{}`, not `{ARMED}`", shown(other))),
            None => SwitchState::Off("it is empty".to_owned()),
        }
    }
}

impl Switch for ParameterSwitch {
    fn read(&self) -> Pin<Box<dyn Future<Output = SwitchState> + Send + '_>> {
        Box::pin(self.state())
    }
}
