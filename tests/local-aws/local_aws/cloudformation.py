"""Resource types and properties of CloudFormation that ministack refuses or ignores.

A type that is only recorded proves that the template is accepted and its required properties are there, no more.
"""

import json
import re
from typing import Any, Callable

from ministack.core.responses import get_account_id, get_region
from ministack.services import cloudtrail, cloudwatch, dynamodb, eventbridge, iam, lambda_svc
from ministack.services.cloudformation import provisioners

from local_aws import cloudformation_types, insights

Properties = dict[str, Any]
Created = tuple[str, dict[str, str]]

# Type → properties that must be there.
RECORD_ONLY = {
    "AWS::CloudWatch::AnomalyDetector": (),
    "AWS::Config::ConfigRule": ("Source",),
    "AWS::SecurityHub::Hub": (),
}


def install() -> None:
    handlers = provisioners._RESOURCE_HANDLERS
    handlers.setdefault("AWS::CloudTrail::Trail", {"create": create_trail, "delete": delete_trail})
    handlers.setdefault("AWS::CloudWatch::CompositeAlarm", {"create": create_composite, "delete": delete_composite})
    handlers.setdefault("AWS::Events::Archive", {"create": create_archive, "delete": delete_archive})
    handlers.setdefault("AWS::Events::EventBusPolicy", {"create": create_bus_policy, "delete": delete_bus_policy})
    handlers.setdefault("AWS::IAM::AccessKey", {"create": create_key, "delete": delete_key})
    cloudformation_types.install()
    for kind, required in RECORD_ONLY.items():
        handlers.setdefault(kind, {"create": recorder(kind, required), "delete": lambda physical_id, properties: None})
    provisioners._cw_metric_alarm_record = alarm_on_expressions(provisioners._cw_metric_alarm_record)
    _after("AWS::Lambda::Function", reserve_concurrency)
    _after("AWS::DynamoDB::Table", set_time_to_live)
    _after("AWS::Events::Rule", refuse_invalid_pattern)


def _after(kind: str, step: Callable[[str, Properties], None]) -> None:
    """Adds a step to what happens when a resource is created or updated."""
    handler = provisioners._RESOURCE_HANDLERS[kind]
    inner_create, inner_update = handler["create"], handler["update"]

    def create(logical_id, properties, stack_name):
        made = inner_create(logical_id, properties, stack_name)
        step(made[0], properties)
        return made

    def update(physical_id, old, new, *rest):
        made = inner_update(physical_id, old, new, *rest)
        step(made[0] if isinstance(made, tuple) else physical_id, new)
        return made

    handler |= {"create": create, "update": update}
    provisioners._RESOURCE_HANDLERS[kind] = handler


def alarm_on_expressions(inner: Callable[[str, Properties], Properties]) -> Callable[[str, Properties], Properties]:
    """Lets alarms have metric math and anomaly detection in place of one metric and a threshold."""
    def record(name: str, properties: Properties) -> Properties:
        metrics = properties.get("Metrics")
        if not metrics:
            return inner(name, properties)
        if "Threshold" not in properties and "ThresholdMetricId" not in properties:
            raise ValueError("AWS::CloudWatch::Alarm needs Threshold or ThresholdMetricId")
        plain = {key: value for key, value in properties.items() if key != "Metrics"}
        made = inner(name, {"Threshold": 0} | plain | {"MetricName": "-", "Namespace": "-"})
        return made | {"MetricName": "", "Namespace": "", "Metrics": metrics,
                       "ThresholdMetricId": properties.get("ThresholdMetricId")}

    return record


def reserve_concurrency(name: str, properties: Properties) -> None:
    reserved = properties.get("ReservedConcurrentExecutions")
    if name in lambda_svc._functions:
        lambda_svc._functions[name]["concurrency"] = None if reserved is None else int(reserved)


def set_time_to_live(name: str, properties: Properties) -> None:
    wanted = properties.get("TimeToLiveSpecification")
    if wanted:
        enabled = str(wanted.get("Enabled")).lower() == "true"
        _checked(dynamodb._update_ttl({"TableName": name, "TimeToLiveSpecification": {**wanted, "Enabled": enabled}}))


def refuse_invalid_pattern(name: str, properties: Properties) -> None:
    pattern = properties.get("EventPattern")
    if pattern:
        error = eventbridge._event_pattern_error(pattern if isinstance(pattern, str) else json.dumps(pattern))
        if error:
            raise ValueError(f"Event pattern is not valid. Reason: {error}")


def create_trail(logical_id: str, properties: Properties, stack_name: str) -> Created:
    name = _name(properties, "TrailName", logical_id, stack_name)
    request = {key: value for key, value in properties.items() if key in _TRAIL_PROPERTIES}
    for key in ("IncludeGlobalServiceEvents", "IsMultiRegionTrail", "EnableLogFileValidation"):
        if key in request:
            request[key] = str(request[key]).lower() == "true"
    if properties.get("KMSKeyId"):
        request["KmsKeyId"] = properties["KMSKeyId"]
    made = _checked(cloudtrail._create_trail({"Name": name, **request}))
    # Of a new trail ministack forgets where it delivers to.
    logs = {key: request[key] for key in ("CloudWatchLogsLogGroupArn", "CloudWatchLogsRoleArn") if key in request}
    if logs:
        _checked(cloudtrail._update_trail({"Name": name, **logs}))
    selectors = {key: properties[key] for key in ("EventSelectors", "AdvancedEventSelectors") if properties.get(key)}
    if selectors:
        _checked(cloudtrail._put_event_selectors({"TrailName": name, **selectors}))
    if properties.get("InsightSelectors"):
        _checked(insights.put({"TrailName": name, "InsightSelectors": properties["InsightSelectors"]}))
    if str(properties.get("IsLogging")).lower() == "true":
        _checked(cloudtrail._start_logging({"Name": name}))
    return name, {"Arn": made.get("TrailARN", "")}


_TRAIL_PROPERTIES = ("S3BucketName", "S3KeyPrefix", "SnsTopicName", "IncludeGlobalServiceEvents", "IsMultiRegionTrail",
                     "EnableLogFileValidation", "KmsKeyId", "CloudWatchLogsLogGroupArn", "CloudWatchLogsRoleArn")


def delete_trail(physical_id: str, properties: Properties) -> None:
    cloudtrail._delete_trail({"Name": physical_id})


def create_composite(logical_id: str, properties: Properties, stack_name: str) -> Created:
    name = _name(properties, "AlarmName", logical_id, stack_name)
    _checked(cloudwatch._put_composite_alarm({}, {**properties, "AlarmName": name}, False, True))
    return name, {"Arn": f"arn:aws:cloudwatch:{get_region()}:{get_account_id()}:alarm:{name}"}


def delete_composite(physical_id: str, properties: Properties) -> None:
    cloudwatch._delete_alarms({}, {"AlarmNames": [physical_id]}, False, True)


def create_archive(logical_id: str, properties: Properties, stack_name: str) -> Created:
    name = properties.get("ArchiveName") or provisioners._physical_name(stack_name, logical_id, max_len=48)
    request = {"ArchiveName": name, "EventSourceArn": properties["SourceArn"]}
    request |= {key: properties[key] for key in ("Description", "RetentionDays") if key in properties}
    if properties.get("EventPattern"):
        request["EventPattern"] = json.dumps(properties["EventPattern"])
    made = _checked(eventbridge._create_archive(request))
    return name, {"Arn": made.get("ArchiveArn", ""), "ArchiveName": name}


def delete_archive(physical_id: str, properties: Properties) -> None:
    eventbridge._delete_archive({"ArchiveName": physical_id})


def create_bus_policy(logical_id: str, properties: Properties, stack_name: str) -> Created:
    bus = properties.get("EventBusName") or "default"
    statement_id = properties["StatementId"]
    statement = properties.get("Statement") or {
        "Effect": "Allow",
        "Principal": properties["Principal"],
        "Action": properties["Action"],
        "Resource": f"arn:aws:events:{get_region()}:{get_account_id()}:event-bus/{bus}",
    }
    if bus != "default" and bus not in eventbridge._event_buses:
        raise ValueError(f"Event bus {bus} does not exist.")
    if isinstance(statement, str):
        statement = json.loads(statement)
    policy = eventbridge._event_bus_policies.get(bus) or {"Version": "2012-10-17", "Statement": []}
    others = [each for each in policy["Statement"] if each.get("Sid") != statement_id]
    policy["Statement"] = [*others, {**statement, "Sid": statement_id}]
    eventbridge._event_bus_policies[bus] = policy
    return f"{bus}|{statement_id}", {}


def delete_bus_policy(physical_id: str, properties: Properties) -> None:
    bus, _, statement_id = physical_id.partition("|")
    eventbridge._remove_permission({"EventBusName": bus, "StatementId": statement_id})


def create_key(logical_id: str, properties: Properties, stack_name: str) -> Created:
    answer = iam._IAM_HANDLERS["CreateAccessKey"]({"UserName": [properties["UserName"]]})
    body = answer[2].decode()
    if answer[0] >= 300:
        raise ValueError(body)
    found = {key: re.search(f"<{key}>(.*?)</{key}>", body).group(1) for key in ("AccessKeyId", "SecretAccessKey")}
    if properties.get("Status"):
        iam._access_keys[found["AccessKeyId"]]["Status"] = properties["Status"]
    return found["AccessKeyId"], {"SecretAccessKey": found["SecretAccessKey"]}


def delete_key(physical_id: str, properties: Properties) -> None:
    iam._access_keys.pop(physical_id, None)


def recorder(kind: str, required: tuple[str, ...]) -> Callable[[str, Properties, str], Created]:
    """Returns a handler that creates nothing."""

    def create(logical_id: str, properties: Properties, stack_name: str) -> Created:
        missing = [name for name in required if name not in properties]
        if missing:
            raise ValueError(f"{kind}: required properties are missing: {', '.join(missing)}")
        physical_id = provisioners._physical_name(stack_name, logical_id, max_len=64)
        arn = f"arn:aws:{kind.split('::')[1].lower()}:{get_region()}:{get_account_id()}:{physical_id}"
        return physical_id, {"Arn": arn, "QueryDefinitionId": physical_id}

    return create


def _name(properties: Properties, key: str, logical_id: str, stack_name: str) -> str:
    return properties.get(key) or provisioners._physical_name(stack_name, logical_id, max_len=128)


def _checked(answer: tuple) -> dict[str, Any]:
    status, _, body = answer
    text = body.decode() if isinstance(body, bytes) else str(body)
    if status >= 300:
        raise ValueError(text)
    try:
        return json.loads(text)
    except ValueError:
        return {}
