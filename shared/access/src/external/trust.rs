//! Which condition keys tell who calls, on whose behalf, or from where, and which values of them can be trusted.
//!
//! Sources: Amazon S3 User Guide, "The meaning of public"; IAM User Guide, "AWS global condition context keys"; the
//! pages on blocking public access of Amazon DynamoDB, Amazon EFS and Aurora DSQL. Every other key says nothing about
//! who calls: whoever calls can make it hold.

use crate::condition::{Condition, Kind, Matcher, Value};
use crate::policy::Effect;
use crate::principal::{account_of, is_account_id};

/// What a key tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// Who calls; requester classes set it.
    Identity,
    /// On whose behalf a service calls.
    Source,
    /// From where; cannot be chosen by the caller.
    Network,
    /// The unique id of the caller.
    UserId,
    /// Nothing of the kind.
    Free,
}

/// Which values of restricting conditions count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Mode {
    /// Is it public: only values that restrict nobody count.
    Public,
    /// Whoever it may be, from wherever, but not by way of a service that acts for somebody.
    AnySource,
    /// A service that does not say for whom it acts, or acts for somebody outside.
    Service,
    /// All count.
    Everything,
}

pub(super) fn role(key: &str) -> Role {
    match key {
        "aws:principalorgid"
        | "aws:principalorgpaths"
        | "aws:principalaccount"
        | "aws:principalarn"
        | "kms:calleraccount"
        | "aws:principalservicename"
        | "aws:principalservicenameslist"
        | "aws:principalisawsservice" => Role::Identity,
        "aws:sourceaccount" | "aws:sourceowner" | "aws:sourcearn" | "aws:sourceorgid"
        | "aws:sourceorgpaths" => Role::Source,
        "aws:sourceip"
        | "aws:sourcevpc"
        | "aws:sourcevpce"
        | "aws:sourcevpcarn"
        | "aws:vpcsourceip"
        | "aws:ec2instancesourcevpc"
        | "aws:ec2instancesourceprivateipv4"
        | "aws:vpceaccount"
        | "aws:vpceorgid"
        | "aws:vpceorgpaths"
        | "s3:dataaccesspointaccount"
        | "s3:dataaccesspointarn"
        | "elasticfilesystem:accessedviamounttarget" => Role::Network,
        "aws:userid" => Role::UserId,
        _ => Role::Free,
    }
}

/// Returns whether `value` of a statement counts in `mode`; `is_foreign` says whether an account is outside.
///
/// Only what restricts whom a statement lets in is ever left out: what matches in an Allow, what is excepted in a Deny.
pub(super) fn counts(
    mode: Mode,
    effect: Effect,
    condition: &Condition,
    value: &Value,
    is_foreign: impl Fn(&str) -> bool,
) -> bool {
    let restricts = match effect {
        Effect::Allow => !condition.negated,
        Effect::Deny => condition.negated,
    };
    if !restricts || condition.kind == Kind::Null {
        return true;
    }
    let role = role(&condition.key);
    match (mode, role) {
        (Mode::Public, Role::Source | Role::Network | Role::UserId) | (Mode::AnySource, Role::Source) => {
            !is_fixed(condition, value)
        }
        (Mode::Service, Role::Source) => !is_fixed(condition, value) || names_foreign(value, is_foreign),
        (Mode::Everything | Mode::Public | Mode::AnySource | Mode::Service, _) => true,
    }
}

/// Returns whether the value names something certain, which nobody else can be.
fn is_fixed(condition: &Condition, value: &Value) -> bool {
    match &value.matcher {
        Matcher::Net(net) => net.prefix_len() >= if net.addr().is_ipv4() { 8 } else { 32 },
        Matcher::Text(glob) if glob.is_open() && !glob.has_variable() => match condition.key.as_str() {
            "aws:userid" => {
                let id = value.text.split(':').next().unwrap_or_default();
                id.len() >= 16 && !id.contains(['*', '?'])
            }
            "aws:sourceorgpaths" | "aws:vpceorgpaths" => {
                value.text.split_once('/').is_some_and(|(org, _)| org.len() > 2 && !org.contains(['*', '?']))
            }
            _ => account_of(&value.text).is_some_and(is_account_id),
        },
        Matcher::Text(glob) => {
            let is_open_mount = condition.kind == Kind::Bool && !value.text.eq_ignore_ascii_case("true");
            !glob.is_open() && !is_open_mount
        }
        Matcher::NotAnArn(_) | Matcher::Number(_) | Matcher::Missing(_) => false,
        Matcher::Nothing => true,
    }
}

/// Returns whether the value is of an account or organization outside.
fn names_foreign(value: &Value, is_foreign: impl Fn(&str) -> bool) -> bool {
    let text = value.text.as_str();
    if is_account_id(text) {
        return is_foreign(text);
    }
    if text.starts_with("o-") {
        return is_foreign(text.split('/').next().unwrap_or_default());
    }
    account_of(text).is_some_and(|account| is_account_id(account) && is_foreign(account))
}
