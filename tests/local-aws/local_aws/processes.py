"""Child processes that surely end: each leads a group of its own, and only such groups are ever signalled."""

import os
import signal
import socket
import subprocess
import time
import urllib.request
from pathlib import Path
from typing import Callable

SECONDS_TO_END = 5.0
SECONDS_TO_ANSWER = 20.0

_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Child:
    """A process with a log file. Its standard input stays open as long as we live."""

    def __init__(self, name: str, command: list[str], environment: dict[str, str], log: Path) -> None:
        self.name = name
        self.log = log
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                command, env=environment, stdin=subprocess.PIPE, stdout=output, stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def id(self) -> int:
        return self._process.pid

    def wait_until(self, ready: Callable[[], bool], seconds: float) -> None:
        """Waits for a condition; complains with the log if the process ends or the time runs out."""
        until = time.monotonic() + seconds
        while not ready():
            if self._process.poll() is not None:
                raise RuntimeError(f"{self.name} ended with code {self._process.returncode}:\n{self.tail()}")
            if time.monotonic() > until:
                raise RuntimeError(f"{self.name} was not ready after {seconds:g} s:\n{self.tail()}")
            time.sleep(0.02)

    def tail(self, lines: int = 20) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    def end(self, gently: bool = True) -> None:
        """Asks the group to end, then insists; `gently=False` is for what has nothing to tidy up."""
        self._process.stdin.close()
        for number in (signal.SIGTERM, signal.SIGKILL) if gently else (signal.SIGKILL,):
            self._signal(number)
            try:
                self._process.wait(SECONDS_TO_END)
                break
            except subprocess.TimeoutExpired:
                continue
        self._signal(signal.SIGKILL)  # what a function may have left behind in the group

    def _signal(self, number: int) -> None:
        try:
            os.killpg(self.id, number)
        except (ProcessLookupError, PermissionError):
            pass  # the group is gone


def ask(url: str, method: str = "GET", body: bytes | None = None, headers: dict[str, str] | None = None) -> bytes:
    """Makes a request to this machine, whatever proxy the user's shell names."""
    request = urllib.request.Request(url, body, headers or {"Content-Type": "application/json"}, method=method)
    with _DIRECT.open(request, timeout=SECONDS_TO_ANSWER) as answer:
        return answer.read()


def listens(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        return False
