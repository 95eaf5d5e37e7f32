//! The only crate that names the AWS SDK: thin adapters, one cargo feature per service client.
//!
//! Adapters decide nothing. They make one call, name its failure and say whether trying again may help.

mod failure;
mod sdk;

#[cfg(feature = "access-states")]
mod access_states;
#[cfg(any(feature = "exposure", feature = "identity", feature = "logging", feature = "members"))]
mod account;
#[cfg(feature = "buckets")]
mod bucket;
#[cfg(feature = "bus")]
mod bus;
#[cfg(feature = "bus-tap")]
mod bus_tap;
#[cfg(feature = "metering")]
mod canary;
#[cfg(feature = "credentials")]
mod credentials;
#[cfg(feature = "deployment")]
mod deployment;
mod entrance;
#[cfg(feature = "event-rules")]
mod event_rules;
#[cfg(feature = "evidence")]
mod evidence;
#[cfg(feature = "metering")]
mod examples;
#[cfg(feature = "functions")]
mod functions;
#[cfg(feature = "journal")]
mod journal;
#[cfg(feature = "metering")]
mod ledger;
#[cfg(feature = "log-queries")]
mod log_queries;
#[cfg(feature = "looks")]
mod look_queue;
#[cfg(feature = "members")]
mod member_accounts;
#[cfg(feature = "metering")]
mod metric_sink;
#[cfg(feature = "metrics")]
mod metrics;
#[cfg(feature = "notify")]
mod notice_groups;
#[cfg(feature = "objects")]
mod objects;
#[cfg(feature = "operator")]
mod operator;
#[cfg(feature = "sent")]
mod outlet;
#[cfg(feature = "bus-tap")]
mod own_queue;
#[cfg(feature = "switch")]
mod parameter_switch;
#[cfg(feature = "public-keys")]
mod public_keys;
#[cfg(feature = "reviews")]
mod published;
#[cfg(feature = "quarantine")]
mod quarantine;
#[cfg(feature = "reviews")]
mod review_store;
#[cfg(feature = "second-opinion")]
mod second_opinion;
#[cfg(feature = "notify")]
mod secret;
#[cfg(feature = "notify")]
mod security_hub;
#[cfg(any(feature = "deployment", feature = "metering"))]
mod sensor_log;
#[cfg(feature = "sent")]
mod sent;
#[cfg(feature = "rehearsal")]
mod throwaway_user;
#[cfg(feature = "notify")]
mod topic;
#[cfg(feature = "notify")]
mod webhook;
#[cfg(feature = "windows")]
mod windows;

#[cfg(feature = "access-states")]
pub use access_states::{AccessStates, Kept};
#[cfg(feature = "identity")]
pub use account::IamAccount;
#[cfg(feature = "exposure")]
pub use account::{ExposureAccount, PolicyClients, ResourcePolicies};
#[cfg(feature = "logging")]
pub use account::{LoggingAccount, LoggingClients};
#[cfg(feature = "rehearsal")]
pub use account::{ReadOnlyAccount, account_of};
pub use aws_config::SdkConfig;
#[cfg(feature = "buckets")]
pub use bucket::{Bucket, Depth, Fetched, From, Listed, Object, Page};
#[cfg(feature = "bus")]
pub use bus::{Bus, BusEvent};
#[cfg(feature = "bus-tap")]
pub use bus_tap::BusTap;
#[cfg(feature = "metering")]
pub use canary::Canary;
#[cfg(feature = "credentials")]
pub use credentials::{IamCredentials, Roles};
#[cfg(feature = "deployment")]
pub use deployment::Deployment;
pub use entrance::{Entrance, InvalidMemberRole, MemberRole};
#[cfg(feature = "event-rules")]
pub use event_rules::{EventRules, NewEventRule};
#[cfg(feature = "evidence")]
pub use evidence::{
    Described, EventHistory, EvidenceStore, Found, HistoryPage, Identities, LookedUp, Stored,
};
#[cfg(feature = "metering")]
pub use examples::Examples;
pub use failure::CallFailed;
#[cfg(feature = "functions")]
pub use functions::Functions;
#[cfg(feature = "journal")]
pub use journal::DynamoJournal;
#[cfg(feature = "metering")]
pub use ledger::DynamoLedger;
#[cfg(feature = "log-queries")]
pub use log_queries::{LogAnswer, LogQueries, LogQuery, LogQueryStatus};
#[cfg(feature = "looks")]
pub use look_queue::LookQueue;
#[cfg(feature = "members")]
pub use member_accounts::MemberAccounts;
#[cfg(feature = "metering")]
pub use metric_sink::MetricSink;
#[cfg(feature = "metrics")]
pub use metrics::Metrics;
#[cfg(feature = "notify")]
pub use notice_groups::DynamoGroups;
#[cfg(feature = "objects")]
pub use objects::{ObjectName, Objects, ReadError};
#[cfg(feature = "operator")]
pub use operator::{NotFound, Operator};
#[cfg(feature = "sent")]
pub use outlet::FindingsBus;
#[cfg(feature = "bus-tap")]
pub use own_queue::{OwnQueue, QueuedMessage};
#[cfg(feature = "switch")]
pub use parameter_switch::ParameterSwitch;
#[cfg(feature = "public-keys")]
pub use public_keys::PublicKeys;
#[cfg(feature = "reviews")]
pub use published::Published;
#[cfg(feature = "quarantine")]
pub use quarantine::Quarantine;
#[cfg(feature = "reviews")]
pub use review_store::{Held, ReviewStore};
pub use sdk::{load, load_for_a_person, load_for_a_person_in};
#[cfg(feature = "second-opinion")]
pub use second_opinion::{Opinion, SecondOpinion};
#[cfg(feature = "notify")]
pub use secret::Secret;
#[cfg(feature = "notify")]
pub use security_hub::SecurityHub;
#[cfg(any(feature = "deployment", feature = "metering"))]
pub use sensor_log::SensorLog;
#[cfg(feature = "sent")]
pub use sent::DynamoSentLog;
#[cfg(feature = "rehearsal")]
pub use throwaway_user::{KeyAnswer, ThrowawayUser, UserState};
#[cfg(feature = "notify")]
pub use topic::Topic;
#[cfg(feature = "notify")]
pub use webhook::{NotTaken, Webhooks};
#[cfg(feature = "windows")]
pub use windows::DynamoWindows;
