//! One finding as a line of output.

use serde::Serialize;
use serde_json::Value;
use trailreflex_detection::{Alert, Level, Match, MatchedField, MatchedSelection, Rule};
use trailreflex_model::cloudtrail::Record;
use trailreflex_model::{AccountId, Region};

/// Where a record stands.
#[derive(Debug, Clone)]
pub(super) struct Place {
    /// The input's name.
    pub(super) input: String,
    /// The record's place among the input's entries, from 0.
    pub(super) record: usize,
    /// The record's id as recorded.
    pub(super) event_id: Option<String>,
}

/// A finding of a rule on one record, or of a correlation on many.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Line<'a> {
    rule: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    pub(super) title: &'a str,
    pub(super) level: Level,
    kind: &'static str,
    #[serde(rename = "eventID")]
    event_id: Option<String>,
    pub(super) event_time: Option<String>,
    #[serde(flatten)]
    pub(super) subject: Subject<'a>,
    input: Option<String>,
    record: Option<usize>,
    matched: Vec<MatchedSelection>,
    tags: &'a [String],
    // The Detection Rule License wants these kept with every match.
    author: Option<&'a str>,
    license: Option<&'a str>,
    references: &'a [String],
}

/// What a finding is about.
#[derive(Debug, Serialize)]
#[serde(untagged, rename_all_fields = "camelCase")]
pub(super) enum Subject<'a> {
    /// One call.
    Call {
        /// The service.
        event_source: Option<&'a str>,
        /// The operation.
        event_name: Option<&'a str>,
        /// Whether it took effect.
        succeeded: bool,
        /// The account that recorded it.
        account: Option<&'a str>,
        /// The Region that recorded it.
        region: Option<&'a str>,
        /// Who made it.
        caller: String,
        /// Where it came from.
        #[serde(rename = "sourceIPAddress")]
        source_ip_address: Option<&'a str>,
        /// What the caller's program says it is.
        user_agent: Option<&'a str>,
    },
    /// Several events together; the last of them stands for all.
    Events {
        /// The same however often the same files are read.
        alert: &'a str,
        /// How many.
        event_count: usize,
        /// Account and `eventID` of the last hundred.
        events: &'a [String],
    },
}

impl<'a> Line<'a> {
    /// A rule matched a record.
    pub(super) fn of_match(found: &Match<'a>, place: &Place, record: &'a Record) -> Self {
        let subject = Subject::Call {
            event_source: record.event_source(),
            event_name: record.event_name(),
            succeeded: record.outcome().succeeded(),
            account: record.recipient_account().map(AccountId::as_str),
            region: record.region().map(Region::as_str),
            caller: record.identity().display(),
            source_ip_address: record.source_ip_address(),
            user_agent: record.user_agent(),
        };
        Self {
            kind: "rule",
            event_time: record.event_time().map(|time| time.to_string()),
            matched: found.explain(record.raw()).selections,
            ..Self::new(found.rule, Some(place), subject)
        }
    }

    /// A correlation is fulfilled; `place` is that of the last record, if it is known.
    pub(super) fn of_alert(alert: &'a Alert<'a>, place: Option<&Place>) -> Self {
        let value = |(field, value): &(String, String)| MatchedField {
            field: field.clone(),
            values: vec![Value::from(value.as_str())],
        };
        let group =
            MatchedSelection { name: "group-by".to_owned(), fields: alert.group.iter().map(value).collect() };
        let subject =
            Subject::Events { alert: &alert.id, event_count: alert.event_count, events: &alert.events };
        let time = jiff::Timestamp::from_millisecond(alert.time_ms).ok();
        Self {
            kind: "correlation",
            event_time: time.map(|time| time.to_string()),
            matched: vec![group],
            ..Self::new(alert.rule, place, subject)
        }
    }

    fn new(rule: &'a Rule, place: Option<&Place>, subject: Subject<'a>) -> Self {
        Self {
            rule: rule.key(),
            name: rule.name.as_deref(),
            title: &rule.title,
            level: rule.level,
            kind: "",
            event_id: place.and_then(|place| place.event_id.clone()),
            event_time: None,
            subject,
            input: place.map(|place| place.input.clone()),
            record: place.map(|place| place.record),
            matched: Vec::new(),
            tags: &rule.tags,
            author: rule.author.as_deref(),
            license: rule.license.as_deref(),
            references: &rule.references,
        }
    }

    /// Returns the cells of the table behind level, time and title: call, caller, address, program, place.
    pub(super) fn cells(&self) -> [String; 5] {
        let text = |text: &Option<&str>| text.unwrap_or_default().to_owned();
        let input = self.input.as_deref().unwrap_or_default();
        let place = self.record.map(|record| format!("{input}:{record}")).unwrap_or_default();
        match &self.subject {
            Subject::Call { event_name, caller, source_ip_address, user_agent, .. } => {
                let program = crate::terminal::short(user_agent.unwrap_or_default(), 24);
                [text(event_name), caller.clone(), text(source_ip_address), program, place]
            }
            Subject::Events { event_count, .. } => {
                let fields = self.matched.iter().flat_map(|selection| &selection.fields);
                let values = fields.flat_map(|field| &field.values).filter_map(Value::as_str);
                let group = values.collect::<Vec<_>>().join(", ");
                [format!("{event_count} events"), group, String::new(), String::new(), place]
            }
        }
    }
}
