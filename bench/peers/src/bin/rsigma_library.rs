//! rsigma's engine as a library, on values that serde_json reads.

use rsigma_eval::Engine;
use rsigma_eval::event::JsonEvent;
use serde_json::Value;
use trailreflex_bench_peers::{arguments, each_file, rules};

fn main() -> anyhow::Result<()> {
    let (folder, logs) = arguments()?;
    let collection = rsigma_parser::parse_sigma_yaml(&rules(&folder)?.join("\n---\n"))?;
    let mut engine = Engine::new();
    engine.add_collection(&collection)?;
    let mut matches = 0_usize;
    each_file(&logs, |content| {
        let file: Value = serde_json::from_slice(content)?;
        for record in file["Records"].as_array().into_iter().flatten() {
            matches += engine.evaluate(&JsonEvent::borrow(record)).len();
        }
        Ok(())
    })?;
    println!("{matches}");
    Ok(())
}
