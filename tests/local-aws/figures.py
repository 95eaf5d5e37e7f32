"""Measures the packages that `make package` has made: size, and time to start on the local AWS.

Prints a Markdown table for docs/performance.md. A bare function with one AWS client is built with the same profile and
measured in the same run, turn by turn with the others, because machines differ and are noisy.
"""

import base64
import io
import os
import re
import statistics
import subprocess
import zipfile
from pathlib import Path

from local_aws.session import LocalAws

REPOSITORY = Path(__file__).resolve().parents[2]
BARE = REPOSITORY / "tests/local-aws/bare-function"
COLD_STARTS = 25
VARIABLES = {
    "ACCOUNT_ID": "111122223333", "FINDINGS_BUS": "default", "JOURNAL_TABLE": "journal", "MAX_EVENT_AGE_SECONDS": "3600",
    "MODE": "plan", "OWN_ROLE_IDS": "AROAEXAMPLEROLE00001", "QUARANTINE_QUEUE_URL": "http://127.0.0.1/none",
}


def main() -> None:
    built = REPOSITORY / ".aws-sam/build"
    binaries = {
        "bare": build_bare_function(),
        "detect": built / "DetectFunction/bootstrap",
        "contain-identity": built / "ContainIdentityFunction/bootstrap",
    }
    packages = {name: package(binary) for name, binary in binaries.items()}
    starts = measure(packages)
    least, middle = min(starts["bare"]), statistics.median(starts["bare"])
    print("| function | binary | zip | init, least | init, median | of the bare function's |")
    print("|---|--:|--:|--:|--:|--:|")
    for name, binary in binaries.items():
        sizes = f"{binary.stat().st_size / 1e6:.1f} MB | {len(packages[name]) / 1e6:.2f} MB"
        times = starts[name]
        ratio = f"{min(times) / least:.2f}× · {statistics.median(times) / middle:.2f}×"
        print(f"| {name} | {sizes} | {min(times):.1f} ms | {statistics.median(times):.1f} ms | {ratio} |")
    print(f"\n{COLD_STARTS} cold starts of each; the last column compares least with least and median with median.")


def build_bare_function() -> Path:
    """Built where cargo cannot mix it up with the workspace."""
    target = REPOSITORY / "target/bare"
    command = ["cargo", "build", "--release", "--quiet", "--manifest-path", str(BARE / "Cargo.toml")]
    subprocess.run(command, check=True, cwd=BARE, env=os.environ | {"CARGO_TARGET_DIR": str(target)})
    return target / "release/bare-function"


def package(binary: Path) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as file:
        entry = zipfile.ZipInfo("bootstrap")
        entry.external_attr, entry.compress_type = 0o755 << 16, zipfile.ZIP_DEFLATED
        file.writestr(entry, binary.read_bytes())
    return content.getvalue()


def measure(packages: dict[str, bytes]) -> dict[str, list[float]]:
    """Returns the init times in milliseconds. A changed variable makes the next invocation a cold start."""
    starts: dict[str, list[float]] = {name: [] for name in packages}
    with LocalAws() as aws:
        client, iam = aws.client("lambda"), aws.client("iam")
        role = iam.create_role(RoleName="figures", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
        for name, content in packages.items():
            client.create_function(
                FunctionName=name, Runtime="provided.al2023", Handler="bootstrap", Role=role, Timeout=30, MemorySize=256,
                Code={"ZipFile": content}, Environment={"Variables": VARIABLES})
        for turn in range(COLD_STARTS):
            for name in packages:
                client.update_function_configuration(
                    FunctionName=name, Environment={"Variables": VARIABLES | {"TURN": str(turn)}})
                answer = client.invoke(FunctionName=name, Payload=b"{}", LogType="Tail")
                starts[name].append(init_duration(base64.b64decode(answer["LogResult"]).decode()))
    return starts


def init_duration(log: str) -> float:
    found = re.search(r"Init Duration: ([\d.]+) ms", log)
    if not found:
        raise RuntimeError(f"no cold start in:\n{log}")
    return float(found[1])


if __name__ == "__main__":
    main()
