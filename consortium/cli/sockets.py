"""The server's socket, taken before anything slow begins."""

import errno
import os
import socket
from collections.abc import Generator
from contextlib import contextmanager

from consortium.kernel.errors import DomainError

BACKLOG = 2048


class AddressUnusable(DomainError):
    """The server cannot listen on this address."""

    code = "ADDRESS_UNUSABLE"


@contextmanager
def listening(host: str, port: int) -> Generator[socket.socket]:
    """A socket that listens already: an early caller waits instead of being refused.

    Raises:
        AddressUnusable: the port is taken or not allowed, or the host is not this machine's.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise AddressUnusable(f"The host {host!r} is no address of this machine") from error
    with listener:
        try:
            # A port of a server that ended a moment ago may be taken again at once.
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
            listener.listen(BACKLOG)
        except OSError as error:
            raise AddressUnusable(_sentence(host, port, error)) from error
        yield listener


def url_of(listener: socket.socket, host: str, scheme: str = "http") -> str:
    """The address for a browser; a server that listens everywhere is reached as localhost."""
    port = listener.getsockname()[1]
    name = "localhost" if host in {"0.0.0.0", "::", ""} else host  # noqa: S104  only compared
    return f"{scheme}://[{name}]:{port}" if ":" in name else f"{scheme}://{name}:{port}"


def _sentence(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} is taken by another program: stop it, or choose another with --port"
    if error.errno == errno.EACCES:
        return f"This user may not listen on port {port}: choose one above 1023 with --port"
    return f"The server cannot listen on {host}:{port}: {os.strerror(error.errno or 0).lower()}"
