//! Measures what a review finds of twelve planted changes in made-up months of 2 million records and 200 principals, and what
//! else it tells, with and without them.
//!
//! `cargo run --release -p trailreflex-activity --example planted_months -- FIRST_SEED SEEDS [SHAPE…]`; a shape is `office`,
//! `studio`, `world` or `shifts`, by default all four. With `quick`, machines make a tenth of
//! their calls; with `daily`, each day is reviewed and not each week.
#![expect(clippy::print_stdout, reason = "a command's report")]
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "its input is its own, as in a test")]

#[path = "../tests/suite/chance.rs"]
mod chance;
#[path = "../tests/suite/company.rs"]
mod company;
#[path = "../tests/suite/measure.rs"]
mod measure;
#[path = "../tests/suite/month.rs"]
mod month;
#[path = "../tests/suite/plants.rs"]
mod plants;

use company::Shape;
use measure::{Found, measure};
use std::time::Instant;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number =
        |index: usize, default: u64| arguments.get(index).map_or(default, |text| text.parse().unwrap());
    let (first, seeds) = (number(0, 0), number(1, 20));
    let named = |name: &str| arguments.iter().any(|argument| argument == name);
    let shapes = [
        ("office", Shape::Office),
        ("studio", Shape::Studio),
        ("world", Shape::AroundTheWorld),
        ("shifts", Shape::Shifts),
    ];
    let is_any_named = shapes.iter().any(|(name, _)| named(name));
    let busy = if named("quick") { 1 } else { 10 };
    let days = if named("daily") { 1 } else { 7 };
    for (name, shape) in shapes {
        if is_any_named && !named(name) {
            continue;
        }
        let began = Instant::now();
        // Half of the seeds each, side by side.
        let all = std::thread::scope(|scope| {
            let part = |rest: u64| {
                let of_part = (first..first + seeds).filter(move |seed| seed % 2 == rest);
                scope.spawn(move || {
                    of_part
                        .map(|seed| (seed, report(name, seed, measure(shape, busy, seed, days))))
                        .collect::<Vec<_>>()
                })
            };
            let parts = [part(0), part(1)];
            parts.into_iter().flat_map(|part| part.join().unwrap()).collect::<Vec<_>>()
        });
        totals(name, &all.into_iter().map(|(_, found)| found).collect::<Vec<_>>());
        println!("{name}: {:.0} s", began.elapsed().as_secs_f64());
    }
}

fn report(name: &str, seed: u64, found: Found) -> Found {
    let missed: Vec<_> =
        found.missed.iter().map(|(who, kind)| format!("{kind:?} of {}", short(who))).collect();
    let told: Vec<_> = found
        .false_without
        .iter()
        .map(|one| format!("{:?} of {} {}{:?}", one.kind, short(&one.principal), one.count, one.values))
        .collect();
    println!(
        "{name} {seed}: {} records, {} of them reviewed; found {} of {}, missed {missed:?}; false: {} with, {} without plants {told:?}",
        found.records,
        found.in_period,
        found.planted - found.missed.len(),
        found.planted,
        found.false_with.len(),
        found.false_without.len(),
    );
    found
}

fn short(principal: &str) -> &str {
    principal.rsplit('/').next().unwrap_or(principal)
}

fn totals(name: &str, all: &[Found]) {
    let planted: usize = all.iter().map(|month| month.planted).sum();
    let of_month = |number: fn(&Found) -> usize| {
        let mut numbers: Vec<_> = all.iter().map(number).collect();
        numbers.sort_unstable();
        let sum: usize = numbers.iter().sum();
        let spread = format!(
            "min {} median {} max {}",
            numbers[0],
            numbers[numbers.len() / 2],
            numbers[numbers.len() - 1]
        );
        (sum, spread)
    };
    let (found, spread) = of_month(|month| month.planted - month.missed.len());
    println!("{name}: {} months, found {found} of {planted} ({spread})", all.len());
    for (what, (sum, spread)) in [
        ("with plants", of_month(|month| month.false_with.len())),
        ("without plants", of_month(|month| month.false_without.len())),
    ] {
        println!("{name}: false {what}: {sum} ({spread})");
    }
}
