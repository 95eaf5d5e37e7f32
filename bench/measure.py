"""What a command costs: processor time, memory, lines, instructions."""

import os
import re
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass
class Cost:
    """Of one run."""

    cpu: float  # seconds, user and system, of the command and all that it has started
    wall: float  # seconds
    memory: float  # MB, the most of one process
    lines: int  # of its output


def run(command: list[str]) -> Cost:
    """Runs a command once."""
    with tempfile.TemporaryFile() as out:
        began = time.monotonic()
        child = subprocess.Popen(command, stdout=out, stderr=subprocess.DEVNULL)
        _, status, used = os.wait4(child.pid, 0)
        wall = time.monotonic() - began
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode not in (0, 1, 123):  # grep and xargs, where one of the files has nothing
            raise RuntimeError(f"{command} ended with {child.returncode}")
        out.seek(0)
        text = out.read()
    # A library's program prints one number: how many matches it has found.
    only = text.strip()
    lines = int(only) if only.isdigit() else text.count(b"\n")
    return Cost(used.ru_utime + used.ru_stime, wall, used.ru_maxrss / 1024, lines)


def least(commands: dict[str, list[str]], rounds: int) -> dict[str, Cost]:
    """Runs commands in turn, so that whatever else the machine does meets all of them, and returns the least of each."""
    costs: dict[str, Cost] = {}
    for _ in range(rounds):
        for name, command in commands.items():
            cost = run(command)
            known = costs.get(name)
            costs[name] = cost if known is None else Cost(min(cost.cpu, known.cpu), min(cost.wall, known.wall), max(cost.memory, known.memory), cost.lines)
    return costs


def instructions(command: list[str], few: tuple[Path, int], many: tuple[Path, int]) -> float | None:
    """Returns how many instructions a command takes for a record, the start of the program left out; none without valgrind."""
    if shutil.which("valgrind") is None:
        return None
    counts = []
    for folder, _ in (few, many):
        with tempfile.TemporaryDirectory() as scratch:
            told = subprocess.run(
                ["valgrind", "--tool=callgrind", f"--callgrind-out-file={scratch}/out", *command, str(folder)],
                check=True, capture_output=True, text=True,
            )  # fmt: skip
        counts.append(int(re.search(r"Collected : (\d+)", told.stderr).group(1)))
    return (counts[1] - counts[0]) / (many[1] - few[1])
