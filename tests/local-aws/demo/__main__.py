"""`python -m demo`: ends with 0 only if every step was observed on the local AWS."""

import sys
import tempfile
import time
from pathlib import Path

from demo import story
from demo.account import LeakyAccount
from demo.screen import Screen
from local_aws.session import LocalAws

TEMPLATE = Path(__file__).resolve().parents[3] / "target/stage/template.yaml"


def main() -> int:
    screen = Screen()
    if not TEMPLATE.is_file():
        screen.failure(f"{TEMPLATE} does not exist", "run `make demo`, which builds it")
        return 2
    logs = Path(tempfile.mkdtemp(prefix="trailreflex-demo-"))
    started = time.monotonic()
    screen.title("A leaked access key is contained", "on a local AWS on this machine; no account of yours is touched")
    try:
        with LocalAws(auth=True, logs=logs) as aws:
            tell(screen, aws)
    except KeyboardInterrupt:
        screen.failure("interrupted", f"logs: {logs}")
        return 130
    except Exception as error:
        screen.failure(f"{screen.step}: {error}", f"logs: {logs}")
        return 1
    screen.end(f"Every step was observed. {time.monotonic() - started:.0f} s. Logs: {logs}")
    return 0


def tell(screen: Screen, aws: LocalAws) -> None:
    """Runs all steps; whatever goes wrong, the functions' logs are kept beside the others."""
    account = LeakyAccount(aws)
    try:
        for step in story.STEPS:
            screen.begin(step.__name__.replace("_", " "))
            step(account, screen)
    finally:
        (aws.logs / "functions.log").write_text(account.function_logs())


if __name__ == "__main__":
    sys.exit(main())
