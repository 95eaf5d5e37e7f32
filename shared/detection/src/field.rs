//! Where a rule's field is in a record.
//!
//! A dotted name may be one key or a path of keys, and any part of it may itself hold dots
//! (`attributes.cognito-identity.amazonaws.com:amr`), so at every object the longest joined key wins.
//! Arrays on the way, and at its end, stand for each of their members.

use std::ops::ControlFlow;

use serde_json::Value;

use crate::record_fields::Member;

/// A compiled field name; `.` is the whole value, which in a block about members is the member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FieldPath {
    name: Box<str>,
    /// Byte offsets at which a key may end: every dot, last first, after the end of the name.
    ends: Box<[usize]>,
    /// What of a record it is or leads into, if no key of the record has a dot in it.
    member: Option<Member>,
}

impl FieldPath {
    /// Compiles `name`.
    pub(crate) fn new(name: &str) -> Self {
        let ends = std::iter::once(name.len()).chain(memchr::memrchr_iter(b'.', name.as_bytes())).collect();
        Self { name: name.into(), ends, member: Member::of(name) }
    }

    /// Returns the name as the rule writes it.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Returns the field at the top of a record that the path begins with; none if it is none of CloudTrail's.
    pub(crate) fn member(&self) -> Option<Member> {
        self.member
    }

    /// Calls `visit` with each value of the field until it breaks; returns whether the field is there at all.
    ///
    /// An empty array is there but has no value to visit.
    pub(crate) fn visit<'v>(
        &self,
        root: &'v Value,
        visit: &mut dyn FnMut(&'v Value) -> ControlFlow<()>,
    ) -> Presence {
        if &*self.name == "." {
            return fan_out(root, visit);
        }
        self.descend(0, root, visit)
    }

    fn descend<'v>(
        &self,
        start: usize,
        value: &'v Value,
        visit: &mut dyn FnMut(&'v Value) -> ControlFlow<()>,
    ) -> Presence {
        match value {
            Value::Object(object) => {
                for &end in &self.ends {
                    if end < start {
                        break;
                    }
                    let Some(child) = self.name.get(start..end).and_then(|key| object.get(key)) else {
                        continue;
                    };
                    let presence = if end == self.name.len() {
                        fan_out(child, visit)
                    } else {
                        self.descend(end + 1, child, visit)
                    };
                    if presence != Presence::Absent {
                        return presence;
                    }
                }
                Presence::Absent
            }
            Value::Array(members) => {
                let mut presence = Presence::Absent;
                for member in members {
                    match self.descend(start, member, visit) {
                        Presence::Stopped => return Presence::Stopped,
                        Presence::Present => presence = Presence::Present,
                        Presence::Absent => {}
                    }
                }
                presence
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Presence::Absent,
        }
    }
}

/// What a visit found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Presence {
    /// No such field.
    Absent,
    /// The field exists and every value was visited.
    Present,
    /// The field exists and the visitor had seen enough.
    Stopped,
}

fn fan_out<'v>(value: &'v Value, visit: &mut dyn FnMut(&'v Value) -> ControlFlow<()>) -> Presence {
    match value {
        Value::Array(members) => {
            for member in members {
                if fan_out(member, visit) == Presence::Stopped {
                    return Presence::Stopped;
                }
            }
            Presence::Present
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {
            match visit(value) {
                ControlFlow::Break(()) => Presence::Stopped,
                ControlFlow::Continue(()) => Presence::Present,
            }
        }
    }
}
