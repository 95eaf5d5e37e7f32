"""Which calls of the functions fail while a load test goes on, always in ways that leave no effect."""

from typing import Any


def fault(service: str, operation: str | None, code: str, probability: float, status: int = 400) -> dict[str, Any]:
    """A call that fails for certain: it has had no effect."""
    named = {"operation": operation} if operation else {}
    return {"service": service, "probability": probability, "error": {"code": code, "status": status}} | named


THROTTLED = (
    fault("iam", None, "Throttling", 0.2),
    fault("cloudtrail", None, "ThrottlingException", 0.2),
    fault("ssm", None, "ThrottlingException", 0.2),
    fault("events", "PutEvents", "ThrottlingException", 0.2),
    fault("dynamodb", None, "ProvisionedThroughputExceededException", 0.1),
    fault("dynamodb", None, "InternalServerError", 0.1, 500),
    fault("sqs", "SendMessage", "ThrottlingException", 0.1),
    fault("cloudwatch", "PutMetricData", "Throttling", 0.2))
# What finds can tell nobody, and half of what is written down is refused.
NO_BUS = (
    fault("events", "PutEvents", "InternalFailure", 1, 500),
    fault("dynamodb", None, "ProvisionedThroughputExceededException", 0.5),
    fault("sqs", "SendMessage", "ThrottlingException", 0.5))
# What responds can read and change nothing.
NO_ACCOUNT = (
    fault("iam", None, "ServiceUnavailable", 1, 503),
    fault("cloudtrail", None, "ServiceUnavailable", 1, 503),
    fault("ssm", None, "InternalServerError", 1, 500),
    fault("dynamodb", None, "ProvisionedThroughputExceededException", 0.5))
# How many tenths of the deliveries meet which faults.
WEATHER = ((2, NO_BUS), (2, NO_ACCOUNT), (6, THROTTLED))
