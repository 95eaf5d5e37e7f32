//! Member accounts, each entered by the role that it has for a responder.
//!
//! Sources: STS API Reference, "AssumeRole"; IAM User Guide, "Access to AWS accounts owned by third parties" (external ids).

use crate::Entrance;
use crate::account::failed;
use aws_config::SdkConfig;
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_sts::Client;
use aws_sdk_sts::operation::assume_role::AssumeRoleOutput;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use trailreflex_model::{AccountId, Arn, UniqueId};
use trailreflex_response::{Account, AccountError, Accounts, Held, Opened, no_way_into};

/// The permission that entering an account needs.
const ENTERING: &str = "sts:AssumeRole";

/// How long before their end credentials are not begun with any more: no invocation lasts longer.
const MARGIN: SignedDuration = SignedDuration::from_mins(5);

/// The responder's own account, and those that let it in.
#[derive(Debug)]
pub struct MemberAccounts<A> {
    own: A,
    entrance: Option<Entrance>,
    sts: Client,
    config: SdkConfig,
    build: fn(&SdkConfig) -> A,
    now: fn() -> Timestamp,
    visits: Mutex<BTreeMap<AccountId, Visit<A>>>,
}

/// An account that was entered.
#[derive(Debug)]
struct Visit<A> {
    account: Arc<A>,
    own_role: UniqueId,
    ends: Timestamp,
}

impl<A> MemberAccounts<A> {
    /// The account of `config`'s credentials, and members if there is an entrance.
    #[must_use]
    pub fn new(
        config: SdkConfig,
        build: fn(&SdkConfig) -> A,
        entrance: Option<Entrance>,
        now: fn() -> Timestamp,
    ) -> Self {
        Self::with_client(Client::new(&config), config, build, entrance, now)
    }

    /// The same, entered through `sts`.
    #[must_use]
    pub fn with_client(
        sts: Client,
        config: SdkConfig,
        build: fn(&SdkConfig) -> A,
        entrance: Option<Entrance>,
        now: fn() -> Timestamp,
    ) -> Self {
        let own = build(&config);
        Self { own, entrance, sts, config, build, now, visits: Mutex::new(BTreeMap::new()) }
    }

    fn visits(&self) -> MutexGuard<'_, BTreeMap<AccountId, Visit<A>>> {
        self.visits.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn enter(&self, member: &AccountId) -> Result<Visit<A>, AccountError> {
        let entrance = self.entrance.as_ref().ok_or_else(|| no_way_into(member))?;
        let answer = self
            .sts
            .assume_role()
            .role_arn(entrance.role.of(member))
            .external_id(&entrance.external_id)
            .role_session_name(Entrance::SESSION_NAME)
            .send()
            .await
            .map_err(|error| failed(ENTERING, error))?;
        let (credentials, own_role, ends) = read(&answer, member)?;
        let config =
            self.config.to_builder().credentials_provider(SharedCredentialsProvider::new(credentials));
        Ok(Visit { account: Arc::new((self.build)(&config.build())), own_role, ends })
    }
}

impl<A: Account + Send> Accounts for MemberAccounts<A> {
    type Account = A;

    async fn open(&self, member: Option<&AccountId>) -> Result<Opened<'_, A>, AccountError> {
        let Some(member) = member else { return Ok(Opened::own(&self.own)) };
        let begins = (self.now)();
        let known = self.visits().get(member).filter(|visit| begins < visit.ends).map(Visit::opened);
        if let Some(known) = known {
            return Ok(known);
        }
        let visit = self.enter(member).await?;
        let opened = visit.opened();
        self.visits().insert(member.clone(), visit);
        Ok(opened)
    }
}

impl<A> Visit<A> {
    fn opened<'a>(&self) -> Opened<'a, A> {
        Opened { account: Held::Member(Arc::clone(&self.account)), own_roles: vec![self.own_role.clone()] }
    }
}

/// Reads the credentials, the role's unique id, and until when both may be used. The answer must be of the account that was
/// asked for.
fn read(
    answer: &AssumeRoleOutput,
    member: &AccountId,
) -> Result<(Credentials, UniqueId, Timestamp), AccountError> {
    let refused = |cause: &str| AccountError::Refused { permission: ENTERING, cause: cause.into() };
    let session = answer.assumed_role_user().ok_or_else(|| refused("the answer names no session"))?;
    if session.arn().parse::<Arn>().ok().is_none_or(|arn| arn.account() != member.as_str()) {
        return Err(refused("the answer is a session of another account"));
    }
    let role = session.assumed_role_id().split(':').next().and_then(|id| id.parse().ok());
    let role = role.ok_or_else(|| refused("the answer names no role"))?;
    let given = answer.credentials().ok_or_else(|| refused("the answer has no credentials"))?;
    let ends = Timestamp::from_second(given.expiration().secs()).ok();
    let ends = ends.and_then(|ends| ends.checked_sub(MARGIN).ok());
    let ends = ends.ok_or_else(|| refused("the credentials have no end"))?;
    let token = Some(given.session_token().to_owned());
    let credentials =
        Credentials::new(given.access_key_id(), given.secret_access_key(), token, None, "member account");
    Ok((credentials, role, ends))
}
