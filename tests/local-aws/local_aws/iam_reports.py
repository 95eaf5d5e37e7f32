"""The credential report with last uses, and when roles were last used. ministack keeps neither.

A report is asked for twice, as on AWS: the first call starts it. Unlike there, each one is new, where AWS makes one every four
hours. Source: IAM User Guide, "Getting credential reports for your AWS account"; IAM API Reference, "RoleLastUsed".
"""

import csv
import io
from typing import Any, Callable
from xml.etree import ElementTree

from ministack.core.responses import get_account_id
from ministack.services import iam

from local_aws import paging

Handler = Callable[[dict[str, Any]], tuple]

_started: set[str] = set()


def install() -> None:
    iam._IAM_HANDLERS["GenerateCredentialReport"] = _generate
    for name in ("GetRole", "GetAccountAuthorizationDetails"):
        iam._IAM_HANDLERS[name] = _with_last_uses(iam._IAM_HANDLERS[name])
    details = iam._IAM_HANDLERS["GetAccountAuthorizationDetails"]
    # Several lists together are not cut: nobody here asks for them.
    iam._IAM_HANDLERS["GetAccountAuthorizationDetails"] = lambda parameters: (
        paging.in_pages(details, parameters) if iam._p(parameters, "Filter.member.1") else details(parameters))


def note_role(account: str, name: str, region: str) -> None:
    """Remembers when a role was last used."""
    role = iam._roles.get_scoped(account, None, name)
    if role is not None:
        role["LastUsed"] = {"date": iam._now(), "region": region}


def _generate(_parameters: dict[str, Any]) -> tuple:
    account = get_account_id()
    if account not in _started:
        _started.add(account)
        return _state("STARTED", "No report exists. Starting a new report generation task")
    iam._credential_reports["report"] = {"content": _report(), "generated_time": iam._now()}
    return _state("COMPLETE", None)


def _state(state: str, description: str | None) -> tuple:
    description = f"<Description>{description}</Description>" if description else ""
    return iam._xml(200, "GenerateCredentialReportResponse",
                    f"<GenerateCredentialReportResult><State>{state}</State>{description}</GenerateCredentialReportResult>",
                    ns="iam")


def _report() -> str:
    rows = list(csv.DictReader(io.StringIO(iam._build_credential_report())))
    for row in rows:
        keys = sorted((key for key in iam._access_keys.values() if key["UserName"] == row["user"]),
                      key=lambda key: key.get("CreateDate", ""))
        for number, key in enumerate(keys[:2], start=1):
            used = key.get("LastUsed")
            if used:
                row |= {f"access_key_{number}_last_used_date": used["date"],
                        f"access_key_{number}_last_used_region": used["region"],
                        f"access_key_{number}_last_used_service": used["service"]}
        if row["password_enabled"] == "true":
            made = iam._login_profiles[row["user"]].get("CreateDate", "N/A")
            row |= {"password_last_used": "no_information", "password_last_changed": made}
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _with_last_uses(inner: Handler) -> Handler:
    def handler(parameters: dict[str, Any]) -> tuple:
        status, headers, body = inner(parameters)
        if status != 200:
            return status, headers, body
        root = ElementTree.fromstring(body)
        for element in [*root.iter(_name("Role")), *root.iterfind(f".//{_name('RoleDetailList')}/{_name('member')}")]:
            role = iam._roles.get(element.findtext(_name("RoleName"), ""))
            used = role.get("LastUsed") if role else None
            if used:
                last = ElementTree.SubElement(element, _name("RoleLastUsed"))
                ElementTree.SubElement(last, _name("LastUsedDate")).text = used["date"]
                ElementTree.SubElement(last, _name("Region")).text = used["region"]
        return status, headers, ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return handler


def _name(local: str) -> str:
    return f"{{{paging.NAMESPACE}}}{local}"
