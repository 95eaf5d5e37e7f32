"""From a SAM template and compiled binaries to a stack, with the real `sam deploy`."""

import base64
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from accounts import BOOTSTRAP
from local_aws import deployment, stage
from local_aws.session import LocalAws

pytestmark = pytest.mark.skipif(not (deployment.tools() / "sam").exists(), reason="the tools environment has no sam")
TEMPLATE = Path(__file__).with_name("template.yaml")


@pytest.fixture(scope="module")
def staged(tmp_path_factory):
    folder = tmp_path_factory.mktemp("stage")
    binaries = folder / "binaries"
    binaries.mkdir()
    script = BOOTSTRAP.read_text().replace("/usr/bin/env python3", sys.executable, 1)
    (binaries / "worker").write_text(script)
    shutil.copy(shutil.which("true"), binaries / "compiled")
    python = deployment.tools() / "python"
    finished = subprocess.run([python, stage.__file__, "--template", TEMPLATE, "--binaries", binaries, "--out", folder / "out"],
                              capture_output=True, text=True)
    assert finished.returncode == 0, finished.stderr
    return folder / "out", finished.stdout.splitlines()


def test_each_function_gets_its_bootstrap_and_no_build_metadata(staged):
    out, lines = staged
    assert sorted(path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()) == [
        "Compiled.zip", "Compiled/bootstrap", "Worker.zip", "Worker/bootstrap", "template.yaml"]
    assert (out / "Worker/bootstrap").stat().st_mode & 0o111
    assert [line.partition(":")[0] for line in lines] == ["Worker", "Compiled"]
    text = (out / "template.yaml").read_text()
    assert "CodeUri: ./Worker.zip" in text
    assert "BuildMethod" not in text
    assert "cfn-lint" in text  # metadata that is not about the build stays


def test_a_missing_binary_is_named(tmp_path):
    finished = subprocess.run(
        [deployment.tools() / "python", stage.__file__, "--template", TEMPLATE, "--binaries", tmp_path, "--out", tmp_path / "o"],
        capture_output=True, text=True)
    assert (finished.returncode, finished.stderr) == (1, f"stage: `{tmp_path}/worker` does not exist: build it first\n")


def test_the_staged_template_is_deployed_updated_and_works(staged):
    lines = []
    with LocalAws() as aws:
        template = staged[0] / "template.yaml"
        aws.deploy(template, "stack", {"Mode": "plan"}, lines.append)
        assert any("Successfully created/updated stack" in line for line in lines)
        function = aws.outputs("stack")["WorkerName"]
        assert aws.resources("stack")["Worker"] == function
        assert environment(aws, function)["MODE"] == "plan"
        changed = {"Mode": "act", "Protected": "break glass,arn:aws:iam::111122223333:role/x=y"}
        aws.deploy(template, "stack", changed)
        aws.deploy(template, "stack", changed)  # nothing to change is no failure
        seen = environment(aws, function)
        assert (seen["MODE"], seen["PROTECTED"]) == ("act", "break glass;arn:aws:iam::111122223333:role/x=y")


def test_a_template_that_does_not_deploy_is_reported_with_sams_words(tmp_path):
    (tmp_path / "template.yaml").write_text("Resources: {A: {Type: 'AWS::No::Such'}}")
    with LocalAws() as aws, pytest.raises(RuntimeError, match="AWS::No::Such"):
        aws.deploy(tmp_path / "template.yaml", "stack")


def environment(aws, function):
    answer = aws.client("lambda").invoke(FunctionName=function, Payload=b"{}", LogType="Tail")
    assert "REPORT RequestId" in base64.b64decode(answer["LogResult"]).decode()
    return json.load(answer["Payload"])["environment"]
