"""Clients of connections that stay open, as thin as can be."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

import httpx
import orjson
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from consortium.identity.proofs.tokens import sha256
from tests.factories import create_membership, create_organisation
from tests.factories.rows import insert
from tests.identity.oauth.world import World, create_client

REQUESTS = "subscription { footprintRequestChanged { id node { status comment } } }"
TRANSPORT = Subprotocol("graphql-transport-ws")


@dataclass
class Socket:
    """One WebSocket, messages as objects."""

    plain: ClientConnection

    async def send(self, kind: str, **fields: Any) -> None:
        """Send a message."""
        await self.plain.send(orjson.dumps({"type": kind, **fields}).decode())

    async def get(self, seconds: float = 5) -> Any:
        """The next message."""
        return orjson.loads(await _soon(self.plain.recv(), seconds))

    async def begin(self, token: str | None = None) -> None:
        """Say who asks."""
        payload = {} if token is None else {"payload": {"authorization": f"Bearer {token}"}}
        await self.send("connection_init", **payload)
        assert await self.get() == {"type": "connection_ack"}

    async def subscribe(self, query: str, named: str = "1", **variables: Any) -> None:
        """Begin an operation, which has begun when a query behind it is answered."""
        await self.send("subscribe", id=named, payload={"query": query, "variables": variables})

    async def settled(self) -> None:
        """Wait until what was sent before is under way."""
        await self.subscribe("{ __typename }", "settled")
        assert (await self.get())["type"] == "next"
        assert await self.get() == {"type": "complete", "id": "settled"}

    async def told(self, seconds: float = 5) -> Any:
        """The data of the next answer."""
        message = await self.get(seconds)
        assert message["type"] == "next", message
        return message["payload"]["data"]

    async def closed(self, seconds: float = 5) -> tuple[int, str]:
        """Code and reason with which the server closes; nothing may come before."""
        with pytest.raises(ConnectionClosed) as closed:
            await _soon(self.plain.recv(), seconds)
        assert closed.value.rcvd is not None
        return closed.value.rcvd.code, closed.value.rcvd.reason


async def _soon(coming: Any, seconds: float) -> Any:
    return await asyncio.wait_for(coming, seconds)


@asynccontextmanager
async def socket(w: World, **given: Any) -> AsyncGenerator[Socket]:
    """A socket of the running server."""
    address = w.issuer.replace("http", "ws", 1) + "/graphql"
    async with connect(address, **{"subprotocols": [TRANSPORT], **given}) as opened:
        yield Socket(opened)


async def read_event(lines: Any) -> tuple[str, Any]:
    """The next event of a stream, comments passed over: its name and data."""
    name = ""
    async for line in lines:
        if line.startswith("event: "):
            name = line.removeprefix("event: ")
        elif line.startswith("data: "):
            data = line.removeprefix("data: ")
            return name, orjson.loads(data) if data else None
    raise EOFError


async def member(w: World, name: str, scopes: str = "figures:read") -> tuple[int, str]:
    """A further member, and a token by which a system of it reads."""
    pool = w.api.database.pool
    organisation = await create_organisation(pool, name=name)
    await create_membership(pool, organisation)
    return organisation, await system_token(w, organisation, scopes)


async def system_token(w: World, organisation: int, scopes: str = "figures:read") -> str:
    """A token by which a new system of the organisation reads."""
    client = await create_client(
        w.api.database.pool,
        kind="SERVICE",
        auth_method="CLIENT_SECRET_BASIC",
        secret_sha256=sha256(w.secret),
        organisation_id=organisation,
        redirect_uris="",
        scopes=scopes,
    )
    answer = await w.token(grant_type="client_credentials", auth=(client, w.secret))
    token: str = answer.json()["access_token"]
    return token


async def ask_footprint(
    w: World, organisation: int, asked: int | None = None, **values: Any
) -> int:
    """A request for a footprint, from one organisation to another."""
    asked = asked or await create_organisation(w.api.database.pool)
    return await insert(
        w.api.database.pool,
        "footprint_request",
        **{
            "organisation_id": organisation,
            "asked_id": asked,
            "way": "MEMBER",
            "product_name": "Paper",
            "product_urns": ["urn:gtin:4712345060507"],
            "comment": "Please",
            "asked_on": date(2026, 11, 1),
            "due_on": date(2026, 12, 1),
            "expires_on": date(2027, 1, 1),
            "status": "OPEN",
        }
        | values,
    )


def bearer(token: str, **more: str) -> Mapping[str, str]:
    """Headers of a request with a token."""
    return {"authorization": f"Bearer {token}", **more}


def post(w: World, query: str, headers: Mapping[str, str], **more: Any) -> Any:
    """A POST whose answer is read as it comes."""
    body = {"query": query, **more}
    return w.http.stream("POST", "/graphql", json=body, headers=headers, timeout=httpx.Timeout(10))
