"""The application: the one place that wires settings, database and routes."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import fields

import asyncpg
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from consortium.console import ASSETS, DIST
from consortium.identity.federation.fetching import Fetcher
from consortium.identity.federation.flow import Providers
from consortium.identity.jobs import keep_keys
from consortium.identity.oauth.bearer import Authenticator
from consortium.identity.oauth.keys import Keyring
from consortium.identity.oauth.server import Addresses, AuthorizationServer
from consortium.identity.proofs.passwords import PASSWORDS
from consortium.identity.proofs.sealing import Sealer, SecretKeyInvalid
from consortium.kernel.clock import Now, Today, utc_now, utc_today
from consortium.kernel.principal import Principal
from consortium.settings import Settings
from consortium.storage.budgets import Buckets
from consortium.storage.database import Database
from consortium.storage.files import Files
from consortium.storage.raw import Connection
from consortium.value_chains.computing.processes import Solving
from consortium.web.budgets import Budgets
from consortium.web.graphql import GraphQL, told
from consortium.web.oauth import Interaction, OAuthEndpoints
from consortium.web.observing.metrics import Gauges
from consortium.web.observing.requests import Serving
from consortium.web.observing.wiring import Observing
from consortium.web.pages import Assets, SchemaText, query_page
from consortium.web.patience import Patience
from consortium.web.people.interaction import Interaction as AskPeople
from consortium.web.people.routes import routes as people_routes
from consortium.web.people.visit import People
from consortium.web.persisted import Documents
from consortium.web.requests import Intake, headers_of
from consortium.web.subscriptions.callers import Callers, Members
from consortium.web.subscriptions.http import Streams
from consortium.web.subscriptions.hub import Hub
from consortium.web.subscriptions.operations import Operations, admitted_origins
from consortium.web.subscriptions.websocket import WebSockets
from consortium.web.uploads import Uploads
from consortium.web.wiring import executor_over
from schema.limits import Limits

READY_SECONDS = 2
# Whom the setting `introspection` means.
MAY_INTROSPECT: dict[str, Callable[[Principal], bool]] = {
    "everyone": lambda _: True,
    "signed-in": lambda by: by.account_id is not None or by.client_id is not None,
    "nobody": lambda _: False,
}
# What a browser is told before it lets an application of another origin ask (Fetch, 3.2.2).
_PREFLIGHT = {
    "access-control-allow-origin": "*",
    "access-control-allow-methods": "GET, POST, PUT, DELETE",
    "access-control-allow-headers": "authorization, content-type, content-encoding, graphql-cost,"
    " graphql-require-preflight, apollo-require-preflight, x-requested-with,"
    " x-graphql-event-stream-token",
    "access-control-max-age": "600",
    "allow": "GET, POST, PUT, DELETE, OPTIONS",
}


def create_app(
    settings: Settings,
    database: Database,
    today: Today = utc_today,
    *,
    now: Now = utc_now,
    interaction: Interaction | None = None,
    direct_dsn: str | None = None,
) -> Serving:
    """The application over an open database.

    `interaction` asks people whether a program may act for them; the pages do unless it is given.
    `direct_dsn` leads to the database past any pooler.

    Raises:
        SecretKeyInvalid: the settings hold no key, or none that can be used.
    """
    people = people_of(settings, database, now)
    server = _authorization_server(people, today)
    authenticator = Authenticator(server.addresses, server.keyring, clock=lambda: now().timestamp())

    solving = Solving(settings.solver_processes)
    limits = limits_of(settings)
    executor = executor_over(
        database, people.sealer, solving, limits, MAY_INTROSPECT[settings.introspection]
    )
    intake = Intake(
        limits,
        Patience(settings.body_timeout_seconds),
        settings.max_body_bytes,
        settings.max_address_bytes,
    )
    files = Files(settings.data_dir / "files")
    hub = Hub(
        dsn=direct_dsn or database.dsn,
        pool=database.pool,
        today=today,
        told=told,
        subscriptions_max=settings.max_subscriptions,
    )
    observing = Observing.over(settings, database.pool, _gauges(database, solving, hub))
    executor = observing.executor(executor)
    callers = Callers(authenticator, database.pool, _members(database, today), now)
    budgets = _budgets(settings, database)
    named = Documents(executor, database.reads, trusted_only=settings.documents == "trusted")
    operations = Operations(
        executor, hub, callers, today, told, admitted_origins(settings), budgets, named
    )
    graphql = GraphQL(
        executor=executor,
        today=today,
        intake=intake,
        uploads=Uploads(intake, files, settings.max_document_bytes, settings.max_upload_files),
        authenticator=authenticator,
        addresses=server.addresses,
        budgets=budgets,
        streams=Streams(operations, intake),
        documents=named,
    )
    oauth = OAuthEndpoints(server, authenticator, database, interaction or AskPeople(people))
    # Here, for the reason given below at the sums of members.
    from consortium.web.bulk import BULK_FILES, BulkDoor
    from consortium.web.chains import ChainDoor
    from consortium.web.documents import DocumentDoor
    from consortium.web.exchange import ExchangeDoor
    from consortium.web.figures import FigureDoor
    from consortium.web.footprints import FootprintDoor

    schema = SchemaText(
        database=database,
        authenticator=authenticator,
        addresses=server.addresses,
        may_introspect=executor.may_introspect,
    )
    documents = DocumentDoor(
        database=database,
        authenticator=authenticator,
        addresses=server.addresses,
        files=files,
        today=today,
        size_max=settings.max_document_bytes,
    )
    chains = ChainDoor(
        database=database,
        authenticator=authenticator,
        addresses=server.addresses,
        files=files,
        today=today,
        size_max=settings.max_document_bytes,
    )
    figures = FigureDoor(
        database=database,
        authenticator=authenticator,
        addresses=server.addresses,
        files=files,
        today=today,
        size_max=settings.max_document_bytes,
        executor=executor,
        fonts=settings.fonts_dir,
    )

    bulk = BulkDoor(
        database=database,
        authenticator=authenticator,
        addresses=server.addresses,
        files=Files(settings.data_dir / BULK_FILES),
        today=today,
        size_max=settings.bulk_upload_max_bytes,
    )
    footprints = FootprintDoor(
        database=database,
        authenticator=authenticator,
        addresses=server.addresses,
        files=files,
        today=today,
        size_max=settings.max_document_bytes,
    )
    exchange = ExchangeDoor(
        database=database,
        authenticator=authenticator,
        addresses=server.addresses,
        today=today,
        now=now,
        size_max=settings.max_document_bytes,
    )

    async def ready(_: Request) -> Response:
        if application.retired:
            return JSONResponse({"status": "the server is about to end"}, status_code=503)
        try:
            async with asyncio.timeout(READY_SECONDS):
                await database.reads.fetchval("SELECT 1")
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
            return JSONResponse({"status": "the database does not answer"}, status_code=503)
        return JSONResponse({"status": "ok"})

    others = Starlette(
        routes=[
            Route("/graphql", _PageOrAnswer(graphql)),
            Route("/", query_page),
            *schema.routes(),
            Route("/health/live", live),
            Route("/health/ready", ready),
            *oauth.routes(),
            *documents.routes(),
            *chains.routes(),
            *footprints.routes(),
            *figures.routes(),
            *bulk.routes(),
            *exchange.routes(),
            *people_routes(people),
            Mount(f"/{ASSETS}", Assets(directory=DIST / ASSETS, check_dir=False)),
        ],
        lifespan=lambda _: _kept(solving, keep_keys(server.keyring), hub.run(), callers.run()),
    )
    application = Application(graphql, others, operations)
    return observing.application(application)


def limits_of(settings: Settings) -> Limits:
    """The bounds of an operation: each has a setting of its name."""
    return Limits(**{one.name: getattr(settings, f"max_{one.name}") for one in fields(Limits)})


def _budgets(settings: Settings, database: Database) -> Budgets:
    assert settings.secret_key is not None  # noqa: S101  without one there are no people
    return Budgets(
        buckets=Buckets(database.pool),
        key=settings.secret_key.get_secret_value().encode(),
        anonymous=settings.budget_anonymous,
        signed_in=settings.budget_signed_in,
        cost_max=settings.max_cost,
        at_once=settings.max_operations_at_once,
    )


def people_of(settings: Settings, database: Database, now: Now = utc_now) -> People:
    """What the pages for people stand on; SecretKeyInvalid where the settings hold no key."""
    if settings.secret_key is None:
        raise SecretKeyInvalid
    return People(
        database=database,
        # Whoever serves on a port that was free says so in the settings.
        public_url=settings.url,
        sealer=Sealer(settings.secret_key.get_secret_value()),
        providers=Providers(Fetcher(loopback=settings.federation_allow_loopback)),
        passwords=PASSWORDS,
        now=now,
        body_max=settings.max_body_bytes,
    )


def _authorization_server(people: People, today: Today) -> AuthorizationServer:
    # Here, so that the features are first imported in the catalogue's order, which the printed
    # schema keeps.
    from consortium.membership.reads.memberships import members_on

    asked = f"SELECT $1::bigint IN ({members_on('$2::date')})"

    async def is_member(connection: Connection, organisation_id: int) -> bool:
        return bool(await connection.fetchval(asked, organisation_id, today()))

    keyring = Keyring(people.sealer, people.database.active, people.now)
    return AuthorizationServer(Addresses(people.public_url), keyring, is_member, people.now)


def _gauges(database: Database, solving: Solving, hub: Hub) -> Gauges:
    return Gauges(
        reads=lambda: database.reads.in_use,
        writes=lambda: database.writes_in_use,
        solver=lambda: solving.busy,
        subscriptions=lambda: hub.count,
    )


def _members(database: Database, today: Today) -> Members:
    from consortium.membership.reads.memberships import members_on

    found = members_on("$2::date")
    asked = f"SELECT m.id FROM unnest($1::bigint[]) m (id) WHERE m.id IN ({found})"  # noqa: S608

    async def members(organisations: Sequence[int]) -> frozenset[int]:
        rows = await database.pool.fetch(asked, organisations, today())
        return frozenset(row["id"] for row in rows)

    return members


@asynccontextmanager
async def _kept(solving: Solving, *work: Coroutine[None, None, None]) -> AsyncGenerator[None]:
    """Let these run while the application does; end what solves with it."""
    jobs = [asyncio.create_task(one) for one in work]
    try:
        yield
    finally:
        for job in jobs:
            job.cancel()
        await asyncio.wait(jobs)
        await solving.close()


class Application:
    """Hands the one path that matters over at once: routing costs more than planning.

    The endpoint answers its own failures, so it needs no middleware.
    """

    def __init__(self, graphql: GraphQL, others: ASGIApp, operations: Operations) -> None:
        self.graphql = graphql
        self.others = others
        self.operations = operations
        self.sockets = WebSockets(operations)
        # Whether it is about to end; it answers all the same, as long as it is asked.
        self.retired = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, serve a socket, or live."""
        if scope["type"] == "http" and scope["path"] == "/graphql" and scope["method"] == "POST":
            await self.graphql(scope, receive, send)
        elif scope["type"] == "websocket":
            await self.sockets(scope, receive, send)
        else:
            await self.others(scope, receive, send)

    def retire(self) -> None:
        """Say from now on that it is not ready, so that no more requests are sent."""
        self.retired = True

    async def end_streams(self) -> None:
        """End the connections that stay open, before the server waits for the others."""
        await self.operations.stop()


async def live(_: Request) -> Response:
    """The process answers."""
    return JSONResponse({"status": "ok"})


class _PageOrAnswer:
    """At `/graphql` a browser that opens the address sees the query page."""

    def __init__(self, graphql: GraphQL) -> None:
        self.graphql = graphql

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] == "OPTIONS":
            await Response(status_code=204, headers=_PREFLIGHT)(scope, receive, send)
        elif scope["method"] == "GET" and _wants_page(scope):
            await (await query_page(Request(scope)))(scope, receive, send)
        else:
            await self.graphql(scope, receive, send)


def _wants_page(scope: Scope) -> bool:
    accepted = headers_of(scope).get(b"accept", b"").lower()
    asked = (b"query=", b"documentId=", b"extensions=")
    return b"text/html" in accepted and not any(one in scope["query_string"] for one in asked)
