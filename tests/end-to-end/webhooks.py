"""Services that are told by webhooks: each remembers what it was sent, and answers as a test says."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Webhooks:
    """A server on this machine with a path for each service."""

    def __init__(self) -> None:
        self.sent: dict[str, list[Any]] = {}
        # By service: status, text, seconds that it takes.
        self.answers: dict[str, tuple[int, str, float]] = {}
        webhooks = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                service = self.path.strip("/")
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                status, text, seconds = webhooks.answers.get(service, (200, "ok", 0.0))
                time.sleep(seconds)
                if status < 300 and not seconds:
                    webhooks.sent.setdefault(service, []).append(body)
                try:
                    self.send_response(status)
                    if 300 <= status < 400:
                        self.send_header("Location", webhooks.url("elsewhere"))
                    self.send_header("Content-Length", str(len(text)))
                    self.end_headers()
                    self.wfile.write(text.encode())
                except BrokenPipeError:
                    pass  # whoever asked has given up

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    def url(self, service: str) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/{service}"

    def __enter__(self) -> "Webhooks":
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: Any) -> None:
        self._server.shutdown()
        self._server.server_close()
