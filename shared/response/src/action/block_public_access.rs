//! Switches on all four parts of a bucket's block of public access; undo brings back what was set, or nothing.
//!
//! Hazards: a bucket that serves a web site by itself stops to. Such buckets belong on the list of protected resources.

use crate::{Control, Setting};
use serde_json::json;
use trailreflex_model::{Resource, ResourceKind};

pub(super) fn controls(resource: &Resource) -> Vec<Control> {
    let is_bucket = resource.resource == ResourceKind::Bucket;
    let control = || Control::PublicAccessBlock { bucket: resource.name.clone() };
    is_bucket.then(control).into_iter().collect()
}

pub(super) fn wanted() -> Setting {
    Setting::Document(json!({
        "BlockPublicAcls": true, "IgnorePublicAcls": true,
        "BlockPublicPolicy": true, "RestrictPublicBuckets": true,
    }))
}
