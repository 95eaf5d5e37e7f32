//! What to do about a finding: pure plans, guardrails, journal and execution over two ports.
