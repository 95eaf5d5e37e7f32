//! Who became whom: all identities that one led to, and where it came from itself.

use crate::address::AddressPattern;
use crate::link::{Caller, How, Link, Mark};
use crate::pattern::{Pattern, is_literal};
use crate::sieve::Sieve;
use jiff::Timestamp;
use std::collections::HashMap;
use std::net::IpAddr;
use std::str::FromStr;
use trailreflex_model::AccessKeyId;
use trailreflex_model::cloudtrail::Record;

/// How many steps back the origin of a session is looked for.
const MAX_ORIGINS: usize = 16;

/// Where following begins.
#[derive(Debug, Clone)]
pub enum Start {
    /// An access key, of a user or a session.
    Key(String),
    /// Every call from an address or network.
    Address(AddressPattern),
    /// Every call of somebody: ARN, unique id, or name of a user, role or session, with wildcards.
    Actor(Pattern),
}

/// An identity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// What it is called.
    pub name: String,
    /// What its calls are known by; none of the start, and of who made it.
    pub mark: Option<Mark>,
    /// How many steps it is from the start; negative before it.
    pub depth: i32,
}

/// One identity led to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edge {
    /// The place of the one among the nodes.
    pub from: usize,
    /// The place of the other.
    pub to: usize,
    /// How.
    pub how: How,
    /// When it happened first.
    pub at: Option<Timestamp>,
    /// The record of it.
    pub event_id: Option<String>,
}

/// The start, at place 0, and all that it led to.
#[derive(Debug, Clone)]
pub struct Lineage {
    start: Start,
    nodes: Vec<Node>,
    edges: Vec<Edge>,
    by_mark: HashMap<Mark, usize>,
}

impl Lineage {
    /// Follows `start` through all links, whatever their order.
    #[must_use]
    pub fn follow(start: Start, mut links: Vec<Link>) -> Self {
        links.sort_by(|one, other| (one.at, &one.event_id).cmp(&(other.at, &other.event_id)));
        let first = Node { name: start.to_string(), mark: None, depth: 0 };
        let mut lineage = Self { start, nodes: vec![first], edges: Vec::new(), by_mark: HashMap::new() };
        let mut is_used = vec![false; links.len()];
        loop {
            let before = lineage.edges.len();
            for (link, is_used) in links.iter().zip(&mut is_used).filter(|(_, is_used)| !**is_used) {
                if let Some(from) = lineage.place_of(&link.by) {
                    *is_used = true;
                    lineage.add(from, link);
                }
            }
            if lineage.edges.len() == before {
                break;
            }
        }
        lineage.add_origins(&links);
        lineage
    }

    /// Returns where following began.
    #[must_use]
    pub fn start(&self) -> &Start {
        &self.start
    }

    /// Returns the identities; the first is the start.
    #[must_use]
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// Returns who led to whom.
    #[must_use]
    pub fn edges(&self) -> &[Edge] {
        &self.edges
    }

    /// Returns the place of the identity that made a call, if it is one of these.
    #[must_use]
    pub fn whose(&self, record: &Record) -> Option<usize> {
        self.place_of(&Caller::of(record))
    }

    /// Returns a test for bytes that may hold calls of these identities.
    #[must_use]
    pub fn sieve(&self) -> Sieve {
        let of_start = match &self.start {
            Start::Key(key) => Some(vec![key.clone()]),
            Start::Address(address) => address.needles(),
            Start::Actor(pattern) => pattern.needle().map(|needle| vec![needle.to_owned()]),
        };
        let marks = self.by_mark.keys().map(|mark| needle(mark.as_str()));
        let group = of_start.and_then(|start| {
            let marks: Option<Vec<_>> = marks.collect();
            Some([start, marks?].concat())
        });
        Sieve::of_any(group.into_iter().collect())
    }

    fn place_of(&self, caller: &Caller) -> Option<usize> {
        let marked = caller.marks.iter().find_map(|mark| self.by_mark.get(mark).copied());
        marked.or_else(|| self.start.is(caller).then_some(0))
    }

    fn add(&mut self, from: usize, link: &Link) {
        let depth = self.nodes.get(from).map_or(0, |node| node.depth).saturating_add(1);
        let next = self.nodes.len();
        let to = *self.by_mark.entry(link.made.clone()).or_insert(next);
        if to == next {
            self.nodes.push(Node { name: link.name.clone(), mark: Some(link.made.clone()), depth });
        }
        // The same call is recorded in two accounts, and a password may be set twice: one edge.
        let is_known = |edge: &Edge| edge.from == from && edge.to == to && edge.how == link.how;
        if from != to && !self.edges.iter().any(is_known) {
            let (how, at, event_id) = (link.how, link.at, link.event_id.clone());
            self.edges.push(Edge { from, to, how, at, event_id });
        }
    }

    /// Adds who made the start, if that is a key, and who made them. Their other calls are not meant.
    fn add_origins(&mut self, links: &[Link]) {
        let Start::Key(key) = &self.start else { return };
        let (mut key, mut to) = (key.clone(), 0);
        for step in 1..=MAX_ORIGINS {
            let is_maker = |link: &&Link| link.made == Mark::Key(key.clone());
            let Some(link) = links.iter().find(is_maker) else { return };
            let from = self.nodes.len();
            let depth = i32::try_from(step).map_or(0, i32::saturating_neg);
            self.nodes.push(Node { name: link.by.shown.clone(), mark: None, depth });
            let (how, at, event_id) = (link.how, link.at, link.event_id.clone());
            self.edges.push(Edge { from, to, how, at, event_id });
            let next = link.by.marks.iter().find_map(|mark| match mark {
                Mark::Key(key) => Some(key.clone()),
                Mark::User(_) | Mark::Role(_) => None,
            });
            let Some(next) = next.filter(|next| *next != key) else { return };
            (key, to) = (next, from);
        }
    }
}

impl Start {
    fn is(&self, caller: &Caller) -> bool {
        match self {
            Self::Key(key) => caller.marks.contains(&Mark::Key(key.clone())),
            Self::Address(pattern) => caller.address.as_ref().is_some_and(|address| pattern.matches(address)),
            Self::Actor(pattern) => caller.names.iter().any(|name| pattern.matches(name)),
        }
    }
}

impl FromStr for Start {
    type Err = crate::address::InvalidAddress;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.parse::<AccessKeyId>().is_ok() {
            return Ok(Self::Key(text.to_owned()));
        }
        let host = text.split_once('/').map_or(text, |(host, _)| host);
        if host.parse::<IpAddr>().is_ok() {
            return Ok(Self::Address(text.parse()?));
        }
        Ok(Self::Actor(text.parse::<Pattern>()?))
    }
}

impl std::fmt::Display for Start {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Key(key) => formatter.write_str(key),
            Self::Address(AddressPattern::Network(network))
                if network.prefix_len() == network.max_prefix_len() =>
            {
                write!(formatter, "{}", network.addr())
            }
            Self::Address(AddressPattern::Network(network)) => write!(formatter, "{network}"),
            Self::Address(AddressPattern::Text(pattern)) | Self::Actor(pattern) => {
                formatter.write_str(pattern.as_str())
            }
        }
    }
}

/// Returns what stands in the bytes wherever `mark` does: the name that an ARN ends with, because what comes before is in
/// most records.
fn needle(mark: &str) -> Option<String> {
    let name = mark.rsplit('/').next().unwrap_or(mark);
    (name.len() > 1 && name.chars().all(is_literal)).then(|| name.to_owned())
}
