//! What Trailreflex itself found and did in a period, and how fast, from the metrics that it has published.

use crate::{Metric, Statistic};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// A metric read back: one value for each day of which there is one.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadBack {
    /// The metric's name.
    pub name: &'static str,
    /// Its dimensions.
    pub dimensions: BTreeMap<String, String>,
    /// What was made of each day's values.
    pub statistic: Statistic,
    /// The days' values, in any order.
    pub values: Vec<f64>,
}

/// What Trailreflex found and did.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Answers {
    /// Findings by rule, the most frequent first.
    pub rules: Vec<OfRule>,
    /// Findings that suppressions hid.
    pub suppressed: u64,
    /// Plans by what came of them, in the words of the outcome's `status`; the most frequent first.
    pub plans: Vec<OfStatus>,
    /// Seconds from a call to its finding.
    pub seconds_to_detect: Option<Seconds>,
    /// Seconds from a call to the moment when its containment was read back.
    pub seconds_to_containment: Option<Seconds>,
}

/// Findings of a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OfRule {
    /// The rule's name.
    pub rule: String,
    /// Its severity.
    pub severity: String,
    /// How many.
    pub findings: u64,
    /// How many of them only log files brought, although the fast path should have.
    pub missed: u64,
}

/// Plans of which the same came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfStatus {
    /// What came of them.
    pub status: String,
    /// How many.
    pub count: u64,
}

/// Half and nineteen of twenty took no longer; of several days those of the slowest.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Seconds {
    /// Half.
    pub p50: f64,
    /// Nineteen of twenty.
    pub p95: f64,
}

impl fmt::Display for Seconds {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "half within {:.1} s, 95 % within {:.1} s", self.p50, self.p95)
    }
}

impl Answers {
    /// The metrics that are read back, by name, and what is to be made of each day.
    pub const READ: [(&str, &[Statistic]); 6] = [
        ("Findings", &[Statistic::Sum]),
        ("MissedByFastPath", &[Statistic::Sum]),
        ("Suppressed", &[Statistic::Sum]),
        ("Plans", &[Statistic::Sum]),
        ("SecondsToDetect", &[Statistic::P50, Statistic::P95]),
        ("SecondsToContainment", &[Statistic::P50, Statistic::P95]),
    ];

    /// Sums up what was read back.
    #[must_use]
    pub fn of(read: &[ReadBack]) -> Self {
        let sum = |one: &ReadBack| one.values.iter().copied().map(whole).fold(0, u64::saturating_add);
        let of = |name| read.iter().filter(move |one| one.name == name);
        let mut missed: BTreeMap<&str, u64> = BTreeMap::new();
        for (one, rule) in of("MissedByFastPath").filter_map(|one| Some((one, one.dimensions.get("Rule")?))) {
            let number = missed.entry(rule).or_default();
            *number = number.saturating_add(sum(one));
        }
        let mut rules: Vec<_> = of("Findings")
            .filter_map(|one| {
                let (rule, severity) = (one.dimensions.get("Rule")?, one.dimensions.get("Severity")?);
                let missed = missed.get(rule.as_str()).copied().unwrap_or_default();
                Some(OfRule { rule: rule.clone(), severity: severity.clone(), findings: sum(one), missed })
            })
            .filter(|one| one.findings > 0)
            .collect();
        rules.sort_by(|one, other| (other.findings, &one.rule).cmp(&(one.findings, &other.rule)));
        let status = |one: &ReadBack| {
            let status = one.dimensions.get("Status")?.clone();
            Some(OfStatus { status, count: sum(one) })
        };
        let mut plans: Vec<_> = of("Plans").filter_map(status).filter(|one| one.count > 0).collect();
        plans.sort_by(|one, other| (other.count, &one.status).cmp(&(one.count, &other.status)));
        let slowest = |name, statistic| {
            let values = of(name).filter(|one| one.statistic == statistic).flat_map(|one| &one.values);
            values.copied().reduce(f64::max)
        };
        let seconds =
            |name| Some(Seconds { p50: slowest(name, Statistic::P50)?, p95: slowest(name, Statistic::P95)? });
        Self {
            rules,
            suppressed: of("Suppressed").map(sum).fold(0, u64::saturating_add),
            plans,
            seconds_to_detect: seconds(Metric::SecondsToDetect.name()),
            seconds_to_containment: seconds(Metric::SecondsToContainment.name()),
        }
    }

    /// Whether there is nothing to tell.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// CloudWatch counts in floating point; what is counted here is whole and not negative.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped before")]
fn whole(value: f64) -> u64 {
    value.round().clamp(0.0, 1e15) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(
        name: &'static str,
        dimensions: &[(&str, &str)],
        statistic: Statistic,
        values: &[f64],
    ) -> ReadBack {
        let dimensions = dimensions.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        ReadBack { name, dimensions: dimensions.collect(), statistic, values: values.to_vec() }
    }

    #[test]
    fn findings_plans_and_seconds_are_summed_up_over_the_days() {
        let rule = |rule, severity| [("Rule", rule), ("Severity", severity)];
        let found = Answers::of(&[
            read("Findings", &rule("key_used", "high"), Statistic::Sum, &[1.0, 2.0]),
            read("Findings", &rule("trail_stopped", "critical"), Statistic::Sum, &[9.0]),
            read("Findings", &rule("quiet", "low"), Statistic::Sum, &[]),
            read("Findings", &[("Severity", "high")], Statistic::Sum, &[3.0]),
            read("MissedByFastPath", &[("Rule", "key_used")], Statistic::Sum, &[1.0]),
            read("Suppressed", &[("Function", "detect")], Statistic::Sum, &[4.0]),
            read("Suppressed", &[("Function", "ingest")], Statistic::Sum, &[1.0]),
            read("Plans", &[("Status", "planned")], Statistic::Sum, &[2.0, f64::NAN]),
            read("Plans", &[("Status", "contained")], Statistic::Sum, &[2.0, 1.0]),
            read("SecondsToDetect", &[], Statistic::P50, &[2.0, 3.0]),
            read("SecondsToDetect", &[], Statistic::P95, &[9.0, 4.0]),
            read("SecondsToContainment", &[], Statistic::P50, &[7.0]),
        ]);
        let of_rule = |rule: &str, severity: &str, findings, missed| OfRule {
            rule: rule.to_owned(),
            severity: severity.to_owned(),
            findings,
            missed,
        };
        let expected = Answers {
            rules: vec![of_rule("trail_stopped", "critical", 9, 0), of_rule("key_used", "high", 3, 1)],
            suppressed: 5,
            plans: vec![
                OfStatus { status: "contained".to_owned(), count: 3 },
                OfStatus { status: "planned".to_owned(), count: 2 },
            ],
            seconds_to_detect: Some(Seconds { p50: 3.0, p95: 9.0 }),
            seconds_to_containment: None,
        };
        assert_eq!(found, expected);
        assert!(Answers::of(&[]).is_empty());
    }

    #[test]
    fn what_is_read_back_is_what_is_published() {
        let published = [
            Metric::FindingsOfRule { rule: String::new(), severity: trailreflex_model::Severity::Low },
            Metric::MissedByFastPath { rule: String::new() },
            Metric::Suppressed(crate::Function::Detect),
            Metric::Plans("planned"),
            Metric::SecondsToDetect,
            Metric::SecondsToContainment,
        ];
        assert_eq!(Answers::READ.map(|(name, _)| name), published.map(|metric| metric.name()));
    }
}
