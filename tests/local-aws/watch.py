"""Runs `cargo lambda watch` on a local AWS, for `cargo lambda invoke` with the files in events/ in another terminal.

The local AWS holds what the events name: the user `alice` with the access key AKIAIOSFODNN7EXAMPLE, created before them.
MODE=act lets the responder act. Ends on Ctrl-C, with everything that it started.
"""

import os
import subprocess
import sys
from pathlib import Path

from local_aws.deployment import tools
from local_aws.session import LocalAws

REPOSITORY = Path(__file__).resolve().parents[2]
VARIABLES = REPOSITORY / "target/local.env"
# Stored events are old; a deployed stack allows a day at the most.
TEN_YEARS = "315360000"


def main() -> int:
    with LocalAws() as aws:
        aws.deploy(REPOSITORY / "target/stage/template.yaml", progress=lambda line: None)
        aws.user_of_the_past("alice", "AIDACKCEVSQ6C2EXAMPLE", "AKIAIOSFODNN7EXAMPLE", created="2026-01-01T00:00:00Z")
        write_variables(aws)
        print(f"The local AWS listens on {aws.endpoint}; its variables are in {VARIABLES.relative_to(REPOSITORY)}.")
        print("Now, in another terminal: .venv/tools/bin/cargo-lambda lambda invoke detect --data-file events/…", flush=True)
        command = ["cargo", "lambda", "watch", "--invoke-address", "127.0.0.1", "--env-file", str(VARIABLES)]
        environment = aws.environment | {"PATH": f"{tools()}:{os.environ['PATH']}"}
        try:
            return subprocess.run(command, cwd=REPOSITORY, env=environment, check=False).returncode
        except KeyboardInterrupt:
            return 0


def write_variables(aws: LocalAws) -> None:
    """Takes what the stack tells its functions, and credentials that reach the local AWS only.

    The findings go to a bus of their own: the stack's own is closed to all but the deployed functions.
    """
    aws.client("events").create_event_bus(Name="rehearsal")
    variables = {name: value for name, value in aws.environment.items() if name.startswith("AWS_")}
    for function in ("DetectFunction", "ContainIdentityFunction"):
        configuration = aws.client("lambda").get_function_configuration(FunctionName=aws.outputs()[function])
        variables |= configuration["Environment"]["Variables"]
    variables |= {
        "FINDINGS_BUS": "rehearsal",
        "MAX_EVENT_AGE_SECONDS": TEN_YEARS,
        "MODE": os.environ.get("MODE", "plan"),
    }
    VARIABLES.parent.mkdir(exist_ok=True)
    VARIABLES.write_text("".join(f"{name}={value}\n" for name, value in variables.items()))


if __name__ == "__main__":
    sys.exit(main())
