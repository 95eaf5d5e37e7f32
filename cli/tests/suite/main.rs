//! The command as people and scripts meet it: arguments and files in, text and exit code out.

#![cfg(test)] // so that clippy knows every function here as part of a test

mod access;
mod command;
mod evaluate;
mod exposures;
mod history;
mod hostile;
mod least_privilege;
mod malformed;
mod pages;
mod plan;
mod proofs;
mod review;
mod rules;
mod search;
mod sql;
mod suppressions;
mod tail;
mod timeline;
mod verify;
