"""Queues and topics."""

import time

from accounts import refusal

from local_aws.session import eventually


def test_a_delayed_message_reaches_its_function_after_the_delay(account):
    policy = {"Effect": "Allow", "Action": ["sqs:*", "events:PutEvents"], "Resource": "*"}
    account.function("worker", role=account.role(policy=policy))
    queue = account.queue("work")
    account.client("lambda").create_event_source_mapping(FunctionName="worker", EventSourceArn=queue.arn, BatchSize=1)
    logs, started = account.client("logs"), time.time()
    account.client("sqs").send_message(QueueUrl=queue.url, MessageBody="later", DelaySeconds=2)

    def runs():
        try:
            found = logs.filter_log_events(logGroupName="/aws/lambda/worker")["events"]
        except logs.exceptions.ResourceNotFoundException:
            return None
        return [event["timestamp"] / 1000 for event in found if event["message"].startswith("START")]

    assert eventually(runs)[0] - started >= 2


def test_a_delay_is_at_most_a_quarter_of_an_hour(account):
    send, url = account.client("sqs").send_message, account.queue("work").url
    send(QueueUrl=url, MessageBody="x", DelaySeconds=900)
    assert refusal(send, QueueUrl=url, MessageBody="x", DelaySeconds=901) == ("InvalidParameterValue", 400)


def test_a_subscription_is_listed_and_ends(account):
    sns, queue = account.client("sns"), account.queue("work")
    topic = sns.create_topic(Name="findings")["TopicArn"]
    arn = sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue.arn)["SubscriptionArn"]
    assert sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"] == [
        {"SubscriptionArn": arn, "Owner": account.number, "Protocol": "sqs", "Endpoint": queue.arn, "TopicArn": topic}]
    sns.unsubscribe(SubscriptionArn=arn)
    assert sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"] == []
    assert refusal(sns.list_subscriptions_by_topic, TopicArn=f"{topic}-2") == ("NotFound", 404)


def test_a_subscription_that_nobody_confirmed_has_no_arn_to_end(account):
    sns = account.client("sns")
    topic = sns.create_topic(Name="findings")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="http", Endpoint="http://127.0.0.1:9/")
    arn = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"][0]["SubscriptionArn"]
    assert arn == "PendingConfirmation"
    assert refusal(sns.unsubscribe, SubscriptionArn=arn) == ("InvalidParameter", 400)
