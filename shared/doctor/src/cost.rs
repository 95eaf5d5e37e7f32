//! What a stack costs in a month, by what it used.
//!
//! Prices of us-east-1 in USD, without free tiers. Source: the price pages of Lambda, DynamoDB, SQS, CloudWatch and KMS.

use serde::Serialize;

/// Days in the month that is told.
const MONTH: f64 = 30.0;
const MILLION: f64 = 1e6;
const GIGABYTE: f64 = 1e9;

/// What a function did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FunctionUse {
    /// Its name.
    pub name: String,
    /// Its memory, in MB.
    pub memory: u32,
    /// Whether it runs on Graviton.
    pub is_arm: bool,
    /// How often it ran.
    pub invocations: u64,
    /// How long it ran all in all.
    pub milliseconds: u64,
}

/// What a stack used in some days.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Use {
    /// How many days, 1 or more.
    pub days: u32,
    /// What each function did.
    pub functions: Vec<FunctionUse>,
    /// Write units of its tables.
    pub writes: u64,
    /// Read units of its tables.
    pub reads: u64,
    /// Calls to its queues.
    pub queue_calls: u64,
    /// Bytes that its functions logged.
    pub log_bytes: u64,
    /// Metrics in its namespace that had values, over the days.
    pub metrics: u64,
    /// Its alarms on metrics.
    pub alarms: u64,
    /// Its alarms on alarms.
    pub composite_alarms: u64,
}

/// An item of the bill.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Cost {
    /// Of what.
    pub item: String,
    /// How much of it in a month, in words.
    pub amount: String,
    /// In a month, USD.
    pub usd: f64,
}

/// Returns what a month like these days costs, the dearest first. What costs less than a tenth of a cent is left out.
#[must_use]
pub fn costs(used: &Use) -> Vec<Cost> {
    let month = MONTH / f64::from(used.days.max(1));
    let mut all: Vec<Cost> = used.functions.iter().map(|function| of_function(function, month)).collect();
    let monthly = |item: &str, count: u64, unit: &str, per: f64, price: f64| {
        let amount = float(count) * month;
        Cost {
            item: item.to_owned(),
            amount: format!("{:.1} {unit}", amount / per),
            usd: amount / per * price,
        }
    };
    let standing = |item: &str, count: u64, price: f64| Cost {
        item: item.to_owned(),
        amount: count.to_string(),
        usd: float(count) * price,
    };
    all.extend([
        monthly("tables, writes", used.writes, "million", MILLION, 0.625),
        monthly("tables, reads", used.reads, "million", MILLION, 0.125),
        monthly("queues, calls", used.queue_calls, "million", MILLION, 0.40),
        monthly("logs of functions", used.log_bytes, "GB", GIGABYTE, 0.50),
        standing("metrics", used.metrics, 0.30),
        standing("alarms", used.alarms, 0.10),
        standing("alarms on alarms", used.composite_alarms, 0.50),
    ]);
    all.retain(|cost| cost.usd >= 0.001);
    all.sort_by(|a, b| b.usd.total_cmp(&a.usd));
    all
}

/// Requests at 0.20 USD per million, and time by memory and processor.
fn of_function(function: &FunctionUse, month: f64) -> Cost {
    let FunctionUse { name, memory, is_arm, invocations, milliseconds } = function;
    let invocations = float(*invocations) * month;
    let gb_seconds = float(*milliseconds) * month / 1000.0 * f64::from(*memory) / 1024.0;
    let second = if *is_arm { 0.000_013_333_4 } else { 0.000_016_666_7 };
    Cost {
        item: format!("function {name}"),
        amount: format!("{invocations:.0} invocations, {gb_seconds:.0} GB-s"),
        usd: invocations / MILLION * 0.20 + gb_seconds * second,
    }
}

#[expect(
    clippy::cast_precision_loss,
    clippy::as_conversions,
    reason = "an estimate; 2^53 of anything is far beyond any account"
)]
fn float(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_costs_what_the_days_say_the_dearest_first() {
        let used = Use {
            days: 15,
            functions: vec![
                FunctionUse {
                    name: "detect".to_owned(),
                    memory: 512,
                    is_arm: true,
                    invocations: 5_000_000,
                    milliseconds: 50_000_000,
                },
                FunctionUse {
                    name: "idle".to_owned(),
                    memory: 128,
                    is_arm: false,
                    invocations: 0,
                    milliseconds: 0,
                },
            ],
            writes: 4_000_000,
            reads: 100,
            queue_calls: 500_000,
            log_bytes: 500_000_000,
            metrics: 50,
            alarms: 27,
            composite_alarms: 1,
        };
        let told: Vec<_> = costs(&used)
            .into_iter()
            .map(|cost| format!("{}: {} = {:.3}", cost.item, cost.amount, cost.usd))
            .collect();
        let expected = [
            "metrics: 50 = 15.000",
            "tables, writes: 8.0 million = 5.000",
            "alarms: 27 = 2.700",
            "function detect: 10000000 invocations, 50000 GB-s = 2.667",
            "logs of functions: 1.0 GB = 0.500",
            "alarms on alarms: 1 = 0.500",
            "queues, calls: 1.0 million = 0.400",
        ];
        assert_eq!(told, expected);
        assert_eq!(costs(&Use::default()), []);
    }
}
