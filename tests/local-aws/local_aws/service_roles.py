"""Roles that a service works under for somebody, such as those of schedules and of event bus targets."""

import json

from ministack.core import iam_evaluator
from ministack.core.responses import get_account_id, get_region
from ministack.services import iam

from local_aws.policies import Asked, decide


def may_assume(role_arn: str, service: str, source_arn: str) -> bool:
    """Says if the role, of the account that is being worked in, lets the service assume it on behalf of what `source_arn` names."""
    role = iam._roles.get(role_arn.rsplit("/", 1)[-1])
    trust = (role or {}).get("AssumeRolePolicyDocument") or "{}"
    context = {"aws:SourceAccount": get_account_id(), "aws:SourceArn": source_arn}
    policy = json.loads(trust) if isinstance(trust, str) else trust
    return decide(policy, Asked("sts:AssumeRole", role_arn, service=service, context=context)) == "Allow"


def allows(role_arn: str, action: str, resource: str) -> bool:
    """Says if the policies of the role allow an action."""
    account = role_arn.split(":")[4]
    context = iam_evaluator.EvalContext(principal_arn=role_arn, principal_type="AssumedRole", principal_account=account,
                                        action=action, resource_arn=resource, region=get_region())
    policies = iam_evaluator._gather_role_policies(role_arn.rsplit("/", 1)[-1], account)
    return iam_evaluator.evaluate(context, policies).decision == "Allow"
