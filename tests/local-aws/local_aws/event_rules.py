"""Calls about rules that do not exist fail, as on AWS: ministack answers some of them as if they did."""

from ministack.services import eventbridge

from local_aws import operations
from local_aws.operations import Parameters, Refused


def install() -> None:
    operations.check("events", {
        "DisableRule": _exists("Name"),
        "EnableRule": _exists("Name"),
        "ListTargetsByRule": _exists("Rule"),
        "PutTargets": _exists("Rule"),
        "RemoveTargets": _exists("Rule"),
    })


def _exists(naming: str):
    def check(parameters: Parameters) -> None:
        name, bus = parameters.get(naming, ""), str(parameters.get("EventBusName") or "default").rsplit("/", 1)[-1]
        if eventbridge._rule_key(name, bus) not in eventbridge._rules:
            raise Refused("ResourceNotFoundException", f"Rule {name} does not exist on EventBus {bus}.")

    return check
