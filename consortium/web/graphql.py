"""`/graphql`: one request, one statement, the database's bytes."""

from dataclasses import dataclass
from typing import Any

import asyncpg
from starlette.types import Receive, Scope, Send

from consortium.identity.oauth.bearer import Authenticator, KeyUnknown, challenge
from consortium.identity.oauth.errors import TokenInvalid, TokenMisplaced
from consortium.identity.oauth.server import Addresses
from consortium.kernel.clock import Today
from consortium.kernel.principal import Principal
from consortium.web.answers import GRAPHQL, JSON, error_status, errors_body, send_bytes
from consortium.web.failures import database_down, masked
from consortium.web.requests import (
    Headers,
    headers_of,
    names_token,
    parse_get,
    parse_post,
    read_body,
    refuse,
)
from consortium.web.subscriptions.http import Sending, Streams, may_stream
from schema.errors import RequestRefused, plain
from schema.planner.execution import Executor, Request

_FORM = b"application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class GraphQL:
    """The endpoint, as an ASGI application."""

    executor: Executor
    today: Today
    body_max: int
    authenticator: Authenticator
    addresses: Addresses
    streams: Streams

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        headers = headers_of(scope)
        accepted = headers.get(b"accept", b"").lower()
        media_type = GRAPHQL if b"graphql-response+json" in accepted else JSON
        sending: Sending | None = None
        body = b""
        try:
            if may_stream(scope, headers, accepted):
                sending = await self.streams.sending(scope, headers, receive)
            else:
                request = await self._request(scope, headers, receive)
                principal = await self._principal(scope, headers)
                body = await self.executor.run(request, principal, self.today())
        except TokenInvalid as error:
            # The refusal is HTTP's (RFC 6750, section 3), told as GraphQL as well.
            told_as = [plain(error.code, error.message)]
            why = (
                (b"www-authenticate", challenge(error, self.addresses).encode()),
                (b"access-control-expose-headers", b"www-authenticate"),
            )
            await send_bytes(send, error.status, media_type, errors_body(told_as), why)
        except Exception as error:  # noqa: BLE001  every failure is told as GraphQL
            errors = told(error)
            status = error_status(errors, media_type)
            # A body that was not read whole must not be taken for the next request.
            closing = ((b"connection", b"close"),) if status == 413 else ()
            await send_bytes(send, status, media_type, errors_body(errors), closing)
        else:
            if sending is None:
                await send_bytes(send, 200, media_type, body)
            else:
                await sending(receive, send)

    async def _principal(self, scope: Scope, headers: Headers) -> Principal:
        """Who asks, by the token in the header."""
        if scope["query_string"] and names_token(scope["query_string"]):
            raise TokenMisplaced
        header = headers.get(b"authorization")
        try:
            return self.authenticator.principal(header)
        except KeyUnknown:
            await self.authenticator.read_keys_again()
            return self.authenticator.principal(header)

    async def _request(self, scope: Scope, headers: Headers, receive: Receive) -> Request:
        match scope["method"]:
            case "POST":
                if headers.get(b"content-type", b"").lower().startswith(_FORM):
                    await self._refuse_form(headers, receive)
                return parse_post(headers, await read_body(headers, receive, self.body_max))
            case "GET" | "HEAD":
                return parse_get(scope)
            case _:
                raise refuse("METHOD_NOT_ALLOWED", "Send the request with POST or GET.")

    async def _refuse_form(self, headers: Headers, receive: Receive) -> None:
        """A form is no GraphQL request; one with a token is told so (RFC 6750, section 2.2)."""
        body = await read_body(headers, receive, self.body_max)
        if names_token(body):
            raise TokenMisplaced
        raise refuse("UNSUPPORTED_MEDIA_TYPE", "Send `content-type: application/json`.")


def told(error: Exception) -> list[dict[str, Any]]:
    """What the client is told of a failure; a bug is masked, and logged whole under an id."""
    match error:
        case RequestRefused():
            return error.errors
        case asyncpg.QueryCanceledError():
            message = "The answer took too long; ask for less at once."
            return [plain("STATEMENT_TIMEOUT", message)]
        case _ if database_down(error):
            message = "The database does not answer; try again in a moment."
            return [plain("DATABASE_UNAVAILABLE", message)]
        case _:
            return [plain("INTERNAL_ERROR", masked(error))]
