"""Answers as JSON over ASGI, and the one table from an error to an HTTP status."""

from collections.abc import Sequence
from typing import Any

import orjson
from starlette.types import Send

JSON = b"application/json; charset=utf-8"
GRAPHQL = b"application/graphql-response+json; charset=utf-8"

# Codes of errors that are about HTTP or about the server, whatever the media type.
STATUS = {
    "BAD_REQUEST": 400,
    "BATCHING_NOT_SUPPORTED": 400,
    "METHOD_NOT_ALLOWED": 405,
    "REQUEST_TIMEOUT": 408,
    "BODY_TOO_LARGE": 413,
    "UNSUPPORTED_MEDIA_TYPE": 415,
    "INTERNAL_ERROR": 500,
    "DATABASE_UNAVAILABLE": 503,
    "STATEMENT_TIMEOUT": 503,
}


def error_status(errors: Sequence[dict[str, Any]], media_type: bytes) -> int:
    """The status of an answer without data.

    By the GraphQL-over-HTTP draft a request that cannot be run is 400 in the media type that is
    GraphQL's own, and 200 in plain JSON, whose readers look for `errors`.
    """
    code = errors[0]["extensions"]["code"]
    return STATUS.get(code, 400 if media_type == GRAPHQL else 200)


def errors_body(errors: Sequence[dict[str, Any]]) -> bytes:
    """The JSON of an answer without data."""
    return orjson.dumps({"errors": errors})


async def send_bytes(
    send: Send,
    status: int,
    media_type: bytes,
    body: bytes,
    headers: Sequence[tuple[bytes, bytes]] = (),
) -> None:
    """Send a whole answer."""
    head = [
        (b"content-type", media_type),
        (b"content-length", str(len(body)).encode()),
        (b"x-content-type-options", b"nosniff"),
        *headers,
    ]
    await send({"type": "http.response.start", "status": status, "headers": head})
    await send({"type": "http.response.body", "body": body})
