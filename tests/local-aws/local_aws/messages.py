"""Queues and topics as on AWS where ministack is more generous: delays, subscriptions that nobody has confirmed."""

from typing import Any

from ministack.services import sns

from local_aws import operations
from local_aws.operations import Parameters, Refused

LONGEST_DELAY_SECONDS = 900


def install() -> None:
    operations.check("sqs", {"SendMessage": _delay})
    operations.check("sns", {"Unsubscribe": _confirmed, "ListSubscriptionsByTopic": _topic_exists})
    operations.add("sns", {"ListSubscriptionsByTopic": subscriptions_of_topic})


def subscriptions_of_topic(parameters: Parameters) -> dict[str, Any]:
    """Shows all on one page; a subscription that waits for its confirmation has no ARN yet."""
    topic = sns._topics[parameters["TopicArn"]]
    return {"Subscriptions": [{
        "SubscriptionArn": each["arn"] if each.get("confirmed") else "PendingConfirmation",
        "Owner": each.get("owner") or topic["arn"].split(":")[4],
        "Protocol": each["protocol"],
        "Endpoint": each["endpoint"],
        "TopicArn": topic["arn"],
    } for each in topic["subscriptions"]]}


def _topic_exists(parameters: Parameters) -> None:
    if parameters.get("TopicArn") not in sns._topics:
        raise Refused("NotFound", "Topic does not exist", 404)


def _confirmed(parameters: Parameters) -> None:
    arn = str(parameters.get("SubscriptionArn", ""))
    if arn.count(":") < 5:
        raise Refused("InvalidParameter", "Invalid parameter: SubscriptionArn Reason: An ARN must have at least 6 elements, "
                      f"not {arn.count(':') + 1}")


def _delay(parameters: Parameters) -> None:
    delay = parameters.get("DelaySeconds")
    if delay is not None and not 0 <= int(delay) <= LONGEST_DELAY_SECONDS:
        raise Refused("InvalidParameterValue", f"Value {delay} for parameter DelaySeconds is invalid. Reason: DelaySeconds "
                      f"must be >= 0 and <= {LONGEST_DELAY_SECONDS}.")
