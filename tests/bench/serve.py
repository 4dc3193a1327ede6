"""One of the servers, in a process of its own: `python -m tests.bench.serve KIND DSN`.

It listens on a free port of the loopback, prints it (for `member` also a client that acts for a
member, with its secret), and ends when its standard input does.
"""

import asyncio
import socket
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import uvloop
from pydantic import SecretStr
from starlette.types import ASGIApp

from consortium.cli.http import Server
from consortium.identity.actions.clients import ClientFacts, create_client
from consortium.identity.rules.clients import AuthMethod, ClientKind
from consortium.kernel.principal import ANONYMOUS
from consortium.settings import Settings
from consortium.storage.database import Database
from consortium.web.app import create_app
from tests.bench.bare import bare
from tests.bench.resolvers import resolvers

# Connections to the database, of each server.
POOL = 10
KINDS = ("bare", "api", "member", "resolvers")
# The organisation that `member` acts for.
MEMBER_ROW = 1


@asynccontextmanager
async def _app(kind: str, dsn: str) -> AsyncGenerator[ASGIApp]:
    sizes = {"min_size": POOL, "max_size": POOL, "write_size": POOL}
    async with Database.open(dsn, **sizes) as database:
        match kind:
            case "bare":
                yield bare(database.pool)
            case "api" | "member":
                yield create_app(Settings(secret_key=SecretStr("A" * 43 + "=")), database)
            case _:
                yield resolvers(database)


async def _client() -> str:
    """A new system of a member, and its secret."""
    facts = ClientFacts(
        "Bench", ClientKind.SERVICE, AuthMethod.CLIENT_SECRET_POST, ("figures:read",), MEMBER_ROW
    )
    new = await create_client(ANONYMOUS, facts)
    return f"{new.client_id} {new.secret}"


async def _serve(kind: str, dsn: str) -> None:
    listener = socket.create_server(("127.0.0.1", 0), backlog=128)
    async with _app(kind, dsn) as app:
        client = await _client() if kind == "member" else ""

        def ready() -> None:
            sys.stdout.write(f"{listener.getsockname()[1]} {client}\n")
            sys.stdout.flush()

        # As `consortium serve` runs it.
        server = Server(app, Settings(), ready)
        asyncio.get_running_loop().add_reader(
            sys.stdin, lambda: setattr(server, "should_exit", True)
        )
        await server.serve([listener])


def main() -> None:
    """Serve until the standard input ends."""
    _, kind, dsn = sys.argv
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(kind, dsn))


if __name__ == "__main__":
    main()
