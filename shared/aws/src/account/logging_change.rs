//! What watches the account, changed: one call for each operation.

use super::logging::Logging;
use super::{absent, another_classes, failed, selectors};
use aws_sdk_accessanalyzer::types::Type;
use aws_sdk_eventbridge::types::RuleState;
use trailreflex_response::{AccountError, Operation};

/// Error codes that say that a setting is as wanted, or cannot be: reading back tells which. They come if the SDK
/// sends a call again whose answer was lost.
const TOLD_BY_READING: [&str; 2] = ["ConflictException", "KMSInvalidStateException"];

impl Logging {
    /// Sends an operation. Taking away what is not there is no failure: reading back tells what is.
    pub(super) async fn perform(&self, operation: &Operation) -> Result<(), AccountError> {
        let to = &self.clients;
        let permission = operation.permission();
        macro_rules! send {
            ($call:expr) => {
                match $call.send().await {
                    Ok(_) => Ok(()),
                    Err(error) if error.code().is_some_and(|code| TOLD_BY_READING.contains(&code)) => Ok(()),
                    Err(error) => Err(failed(permission, error)),
                }
            };
        }
        macro_rules! take_away {
            ($call:expr) => {
                match $call.send().await {
                    Ok(_) => Ok(()),
                    Err(error) => absent(failed(permission, error)).map(|_: Option<()>| ()),
                }
            };
        }
        use aws_smithy_types::error::metadata::ProvideErrorMetadata as _;
        match operation {
            Operation::StartLogging { name } => send!(to.cloudtrail.start_logging().name(name.as_str())),
            Operation::StopLogging { name } => send!(to.cloudtrail.stop_logging().name(name.as_str())),
            Operation::PutEventSelectors { trail_name, event_selectors, advanced_event_selectors } => {
                let call = to.cloudtrail.put_event_selectors().trail_name(trail_name.as_str());
                let basic = event_selectors.as_deref().map(selectors::basic);
                let advanced = advanced_event_selectors.as_deref().map(selectors::advanced).transpose();
                let advanced =
                    advanced.map_err(|error| AccountError::Refused { permission, cause: Box::new(error) })?;
                send!(call.set_event_selectors(basic).set_advanced_event_selectors(advanced))
            }
            Operation::PutInsightSelectors { trail_name, insight_selectors } => {
                let call = to.cloudtrail.put_insight_selectors().trail_name(trail_name.as_str());
                send!(call.set_insight_selectors(Some(selectors::insights(insight_selectors))))
            }
            Operation::UpdateDetector { detector_id, enable } => {
                send!(to.guardduty.update_detector().detector_id(detector_id.as_str()).enable(*enable))
            }
            Operation::StartConfigurationRecorder { configuration_recorder_name: name } => {
                let call = to.config.start_configuration_recorder();
                send!(call.configuration_recorder_name(name.as_str()))
            }
            Operation::StopConfigurationRecorder { configuration_recorder_name: name } => {
                let call = to.config.stop_configuration_recorder();
                send!(call.configuration_recorder_name(name.as_str()))
            }
            Operation::CreateAnalyzer { analyzer_name, r#type } => {
                let call = to.access_analyzer.create_analyzer().analyzer_name(analyzer_name.as_str());
                send!(call.r#type(Type::from(r#type.as_str())))
            }
            Operation::DeleteAnalyzer { analyzer_name } => {
                take_away!(to.access_analyzer.delete_analyzer().analyzer_name(analyzer_name.as_str()))
            }
            Operation::CancelKeyDeletion { key_id } => {
                send!(to.kms.cancel_key_deletion().key_id(key_id.as_str()))
            }
            Operation::EnableKey { key_id } => send!(to.kms.enable_key().key_id(key_id.as_str())),
            Operation::DisableKey { key_id } => send!(to.kms.disable_key().key_id(key_id.as_str())),
            Operation::ScheduleKeyDeletion { key_id, pending_window_in_days } => {
                let call = to.kms.schedule_key_deletion().key_id(key_id.as_str());
                send!(call.pending_window_in_days(*pending_window_in_days))
            }
            Operation::EnableRule { name, event_bus_name: bus } => {
                let call = to.events.enable_rule().name(name.as_str());
                send!(call.set_event_bus_name(bus.as_ref().map(ToString::to_string)))
            }
            Operation::DisableRule { name, event_bus_name: bus } => {
                let call = to.events.disable_rule().name(name.as_str());
                send!(call.set_event_bus_name(bus.as_ref().map(ToString::to_string)))
            }
            Operation::PutTargets { rule, event_bus_name, targets } => {
                self.put_targets(rule, event_bus_name.as_ref(), targets).await
            }
            Operation::RemoveTargets { rule, event_bus_name, ids } => {
                self.remove_targets(rule, event_bus_name.as_ref(), ids).await
            }
            Operation::Subscribe { topic_arn, protocol, endpoint, attributes } => {
                let call = to.sns.subscribe().topic_arn(topic_arn.as_str()).protocol(protocol);
                let raw = attributes.as_ref().map(|raw| raw.raw_message_delivery.to_owned());
                let attributes = raw.map(|raw| [("RawMessageDelivery".to_owned(), raw)].into());
                send!(call.endpoint(endpoint).set_attributes(attributes))
            }
            Operation::Unsubscribe { topic_arn, protocol, endpoint } => {
                self.unsubscribe(topic_arn, protocol, endpoint).await
            }
            Operation::PutRule {
                name,
                event_bus_name,
                state,
                event_pattern,
                schedule_expression,
                description,
                role_arn,
            } => {
                let call = to.events.put_rule().name(name.as_str()).state(RuleState::from(state.as_str()));
                let call = call.set_event_bus_name(event_bus_name.as_ref().map(ToString::to_string));
                let call = call.set_event_pattern(event_pattern.clone()).set_description(description.clone());
                let call = call.set_schedule_expression(schedule_expression.clone());
                send!(call.set_role_arn(role_arn.clone()))
            }
            Operation::DeleteFunctionConcurrency { function_name } => {
                take_away!(to.lambda.delete_function_concurrency().function_name(function_name.as_str()))
            }
            Operation::PutFunctionConcurrency { function_name, reserved_concurrent_executions } => {
                let call = to.lambda.put_function_concurrency().function_name(function_name.as_str());
                send!(call.reserved_concurrent_executions(*reserved_concurrent_executions))
            }
            Operation::UpdateAccessKey { .. }
            | Operation::UpdateServiceSpecificCredential { .. }
            | Operation::UpdateSSHPublicKey { .. }
            | Operation::UpdateSigningCertificate { .. }
            | Operation::AttachUserPolicy { .. }
            | Operation::DetachUserPolicy { .. }
            | Operation::AttachRolePolicy { .. }
            | Operation::DetachRolePolicy { .. }
            | Operation::AttachGroupPolicy { .. }
            | Operation::DetachGroupPolicy { .. }
            | Operation::PutUserPolicy { .. }
            | Operation::DeleteUserPolicy { .. }
            | Operation::PutRolePolicy { .. }
            | Operation::DeleteRolePolicy { .. }
            | Operation::PutUserPermissionsBoundary { .. }
            | Operation::DeleteUserPermissionsBoundary { .. }
            | Operation::PutRolePermissionsBoundary { .. }
            | Operation::DeleteRolePermissionsBoundary { .. }
            | Operation::Exposure(_)
            | Operation::Policy(_) => Err(another_classes(permission)),
        }
    }
}
