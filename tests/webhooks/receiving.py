"""Members with webhooks, and a system that receives, behind real HTTPS."""

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from uuid import uuid4

import orjson
from starlette.requests import Request
from starlette.responses import Response

from consortium.cli.background import deliverer_of
from consortium.identity.rules.roles import Role
from consortium.kernel.principal import Principal
from consortium.settings import Settings
from consortium.storage.database import Database, transaction
from consortium.storage.raw import raw
from consortium.webhooks.jobs.deliverer import Deliverer
from tests.asking import House, executor_of, principal
from tests.factories import create_account, create_membership, create_organisation, create_role
from tests.factories.footprints import create_footprint, facts
from tests.https import Tls, behind_https
from tests.served import SECRET_KEY

FOOTPRINT = "query ($id: ID!) { node(id: $id) { ... on Footprint { id pactId visibility } } }"


class Message(NamedTuple):
    """What was received."""

    headers: Mapping[str, str]
    body: bytes

    @property
    def said(self) -> Any:
        """The body as JSON."""
        return orjson.loads(self.body)


@dataclass
class Receiver:
    """A member's own system: it keeps what it gets, and answers as a test says."""

    answer: Callable[[Request], Response] = lambda _: Response("thanks")
    url: str = ""
    got: list[Message] = field(default_factory=list[Message])

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Take one message."""
        request = Request(scope, receive)
        self.got.append(Message(dict(request.headers), await request.body()))
        await self.answer(request)(scope, receive, send)

    @property
    def told(self) -> list[tuple[str, Any]]:
        """The types and data of what was received."""
        return [(one.said["type"], one.said["data"]) for one in self.got]


class Clock:
    """A clock that runs, and that a test puts forward."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        """The moment."""
        return datetime.now(UTC) + self.ahead

    def pass_by(self, **time: float) -> None:
        """Let time go by."""
        self.ahead += timedelta(**time)


@dataclass(frozen=True)
class Hooks(House):
    """A database with two members, and what delivers."""

    owner: int
    other: int
    receiver: Receiver
    deliverer: Deliverer
    clock: Clock

    def admin(self, organisation: int | None = None) -> Principal:
        """Who manages webhooks of the owner, or of another organisation."""
        return principal(Role.ORGANISATION_ADMIN, organisation=organisation or self.owner)

    async def register(
        self, *events: str, by: Principal | None = None, path: str = "/hook", **more: Any
    ) -> Any:
        """A webhook that leads to the receiver: `secret` and `webhook`."""
        made = await self.do(
            "registerWebhook",
            by or self.admin(),
            "secret webhook { id version }",
            url=self.receiver.url + path,
            events=list(events),
            **more,
        )
        assert "secret" in made, made
        return made

    async def footprint(self, organisation: int | None = None, visibility: str = "PRIVATE") -> str:
        """A footprint that is recorded, and shown; its global id."""
        with self.database.active():
            async with transaction() as client:
                connection = raw(client)
                key = await create_footprint(
                    connection, organisation or self.owner, facts(id=uuid4())
                )
                show = "UPDATE footprint SET visibility = $2 WHERE id = $1"
                await connection.execute(show, key, visibility)
        return f"footprint_{key}"

    async def work(self) -> int:
        """Deliver what is due now."""
        return await self.deliverer.work_off()

    async def deliveries(self, by: Principal | None = None) -> list[Any]:
        """The log, as an admin reads it."""
        found = await self.ask(
            """{ webhookDeliveries { nodes { id messageId kind subject state attempts told dueAt
                 endedAt log { nodes { status answer told } } } } }""",
            by or self.admin(),
        )
        return list(found["webhookDeliveries"]["nodes"])

    async def webhook(self, key: str) -> Any:
        """A webhook, as an admin reads it."""
        query = """query ($id: ID!) { node(id: $id) { ... on Webhook {
            id url events version failingSince disabledAt disabledBecause removedAt
            permissions } } }"""
        return (await self.ask(query, self.admin(), id=key))["node"]


@asynccontextmanager
async def hooks_over(
    database: Database, tls: Tls, *, allow_private: bool = True
) -> AsyncGenerator[Hooks]:
    """Two members; the owner has an admin with an address."""
    pool = database.pool
    owner, other = [await create_organisation(pool, name=name) for name in ("Owner", "Other")]
    for one in (owner, other):
        await create_membership(pool, one)
    account = await create_account(pool, email="admin@owner.example")
    await create_role(pool, account, owner, "ORGANISATION_ADMIN")
    receiver, clock = Receiver(), Clock()
    settings = Settings(
        secret_key=SECRET_KEY, webhook_allow_private=allow_private, webhook_ca_file=tls.ca
    )
    deliverer = replace(deliverer_of(settings, database, executor_of(database)), now=clock)
    async with behind_https(tls, receiver) as receiver.url:
        yield Hooks(database, owner, other, receiver, deliverer, clock)
