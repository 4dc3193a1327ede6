"""`/graphql`: one request, one statement, the database's bytes."""

from dataclasses import dataclass
from typing import Any

import asyncpg
import orjson
from starlette.types import Receive, Scope, Send

from consortium.identity.oauth.bearer import Authenticator, KeyUnknown, challenge
from consortium.identity.oauth.errors import TokenInvalid, TokenMisplaced
from consortium.identity.oauth.server import Addresses
from consortium.kernel.clock import Today
from consortium.kernel.errors import DomainError
from consortium.kernel.principal import Principal
from consortium.web.accepting import GRAPHQL, JSON, media_type_for
from consortium.web.answers import (
    PARTIAL_SUCCESS,
    Answer,
    kept_by_caches,
    refusal,
    send_answer,
)
from consortium.web.budgets import BudgetExhausted, Budgets, Noted
from consortium.web.failures import database_down, masked
from consortium.web.persisted import Documents
from consortium.web.requests import Headers, Intake, headers_of, names_token, refuse
from consortium.web.subscriptions.http import Streams, may_stream
from consortium.web.uploads import MULTIPART, Uploads
from schema.errors import RequestRefused, plain
from schema.planner.execution import Executor, Request

_FORM = b"application/x-www-form-urlencoded"
# Who sends this header is told what the operation costs.
COST_HEADER = b"graphql-cost"
# How an answer ends that has errors behind its data, which is an object.
_ENDS_IN_ERRORS = b"]}"


@dataclass(frozen=True, slots=True)
class GraphQL:
    """The endpoint, as an ASGI application."""

    executor: Executor
    today: Today
    intake: Intake
    authenticator: Authenticator
    addresses: Addresses
    budgets: Budgets
    uploads: Uploads
    streams: Streams
    documents: Documents

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        headers = headers_of(scope)
        accepted = headers.get(b"accept", b"")
        media_type = media_type_for(accepted)
        try:
            if may_stream(scope, headers, accepted.lower()):
                sending = await self.streams.sending(scope, headers, receive)
                await sending(receive, send)
                return
            answer = await self._answer(scope, headers, receive, media_type)
        except Exception as error:  # noqa: BLE001  every failure is told as GraphQL
            answer = self._failure(error, media_type or JSON)
        if scope["method"] != "POST":
            answer = kept_by_caches(answer, headers)
        await send_answer(send, answer, media_type or JSON, headers.get(b"accept-encoding"))

    async def _answer(
        self, scope: Scope, headers: Headers, receive: Receive, media_type: bytes | None
    ) -> Answer:
        if media_type is None:
            raise refuse("NOT_ACCEPTABLE", "Accept application/json, or GraphQL's own type.")
        if headers.get(b"content-type", b"").startswith(MULTIPART) and scope["method"] == "POST":
            principal = await self._principal(scope, headers)
            async with self.uploads.request(headers, receive, principal) as request:
                return await self._run(scope, headers, request, principal, media_type)
        request = await self._request(scope, headers, receive)
        principal = await self._principal(scope, headers)
        return await self._run(scope, headers, request, principal, media_type)

    async def _run(
        self,
        scope: Scope,
        headers: Headers,
        request: Request,
        principal: Principal,
        media_type: bytes,
    ) -> Answer:
        budget = self.budgets.of(principal, scope)
        async with budget.turns:
            account = Noted(budget) if COST_HEADER in headers else budget
            if request.sha256 is not None or self.documents.trusted_only:
                request = await self.documents.resolved(request, principal, account)
            body = await self.executor.run(request, principal, self.today(), account)
        partial = media_type == GRAPHQL and body.endswith(_ENDS_IN_ERRORS)
        if isinstance(account, Noted):
            extensions = orjson.dumps({"cost": account.told()})
            body = body[:-1] + b',"extensions":' + extensions + b"}"
        return Answer(PARTIAL_SUCCESS if partial else 200, body)

    def _failure(self, error: Exception, media_type: bytes) -> Answer:
        match error:
            case TokenInvalid():
                # The refusal is HTTP's (RFC 6750, section 3), told as GraphQL as well.
                why = (
                    (b"www-authenticate", challenge(error, self.addresses).encode()),
                    (b"access-control-expose-headers", b"www-authenticate"),
                )
                answer = refusal([plain(error.code, error.message)], media_type, why)
                return answer._replace(status=error.status)
            case BudgetExhausted():
                after = ((b"retry-after", str(error.seconds).encode()),)
                return refusal(told(error), media_type, after)
            case _:
                return refusal(told(error), media_type)

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
                return await self.intake.post(headers, receive)
            case "GET" | "HEAD":
                return self.intake.get(scope)
            case _:
                raise refuse("METHOD_NOT_ALLOWED", "Send the request with POST or GET.")

    async def _refuse_form(self, headers: Headers, receive: Receive) -> None:
        """A form is no GraphQL request; one with a token is told so (RFC 6750, section 2.2)."""
        body = await self.intake.body(headers, receive)
        if names_token(body):
            raise TokenMisplaced
        raise refuse("UNSUPPORTED_MEDIA_TYPE", "Send `content-type: application/json`.")


def told(error: Exception) -> list[dict[str, Any]]:
    """What the client is told of a failure; a bug is masked, and logged whole under an id."""
    match error:
        case RequestRefused():
            return error.errors
        case DomainError():
            return [plain(error.code, error.message)]
        case asyncpg.QueryCanceledError():
            message = "The answer took too long; ask for less at once."
            return [plain("STATEMENT_TIMEOUT", message)]
        case _ if database_down(error):
            message = "The database does not answer; try again in a moment."
            return [plain("DATABASE_UNAVAILABLE", message)]
        case _:
            return [plain("INTERNAL_ERROR", masked(error))]
