//! Operations on what watches the account: trails, detectors, recorders, analyzers, keys of logs, and the responder's own
//! rules and functions.

use super::{Control, event_rule};
use crate::{EventSelectors, InsightSelector, Operation, Setting};
use serde_json::Value;
use trailreflex_model::ResourceName;

pub(super) fn operations(control: &Control, to: &Setting) -> Vec<Operation> {
    let operation = match (control, to) {
        (Control::TrailLogging { trail }, Setting::Present) => {
            Some(Operation::StartLogging { name: trail.clone() })
        }
        (Control::TrailLogging { trail }, Setting::Absent) => {
            Some(Operation::StopLogging { name: trail.clone() })
        }
        (Control::Detector { detector }, Setting::Present | Setting::Absent) => {
            Some(Operation::UpdateDetector { detector_id: detector.clone(), enable: !to.is_absent() })
        }
        (Control::Recorder { recorder }, Setting::Present) => {
            Some(Operation::StartConfigurationRecorder { configuration_recorder_name: recorder.clone() })
        }
        (Control::Recorder { recorder }, Setting::Absent) => {
            Some(Operation::StopConfigurationRecorder { configuration_recorder_name: recorder.clone() })
        }
        (Control::Analyzer { analyzer }, Setting::Word(kind)) => {
            Some(Operation::CreateAnalyzer { analyzer_name: analyzer.clone(), r#type: kind.clone() })
        }
        (Control::Analyzer { analyzer }, Setting::Absent) => {
            Some(Operation::DeleteAnalyzer { analyzer_name: analyzer.clone() })
        }
        (Control::KeyDeletion { key }, Setting::Absent) => {
            Some(Operation::CancelKeyDeletion { key_id: key.clone() })
        }
        (Control::KeyDeletion { key }, Setting::Word(days)) => {
            let days = days.parse().ok();
            days.map(|days| Operation::ScheduleKeyDeletion {
                key_id: key.clone(),
                pending_window_in_days: days,
            })
        }
        (Control::KeyUse { key }, Setting::Present) => Some(Operation::EnableKey { key_id: key.clone() }),
        (Control::KeyUse { key }, Setting::Absent) => Some(Operation::DisableKey { key_id: key.clone() }),
        (Control::EventSelectors { trail }, Setting::Document(selectors)) => put_events(trail, selectors),
        (Control::InsightSelectors { trail }, Setting::Document(selectors)) => {
            put_insights(trail, selectors.clone())
        }
        (Control::EventRule { rule }, Setting::Document(wanted)) => event_rule::set(rule, wanted),
        (Control::FunctionConcurrency { function }, Setting::Absent) => {
            Some(Operation::DeleteFunctionConcurrency { function_name: function.clone() })
        }
        (Control::FunctionConcurrency { function }, Setting::Word(limit)) => {
            let limit = limit.parse().ok();
            limit.map(|limit| Operation::PutFunctionConcurrency {
                function_name: function.clone(),
                reserved_concurrent_executions: limit,
            })
        }
        // No other settings of these controls exist; a journal entry that claims one leads to nothing.
        _ => None,
    };
    operation.into_iter().collect()
}

fn put_events(trail: &ResourceName, selectors: &Value) -> Option<Operation> {
    let (event_selectors, advanced_event_selectors) = match serde_json::from_value(selectors.clone()).ok()? {
        EventSelectors::Basic(basic) => (Some(basic), None),
        EventSelectors::Advanced(advanced) => (None, Some(advanced)),
    };
    Some(Operation::PutEventSelectors {
        trail_name: trail.clone(),
        event_selectors,
        advanced_event_selectors,
    })
}

fn put_insights(trail: &ResourceName, selectors: Value) -> Option<Operation> {
    let insight_selectors: Vec<InsightSelector> = serde_json::from_value(selectors).ok()?;
    Some(Operation::PutInsightSelectors { trail_name: trail.clone(), insight_selectors })
}
