"""Rules of security groups: one for each source, with an id of its own, as AWS keeps them.

ministack keeps a whole permission as one rule, so that revoking one source by its id would revoke them all.
"""

import secrets
from typing import Any, Iterator

from ministack.core.responses import get_account_id, get_region
from ministack.services import ec2

from local_aws import operations
from local_aws.operations import Parameters, Refused

Rule = dict[str, Any]
SOURCES = {"IpRanges": "CidrIp", "Ipv6Ranges": "CidrIpv6", "PrefixListIds": "PrefixListId", "UserIdGroupPairs": "GroupId"}
INGRESS, EGRESS = "IpPermissions", "IpPermissionsEgress"

_original_xml = ec2._sg_xml


def install() -> None:
    ec2._sg_xml = lambda group: _original_xml({**group, **{side: list(_merged(group[side])) for side in (INGRESS, EGRESS)}})
    operations.add("ec2", {
        "AuthorizeSecurityGroupIngress": lambda parameters: authorize(parameters, INGRESS),
        "AuthorizeSecurityGroupEgress": lambda parameters: authorize(parameters, EGRESS),
        "RevokeSecurityGroupIngress": lambda parameters: revoke(parameters, INGRESS),
        "RevokeSecurityGroupEgress": lambda parameters: revoke(parameters, EGRESS),
        "DescribeSecurityGroupRules": describe,
    })


def authorize(parameters: Parameters, side: str) -> dict[str, Any]:
    group = _group(parameters)
    wanted, known = list(_asked(parameters)), _split(group, side)
    if not wanted:
        raise Refused("MissingParameter", "The request must contain the parameter ipPermissions")
    for rule in wanted:
        if any(_same(rule, other) for other in known):
            raise Refused("InvalidPermission.Duplicate", f'the specified rule "peer: {_source(rule)[1]}, '
                          f'{rule["IpProtocol"]}, ALLOW" already exists')
        rule["SecurityGroupRuleId"] = f"sgr-{secrets.token_hex(9)[:17]}"
    group[side] = known + wanted
    for specification in parameters.get("TagSpecifications", []):
        for rule in wanted:
            ec2._tags[rule["SecurityGroupRuleId"]] = list(specification.get("Tags", []))
    return {"Return": True, "SecurityGroupRules": [_shown(group, rule, side) for rule in wanted]}


def revoke(parameters: Parameters, side: str) -> dict[str, Any]:
    """All rules that are named must exist, else none is revoked."""
    group = _group(parameters)
    known, revoked = _split(group, side), []
    for identifier in parameters.get("SecurityGroupRuleIds", []):
        found = [rule for rule in known if _id(group, rule, side) == identifier]
        if not found:
            raise Refused("InvalidSecurityGroupRuleId.NotFound", f"The security group rule ID '{identifier}' does not exist")
        revoked += found
    for wanted in _asked(parameters):
        found = [rule for rule in known if _same(wanted, rule)]
        if not found:
            raise Refused("InvalidPermission.NotFound", "The specified rule does not exist in this security group.")
        revoked += found
    group[side] = [rule for rule in known if not any(rule is each for each in revoked)]
    shown = [_shown(group, rule, side) for rule in revoked]
    kept = {"SecurityGroupRuleId", "GroupId", "IsEgress", "IpProtocol", "FromPort", "ToPort", "CidrIpv4", "CidrIpv6",
            "PrefixListId", "Description"}
    return {"Return": True, "RevokedSecurityGroupRules": [{k: v for k, v in each.items() if k in kept} for each in shown]}


def describe(parameters: Parameters) -> dict[str, Any]:
    filters = {each["Name"]: each.get("Values", []) for each in parameters.get("Filters", [])}
    rules = [_shown(group, rule, side) for group in ec2._security_groups.values() for side in (INGRESS, EGRESS)
             for rule in _split(group, side)]
    ids = parameters.get("SecurityGroupRuleIds", [])
    for identifier in ids:
        if all(rule["SecurityGroupRuleId"] != identifier for rule in rules):
            raise Refused("InvalidSecurityGroupRuleId.NotFound", f"The security group rule ID '{identifier}' does not exist")
    wanted = {"SecurityGroupRuleId": ids or filters.get("security-group-rule-id"), "GroupId": filters.get("group-id")}
    return {"SecurityGroupRules": [rule for rule in rules if all(
        rule[name] in values for name, values in wanted.items() if values is not None) and _has_tags(rule, filters)]}


def _has_tags(rule: dict[str, Any], filters: dict[str, list[str]]) -> bool:
    tags = {each["Key"]: each.get("Value", "") for each in rule.get("Tags", [])}
    return all(tags.get(name.removeprefix("tag:")) in values for name, values in filters.items() if name.startswith("tag:"))


def _group(parameters: Parameters) -> dict[str, Any]:
    identifier, name = parameters.get("GroupId"), parameters.get("GroupName")
    for group in ec2._security_groups.values():
        if group["GroupId"] == identifier or (identifier is None and group["GroupName"] == name):
            return group
    raise Refused("InvalidGroup.NotFound", f"The security group '{identifier or name}' does not exist")


def _asked(parameters: Parameters) -> Iterator[Rule]:
    """Yields the rules of a request, from either form that EC2 takes."""
    permissions = parameters.get("IpPermissions", [])
    if not permissions and parameters.get("IpProtocol"):
        flat = {name: parameters[name] for name in ("IpProtocol", "FromPort", "ToPort") if name in parameters}
        permissions = [{**flat, "IpRanges": [{"CidrIp": parameters["CidrIp"]}] if "CidrIp" in parameters else []}]
    for permission in permissions:
        yield from _single(permission)


def _single(permission: Rule) -> Iterator[Rule]:
    """Cuts a permission into rules of one source each."""
    common = {"IpProtocol": str(permission.get("IpProtocol", "-1")), **dict.fromkeys(SOURCES, [])}
    if common["IpProtocol"] != "-1":
        common |= {name: int(permission[name]) for name in ("FromPort", "ToPort") if name in permission}
    for kind in SOURCES:
        for source in permission.get(kind, []):
            yield {**common, kind: [source]}


def _split(group: dict[str, Any], side: str) -> list[Rule]:
    """Returns the rules of a group, of which ministack may have put several sources into one; the ids stay the same."""
    rules = []
    for rule in group[side]:
        parts = list(_single(rule))
        rules += [rule] if len(parts) < 2 else parts
    group[side] = rules
    return rules


def _merged(rules: list[Rule]) -> Iterator[Rule]:
    """Puts rules of the same protocol and ports together, as DescribeSecurityGroups shows them."""
    merged: dict[tuple, Rule] = {}
    for rule in rules:
        key = (rule.get("IpProtocol"), rule.get("FromPort"), rule.get("ToPort"))
        kept = merged.setdefault(key, {**rule, **{kind: [] for kind in SOURCES}})
        for kind in SOURCES:
            kept[kind] = kept[kind] + rule.get(kind, [])
    yield from merged.values()


def _same(one: Rule, other: Rule) -> bool:
    ports = ("IpProtocol", "FromPort", "ToPort")
    return all(one.get(name) == other.get(name) for name in ports) and _source(one) == _source(other)


def _source(rule: Rule) -> tuple[str, str]:
    for kind, name in SOURCES.items():
        for source in rule.get(kind, []):
            return kind, source.get(name) or source.get("GroupName", "")
    return "", ""


def _id(group: dict[str, Any], rule: Rule, side: str) -> str:
    return ec2._sg_rule_id(group["GroupId"], side == EGRESS, rule)


def _shown(group: dict[str, Any], rule: Rule, side: str) -> dict[str, Any]:
    identifier, (kind, source) = _id(group, rule, side), _source(rule)
    shown = {"SecurityGroupRuleId": identifier, "GroupId": group["GroupId"], "GroupOwnerId": group["OwnerId"],
             "IsEgress": side == EGRESS, "IpProtocol": rule["IpProtocol"], "FromPort": rule.get("FromPort", -1),
             "ToPort": rule.get("ToPort", -1),
             "SecurityGroupRuleArn":
                 f"arn:aws:ec2:{get_region()}:{get_account_id()}:security-group-rule/{identifier}"}
    description = next((each["Description"] for name in SOURCES for each in rule.get(name, []) if each.get("Description")), None)
    match kind:
        case "IpRanges":
            shown["CidrIpv4"] = source
        case "Ipv6Ranges":
            shown["CidrIpv6"] = source
        case "PrefixListIds":
            shown["PrefixListId"] = source
        case "UserIdGroupPairs":
            shown["ReferencedGroupInfo"] = {"GroupId": source, "UserId": get_account_id()}
        case _:
            pass
    more = {"Description": description, "Tags": ec2._tags.get(identifier)}
    return shown | {name: value for name, value in more.items() if value}
