//! Each adapter against the SDK's own mocks: which call it makes, and what it makes of the answer.

mod account;
mod bus;
mod journal;
mod numbers_and_quarantine;
