"""The source identity of a role session: who chose it, what policies see of it, that it cannot be changed.

Source: IAM User Guide, "Monitor and control actions taken with assumed roles".
"""

import dataclasses
from typing import Any

from ministack.core import iam_evaluator
from ministack.services import sts

from local_aws.conditions import authorising

_original_register = sts.register_session
_original_keys = iam_evaluator._principal_keys
_original_trust = iam_evaluator.evaluate_trust_policy
_original_xml = sts._xml


def install() -> None:
    sts.register_session = _register
    sts._xml = _xml
    iam_evaluator._principal_keys = _principal_keys
    iam_evaluator.evaluate_trust_policy = _evaluate_trust


def given() -> str | None:
    """Returns the source identity that the AssumeRole now being answered asks for."""
    call = authorising.get()
    if call is None or (call.service, call.operation.name) != ("sts", "AssumeRole"):
        return None
    return call.parameters.get("SourceIdentity")


def _register(access_key: str, session: dict[str, Any]) -> None:
    """A session hands its source identity on to the sessions that are made with it."""
    inherited = (sts._sessions.get(session.get("SourceAccessKeyId")) or {}).get("SourceIdentity")
    chosen = inherited or given()
    if chosen:
        session["SourceIdentity"] = chosen
    _original_register(access_key, session)


def _xml(status: int, root: str, inner: str, ns: str = "sts") -> tuple:
    if root == "AssumeRoleResponse" and given():
        inner = inner.replace("</AssumeRoleResult>", f"<SourceIdentity>{given()}</SourceIdentity></AssumeRoleResult>")
    return _original_xml(status, root, inner, ns=ns)


def _principal_keys(credential: Any) -> dict[str, Any]:
    keys = _original_keys(credential)
    session = sts._sessions.get(credential.access_key_id) or {}
    if "SourceIdentity" in session:
        keys["aws:sourceidentity"] = session["SourceIdentity"]
    return keys


def _evaluate_trust(document: Any, caller_arn: str, context: Any = None) -> bool:
    """A trust policy must allow `sts:SetSourceIdentity` beside `sts:AssumeRole`."""
    chosen = given()
    if chosen is None or context is None:
        return _original_trust(document, caller_arn, context)
    inherited = context.principal_keys.get("aws:sourceidentity")
    if inherited not in (None, chosen):
        return False
    context.service_context["sts:sourceidentity"] = chosen
    setting = dataclasses.replace(context, action="sts:SetSourceIdentity")
    return all(_original_trust(document, caller_arn, each) for each in (context, setting))
