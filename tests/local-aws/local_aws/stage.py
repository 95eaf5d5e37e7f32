"""Makes a deployable copy of the SAM template from binaries that cargo has built, instead of `sam build`.

`sam build` compiles in release mode and its own target directory; demo and tests want the fast profile and no rebuild.
Runs in the tools environment, because SAM's own YAML reader keeps the short tags (`!Ref`, `!Sub`, `!If`).
"""

import argparse
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

BUILD_METHOD = "rust-cargolambda"
FUNCTION = "AWS::Serverless::Function"


def main() -> None:
    parser = argparse.ArgumentParser(prog="stage", description=__doc__.splitlines()[0])
    parser.add_argument("--template", type=Path, default=Path("template.yaml"))
    parser.add_argument("--binaries", type=Path, required=True, help="folder of compiled binaries, e.g. target/debug")
    parser.add_argument("--out", type=Path, required=True, help="folder to write; what was in it is removed")
    given = parser.parse_args()
    for line in stage(given.template, given.binaries, given.out):
        print(line)


def stage(template: Path, binaries: Path, out: Path) -> list[str]:
    """Writes `out/template.yaml`, and `bootstrap` in `out/<LogicalId>` and `out/<LogicalId>.zip`; returns a line on each function."""
    from samcli.yamlhelper import yaml_dump, yaml_parse  # only the tools environment has it

    document = yaml_parse(template.read_text())
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    lines = []
    for logical_id, resource in document["Resources"].items():
        if resource.get("Type") == FUNCTION and built_by_cargo(resource):
            binary = binaries / resource["Metadata"]["BuildProperties"]["Binary"]
            size = place(binary, out / logical_id)
            package(out / logical_id)
            point_to(resource, f"{logical_id}.zip")
            lines.append(f"{logical_id}: {binary} → {size / 1e6:.1f} MB stripped")
    (out / "template.yaml").write_text(yaml_dump(document))
    return lines


def built_by_cargo(resource: dict[str, Any]) -> bool:
    return (resource.get("Metadata") or {}).get("BuildMethod") == BUILD_METHOD


def place(binary: Path, folder: Path) -> int:
    """Copies a binary without symbols to where a custom runtime expects it; returns its size in bytes."""
    if not binary.is_file():
        sys.exit(f"stage: `{binary}` does not exist: build it first")
    folder.mkdir(parents=True)
    bootstrap = folder / "bootstrap"
    stripped = subprocess.run(["strip", "-o", bootstrap, binary], capture_output=True, text=True)
    if stripped.returncode != 0:  # a script, or a binary of another architecture: it works with its symbols too
        shutil.copyfile(binary, bootstrap)
    bootstrap.chmod(0o755)
    return bootstrap.stat().st_size


def package(folder: Path) -> None:
    """Zips the folder's bootstrap once and fast: `sam deploy` would do it anew, and slowly, for each stack."""
    entry = zipfile.ZipInfo("bootstrap")
    entry.external_attr = 0o755 << 16
    entry.compress_type = zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(folder.with_suffix(".zip"), "w", compresslevel=1) as archive:
        archive.writestr(entry, (folder / "bootstrap").read_bytes(), compresslevel=1)


def point_to(resource: dict[str, Any], package: str) -> None:
    resource["Properties"]["CodeUri"] = f"./{package}"
    metadata = {key: value for key, value in resource["Metadata"].items() if not key.startswith("Build")}
    if metadata:
        resource["Metadata"] = metadata
    else:
        del resource["Metadata"]


if __name__ == "__main__":
    main()
