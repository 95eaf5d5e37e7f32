//! How each channel wants a notice.

pub mod asff;
pub mod email;
pub mod ocsf;
pub mod pager_duty;
pub mod slack;
pub mod teams;
