"""Packs built functions for a release: a zip each, the template that deploys them, and SHA-256 sums of all that lies there.

A zip has nothing of the machine that made it: one file, one fixed time, one mode. The same binary gives the same zip.
"""

import argparse
import hashlib
import re
import shutil
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
EARLIEST = (1980, 1, 1, 0, 0, 0)  # that a zip can tell
UNIX, EXECUTABLE = 3, 0o100755
# How the template says that a function is built.
BUILT = re.compile(r"    Metadata:\n      BuildMethod: rust-cargolambda\n      BuildProperties: {Binary: ([a-z-]+)}\n    Properties:\n")


def main() -> None:
    parser = argparse.ArgumentParser(prog="package", description=__doc__.splitlines()[0])
    parser.add_argument("--binaries", type=Path, required=True, help="folder with <function>/bootstrap, as cargo lambda build leaves it")
    parser.add_argument("--out", type=Path, required=True, help="folder to write to; sums are of all files in it")
    parser.add_argument("--command-line", type=Path, help="the command line, if it was built")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    template = (ROOT / "template.yaml").read_text()
    for function in sorted(set(BUILT.findall(template))):
        pack(given.binaries / function / "bootstrap", given.out / f"{function}.zip")
    deployable = BUILT.sub(r"    Properties:\n      CodeUri: \1.zip\n", template).replace("    CodeUri: .\n", "")
    (given.out / "template.yaml").write_text(deployable)
    for name in ("template-member.yaml", "template-organization.yaml", "template-region.yaml"):
        (given.out / name).write_text((ROOT / name).read_text())
    if given.command_line and given.command_line.is_file():  # it is built for x86_64 only
        shutil.copy(given.command_line, given.out)
    files = sorted(path for path in given.out.iterdir() if path.name != "SHA256SUMS")
    lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in files]
    (given.out / "SHA256SUMS").write_text("".join(lines))
    print("".join(lines), end="")


def pack(bootstrap: Path, archive: Path) -> None:
    entry = zipfile.ZipInfo("bootstrap", EARLIEST)
    entry.create_system = UNIX
    entry.external_attr = EXECUTABLE << 16
    entry.compress_type = zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr(entry, bootstrap.read_bytes(), compresslevel=9)


if __name__ == "__main__":
    main()
