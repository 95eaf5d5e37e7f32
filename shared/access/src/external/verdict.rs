//! What the search has found, in a form that findings can be made of.

use crate::condition::Kind;
use crate::policy::Statement;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// Who is outside and is let in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Who {
    /// Anybody, if need be from certain networks only.
    Everyone,
    /// An account, or somebody of it: its 12 digits.
    Account(String),
    /// The accounts of an organization.
    Organization(String),
    /// Identities of a provider.
    Federated(String),
    /// A canonical user.
    Canonical(String),
    /// A service that calls for a resource of which nothing tells whose it is.
    Source,
}

impl fmt::Display for Who {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Everyone | Self::Source => formatter.write_str("*"),
            Self::Account(account) => formatter.write_str(account),
            Self::Organization(org) => write!(formatter, "org:{org}"),
            Self::Federated(provider) => write!(formatter, "federated:{provider}"),
            Self::Canonical(user) => write!(formatter, "canonical:{user}"),
        }
    }
}

/// Why somebody is let in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// The place of the deciding statement in the policy; `None` for access control and sharing lists.
    pub statement: Option<usize>,
    /// The statement's `Sid`.
    pub sid: Option<String>,
    /// The condition keys under which, in lower case.
    pub condition_keys: BTreeSet<String>,
    /// Whether somebody of that name is written in a principal element or list.
    pub is_named: bool,
}

/// Why the verdict may say too little.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unknown {
    /// The policy cannot be read.
    #[error(transparent)]
    NotAPolicy(#[from] crate::parse::NotAPolicy),
    /// An operator that IAM does not have.
    #[error("statement {statement}: `{operator}` is no condition operator of IAM")]
    Operator {
        /// The statement's place, from 0.
        statement: usize,
        /// As it is written, cut.
        operator: String,
    },
    /// The search has visited as many nodes as it may.
    #[error(
        "the statements exclude each other in more ways than {} nodes of search tell",
        super::NODE_BUDGET
    )]
    Budget,
    /// The values of a key fall into too many classes.
    #[error("statement {statement}: the patterns for `{key}` overlap in too many ways")]
    TooManyClasses {
        /// The statement's place, from 0.
        statement: usize,
        /// The condition key.
        key: String,
    },
    /// Nothing tells who owns the resource.
    #[error("nothing tells which account owns the resource; give `account` or `resource_arn`")]
    Owner,
    /// The line that asks cannot be read.
    #[error("{0}")]
    Question(String),
    /// An access control or sharing list names what this does not know.
    #[error("`{0}` is no grantee that is known; give an account, a group or a canonical user id")]
    Grantee(String),
    /// What was written is not at hand; the text says why.
    #[error("{0}")]
    NotAtHand(String),
}

/// Who outside is let in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Verdict {
    /// Anybody is, from anywhere.
    pub public: bool,
    /// Who is, and why; the first reason of each.
    pub grants: BTreeMap<Who, Grant>,
    /// Services that are let in whoever they call for (the confused deputy); `*` for any service.
    pub services_without_source: BTreeSet<String>,
    /// Why there may be more than what is listed.
    pub unknown: Option<Unknown>,
}

impl Verdict {
    /// Returns the verdict on what cannot be read.
    #[must_use]
    pub fn unknown(reason: Unknown) -> Self {
        Self { unknown: Some(reason), ..Self::default() }
    }

    /// Returns whether somebody outside is let in, or may be.
    #[must_use]
    pub fn is_external(&self) -> bool {
        self.public || !self.grants.is_empty() || self.unknown.is_some()
    }

    /// Returns who is let in, as text, each once.
    #[must_use]
    pub fn principals(&self) -> BTreeSet<String> {
        self.grants.keys().map(ToString::to_string).collect()
    }

    pub(super) fn has(&self, who: &Who) -> bool {
        self.grants.contains_key(who)
    }

    pub(super) fn add(&mut self, who: Who, statement: &Statement, is_named: bool) {
        let grant = Grant {
            statement: Some(statement.index),
            sid: statement.sid.clone(),
            condition_keys: statement.conditions.iter().map(|condition| condition.key.clone()).collect(),
            is_named,
        };
        let known = self.grants.entry(who).or_insert_with(|| grant.clone());
        if is_named && !known.is_named {
            *known = grant;
        }
    }

    pub(super) fn add_listed(&mut self, who: Who) {
        let grant = Grant { statement: None, sid: None, condition_keys: BTreeSet::new(), is_named: true };
        self.grants.entry(who).or_insert(grant);
    }

    pub(crate) fn note(&mut self, reason: Unknown) {
        self.unknown.get_or_insert(reason);
    }

    pub(super) fn note_unrecognised(&mut self, statement: &Statement) {
        let unrecognised = statement.conditions.iter().find(|condition| condition.kind == Kind::Unrecognised);
        if let Some(condition) = unrecognised {
            let operator = crate::parse::cut(&condition.operator);
            self.note(Unknown::Operator { statement: statement.index, operator });
        }
    }

    /// Leaves out who is only one of everybody.
    pub(super) fn tidy(&mut self) {
        if self.has(&Who::Everyone) {
            self.grants.retain(|who, grant| grant.is_named && *who != Who::Source);
        }
    }
}
