//! IAM's actions by service.

use std::collections::BTreeMap;
use std::sync::LazyLock;
use trailreflex_actions::Action;

static BY_SERVICE: LazyLock<BTreeMap<&str, Vec<Action>>> = LazyLock::new(|| {
    let mut all: BTreeMap<&str, Vec<Action>> = BTreeMap::new();
    Action::all().for_each(|action| all.entry(action.service()).or_default().push(action));
    all
});

/// Returns the actions of a service.
pub(crate) fn of_service(service: &str) -> &'static [Action] {
    BY_SERVICE.get(service).map_or(&[], Vec::as_slice)
}
