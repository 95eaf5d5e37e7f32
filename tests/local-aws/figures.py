"""`python -m figures`: package sizes and start times of the functions, next to a bare function, as a Markdown table.

Sizes are those of the packages that `make package` has made. A start is timed twice: from the start of the process to its
first request for an event, at a Runtime API of our own; and by the `Init Duration` that the local AWS reports, which is
coarser, as that notices the request only when it looks. Each start there is a cold one, because a function whose
configuration was changed is started anew.
"""

import argparse
import base64
import io
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import time
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from local_aws.session import LocalAws

REPOSITORY = Path(__file__).resolve().parents[2]
BARE = REPOSITORY / "tests/local-aws/bare-function"
FUNCTIONS = {"detect": "DetectFunction", "contain-identity": "ContainIdentityFunction"}
INIT = re.compile(r"\tInit Duration: (\d+\.\d+) ms")
MEGABYTE = 1_000_000


@dataclass
class Measured:
    """One function: its binary, and the milliseconds of each cold start, timed and reported."""

    name: str
    binary: Path
    starts: list[float] = field(default_factory=list)
    reported: list[float] = field(default_factory=list)

    def package(self) -> bytes:
        """Returns the binary zipped as `sam deploy` does."""
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            entry = zipfile.ZipInfo("bootstrap")
            entry.external_attr = 0o755 << 16
            archive.writestr(entry, self.binary.read_bytes(), zipfile.ZIP_DEFLATED)
        return buffer.getvalue()

    def row(self, bare: "Measured") -> str:
        median = statistics.median(self.starts)
        ratio = median / statistics.median(bare.starts)
        return (f"| {self.name} | {len(self.package()) / MEGABYTE:.2f} | {self.binary.stat().st_size / MEGABYTE:.2f} "
                f"| {min(self.starts):.1f} | {median:.1f} | {ratio:.2f} | {statistics.median(self.reported):.1f} |")


def main() -> None:
    parser = argparse.ArgumentParser(prog="figures", description=__doc__.splitlines()[0])
    parser.add_argument("--packages", type=Path, default=REPOSITORY / ".aws-sam/build",
                        help="folder with <LogicalId>/bootstrap; to try the script: target/stage")
    parser.add_argument("--bare", type=Path, help="binary of the bare function, instead of building it")
    parser.add_argument("--starts", type=int, default=40, help="cold starts of each function")
    given = parser.parse_args()
    functions = [Measured(name, given.packages / logical_id / "bootstrap") for name, logical_id in FUNCTIONS.items()]
    missing = [str(function.binary) for function in functions if not function.binary.is_file()]
    if missing:
        sys.exit(f"figures: {', '.join(missing)} does not exist: run `make package` first")
    bare = Measured("bare function, one IAM client", given.bare or build_bare())
    measure([bare, *functions], given.starts)
    time_starts([bare, *functions], given.starts)
    print(f"| function | zip, MB | binary, MB | start, ms, least of {given.starts} | start, ms, median | to bare "
          "| reported init, ms, median |")
    print("|---|--:|--:|--:|--:|--:|--:|")
    for function in [*functions, bare]:
        print(function.row(bare))


def build_bare() -> Path:
    """Builds the bare function from the same versions of everything, on the same profile."""
    shutil.copyfile(REPOSITORY / "Cargo.lock", BARE / "Cargo.lock")
    target = REPOSITORY / "target/bare"
    subprocess.run(["cargo", "build", "--release", "--quiet"], cwd=BARE, check=True,
                   env=os.environ | {"CARGO_TARGET_DIR": str(target)})
    return target / "release/bare-function"


def measure(functions: list[Measured], starts: int) -> None:
    """Starts all functions in turn, so that whatever else the machine does strikes them alike."""
    with LocalAws() as aws:
        client = aws.client("lambda")
        variables = configuration(aws)
        for index, function in enumerate(functions):
            client.create_function(
                FunctionName=f"function-{index}", Runtime="provided.al2023", Handler="bootstrap", MemorySize=256, Timeout=30,
                Role=role(aws), Code={"ZipFile": function.package()}, Environment={"Variables": variables})
            start(client, f"function-{index}", variables, "warm-up")  # the first one reads the binary from the disk
        for round_ in range(starts):
            for index, function in enumerate(functions):
                function.reported.append(start(client, f"function-{index}", variables, str(round_)))


def time_starts(functions: list[Measured], starts: int) -> None:
    """Starts the processes themselves, in turn, and times each until it asks for its first event."""
    with socket.create_server(("127.0.0.1", 0)) as runtime_api:
        variables = {
            "AWS_LAMBDA_RUNTIME_API": "127.0.0.1:%d" % runtime_api.getsockname()[1], "AWS_LAMBDA_FUNCTION_NAME": "measured",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256", "AWS_LAMBDA_FUNCTION_VERSION": "1", "AWS_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "none", "AWS_SECRET_ACCESS_KEY": "none", "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
            "ACCOUNT_ID": "111122223333", "FINDINGS_BUS": "findings", "JOURNAL_TABLE": "journal",
            "OWN_ROLE_IDS": "AROAEXAMPLEROLE00001", "QUARANTINE_QUEUE_URL": "http://127.0.0.1:9/none",
            "SENT_TABLE": "sent", "WINDOWS_TABLE": "windows",
        }
        for _ in range(starts):
            for function in functions:
                before = time.perf_counter()
                with subprocess.Popen([function.binary], env=variables, stdout=subprocess.DEVNULL) as process:
                    connection, _address = runtime_api.accept()
                    connection.recv(1)
                    function.starts.append((time.perf_counter() - before) * 1000)
                    process.kill()
                    connection.close()


def configuration(aws: LocalAws) -> dict[str, str]:
    """What both functions need to start and to put an empty event on the quarantine queue."""
    queue = aws.client("sqs").create_queue(QueueName="quarantine")["QueueUrl"]
    return {"ACCOUNT_ID": aws.account, "FINDINGS_BUS": "findings", "JOURNAL_TABLE": "journal",
            "OWN_ROLE_IDS": "AROAEXAMPLEROLE00001", "QUARANTINE_QUEUE_URL": queue,
            "SENT_TABLE": "sent", "WINDOWS_TABLE": "windows"}


def role(aws: LocalAws) -> str:
    iam = aws.client("iam")
    try:
        return iam.get_role(RoleName="measured")["Role"]["Arn"]
    except iam.exceptions.NoSuchEntityException:
        trust = ('{"Version": "2012-10-17", "Statement": {"Effect": "Allow", '
                 '"Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}}')
        return iam.create_role(RoleName="measured", AssumeRolePolicyDocument=trust)["Role"]["Arn"]


def start(client: Any, name: str, variables: dict[str, str], attempt: str) -> float:
    """Makes the next invocation a cold one; returns its milliseconds of initialisation."""
    client.update_function_configuration(FunctionName=name, Environment={"Variables": variables | {"ATTEMPT": attempt}})
    answer = client.invoke(FunctionName=name, Payload=b"{}", LogType="Tail")
    log = base64.b64decode(answer["LogResult"]).decode()
    found = INIT.search(log)
    if found is None or "FunctionError" in answer:
        raise RuntimeError(f"{name} did not start as it should:\n{answer['Payload'].read().decode()}\n{log}")
    return float(found.group(1))


if __name__ == "__main__":
    main()
