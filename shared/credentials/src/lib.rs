//! Credentials and roles that nobody uses, or that are older or weaker than they should be.
//!
//! Pure: the credential report and the roles are given, so is the time. What is decided here needs no logs: IAM itself keeps
//! when a password, a key and a role were last used, so a short event history hides nothing.

mod credential_report;
mod finding;
mod lapse;
mod rules;

pub use credential_report::{Credentials, Key, NotAReport, Password, read};
pub use finding::finding;
pub use lapse::{Kind, Lapse, Limits, Role, lapses_of_credentials, lapses_of_role};
pub use rules::RULES;
