"""Draws the activity on the deployed dashboard as CloudWatch would, with the numbers that the functions publish on a local AWS.

Three hours of made-up calls go through the function `meter`.
"""

import datetime
import json
import random
import sys
import uuid
from pathlib import Path
from typing import Any

import leather

from deployed import Stack
from events import in_envelope, quarantine_record
from local_aws.session import LocalAws

REPOSITORY = Path(__file__).resolve().parent.parent.parent
HOURS = 3
SERVICES = {"ec2": 30, "s3": 22, "iam": 6, "sts": 14, "lambda": 10, "dynamodb": 9, "kms": 5, "ssm": 4, "glue": 3}
COLOURS = ["#1f77b4", "#ff7f0e", "#2ca02c", "#d62728", "#9467bd", "#8c564b", "#e377c2", "#7f7f7f", "#bcbd22", "#17becf"]
PERIOD = 300


def traffic(stack: Stack) -> list[str]:
    """Returns the events of calls over the last hours, from many people and machines."""
    chance = random.Random(2026)
    now = datetime.datetime.now(datetime.UTC)
    bodies = []
    for minute in range(HOURS * 60):
        at = now - datetime.timedelta(minutes=minute)
        burst = 4 if 70 < minute < 85 else 1
        for _ in range(chance.randint(4, 9) * burst):
            service = chance.choices(list(SERVICES), SERVICES.values())[0]
            failed = chance.choices([None, "AccessDenied", "ThrottlingException", "ValidationException"],
                                    [90, 8 * burst, 2, 3])[0]
            writes = chance.random() < 0.3
            record = quarantine_record(
                stack, "", eventSource=f"{service}.amazonaws.com", eventName="UpdateThing" if writes else "DescribeThings",
                requestParameters=None, readOnly=not writes, eventCategory="Management", errorCode=failed,
                awsRegion=chance.choice(["us-east-1", "us-east-1", "eu-west-1"]),
                eventTime=at.strftime("%Y-%m-%dT%H:%M:%SZ"), eventID=str(uuid.UUID(int=chance.getrandbits(128))))
            bodies.append(json.dumps(in_envelope(stack, record)))
    return bodies


def lines(stack: Stack, properties: dict[str, Any]) -> list[tuple[str, list[tuple[float, float]]]]:
    """Returns what a graph shows: labels and points, hours before now and values."""
    cloudwatch = stack.aws.client("cloudwatch")
    found = []
    for line in properties.get("metrics", []):
        if isinstance(line[0], dict):
            dimension = line[0]["expression"].split("{Trailreflex,")[1].split("}")[0]
            name = line[0]["expression"].split('MetricName="')[1].split('"')[0]
            listed = cloudwatch.list_metrics(Namespace="Trailreflex", MetricName=name)["Metrics"]
            for metric in listed:
                if [one["Name"] for one in metric["Dimensions"]] == [dimension]:
                    found.append((metric["Dimensions"][0]["Value"], "Trailreflex", name, metric["Dimensions"], "Sum"))
        else:
            namespace, name, *pairs, how = line
            dimensions = [{"Name": key, "Value": value} for key, value in zip(pairs[::2], pairs[1::2])]
            found.append((how["label"], namespace, name, dimensions, how["stat"]))
    now = datetime.datetime.now(datetime.UTC)
    drawn = []
    for label, namespace, name, dimensions, statistic in sorted(found, key=lambda one: one[0]):
        ask = {"Statistics": [statistic]} if statistic in ("Sum", "Maximum") else {"ExtendedStatistics": [statistic]}
        # Asked for a metric without dimensions, the local AWS adds up all metrics of the name, each call several times:
        # the parts by service are the same calls, each once.
        listed = cloudwatch.list_metrics(Namespace=namespace, MetricName=name)["Metrics"]
        by_service = [one["Dimensions"] for one in listed if [part["Name"] for part in one["Dimensions"]] == ["Service"]]
        values: dict[float, float] = {}
        for part in [dimensions] if dimensions or not by_service else by_service:
            points = cloudwatch.get_metric_statistics(
                Namespace=namespace, MetricName=name, Dimensions=part, Period=PERIOD,
                StartTime=now - datetime.timedelta(hours=HOURS), EndTime=now, **ask)["Datapoints"]
            for point in points:
                value = point.get(statistic) or point.get("ExtendedStatistics", {}).get(statistic, 0.0)
                hours = -(now - point["Timestamp"]).total_seconds() / 3600
                values[hours] = values.get(hours, 0.0) + float(value)
        if values:
            drawn.append((label, sorted(values.items())))
    return drawn


def picture(stack: Stack, path: Path) -> None:
    body = stack.aws.client("cloudwatch").get_dashboard(DashboardName=stack.resources["Dashboard"])["DashboardBody"]
    grid = leather.Grid()
    for widget in json.loads(body)["widgets"]:
        drawn = lines(stack, widget["properties"]) if widget["type"] == "metric" else []
        # What happens only while the picture is made would be a dot in an empty graph.
        drawn = [(label, xy) for label, xy in drawn if len(xy) > 2]
        if not drawn:
            continue
        chart = leather.Chart(widget["properties"]["title"])
        chart.add_x_scale(-HOURS - 0.1, 0)
        chart.add_y_scale(0, max(y for _, xy in drawn for _, y in xy) or 1)
        chart.add_x_axis(name="hours", ticks=range(-HOURS, 1))
        for (label, xy), colour in zip(drawn, COLOURS):
            chart.add_line(xy, name=label, stroke_color=colour, width=2)
        grid.add_one(chart)
    grid.to_svg(str(path))


def main() -> None:
    with LocalAws(auth=True) as aws:
        aws.deploy(REPOSITORY / "target/stage/template.yaml")
        stack = Stack(aws)
        bodies = traffic(stack)
        for begin in range(0, len(bodies), 500):
            stack.meter(*bodies[begin:begin + 500])
        picture(stack, Path(sys.argv[1]))
    print(f"{sys.argv[1]}: {len(bodies)} calls")


main()
