"""Microburst before the server: makes chosen calls fail as AWS fails, for instance with Throttling."""

import contextlib
import json
import os
import sys
import threading
from pathlib import Path
from typing import Any

from local_aws.processes import Child, ask, listens

SECONDS_TO_START = 20.0


class Faults:
    """The proxy and its rules. Functions of a session with faults send their calls through it."""

    def __init__(self, port: int, behind: int, logs: Path) -> None:
        self.endpoint = f"http://127.0.0.1:{port}"
        self.behind = behind  # the server's port for what comes through the proxy
        self._port = port
        self._logs = logs
        self._proxy: Child | None = None

    def start(self) -> None:
        program = Path(sys.executable).with_name("microburst")
        command = [str(program), "--upstream", f"http://127.0.0.1:{self.behind}", "--port", str(self._port)]
        self._proxy = Child("microburst", command, dict(os.environ), self._logs / "microburst.log")
        self._proxy.wait_until(lambda: listens(self._port), SECONDS_TO_START)
        threading.Thread(target=self._warm_up, daemon=True).start()

    def _warm_up(self) -> None:
        """The first call takes it two seconds; let them pass while something else is going on."""
        with contextlib.suppress(OSError):
            ask(f"{self.endpoint}/_ministack/ready")

    def end(self) -> None:
        if self._proxy:
            self._proxy.end(gently=False)  # it would wait for open connections
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

    def strikes(self) -> list[int]:
        """Returns how often each rule has struck, in the order of `set`."""
        return [rule["fired_count"] for rule in self._ask("GET", "rules")]

    def _ask(self, method: str, name: str, content: Any = None) -> Any:
        body = None if content is None else json.dumps(content).encode()
        text = ask(f"{self.endpoint}/_microburst/{name}", method, body)
        return json.loads(text) if text.strip() else None
