//! From names to callers, and the condition keys that follow from who calls.

use super::{Caller, Request};
use crate::principal::{Principal, account_of, is_account_id};
use std::collections::BTreeMap;

impl Caller {
    /// Reads `*`, an ARN, an account, a service such as `sns.amazonaws.com`, or a canonical user id; `None` if it is
    /// neither.
    ///
    /// A session's role is taken to have no path, as its ARN does not tell.
    #[must_use]
    pub fn named(text: &str) -> Option<Self> {
        if text == "*" {
            return Some(Self::Anonymous);
        }
        if text.contains(":saml-provider/") || text.contains(":oidc-provider/") {
            return Some(Self::Federated(text.to_owned()));
        }
        if text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Some(Self::Canonical(text.to_owned()));
        }
        let is_service = text.ends_with(".amazonaws.com") || text.ends_with(".amazonaws.com.cn");
        if is_service && !text.contains([':', '/', '*']) {
            return Some(Self::Service(text.to_owned()));
        }
        match Principal::aws(text)? {
            Principal::Account(account) if is_account_id(text) || text.ends_with(":root") => {
                let arn = format!("arn:aws:iam::{account}:root");
                Some(Self::Identity { account, arn, session: None })
            }
            Principal::Arn { account, arn } => Some(identity(account, arn)),
            Principal::Canonical(user) => Some(Self::Canonical(user)),
            Principal::Account(_)
            | Principal::Everyone
            | Principal::Service(_)
            | Principal::Federated(_)
            | Principal::Deleted(_) => None,
        }
    }
}

fn identity(account: String, arn: String) -> Caller {
    let role = arn.split(":assumed-role/").nth(1).and_then(|rest| rest.split('/').next());
    match role {
        Some(role) => {
            let partition = arn.split(':').nth(1).unwrap_or("aws");
            let of_role = format!("arn:{partition}:iam::{account}:role/{role}");
            Caller::Identity { account, arn: of_role, session: Some(arn) }
        }
        None => Caller::Identity { account, arn, session: None },
    }
}

impl Request {
    /// Returns a call with the keys that follow from the caller, unless `context` has them.
    ///
    /// `is_complete` says that no other key is in the request.
    #[must_use]
    pub fn new(
        caller: Caller,
        action: &str,
        resource: &str,
        context: BTreeMap<String, Vec<String>>,
        is_complete: bool,
    ) -> Self {
        let mut all = BTreeMap::new();
        let mut set = |key: &str, value: &str| all.insert(key.to_owned(), vec![value.to_owned()]);
        match &caller {
            Caller::Anonymous => {
                set("aws:principalaccount", "anonymous");
                set("aws:principaltype", "Anonymous");
            }
            Caller::Identity { account, arn, session } => {
                set("aws:principalaccount", account);
                set("aws:principalarn", arn);
                set("aws:principalisawsservice", "false");
                if let (None, Some((_, user))) = (session, arn.split_once(":user/")) {
                    set("aws:username", user.rsplit('/').next().unwrap_or(user));
                    set("aws:principaltype", "User");
                }
                if session.is_some() {
                    set("aws:principaltype", "AssumedRole");
                }
            }
            Caller::Service(service) => {
                set("aws:principalservicename", service);
                set("aws:principalisawsservice", "true");
            }
            Caller::Federated(_) | Caller::Canonical(_) => {}
        }
        if let Some(account) = account_of(resource).filter(|account| is_account_id(account)) {
            set("aws:resourceaccount", account);
        }
        all.extend(context.into_iter().map(|(key, values)| (key.to_ascii_lowercase(), values)));
        Self { caller, action: action.to_owned(), resource: resource.to_owned(), context: all, is_complete }
    }
}
