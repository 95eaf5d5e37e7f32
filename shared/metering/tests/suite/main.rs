//! What the crate promises, on a ledger and a sink in memory.

#[cfg(test)]
mod once;
