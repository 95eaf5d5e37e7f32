//! Looks whether other Regions and member accounts are heard, and calls AWS there in order to be.

use crate::MeterFunction;
use std::collections::BTreeMap;
use tokio::task::JoinSet;
use trailreflex_lambda::{Failure, now};
use trailreflex_metering::blind;
use trailreflex_metrics::{Blind, Datum, KnownSensor, Metric, Sensor};
use trailreflex_model::cause_chain;

/// Calls that are under way at the same time.
const LANES: usize = 32;

impl MeterFunction {
    /// Returns what is blind, in words, having told it to CloudWatch and remembered it for whoever is told of the alarm; then calls
    /// AWS wherever something is to be heard.
    pub(crate) async fn look_at_sensors(&self) -> Result<Vec<String>, Failure> {
        if self.others.is_empty() {
            return Ok(Vec::new());
        }
        let retry = |error| Failure::retryable("SensorsUnknown", error);
        let known = self.sensors.all().await.map_err(retry)?;
        let heard: BTreeMap<Sensor, _> =
            known.iter().filter_map(|one| Some((one.state.sensor.clone(), one.state.heard?))).collect();
        let all = blind(&self.others, &heard, now());
        for (sensor, is_blind) in changes(&known, &all) {
            self.sensors.judge(sensor, is_blind, now()).await.map_err(retry)?;
        }
        for one in &all {
            tracing::error!(sensor = one.to_string(), "nothing is heard");
        }
        self.tell(vec![Datum::count(Metric::BlindSensors, all.len(), now())]).await;
        self.call_everywhere().await;
        Ok(all.iter().map(ToString::to_string).collect())
    }

    async fn call_everywhere(&self) {
        let sensors: Vec<Sensor> = self.others.iter().cloned().collect();
        let mut lanes = JoinSet::new();
        for lane in 0..LANES.min(sensors.len()) {
            let own: Vec<Sensor> = sensors.iter().skip(lane).step_by(LANES).cloned().collect();
            let canary = self.canary.clone();
            lanes.spawn(async move {
                for sensor in own {
                    if let Err(error) = canary.call_at(&sensor).await {
                        let (sensor, reason) = (sensor.to_string(), cause_chain(&error));
                        tracing::warn!(sensor, reason, "no canary was sent");
                    }
                }
            });
        }
        lanes.join_all().await;
    }
}

/// Returns what is to be remembered otherwise: also of sensors that nobody asks about any more.
fn changes<'s>(known: &'s [KnownSensor], blind: &'s [Blind]) -> Vec<(&'s Sensor, bool)> {
    let is_blind = |sensor: &Sensor| blind.iter().any(|one| one.sensor == *sensor);
    let is_known_as_blind =
        |sensor: &Sensor| known.iter().any(|one| one.state.sensor == *sensor && one.is_blind);
    let back = known.iter().filter(|one| one.is_blind && !is_blind(&one.state.sensor));
    let back = back.map(|one| (&one.state.sensor, false));
    let gone = blind.iter().filter(|one| !is_known_as_blind(&one.sensor)).map(|one| (&one.sensor, true));
    back.chain(gone).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_otherwise_than_before_is_remembered() {
        let sensor = |region: &str| Sensor {
            account: "444455556666".parse().unwrap(),
            region: region.parse().unwrap(),
        };
        let known = |region: &str, is_blind| KnownSensor {
            state: Blind { sensor: sensor(region), heard: None },
            is_blind,
        };
        let blind = |region: &str| Blind { sensor: sensor(region), heard: None };
        let [still, back, gone, well] = ["eu-west-1", "eu-west-2", "eu-west-3", "us-west-2"];
        let before = [known(still, true), known(back, true), known(gone, false), known(well, false)];
        let now = [blind(still), blind(gone), blind("sa-east-1")];
        assert_eq!(
            changes(&before, &now),
            [(&sensor(back), false), (&sensor(gone), true), (&sensor("sa-east-1"), true)]
        );
    }
}
