"""Answers as JSON over ASGI, and the one table from an error to an HTTP status."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import orjson
from starlette.types import Send

JSON = b"application/json; charset=utf-8"
GRAPHQL = b"application/graphql-response+json; charset=utf-8"


class HttpError(NamedTuple):
    """An error that is about HTTP or about the server, whatever the media type."""

    status: int
    meaning: str


HTTP_ERRORS = {
    "BAD_REQUEST": HttpError(400, "The request is no GraphQL request; the message says why."),
    "BATCHING_NOT_SUPPORTED": HttpError(400, "A request holds one operation, not a list."),
    "ORIGIN_NOT_ALLOWED": HttpError(403, "Pages of that origin may not open a connection."),
    "STREAM_UNKNOWN": HttpError(404, "No connection is reserved under that token."),
    "METHOD_NOT_ALLOWED": HttpError(405, "Requests come by POST or GET."),
    "STREAM_TAKEN": HttpError(409, "The reserved connection is open already."),
    "OPERATION_ID_TAKEN": HttpError(409, "An operation of that id is under way."),
    "BODY_TOO_LARGE": HttpError(413, "The body is larger than the server reads."),
    "UNSUPPORTED_MEDIA_TYPE": HttpError(415, "The body is sent as application/json."),
    "INTERNAL_ERROR": HttpError(500, "A bug; the message has the number of its log entry."),
    "DATABASE_UNAVAILABLE": HttpError(503, "The database does not answer; try again."),
    "TOO_MANY_SUBSCRIPTIONS": HttpError(503, "The server, or the connection, follows its most."),
    "STATEMENT_TIMEOUT": HttpError(503, "The answer took too long; ask for less at once."),
}


def error_status(errors: Sequence[dict[str, Any]], media_type: bytes) -> int:
    """The status of an answer without data.

    By the GraphQL-over-HTTP draft a request that cannot be run is 400 in the media type that is
    GraphQL's own, and 200 in plain JSON, whose readers look for `errors`.
    """
    code = errors[0]["extensions"]["code"]
    if code in HTTP_ERRORS:
        return HTTP_ERRORS[code].status
    return 400 if media_type == GRAPHQL else 200


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
        # Applications of any origin may ask: who asks is told by a token, never by a cookie.
        (b"access-control-allow-origin", b"*"),
        *headers,
    ]
    await send({"type": "http.response.start", "status": status, "headers": head})
    await send({"type": "http.response.body", "body": body})
