//! What is told of an alarm. Source: CloudWatch User Guide, "Using Amazon CloudWatch alarms" (the form of notifications).

use crate::text::insights_string;
use crate::{GroupKey, Notice};
use jiff::Timestamp;
use serde::Deserialize;
use trailreflex_metrics::{Blind, Example, Metric};
use trailreflex_model::Severity;

/// Most calls that a notice names.
const MOST_EXAMPLES: usize = 5;

/// Most sensors that a notice names; how many there are the reason says.
const MOST_SENSORS: usize = 20;

/// What is known of what set an alarm off.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Behind {
    /// Calls that it counts, the newest of them.
    pub calls: Vec<Example>,
    /// Sensors that it counts.
    pub blind: Vec<Blind>,
}

/// An alarm's change of state, as CloudWatch tells SNS.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Alarm {
    alarm_name: String,
    #[serde(default)]
    alarm_description: Option<String>,
    #[serde(default, rename = "AWSAccountId")]
    account: Option<String>,
    new_state_value: State,
    #[serde(default)]
    new_state_reason: String,
    state_change_time: String,
    #[serde(default)]
    alarm_arn: Option<String>,
    #[serde(default)]
    trigger: Option<Trigger>,
    /// Only of a composite alarm.
    #[serde(default)]
    alarm_rule: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum State {
    Alarm,
    Ok,
    InsufficientData,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
struct Trigger {
    #[serde(default, rename = "MetricName")]
    metric_name: Option<String>,
    #[serde(default, rename = "Dimensions")]
    dimensions: Vec<Dimension>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Dimension {
    #[serde(alias = "Name")]
    name: String,
    #[serde(alias = "Value")]
    value: String,
}

impl Alarm {
    /// Returns the control whose calls the alarm counts, if it is on one: calls of it are to be named.
    #[must_use]
    pub fn control(&self) -> Option<&str> {
        let dimensions = &self.trigger.as_ref()?.dimensions;
        dimensions
            .iter()
            .find(|dimension| dimension.name == "Control")
            .map(|dimension| dimension.value.as_str())
    }

    /// Returns whether it counts sensors that are blind: they are to be named.
    #[must_use]
    pub fn is_of_sensors(&self) -> bool {
        let metric = self.trigger.as_ref().and_then(|trigger| trigger.metric_name.as_deref());
        metric == Some(Metric::BlindSensors.name())
    }

    /// Returns what is told of it, with what is known of what set it off; nothing of a state that says nothing.
    pub(crate) fn notice(&self, behind: &Behind, now: Timestamp) -> Option<(GroupKey, Notice)> {
        let is_over = match self.new_state_value {
            State::Alarm => false,
            State::Ok => true,
            State::InsufficientData => return None,
        };
        let severity = match (is_over, self.alarm_rule.is_some()) {
            (true, _) => Severity::Informational,
            (false, true) => Severity::Critical,
            (false, false) => Severity::High,
        };
        let name = self.alarm_arn.as_deref().unwrap_or(&self.alarm_name);
        let key = GroupKey::of(&["alarm", name, if is_over { "over" } else { "on" }]);
        let since = time(&self.state_change_time).unwrap_or(now);
        let says =
            self.alarm_description.as_deref().filter(|text| !text.is_empty()).unwrap_or(&self.alarm_name);
        let title = if is_over { format!("Over: {says}") } else { says.to_owned() };
        // The same id for both states, so that a channel that knows incidents can close the one that was opened.
        let id = GroupKey::of(&["alarm", name]);
        let mut notice = Notice::new(id.as_str().to_owned(), severity, &title, since);
        notice.is_over = is_over;
        notice.fact("Alarm", Some(&self.alarm_name));
        notice.fact("Account", self.account.as_deref());
        notice.fact("Since", Some(&since.to_string()));
        for blind in behind.blind.iter().take(MOST_SENSORS) {
            notice.fact("Blind", Some(&blind.to_string()));
        }
        let mut newest: Vec<_> = behind.calls.iter().collect();
        newest.sort_by(|a, b| b.cmp(a));
        for example in newest.into_iter().take(MOST_EXAMPLES) {
            let Example { at, who, what, from, event } = example;
            notice.fact("Call", Some(&format!("{who}: {what} from {from} at {at} (event {event})")));
        }
        notice.fact("Reason", Some(&self.new_state_reason));
        if let Some(example) = behind.calls.iter().max() {
            notice.command(
                "Logs Insights",
                &format!(
                    "fields eventTime, userIdentity.arn, eventName, sourceIPAddress, errorCode | filter userIdentity.arn = {} | \
                     sort eventTime desc | limit 100",
                    insights_string(&example.who)
                ),
            );
        }
        Some((key, notice))
    }
}

/// Reads CloudWatch's times, which end in `+0000`.
fn time(text: &str) -> Option<Timestamp> {
    let text = text.strip_suffix("+0000").map_or_else(|| text.to_owned(), |rest| format!("{rest}Z"));
    text.parse().ok()
}
