//! CloudTrail records, findings and ids as typed values.
