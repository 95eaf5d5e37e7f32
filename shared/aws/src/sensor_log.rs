//! When each sensor was heard, and which are blind, in the table of what has been counted.
//!
//! `key` = `sensors`, `part` = `<account>#<Region>`; `heardAt` in seconds, absent if it never was; `isBlind`; `expiresAt`, when
//! DynamoDB may remove it.

use crate::CallFailed;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use std::collections::HashMap;
use trailreflex_metrics::{Blind, KnownSensor, Sensor};

const QUERY: &str = "dynamodb:Query";
const UPDATE: &str = "dynamodb:UpdateItem";
/// How long a sensor is remembered of which nothing is heard and that nobody asks about, in seconds: a month.
const KEEP: i64 = 30 * 24 * 60 * 60;

/// Sensors in a DynamoDB table.
#[derive(Debug, Clone)]
pub struct SensorLog {
    dynamodb: Client,
    table: String,
}

impl SensorLog {
    /// The sensors in `table`.
    #[must_use]
    pub fn new(config: &aws_config::SdkConfig, table: String) -> Self {
        Self { dynamodb: Client::new(config), table }
    }

    /// The sensors in `table` behind a client.
    #[must_use]
    pub fn with_client(dynamodb: Client, table: String) -> Self {
        Self { dynamodb, table }
    }

    /// Remembers that a sensor was heard; an earlier time than what is known changes nothing.
    ///
    /// # Errors
    /// [`CallFailed`]; again is safe.
    pub async fn heard(&self, sensor: &Sensor, at: Timestamp) -> Result<(), CallFailed> {
        let update = self
            .update(sensor, at)
            .update_expression("SET heardAt = :at, expiresAt = :expires")
            .expression_attribute_values(":at", seconds(at.as_second()))
            .condition_expression("attribute_not_exists(heardAt) OR heardAt < :at");
        match update.send().await {
            Ok(_) => Ok(()),
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(UpdateItemError::is_conditional_check_failed_exception) =>
            {
                Ok(())
            }
            Err(error) => Err(CallFailed::of(UPDATE, error)),
        }
    }

    /// Remembers whether a sensor is blind, for whoever is told of it.
    ///
    /// # Errors
    /// [`CallFailed`]; again is safe.
    pub async fn judge(&self, sensor: &Sensor, is_blind: bool, now: Timestamp) -> Result<(), CallFailed> {
        let update = self
            .update(sensor, now)
            .update_expression("SET isBlind = :blind, expiresAt = :expires")
            .expression_attribute_values(":blind", AttributeValue::Bool(is_blind));
        update.send().await.map(drop).map_err(|error| CallFailed::of(UPDATE, error))
    }

    /// Returns all that are remembered, some hundreds at the most.
    ///
    /// # Errors
    /// [`CallFailed`].
    pub async fn all(&self) -> Result<Vec<KnownSensor>, CallFailed> {
        let query = self
            .dynamodb
            .query()
            .table_name(&self.table)
            .consistent_read(true)
            .key_condition_expression("#key = :sensors")
            .expression_attribute_names("#key", "key")
            .expression_attribute_values(":sensors", AttributeValue::S("sensors".to_owned()));
        let mut pages = query.into_paginator().items().send();
        let mut known = Vec::new();
        while let Some(item) = pages.next().await {
            known.extend(read(&item.map_err(|error| CallFailed::of(QUERY, error))?));
        }
        Ok(known)
    }

    fn update(
        &self,
        sensor: &Sensor,
        now: Timestamp,
    ) -> aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder {
        let part = format!("{}#{}", sensor.account.as_str(), sensor.region.as_str());
        self.dynamodb
            .update_item()
            .table_name(&self.table)
            .key("key", AttributeValue::S("sensors".to_owned()))
            .key("part", AttributeValue::S(part))
            .expression_attribute_values(":expires", seconds(now.as_second().saturating_add(KEEP)))
    }
}

fn seconds(seconds: i64) -> AttributeValue {
    AttributeValue::N(seconds.to_string())
}

fn read(item: &HashMap<String, AttributeValue>) -> Option<KnownSensor> {
    let (account, region) = item.get("part")?.as_s().ok()?.split_once('#')?;
    let heard = item.get("heardAt").and_then(|at| at.as_n().ok()?.parse().ok());
    let is_blind = item.get("isBlind").and_then(|blind| blind.as_bool().ok());
    Some(KnownSensor {
        state: Blind {
            sensor: Sensor { account: account.parse().ok()?, region: region.parse().ok()? },
            heard: heard.and_then(|at| Timestamp::from_second(at).ok()),
        },
        is_blind: is_blind.copied().unwrap_or_default(),
    })
}
