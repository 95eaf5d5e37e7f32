//! `trailreflex sql`: queries over logs, in builds with the feature `sql`.

#[cfg(feature = "sql")]
mod files;
#[cfg(feature = "sql")]
mod output;
#[cfg(feature = "sql")]
mod query;

#[cfg(feature = "sql")]
pub(crate) use query::run;

/// Says how to get a build that can do it.
///
/// # Errors
/// Always.
#[cfg(not(feature = "sql"))]
pub(crate) fn run(_: &crate::args::Sql, _: &mut crate::terminal::Terminal) -> anyhow::Result<crate::Ended> {
    anyhow::bail!(
        "this build has no SQL, which takes minutes more to build: cargo build --profile cli -p trailreflex-cli --features sql; \
         `trailreflex search` needs none"
    )
}
