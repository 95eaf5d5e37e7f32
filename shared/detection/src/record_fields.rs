//! Which fields a CloudTrail record can have at its top. What is below some of them is up to each service.
//!
//! AWS CloudTrail User Guide, "CloudTrail record contents for management, data, and network activity events" and "CloudTrail
//! record contents for Insights events".

const FIELDS: [&str; 32] = [
    "addendum",
    "additionalEventData",
    "apiVersion",
    "awsRegion",
    "edgeDeviceDetails",
    "errorCode",
    "errorMessage",
    "eventCategory",
    "eventContext",
    "eventID",
    "eventName",
    "eventSource",
    "eventTime",
    "eventType",
    "eventVersion",
    "insightDetails",
    "managementEvent",
    "readOnly",
    "recipientAccountId",
    "requestID",
    "requestParameters",
    "resources",
    "responseElements",
    "serviceEventDetails",
    "sessionCredentialFromConsole",
    "sharedEventID",
    "sourceIPAddress",
    "tlsDetails",
    "userAgent",
    "userIdentity",
    "vpcEndpointAccountId",
    "vpcEndpointId",
];

/// A field at a record's top.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Member(u8); // INVARIANT: a place in `FIELDS`

/// Fields at a record's top.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct MemberSet(u32);

// One bit for each: two fields of one bit would make a rule say no that has not seen what it reads.
const _: () = assert!(FIELDS.len() <= 32);

impl Member {
    /// How many there are.
    pub(crate) const COUNT: usize = FIELDS.len();

    /// Returns all, in the order of their names.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        (0..).take(Self::COUNT).map(Self)
    }

    /// Returns the field that `field` is, or leads into by dots; none if records have no such field.
    pub(crate) fn of(field: &str) -> Option<Self> {
        let place = FIELDS.binary_search(&top_of(field)).ok()?;
        u8::try_from(place).ok().map(Self)
    }

    /// Returns its name.
    pub(crate) fn name(self) -> &'static str {
        FIELDS.get(self.place()).copied().unwrap_or_default()
    }

    /// Returns its place among all.
    pub(crate) fn place(self) -> usize {
        usize::from(self.0)
    }
}

impl MemberSet {
    /// Adds one.
    pub(crate) fn insert(&mut self, member: Member) {
        self.0 |= 1 << member.0;
    }

    /// Adds all of others.
    pub(crate) fn add(&mut self, others: Self) {
        self.0 |= others.0;
    }

    /// Tells whether one is among these.
    pub(crate) fn has(self, member: Member) -> bool {
        self.0 & 1 << member.0 != 0
    }

    /// Tells whether all of others are among these.
    pub(crate) fn holds(self, others: Self) -> bool {
        others.0 & !self.0 == 0
    }

    /// Returns each.
    pub(crate) fn iter(self) -> impl Iterator<Item = Member> {
        Member::all().filter(move |member| self.has(*member))
    }
}

/// Tells whether records can have the field, which may lead into one of theirs by dots.
pub(crate) fn can_occur(field: &str) -> bool {
    Member::of(field).is_some()
}

/// Returns the field that differs from `field` in nothing but case at its top, if there is one.
pub(crate) fn in_other_case(field: &str) -> Option<String> {
    let top = top_of(field);
    let meant = FIELDS.iter().find(|known| known.eq_ignore_ascii_case(top))?;
    Some(format!("{meant}{}", field.strip_prefix(top).unwrap_or_default()))
}

fn top_of(field: &str) -> &str {
    field.split_once('.').map_or(field, |(top, _)| top)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_found_by_their_names() {
        for (member, name) in Member::all().zip(FIELDS) {
            assert_eq!((Member::of(name), member.name()), (Some(member), name));
            assert_eq!(Member::of(&format!("{name}.a")), Some(member), "{name}");
        }
        for other in ["", ".", "eventname", ".eventName", "a.eventName"] {
            assert_eq!(Member::of(other), None, "{other}");
        }
    }
}
