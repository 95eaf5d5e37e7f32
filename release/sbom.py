"""Writes what each deployed binary is made of, as CycloneDX: one file for each function and for the command line.

Reads `Cargo.lock` and what cargo resolves for the target, without the network and without compiling. The same sources give
the same bytes: no time and no random number is written.

cargo-cyclonedx would be another way; it has to be compiled first, and writes its files among the sources.
"""

import argparse
import hashlib
import json
import subprocess
import tomllib
import uuid
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
Package = tuple[str, str]


def main() -> None:
    parser = argparse.ArgumentParser(prog="sbom", description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, required=True, help="folder to write to")
    parser.add_argument("--architecture", choices=["x86_64", "arm64"], default="x86_64")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    locked = tomllib.loads((ROOT / "Cargo.lock").read_text())["package"]
    checksums = {(each["name"], each["version"]): each.get("checksum") for each in locked}
    for binary, package in shipped().items():
        root, edges, licences = resolved(package, f"{given.architecture.replace('arm64', 'aarch64')}-unknown-linux-gnu")
        path = given.out / f"{binary}.cdx.json"
        path.write_text(json.dumps(bill(root, edges, licences, checksums), indent=1) + "\n")
        print(f"{path}: {len(edges)} components")


def shipped() -> dict[str, str]:
    """Returns the packages of all binaries that are deployed or handed out, by the name of the binary."""
    functions = {path.parent.name: tomllib.loads(path.read_text())["package"]["name"]
                 for path in sorted(ROOT.glob("functions/*/Cargo.toml"))}
    return functions | {"trailreflex": "trailreflex-cli"}


def resolved(package: str, target: str) -> tuple[Package, dict[Package, set[Package]], dict[Package, str]]:
    """Returns the package itself, what needs what, and licences: all that is compiled, and what compiling it needs."""
    command = ["cargo", "tree", "--locked", "--offline", "--package", package, "--edges", "normal,build", "--target", target,
               "--prefix", "depth", "--format", " {p}|{l}"]
    if package == "trailreflex-cli":  # which release/build makes with SQL
        command += ["--features", "sql"]
    lines = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()
    edges: dict[Package, set[Package]] = {}
    licences: dict[Package, str] = {}
    above: list[Package] = []
    for line in filter(None, lines):
        depth, rest = line.split(" ", 1)
        described, licence = rest.removesuffix(" (*)").split("|", 1)
        name, version = described.split(" ")[:2]
        this = (name, version.removeprefix("v"))
        edges.setdefault(this, set())
        licences[this] = licence
        del above[int(depth):]
        if above:
            edges[above[-1]].add(this)
        above.append(this)
    return above[0], edges, licences


def bill(root: Package, edges: dict[Package, set[Package]], licences: dict[Package, str],
         checksums: dict[Package, str | None]) -> dict[str, Any]:
    def component(package: Package) -> dict[str, Any]:
        name, version = package
        checksum = checksums[package]
        return {
            "type": "application" if package == root else "library", "bom-ref": reference(package), "name": name, "version": version,
            "licenses": [{"expression": licences[package].replace("/", " OR ")}],
        } | ({"hashes": [{"alg": "SHA-256", "content": checksum}], "purl": reference(package)} if checksum else {})

    others = [component(package) for package in sorted(edges) if package != root]
    needs = [{"ref": reference(package), "dependsOn": sorted(map(reference, edges[package]))} for package in sorted(edges)]
    content = {"metadata": {"component": component(root)}, "components": others, "dependencies": needs}
    digest = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).digest()
    return {"bomFormat": "CycloneDX", "specVersion": "1.6", "serialNumber": f"urn:uuid:{uuid.UUID(bytes=digest[:16], version=4)}",
            "version": 1} | content


def reference(package: Package) -> str:
    return f"pkg:cargo/{package[0]}@{package[1]}"


if __name__ == "__main__":
    main()
