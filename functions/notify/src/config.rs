//! Configuration of `notify`.

use std::collections::BTreeMap;
use trailreflex_lambda::{Environment, InvalidConfiguration};
use trailreflex_model::Severity;
use trailreflex_notify::sinks::asff::Product;
use trailreflex_notify::{Responders, Routing, Sink, Threshold};
use trailreflex_response::ActionClass;

/// What the stack tells the function. Each field is the environment variable of the same name, unless it says otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// `NOTIFY_TABLE`: table of the groups that are open.
    pub notify_table: String,
    /// `QUARANTINE_QUEUE_URL`: where unusable messages and refused notices are kept.
    pub quarantine_queue_url: String,
    /// `METER_TABLE`: table of what meter has counted; absent if nothing is metered.
    pub meter_table: Option<String>,
    /// `NOTIFICATIONS_TOPIC`: ARN of the topic that people listen to.
    pub notifications_topic: Option<String>,
    /// `SLACK_PARAMETER`, `TEAMS_PARAMETER`, `PAGER_DUTY_PARAMETER`: names of parameters with the webhook or key.
    pub secrets: BTreeMap<Sink, String>,
    /// `FINDINGS_BUS`: ARN of the bus that gets findings in OCSF; absent for none.
    pub findings_bus: Option<String>,
    /// `SECURITY_HUB_PRODUCT`: ARN of the product that findings are imported under; absent for none.
    pub security_hub_product: Option<Product>,
    /// `NOTIFY_FROM` and `PAGE_FROM`: from which severity on channels, and `PagerDuty`, are told.
    pub routing: Routing,
    /// `CONTAIN_IDENTITY_FUNCTION`, `RESTORE_LOGGING_FUNCTION`, `CLOSE_EXPOSURE_FUNCTION`: names to show in commands;
    /// `APPROVE_URL`: page on which a person decides about a plan, absent if there is none.
    pub responders: Responders,
}

impl Config {
    /// The variables that the function reads; the acceptance tests compare them with the template.
    pub const VARIABLES: [&str; 15] = [
        "APPROVE_URL",
        "CLOSE_EXPOSURE_FUNCTION",
        "CONTAIN_IDENTITY_FUNCTION",
        "FINDINGS_BUS",
        "METER_TABLE",
        "NOTIFICATIONS_TOPIC",
        "NOTIFY_FROM",
        "NOTIFY_TABLE",
        "PAGER_DUTY_PARAMETER",
        "PAGE_FROM",
        "QUARANTINE_QUEUE_URL",
        "RESTORE_LOGGING_FUNCTION",
        "SECURITY_HUB_PRODUCT",
        "SLACK_PARAMETER",
        "TEAMS_PARAMETER",
    ];

    /// Reads the configuration.
    ///
    /// # Errors
    /// [`InvalidConfiguration`] with every problem.
    pub fn from_environment(environment: Environment) -> Result<Self, InvalidConfiguration> {
        let notify_table = environment.required("NOTIFY_TABLE");
        let quarantine_queue_url = environment.required("QUARANTINE_QUEUE_URL");
        let notify_from = environment.or_default("NOTIFY_FROM", Threshold(Severity::Medium));
        let page_from = environment.or_default("PAGE_FROM", Threshold(Severity::Critical));
        let notifications_topic = environment.text("NOTIFICATIONS_TOPIC");
        let findings_bus = environment.text("FINDINGS_BUS");
        let security_hub_product = environment.optional("SECURITY_HUB_PRODUCT");
        let secrets: BTreeMap<_, _> = [
            (Sink::Slack, "SLACK_PARAMETER"),
            (Sink::Teams, "TEAMS_PARAMETER"),
            (Sink::PagerDuty, "PAGER_DUTY_PARAMETER"),
        ]
        .into_iter()
        .filter_map(|(sink, variable)| Some((sink, environment.text(variable)?)))
        .collect();
        let responders = [
            (ActionClass::ContainIdentity, "CONTAIN_IDENTITY_FUNCTION"),
            (ActionClass::RestoreLogging, "RESTORE_LOGGING_FUNCTION"),
            (ActionClass::CloseExposure, "CLOSE_EXPOSURE_FUNCTION"),
        ];
        let functions = responders.into_iter();
        let responders = Responders {
            functions: functions
                .filter_map(|(class, variable)| Some((class, environment.text(variable)?)))
                .collect(),
            approve_url: environment.text("APPROVE_URL"),
        };
        let meter_table = environment.text("METER_TABLE");
        let config = (|| {
            let mut least: BTreeMap<Sink, Severity> = BTreeMap::new();
            if notifications_topic.is_some() {
                least.insert(Sink::Topic, notify_from?.0);
            }
            for sink in secrets.keys() {
                let is_pager = *sink == Sink::PagerDuty;
                least.insert(*sink, if is_pager { page_from?.0 } else { notify_from?.0 });
            }
            let security_hub_product = security_hub_product?;
            if security_hub_product.is_some() {
                least.insert(Sink::SecurityHub, notify_from?.0);
            }
            if findings_bus.is_some() {
                least.insert(Sink::Ocsf, Severity::Informational);
            }
            Some(Self {
                notify_table: notify_table?,
                quarantine_queue_url: quarantine_queue_url?,
                meter_table,
                notifications_topic,
                secrets,
                findings_bus,
                security_hub_product,
                routing: Routing(least),
                responders,
            })
        })();
        environment.finish(config)
    }
}
