"""Lambda's runtime API for one process of a function: hands it bytes that Lambda's public API would refuse."""

import json
import queue
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from deployed import Stack

REPOSITORY = Path(__file__).resolve().parents[2]
SECONDS_TO_ANSWER = 20


class RuntimeApi:
    """Runs the staged function with its deployed configuration, as root of the local account."""

    def __init__(self, stack: Stack, function: str) -> None:
        config = stack.lambda_.get_function_configuration(FunctionName=stack.outputs[function])
        self._bodies: queue.Queue[bytes] = queue.Queue()
        self._answers: queue.Queue[tuple[str, Any]] = queue.Queue()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._environment = stack.aws.environment | config["Environment"]["Variables"] | {
            "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{self._server.server_port}", "AWS_LAMBDA_FUNCTION_NAME": function,
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256"}
        self._program = REPOSITORY / "target/stage" / function / "bootstrap"

    def __enter__(self) -> "RuntimeApi":
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self._process = subprocess.Popen([self._program], env=self._environment, stdout=subprocess.DEVNULL)
        return self

    def __exit__(self, *error: object) -> None:
        self._process.kill()
        self._process.wait()
        self._bodies.put(b"")  # lets the thread end that waits to hand over the next event
        self._server.shutdown()
        self._server.server_close()

    def answer_to(self, body: bytes) -> Any:
        """Hands bytes to the function; returns its answer."""
        self._bodies.put(body)
        path, answer = self._answers.get(timeout=SECONDS_TO_ANSWER)
        assert path.endswith("/response"), (path, answer)
        return answer

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        bodies, answers = self._bodies, self._answers

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = bodies.get()
                self.send_response(200)
                self.send_header("Lambda-Runtime-Aws-Request-Id", "8476a536-e9f4-11e8-9739-2dfe598c3fcd")
                self.send_header("Lambda-Runtime-Deadline-Ms", "4102444800000")
                self.send_header("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:us-east-1:111122223333:function:raw")
                self._end(body)

            def do_POST(self) -> None:
                answers.put((self.path, json.loads(self._body() or b"null")))
                self.send_response(202)
                self._end(b"")

            def _body(self) -> bytes:
                if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
                    return self.rfile.read(int(self.headers.get("Content-Length", 0)))
                parts = []
                while size := int(self.rfile.readline(), 16):
                    parts.append(self.rfile.read(size))
                    self.rfile.readline()
                self.rfile.readline()
                return b"".join(parts)

            def _end(self, body: bytes) -> None:
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *arguments: object) -> None:
                pass

        Handler.protocol_version = "HTTP/1.1"
        return Handler
