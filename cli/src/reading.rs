//! Reading all inputs of a command on all cores.

mod layout;
mod objects;
mod picking;
mod pieces;
mod source;

use crate::Ended;
use crate::args::Inputs;
use crate::idle::Idle;
use crate::input::{Buffers, Content, is_not_json, malformed, placed};
use crate::parallel::in_order;
use crate::progress::Progress;
use crate::terminal::Terminal;
pub(crate) use layout::Location;
use picking::Parsed;
pub(crate) use picking::{ByRules, Pick};
use pieces::pieces;
use source::{Source, Sources};
use std::num::NonZeroUsize;
use trailreflex_detection::Candidates;
use trailreflex_history::Selection;
use trailreflex_model::cause_chain;
use trailreflex_model::cloudtrail::{LogFile, Members, Record};

/// Most malformed entries that are named one by one; the others are counted.
const MAX_NAMED: usize = 5;

/// What was read.
#[derive(Debug, Clone, Default)]
pub(crate) struct Counts {
    pub(crate) inputs: usize,
    /// Inputs that could not be read at all.
    pub(crate) unreadable: usize,
    pub(crate) records: usize,
    /// Entries that should be records and are not.
    pub(crate) malformed: usize,
    /// Once decompressed.
    pub(crate) bytes: usize,
}

/// What became of one input.
#[derive(Debug)]
pub(crate) struct Seen<T> {
    /// The input's name.
    pub(crate) name: String,
    /// What was made of its records, each with the record's place among the input's entries, from 0.
    pub(crate) found: Vec<(usize, T)>,
    /// How many entries the input has, records and others.
    entries: usize,
    counts: Counts,
    complaints: Vec<String>,
    is_not_json: bool,
}

/// Lets `look` see every record and gives what it makes of those of each input to `take`, in the order of the inputs.
///
/// What cannot be read is named on stderr and counted.
///
/// # Errors
/// Those of `take`, and if an input is none that could be read.
pub(crate) fn read_all<T: Send>(
    inputs: &Inputs,
    terminal: &mut Terminal,
    look: impl Fn(&Record) -> Option<T> + Sync,
    take: impl FnMut(Seen<T>, &mut Terminal) -> anyhow::Result<()>,
) -> anyhow::Result<Counts> {
    read_picked(inputs, &Selection::default(), terminal, look, take)
}

/// The same for a selection: what it excludes is neither read nor counted.
///
/// # Errors
/// Those of `take`, and if an input is none that could be read.
pub(crate) fn read_picked<T: Send>(
    inputs: &Inputs,
    pick: &impl Pick,
    terminal: &mut Terminal,
    look: impl Fn(&Record) -> Option<T> + Sync,
    take: impl FnMut(Seen<T>, &mut Terminal) -> anyhow::Result<()>,
) -> anyhow::Result<Counts> {
    let look = |_: &str, records: &[(usize, Record)]| {
        let found = records.iter().filter_map(|(place, record)| Some((*place, look(record)?)));
        found.collect()
    };
    read_pieces(inputs, pick, terminal, look, take)
}

/// The same for many records at a time, with the input's name: what `look` makes of them has the places that it says.
///
/// # Errors
/// Those of `take`, and if an input is none that could be read.
pub(crate) fn read_pieces<T: Send>(
    inputs: &Inputs,
    pick: &impl Pick,
    terminal: &mut Terminal,
    look: impl Fn(&str, &[(usize, Record)]) -> Vec<(usize, T)> + Sync,
    mut take: impl FnMut(Seen<T>, &mut Terminal) -> anyhow::Result<()>,
) -> anyhow::Result<Counts> {
    let sources = Sources::find(inputs, pick.wanted())?;
    let progress = Progress::of_bytes(sources.bytes());
    terminal.show(progress.clone());
    let (jobs, max_bytes) = (inputs.jobs(), inputs.limit.max_bytes);
    let idle = Idle::default();
    let work = |source: Source| {
        idle.lend(Buffers::default, |buffers| {
            let (name, opened) = source.open(max_bytes, &progress, buffers);
            match opened {
                Ok(content) => Seen::of_content(&name, &content, jobs, (pick, &look)),
                Err(reason) => Seen::unreadable(name, &reason),
            }
        })
    };
    let mut counts = Counts::default();
    let result = in_order(sources.into_iter(&progress), jobs, work, |mut seen| {
        counts.add(&seen.counts);
        for complaint in std::mem::take(&mut seen.complaints) {
            terminal.complain(&complaint);
        }
        take(seen, terminal)
    });
    terminal.show(Progress::hidden());
    result.map(|()| counts)
}

impl<T: Send> Seen<T> {
    fn of_content(
        name: &str,
        content: &Content<'_>,
        jobs: NonZeroUsize,
        (pick, look): (&impl Pick, impl Fn(&str, &[(usize, Record)]) -> Vec<(usize, T)> + Sync),
    ) -> Self {
        let mut seen = Self::none_of(name.to_owned());
        let look_at = |bytes| {
            let picked = match pick.pick(bytes) {
                Parsed::All => None,
                Parsed::Some(records) => {
                    let piece = Piece::of_records(&records, pick.members());
                    let is_whole = piece.malformed == 0 || !pick.selection().sieve.lets_all_pass();
                    is_whole.then_some(piece)
                }
                Parsed::Placed(candidates) => Piece::of_candidates(candidates),
            };
            // Where in the file something is wrong, only a reading of all of it tells.
            let piece = picked.unwrap_or_else(|| Piece::of(bytes));
            let made = look(name, &piece.found);
            piece.with(made)
        };
        let pieces: Vec<_> = pieces(&content.bytes).collect();
        let jobs = NonZeroUsize::new(pieces.len()).map_or(jobs, |pieces| jobs.min(pieces));
        let Ok(()) = in_order(pieces.into_iter(), jobs, look_at, |piece| {
            seen.add(piece);
            Ok::<_, std::convert::Infallible>(())
        });
        seen.conclude(content);
        seen
    }

    fn none_of(name: String) -> Self {
        Self {
            name,
            found: Vec::new(),
            entries: 0,
            counts: Counts::default(),
            complaints: Vec::new(),
            is_not_json: false,
        }
    }

    fn unreadable(name: String, reason: &str) -> Self {
        let mut seen = Self::none_of(name);
        seen.counts.unreadable = 1;
        seen.complaints.push(format!("{}: {reason}", seen.name));
        seen
    }

    fn add(&mut self, piece: Piece<T>) {
        let before = self.entries;
        self.found
            .extend(piece.found.into_iter().map(|(place, found)| (before.saturating_add(place), found)));
        let room = MAX_NAMED.saturating_sub(self.counts.malformed);
        for (place, reason) in piece.named.iter().take(room) {
            let place = before.saturating_add(*place);
            self.complaints.push(format!("{}: record {place}: {reason}", self.name));
        }
        self.counts.malformed = self.counts.malformed.saturating_add(piece.malformed);
        self.counts.records = self.counts.records.saturating_add(piece.records);
        self.entries = before.saturating_add(piece.entries);
        self.is_not_json |= piece.is_not_json;
    }

    /// Says what is to be said of the input as a whole.
    fn conclude(&mut self, Content { bytes, cut }: &Content<'_>) {
        let name = &self.name;
        self.counts.inputs = 1;
        self.counts.bytes = bytes.len();
        let has_records = self.counts.records > 0;
        let whole = match cut {
            Some(reason) if has_records => {
                Some(format!("{name}: its end is missing ({reason}); read what stands before"))
            }
            Some(reason) => Some(format!("{name}: damaged: {reason}")),
            None if self.is_not_json && !has_records => {
                Some(format!("{name}: holds no JSON that can be read"))
            }
            None => None,
        };
        self.counts.unreadable = usize::from(whole.is_some() && !has_records);
        self.complaints.splice(..0, whole);
        if let Some(more) = self.counts.malformed.checked_sub(MAX_NAMED).filter(|more| *more > 0) {
            self.complaints.push(format!("{}: and {more} more malformed records", self.name));
        }
    }
}

/// What was made of a part of an input.
struct Piece<T> {
    found: Vec<(usize, T)>,
    records: usize,
    entries: usize,
    malformed: usize,
    /// The first malformed entries, and what is wrong with them.
    named: Vec<(usize, String)>,
    is_not_json: bool,
}

impl Piece<Record> {
    /// Reads records that stand among others, which are left as they are; none if one of them is no record.
    fn of_candidates(candidates: Candidates<'_>) -> Option<Self> {
        let Candidates { records, all } = candidates;
        let read = |(place, bytes)| Some((place, Record::read(bytes, &Members::default())?));
        let found = records.into_iter().map(read).collect::<Option<_>>()?;
        Some(Self { found, records: all, entries: all, malformed: 0, named: Vec::new(), is_not_json: false })
    }

    /// Reads single records; their places are those among the ones that were picked.
    fn of_records(records: &[&[u8]], members: &Members) -> Self {
        let mut all = Self {
            found: Vec::with_capacity(records.len()),
            records: 0,
            entries: 0,
            malformed: 0,
            named: Vec::new(),
            is_not_json: false,
        };
        for record in records {
            let before = all.entries;
            if let Some(record) = Record::read(record, members) {
                all.found.push((before, record));
                all.records = all.records.saturating_add(1);
                all.entries = before.saturating_add(1);
                continue;
            }
            let one = Self::of(record);
            all.found.extend(one.found.into_iter().map(|(_, found)| (before, found)));
            all.named.extend(one.named.into_iter().map(|(_, reason)| (before, reason)));
            all.records = all.records.saturating_add(one.records);
            all.entries = before.saturating_add(one.entries);
            all.malformed = all.malformed.saturating_add(one.malformed);
            all.is_not_json |= one.is_not_json;
        }
        all.named.truncate(MAX_NAMED);
        all
    }

    fn of(bytes: &[u8]) -> Self {
        let file = LogFile::read(bytes);
        let named = malformed(&file).take(MAX_NAMED);
        let named = named.map(|entry| (entry.position, cause_chain(&entry.reason))).collect();
        let (malformed, is_not_json) = (malformed(&file).count(), is_not_json(&file));
        let (records, entries) = (file.records.len(), file.records.len().saturating_add(file.rejected.len()));
        Self { found: placed(file).collect(), records, entries, malformed, named, is_not_json }
    }

    fn with<T>(self, found: Vec<(usize, T)>) -> Piece<T> {
        let Self { found: _, records, entries, malformed, named, is_not_json } = self;
        Piece { found, records, entries, malformed, named, is_not_json }
    }
}

impl Counts {
    /// Says what could not be looked at, if anything.
    pub(crate) fn complain(&self, terminal: &mut Terminal) {
        let Self { unreadable, malformed, .. } = self;
        if *unreadable > 0 || *malformed > 0 {
            terminal.complain(&format!("unreadable inputs: {unreadable}, malformed records: {malformed}"));
        }
    }

    /// Returns how a command ends that has read all this.
    pub(crate) fn ended(&self) -> Ended {
        if self.unreadable > 0 { Ended::WithUnreadableInput } else { Ended::Well }
    }

    fn add(&mut self, other: &Self) {
        let Self { inputs, unreadable, records, malformed, bytes } = other;
        for (sum, more) in [
            (&mut self.inputs, inputs),
            (&mut self.unreadable, unreadable),
            (&mut self.records, records),
            (&mut self.malformed, malformed),
            (&mut self.bytes, bytes),
        ] {
            *sum = sum.saturating_add(*more);
        }
    }
}
