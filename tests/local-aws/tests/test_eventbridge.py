"""From a rule to its targets."""

import json

import pytest
from accounts import ALL_EVENTS, FROM_EVENTBRIDGE, refusal

from local_aws.session import eventually

PATTERN = json.dumps({"source": ["own.test"]})
FROM_ANYONE = {**FROM_EVENTBRIDGE, "Principal": "*"}


def rule_to(account, target, dead_letters=None):
    events = account.client("events")
    rule = events.put_rule(Name="to-target", EventPattern=PATTERN)["RuleArn"]
    described = {"Id": "t", "Arn": target} | ({"DeadLetterConfig": {"Arn": dead_letters.arn}} if dead_letters else {})
    events.put_targets(Rule="to-target", Targets=[described])
    return rule


def send(account, detail):
    entry = {"Source": "own.test", "DetailType": "Test", "Detail": json.dumps(detail)}
    assert account.client("events").put_events(Entries=[entry])["FailedEntryCount"] == 0


def allow(account, function, rule):
    account.client("lambda").add_permission(
        FunctionName=function, StatementId="rule", Action="lambda:InvokeFunction", Principal="events.amazonaws.com",
        SourceArn=rule)


def metric(account, namespace, name, dimension, value):
    import datetime

    now = datetime.datetime.now(datetime.UTC)
    points = account.client("cloudwatch").get_metric_statistics(
        Namespace=namespace, MetricName=name, Dimensions=[{"Name": dimension, "Value": value}],
        StartTime=now - datetime.timedelta(minutes=10), EndTime=now + datetime.timedelta(minutes=10), Period=3600,
        Statistics=["Sum"])["Datapoints"]
    return sum(point["Sum"] for point in points)


def test_a_failing_function_is_tried_three_times_and_then_reported(account):
    failed = account.queue("failed")
    function = account.function("worker")
    account.client("lambda").put_function_event_invoke_config(
        FunctionName="worker", DestinationConfig={"OnFailure": {"Destination": failed.arn}})
    allow(account, "worker", rule_to(account, function))
    send(account, {"fail": "no luck"})
    record = json.loads(failed.wait()[0]["Body"])
    request_id = record["requestContext"].pop("requestId")
    assert record["requestContext"] == {
        "functionArn": f"{function}:$LATEST", "condition": "RetriesExhausted", "approximateInvokeCount": 3}
    assert record["responseContext"] == {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"}
    assert record["responsePayload"] == {"errorType": "RuntimeError", "errorMessage": "no luck"}
    assert record["requestPayload"]["detail"] == {"fail": "no luck"}
    events = account.client("logs").filter_log_events(logGroupName="/aws/lambda/worker")["events"]
    assert sum(f"working on {request_id}" in event["message"] for event in events) == 3
    assert metric(account, "AWS/Lambda", "Errors", "FunctionName", "worker") == 3
    assert metric(account, "AWS/Lambda", "Invocations", "FunctionName", "worker") == 3


def test_the_number_of_retries_can_be_chosen(account):
    failed = account.queue("failed")
    function = account.function("worker")
    account.client("lambda").put_function_event_invoke_config(
        FunctionName="worker", MaximumRetryAttempts=0, DestinationConfig={"OnFailure": {"Destination": failed.arn}})
    allow(account, "worker", rule_to(account, function))
    send(account, {"fail": "no luck"})
    assert json.loads(failed.wait()[0]["Body"])["requestContext"]["approximateInvokeCount"] == 1


def test_a_functions_own_dead_letter_queue_gets_the_event_as_it_was(account):
    dead = account.queue("dead")
    account.function("worker", DeadLetterConfig={"TargetArn": dead.arn})
    account.client("lambda").invoke(FunctionName="worker", InvocationType="Event", Payload=b'{"fail": "no luck"}')
    message = dead.wait()[0]
    assert json.loads(message["Body"]) == {"fail": "no luck"}
    assert message["MessageAttributes"]["ErrorMessage"]["StringValue"] == "no luck"


def test_the_destination_needs_a_permission_of_the_functions_role(enforcing_account):
    account = enforcing_account
    failed = {name: account.queue(name) for name in ("allowed", "forbidden")}
    role = account.role(policy={"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": failed["allowed"].arn})
    for name, queue in failed.items():
        account.function(name, role=role)
        account.client("lambda").put_function_event_invoke_config(
            FunctionName=name, MaximumRetryAttempts=0, DestinationConfig={"OnFailure": {"Destination": queue.arn}})
    for name in ("forbidden", "allowed"):
        account.client("lambda").invoke(FunctionName=name, InvocationType="Event", Payload=b'{"fail": "no luck"}')
    failed["allowed"].wait()
    eventually(lambda: metric(account, "AWS/Lambda", "Errors", "FunctionName", "forbidden") == 1)
    assert failed["forbidden"].receive() == []


def test_a_rule_reaches_an_alias_with_the_aliass_own_settings(account):
    failed = account.queue("failed")
    account.function("worker")
    client = account.client("lambda")
    version = client.publish_version(FunctionName="worker")["Version"]
    alias = client.create_alias(FunctionName="worker", Name="live", FunctionVersion=version)["AliasArn"]
    client.put_function_event_invoke_config(FunctionName="worker", Qualifier="live", MaximumRetryAttempts=1,
                                            DestinationConfig={"OnFailure": {"Destination": failed.arn}})
    rule = rule_to(account, alias)
    client.add_permission(FunctionName="worker", Qualifier="live", StatementId="rule", Principal="events.amazonaws.com",
                          Action="lambda:InvokeFunction", SourceArn=rule)
    send(account, {"fail": "no luck"})
    context = json.loads(failed.wait()[0]["Body"])["requestContext"]
    assert (context["functionArn"], context["approximateInvokeCount"]) == (alias, 2)


def test_a_function_that_succeeds_is_invoked_once(account):
    function = account.function("worker")
    allow(account, "worker", rule_to(account, function))
    send(account, {})
    eventually(lambda: metric(account, "AWS/Lambda", "Invocations", "FunctionName", "worker") == 1)
    assert metric(account, "AWS/Lambda", "Errors", "FunctionName", "worker") == 0
    assert metric(account, "AWS/Events", "FailedInvocations", "RuleName", "to-target") == 0


@pytest.mark.parametrize("permitted", ["nobody", "another rule"])
def test_a_rule_without_permission_does_not_reach_the_function(account, permitted):
    dead = account.queue("dead", FROM_EVENTBRIDGE)
    function = account.function("worker")
    rule = rule_to(account, function, dead)
    if permitted == "another rule":
        allow(account, "worker", f"{rule}-other")
    send(account, {})
    message = dead.wait()[0]
    assert json.loads(message["Body"])["source"] == "own.test"
    attributes = {name: value["StringValue"] for name, value in message["MessageAttributes"].items()}
    assert (attributes["ERROR_CODE"], attributes["RULE_ARN"], attributes["TARGET_ARN"]) == (
        "NO_PERMISSIONS", rule, function)
    assert metric(account, "AWS/Events", "FailedInvocations", "RuleName", "to-target") == 1
    assert metric(account, "AWS/Lambda", "Invocations", "FunctionName", "worker") == 0


def test_a_function_that_is_gone_leaves_a_dead_letter(account):
    dead = account.queue("dead", FROM_EVENTBRIDGE)
    rule_to(account, f"arn:aws:lambda:us-east-1:{account.number}:function:gone", dead)
    send(account, {})
    assert dead.wait()[0]["MessageAttributes"]["ERROR_CODE"]["StringValue"] == "RESOURCE_NOT_FOUND"


@pytest.mark.parametrize(("case", "policy", "arrives"), [
    ("no policy", None, False),
    ("the service is allowed", FROM_EVENTBRIDGE, True),
    ("this rule is allowed", {**FROM_EVENTBRIDGE, "Condition": {"ArnEquals": {"aws:SourceArn": "RULE"}}}, True),
    ("another rule is allowed", {**FROM_EVENTBRIDGE, "Condition": {"ArnEquals": {"aws:SourceArn": "RULE-other"}}}, False),
])
def test_a_queue_takes_events_only_as_its_policy_allows(account, case, policy, arrives):
    rule = f"arn:aws:events:us-east-1:{account.number}:rule/to-target"
    policy = json.loads(json.dumps(policy).replace("RULE", rule))
    dead = account.queue("dead", FROM_ANYONE)
    target = account.queue("target", policy)
    rule_to(account, target.arn, dead)
    send(account, {})
    assert (target if arrives else dead).wait(), case
    assert len(target.receive()) == int(arrives), case


def test_a_dead_letter_queue_needs_a_policy_too(account):
    dead = account.queue("dead")
    rule_to(account, f"arn:aws:lambda:us-east-1:{account.number}:function:gone", dead)
    send(account, {})
    assert dead.receive() == []
    assert metric(account, "AWS/Events", "InvocationsFailedToBeSentToDlq", "RuleName", "to-target") == 1


def test_a_replay_is_marked_as_one(account):
    import datetime

    events = account.client("events")
    bus = events.create_event_bus(Name="findings")["EventBusArn"]
    archive = events.create_archive(ArchiveName="all", EventSourceArn=bus)["ArchiveArn"]
    listener = account.listen({"source": ["own.test"]}, bus="findings")
    events.put_events(Entries=[{"Source": "own.test", "DetailType": "T", "Detail": "{}", "EventBusName": "findings"}])
    now = datetime.datetime.now(datetime.UTC)
    events.start_replay(ReplayName="again", EventSourceArn=archive, EventStartTime=now - datetime.timedelta(hours=1),
                        EventEndTime=now + datetime.timedelta(hours=1), Destination={"Arn": bus})
    seen = eventually(lambda: listener.events() if len(listener.events()) == 2 else None)
    assert [event.get("replay-name") for event in seen] == [None, "again"]


@pytest.mark.parametrize(("operation", "naming", "more"), [
    ("describe_rule", "Name", {}),
    ("disable_rule", "Name", {}),
    ("enable_rule", "Name", {}),
    ("list_targets_by_rule", "Rule", {}),
    ("put_targets", "Rule", {"Targets": [{"Id": "one", "Arn": "arn:aws:sqs:us-east-1:123456789012:queue"}]}),
    ("remove_targets", "Rule", {"Ids": ["one"]}),
])
def test_a_rule_that_does_not_exist_is_not_found(account, operation, naming, more):
    call = getattr(account.client("events"), operation)
    assert refusal(call, **{naming: "nobody"}, **more) == ("ResourceNotFoundException", 400)


def test_a_rule_keeps_the_state_it_was_given(account):
    events = account.client("events")
    listener = account.listen({"source": ["own"]}, state=ALL_EVENTS)
    assert events.describe_rule(Name=listener.name)["State"] == ALL_EVENTS
    events.disable_rule(Name=listener.name)
    assert events.describe_rule(Name=listener.name)["State"] == "DISABLED"
    events.enable_rule(Name=listener.name)
    assert events.describe_rule(Name=listener.name)["State"] == "ENABLED"
