"""The settings of the server, made from nothing, because it hands its whole environment to functions.

What is inherited by accident could reach the real AWS: credentials, a profile, a missing endpoint.
"""

import os
import tempfile
from dataclasses import dataclass

ADDRESS = "127.0.0.1"

# A value may come from the user's shell only if it can neither name an account nor open a port.
KEPT = ("PATH", "LANG", "LC_ALL", "TZ", "LD_LIBRARY_PATH")
OWN_PREFIX = "LOCAL_AWS_"


@dataclass(frozen=True)
class Settings:
    """What the command line asks for."""

    port: int
    region: str = "us-east-1"
    account: str = "111122223333"
    auth: bool = False
    functions_endpoint: str | None = None  # where functions send their calls; the server itself by default
    functions_port: int | None = None  # where those calls arrive, if there is a proxy in between

    @property
    def endpoint(self) -> str:
        return f"http://{ADDRESS}:{self.port}"

    @property
    def ports(self) -> list[int]:
        return [self.port] + ([self.functions_port] if self.functions_port else [])


def apply(settings: Settings) -> tempfile.TemporaryDirectory:
    """Replaces the process environment; returns the scratch directory, which must outlive the server."""
    scratch = tempfile.TemporaryDirectory(prefix="local-aws-", ignore_cleanup_errors=True)
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    own = {name: value for name, value in os.environ.items() if name.startswith(OWN_PREFIX)}
    os.environ.clear()
    os.environ.update(kept | own | server_variables(settings, scratch.name))
    tempfile.tempdir = scratch.name  # ministack keeps unpacked functions in the temporary directory
    return scratch


def server_variables(settings: Settings, scratch: str) -> dict[str, str]:
    """Returns the variables that ministack reads at import."""
    return {
        # Without it a function of a custom runtime calls https://iam.amazonaws.com.
        "AWS_ENDPOINT_URL": settings.functions_endpoint or settings.endpoint,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "HOME": scratch,
        "TMPDIR": scratch,
        "AUTH": "true" if settings.auth else "false",
        "BIND_HOST": ADDRESS,  # its default is every interface
        "MINISTACK_HOST": ADDRESS,
        "GATEWAY_PORT": str(settings.port),
        "MINISTACK_ACCOUNT_ID": settings.account,
        "MINISTACK_REGION": settings.region,
        "LOG_LEVEL": os.environ.get("LOCAL_AWS_LOG_LEVEL", "WARNING"),
        "LAMBDA_EXECUTOR": "local",
        "IOT_MTLS_ENABLED": "0",  # would open port 8883 on every interface
        "SFTP_ENABLED": "0",
        "DOCKER_HOST": f"unix://{scratch}/no-docker.sock",  # ministack removes its old containers at start
        "CLOUDTRAIL_RECORDING": "0",  # its own records carry wrong event names
    }
