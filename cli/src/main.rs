//! The trailreflex command: the same libraries on files.

fn main() {}
