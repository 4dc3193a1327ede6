"""What it takes to tell many subscribers of one process: `python -m tests.bench.subscribers`.

A server of its own in a process of its own, over a new database of the embedded PostgreSQL. So many
sockets follow all claims that they may see; then one changes, and it is measured how long it takes
until the last socket has heard, and what a socket costs the server in memory. Once nobody can be
told from another, as the public; once each is another member, by its own rights.
"""

import argparse
import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import asyncpg
import httpx
import orjson
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from consortium.identity.proofs.tokens import sha256
from consortium.storage.embedded import USER, embedded_server
from consortium.storage.migrate import migrate
from tests.factories import create_claim, create_membership, create_organisation
from tests.factories.rows import insert

SUBSCRIBERS = 2_000
EVENTS = 5
AT_ONCE = 100
Change = Callable[[], Awaitable[None]]
QUERY = "subscription { claimChanged { id node { reference year organisation { id name } } } }"
# Of the members' systems in this database alone.
SECRET = "s" * 43


class Where(NamedTuple):
    """The server's process and port."""

    pid: int
    port: int


def resident_bytes(pid: int) -> int:
    """What the process has of memory."""
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="utf-8").split()[1])
    return pages * os.sysconf("SC_PAGESIZE")


async def open_socket(port: int, token: str | None) -> ClientConnection:
    """A socket that follows."""
    socket = await connect(
        f"ws://127.0.0.1:{port}/graphql",
        subprotocols=[Subprotocol("graphql-transport-ws")],
        compression=None,
        ping_interval=None,
        open_timeout=60,
    )
    payload = {} if token is None else {"authorization": f"Bearer {token}"}
    await socket.send(orjson.dumps({"type": "connection_init", "payload": payload}).decode())
    await socket.recv()
    for named, asked in (("1", QUERY), ("begun", "{ __typename }")):
        message = {"type": "subscribe", "id": named, "payload": {"query": asked}}
        await socket.send(orjson.dumps(message).decode())
    # The answer behind it: it has begun.
    await socket.recv()
    await socket.recv()
    return socket


async def open_all(port: int, tokens: Sequence[str | None]) -> list[ClientConnection]:
    """So many sockets, some at a time."""
    opened: list[ClientConnection] = []
    for at in range(0, len(tokens), AT_ONCE):
        some = tokens[at : at + AT_ONCE]
        opened += await asyncio.gather(*(open_socket(port, one) for one in some))
    return opened


async def told_seconds(sockets: list[ClientConnection], change: Change) -> float:
    """From before the change until the last has heard of it."""
    hearing = [asyncio.create_task(one.recv()) for one in sockets]
    await asyncio.sleep(0.5)
    begin = time.perf_counter()
    await change()
    await asyncio.gather(*hearing)
    return time.perf_counter() - begin


async def measure(name: str, server: Where, tokens: Sequence[str | None], change: Change) -> None:
    """Open, change, wait; print what it took."""
    before = resident_bytes(server.pid)
    sockets = await open_all(server.port, tokens)
    each_kb = (resident_bytes(server.pid) - before) / len(sockets) / 1000
    seconds = [await told_seconds(sockets, change) for _ in range(EVENTS)]
    sys.stdout.write(
        f"{name}: {len(sockets)} subscribers, {each_kb:.1f} kB each; the last hears after"
        f" {statistics.median(seconds):.2f} s (median of {EVENTS}, longest {max(seconds):.2f} s)\n"
    )
    for at in range(0, len(sockets), AT_ONCE):
        await asyncio.gather(*(one.close() for one in sockets[at : at + AT_ONCE]))


async def members(connection: Any, port: int, count: int) -> list[str]:
    """So many members, each with a token of a system of its own."""
    tokens: list[str] = []
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=60) as http:
        for at in range(count):
            organisation = await create_organisation(connection, name=f"Member {at}")
            await create_membership(connection, organisation)
            client = {
                "client_id": f"bench-{at}",
                "name": "Bench",
                "kind": "SERVICE",
                "auth_method": "CLIENT_SECRET_POST",
                "secret_sha256": sha256(SECRET),
                "organisation_id": organisation,
                "redirect_uris": "",
                "scopes": "figures:read",
            }
            await insert(connection, "oauth_client", **client)
            form = {
                "grant_type": "client_credentials",
                "client_id": f"bench-{at}",
                "client_secret": SECRET,
            }
            answer = await http.post("/oauth/token", data=form)
            tokens.append(answer.raise_for_status().json()["access_token"])
    return tokens


async def run(dsn: str, count: int) -> None:
    """Measure both, each with a server of its own."""
    connection = await asyncpg.connect(dsn)
    organisation = await create_organisation(connection, name="Bench")
    await create_claim(connection, organisation, visibility="PUBLIC")

    async def change() -> None:
        await connection.execute("UPDATE avoided_claim SET as_published = as_published || '.'")

    with served(dsn) as server:
        await measure("All alike", server, [None] * count, change)
    with served(dsn) as server:
        tokens = await members(connection, server.port, count)
        await measure("Each another", server, tokens, change)
    await connection.close()


@contextmanager
def served(dsn: str) -> Generator[Where]:
    """The server in its process."""
    program = [sys.executable, "-m", "tests.bench.serve", "api", dsn]
    with subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as server:
        assert server.stdout is not None
        try:
            yield Where(server.pid, int(server.stdout.readline().split()[0]))
        finally:
            server.communicate()


def main() -> None:
    """Measure as the command line asks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--subscribers", type=int, default=SUBSCRIBERS)
    count = parser.parse_args().subscribers
    with tempfile.TemporaryDirectory(prefix="consortium-bench-") as folder:
        # The account that runs PostgreSQL for root must be able to enter.
        Path(folder).chmod(0o755)
        with embedded_server(Path(folder)) as database:
            dsn = database.dsn()
            asyncio.run(migrate(dsn, application_dsn=database.dsn(role=USER)))
            asyncio.run(run(dsn, count))


if __name__ == "__main__":
    main()
