//! Values that were seen, each of which has a number.

use super::ByBytes;
use crate::record_fields::Member;

/// Longest value that is kept.
const MOST_VALUE: usize = 4096;
/// What a value takes beside its own bytes, about.
const OVERHEAD: usize = 96;

/// Values of members as they are written, numbered.
#[derive(Debug, Default)]
pub(super) struct Values {
    of_member: [ByBytes<u32>; Member::COUNT],
    bytes: usize,
}

impl Values {
    /// Returns the number of a value, which is nothing if the member is not there; none if it is too long to be kept.
    pub(super) fn number(&mut self, member: Member, value: &[u8]) -> Option<u32> {
        let known = self.of_member.get_mut(member.place())?;
        if let Some(number) = known.get(value) {
            return Some(*number);
        }
        if value.len() > MOST_VALUE {
            return None;
        }
        let number = u32::try_from(known.len()).ok()?;
        known.insert(value.into(), number);
        self.bytes = self.bytes.saturating_add(value.len()).saturating_add(OVERHEAD);
        Some(number)
    }

    /// Returns about how many bytes all take.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Counts what was kept about values elsewhere.
    pub(super) fn count(&mut self, bytes: usize) {
        self.bytes = self.bytes.saturating_add(bytes);
    }

    /// Forgets all; what was kept under their numbers is then to be forgotten, too.
    pub(super) fn forget(&mut self) {
        *self = Self::default();
    }
}
