"""The application: the one place that wires settings, database and routes."""

import asyncio
import os
from base64 import b64encode

import asyncpg
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from consortium.console import ASSETS, DIST
from consortium.identity.federation.fetching import Fetcher
from consortium.identity.federation.flow import Providers
from consortium.identity.proofs.passwords import PASSWORDS
from consortium.identity.proofs.sealing import Sealer
from consortium.kernel.clock import Today, utc_now, utc_today
from consortium.settings import Settings
from consortium.storage.database import Database
from consortium.web.graphql import GraphQL, told
from consortium.web.pages import Assets, query_page, schema_text
from consortium.web.people.routes import routes as people_routes
from consortium.web.people.visit import People
from consortium.web.requests import headers_of
from schema.planner.execution import Executor
from schema.planner.mutations import Writing

READY_SECONDS = 2


def create_app(settings: Settings, database: Database, today: Today = utc_today) -> ASGIApp:
    """The application over an open database."""
    executor = Executor.over(database.reads, Writing(database.active, told))
    graphql = GraphQL(executor, today, settings.max_body_bytes)

    async def ready(_: Request) -> Response:
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
            Route("/schema.graphql", schema_text),
            Route("/health/live", live),
            Route("/health/ready", ready),
            *people_routes(people_of(settings, database)),
            Mount(f"/{ASSETS}", Assets(directory=DIST / ASSETS, check_dir=False)),
        ]
    )
    return _Front(graphql, others)


def people_of(settings: Settings, database: Database) -> People:
    """What the pages for people stand on."""
    # A server that was given no key, as in a test, forgets what browsers keep when it ends.
    key = settings.secret_key.get_secret_value() if settings.secret_key else None
    return People(
        database=database,
        public_url=settings.public_url or f"http://{settings.host}:{settings.port}",
        sealer=Sealer(key or b64encode(os.urandom(32)).decode()),
        providers=Providers(Fetcher(loopback=settings.federation_allow_loopback)),
        passwords=PASSWORDS,
        now=utc_now,
        body_max=settings.max_body_bytes,
    )


class _Front:
    """Hands the one path that matters over at once: routing costs more than planning.

    The endpoint answers its own failures, so it needs no middleware.
    """

    def __init__(self, graphql: GraphQL, others: ASGIApp) -> None:
        self.graphql = graphql
        self.others = others

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] == "/graphql" and scope["method"] == "POST":
            await self.graphql(scope, receive, send)
        else:
            await self.others(scope, receive, send)


async def live(_: Request) -> Response:
    """The process answers."""
    return JSONResponse({"status": "ok"})


class _PageOrAnswer:
    """At `/graphql` a browser that opens the address sees the query page."""

    def __init__(self, graphql: GraphQL) -> None:
        self.graphql = graphql

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] == "GET" and _wants_page(scope):
            await (await query_page(Request(scope)))(scope, receive, send)
        else:
            await self.graphql(scope, receive, send)


def _wants_page(scope: Scope) -> bool:
    accepted = headers_of(scope).get(b"accept", b"").lower()
    return b"text/html" in accepted and b"query=" not in scope["query_string"]
