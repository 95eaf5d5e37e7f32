"""The server connects to this machine only: a topic or an API destination may name any address of the internet.

Functions are processes of their own, which this does not reach.
"""

import ipaddress
import sys
from typing import Any

_installed = False


def install() -> None:
    """Refuses all other connections and look-ups of names, from now on and for good: such hooks cannot be taken back."""
    global _installed
    if not _installed:
        sys.addaudithook(refuse_others)
        _installed = True


def refuse_others(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "socket.connect":
        address = arguments[1]
    elif event == "socket.getaddrinfo":
        address = arguments[:1]
    else:
        return
    if isinstance(address, tuple) and not _is_here(address[0]):
        raise PermissionError(f"{_text(address[0])} is not on this machine")


def _is_here(host: Any) -> bool:
    if host in (None, "", b"", "localhost", b"localhost"):
        return True
    try:
        return ipaddress.ip_address(_text(host)).is_loopback
    except ValueError:
        return False


def _text(host: Any) -> str:
    return host.decode() if isinstance(host, bytes) else str(host)
