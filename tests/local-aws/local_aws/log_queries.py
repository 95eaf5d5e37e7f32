"""Queries of Logs Insights: ministack knows none over the fields of records, and no saved ones."""

import base64
import os
import time
from typing import Any

from ministack.services import cloudwatch_logs

from local_aws import operations, query_language
from local_aws.operations import Parameters, Refused

Answer = dict[str, Any]

_queries = operations.of_region()
_saved = operations.of_region()
MOST_ITEMS = 10_000
MOST_ROWS = 100_000


def install() -> None:
    operations.add("logs", {"StartQuery": start, "GetQueryResults": results, "StopQuery": stop,
                            "DescribeQueryDefinitions": describe_saved})


def seconds_to_run() -> float:
    """How long a query runs, as on AWS it takes some time."""
    return float(os.environ.get("LOCAL_AWS_QUERY_SECONDS", "0.2"))


def save(identifier: str, properties: Parameters) -> None:
    """Keeps a query as CloudFormation makes it."""
    _saved[identifier] = {"queryDefinitionId": identifier, "name": properties["Name"], "queryString": properties["QueryString"],
                          "logGroupNames": properties.get("LogGroupNames") or []}


def forget(identifier: str) -> None:
    _saved.pop(identifier, None)


def describe_saved(parameters: Parameters) -> Answer:
    prefix = parameters.get("queryDefinitionNamePrefix") or ""
    found = sorted((one for one in _saved.values() if one["name"].startswith(prefix)), key=lambda one: one["name"])
    first, size = _number(parameters.get("nextToken")), parameters.get("maxResults") or 1000
    answer: Answer = {"queryDefinitions": found[first:first + size]}
    return answer | ({"nextToken": _token(first + size)} if len(found) > first + size else {})


def start(parameters: Parameters) -> Answer:
    groups = parameters.get("logGroupNames") or [parameters["logGroupName"]]
    for name in groups:
        if name not in cloudwatch_logs._log_groups:
            raise Refused("ResourceNotFoundException", f"Log group '{name}' does not exist for account ID in the Region")
    if parameters["endTime"] < parameters["startTime"]:
        raise Refused("InvalidParameterException", "End time should not be before the start time")
    if not 1 <= parameters.get("limit", 1) <= MOST_ROWS:
        raise Refused("InvalidParameterException", f"limit must be 1 to {MOST_ROWS}")
    scanned = [cloudwatch_logs._public_log_record(record) for record in cloudwatch_logs._collect_query_records(
        groups, parameters["startTime"], parameters["endTime"])]
    try:
        rows, matched = query_language.run(parameters["queryString"], scanned, parameters.get("limit"))
    except query_language.Malformed as error:
        raise Refused("MalformedQueryException", str(error)) from error
    identifier = cloudwatch_logs.new_uuid()
    _queries[identifier] = {
        "rows": [[{"field": name, "value": value} for name, value in row.items()] + [{"field": "@ptr", "value": "pointer"}] for row in rows],
        "ends": time.monotonic() + seconds_to_run(), "stopped": False,
        "statistics": {"recordsMatched": float(matched), "recordsScanned": float(len(scanned)),
                       "bytesScanned": float(sum(len(record["@message"].encode()) for record in scanned))}}
    return {"queryId": identifier}


def results(parameters: Parameters) -> Answer:
    query = _known(parameters)
    if query["stopped"] or time.monotonic() < query["ends"]:
        return {"status": "Cancelled" if query["stopped"] else "Running", "results": [], "statistics": query["statistics"]}
    first, size = _number(parameters.get("nextToken")), parameters.get("maxItems") or MOST_ITEMS
    if not 1 <= size <= MOST_ITEMS:
        raise Refused("InvalidParameterException", f"maxItems must be 1 to {MOST_ITEMS}")
    answer = {"status": "Complete", "results": query["rows"][first:first + size], "statistics": query["statistics"]}
    return answer | ({"nextToken": _token(first + size)} if len(query["rows"]) > first + size else {})


def stop(parameters: Parameters) -> Answer:
    query = _known(parameters)
    if query["stopped"] or time.monotonic() >= query["ends"]:
        raise Refused("InvalidParameterException", "Query is not in cancellable state")
    query["stopped"] = True
    return {"success": True}


def _known(parameters: Parameters) -> dict[str, Any]:
    query = _queries.get(parameters["queryId"])
    if query is None:
        raise Refused("ResourceNotFoundException", f"The specified query does not exist: {parameters['queryId']}")
    return query


def _token(number: int) -> str:
    return base64.b64encode(str(number).encode()).decode()


def _number(token: str | None) -> int:
    return int(base64.b64decode(token)) if token else 0
