//! What a review finds, on made-up activity.

#![cfg(test)]

mod company;
mod habits;
mod planted;
mod records;
mod reviews;
