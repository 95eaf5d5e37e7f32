"""Deploys with the real `sam deploy`, so that the template is proved and not only its parts."""

import os
import subprocess
from pathlib import Path
from typing import Callable

REPOSITORY = Path(__file__).resolve().parents[3]


def tools() -> Path:
    """The folder of sam and cfn-lint: `LOCAL_AWS_TOOLS`, by default the repository's `.venv/tools/bin`."""
    return Path(os.environ.get("LOCAL_AWS_TOOLS", REPOSITORY / ".venv/tools/bin"))


def escaped(value: str) -> str:
    """Returns a parameter's value as sam takes it between quotes."""
    return value.replace("\\", "\\\\").replace('"', '\\"')


class Deployment:
    """Runs sam with an environment that can reach only the local AWS."""

    def __init__(self, environment: dict[str, str], logs: Path) -> None:
        self._environment = environment
        self._log = logs / "sam-deploy.log"

    def deploy(
        self, template: Path, stack: str, parameters: dict[str, str], progress: Callable[[str], None] | None
    ) -> None:
        command = [
            str(tools() / "sam"), "deploy", "--template-file", template.name, "--stack-name", stack, "--resolve-s3",
            "--capabilities", "CAPABILITY_IAM", "--no-confirm-changeset", "--no-fail-on-empty-changeset",
        ]
        if parameters:
            command += ["--parameter-overrides", *(f'{name}="{escaped(value)}"' for name, value in parameters.items())]
        with self._log.open("a") as log, subprocess.Popen(
            command, cwd=template.parent, env=self._environment, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        ) as sam:
            lines = []
            for line in sam.stdout:
                log.write(line)
                lines.append(line.rstrip())
                if progress and line.strip():
                    progress(line.rstrip())
        if sam.returncode != 0:
            raise RuntimeError(f"sam deploy of {template} failed:\n" + "\n".join(lines[-40:]))
