"""Runs ministack's ASGI application in this process, with everything that is added to it."""

import asyncio
import json
import logging
import signal
import sys
import threading

from hypercorn.asyncio import serve as serve_asgi
from hypercorn.config import Config
from ministack import app as ministack

from local_aws import (
    alarms,
    analyzers,
    buckets,
    cloudformation,
    conditions,
    database_snapshots,
    denials,
    detectors,
    dispatch,
    documents,
    ec2_sharing,
    environment,
    event_rules,
    eventbridge,
    expressions,
    forwarding,
    function_policies,
    function_urls,
    history,
    iam,
    iam_credentials,
    iam_reports,
    insights,
    keys,
    lambdas,
    log_queries,
    loopback,
    messages,
    operations,
    pages,
    permissions,
    queue_metrics,
    recorders,
    resource_policies,
    schedules,
    security_groups,
    security_hub,
    source_identity,
    trail,
)

SECONDS_TO_CLOSE = 2.0


async def serve(settings: environment.Settings, until_stdin_closes: bool = False) -> None:
    """Serves until SIGTERM, SIGINT or, if asked for, the end of standard input."""
    install()
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    if until_stdin_closes:
        threading.Thread(target=wait_for_end_of_stdin, args=(loop, stop), daemon=True).start()

    serving = serve_asgi(application(settings), config(settings), shutdown_trigger=stop.wait)
    server = asyncio.create_task(serving)
    await announce_when_ready(server, settings)
    try:
        await server
    finally:
        lambdas.end_workers()


def install() -> None:
    """Teaches ministack what it lacks. Order matters only in that `dispatch` wraps all the rest."""
    loopback.install()
    operations.install()
    iam.install()
    iam_credentials.install()
    iam_reports.install()
    source_identity.install()
    lambdas.install()
    function_policies.install()
    function_urls.install()
    eventbridge.install()
    forwarding.install()
    event_rules.install()
    cloudformation.install()
    denials.install()
    conditions.install()
    expressions.install()
    permissions.install()
    history.install()
    insights.install()
    log_queries.install()
    queue_metrics.install()
    messages.install()
    resource_policies.install()
    keys.install()
    buckets.install()
    ec2_sharing.install()
    security_groups.install()
    database_snapshots.install()
    documents.install()
    detectors.install()
    security_hub.install()
    analyzers.install()
    recorders.install()
    schedules.install()
    alarms.install()
    dispatch.install()
    forget_on_reset()


def forget_on_reset() -> None:
    """`POST /_ministack/reset` empties the account; what was recorded of it goes too."""
    inner = ministack._reset_all_state

    def reset() -> None:
        inner()
        trail.forget()
        eventbridge.forget()
        operations.forget()

    ministack._reset_all_state = reset


def application(settings: environment.Settings):
    """Returns what answers our own pages and hands everything else to ministack."""

    async def answer(scope, receive, send) -> None:
        if scope["type"] != "http":
            await ministack.app(scope, receive, send)
        elif scope["path"].startswith(pages.PREFIX):
            await pages.respond(scope, receive, send)
        else:
            await ministack.app(*await as_signed(scope, receive, settings), send)

    return answer


async def as_signed(scope: dict, receive, settings: environment.Settings) -> tuple:
    """Restores the host and the length that a call was signed with: a proxy has put its own host in place of the one, and passes
    the body on in chunks."""
    if not settings.functions_port or scope["server"][1] != settings.functions_port:
        return scope, receive
    body = await pages.body_of(receive)
    host = settings.functions_endpoint.rpartition("//")[2].encode()
    replaced = (b"host", b"content-length", b"transfer-encoding")
    others = [(name, value) for name, value in scope["headers"] if name.lower() not in replaced]
    length = [(b"content-length", str(len(body)).encode())] if body or scope["method"] in ("POST", "PUT") else []
    messages = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> dict:
        return messages.pop() if messages else await receive()

    return {**scope, "headers": [(b"host", host), *length, *others]}, again


def config(settings: environment.Settings) -> Config:
    made = Config()
    made.bind = [f"{environment.ADDRESS}:{port}" for port in settings.ports]
    made.keep_alive_timeout = 75
    made.graceful_timeout = made.shutdown_timeout = SECONDS_TO_CLOSE
    made.loglevel = "WARNING"
    logging.getLogger("hypercorn.error").setLevel(logging.WARNING)
    return made


async def announce_when_ready(server: asyncio.Task, settings: environment.Settings) -> None:
    """Prints the one line that tells a script to go on."""
    while not server.done():
        try:
            _, writer = await asyncio.open_connection(environment.ADDRESS, settings.port)
        except OSError:
            await asyncio.sleep(0.02)
            continue
        writer.close()
        facts = {"endpoint": settings.endpoint, "account": settings.account, "region": settings.region}
        print(f"local-aws ready {json.dumps(facts | {'auth': settings.auth})}", flush=True)
        return


def wait_for_end_of_stdin(loop: asyncio.AbstractEventLoop, stop: asyncio.Event) -> None:
    sys.stdin.buffer.read()
    loop.call_soon_threadsafe(stop.set)
