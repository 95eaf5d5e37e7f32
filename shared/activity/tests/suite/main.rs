//! What a review finds, on made-up activity.

#![cfg(test)]

mod accounts;
mod chance;
mod colleagues;
mod company;
mod habits;
mod insights;
mod journeys;
mod measure;
mod month;
mod planted;
mod plants;
mod records;
mod reviews;
