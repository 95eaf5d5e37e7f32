"""The platform lines of an invocation: true durations, `Init Duration` on a cold start, all in the log tail.

ministack counts the start of the process as part of the invocation and leaves the lines out of the tail.
"""

import contextvars
import re
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ministack.core import lambda_runtime
from ministack.services import cloudwatch_logs, lambda_svc


@dataclass
class Invocation:
    """What is known of the invocation that runs in this thread."""

    request_id: str
    started: float  # when the function could take the event
    answered: float | None = None
    init_seconds: float | None = None
    peak_megabytes: int | None = None
    init_log: list[str] = field(default_factory=list)  # of an initialisation that failed
    lines: list[str] = field(default_factory=list)


# ministack's words for a process that ended before it asked for an event, with what it had written.
_EXITED = re.compile(r"bootstrap exited during init with code (-?\d+)(?:: (.*))?$", re.DOTALL)

_current: contextvars.ContextVar[Invocation | None] = contextvars.ContextVar("invocation", default=None)
_original_dispatch = lambda_svc._execute_function_dispatch
_original_append = cloudwatch_logs._append_log_events
_original_await_init = lambda_runtime.ProvidedWorker._await_init
_original_drain = lambda_runtime.ProvidedWorker._drain_stderr_bounded


def install() -> None:
    lambda_svc._execute_function_dispatch = _dispatch
    cloudwatch_logs._append_log_events = _append
    lambda_runtime.ProvidedWorker._await_init = _await_init
    lambda_runtime.ProvidedWorker._drain_stderr_bounded = _drain


def _dispatch(func: dict, config: dict, event: Any, request_id: str, started: float) -> dict:
    token = _current.set(Invocation(request_id, time.perf_counter()))
    try:
        result = _original_dispatch(func, config, event, request_id, started)
        if isinstance(result, dict) and _current.get().lines:
            result["log"] = "\n".join(_current.get().lines) + "\n"
        return result
    finally:
        _current.reset(token)


def _await_init(worker, init_timeout: float | None = None) -> None:
    """Called right after the process was spawned; returns when it first asks for an event."""
    invocation = _current.get()
    before = time.perf_counter()
    try:
        _original_await_init(worker, init_timeout)
    except RuntimeError as error:
        exited = _EXITED.match(str(error))
        if exited is None or invocation is None:
            raise
        invocation.init_log = (exited.group(2) or "").splitlines()
        raise lambda_runtime.ProvidedRuntimeError(
            f"RequestId: {invocation.request_id} Error: Runtime exited with error: exit status {exited.group(1)}",
            "Runtime.ExitError",
        ) from error
    finally:
        if invocation is not None:
            invocation.started = time.perf_counter()
            invocation.init_seconds = (invocation.init_seconds or 0.0) + invocation.started - before


def _drain(worker, *arguments, **named) -> str:
    """Called when the function has answered, while its process is still there to be measured."""
    invocation = _current.get()
    if invocation is not None and worker._proc is not None:
        invocation.answered = time.perf_counter()  # draining the log takes longer than many a function
        invocation.peak_megabytes = _peak_megabytes(worker._proc.pid) or invocation.peak_megabytes
    return _original_drain(worker, *arguments, **named)


def _peak_megabytes(process_id: int) -> int | None:
    try:
        status = Path(f"/proc/{process_id}/status").read_text()
    except OSError:  # gone, or no Linux
        return None
    found = re.search(r"^VmHWM:\s+(\d+) kB", status, re.MULTILINE)
    return None if found is None else int(found.group(1)) // 1024


def _append(stream: dict, events: list[dict]) -> None:
    invocation = _current.get()
    if invocation is not None and events and events[0]["message"].startswith("START RequestId: "):
        log = [{**events[0], "message": line} for line in invocation.init_log]
        events = [events[0], *log, *events[1:]]
        for event in events:
            if event["message"].startswith("REPORT RequestId: "):
                event["message"] = _true_report(event["message"], invocation)
        invocation.lines = [event["message"] for event in events]
    _original_append(stream, events)


def _true_report(line: str, invocation: Invocation) -> str:
    """Rewrites `REPORT RequestId: …` with the fields and units of AWS."""
    fields = dict(part.split(": ", 1) for part in line.split("\t") if ": " in part)
    init = invocation.init_seconds or 0.0
    seconds = max(0.0, (invocation.answered or time.perf_counter()) - invocation.started)
    shown = [
        f"REPORT RequestId: {fields['REPORT RequestId']}",
        f"Duration: {seconds * 1000:.2f} ms",
        f"Billed Duration: {int((seconds + init) * 1000) + 1} ms",
        f"Memory Size: {fields['Memory Size']}",
        f"Max Memory Used: {invocation.peak_megabytes} MB" if invocation.peak_megabytes
        else f"Max Memory Used: {fields['Max Memory Used']}",
    ]
    if invocation.init_seconds is not None:
        shown.append(f"Init Duration: {init * 1000:.2f} ms")
    return "\t".join(shown) + "\t"
