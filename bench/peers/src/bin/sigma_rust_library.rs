//! sigma-rust's engine as a library, on values that serde_json reads.

use serde_json::Value;
use sigma_rust::{Event, Rule, rule_from_yaml};
use trailreflex_bench_peers::{arguments, each_file, rules};

fn main() -> anyhow::Result<()> {
    let (folder, logs) = arguments()?;
    let rules = rules(&folder)?.iter().map(|text| rule_from_yaml(text)).collect::<Result<Vec<Rule>, _>>();
    let rules = rules.map_err(|error| anyhow::anyhow!("{error}"))?;
    let mut matches = 0_usize;
    each_file(&logs, |content| {
        let mut file: Value = serde_json::from_slice(content)?;
        for record in file["Records"].as_array_mut().into_iter().flatten() {
            let event = Event::try_from(record.take()).map_err(|error| anyhow::anyhow!("{error:?}"))?;
            matches += rules.iter().filter(|rule| rule.is_match(&event)).count();
        }
        Ok(())
    })?;
    println!("{matches}");
    Ok(())
}
