"""Rules of security groups."""

import pytest
from accounts import refusal

SSH = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22}
WORLD, OFFICE, WORLD_6 = {"CidrIp": "0.0.0.0/0", "Description": "oops"}, {"CidrIp": "10.0.0.0/8"}, {"CidrIpv6": "::/0"}
OPENED = [{**SSH, "IpRanges": [WORLD, OFFICE], "Ipv6Ranges": [WORLD_6]}]


@pytest.fixture
def group(account):
    ec2 = account.client("ec2")
    return ec2, ec2.create_security_group(GroupName="web", Description="web")["GroupId"]


def sources(rules):
    return [rule.get("CidrIpv4") or rule.get("CidrIpv6") for rule in rules]


def rules(ec2, group_id, egress=False):
    found = ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [group_id]}])["SecurityGroupRules"]
    return [rule for rule in found if rule["IsEgress"] is egress]


def test_each_source_becomes_a_rule_with_an_id_of_its_own(group):
    ec2, it = group
    made = ec2.authorize_security_group_ingress(GroupId=it, IpPermissions=OPENED)["SecurityGroupRules"]
    assert sources(made) == ["0.0.0.0/0", "10.0.0.0/8", "::/0"]
    assert len({rule["SecurityGroupRuleId"] for rule in made}) == 3
    assert sources(rules(ec2, it)) == sources(made)
    one = ec2.describe_security_group_rules(SecurityGroupRuleIds=[made[0]["SecurityGroupRuleId"]])["SecurityGroupRules"][0]
    assert {key: one[key] for key in ("CidrIpv4", "Description", "FromPort", "GroupId")} == {
        "CidrIpv4": "0.0.0.0/0", "Description": "oops", "FromPort": 22, "GroupId": it}
    shown = ec2.describe_security_groups(GroupIds=[it])["SecurityGroups"][0]["IpPermissions"]
    assert [(each["IpRanges"], each["Ipv6Ranges"]) for each in shown] == [([WORLD, OFFICE], [WORLD_6])]


def test_one_rule_is_revoked_by_its_id_and_the_others_stay(group):
    ec2, it = group
    made = ec2.authorize_security_group_ingress(GroupId=it, IpPermissions=OPENED)["SecurityGroupRules"]
    revoke, world = ec2.revoke_security_group_ingress, made[0]["SecurityGroupRuleId"]
    answer = revoke(GroupId=it, SecurityGroupRuleIds=[world])
    assert [rule["SecurityGroupRuleId"] for rule in answer["RevokedSecurityGroupRules"]] == [world]
    assert sources(rules(ec2, it)) == ["10.0.0.0/8", "::/0"]
    assert refusal(revoke, GroupId=it, SecurityGroupRuleIds=[world]) == ("InvalidSecurityGroupRuleId.NotFound", 400)
    assert refusal(ec2.describe_security_group_rules, SecurityGroupRuleIds=[world]) == (
        "InvalidSecurityGroupRuleId.NotFound", 400)


def test_rules_are_revoked_by_what_they_say(group):
    ec2, it = group
    ec2.authorize_security_group_ingress(GroupId=it, IpPermissions=OPENED)
    revoke = ec2.revoke_security_group_ingress
    revoke(GroupId=it, IpPermissions=[{**SSH, "IpRanges": [{"CidrIp": "0.0.0.0/0"}], "Ipv6Ranges": [WORLD_6]}])
    assert sources(rules(ec2, it)) == ["10.0.0.0/8"]
    gone = [{**SSH, "IpRanges": [WORLD]}]
    assert refusal(revoke, GroupId=it, IpPermissions=gone) == ("InvalidPermission.NotFound", 400)


def test_a_rule_that_is_there_already_is_a_duplicate_and_comes_back_under_another_id(group):
    ec2, it = group
    authorize = ec2.authorize_security_group_ingress
    first = authorize(GroupId=it, IpPermissions=OPENED)["SecurityGroupRules"]
    assert refusal(authorize, GroupId=it, IpPermissions=OPENED) == ("InvalidPermission.Duplicate", 400)
    ec2.revoke_security_group_ingress(GroupId=it, SecurityGroupRuleIds=[rule["SecurityGroupRuleId"] for rule in first])
    again = authorize(GroupId=it, CidrIp="0.0.0.0/0", **SSH)["SecurityGroupRules"]
    assert again[0]["SecurityGroupRuleId"] != first[0]["SecurityGroupRuleId"]
    assert refusal(authorize, GroupId="sg-0123456789abcdef0", IpPermissions=OPENED) == ("InvalidGroup.NotFound", 400)


def test_egress_begins_open_and_is_closed_and_opened(group):
    ec2, it = group
    assert sources(rules(ec2, it, egress=True)) == ["0.0.0.0/0"]
    everything = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
    ec2.revoke_security_group_egress(GroupId=it, IpPermissions=everything)
    made = ec2.authorize_security_group_egress(GroupId=it, IpPermissions=[{**SSH, "IpRanges": [OFFICE]}])["SecurityGroupRules"]
    assert [rule["IsEgress"] for rule in made] == [True]
    ec2.revoke_security_group_egress(GroupId=it, SecurityGroupRuleIds=[made[0]["SecurityGroupRuleId"]])
    assert rules(ec2, it, egress=True) == []


def test_a_group_is_a_source_too(group):
    ec2, it = group
    made = ec2.authorize_security_group_ingress(
        GroupId=it, IpPermissions=[{**SSH, "UserIdGroupPairs": [{"GroupId": it}]}])["SecurityGroupRules"]
    assert made[0]["ReferencedGroupInfo"]["GroupId"] == it
    ec2.revoke_security_group_ingress(GroupId=it, IpPermissions=[{**SSH, "UserIdGroupPairs": [{"GroupId": it}]}])
    assert rules(ec2, it) == []


def test_the_record_names_the_ids_of_the_new_rules(account, group):
    ec2, it = group
    made = ec2.authorize_security_group_ingress(GroupId=it, IpPermissions=OPENED)["SecurityGroupRules"]
    record = account.record("AuthorizeSecurityGroupIngress")
    assert record["requestParameters"] == {"groupId": it, "ipPermissions": {"items": [{
        "ipProtocol": "tcp", "fromPort": 22, "toPort": 22, "groups": {}, "prefixListIds": {},
        "ipRanges": {"items": [{"cidrIp": "0.0.0.0/0", "description": "oops"}, {"cidrIp": "10.0.0.0/8"}]},
        "ipv6Ranges": {"items": [{"cidrIpv6": "::/0"}]},
    }]}}
    answer = record["responseElements"]
    items = answer["securityGroupRuleSet"]["items"]
    assert (answer["_return"], answer["requestId"]) == (True, record["requestID"])
    assert [item["securityGroupRuleId"] for item in items] == [rule["SecurityGroupRuleId"] for rule in made]
    assert (items[0]["cidrIpv4"], items[0]["groupId"], items[0]["isEgress"]) == ("0.0.0.0/0", it, False)
