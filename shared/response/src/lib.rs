//! What to do about a finding: pure plans and guardrails, then journal and execution over two ports.
//!
//! `plan` decides and changes nothing; `execute` does what the plan says and decides nothing. The ports are
//! [`Account`] (or several, as [`Accounts`]) and [`Journal`]; [`SimulatedAccount`] and [`MemoryJournal`] are their fakes.

mod account;
mod accounts;
mod action;
mod approval;
mod call;
mod control;
mod execute;
mod facts;
mod guardrails;
mod journal;
mod left_behind;
mod limits;
mod look;
mod observe;
mod operation;
mod outcome;
mod own_targets;
mod plan;
mod plan_id;
mod playbook;
mod protected;
mod request;
mod selectors;
mod setting;
mod simulated;
mod simulated_journal;
mod undo;
mod verdict;

pub use account::{Account, AccountError, Effect};
pub use accounts::{Accounts, Held, Opened, no_way_into};
pub use action::{Action, ActionClass, ActionKind};
pub use approval::{Approval, Decision, DecisionRefusal, Invitation, Next, OnSilence, Token, store};
pub use call::Call;
pub use control::{
    Control, CredentialKind, FunctionPermission, Governed, IdentityRef, IngressRule, IpPermission, Peer,
    Shareable, Shared, rule_and_bus,
};
pub use execute::{ExecuteError, Execution, execute, execute_approved, resume};
pub use facts::{CredentialFacts, Facts, IdentityFacts, KeyFacts, KeyStatus, Owner};
pub use guardrails::{Declared, Guardrails, Mode};
pub use journal::{Created, Entry, EntryState, Journal, JournalError, LEASE_SECONDS, Recorded, Replaced};
pub use left_behind::{DETAIL_TYPE_LEFT_BEHIND, LeftBehind, Persistence};
pub use limits::{Counted, FixedSwitch, Hold, Limits, LimitsError, Switch, SwitchState, Tally, held_back};
pub use look::{Look, LookError, Seen, look};
pub use observe::{ObserveError, observe};
pub use operation::{ExposureOperation, Operation, PolicyOperation, QueuePolicy, RawDelivery};
pub use outcome::{DETAIL_TYPE_OUTCOME, Outcome, OutcomeStatus, StepOutcome, StepResult};
pub use own_targets::{DeadLetters, OwnTargets, RetryPolicy, RuleTarget};
pub use plan::{Plan, Step, Undo, plan, subject_in};
pub use plan_id::PlanId;
pub use playbook::{Expiry, InvalidPlaybooks, OnExpiry, Playbook, Playbooks};
pub use protected::Protected;
pub use request::{InvalidRequest, Request, UndoRequest};
pub use selectors::{
    AdvancedEventSelector, Baselines, DataResource, EventSelector, EventSelectors, FieldSelector,
    InsightSelector, TrailBaseline,
};
pub use setting::{Change, Reading, Setting};
pub use simulated::{Contents, Fault, SimulatedAccount, SimulatedIdentity};
pub use simulated_journal::MemoryJournal;
pub use undo::{UndoError, UndoRefusal, undo};
pub use verdict::{Reason, Verdict};
