"""More types of CloudFormation: those with a file of their own here, and buckets with an Object Lock."""

from typing import Any

from ministack.services import s3, scheduler
from ministack.services.cloudformation import provisioners

from local_aws import analyzers, detectors, log_queries, schedules

Properties = dict[str, Any]
Created = tuple[str, dict[str, str]]


def install() -> None:
    handlers = provisioners._RESOURCE_HANDLERS
    handlers["AWS::AccessAnalyzer::Analyzer"] = {"create": create_analyzer, "delete": delete_analyzer}
    handlers["AWS::GuardDuty::Detector"] = {"create": create_detector, "delete": delete_detector}
    handlers["AWS::Logs::QueryDefinition"] = {"create": create_query, "update": update_query, "delete": delete_query}
    handlers["AWS::Scheduler::Schedule"] |= {"create": create_schedule, "update": update_schedule}
    inner = handlers["AWS::S3::Bucket"]["create"]
    handlers["AWS::S3::Bucket"] |= {"create": lambda logical_id, properties, stack_name: _locked(
        inner(logical_id, properties, stack_name), properties)}


def create_analyzer(logical_id: str, properties: Properties, stack_name: str) -> Created:
    name = properties.get("AnalyzerName") or provisioners._physical_name(stack_name, logical_id, max_len=128)
    if "Type" not in properties:
        raise ValueError("AWS::AccessAnalyzer::Analyzer: required properties are missing: Type")
    arn = analyzers.create({"analyzerName": name, "type": properties["Type"]})["arn"]
    return arn, {"Arn": arn}


def delete_analyzer(physical_id: str, properties: Properties) -> None:
    analyzers.delete(physical_id.rsplit("/", 1)[-1])


def create_detector(logical_id: str, properties: Properties, stack_name: str) -> Created:
    enabled = str(properties.get("Enable")).lower() == "true"
    given = {name: properties[name] for name in ("FindingPublishingFrequency",) if name in properties}
    identifier = detectors.create({"Enable": enabled, **given})["DetectorId"]
    return identifier, {"Id": identifier}


def delete_detector(physical_id: str, properties: Properties) -> None:
    detectors.delete(physical_id)


def create_query(logical_id: str, properties: Properties, stack_name: str) -> Created:
    missing = [name for name in ("Name", "QueryString") if name not in properties]
    if missing:
        raise ValueError(f"AWS::Logs::QueryDefinition: required properties are missing: {', '.join(missing)}")
    identifier = provisioners._physical_name(stack_name, logical_id, max_len=64)
    log_queries.save(identifier, properties)
    return identifier, {"QueryDefinitionId": identifier}


def update_query(physical_id: str, old: Properties, new: Properties, stack_name: str) -> Created:
    log_queries.save(physical_id, new)
    return physical_id, {"QueryDefinitionId": physical_id}


def delete_query(physical_id: str, properties: Properties) -> None:
    log_queries.forget(physical_id)


def create_schedule(logical_id: str, properties: Properties, stack_name: str) -> Created:
    name = properties.get("Name") or provisioners._physical_name(stack_name, logical_id, max_len=64)
    return name, {"Arn": _write_schedule(name, properties, scheduler._create_schedule)}


def update_schedule(physical_id: str, old: Properties, new: Properties, stack_name: str) -> Created:
    """Name and group are there to stay: a change of either makes another schedule."""
    if any(new.get(key) not in (None, old.get(key)) for key in ("Name", "GroupName")):
        return create_schedule(physical_id, new, stack_name)
    return physical_id, {"Arn": _write_schedule(physical_id, new, scheduler._update_schedule)}


def _write_schedule(name: str, properties: Properties, write: Any) -> str:
    schedules.check(properties)
    status, _, body = write(name, properties)
    if status >= 300:
        raise ValueError(body.decode() if isinstance(body, bytes) else str(body))
    return scheduler._schedule_arn(properties.get("GroupName", "default"), name)


def _locked(made: Created, properties: Properties) -> Created:
    """An Object Lock can be had only with the bucket, and brings versioning with it."""
    configuration = properties.get("ObjectLockConfiguration") or {}
    if str(properties.get("ObjectLockEnabled")).lower() == "true":
        retention = (configuration.get("Rule") or {}).get("DefaultRetention")
        if retention:
            retention = {key: value if key == "Mode" else int(value) for key, value in retention.items()}
        s3._bucket_object_lock[made[0]] = {"enabled": True, "default_retention": retention}
        s3._bucket_versioning[made[0]] = "Enabled"
    elif configuration:
        raise ValueError("Object Lock configuration cannot be enabled on existing buckets")
    return made
