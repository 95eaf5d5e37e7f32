//! One finding as a line of output.

use serde::Serialize;
use serde_json::Value;
use trailreflex_detection::{Alert, Level, Match, MatchedField, MatchedSelection, Rule};
use trailreflex_model::cloudtrail::Record;

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
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Line<'r> {
    pub(super) rule: &'r str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) name: Option<&'r str>,
    pub(super) title: &'r str,
    pub(super) level: Level,
    pub(super) kind: Kind,
    #[serde(rename = "eventID")]
    pub(super) event_id: Option<String>,
    pub(super) event_time: Option<String>,
    /// The id of the suppression that hides it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) suppressed_by: Option<String>,
    #[serde(flatten)]
    pub(super) subject: Subject,
    pub(super) input: Option<String>,
    pub(super) record: Option<usize>,
    pub(super) matched: Vec<MatchedSelection>,
    pub(super) tags: &'r [String],
    // The Detection Rule License wants these kept with every match.
    author: Option<&'r str>,
    license: Option<&'r str>,
    references: &'r [String],
}

/// What found it.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Kind {
    /// A rule, on one record.
    Rule,
    /// A correlation, over many.
    Correlation,
}

impl Kind {
    /// Returns the name that it has in JSON, too.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Rule => "rule",
            Self::Correlation => "correlation",
        }
    }
}

/// What a finding is about.
#[derive(Debug, Clone, Serialize)]
#[serde(untagged, rename_all_fields = "camelCase")]
pub(super) enum Subject {
    /// One call.
    Call {
        /// The service.
        event_source: Option<String>,
        /// The operation.
        event_name: Option<String>,
        /// Whether it took effect.
        succeeded: bool,
        /// The account that recorded it.
        account: Option<String>,
        /// The Region that recorded it.
        region: Option<String>,
        /// Who made it.
        caller: String,
        /// Where it came from.
        #[serde(rename = "sourceIPAddress")]
        source_ip_address: Option<String>,
        /// What the caller's program says it is.
        user_agent: Option<String>,
    },
    /// Several events together; the last of them stands for all.
    Events {
        /// The same however often the same files are read.
        alert: String,
        /// How many.
        event_count: usize,
        /// Account and `eventID` of the last hundred.
        events: Vec<String>,
    },
}

impl<'r> Line<'r> {
    /// A rule matched a record, whose place is told later.
    pub(super) fn of_match(found: &Match<'r>, record: &Record) -> Self {
        let text = |text: Option<&str>| text.map(str::to_owned);
        let subject = Subject::Call {
            event_source: text(record.event_source()),
            event_name: text(record.event_name()),
            succeeded: record.outcome().succeeded(),
            account: record.recipient_account().map(ToString::to_string),
            region: record.region().map(ToString::to_string),
            caller: record.identity().display(),
            source_ip_address: text(record.source_ip_address()),
            user_agent: text(record.user_agent()),
        };
        Self {
            kind: Kind::Rule,
            event_id: event_id(record),
            event_time: record.event_time().map(|time| time.to_string()),
            matched: found.explain(record.raw()).selections,
            ..Self::new(found.rule, subject)
        }
    }

    /// A correlation is fulfilled; `place` is that of the last record, if it is known.
    pub(super) fn of_alert(alert: &Alert<'r>, place: Option<&Place>) -> Self {
        let value = |(field, value): &(String, String)| MatchedField {
            field: field.clone(),
            values: vec![Value::from(value.as_str())],
        };
        let fields = alert.group.iter().map(value).collect();
        let subject = Subject::Events {
            alert: alert.id.clone(),
            event_count: alert.event_count,
            events: alert.events.clone(),
        };
        let time = jiff::Timestamp::from_millisecond(alert.time_ms).ok();
        let line = Self {
            kind: Kind::Correlation,
            event_id: place.and_then(|place| place.event_id.clone()),
            event_time: time.map(|time| time.to_string()),
            matched: vec![MatchedSelection { name: "group-by".to_owned(), fields }],
            ..Self::new(alert.rule, subject)
        };
        match place {
            Some(place) => line.at(&place.input, place.record),
            None => line,
        }
    }

    /// Says where the record stands.
    pub(super) fn at(self, input: &str, record: usize) -> Self {
        Self { input: Some(input.to_owned()), record: Some(record), ..self }
    }

    fn new(rule: &'r Rule, subject: Subject) -> Self {
        Self {
            rule: rule.key(),
            name: rule.name.as_deref(),
            title: &rule.title,
            level: rule.level,
            kind: Kind::Rule,
            event_id: None,
            event_time: None,
            suppressed_by: None,
            subject,
            input: None,
            record: None,
            matched: Vec::new(),
            tags: &rule.tags,
            author: rule.author.as_deref(),
            license: rule.license.as_deref(),
            references: &rule.references,
        }
    }

    /// Returns the values by which a correlation groups its events.
    pub(super) fn group(&self) -> String {
        let fields = self.matched.iter().flat_map(|selection| &selection.fields);
        let values = fields.flat_map(|field| &field.values).filter_map(Value::as_str);
        values.collect::<Vec<_>>().join(", ")
    }

    /// Returns the cells of the table behind level, time and title: call, caller, address, program, place.
    pub(super) fn cells(&self) -> [String; 5] {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let input = self.input.as_deref().unwrap_or_default();
        let place = self.record.map(|record| format!("{input}:{record}")).unwrap_or_default();
        match &self.subject {
            Subject::Call { event_name, caller, source_ip_address, user_agent, .. } => {
                let program = crate::terminal::short(user_agent.as_deref().unwrap_or_default(), 24);
                [text(event_name), caller.clone(), text(source_ip_address), program, place]
            }
            Subject::Events { event_count, .. } => {
                [format!("{event_count} events"), self.group(), String::new(), String::new(), place]
            }
        }
    }
}

/// Returns the record's id as recorded: an id that is none is still what the record can be found by.
pub(super) fn event_id(record: &Record) -> Option<String> {
    record.field("eventID").and_then(Value::as_str).map(str::to_owned)
}
