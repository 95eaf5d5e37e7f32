"""Resource policies of functions: one for each qualifier, each with a revision that changes with it.

ministack keeps all statements of a function in one policy, and its revision is that of the configuration.
Source: Lambda API Reference, AddPermission, RemovePermission, GetPolicy.
"""

import json
import uuid
from typing import Any

from ministack.core.responses import error_response_json
from ministack.services import lambda_svc

from local_aws import operations

_revisions = operations.of_region()  # ARN that the policy is for → revision

_original_add = lambda_svc._add_permission
_original_remove = lambda_svc._remove_permission


def install() -> None:
    lambda_svc._add_permission = add
    lambda_svc._remove_permission = remove
    lambda_svc._get_policy = get


def add(name: str, data: dict[str, Any], query_params: dict | None = None, path_qualifier: str | None = None) -> tuple:
    principal = str(data.get("Principal", ""))
    if len(principal) == 12 and principal.isdigit():
        data = {**data, "Principal": f"arn:aws:iam::{principal}:root"}
    with _Policy(name, query_params, path_qualifier) as policy:
        return policy.refusal(data.get("RevisionId")) or policy.changed_by(
            _original_add(name, data, query_params, path_qualifier))


def remove(name: str, sid: str, query_params: dict, path_qualifier: str | None = None) -> tuple:
    revision = lambda_svc._qp_first(query_params or {}, "RevisionId")
    with _Policy(name, query_params, path_qualifier) as policy:
        return policy.refusal(revision) or policy.changed_by(_original_remove(name, sid, query_params, path_qualifier))


def get(name: str, query_params: dict | None = None, path_qualifier: str | None = None) -> tuple:
    with _Policy(name, query_params, path_qualifier) as policy:
        if not policy.statements:
            return error_response_json("ResourceNotFoundException", "The resource you requested does not exist.", 404)
        document = {"Version": "2012-10-17", "Id": "default", "Statement": policy.statements}
        return lambda_svc.json_response({"Policy": json.dumps(document), "RevisionId": _revisions.get(policy.arn, "")})


class _Policy:
    """While it is open, the function's policy holds nothing but the statements for one qualifier."""

    def __init__(self, name: str, query: dict | None, qualifier: str | None) -> None:
        self.arn = lambda_svc._policy_resource_arn(name, lambda_svc._qualifier_from_path_or_query(qualifier, query))
        self._kept = (lambda_svc._functions.get(name) or {}).get("policy") or {"Statement": []}
        self._others: list[dict[str, Any]] = []

    @property
    def statements(self) -> list[dict[str, Any]]:
        return self._kept["Statement"]

    def __enter__(self) -> "_Policy":
        self._others = [each for each in self.statements if each.get("Resource") != self.arn]
        self._kept["Statement"] = [each for each in self.statements if each.get("Resource") == self.arn]
        return self

    def __exit__(self, *error: object) -> None:
        self._kept["Statement"] = self._others + self.statements

    def refusal(self, revision: str | None) -> tuple | None:
        """Answers a caller who has not seen the last change."""
        if not revision or revision == _revisions.get(self.arn):
            return None
        return error_response_json("PreconditionFailedException", "The RevisionId provided does not match the latest "
                                   "RevisionId. Call the GetPolicy API to retrieve the latest RevisionId.", 412)

    def changed_by(self, answer: tuple) -> tuple:
        if answer[0] < 300:
            _revisions[self.arn] = str(uuid.uuid4())
        return answer
