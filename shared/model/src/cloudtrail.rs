//! CloudTrail records and the EventBridge events that carry them, as typed values.
//!
//! Tolerant on purpose: about 30,000 public records showed every field missing, empty, of another type or
//! spelt otherwise somewhere. A record is kept whole as it came; what cannot be read is absent, never an error.

mod api_name;
mod detail_kind;
mod display;
mod envelope;
mod event_type;
mod identity;
mod identity_kind;
mod log_file;
mod lookup;
mod members;
mod outcome;
mod payload;
mod record;
mod record_fields;
mod salvage;
mod session;
mod time;

pub use api_name::without_api_date;
pub use detail_kind::DetailKind;
pub use envelope::{Envelope, EnvelopeId, NotAnEnvelope};
pub use event_type::{EventCategory, EventType};
pub use identity::{AsRecorded, OnBehalfOf, UserIdentity};
pub use identity_kind::IdentityKind;
pub use log_file::{LogFile, Rejected, Rejection};
pub use members::Members;
pub use outcome::CallOutcome;
pub use record::{NotARecord, Record};
pub use session::{SessionContext, SessionIssuer};
