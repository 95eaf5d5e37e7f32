//! Lambda: one CloudTrail record in, findings on the bus out.

fn main() {}
