//! A look at what passes a bus, for as long as somebody looks: a rule and a queue of one's own, removed at the end.

use crate::CallFailed;
use aws_sdk_eventbridge::types::Target;
use aws_sdk_sqs::types::QueueAttributeName;
use serde_json::{Value, json};

const CREATE_QUEUE: &str = "sqs:CreateQueue";
const GET_QUEUE: &str = "sqs:GetQueueAttributes";
const SET_QUEUE: &str = "sqs:SetQueueAttributes";
const RECEIVE: &str = "sqs:ReceiveMessage";
const DELETE_MESSAGE: &str = "sqs:DeleteMessage";
const DELETE_QUEUE: &str = "sqs:DeleteQueue";
const PUT_RULE: &str = "events:PutRule";
const PUT_TARGETS: &str = "events:PutTargets";
const REMOVE_TARGETS: &str = "events:RemoveTargets";
const DELETE_RULE: &str = "events:DeleteRule";
/// The id of the rule's only target.
const TARGET: &str = "queue";
/// Seconds for which messages are kept, should nobody remove the queue.
const KEPT: &str = "300";
/// Seconds for which one call waits for a message.
const WAIT: i32 = 2;
/// Most messages of one call.
const AT_ONCE: i32 = 10;

/// A rule of a bus and the queue that it fills.
#[derive(Debug, Clone)]
pub struct BusTap {
    events: aws_sdk_eventbridge::Client,
    sqs: aws_sdk_sqs::Client,
    bus: String,
    name: String,
    queue_url: String,
}

impl BusTap {
    /// What looking needs, in order.
    pub const PERMISSIONS: [&str; 10] = [
        CREATE_QUEUE,
        GET_QUEUE,
        PUT_RULE,
        SET_QUEUE,
        PUT_TARGETS,
        RECEIVE,
        DELETE_MESSAGE,
        REMOVE_TARGETS,
        DELETE_RULE,
        DELETE_QUEUE,
    ];

    /// Begins to look at the events of `bus` that `pattern` matches, in the account and Region that `config` names. Rule and queue
    /// are called `name`, which nothing else may be.
    ///
    /// # Errors
    /// [`CallFailed`]; what was made until then is removed again.
    pub async fn open(
        config: &aws_config::SdkConfig,
        bus: &str,
        name: &str,
        pattern: &Value,
    ) -> Result<Self, CallFailed> {
        let clients = (aws_sdk_eventbridge::Client::new(config), aws_sdk_sqs::Client::new(config));
        Self::with_clients(clients, bus, name, pattern).await
    }

    /// The same behind clients.
    ///
    /// # Errors
    /// As of [`BusTap::open`].
    pub async fn with_clients(
        (events, sqs): (aws_sdk_eventbridge::Client, aws_sdk_sqs::Client),
        bus: &str,
        name: &str,
        pattern: &Value,
    ) -> Result<Self, CallFailed> {
        let create = sqs.create_queue().queue_name(name);
        let created = create.attributes(QueueAttributeName::MessageRetentionPeriod, KEPT).send().await;
        let queue_url = created.map_err(|error| CallFailed::of(CREATE_QUEUE, error))?.queue_url;
        let queue_url = queue_url.ok_or_else(|| unanswered(CREATE_QUEUE))?;
        let tap = Self { events, sqs, bus: bus.to_owned(), name: name.to_owned(), queue_url };
        match tap.connect(pattern).await {
            Ok(()) => Ok(tap),
            Err(error) => {
                _ = tap.close().await; // why it could not be opened is what somebody has to know
                Err(error)
            }
        }
    }

    async fn connect(&self, pattern: &Value) -> Result<(), CallFailed> {
        let get = self.sqs.get_queue_attributes().queue_url(&self.queue_url);
        let got = get.attribute_names(QueueAttributeName::QueueArn).send().await;
        let got = got.map_err(|error| CallFailed::of(GET_QUEUE, error))?.attributes.unwrap_or_default();
        let queue = got.get(&QueueAttributeName::QueueArn).ok_or_else(|| unanswered(GET_QUEUE))?;

        let rule = self.events.put_rule().event_bus_name(&self.bus).name(&self.name);
        let rule =
            rule.event_pattern(pattern.to_string()).description("trailreflex: for as long as a person looks");
        let rule = rule.send().await.map_err(|error| CallFailed::of(PUT_RULE, error))?.rule_arn;
        let policy = json!({"Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sqs:SendMessage",
            "Resource": queue, "Condition": {"ArnEquals": {"aws:SourceArn": rule}},
        }]});
        let set = self.sqs.set_queue_attributes().queue_url(&self.queue_url);
        let set = set.attributes(QueueAttributeName::Policy, policy.to_string()).send().await;
        set.map_err(|error| CallFailed::of(SET_QUEUE, error))?;

        let target = Target::builder().id(TARGET).arn(queue).build().map_err(|error| CallFailed {
            call: PUT_TARGETS,
            is_transient: false,
            cause: error.into(),
        })?;
        let put =
            self.events.put_targets().event_bus_name(&self.bus).rule(&self.name).targets(target).send().await;
        let put = put.map_err(|error| CallFailed::of(PUT_TARGETS, error))?;
        match put.failed_entries.unwrap_or_default().into_iter().next() {
            None => Ok(()),
            Some(failed) => Err(CallFailed {
                call: PUT_TARGETS,
                is_transient: false,
                cause: failed.error_message.unwrap_or_default().into(),
            }),
        }
    }

    /// Returns what has come, or nothing after two seconds. What is no JSON is left out.
    ///
    /// # Errors
    /// [`CallFailed`].
    pub async fn next(&self) -> Result<Vec<Value>, CallFailed> {
        let receive = self.sqs.receive_message().queue_url(&self.queue_url);
        let received = receive.wait_time_seconds(WAIT).max_number_of_messages(AT_ONCE).send().await;
        let received = received.map_err(|error| CallFailed::of(RECEIVE, error))?;
        let mut events = Vec::new();
        for message in received.messages.unwrap_or_default() {
            events.extend(message.body.as_deref().and_then(|body| serde_json::from_str(body).ok()));
            let delete = self.sqs.delete_message().queue_url(&self.queue_url);
            let deleted = delete.set_receipt_handle(message.receipt_handle).send().await;
            deleted.map_err(|error| CallFailed::of(DELETE_MESSAGE, error))?;
        }
        Ok(events)
    }

    /// Removes the rule and the queue; all of it is tried, whatever fails.
    ///
    /// # Errors
    /// The first [`CallFailed`]: something of that name is left.
    pub async fn close(&self) -> Result<(), CallFailed> {
        let targets =
            self.events.remove_targets().event_bus_name(&self.bus).rule(&self.name).ids(TARGET).send().await;
        let rule = self.events.delete_rule().event_bus_name(&self.bus).name(&self.name).send().await;
        let queue = self.sqs.delete_queue().queue_url(&self.queue_url).send().await;
        let targets = match targets {
            // It was not made yet.
            Err(error) if error.as_service_error().is_some_and(aws_sdk_eventbridge::operation::remove_targets::RemoveTargetsError::is_resource_not_found_exception) => Ok(()),
            other => other.map(drop).map_err(|error| CallFailed::of(REMOVE_TARGETS, error)),
        };
        targets
            .and(rule.map(drop).map_err(|error| CallFailed::of(DELETE_RULE, error)))
            .and(queue.map(drop).map_err(|error| CallFailed::of(DELETE_QUEUE, error)))
    }
}

fn unanswered(call: &'static str) -> CallFailed {
    CallFailed { call, is_transient: false, cause: "the answer lacks what was asked for".into() }
}
