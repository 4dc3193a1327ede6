"""GraphQL requests as they come over HTTP: read within bounds, then checked."""

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, cast
from urllib.parse import parse_qs

import orjson
from starlette.types import Message, Receive, Scope

from consortium.trusted_documents.rules import is_sha256, sha256_of
from consortium.web.encodings import decoded
from consortium.web.patience import Patience
from schema.errors import PERSISTED_QUERY_HASH_MISMATCH, RequestRefused, plain
from schema.limits import Limits, VariablesTooMany, check_values
from schema.planner.execution import Request

_JSON = b"application/json"
# How many times the limit is read of a body that is too large.
_DRAINED = 32


Headers = Mapping[bytes, bytes]


def headers_of(scope: Scope) -> Headers:
    """The headers by their names, which are in lower case."""
    return dict(scope["headers"])


def refuse(code: str, message: str) -> RequestRefused:
    """The refusal of a request."""
    return RequestRefused([plain(code, message)])


class DocumentName(NamedTuple):
    """How a request names its document without sending it."""

    sha256: str
    # By Apollo's protocol of automatic persisted queries.
    automatic: bool


def document_name(named: object, extensions: Mapping[str, Any]) -> DocumentName | None:
    """The name of a document in a request; None where there is none.

    `documentId` is of GraphQL over HTTP, appendix A: `sha256:` and the digest, or the digest alone.
    `extensions.persistedQuery` is Apollo's.
    """
    if named is not None:
        if not isinstance(named, str) or not is_sha256(sha256 := named.removeprefix("sha256:")):
            message = "`documentId` is `sha256:` with 64 hexadecimal digits, in lower case."
            raise refuse("BAD_REQUEST", message)
        return DocumentName(sha256, False)
    persisted = extensions.get("persistedQuery")
    if persisted is None:
        return None
    given = cast("dict[str, Any]", persisted) if isinstance(persisted, dict) else {}
    if given.get("version") != 1 or not is_sha256(given.get("sha256Hash")):
        message = (
            "`extensions.persistedQuery` has `version` 1 and `sha256Hash`, with 64 hexadecimal"
            " digits in lower case."
        )
        raise refuse("BAD_REQUEST", message)
    return DocumentName(given["sha256Hash"], True)


@dataclass(frozen=True, slots=True)
class Intake:
    """Reads requests, within bounds of bytes, values and time."""

    limits: Limits
    patience: Patience
    body_max: int
    address_max: int

    async def body(self, headers: Headers, receive: Receive) -> bytes:
        """The whole body as it was sent. Raises BodyTooSlow."""
        return await self.patience.wait(read_body(headers, receive, self.body_max))

    async def post(self, headers: Headers, receive: Receive) -> Request:
        """A request in a JSON body."""
        body = await self.body(headers, receive)
        encoding = headers.get(b"content-encoding")
        if encoding is not None:
            body = decoded(encoding, body, self.body_max)
        return parse_post(headers, body, self.limits)

    def get(self, scope: Scope) -> Request:
        """A request in the address."""
        if len(scope["query_string"]) > self.address_max:
            message = f"What follows the `?` may have {self.address_max} bytes: send a POST."
            raise refuse("ADDRESS_TOO_LONG", message)
        return parse_get(scope, self.limits)


async def read_body(headers: Headers, receive: Receive, limit: int) -> bytes:
    """The whole body; more than `limit` bytes are refused.

    They are read to their end all the same, within bounds and kept nowhere: a client that is still
    sending when the connection closes never sees the answer.
    """
    stated = headers.get(b"content-length", b"")
    too_large = stated.isdigit() and int(stated) > limit
    message = await receive()
    if message["type"] == "http.request" and not message.get("more_body") and not too_large:
        body: bytes = message.get("body", b"")
        if len(body) <= limit:
            return body
    parts: list[bytes] = []
    size = 0
    async for part in _parts(message, receive):
        size += len(part)
        too_large = too_large or size > limit
        if not too_large:
            parts.append(part)
        elif size > limit * _DRAINED:
            break
    if too_large:
        raise refuse("BODY_TOO_LARGE", f"A request may hold {limit} bytes.")
    return parts[0] if len(parts) == 1 else b"".join(parts)


async def _parts(message: Message, receive: Receive) -> AsyncGenerator[bytes]:
    while True:
        if message["type"] == "http.disconnect":
            raise refuse("BAD_REQUEST", "The connection was closed before the body had arrived.")
        yield message.get("body", b"")
        if not message.get("more_body"):
            return
        message = await receive()


def parse_post(headers: Headers, body: bytes, limits: Limits) -> Request:
    """A request in a JSON body."""
    media_type = headers.get(b"content-type", b"")
    if media_type != _JSON and media_type.lower().split(b";")[0].strip() != _JSON:
        raise refuse("UNSUPPORTED_MEDIA_TYPE", "Send `content-type: application/json`.")
    return parse_json(body, limits)


def parse_json(body: bytes, limits: Limits) -> Request:
    """A request as JSON."""
    # So many cannot be right, and need not be made into objects to be counted.
    nested = body.count(b"{") + body.count(b"[")
    if (
        body.count(b",") > limits.variable_values + limits.query_characters
        or nested > limits.variable_values + limits.tokens
    ):
        raise VariablesTooMany(f"Variables may hold {limits.variable_values} values.")
    try:
        given: Any = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise refuse("BAD_REQUEST", f"The body is not JSON: {error}.") from None
    if isinstance(given, list):
        raise refuse(
            "BATCHING_NOT_SUPPORTED",
            "Send one operation in a request; it may ask for many root fields.",
        )
    if not isinstance(given, dict):
        raise refuse("BAD_REQUEST", "The body is an object with `query`, and maybe `variables`.")
    request = checked_request(cast("dict[str, Any]", given), len(body))
    if len(body) > limits.variable_values or nested > limits.variable_depth:
        check_values(request.variables, limits)
    return request


def checked_request(fields: Mapping[str, Any], size: int = 0) -> Request:
    """A request by its fields, whatever it came over."""
    query, variables, named = fields.get("query"), fields.get("variables"), fields.get("documentId")
    operation_name, extensions = fields.get("operationName"), fields.get("extensions")
    if variables is not None and not isinstance(variables, dict):
        raise refuse("BAD_REQUEST", "`variables` is an object of names and values.")
    if operation_name is not None and not isinstance(operation_name, str):
        raise refuse("BAD_REQUEST", "`operationName` is a text.")
    if extensions is not None and not isinstance(extensions, dict):
        raise refuse("BAD_REQUEST", "`extensions` is an object of names and values.")
    given = cast("dict[str, Any]", variables or {})
    name = None
    if named is not None or extensions:
        name = document_name(named, cast("dict[str, Any]", extensions or {}))
    if name is None:
        if not isinstance(query, str) or not query.strip():
            raise refuse("BAD_REQUEST", "`query` holds the document, as a text.")
        return Request(query, given, operation_name or None, size=size)
    if query:
        _check_named(name, query)
    return Request(query or "", given, operation_name or None, False, size, *name)


def _check_named(name: DocumentName, query: object) -> None:
    """Refuse a text beside the name of another."""
    if not isinstance(query, str):
        raise refuse("BAD_REQUEST", "`query` holds the document, as a text.")
    if sha256_of(query) != name.sha256:
        raise refuse(PERSISTED_QUERY_HASH_MISMATCH, "provided sha does not match query")


def parse_get(scope: Scope, limits: Limits) -> Request:
    """A request in the address: `query` or `documentId`, `variables` as JSON, `operationName`."""
    try:
        text = scope["query_string"].decode()
        given = parse_qs(text, max_num_fields=20, errors="strict")
        texts = {name: values[-1] for name, values in given.items()}
        found: dict[str, Any] = {**texts}
        for name in ("variables", "extensions"):
            found[name] = orjson.loads(texts[name]) if texts.get(name) else None
    except (ValueError, UnicodeDecodeError) as error:
        raise refuse("BAD_REQUEST", f"The address cannot be read: {error}.") from None
    request = checked_request(found, len(text))
    check_values(request.variables, limits)
    return request._replace(safe=True)


def names_token(encoded: bytes) -> bool:
    """Whether a query or form holds a token, which would be in logs and histories by now."""
    return b"access_token=" in encoded and any(
        part.startswith(b"access_token=") for part in encoded.split(b"&")
    )
