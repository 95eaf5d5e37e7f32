//! Where the parts of the pictures are: bars of days, and a map of hours.

use trailreflex_activity::{Day, Review};

/// The size of the picture of days.
pub(super) const WIDTH: f64 = 960.0;
pub(super) const HEIGHT: f64 = 180.0;
/// Room for the numbers on the left.
pub(super) const LEFT: f64 = 64.0;
/// The size of an hour.
pub(super) const HOUR: f64 = 30.0;
pub(super) const ROW: f64 = 22.0;

/// A day of the picture.
#[derive(Debug)]
pub(super) struct Bar {
    pub(super) x: String,
    pub(super) width: String,
    pub(super) y: String,
    pub(super) height: String,
    pub(super) error_y: String,
    pub(super) error_height: String,
    pub(super) is_in_period: bool,
    /// The date below it, for some.
    pub(super) label: Option<String>,
    pub(super) title: String,
}

/// An hour of the map.
#[derive(Debug)]
pub(super) struct Cell {
    pub(super) x: String,
    pub(super) y: String,
    /// How full it is, 0 to 1.
    pub(super) weight: String,
    pub(super) title: String,
}

const WEEKDAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/// The days, and the number that the top stands for.
pub(super) fn bars(review: &Review) -> (Vec<Bar>, u64) {
    let most = review.days.iter().map(|day| day.counts.calls).max().unwrap_or_default().max(1);
    let width = (WIDTH - LEFT) / number(review.days.len().max(1));
    let every = review.days.len().div_ceil(9).max(1);
    let bar = |(index, day): (usize, &Day)| {
        let height = |calls: u64| HEIGHT * of(calls) / of(most);
        let (all, errors) = (height(day.counts.calls), height(day.counts.errors));
        Bar {
            x: format!("{:.1}", LEFT + width * number(index) + 1.0),
            width: format!("{:.1}", (width - 2.0).max(1.0)),
            y: format!("{:.1}", HEIGHT - all),
            height: format!("{all:.1}"),
            error_y: format!("{:.1}", HEIGHT - errors),
            error_height: format!("{errors:.1}"),
            is_in_period: day.is_in_period,
            label: index.is_multiple_of(every).then(|| day.date.to_string()),
            title: format!("{}: {} calls, {} errors", day.date, day.counts.calls, day.counts.errors),
        }
    };
    (review.days.iter().enumerate().map(bar).collect(), most)
}

/// The hours of the week.
pub(super) fn cells(review: &Review) -> Vec<Cell> {
    let most = review.heat.iter().flatten().copied().max().unwrap_or_default().max(1);
    let mut cells = Vec::new();
    for ((row, day), hours) in WEEKDAYS.iter().enumerate().zip(&review.heat) {
        for (hour, calls) in hours.iter().enumerate() {
            cells.push(Cell {
                x: format!("{:.0}", LEFT + HOUR * number(hour)),
                y: format!("{:.0}", ROW * number(row)),
                weight: format!("{:.3}", (of(*calls) / of(most)).sqrt()),
                title: format!("{day} {hour:02}:00 UTC: {calls} calls"),
            });
        }
    }
    cells
}

/// The weekdays with the heights of their rows.
pub(super) fn weekdays() -> Vec<(&'static str, String)> {
    WEEKDAYS
        .iter()
        .enumerate()
        .map(|(row, day)| (*day, format!("{:.0}", ROW.mul_add(number(row), 15.0))))
        .collect()
}

/// Every third hour with its place.
pub(super) fn hours() -> Vec<(String, String)> {
    (0..24_usize)
        .step_by(3)
        .map(|hour| (format!("{hour:02}"), format!("{:.0}", LEFT + HOUR * number(hour))))
        .collect()
}

#[expect(clippy::cast_precision_loss, reason = "a place in a picture")]
fn of(calls: u64) -> f64 {
    calls as f64
}

#[expect(clippy::cast_precision_loss, reason = "a place in a picture")]
fn number(index: usize) -> f64 {
    index as f64
}
