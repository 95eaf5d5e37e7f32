"""What a release holds is the same whoever packs it and when, and deploys without a build."""

import hashlib
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import yaml

REPOSITORY = Path(__file__).resolve().parents[2]
FUNCTIONS = sorted(folder.name for folder in (REPOSITORY / "functions").iterdir())


class Short(yaml.SafeLoader):
    """Reads the template with its short tags left out."""


Short.add_multi_constructor("!", lambda loader, tag, node: tag)


def packed(folder, mtime):
    """Packs made-up functions that were built at some time; returns the folder."""
    for function in FUNCTIONS:
        bootstrap = folder / "built" / function / "bootstrap"
        bootstrap.parent.mkdir(parents=True)
        bootstrap.write_text(function)
        os.utime(bootstrap, (mtime, mtime))
    command = [sys.executable, REPOSITORY / "release/package.py", "--binaries", folder / "built", "--out", folder / "out"]
    subprocess.run(command, check=True, capture_output=True)
    return folder / "out"


@pytest.fixture
def release(tmp_path):
    return packed(tmp_path, 1_000_000_000)


def test_the_same_binaries_give_the_same_files(release, tmp_path_factory):
    again = packed(tmp_path_factory.mktemp("again"), 1_700_000_000)
    assert (release / "SHA256SUMS").read_text() == (again / "SHA256SUMS").read_text()


def test_sums_are_of_all_files_and_true(release):
    sums = dict(reversed(line.split("  ")) for line in (release / "SHA256SUMS").read_text().splitlines())
    files = {path.name: path for path in release.iterdir() if path.name != "SHA256SUMS"}
    assert sums == {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in files.items()}


def test_a_zip_holds_one_executable_that_lambda_starts(release):
    for function in FUNCTIONS:
        with zipfile.ZipFile(release / f"{function}.zip") as archive:
            [entry] = archive.infolist()
            assert (entry.filename, entry.external_attr >> 16, archive.read(entry)) == ("bootstrap", 0o100755, function.encode())


def test_the_template_names_the_zips_and_builds_nothing(release):
    document = yaml.load((release / "template.yaml").read_text(), Short)
    functions = [each for each in document["Resources"].values() if each["Type"] == "AWS::Serverless::Function"]
    assert {each["Properties"]["CodeUri"] for each in functions} == {f"{function}.zip" for function in FUNCTIONS}
    assert not [each for each in functions if "Metadata" in each] and "CodeUri" not in document["Globals"]["Function"]
