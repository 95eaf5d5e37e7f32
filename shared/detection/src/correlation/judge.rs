//! Which windows fulfil a correlation: one pass over the items of a group, in the order of their times.

use std::collections::{BTreeMap, HashMap};

use super::{Correlation, Item, Kind, Statistic, Threshold};
use crate::number::Number;

/// The end of a window that fulfils the correlation: the numbers of its first and last item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fulfilled {
    pub(crate) first: usize,
    pub(crate) last: usize,
}

/// Returns every window that ends with an item and fulfils `correlation`; `items` are sorted and distinct.
///
/// Items of the same time have no order: a window that ends at a time holds all items of that time.
pub(crate) fn fulfilled(correlation: &Correlation, items: &[Item]) -> Vec<Fulfilled> {
    let mut found = Vec::new();
    let mut tally = Tally::new(correlation);
    let mut first = 0;
    let mut next = 0;
    while let Some(item) = items.get(next) {
        let time_ms = item.time_ms;
        let same_time = items.iter().skip(next).take_while(|item| item.time_ms == time_ms).count();
        let arriving = items.get(next..next + same_time).unwrap_or_default();
        arriving.iter().for_each(|item| tally.add(item));
        tally.advance_chain(arriving);
        while let Some(oldest) =
            items.get(first).filter(|item| time_ms - item.time_ms > correlation.timespan_ms)
        {
            tally.remove(oldest);
            first += 1;
        }
        next += same_time;
        if tally.fulfils(time_ms) {
            found.push(Fulfilled { first, last: next - 1 });
        }
    }
    found
}

/// What is in the window now.
struct Tally<'c> {
    correlation: &'c Correlation,
    events: HashMap<String, usize>,
    rules: HashMap<u32, usize>,
    values: HashMap<String, usize>,
    /// Numeric values by their bits in the order of their size, with how often each occurs.
    numbers: BTreeMap<i64, usize>,
    /// For each rule of an ordered correlation, the latest time at which a chain up to it began.
    chain: Vec<Option<i64>>,
}

impl<'c> Tally<'c> {
    fn new(correlation: &'c Correlation) -> Self {
        Self {
            correlation,
            events: HashMap::new(),
            rules: HashMap::new(),
            values: HashMap::new(),
            numbers: BTreeMap::new(),
            chain: vec![None; correlation.references.len()],
        }
    }

    fn add(&mut self, item: &Item) {
        *self.events.entry(item.event.clone()).or_default() += 1;
        *self.rules.entry(item.rule).or_default() += 1;
        for value in &item.values {
            *self.values.entry(value.clone()).or_default() += 1;
            if let Some(number) = Number::parse(value) {
                *self.numbers.entry(order_of(number.as_float())).or_default() += 1;
            }
        }
    }

    fn remove(&mut self, item: &Item) {
        decrement(&mut self.events, &item.event);
        decrement(&mut self.rules, &item.rule);
        for value in &item.values {
            decrement(&mut self.values, value);
            if let Some(number) = Number::parse(value) {
                let order = order_of(number.as_float());
                if let Some(count) = self.numbers.get_mut(&order) {
                    *count -= 1;
                    if *count == 0 {
                        self.numbers.remove(&order);
                    }
                }
            }
        }
    }

    /// Continues chains of rules by items of one time; going by rule lets those follow one another.
    fn advance_chain(&mut self, arriving: &[Item]) {
        let mut before: Option<i64> = None;
        for (rule, began) in (0_u32..).zip(&mut self.chain) {
            let arrived = arriving.iter().find(|item| item.rule == rule);
            if let Some(item) = arrived {
                let starts = if rule == 0 { Some(item.time_ms) } else { before };
                *began = (*began).max(starts);
            }
            before = *began;
        }
    }

    fn fulfils(&self, time_ms: i64) -> bool {
        match &self.correlation.kind {
            Kind::EventCount(threshold) => threshold.admits(count(self.events.len())),
            Kind::ValueCount(_, threshold) => threshold.admits(count(self.values.len())),
            Kind::TemporalCount(threshold) => threshold.admits(count(self.rules.len())),
            Kind::Temporal(condition) => condition
                .holds(&mut |rule| u32::try_from(rule).is_ok_and(|rule| self.rules.contains_key(&rule))),
            Kind::TemporalOrdered => self
                .chain
                .last()
                .copied()
                .flatten()
                .is_some_and(|began| time_ms - began <= self.correlation.timespan_ms),
            Kind::Statistic(statistic, _, threshold) => self.statistic(*statistic, threshold),
        }
    }

    fn statistic(&self, statistic: Statistic, threshold: &Threshold) -> bool {
        let total: usize = self.numbers.values().sum();
        if total == 0 {
            return false;
        }
        let result = match statistic {
            Statistic::Sum => self.sum(),
            Statistic::Average => self.sum() / count(total).as_float(),
            Statistic::Percentile(percent) => self.percentile(percent, total),
        };
        threshold.admits(Number::Float(result))
    }

    fn sum(&self) -> f64 {
        self.numbers.iter().map(|(order, times)| number_of(*order) * count(*times).as_float()).sum()
    }

    fn percentile(&self, percent: f64, total: usize) -> f64 {
        let rank = (percent / 100.0 * count(total).as_float()).ceil().max(1.0);
        let mut seen = 0;
        let reaches = |times: &usize| {
            seen += times;
            count(seen).as_float() >= rank
        };
        let mut reaches = reaches;
        let nearest = self.numbers.iter().find(|(_, times)| reaches(times));
        nearest.or(self.numbers.last_key_value()).map_or(0.0, |(order, _)| number_of(*order))
    }
}

fn count(count: usize) -> Number {
    Number::Integer(i128::try_from(count).unwrap_or(i128::MAX))
}

fn decrement<K: std::hash::Hash + Eq>(counts: &mut HashMap<K, usize>, key: &K) {
    if let Some(count) = counts.get_mut(key) {
        *count -= 1;
        if *count == 0 {
            counts.remove(key);
        }
    }
}

/// Maps a number to an integer that is ordered like it: IEEE 754 in two's complement.
fn order_of(number: f64) -> i64 {
    let bits = number.to_bits().cast_signed();
    if bits < 0 { i64::MIN.wrapping_sub(bits) } else { bits }
}

/// Undoes [`order_of`].
fn number_of(order: i64) -> f64 {
    let bits = if order < 0 { i64::MIN.wrapping_sub(order) } else { order };
    f64::from_bits(bits.cast_unsigned())
}
