"""The rule that cfn-lint adds to its own (`--append-rules`): all of `checks/`, less what `exceptions.yaml` gives a reason for."""

import sys
from pathlib import Path
from typing import Any

import yaml
from cfnlint.rules import CloudFormationLintRule, RuleMatch

FOLDER = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(FOLDER))

from checks import parameters, principals, statements, stores  # noqa: E402  (found by the path above)


class TrailreflexPolicy(CloudFormationLintRule):
    """What parameters, roles and stores of a template have to be like."""

    id = "E9000"
    shortdesc = "Parameters, roles and stores are as this project wants them"
    description = "Parameters can be found, policies mean what they say, and what keeps data is encrypted and restorable"
    tags = ["trailreflex"]

    def match(self, cfn: Any) -> list[RuleMatch]:
        template = Path(cfn.filename)
        found = [*parameters.find(cfn.template, template), *principals.find(cfn.template),
                 *statements.find(cfn.template), *stores.find(cfn.template)]
        exceptions = [each for each in read() if each["template"] == template.name]
        excused = {(each["subject"], each["issue"]) for each in exceptions}
        left = [each for each in found if (each.subject, each.issue) not in excused]
        needed = {(each.subject, each.issue) for each in found}
        return [RuleMatch(each.path, f"{each.subject}: {each.message} [{each.issue}]") for each in left] + [
            RuleMatch([], f"exceptions.yaml: nothing needs `{subject}` `{issue}` any more")
            for subject, issue in sorted(excused - needed)]


def read() -> list[dict[str, str]]:
    """Returns the exceptions; each must give a reason."""
    exceptions = yaml.safe_load((FOLDER / "exceptions.yaml").read_text())
    for each in exceptions:
        if set(each) != {"template", "subject", "issue", "reason"}:
            raise ValueError(f"exceptions.yaml: {each} must have template, subject, issue and reason, and no more")
    return exceptions
