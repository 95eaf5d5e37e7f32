//! What is asked about one resource, as one JSON object, and the answer as another.

use crate::external::{AclGrant, BlockPublicAccess, Sharing, Target, Unknown, Verdict, Zone};
use crate::json::Json;
use crate::parse::cut;
use crate::policy::Policy;
use crate::principal::{account_of, is_account_id};
use serde::Serialize;

/// A resource, its policy and lists, and who is trusted.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Question {
    /// Comes back in the answer.
    pub id: String,
    /// The resource.
    pub target: Target,
    /// Who is trusted.
    pub zone: Zone,
    /// The resource's policy, if it has one.
    pub policy: Option<Policy>,
    /// Resource control policies in force for the account.
    pub limits: Vec<Policy>,
    /// Whatever else lets somebody in or keeps them out.
    pub sharing: Sharing,
}

/// The verdict on one resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// The question's.
    pub id: String,
    /// Anybody has access, from anywhere.
    pub public: bool,
    /// Somebody outside of the zone of trust has access, or may have.
    pub external: bool,
    /// Who: 12 digits, `*`, `org:…`, `federated:…`, `canonical:…`; sorted.
    pub external_principals: Vec<String>,
    /// Services that have access whoever they call for; sorted.
    pub services_without_source: Vec<String>,
    /// Why there may be more than that.
    pub unknown: Option<String>,
}

impl Answer {
    /// Writes a verdict down.
    #[must_use]
    pub fn new(id: &str, verdict: &Verdict) -> Self {
        Self {
            id: id.to_owned(),
            public: verdict.public,
            external: verdict.is_external(),
            external_principals: verdict.principals().into_iter().collect(),
            services_without_source: verdict.services_without_source.iter().cloned().collect(),
            unknown: verdict.unknown.as_ref().map(ToString::to_string),
        }
    }
}

impl Question {
    /// Reads a question.
    ///
    /// # Errors
    /// If the object or a policy in it cannot be read.
    pub fn from_json(json: &Json) -> Result<Self, Unknown> {
        if !json.is_object() {
            return Err(Unknown::Question("a line has to be an object with `policy`".to_owned()));
        }
        for (key, _) in json.entries() {
            if json.entries().iter().filter(|(name, _)| name == key).count() > 1 {
                return Err(Unknown::Question(format!("`{}` stands twice; keep one of them", cut(key))));
            }
        }
        let policy = given(json, "policy").map(Policy::from_json).transpose()?;
        let limits = given(json, "resource_control_policies").map(Json::items).unwrap_or_default();
        Ok(Self {
            id: Self::id_of(json).unwrap_or_default(),
            target: Target { arn: text(json, "resource_arn")?, resource_type: text(json, "resource_type")? },
            zone: zone(json)?,
            policy,
            limits: limits.iter().map(Policy::from_json).collect::<Result<_, _>>()?,
            sharing: sharing(json)?,
        })
    }

    /// Returns the id of a question, whether or not the rest can be read.
    #[must_use]
    pub fn id_of(json: &Json) -> Option<String> {
        json.get("id").and_then(Json::scalar)
    }

    /// Decides.
    #[must_use]
    pub fn answer(&self) -> Verdict {
        let mut verdict = self.sharing.decide(self.policy.as_ref(), &self.limits, &self.target, &self.zone);
        if self.zone.account.is_empty() {
            verdict.note(Unknown::Owner);
        }
        verdict
    }
}

/// A value that is there and not `null`.
fn given<'j>(json: &'j Json, key: &str) -> Option<&'j Json> {
    json.get(key).filter(|value| **value != Json::Null)
}

fn text(json: &Json, key: &str) -> Result<Option<String>, Unknown> {
    let Some(value) = given(json, key) else { return Ok(None) };
    value.scalar().map(Some).ok_or_else(|| Unknown::Question(format!("`{key}` has to be a text")))
}

fn texts(json: &Json, key: &str) -> Result<Vec<String>, Unknown> {
    let items = given(json, key).map(Json::items).unwrap_or_default();
    let read: Option<Vec<String>> = items.iter().map(Json::scalar).collect();
    read.ok_or_else(|| Unknown::Question(format!("`{key}` has to be a list of texts")))
}

fn zone(json: &Json) -> Result<Zone, Unknown> {
    let of_arn = || {
        let arn = given(json, "resource_arn").and_then(Json::text)?;
        account_of(arn).filter(|account| is_account_id(account)).map(str::to_owned)
    };
    let account = match text(json, "account")? {
        Some(account) if !is_account_id(&account) => {
            return Err(Unknown::Question(format!(
                "`account` is `{}` and has to be 12 digits",
                cut(&account)
            )));
        }
        Some(account) => account,
        None => of_arn().unwrap_or_default(),
    };
    let members = texts(json, "org_accounts")?.into_iter().collect();
    Ok(Zone { account, organization: text(json, "org")?.filter(|org| !org.is_empty()), members })
}

fn sharing(json: &Json) -> Result<Sharing, Unknown> {
    let flag = |name: &str| -> Result<bool, Unknown> {
        match given(json, "block_public_access").and_then(|flags| given(flags, name)) {
            Some(Json::Bool(is_on)) => Ok(*is_on),
            None => Ok(false),
            Some(_) => {
                Err(Unknown::Question(format!("`block_public_access.{name}` has to be true or false")))
            }
        }
    };
    let block_public_access = BlockPublicAccess {
        ignore_public_acls: flag("IgnorePublicAcls")?,
        restrict_public_buckets: flag("RestrictPublicBuckets")?,
    };
    let mut acl = Vec::new();
    for grant in given(json, "acl").map(Json::items).unwrap_or_default() {
        let grantee = text(grant, "grantee")?
            .ok_or_else(|| Unknown::Question("an entry of `acl` needs `grantee`".to_owned()))?;
        acl.push(AclGrant { grantee });
    }
    let lists = given(json, "sharing").cloned().unwrap_or(Json::Null);
    let mut accounts = texts(&lists, "accounts")?;
    for grant in given(json, "grants").map(Json::items).unwrap_or_default() {
        let grantee = grant.text().map(str::to_owned);
        let grantee = grantee.map_or_else(|| text(grant, "grantee"), |name| Ok(Some(name)))?;
        accounts.extend(grantee);
    }
    Ok(Sharing { block_public_access, acl, groups: texts(&lists, "groups")?, accounts })
}
