"""Command line: `python -m local_aws --port 4566 [--region us-east-1] [--account 111122223333] [--auth]`."""

import argparse
import asyncio
import socket
import sys
from importlib import metadata, util

from local_aws import MINISTACK_VERSION, environment


def main() -> None:
    settings, until_stdin_closes = arguments()
    complain_if_unusable(settings)
    scratch = environment.apply(settings)
    from local_aws import server  # reads the environment when it imports ministack

    try:
        asyncio.run(server.serve(settings, until_stdin_closes))
    finally:
        scratch.cleanup()


def arguments() -> tuple[environment.Settings, bool]:
    parser = argparse.ArgumentParser(prog="local_aws", description="A local AWS on 127.0.0.1.")
    parser.add_argument("--port", type=int, default=4566)
    parser.add_argument("--region", default="us-east-1", help="used where a request names none")
    parser.add_argument("--account", default="111122223333", help="account of the credentials test/test")
    parser.add_argument("--auth", action="store_true", help="check signatures and enforce IAM policies")
    parser.add_argument("--functions-endpoint", metavar="URL", help="where functions send their calls, e.g. microburst")
    parser.add_argument("--functions-port", type=int, metavar="PORT", help="a second port, to which that proxy forwards")
    parser.add_argument("--until-stdin-closes", action="store_true", help="end when whoever holds stdin has gone")
    given = vars(parser.parse_args())
    until_stdin_closes = given.pop("until_stdin_closes")
    return environment.Settings(**given), until_stdin_closes


def complain_if_unusable(settings: environment.Settings) -> None:
    """Exits with one line that says what to do."""
    try:
        installed = metadata.version("ministack")
    except metadata.PackageNotFoundError:
        installed = "none"
    if installed != MINISTACK_VERSION:
        sys.exit(f"local_aws needs ministack {MINISTACK_VERSION}, found {installed}: pip install -r requirements.txt")
    if util.find_spec("cbor2") is None:
        sys.exit("local_aws needs cbor2 (CloudWatch calls of the Rust SDK are lost without it): pip install cbor2")
    if not settings.account.isdigit() or len(settings.account) != 12:
        sys.exit(f"local_aws needs an account of 12 digits, got `{settings.account}`")
    for port in settings.ports:
        complain_if_in_use(port)


def complain_if_in_use(port: int) -> None:
    with socket.socket() as probe:
        # As the server will bind it: a port whose last connections are still closing is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((environment.ADDRESS, port))
        except OSError as error:
            sys.exit(f"local_aws cannot use {environment.ADDRESS}:{port}: {error.strerror}")


if __name__ == "__main__":
    main()
