"""Clients that no one here wrote follow what changes: graphql-ws, and graphql-sse both ways."""

import asyncio
import json
import os
from pathlib import Path

import pytest

from consortium.console import build
from tests.identity.oauth.world import World
from tests.stock import installed
from tests.subscriptions.clients import ask_footprint, member


@pytest.fixture(scope="session")
def stock(tmp_path_factory: pytest.TempPathFactory) -> tuple[build.Node, Path]:
    """Node, and a folder with the clients."""
    return installed(tmp_path_factory, Path(__file__).parent / "stock")


async def test_stock_clients_follow(w: World, stock: tuple[build.Node, Path]) -> None:
    """How things stand, and what changes; then a query over the same client."""
    organisation, token = await member(w, "A member")
    request = await ask_footprint(w, organisation)
    query = (
        f'subscription {{ footprintRequestChanged(id: "pfrequest_{request}")'
        " { node { comment } } }"
    )
    given = json.dumps({"api": f"{w.issuer}/graphql", "token": token, "query": query})
    running = await asyncio.create_subprocess_exec(
        *(str(stock[0].program), "follow.mjs", given),
        cwd=stock[1],
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=os.environ,
    )
    assert running.stdout is not None
    async with asyncio.timeout(60):
        begun = {(await running.stdout.readline()).decode().strip() for _ in range(3)}
        assert begun == {"socket", "distinct", "shared"}
        await w.api.database.pool.execute("UPDATE footprint_request SET comment = 'Changed'")
        out, err = await running.communicate()
    assert running.returncode == 0, err.decode()

    told = [
        {"data": {"footprintRequestChanged": {"node": {"comment": comment}}}}
        for comment in ("Please", "Changed")
    ]
    once = [{"data": {"__typename": "Query"}}]
    assert json.loads(out) == {one: {"told": told, "once": once} for one in begun}
