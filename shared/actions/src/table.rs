//! The table's sections, and how numbers and texts are read from them. What is not there is read as nothing: the acceptance of
//! the file is a test's business.

use std::cmp::Ordering;
use std::ops::Range;
use std::sync::LazyLock;

const BYTES: &[u8] = include_bytes!("../data/actions.bin");
/// How the file begins.
const MAGIC: &[u8] = b"TRACTN01";
/// Bytes of an action's record: level, and the numbers of three lists.
pub(crate) const RECORD: usize = 7;

/// Texts, sorted or not.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Texts {
    offsets: &'static [u8],
    pool: &'static [u8],
}

/// Numbers of 16 bits.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Numbers(&'static [u8]);

/// Lists of numbers of 16 bits.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Lists {
    ends: Numbers,
    items: Numbers,
}

/// The sections, in the order in which the file has them.
#[derive(Debug, Default)]
pub(crate) struct Table {
    /// Prefixes of actions, sorted.
    pub(crate) services: Texts,
    /// The number of each service's first action, and the number of actions.
    pub(crate) firsts: Numbers,
    /// Names of actions, by service and then sorted as if in lower case.
    pub(crate) names: Texts,
    records: &'static [u8],
    /// Resource types of actions, twice their numbers and one more if one is required.
    pub(crate) resources: Lists,
    /// Condition keys of actions and of resource types.
    pub(crate) conditions: Lists,
    /// Actions that others need, and those of operations with other names.
    pub(crate) actions: Lists,
    /// The service of each resource type.
    pub(crate) type_services: Numbers,
    /// Names of resource types.
    pub(crate) types: Texts,
    /// Templates of their ARNs; a colon in the first place stands for the usual beginning.
    pub(crate) templates: Texts,
    /// Their condition keys, as numbers of lists.
    pub(crate) type_conditions: Numbers,
    /// Condition keys.
    pub(crate) keys: Texts,
    /// What CloudTrail calls services whose prefix is another, sorted.
    pub(crate) sources: Texts,
    /// The services of these.
    pub(crate) source_services: Numbers,
    /// Operations whose actions have other names, `service:operation` in lower case, sorted.
    pub(crate) operations: Texts,
    /// The actions of these, as numbers of lists.
    pub(crate) granted: Numbers,
}

/// The table.
pub(crate) static TABLE: LazyLock<Table> = LazyLock::new(|| Table::of(BYTES).unwrap_or_default());

impl Table {
    fn of(bytes: &'static [u8]) -> Option<Self> {
        let rest = bytes.strip_prefix(MAGIC)?;
        let header = |at: usize| -> Option<usize> {
            let four = rest.get(at * 4..at * 4 + 4)?;
            usize::try_from(u32::from_le_bytes(four.try_into().ok()?)).ok()
        };
        let count = header(0)?;
        let mut start = (count + 1) * 4;
        let mut sections = Vec::with_capacity(count);
        for number in 1..=count {
            let end = start + header(number)?;
            sections.push(rest.get(start..end)?);
            start = end;
        }
        let mut sections = sections.into_iter();
        let mut next = || sections.next().unwrap_or_default();
        Some(Self {
            services: Texts { offsets: next(), pool: next() },
            firsts: Numbers(next()),
            names: Texts { offsets: next(), pool: next() },
            records: next(),
            resources: Lists { ends: Numbers(next()), items: Numbers(next()) },
            conditions: Lists { ends: Numbers(next()), items: Numbers(next()) },
            actions: Lists { ends: Numbers(next()), items: Numbers(next()) },
            type_services: Numbers(next()),
            types: Texts { offsets: next(), pool: next() },
            templates: Texts { offsets: next(), pool: next() },
            type_conditions: Numbers(next()),
            keys: Texts { offsets: next(), pool: next() },
            sources: Texts { offsets: next(), pool: next() },
            source_services: Numbers(next()),
            operations: Texts { offsets: next(), pool: next() },
            granted: Numbers(next()),
        })
    }

    /// Returns an action's level and the numbers of its lists of resources, condition keys and dependent actions.
    pub(crate) fn record(&self, action: usize) -> (u8, [usize; 3]) {
        let record = self.records.get(action * RECORD..(action + 1) * RECORD).unwrap_or_default();
        let Some((level, lists)) = record.split_first() else { return (0, [0; 3]) };
        let lists = Numbers(lists);
        (*level, [0, 1, 2].map(|at| lists.get(at).unwrap_or_default()))
    }
}

impl Numbers {
    pub(crate) fn get(&self, at: usize) -> Option<usize> {
        let two = self.0.get(at * 2..at * 2 + 2)?;
        Some(usize::from(u16::from_le_bytes(two.try_into().ok()?)))
    }
}

impl Lists {
    /// Returns the list with this number; an empty one if there is none.
    pub(crate) fn get(&self, number: usize) -> impl Iterator<Item = usize> + use<> {
        let (ends, items) = (self.ends, self.items);
        let range = ends.get(number).unwrap_or_default()..ends.get(number + 1).unwrap_or_default();
        range.filter_map(move |at| items.get(at))
    }
}

impl Texts {
    pub(crate) fn len(&self) -> usize {
        (self.offsets.len() / 4).saturating_sub(1)
    }

    pub(crate) fn get(&self, at: usize) -> &'static str {
        let offset = |at: usize| -> Option<usize> {
            let four = self.offsets.get(at * 4..at * 4 + 4)?;
            usize::try_from(u32::from_le_bytes(four.try_into().ok()?)).ok()
        };
        let text = offset(at).zip(offset(at + 1)).and_then(|(start, end)| self.pool.get(start..end));
        text.and_then(|text| std::str::from_utf8(text).ok()).unwrap_or_default()
    }

    /// Finds a text, whatever its case, among those in `range`, which are sorted as if in lower case.
    pub(crate) fn find(&self, range: Range<usize>, wanted: &str) -> Option<usize> {
        let Range { mut start, mut end } = range;
        while start < end {
            let middle = start + (end - start) / 2;
            match compare(self.get(middle), wanted) {
                Ordering::Less => start = middle + 1,
                Ordering::Greater => end = middle,
                Ordering::Equal => return Some(middle),
            }
        }
        None
    }
}

/// Compares as if both were in lower case.
fn compare(one: &str, other: &str) -> Ordering {
    one.bytes().map(|byte| byte.to_ascii_lowercase()).cmp(other.bytes().map(|byte| byte.to_ascii_lowercase()))
}
