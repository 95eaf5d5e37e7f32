//! What a principal is to be allowed, action by action.

use crate::arns::{Arns, Detail};
use crate::statement::{Grant, tidy};
use crate::usage::PrincipalUse;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// What is to be allowed, and the resources that were observed, if all are still known.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    pub(super) grant: Grant,
    pub(super) observed: Option<BTreeSet<String>>,
}

pub(super) fn of(principal: &PrincipalUse, detail: Detail) -> Vec<Wanted> {
    let mut all = Vec::new();
    for (key, used) in principal.actions.iter().filter(|(_, used)| used.allowed.is_some()) {
        let mut wanted = Wanted {
            grant: Grant {
                action: key.action.to_string(),
                resources: tidy(&used.resources.patterns(detail)),
                condition: key.via.condition(key.action.service()),
            },
            observed: exact(&used.resources),
        };
        if used.has_unknown_resources {
            wanted.grant.resources = BTreeSet::from(["*".to_owned()]);
            wanted.observed = None;
        }
        all.push(wanted);
    }
    let mut by_service: BTreeMap<&str, Arns> = BTreeMap::new();
    for (passed, _) in &principal.passed {
        by_service.entry(&passed.to_service).or_default().add(&passed.role);
    }
    for (service, roles) in by_service {
        let grant = Grant {
            action: "iam:PassRole".to_owned(),
            resources: tidy(&roles.patterns(detail)),
            condition: Some(json!({"StringEquals": {"iam:PassedToService": service}})),
        };
        all.push(Wanted { grant, observed: exact(&roles) });
    }
    all
}

fn exact(arns: &Arns) -> Option<BTreeSet<String>> {
    arns.exact().map(|all| all.into_iter().map(str::to_owned).collect())
}
