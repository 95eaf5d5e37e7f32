//! The one acceptance binary.
