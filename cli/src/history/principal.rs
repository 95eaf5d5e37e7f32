//! Whom a finding is because of, as fields of the record and their values: what a suppression can name.

use trailreflex_model::Arn;
use trailreflex_model::cloudtrail::{AsRecorded, IdentityKind, Record};

/// Fields and their values. All of them together name somebody.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Principal {
    /// The fields' names in rules, and the values.
    pub(crate) fields: Vec<(String, String)>,
    /// Whether it is a root user: what that does is never a habit.
    pub(crate) is_root: bool,
}

impl Principal {
    /// Returns who made a call: the role behind a session, else the caller, and the AWS service that called for it. None
    /// if the record names nobody.
    pub(crate) fn of(record: &Record) -> Option<Self> {
        let identity = record.identity();
        let issuer = identity.session.as_ref().and_then(|session| session.issuer.as_ref());
        let issuer = issuer.and_then(|issuer| issuer.arn.as_ref()).map(AsRecorded::<Arn>::as_str);
        let named = |field: &str, value: &str| (field.to_owned(), value.to_owned());
        let who = match (issuer, &identity.arn) {
            (Some(issuer), _) => Some(named("userIdentity.sessionContext.sessionIssuer.arn", issuer)),
            (None, Some(arn)) => Some(named("userIdentity.arn", arn.as_str())),
            (None, None) => None,
        };
        let service = identity.invoked_by.as_deref().map(|service| named("userIdentity.invokedBy", service));
        let fields: Vec<_> = who.into_iter().chain(service).collect();
        let is_root = identity.kind == IdentityKind::Root || fields.iter().any(|(_, value)| is_root(value));
        (!fields.is_empty()).then_some(Self { fields, is_root })
    }

    /// Returns whom a correlation is about. None if it is about all.
    pub(crate) fn of_group(group: &[(String, String)]) -> Option<Self> {
        let is_root = group.iter().any(|(_, value)| is_root(value));
        (!group.is_empty()).then(|| Self { fields: group.to_vec(), is_root })
    }

    /// Returns the values, for people.
    pub(crate) fn display(&self) -> String {
        self.fields.iter().map(|(_, value)| value.as_str()).collect::<Vec<_>>().join(" via ")
    }
}

fn is_root(arn: &str) -> bool {
    arn.starts_with("arn:") && arn.ends_with(":root")
}
