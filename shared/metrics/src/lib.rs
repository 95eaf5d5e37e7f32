//! The closed set of CloudWatch metrics.
