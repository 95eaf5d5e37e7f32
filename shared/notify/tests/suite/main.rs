//! What people are told, in every channel's form.

#![cfg(test)]

mod forms;
mod groups;
mod notices;
mod reviews;
mod support;
