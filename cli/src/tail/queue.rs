//! Findings and outcomes as they come to a queue of somebody's own, which a rule of theirs fills.
//!
//! Looking takes nothing away: a message is hidden while it is looked at, and given back at the end. What was shown is
//! remembered, as SQS may hand out a message more than once in any case.

use super::bus::{line, without_token};
use crate::Ended;
use crate::args::Format;
use crate::interrupt;
use crate::terminal::{Terminal, safe_json, short};
use anyhow::{Context, bail};
use serde_json::{Value, json};
use std::collections::{HashMap, VecDeque};
use std::io::Write;
use std::time::Duration;
use tokio::runtime::Runtime;
use trailreflex_aws::{CallFailed, OwnQueue, QueuedMessage, load_for_a_person_in};

/// Messages that are remembered. A second copy of one comes soon, or ten minutes later.
const MOST_REMEMBERED: usize = 100_000;
/// How long is waited before AWS is asked again that did not answer.
const PAUSE: Duration = Duration::from_millis(500);
/// How much of a message is shown that is no event, in characters.
const MAX_SHOWN: usize = 200;

/// Shows what comes to the queue until it is interrupted, and deletes what was shown if `is_deleting`.
pub(super) fn follow(
    url: &str,
    is_deleting: bool,
    format: Format,
    terminal: &mut Terminal,
) -> anyhow::Result<Ended> {
    if !url.starts_with("https://") && !url.starts_with("http://") {
        bail!(
            "`{}` is no URL of a queue; `aws sqs get-queue-url --queue-name NAME` prints it",
            short(url, 60)
        );
    }
    if url.ends_with(".fifo") && !is_deleting {
        bail!(
            "a FIFO queue hands nothing out before what came earlier is deleted; add --delete, or name a queue that is none"
        );
    }
    interrupt::listen()?;
    let runtime = crate::operate::runtime()?;
    let config = runtime.block_on(load_for_a_person_in(region_of(url)));
    let queue = OwnQueue::new(&config, url.to_owned());
    announce(&queue, is_deleting, &runtime, terminal);
    let mut seen = Seen::default();
    let shown = show_all((&queue, is_deleting), &mut seen, (&runtime, format), terminal);
    let receipts: Vec<_> = seen.receipts.into_values().flatten().collect();
    if let Err(error) = runtime.block_on(queue.give_back(&receipts))
        && shown.is_ok()
    {
        terminal.complain(&format!("messages that were looked at come again in ten minutes: {error}"));
    }
    shown
}

/// Says what becomes of messages, which whoever has the queue has to know before.
fn announce(queue: &OwnQueue, is_deleting: bool, runtime: &Runtime, terminal: &mut Terminal) {
    let what = if is_deleting {
        "what is shown is deleted"
    } else {
        "nothing is deleted: messages are hidden while this runs, ten minutes at most, and given back at the end"
    };
    terminal.complain(&format!("watching the queue until Ctrl-C; {what}"));
    // Without that permission nothing else is amiss.
    if let Ok(Some(most)) = runtime.block_on(queue.most_looks())
        && !is_deleting
    {
        terminal.complain(&format!(
            "each look counts: after {most} the queue moves a message to its dead letters"
        ));
    }
}

fn show_all(
    (queue, is_deleting): (&OwnQueue, bool),
    seen: &mut Seen,
    (runtime, format): (&Runtime, Format),
    terminal: &mut Terminal,
) -> anyhow::Result<Ended> {
    while interrupt::check().is_ok() {
        let messages = match runtime.block_on(queue.next()) {
            Ok(messages) => messages,
            Err(CallFailed { is_transient: true, .. }) => {
                std::thread::sleep(PAUSE);
                continue;
            }
            Err(error) => {
                return Err(error).context(format!(
                    "the queue cannot be read; is that its URL, and is there a profile (AWS_PROFILE) whose identity may call {}?",
                    OwnQueue::PERMISSIONS.join(", ")
                ));
            }
        };
        for message in messages {
            let event = event(&message.body);
            let is_known = seen.note(&message);
            if !is_known {
                let line = shown(event.as_ref(), &message, format, terminal);
                terminal.line(format!("{line}\n").as_bytes())?;
            }
            // What nobody can read is left for whoever can; what was shown is on its way out before it is deleted.
            if is_deleting && event.is_some() {
                terminal.out.flush()?;
                match runtime.block_on(queue.delete(&message.receipt)) {
                    Ok(()) => seen.is_gone(&message.id),
                    Err(CallFailed { is_transient: true, .. }) => {} // it comes again, is known, and deleted then
                    Err(error) => {
                        return Err(error).context("what was shown cannot be deleted, and comes again");
                    }
                }
            }
        }
        terminal.out.flush()?;
    }
    Ok(Ended::Well)
}

/// An event of EventBridge; none if the text is something else.
fn event(body: &str) -> Option<Value> {
    let event: Value = serde_json::from_str(body).ok()?;
    let is_event = event.get("detail-type").is_some_and(Value::is_string)
        && event.get("detail").is_some_and(Value::is_object);
    is_event.then_some(event)
}

fn shown(event: Option<&Value>, message: &QueuedMessage, format: Format, terminal: &Terminal) -> String {
    let QueuedMessage { id, body, .. } = message;
    match (event, format) {
        (Some(event), Format::Json) => safe_json(&without_token(event.clone()).to_string()).into_owned(),
        (Some(event), Format::Table) => line(event, terminal),
        (None, Format::Json) => {
            safe_json(&json!({"unreadable": body, "messageId": id}).to_string()).into_owned()
        }
        (None, Format::Table) => {
            format!("no event, left in the queue  message {}  {}", short(id, 100), short(body, MAX_SHOWN))
        }
    }
}

/// The Region in the URL of a queue of AWS; another server has none.
fn region_of(url: &str) -> Option<String> {
    let host = url.split_once("://")?.1.split('/').next()?;
    let region = host.strip_prefix("sqs.")?.split_once(".amazonaws.com")?.0;
    Some(region.to_owned())
}

/// Which messages were shown, and by what those that are hidden are given back.
#[derive(Debug, Default)]
struct Seen {
    receipts: HashMap<String, Option<String>>,
    order: VecDeque<String>,
}

impl Seen {
    /// Takes a message; returns whether it was there before.
    fn note(&mut self, message: &QueuedMessage) -> bool {
        let before = self.receipts.insert(message.id.clone(), Some(message.receipt.clone()));
        if before.is_some() {
            return true;
        }
        self.order.push_back(message.id.clone());
        if self.order.len() > MOST_REMEMBERED
            && let Some(oldest) = self.order.pop_front()
        {
            self.receipts.remove(&oldest);
        }
        false
    }

    /// Notes that a message is not in the queue any more.
    fn is_gone(&mut self, id: &str) {
        if let Some(receipt) = self.receipts.get_mut(id) {
            *receipt = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(id: &str, receipt: &str) -> QueuedMessage {
        QueuedMessage { id: id.into(), receipt: receipt.into(), body: "no JSON \u{1b}[31m".into() }
    }

    #[test]
    fn a_message_is_shown_once_and_given_back_by_its_newest_receipt_unless_it_is_gone() {
        let mut seen = Seen::default();
        assert_eq!(["a", "b", "a"].map(|id| seen.note(&message(id, id))), [false, false, true]);
        assert!(seen.note(&message("b", "newer")));
        seen.is_gone("a");
        assert_eq!((seen.receipts["a"].clone(), seen.receipts["b"].clone()), (None, Some("newer".into())));
        for number in 0..MOST_REMEMBERED {
            seen.note(&message(&number.to_string(), "r"));
        }
        assert_eq!((seen.receipts.len(), seen.order.len()), (MOST_REMEMBERED, MOST_REMEMBERED));
        assert!(!seen.note(&message("a", "a")), "forgotten");
    }

    #[test]
    fn what_is_no_event_is_one_line_that_has_it_and_harms_no_terminal() {
        for body in ["", "3", "[]", "no JSON", "{\"detail-type\": \"x\"}", "{\"detail\": {}}"] {
            assert_eq!(event(body), None, "{body}");
        }
        assert!(event(r#"{"detail-type": "x", "detail": {}}"#).is_some());
        let terminal = Terminal::of_process();
        let table = shown(None, &message("1", "r"), Format::Table, &terminal);
        assert_eq!(table, "no event, left in the queue  message 1  no JSON \\u{1b}[31m");
        let line = shown(None, &message("1", "r"), Format::Json, &terminal);
        let line: Value = serde_json::from_str(&line).unwrap();
        assert_eq!(line, json!({"unreadable": "no JSON \u{1b}[31m", "messageId": "1"}));
    }

    #[test]
    fn a_queue_is_asked_in_its_own_region() {
        for (url, region) in [
            ("https://sqs.eu-west-1.amazonaws.com/111122223333/findings", Some("eu-west-1")),
            ("https://sqs.cn-north-1.amazonaws.com.cn/111122223333/findings", Some("cn-north-1")),
            ("http://127.0.0.1:4566/111122223333/findings", None),
        ] {
            assert_eq!(region_of(url).as_deref(), region, "{url}");
        }
    }
}
