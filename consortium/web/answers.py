"""Answers as JSON over ASGI, and the one table from an error to an HTTP status."""

from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Any, NamedTuple

import orjson
from starlette.types import Send

from consortium.storage.files import FileTooLarge, FileUnusable, StorageFull
from consortium.web.accepting import GRAPHQL, encoding_for
from consortium.web.budgets import BudgetExhausted
from consortium.web.encodings import (
    COMPRESSED_FROM_BYTES,
    EncodingBroken,
    EncodingNotSupported,
    encoded,
)
from consortium.web.patience import BodyTooSlow
from consortium.web.uploads import UploadInvalid
from schema.errors import DOCUMENT_NOT_TRUSTED, INTROSPECTION_DENIED

# The draft's own status for an answer with both data and errors, in GraphQL's own media type.
PARTIAL_SUCCESS = 294


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
    "NOT_ACCEPTABLE": HttpError(406, "Answers are JSON, and `accept` excludes it."),
    "STREAM_TAKEN": HttpError(409, "The reserved connection is open already."),
    "OPERATION_ID_TAKEN": HttpError(409, "An operation of that id is under way."),
    "BODY_TOO_LARGE": HttpError(413, "The body is larger than the server reads."),
    "ADDRESS_TOO_LONG": HttpError(414, "The address is longer than the server reads: send a POST."),
    "UNSUPPORTED_MEDIA_TYPE": HttpError(415, "The body is sent as application/json."),
    "INTERNAL_ERROR": HttpError(500, "A bug; the message has the number of its log entry."),
    "DATABASE_UNAVAILABLE": HttpError(503, "The database does not answer; try again."),
    "TOO_MANY_SUBSCRIPTIONS": HttpError(503, "The server, or the connection, follows its most."),
    "STATEMENT_TIMEOUT": HttpError(503, "The answer took too long; ask for less at once."),
}
_STATUSES = {code: error.status for code, error in HTTP_ERRORS.items()} | {
    BodyTooSlow.code: 408,
    BudgetExhausted.code: 429,
    EncodingBroken.code: 400,
    EncodingNotSupported.code: 415,
    UploadInvalid.code: 400,
    INTROSPECTION_DENIED: 403,
    DOCUMENT_NOT_TRUSTED: 403,
    FileTooLarge.code: 413,
    FileUnusable.code: 500,
    StorageFull.code: 507,
}
# After these what is left of the body must not be taken for the next request.
_CLOSING = {408, 413}

Fields = Sequence[tuple[bytes, bytes]]


class Answer(NamedTuple):
    """An answer that is ready to be sent."""

    status: int
    body: bytes
    headers: Fields = ()
    # Whether it tells that the request was not run.
    refused: bool = False


def error_status(errors: Sequence[dict[str, Any]], media_type: bytes) -> int:
    """The status of an answer without data.

    By the GraphQL-over-HTTP draft a request that cannot be run is 4xx in the media type that is
    GraphQL's own, and 200 in plain JSON, whose readers look for `errors`. 400 stands where a later
    draft has 422 beside it, as long as the official audits want it.
    """
    code = errors[0]["extensions"]["code"]
    if code in _STATUSES:
        return _STATUSES[code]
    return 400 if media_type == GRAPHQL else 200


def refusal(errors: Sequence[dict[str, Any]], media_type: bytes, more: Fields = ()) -> Answer:
    """The answer to a request that was not run."""
    status = error_status(errors, media_type)
    headers = [*more]
    if status in _CLOSING:
        headers.append((b"connection", b"close"))
    if status == 405:
        headers.append((b"allow", b"GET, POST, PUT, DELETE, OPTIONS"))
    return Answer(status, errors_body(errors), headers, refused=True)


def errors_body(errors: Sequence[dict[str, Any]]) -> bytes:
    """The JSON of an answer without data."""
    return orjson.dumps({"errors": errors})


def kept_by_caches(answer: Answer, headers: Mapping[bytes, bytes]) -> Answer:
    """The answer to a GET as caches may keep it: as long as they ask whether it is still so.

    What anybody is told may be kept for all, what one caller is told by that caller alone. Who
    names the answer that is kept is told that it still holds (RFC 9110, section 13.1.2).
    """
    vary = (b"vary", b"accept, accept-encoding, authorization")
    if answer.refused:
        return answer._replace(headers=[*answer.headers, vary, (b"cache-control", b"no-store")])
    whose = b"private" if b"authorization" in headers else b"public"
    # Weak: an answer that is compressed has other bytes and says the same.
    tag = b'W/"' + blake2b(answer.body, digest_size=16).hexdigest().encode() + b'"'
    more = [vary, (b"cache-control", whose + b", no-cache"), (b"etag", tag)]
    if is_current(headers.get(b"if-none-match", b""), tag):
        return Answer(304, b"", more)
    return answer._replace(headers=[*answer.headers, *more])


def is_current(kept: bytes, tag: bytes) -> bool:
    """Whether `If-None-Match` names the tag, or any."""
    names = {one.strip().removeprefix(b"W/") for one in kept.split(b",")}
    return b"*" in names or tag.removeprefix(b"W/") in names


async def send_answer(
    send: Send, answer: Answer, media_type: bytes, accepted_encodings: bytes | None
) -> None:
    """Send a whole answer, compressed where that is accepted and pays."""
    body, headers = answer.body, answer.headers
    if accepted_encodings and len(body) >= COMPRESSED_FROM_BYTES:
        encoding = encoding_for(accepted_encodings)
        if encoding is not None:
            body = await encoded(encoding, body)
            headers = [*_with_vary(headers), (b"content-encoding", encoding)]
    head = [
        (b"content-type", media_type),
        (b"content-length", str(len(body)).encode()),
        (b"x-content-type-options", b"nosniff"),
        # Applications of any origin may ask: who asks is told by a token, never by a cookie.
        (b"access-control-allow-origin", b"*"),
        *headers,
    ]
    await send({"type": "http.response.start", "status": answer.status, "headers": head})
    await send({"type": "http.response.body", "body": body})


def _with_vary(headers: Fields) -> Fields:
    """The headers, which say that the answer depends on what encodings are accepted."""
    if any(name == b"vary" for name, _ in headers):
        return headers
    return [*headers, (b"vary", b"accept-encoding")]
