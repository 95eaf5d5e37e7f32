//! What a person does with a deployed stack: finds it, reads its journal, asks its functions.

use crate::{CallFailed, DynamoJournal, Functions};
use aws_sdk_dynamodb::Client as DynamoDb;
use serde_json::Value;
use trailreflex_response::ActionClass;

/// A stack's resource cannot be told.
#[derive(Debug, thiserror::Error)]
pub enum NotFound {
    /// AWS did not answer, or refused.
    #[error(transparent)]
    Call(#[from] CallFailed),
    /// There is none.
    #[error(
        "no {what} of a stack `{stack}` is in this account and Region; name the stack as CloudFormation does, and set AWS_REGION"
    )]
    None {
        /// What was looked for.
        what: &'static str,
        /// The stack.
        stack: String,
    },
    /// There are several.
    #[error("several {what}s look as if they were of a stack `{stack}`: {names}")]
    Several {
        /// What was looked for.
        what: &'static str,
        /// The stack.
        stack: String,
        /// Their names.
        names: String,
    },
}

/// A deployed stack, found by the names that CloudFormation gives to its resources.
#[derive(Debug, Clone)]
pub struct Operator {
    dynamodb: DynamoDb,
    functions: Functions,
    stack: String,
}

impl Operator {
    /// The stack of that name, in the account and Region that `config` names.
    #[must_use]
    pub fn new(config: &aws_config::SdkConfig, stack: String) -> Self {
        Self { dynamodb: DynamoDb::new(config), functions: Functions::new(config), stack }
    }

    /// Finds the stack's journal.
    ///
    /// # Errors
    /// [`NotFound`].
    pub async fn journal(&self) -> Result<DynamoJournal, NotFound> {
        let prefix = format!("{}-JournalTable-", self.stack);
        let mut names = Vec::new();
        let mut pages = self.dynamodb.list_tables().into_paginator().items().send();
        while let Some(name) = pages.next().await {
            let name = name.map_err(|error| CallFailed::of("dynamodb:ListTables", error))?;
            names.extend(Some(name).filter(|name| name.starts_with(&prefix)));
        }
        let table = self.only("journal", names)?;
        Ok(DynamoJournal::with_client(self.dynamodb.clone(), table))
    }

    /// Asks the function of a class, and returns its answer.
    ///
    /// # Errors
    /// [`NotFound`]; a function that fails is one that cannot be called.
    pub async fn ask(&self, class: ActionClass, payload: &Value) -> Result<Value, NotFound> {
        let prefix = format!("{}-{}Function-", self.stack, logical_name(class));
        let function = self.only("function", self.functions.beginning_with(&prefix).await?)?;
        Ok(self.functions.ask(&function, payload).await?)
    }

    fn only(&self, what: &'static str, mut names: Vec<String>) -> Result<String, NotFound> {
        let stack = self.stack.clone();
        match (names.pop(), names.is_empty()) {
            (None, _) => Err(NotFound::None { what, stack }),
            (Some(name), true) => Ok(name),
            (Some(name), false) => {
                names.push(name);
                Err(NotFound::Several { what, stack, names: names.join(", ") })
            }
        }
    }
}

/// How the template names the resources of a class.
fn logical_name(class: ActionClass) -> &'static str {
    match class {
        ActionClass::ContainIdentity => "ContainIdentity",
        ActionClass::RestoreLogging => "RestoreLogging",
        ActionClass::CloseExposure => "CloseExposure",
    }
}
