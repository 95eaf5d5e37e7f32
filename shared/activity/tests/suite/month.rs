//! What everybody of a made-up company did, call by call, without keeping any.

use crate::chance::{Chance, at};
use crate::company::{DAYS, Habits, Sort};
use trailreflex_activity::{Call, Counts};

/// The last working days of October and November.
const MONTH_ENDS: [i64; 2] = [11, 42];

/// A call of somebody, of which the other fields are to be filled in.
pub(crate) fn call_of(one: &Habits, day: i64) -> Call {
    Call {
        event: None,
        time: at(day, 12 * 3_600),
        principal: one.principal.clone(),
        is_service: one.sort == Sort::Service,
        is_root: false,
        is_sign_in_without_mfa: false,
        account: "111122223333".to_owned(),
        caller_account: None,
        is_callers_record: false,
        through: None,
        service: one.services[0].0.to_owned(),
        operation: format!("{}:Operation0", one.services[0].0),
        region: one.region.to_owned(),
        network: one.networks[0].0.clone(),
        program: one.programs[0].0.to_owned(),
        error: None,
        is_read_only: false,
        counts: Counts { calls: 1, ..Counts::default() },
    }
}

/// Tells `take` everything that somebody did; the same call is used again and again, so that none is allocated.
pub(crate) fn calls_of(one: &Habits, chance: &mut Chance, take: &mut dyn FnMut(&Call)) {
    let mut call = call_of(one, 0);
    let mut known = 6;
    let names: Vec<Vec<String>> = one
        .services
        .iter()
        .map(|(service, _)| (0..60).map(|number| format!("{service}:Operation{number}")).collect())
        .collect();
    for day in 0..DAYS {
        let rest = [one.weekend, one.weekend + 1].contains(&(day % 7));
        let presence = if rest { one.presence.1 } else { one.presence.0 };
        if one.away.contains(&day) || !chance.per_mille(presence) {
            continue;
        }
        known = (known + i64::from(chance.per_mille(one.novelty))).min(60);
        let of_day = OfDay::of(one, day, chance);
        let services: Vec<_> = (0..names.len()).filter(|index| one.services[*index].1 <= day).collect();
        let networks: Vec<_> = one.networks.iter().filter(|(_, days)| days.contains(&day)).collect();
        let programs: Vec<_> = one.programs.iter().filter(|(_, from)| *from <= day).collect();
        for _ in 0..of_day.calls {
            let service = *chance.pick(&services);
            call.service.replace_range(.., one.services[service].0);
            // Some operations are called more often than others.
            let operation = usize::try_from(chance.below(known).min(chance.below(known))).unwrap();
            call.operation.clone_from(&names[service][operation]);
            call.network.clone_from(&chance.pick(&networks).0);
            call.program.replace_range(.., chance.pick(&programs).0);
            of_day.fill(&mut call, day, chance);
            take(&call);
        }
    }
}

/// What a day of somebody is like.
struct OfDay {
    calls: i64,
    hours: (i64, i64),
    /// Of a thousand calls.
    denied: i64,
    failed: i64,
}

impl OfDay {
    fn of(one: &Habits, day: i64, chance: &mut Chance) -> Self {
        let usual = one.calls * (70 + chance.below(60)) / 100;
        let usual = if day % 7 > 4 { usual * one.at_weekends / 100 } else { usual };
        let is_person = one.sort == Sort::Person;
        let factor = match one.sort {
            // Many deployments on some days, few on others.
            Sort::Pipeline => [20, 50, 100, 150, 300][usize::try_from(chance.below(5)).unwrap()],
            Sort::Person if chance.per_mille(20) => one.long_day,
            Sort::Person | Sort::Machine | Sort::NowAndThen | Sort::Service => 100,
        };
        let month_end = if MONTH_ENDS.contains(&day) { one.month_end } else { 1 };
        // Overtime on some days, and on some a script that is not allowed what it needs.
        let late = i64::from(is_person && chance.per_mille(15)) * (1 + chance.below(2));
        let is_bad = is_person && chance.per_mille(5);
        let (denied, failed) = if is_bad { (120, 150) } else { (20, 30) };
        let half = one.hours.1 / 2;
        let hours = match one.has_shifts {
            true => (one.hours.0 + half * (day / 7 % 2), half + late),
            false => (one.hours.0, (one.hours.1 + late).min(24)),
        };
        Self { calls: usual * factor / 100 * month_end, hours, denied, failed }
    }

    fn fill(&self, call: &mut Call, day: i64, chance: &mut Chance) {
        let hour = self.hours.0 + chance.below(self.hours.1);
        call.time = at(day, hour * 3_600 + chance.below(3_600));
        let denied = chance.per_mille(self.denied);
        let failed = denied || chance.per_mille(self.failed);
        let writes = u64::from(chance.per_mille(400));
        call.is_read_only = writes == 0;
        call.error = failed.then(|| if denied { "AccessDenied" } else { "Failure" }.to_owned());
        call.counts =
            Counts { calls: 1, writes, errors: u64::from(failed), denied: u64::from(denied), throttled: 0 };
    }
}
