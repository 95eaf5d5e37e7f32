//! What is known of who has access to a resource: kept from one change to the next, so that only what is new is told.

use crate::change::{AccessChange, Means, What, Why};
use crate::policy_text::{self, Found};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use trailreflex_access::{
    AclGrant, BlockPublicAccess, Parts, Policy, Sharing, Target, Unknown, Verdict, Zone,
};

/// What is known of who has access to a resource. What no call has told yet is absent.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Known {
    /// The whole policy; an empty text if there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
    /// The grantees of the access control list, without the owner.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acl: Option<BTreeSet<String>>,
    /// Whom it has been shared with while somebody watched; `all` is everybody.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub shares: BTreeSet<String>,
    /// Block Public Access of the bucket itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub block: Option<Block>,
    /// Who of outside is let in, as a verdict names them.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub principals: BTreeSet<String>,
    /// Services that are let in whoever they call for.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub services: BTreeSet<String>,
    /// Whether anybody is let in from anywhere.
    pub public: bool,
}

/// The parts of Block Public Access that decide whom a policy or list lets in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Block {
    /// Grants of access control lists to everybody do not count.
    pub ignore_public_acls: bool,
    /// A public policy lets in nobody outside of the account but AWS services.
    pub restrict_public_buckets: bool,
}

/// What is so after a change, before it is decided whom that lets in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct After {
    /// The settings; who is let in is still that of before.
    pub(crate) known: Known,
    /// What to decide on if the whole policy is not known: what the call has written.
    pub(crate) written: Option<String>,
    /// Why it cannot be decided.
    pub(crate) undecided: Option<Why>,
}

impl After {
    /// Applies a change to what was known; `read` is the policy that was read back after it.
    pub(crate) fn of(change: &AccessChange, former: Option<&Known>, read: Option<&str>) -> Self {
        let mut after = Self { known: former.cloned().unwrap_or_default(), ..Self::default() };
        let read = read.map(read_back);
        match &change.what {
            What::Policy(text) => after.known.policy = Some(text.clone()),
            What::Statements(added) => match read.or_else(|| with(after.known.policy.as_deref()?, added)) {
                Some(whole) => after.known.policy = Some(whole),
                None => {
                    after.known.policy = None;
                    after.written = Some(added.clone());
                }
            },
            What::StatementRemoved(sid) => {
                after.known.policy = read.or_else(|| Some(without(after.known.policy.as_deref()?, sid)));
                after.forget_unless_known();
            }
            What::Shares { added, removed } => {
                after.known.shares.extend(added.iter().cloned());
                after.known.shares.retain(|name| !removed.contains(name) || added.contains(name));
            }
            What::Acl(grantees) => after.known.acl = Some(grantees.clone()),
            What::PublicAccessBlock(block) => after.block(*block, read, change),
            What::FunctionUrl { is_open: true } => _ = after.known.shares.insert("all".to_owned()),
            What::FunctionUrl { is_open: false } => _ = after.known.shares.remove("all"),
            What::Removed(Means::Policy) => after.known.policy = Some(read.unwrap_or_default()),
            What::Removed(Means::Shares) => after.known.shares.clear(),
            What::Deleted => after.known = Known::default(),
            What::ReadBack(why) => {
                after.known.policy = read;
                after.undecided = after.known.policy.is_none().then_some(*why);
            }
        }
        after
    }

    fn block(&mut self, block: Block, read: Option<String>, change: &AccessChange) {
        self.known.block = Some(block);
        self.known.policy = read.or_else(|| self.known.policy.take());
        let is_shut = block.ignore_public_acls && block.restrict_public_buckets;
        if is_shut {
            return;
        }
        if change.resource_type != "AWS::S3::Bucket" {
            self.undecided = Some(Why::WholeAccount);
        } else if self.known.policy.is_none() {
            self.undecided = Some(Why::OtherPolicy);
        }
    }

    /// Of a policy that is not known, nobody knows who is left.
    fn forget_unless_known(&mut self) {
        if self.known.policy.is_none() {
            self.known.principals.clear();
            self.known.services.clear();
            self.known.public = false;
        }
    }

    /// Returns the policy to decide on.
    pub(crate) fn policy(&self) -> &str {
        self.written.as_deref().or(self.known.policy.as_deref()).unwrap_or_default()
    }

    /// Decides whom the settings let in.
    pub(crate) fn decide(&self, change: &AccessChange, zone: &Zone) -> Verdict {
        let block = self.known.block.unwrap_or_default();
        let grant = |grantee: &String| AclGrant { grantee: grantee.clone() };
        let sharing = Sharing {
            block_public_access: BlockPublicAccess {
                ignore_public_acls: block.ignore_public_acls,
                restrict_public_buckets: block.restrict_public_buckets,
            },
            acl: self.known.acl.iter().flatten().map(grant).collect(),
            groups: Vec::new(),
            accounts: self.known.shares.iter().cloned().collect(),
        };
        let target = target(change);
        let text = self.policy();
        let policy = if text.is_empty() { Ok(None) } else { Policy::from_text(text).map(Some) };
        let mut verdict = match policy {
            Ok(policy) => sharing.decide(policy.as_ref(), &[], &target, zone),
            Err(error) => {
                let mut verdict = Verdict::unknown(Unknown::NotAPolicy(error));
                sharing.apply(&mut verdict, zone);
                verdict
            }
        };
        if let Some(why) = self.undecided {
            verdict.unknown.get_or_insert(Unknown::NotAtHand(why.to_string()));
        }
        verdict
    }
}

/// Types of which a statement about another resource is known to have no effect, and the ARN is certain.
const OWN_ARN: [&str; 4] = ["AWS::S3::Bucket", "AWS::SQS::Queue", "AWS::SNS::Topic", "AWS::Kinesis::Stream"];

/// The resource as a verdict knows it.
pub(crate) fn target(change: &AccessChange) -> Target {
    let resource_type = Some(change.resource_type.to_owned()).filter(|name| !name.is_empty());
    let arn = change.arn.clone().filter(|_| OWN_ARN.contains(&change.resource_type));
    Target { arn, resource_type }
}

/// A policy that was read back; one that reads as hidden stays as it is, and then cannot be decided.
fn read_back(text: &str) -> String {
    match policy_text::of_text(text.trim()) {
        Found::Policy(policy) => policy,
        Found::Nothing => String::new(),
        Found::Hidden | Found::SomethingElse => text.to_owned(),
    }
}

/// A policy with the statements of another; nothing if one of them cannot be read.
fn with(policy: &str, added: &str) -> Option<String> {
    let (policy, added) = (Parts::of(policy).ok()?, Parts::of(added).ok()?);
    Some(Parts::from_lines(policy.lines().union(added.lines())).text())
}

/// A policy without the statement of that `Sid`.
fn without(policy: &str, sid: &str) -> String {
    let Ok(parts) = Parts::of(policy) else { return policy.to_owned() };
    let is_kept = |line: &&String| {
        let statement: Option<serde_json::Value> = serde_json::from_str(line).ok();
        statement.is_none_or(|statement| statement.get("Sid").and_then(|found| found.as_str()) != Some(sid))
    };
    Parts::from_lines(parts.lines().iter().filter(is_kept)).text()
}
