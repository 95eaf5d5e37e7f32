//! The channels that are switched on, and how each is reached.

use crate::Config;
use serde_json::json;
use std::collections::BTreeMap;
use trailreflex_aws::{Bus, BusEvent, NotTaken, Quarantine, SdkConfig, Secret, SecurityHub, Topic, Webhooks};
use trailreflex_lambda::now;
use trailreflex_metrics::Function;
use trailreflex_model::cause_chain;
use trailreflex_notify::sinks::{asff, email, ocsf, pager_duty, slack, teams};
use trailreflex_notify::{NotSent, Notice, Outbox, Sink};

/// `source` of what the function puts on the findings bus.
const SOURCE: &str = "trailreflex.notify";
/// `detail-type` of a finding in OCSF.
const DETAIL_TYPE_OCSF: &str = "Trailreflex OCSF Finding";
/// Keys of parameters that hold both address and key of `PagerDuty`, as `key@address`: for those who have a proxy.
const AT: char = '@';

/// Channels.
#[derive(Debug)]
pub struct Channels {
    topic: Option<Topic>,
    secrets: BTreeMap<Sink, Secret>,
    bus: Option<Bus>,
    security_hub: Option<(SecurityHub, asff::Product)>,
    webhooks: Webhooks,
    quarantine: Quarantine,
}

impl Channels {
    /// The channels that the configuration names. Makes no call.
    #[must_use]
    pub fn new(aws: &SdkConfig, config: &Config, quarantine: Quarantine) -> Self {
        let secret = |(sink, name): (&Sink, &String)| (*sink, Secret::new(aws, name.clone()));
        Self {
            topic: config.notifications_topic.clone().map(|arn| Topic::new(aws, arn)),
            secrets: config.secrets.iter().map(secret).collect(),
            bus: config.findings_bus.clone().map(|name| Bus::new(aws, name)),
            security_hub: config
                .security_hub_product
                .clone()
                .map(|product| (SecurityHub::new(aws, product.region().to_owned()), product)),
            webhooks: Webhooks::new(),
            quarantine,
        }
    }

    async fn post(&self, sink: Sink, notice: &Notice) -> Result<(), NotSent> {
        let Some(secret) = self.secrets.get(&sink) else { return Err(off(sink)) };
        let value = secret.value().await.map_err(|error| later(&error))?;
        let (url, body) = match sink {
            Sink::Slack => (value, slack::render(notice)),
            Sink::Teams => (value, teams::render(notice)),
            Sink::PagerDuty => {
                let (key, address) = match value.split_once(AT) {
                    Some((key, address)) => (key.to_owned(), address.to_owned()),
                    None => (value, String::from(pager_duty::ENDPOINT)),
                };
                let body = pager_duty::render(notice, &key);
                (address, body)
            }
            Sink::Topic | Sink::Ocsf | Sink::SecurityHub => return Err(off(sink)),
        };
        let taken = self.webhooks.post(&url, body.to_string()).await;
        if matches!(taken, Err(NotTaken::Never(_))) {
            secret.forget().await;
        }
        taken.map_err(not_sent)
    }
}

impl Outbox for Channels {
    async fn send(&self, sink: Sink, notice: &Notice) -> Result<(), NotSent> {
        match sink {
            Sink::Topic => {
                let Some(topic) = &self.topic else { return Err(off(sink)) };
                let (subject, text) = email::render(notice);
                topic.publish(&subject, &text).await.map_err(|error| later(&error))
            }
            Sink::Ocsf => {
                let Some(bus) = &self.bus else { return Err(off(sink)) };
                let event = BusEvent {
                    source: SOURCE,
                    detail_type: DETAIL_TYPE_OCSF,
                    detail: ocsf::render(notice).to_string(),
                    resources: Vec::new(),
                    time: notice.at,
                };
                bus.put(&[event]).await.map_err(|error| later(&error))
            }
            Sink::SecurityHub => {
                let Some((hub, product)) = &self.security_hub else { return Err(off(sink)) };
                let now = now();
                let finding = asff::render(notice, product, now);
                hub.import(&self.webhooks, &finding, now).await.map_err(not_sent)
            }
            Sink::Slack | Sink::Teams | Sink::PagerDuty => self.post(sink, notice).await,
        }
    }

    async fn keep(&self, sink: Sink, reason: &str, notice: &Notice) -> Result<(), String> {
        let reason = format!("NoticeRefused: {} says: {reason}", sink.as_str());
        tracing::error!(reason, "a notice is quarantined");
        let kept =
            self.quarantine.store(Function::Notify.as_str(), &reason, &json!({"notice": notice})).await;
        kept.map_err(|error| cause_chain(&error))
    }
}

fn not_sent(not_taken: NotTaken) -> NotSent {
    match not_taken {
        NotTaken::Later(reason) => NotSent::Later(reason),
        NotTaken::Never(reason) => NotSent::Never(reason),
    }
}

/// A call to AWS failed. A permission or a parameter that is missing is mended by a person, and the message waits for it.
fn later(error: &trailreflex_aws::CallFailed) -> NotSent {
    NotSent::Later(cause_chain(error))
}

fn off(sink: Sink) -> NotSent {
    NotSent::Never(format!("the channel {} is switched off", sink.as_str()))
}
