//! A policy, parsed: whatever element was left out, written as one value or as a list of one is the same here.

use crate::condition::Condition;
use crate::glob::Glob;
use crate::principal::Principal;

/// What a statement does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Effect {
    /// Grants, unless something denies.
    Allow,
    /// Takes away, whatever else grants.
    Deny,
}

/// A whole policy.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    /// Its statements, in order.
    pub statements: Vec<Statement>,
}

/// One statement.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    /// Its place in the policy, from 0.
    pub index: usize,
    /// Its `Sid`, if it has one.
    pub sid: Option<String>,
    /// Whether it allows or denies.
    pub effect: Effect,
    /// Whom it concerns.
    pub principals: Principals,
    /// Which calls, written `service:Action` and matched in either case.
    pub actions: Selection,
    /// Which resources.
    pub resources: Selection,
    /// Under which conditions; all must hold.
    pub conditions: Vec<Condition>,
}

/// `Principal`, `NotPrincipal`, or neither, as in identity policies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Principals {
    /// No such element: whoever the policy is attached to.
    Unstated,
    /// `Principal`.
    These(Vec<Principal>),
    /// `NotPrincipal`.
    AllBut(Vec<Principal>),
}

/// `Action` or `NotAction`, `Resource` or `NotResource`, or neither.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selection {
    /// No such element: the policy's own resource, as in trust policies.
    Unstated,
    /// `Action`, `Resource`.
    These(Vec<Glob>),
    /// `NotAction`, `NotResource`.
    AllBut(Vec<Glob>),
}
