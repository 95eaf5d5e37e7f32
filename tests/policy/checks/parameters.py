"""Parameters can be found: each is described, labelled, in one group of the console's form, and in the README."""

import re
from pathlib import Path
from typing import Any, Iterator

from checks import Finding

INTERFACE = "AWS::CloudFormation::Interface"


def find(document: dict[str, Any], template: Path) -> Iterator[Finding]:
    declared = document.get("Parameters", {})
    interface = document.get("Metadata", {}).get(INTERFACE, {})
    groups = [name for group in interface.get("ParameterGroups", []) for name in group["Parameters"]]
    labels = interface.get("ParameterLabels", {})
    readme = template.resolve().parent / "README.md"
    documented = set(re.findall(r"`(\w+)`", readme.read_text())) if template.name == "template.yaml" else set(declared)
    for name, parameter in declared.items():
        path = ["Parameters", name]
        if not parameter.get("Description"):
            yield Finding(name, "undescribed", "has no description", path)
        if groups.count(name) != 1:
            yield Finding(name, "ungrouped", f"is in {groups.count(name)} groups of the console's form, not one", path)
        if not labels.get(name, {}).get("default"):
            yield Finding(name, "unlabelled", "has no label", path)
        if name not in documented:
            yield Finding(name, "undocumented", "is not in the README", path)
    for name in sorted({*groups, *labels} - set(declared)):
        yield Finding(name, "unknown", "is no parameter", ["Metadata", INTERFACE])
