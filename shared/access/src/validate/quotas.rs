//! Sizes (AWS Organizations User Guide, "Quotas and service limits").

use super::{Issues, PolicyKind};

/// Most bytes of a policy of AWS Organizations, white space between its elements left out as the console does.
const MAX_BYTES: usize = 5_120;

pub(super) fn check(text: &str, kind: PolicyKind, issues: &mut Issues) {
    let code = match kind {
        PolicyKind::ServiceControl => "POLICY_SIZE_EXCEEDS_SCP_QUOTA",
        PolicyKind::ResourceControl => "POLICY_SIZE_EXCEEDS_RCP_QUOTA",
        PolicyKind::Identity | PolicyKind::Resource | PolicyKind::Trust => return,
    };
    let bytes =
        serde_json::from_str::<serde_json::Value>(text).map_or(text.len(), |json| json.to_string().len());
    if bytes > MAX_BYTES {
        issues.error(code, "", format!("has {bytes} bytes of at most {MAX_BYTES}; split it"));
    }
}
