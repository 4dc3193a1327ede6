"""Instances of this product behind real HTTPS on the loopback, each with a database of its own."""

import asyncio
import ssl
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import httpx

from consortium.cli.background import courier_of
from consortium.cli.http import Server
from consortium.cli.sockets import listening
from consortium.exchange.actions.partners import RegisteredPartner, RegisterPartner
from consortium.exchange.actions.partners import register_partner as register
from consortium.exchange.jobs.courier import Courier
from consortium.identity.proofs.sealing import Sealer, sealing
from consortium.kernel.principal import Permission, Principal, Rights
from consortium.settings import Settings
from consortium.storage.database import Database
from consortium.web.app import create_app
from tests.factories import create_membership, create_organisation
from tests.factories.rows import Connection
from tests.https import Tls
from tests.served import SECRET_KEY, TODAY

MAY = frozenset(
    {
        Permission.FIGURES_READ,
        Permission.FIGURES_WRITE,
        Permission.FIGURES_APPROVE,
        Permission.CLIENTS_MANAGE,
    }
)


@dataclass
class Instance:
    """A member on an instance of its own, and somebody there who may do everything."""

    database: Database
    url: str
    tls: Tls
    organisation: int
    by: Principal
    courier: Courier
    http: httpx.AsyncClient = field(repr=False)

    async def value(self, query: str, *args: Any) -> Any:
        """One value of the database."""
        return await self.database.pool.fetchval(query, *args)

    async def rows(self, query: str, *args: Any) -> list[tuple[Any, ...]]:
        """Rows of the database."""
        return [tuple(row) for row in await self.database.pool.fetch(query, *args)]

    async def does(self, action: Any, command: Any) -> Any:
        """An action of the member's own."""
        with self.database.active(), sealing(Sealer(SECRET_KEY.get_secret_value())):
            return await action(self.by, command, TODAY)

    async def register(self, name: str, **more: Any) -> RegisteredPartner:
        """A partner of the member."""
        more.setdefault("base_url", f"https://{name.lower()}.example")
        made: RegisteredPartner = await self.does(register, RegisterPartner(name, **more))
        return made

    async def token(self, client_id: str, secret: str) -> str:
        """An access token of a partner's client, as PACT has it."""
        form = urlencode({"grant_type": "client_credentials"})
        answer = await self.http.post(
            "/auth/token",
            content=form,
            headers={"content-type": "application/x-www-form-urlencoded"},
            auth=(client_id, secret),
        )
        assert answer.status_code == 200, answer.text
        return str(answer.json()["access_token"])

    async def due_now(self) -> None:
        """Let everything that waits be due."""
        for table in ("exchange_event", "exchange_errand"):
            await self.database.pool.execute(f"UPDATE {table} SET due_at = now() - interval '1 s'")  # noqa: S608

    async def work(self) -> None:
        """Do what waits, once."""
        await self.due_now()
        await self.courier.work_off()


@asynccontextmanager
async def instance(
    database: Database, tls: Tls, name: str, *, port: int = 0, organisation: int | None = None
) -> AsyncGenerator[Instance]:
    """A server of a member, over HTTPS, stopped at the end."""
    if organisation is None:
        organisation = await _member(database.pool, name)
    by = Principal(
        Rights(is_member=True, has_organisation=True, permissions=MAY), organisation, None, None
    )
    with listening("127.0.0.1", port) as listener:
        url = f"https://127.0.0.1:{listener.getsockname()[1]}"
        settings = Settings(
            log_level="ERROR",
            public_url=url,
            secret_key=SECRET_KEY,
            ssl_certfile=tls.cert,
            ssl_keyfile=tls.key,
            exchange_allow_private=True,
            exchange_ca_file=tls.ca,
        )
        ready = asyncio.Event()
        server = Server(create_app(settings, database, lambda: TODAY), settings, ready.set)
        running = asyncio.create_task(server.serve([listener]))
        await ready.wait()
        trusted = ssl.create_default_context(cafile=tls.ca)
        try:
            async with httpx.AsyncClient(base_url=url, timeout=30, verify=trusted) as http:
                courier = courier_of(settings, database)
                yield Instance(database, url, tls, organisation, by, courier, http)
        finally:
            server.should_exit = True
            await running


async def _member(pool: Any, name: str) -> int:
    connection: Connection = await pool.acquire()
    try:
        organisation = await create_organisation(connection, name=name)
        await create_membership(connection, organisation)
        return int(organisation)
    finally:
        await pool.release(connection)


def bearer(token: str, **more: str) -> Mapping[str, str]:
    """Headers with a token."""
    return {"authorization": f"Bearer {token}", **more}
