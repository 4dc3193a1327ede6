"""The application behind a real socket, for tests that speak HTTP."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

import httpx
from pydantic import SecretStr
from starlette.types import ASGIApp

from consortium.cli.http import Server, served_beside
from consortium.cli.sockets import listening, url_of
from consortium.kernel.clock import Now, Today, utc_now
from consortium.settings import Settings
from consortium.storage.database import Database
from consortium.web.app import create_app
from consortium.web.oauth import Interaction
from consortium.web.observing.wiring import metrics_page

# The day on which the tests' questions are asked unless they name another.
TODAY = date(2026, 11, 23)
# Of no installation: thirty-two zeros.
SECRET_KEY = SecretStr("A" * 43 + "=")


@dataclass(frozen=True)
class Api:
    """A client of the running server."""

    http: httpx.AsyncClient
    database: Database
    metrics: str = ""
    """Where its metrics are read, if they are."""

    async def post(self, query: str, variables: Mapping[str, Any] | None = None) -> httpx.Response:
        """Send a query as clients do."""
        return await self.http.post("/graphql", json={"query": query, "variables": variables})

    async def data(self, query: str, variables: Mapping[str, Any] | None = None) -> Any:
        """The data of an answer that must have no errors."""
        answer = (await self.post(query, variables)).json()
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    async def codes(self, query: str, variables: Mapping[str, Any] | None = None) -> list[str]:
        """The codes of the errors that a query must get."""
        answer = (await self.post(query, variables)).json()
        assert "data" not in answer
        return [error["extensions"]["code"] for error in answer["errors"]]


@asynccontextmanager
async def served(
    database: Database,
    *,
    now: Now = utc_now,
    today: Today = lambda: TODAY,
    interaction: Interaction | None = None,
    **changes: Any,
) -> AsyncGenerator[Api]:
    """A server on a free port of the loopback, stopped at the end."""
    with listening("127.0.0.1", 0) as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        given: dict[str, Any] = {"public_url": address, "secret_key": SECRET_KEY}
        settings = Settings(**({"log_level": "ERROR"} | given | changes))
        app = create_app(settings, database, today, now=now, interaction=interaction)
        ready = asyncio.Event()
        server = Server(app, settings, ready.set)
        running = asyncio.create_task(server.serve([listener]))
        await ready.wait()
        try:
            async with (
                _metrics(app, settings) as metrics,
                httpx.AsyncClient(base_url=address, timeout=30) as http,
            ):
                yield Api(http, database, metrics)
        finally:
            server.should_exit = True
            await running


@asynccontextmanager
async def _metrics(app: ASGIApp, settings: Settings) -> AsyncGenerator[str]:
    if settings.metrics_port is None:
        yield ""
        return
    with listening(settings.metrics_host, settings.metrics_port) as listener:
        async with served_beside(metrics_page(app), listener):
            yield f"{url_of(listener, settings.metrics_host)}/metrics"
