//! The findings bus. A 200 answer can hide refused entries: each is read.

use crate::CallFailed;
use aws_sdk_eventbridge::Client;
use aws_sdk_eventbridge::types::PutEventsRequestEntry;
use jiff::Timestamp;

/// Most entries that EventBridge takes in one call.
const ENTRIES_PER_CALL: usize = 10;
/// How often entries that were refused for now are sent again.
const ATTEMPTS: usize = 3;

/// What is put on the bus.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BusEvent {
    /// Who puts it: the bus's policy binds each role to one source.
    pub source: &'static str,
    /// What it is.
    pub detail_type: &'static str,
    /// The detail as JSON text.
    pub detail: String,
    /// ARNs that it concerns.
    pub resources: Vec<String>,
    /// When it happened.
    pub time: Timestamp,
}

/// An event bus.
#[derive(Debug, Clone)]
pub struct Bus {
    eventbridge: Client,
    name: String,
}

impl Bus {
    /// The bus called `name`, or with that ARN.
    #[must_use]
    pub fn new(config: &aws_config::SdkConfig, name: String) -> Self {
        Self { eventbridge: Client::new(config), name }
    }

    /// The bus called `name` behind a client.
    #[must_use]
    pub fn with_client(eventbridge: Client, name: String) -> Self {
        Self { eventbridge, name }
    }

    /// Puts events on the bus; entries refused for now are sent again.
    ///
    /// # Errors
    /// [`CallFailed`] if an entry was refused to the end. Others may be on the bus; sending all again is safe,
    /// because whoever receives them knows an event that it has seen.
    pub async fn put(&self, events: &[BusEvent]) -> Result<(), CallFailed> {
        for chunk in events.chunks(ENTRIES_PER_CALL) {
            self.put_chunk(chunk).await?;
        }
        Ok(())
    }

    async fn put_chunk(&self, events: &[BusEvent]) -> Result<(), CallFailed> {
        let mut waiting: Vec<&BusEvent> = events.iter().collect();
        let mut refusal = String::new();
        for _ in 0..ATTEMPTS {
            let entries = waiting.iter().map(|event| self.entry(event)).collect();
            let sent = self.eventbridge.put_events().set_entries(Some(entries)).send().await;
            let answer = sent.map_err(|error| CallFailed::of("events:PutEvents", error))?;
            let mut refused = Vec::new();
            for (event, entry) in waiting.iter().zip(answer.entries.unwrap_or_default()) {
                if let Some(code) = entry.error_code {
                    refusal = format!("{code}: {}", entry.error_message.unwrap_or_default());
                    refused.push(*event);
                }
            }
            if refused.is_empty() {
                return Ok(());
            }
            waiting = refused;
        }
        // EventBridge names throttling and its own failures so; all else no retry can mend.
        let is_transient = ["ThrottlingException", "InternalFailure", "InternalException"]
            .iter()
            .any(|code| refusal.starts_with(code));
        Err(CallFailed { call: "events:PutEvents", is_transient, cause: refusal.into() })
    }

    fn entry(&self, event: &BusEvent) -> PutEventsRequestEntry {
        PutEventsRequestEntry::builder()
            .event_bus_name(&self.name)
            .source(event.source)
            .detail_type(event.detail_type)
            .detail(&event.detail)
            .set_resources(Some(event.resources.clone()))
            .time(aws_sdk_eventbridge::primitives::DateTime::from_secs(event.time.as_second()))
            .build()
    }
}
