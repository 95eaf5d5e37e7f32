//! Which controls of which standards checks prove, and which they leave open.
//!
//! Source: CIS Amazon Web Services Foundations Benchmark 3.0.0, PCI DSS 4.0.1, the Trust Services Criteria of SOC 2 (2017, points of
//! focus of 2022), ISO/IEC 27001:2022 Annex A. The numbers are theirs, the words are ours.

use crate::{Check, Diagnosis, Finding};
use serde::Serialize;

/// How a control stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Standing {
    /// All of its checks are proven.
    Proven,
    /// One could not be made, and none is broken.
    Unknown,
    /// One is broken.
    Broken,
}

/// A control.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Control {
    /// The standard.
    pub standard: &'static str,
    /// Its number there.
    pub id: &'static str,
    /// What it asks for.
    pub asks: &'static str,
    /// How it stands.
    pub standing: Standing,
    /// Checks that are not proven.
    pub missing: Vec<Check>,
    /// What of it no check can prove.
    pub not_covered: &'static str,
}

type Row = (&'static str, &'static str, &'static str, &'static [Check], &'static str);

const LOGGING: &[Check] = &[
    Check::TrailLogs,
    Check::TrailLogsReadsAndWrites,
    Check::TrailLogsAllServices,
    Check::TrailLogsAllRegions,
    Check::TrailLogsGlobalServices,
];
const MONITORING: &[Check] = &[
    Check::TrailLogs,
    Check::HearsGlobalServices,
    Check::RulesAreEnabled,
    Check::RulesHaveTargets,
    Check::TargetsMayBeWoken,
];
const TELLING: &[Check] = &[Check::PeopleAreTold, Check::RulesAreEnabled, Check::RulesHaveTargets];

const ROWS: [Row; 11] = [
    ("CIS AWS 3.0.0", "3.1", "CloudTrail logs all Regions", LOGGING, ""),
    ("CIS AWS 3.0.0", "3.2", "log files are validated", &[Check::TrailValidates], ""),
    (
        "CIS AWS 3.0.0",
        "4.1 to 4.15",
        "somebody is told of sensitive calls",
        TELLING,
        "whether the alarms of the stack exist: they do unless somebody has deleted them",
    ),
    ("PCI DSS 4.0.1", "10.2.1", "audit logs are on", LOGGING, "systems other than AWS's API"),
    (
        "PCI DSS 4.0.1",
        "10.3.4",
        "changes of audit logs are noticed",
        &[Check::TrailValidates, Check::TrailDelivers],
        "",
    ),
    ("PCI DSS 4.0.1", "10.4.1.1", "logs are reviewed by machines", MONITORING, "that people follow up"),
    (
        "PCI DSS 4.0.1",
        "10.7.2",
        "failures of logging and detection are noticed at once",
        &[Check::QueuesAreEmpty, Check::PeopleAreTold],
        "",
    ),
    ("SOC 2", "CC7.2", "unusual activity is watched for", MONITORING, "networks, hosts and applications"),
    (
        "SOC 2",
        "CC7.3, CC7.4",
        "events are judged and answered",
        &[Check::PeopleAreTold, Check::SwitchIsArmed],
        "the people's part",
    ),
    (
        "ISO 27001:2022",
        "A.8.15",
        "activities are logged, and logs are protected",
        &[
            Check::TrailLogs,
            Check::TrailLogsReadsAndWrites,
            Check::TrailLogsAllServices,
            Check::TrailLogsAllRegions,
            Check::TrailDelivers,
            Check::TrailValidates,
        ],
        "how long they are kept",
    ),
    ("ISO 27001:2022", "A.8.16", "unusual behaviour is watched for", MONITORING, "networks and hosts"),
];

/// Returns how each control stands by these diagnoses.
#[must_use]
pub fn controls(diagnoses: &[Diagnosis]) -> Vec<Control> {
    let row = |(standard, id, asks, checks, not_covered): &Row| {
        let of = |check: Check| {
            let found =
                diagnoses.iter().filter(move |one| one.check == check).map(|one| standing(&one.finding));
            found.max().unwrap_or(Standing::Unknown)
        };
        let missing: Vec<_> = checks.iter().copied().filter(|check| of(*check) != Standing::Proven).collect();
        Control {
            standard,
            id,
            asks,
            standing: missing.iter().map(|check| of(*check)).max().unwrap_or(Standing::Proven),
            missing,
            not_covered,
        }
    };
    ROWS.iter().map(row).collect()
}

fn standing(finding: &Finding) -> Standing {
    match finding {
        Finding::Proven { .. } => Standing::Proven,
        Finding::Unknown { .. } => Standing::Unknown,
        Finding::Broken { .. } => Standing::Broken,
    }
}
