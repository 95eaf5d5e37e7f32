//! Journeys that nobody makes: one identity at two places, sooner than an airliner gets from the one to the other.

use crate::Review;
use crate::notable::{Kind, Notable, sort};
use crate::person::{DayNumber, day_of};
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::net::IpAddr;
use trailreflex_model::Arn;
use trailreflex_model::cloudtrail::{AsRecorded, EventType, IdentityKind, Record};

/// No journey is faster, in kilometres an hour.
const FASTEST: f64 = 1_000.0;
/// So many kilometres are no journey: locators err, and providers let people out in the next big city.
const NEARBY: f64 = 500.0;
/// Half of the earth's circumference, at that speed.
const LONGEST: i64 = 20 * 3_600;
/// The earth's mean radius in kilometres.
const RADIUS: f64 = 6_371.0;
/// Most stays, each an identity at a place in an hour, that are kept.
const MAX_STAYS: usize = 200_000;
/// Most places at which one identity is kept in one hour.
const MAX_PLACES: usize = 4;
/// Most journeys that are named of one identity.
const MAX_NAMED: usize = 4;

/// Where an address is, as a locator knows it.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// Its name, for people.
    pub name: String,
    /// North of the equator, in degrees.
    pub latitude: f64,
    /// East of Greenwich, in degrees.
    pub longitude: f64,
}

/// An identity that was at a place.
#[derive(Debug, Clone, PartialEq)]
pub struct Sighting {
    /// Its ARN: of a user, or of a single session of a role, so that people who share a role are told apart.
    pub identity: String,
    /// When.
    pub time: Timestamp,
    /// The address it called from.
    pub address: IpAddr,
    /// Where that is.
    pub place: Place,
}

impl Sighting {
    /// Reads a record. Nothing if it does not show that somebody with valid credentials called from an address that `locate`
    /// knows: a sign-in that failed may be anybody's, and an AWS service is everywhere.
    pub fn of(record: &Record, locate: impl Fn(IpAddr) -> Option<Place>) -> Option<Self> {
        let is_theirs = match record.event_type()? {
            EventType::ApiCall | EventType::VpceEvent | EventType::ConsoleAction => true,
            EventType::ConsoleSignIn => record.outcome().succeeded(),
            EventType::ServiceEvent | EventType::Insight | EventType::Unrecognised(_) => false,
        };
        let identity = record.identity();
        if !is_theirs || identity.kind == IdentityKind::AwsService || identity.invoked_by.is_some() {
            return None;
        }
        let address: IpAddr = record.source_ip_address()?.parse().ok()?;
        Some(Self {
            identity: identity.arn.as_ref().map(AsRecorded::<Arn>::as_str)?.to_owned(),
            time: record.event_time()?,
            address,
            place: locate(address)?,
        })
    }
}

/// Who was where, in whatever order it is told: about 200 bytes for each identity, place and hour, of at most 200,000.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Travels {
    /// By identity and hour.
    stays: BTreeMap<String, BTreeMap<i64, Vec<Stay>>>,
    number: usize,
    left_out: u64,
}

/// The first and the last sighting of an hour at a place.
#[derive(Debug, Clone, PartialEq)]
struct Stay {
    place: Place,
    address: IpAddr,
    first: Timestamp,
    last: Timestamp,
}

/// Two stays between which there is too little time, the earlier first.
struct Journey<'a> {
    from: &'a Stay,
    to: &'a Stay,
    kilometres: f64,
}

impl Travels {
    /// Takes a sighting.
    pub fn add(&mut self, sighting: Sighting) {
        let Sighting { identity, time, address, place } = sighting;
        let is_full = self.number >= MAX_STAYS;
        let hours = match self.stays.get_mut(&identity) {
            Some(hours) => hours,
            None if is_full => return self.lose(),
            None => self.stays.entry(identity).or_default(),
        };
        let stays = hours.entry(time.as_second().div_euclid(3_600)).or_default();
        if let Some(stay) = stays.iter_mut().find(|stay| stay.place == place) {
            if (time, address) < (stay.first, stay.address) {
                stay.address = address;
            }
            stay.first = stay.first.min(time);
            stay.last = stay.last.max(time);
            return;
        }
        if is_full || stays.len() >= MAX_PLACES {
            return self.lose();
        }
        stays.push(Stay { place, address, first: time, last: time });
        self.number = self.number.saturating_add(1);
    }

    fn lose(&mut self) {
        self.left_out = self.left_out.saturating_add(1);
    }

    /// Journeys of the period between places between which the identity did not already make such a journey before: whoever is
    /// behind a provider's exit far away, or has left a program running elsewhere, is so all the time.
    fn notable(&self, start: DayNumber, end: DayNumber) -> Vec<Notable> {
        let about = |(identity, hours): (&String, &BTreeMap<i64, Vec<Stay>>)| {
            let (before, now): (Vec<_>, Vec<_>) =
                journeys(hours).into_iter().partition(|journey| journey.day() < start);
            let mut told: Vec<Journey<'_>> = Vec::new();
            for journey in now.into_iter().filter(|journey| journey.day() < end) {
                if !before.iter().chain(&told).any(|known| known.is_like(&journey)) {
                    told.push(journey);
                }
            }
            let first = told.first()?;
            Some(Notable {
                kind: Kind::ImpossibleTravel,
                principal: identity.clone(),
                time: first.to.first,
                count: whole(first.kilometres),
                usual: None,
                values: told.iter().take(MAX_NAMED).flat_map(Journey::ends).collect(),
            })
        };
        self.stays.iter().filter_map(about).collect()
    }
}

impl Review {
    /// Adds to what is notable who was at two places at once.
    #[must_use]
    pub fn with_travels(mut self, travels: &Travels) -> Self {
        let days = self.period.days();
        self.notable.extend(travels.notable(days.start, days.end));
        sort(&mut self.notable);
        self.left_out.sightings = travels.left_out;
        self
    }
}

impl Journey<'_> {
    fn day(&self) -> DayNumber {
        day_of(self.to.first)
    }

    fn is_like(&self, other: &Self) -> bool {
        let near = |one: &Stay, other: &Stay| distance(&one.place, &other.place) <= NEARBY;
        (near(self.from, other.from) && near(self.to, other.to))
            || (near(self.from, other.to) && near(self.to, other.from))
    }

    fn ends(&self) -> [String; 2] {
        let end = |stay: &Stay, time| format!("{} {} {time}", stay.address, stay.place.name);
        [end(self.from, self.from.last.min(self.to.first)), end(self.to, self.to.first)]
    }
}

/// All that one identity made, in the order in which they ended.
fn journeys(hours: &BTreeMap<i64, Vec<Stay>>) -> Vec<Journey<'_>> {
    let mut stays: Vec<_> = hours.values().flatten().collect();
    stays.sort_by(|one, other| (one.first, &one.place.name).cmp(&(other.first, &other.place.name)));
    let mut found = Vec::new();
    for (index, to) in stays.iter().enumerate() {
        // A stay is within one hour, so what began so long ago has ended too long ago as well.
        let earlier = stays.iter().take(index).rev();
        for from in earlier.take_while(|from| seconds(from.first, to.first) <= LONGEST + 3_600) {
            let kilometres = distance(&from.place, &to.place);
            if kilometres > NEARBY + FASTEST * hours_of(seconds(from.last, to.first)) {
                found.push(Journey { from, to, kilometres });
            }
        }
    }
    found
}

/// From the one to the other; 0 if the other is earlier.
fn seconds(from: Timestamp, to: Timestamp) -> i64 {
    to.as_second().saturating_sub(from.as_second()).max(0)
}

#[expect(clippy::cast_precision_loss, reason = "less than a day of seconds")]
fn hours_of(seconds: i64) -> f64 {
    seconds as f64 / 3_600.0
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "at most half of the earth's circumference"
)]
fn whole(kilometres: f64) -> u64 {
    kilometres.round().clamp(0.0, 1e6) as u64
}

/// Kilometres on the surface of a sphere, by the haversine formula: half a percent off at most.
fn distance(one: &Place, other: &Place) -> f64 {
    let half_sine = |from: f64, to: f64| ((to - from).to_radians() / 2.0).sin().powi(2);
    let across = half_sine(one.longitude, other.longitude);
    let cosines = one.latitude.to_radians().cos() * other.latitude.to_radians().cos();
    let square = half_sine(one.latitude, other.latitude) + cosines * across;
    2.0 * RADIUS * square.clamp(0.0, 1.0).sqrt().asin()
}
