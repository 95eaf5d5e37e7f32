"""Microburst before the server: makes chosen calls fail as AWS fails, for instance with Throttling."""

import json
import os
import sys
import urllib.request
from pathlib import Path
from typing import Any

from local_aws.processes import Child, listens

SECONDS_TO_START = 20.0


class Faults:
    """The proxy and its rules. Functions of a session with faults send their calls through it."""

    def __init__(self, upstream: str, port: int, logs: Path) -> None:
        self.endpoint = f"http://127.0.0.1:{port}"
        self._upstream = upstream
        self._port = port
        self._logs = logs
        self._proxy: Child | None = None

    def start(self) -> None:
        program = Path(sys.executable).with_name("microburst")
        command = [str(program), "--upstream", self._upstream, "--port", str(self._port)]
        self._proxy = Child("microburst", command, dict(os.environ), self._logs / "microburst.log")
        self._proxy.wait_until(lambda: listens(self._port), SECONDS_TO_START)

    def end(self) -> None:
        if self._proxy:
            self._proxy.end()
            self._proxy = None

    def set(self, *rules: dict[str, Any]) -> None:
        """Replaces the rules, such as {"service": "iam", "operation": "GetUser", "error": {"code": "Throttling"}}."""
        self._ask("POST", "rules", list(rules))
        self._ask("DELETE", "fired")

    def clear(self) -> None:
        self.set()

    def fired(self) -> Any:
        """Returns what was injected since the rules were set."""
        return self._ask("GET", "fired")

    def _ask(self, method: str, name: str, content: Any = None) -> Any:
        body = None if content is None else json.dumps(content).encode()
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.endpoint}/_microburst/{name}", body, headers, method=method)
        with urllib.request.urlopen(request, timeout=10) as answer:
            text = answer.read()
        return json.loads(text) if text.strip() else None
