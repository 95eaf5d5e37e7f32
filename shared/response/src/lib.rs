//! What to do about a finding: pure plans and guardrails, then journal and execution over two ports.
//!
//! `plan` decides and changes nothing; `execute` does what the plan says and decides nothing. The ports are
//! [`Account`] and [`Journal`]; [`SimulatedAccount`] and [`MemoryJournal`] are their fakes.

mod account;
mod action;
mod call;
mod execute;
mod facts;
mod guardrails;
mod journal;
mod outcome;
mod plan;
mod playbook;
mod request;
mod simulated;
mod simulated_journal;
mod undo;

pub use account::{Account, AccountError, Change, State};
pub use action::{Action, ActionKind, UserRef};
pub use call::Call;
pub use execute::{ExecuteError, Execution, execute};
pub use facts::{Facts, KeyFacts, KeyStatus, Owner, UserFacts};
pub use guardrails::{Guardrails, Mode, Protected, Reason, Verdict};
pub use journal::{Created, Entry, EntryState, Journal, JournalError, LEASE_SECONDS, Recorded, Replaced};
pub use outcome::{Outcome, OutcomeStatus, StepOutcome, StepResult};
pub use plan::{Plan, PlanId, Step, Undo, plan};
pub use playbook::{InvalidPlaybooks, Playbook, Playbooks};
pub use request::{InvalidRequest, Request, UndoRequest};
pub use simulated::{Fault, SimulatedAccount, SimulatedUser};
pub use simulated_journal::MemoryJournal;
pub use undo::{UndoError, UndoRefusal, undo};
