"""The bare endpoint: reads the request, runs one hand-written statement, sends what it answers.

Nothing is checked, planned or routed. What the API reaches of this is the price of GraphQL.
"""

from typing import Any

import orjson
from starlette.types import ASGIApp, Receive, Scope, Send

from consortium.storage.connections import Pool
from tests.bench.queries import QUERIES

HEADERS = [(b"content-type", b"application/json")]


def bare(pool: Pool) -> ASGIApp:
    """The endpoint; the last part of the path names the query."""
    # asyncpg prepares a statement once for each connection and keeps it.
    known: dict[str, tuple[str, Any]] = {
        f"/{query.name}": (query.sql, query.parameters) for query in QUERIES
    }

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        sql, parameters = known[scope["path"]]
        body = b""
        more = True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        data = await pool.fetchval(sql, *parameters(orjson.loads(body)["variables"]))
        answer = b'{"data":' + data + b"}"
        headers = [*HEADERS, (b"content-length", b"%d" % len(answer))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": answer})

    return app
