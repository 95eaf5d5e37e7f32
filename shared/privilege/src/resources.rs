//! Which resources a record's call was about, for one of the actions that authorised it.

mod types;
mod values;

use crate::arns::escaped;
use crate::template::{self, Place};
use percent_encoding::percent_decode_str;
use serde_json::Value;
use std::collections::BTreeSet;
use trailreflex_actions::Action;
use trailreflex_model::cloudtrail::Record;
use trailreflex_model::{AccountId, Region};
use types::Type;
pub(crate) use types::Types;
pub(crate) use values::{Name, Values};

/// What a record tells of an action's resources.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Named {
    /// These, as they stand in policies.
    These(BTreeSet<String>),
    /// The action takes `*` only.
    TakesAny,
    /// Nothing that an ARN could be made of.
    Unknown,
}

/// Most resources that are made of the values of one record.
const MAX_FILLED: usize = 1_000;

/// A record, with what its resources are read from.
#[derive(Debug)]
pub(crate) struct Call<'r> {
    listed: Vec<&'r str>,
    parameters: Values<'r>,
    response: Values<'r>,
    partition: &'r str,
    region: &'r str,
    account: Option<&'r str>,
}

impl<'r> Call<'r> {
    pub(crate) fn of(record: &'r Record) -> Self {
        let region = record.region().map_or("", |region| region.as_str());
        let of_region = || record.region().map_or("aws", Region::partition);
        let arn = record.identity().arn();
        let account = record.recipient_account().or_else(|| record.identity().account_id());
        Self {
            listed: listed(record),
            parameters: Values::of(record.request_parameters()),
            response: Values::of(record.response_elements()),
            partition: arn.map_or_else(of_region, |arn| arn.partition()),
            region,
            account: account.map(AccountId::as_str),
        }
    }

    /// Values of the request, for whoever looks for something else there.
    pub(crate) fn parameters(&self) -> &Values<'r> {
        &self.parameters
    }

    pub(crate) fn place(&self) -> Option<Place<'_>> {
        Some(Place { partition: self.partition, region: self.region, account: self.account? })
    }

    /// Returns what the record tells of an action's resources: first what AWS itself lists, then what the templates of the
    /// action's types make of the request and its answer, then any ARN in the request that fits one of them.
    pub(crate) fn resources(&self, action: Action, types: &mut Types) -> Named {
        let types = types.of(action);
        if types.is_empty() {
            return Named::TakesAny;
        }
        let mut found = BTreeSet::new();
        let mut missing = Vec::new();
        for kind in types.iter() {
            let of_kind = self.of_type(action, kind);
            if of_kind.is_empty() && kind.is_required {
                missing.push(kind);
            }
            found.extend(of_kind);
        }
        if found.is_empty() {
            found = self.partly(action, &types);
        } else if action.service() == "ec2" {
            // EC2 asks for each type that a call is about: what starts an instance makes its volumes and interfaces, too.
            let any = |kind: &Type| Some(template::fill(&kind.pieces, self.place()?, |_| None));
            found.extend(missing.into_iter().filter_map(any));
        }
        if found.is_empty() { Named::Unknown } else { Named::These(found) }
    }

    /// Returns the object that a copy is made of: of that, the rest of the record tells nothing.
    pub(crate) fn source_of_copy(&self) -> Named {
        let source = self.parameters.find(&[Name::Parameter("xamzcopysource")]);
        let source =
            source.first().map(|source| source.trim_start_matches('/').split('?').next().unwrap_or_default());
        match source.filter(|source| source.contains('/') && !is_arn(source)) {
            Some(source) => {
                let object = percent_decode_str(source).decode_utf8_lossy();
                Named::These(BTreeSet::from([format!("arn:{}:s3:::{}", self.partition, escaped(&object))]))
            }
            None => Named::Unknown,
        }
    }

    fn of_type(&self, action: Action, kind: &Type) -> BTreeSet<String> {
        let fits = |arn: &&str| template::matches(&kind.pieces, arn);
        let listed: BTreeSet<String> = self.listed.iter().copied().filter(fits).map(escaped).collect();
        if !listed.is_empty() {
            return listed;
        }
        for values in [&self.parameters, &self.response] {
            let filled = self.filled(values, action, kind);
            if !filled.is_empty() {
                return filled;
            }
        }
        self.parameters.arns().filter(fits).map(escaped).collect()
    }

    /// Fills a template all of whose variables have values.
    fn filled(&self, values: &Values<'_>, action: Action, kind: &Type) -> BTreeSet<String> {
        let Some(place) = self.place().filter(|_| !values.is_empty()) else { return BTreeSet::new() };
        let found: Vec<Vec<&str>> =
            kind.variables.iter().map(|variable| values.find(&variable.names)).collect();
        let whole = found.iter().flatten().copied().filter(|value| is_arn(value));
        let whole: BTreeSet<String> =
            whole.filter(|arn| template::matches(&kind.pieces, arn)).map(escaped).collect();
        if !whole.is_empty() || found.is_empty() {
            return whole;
        }
        let part = |value: &&str| values::Part::of(action, kind.name, value);
        let parts: Vec<Vec<values::Part>> =
            found.iter().map(|values| values.iter().filter_map(part).collect()).collect();
        if parts.iter().any(Vec::is_empty) {
            return BTreeSet::new();
        }
        // What was not seen together is not put together: of several variables, those with several values are left open.
        let many = parts.iter().filter(|values| values.len() > 1).count();
        let open = |values: &Vec<values::Part>| values.len() > 1 && many > 1;
        let rounds = parts.iter().filter(|values| !open(values)).map(Vec::len).max().unwrap_or(1);
        let mut filled = BTreeSet::new();
        for round in 0..rounds.min(MAX_FILLED) {
            let chosen = |variable: usize| {
                let values = parts.get(variable).filter(|values| !open(values))?;
                values.get(round).or_else(|| values.first())
            };
            let account = (0..parts.len()).find_map(|variable| chosen(variable)?.account.as_deref());
            let place = Place { account: account.unwrap_or(place.account), ..place };
            let text = |variable: usize| chosen(variable).map(|part| escaped(&part.text));
            let one = template::fill(&kind.pieces, place, text);
            filled.extend(values::called(action, kind.name, one));
        }
        if rounds > MAX_FILLED {
            filled = BTreeSet::from([template::fill(&kind.pieces, place, |_| None)]);
        }
        filled
    }

    /// Fills templates of which only some variables have one value, such as a bucket without the keys of its objects.
    fn partly(&self, action: Action, types: &[Type]) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        let Some(place) = self.place() else { return found };
        for kind in types {
            let known = |variable: &types::Variable| {
                let values = self.parameters.find(&variable.sure_names);
                let [only] = values.as_slice() else { return None };
                values::Part::of(action, kind.name, only).map(|part| escaped(&part.text))
            };
            let known: Vec<Option<String>> = kind.variables.iter().map(known).collect();
            if known.iter().any(Option::is_some) {
                let value = |variable: usize| known.get(variable).cloned().flatten();
                found.insert(template::fill(&kind.pieces, place, value));
            }
        }
        found
    }
}

fn listed(record: &Record) -> Vec<&str> {
    let list = record.field("resources").and_then(Value::as_array);
    list.into_iter().flatten().filter_map(listed_arn).collect()
}

fn listed_arn(entry: &Value) -> Option<&str> {
    entry.get("ARN").or_else(|| entry.get("arn"))?.as_str()
}

fn is_arn(text: &str) -> bool {
    text.starts_with("arn:")
}
