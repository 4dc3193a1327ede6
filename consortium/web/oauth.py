"""The authorization server over HTTP: routes, forms, headers. What they decide is `identity`'s."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import wraps
from html import escape
from typing import Any
from urllib.parse import parse_qsl, urlencode

from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from consortium.identity.oauth.authorization import (
    Approval,
    AuthorizationRequest,
    Denial,
    NotOurClient,
    SentBack,
    denied,
    grant_code,
    read_authorization,
)
from consortium.identity.oauth.bearer import Authenticator, KeyUnknown, challenge
from consortium.identity.oauth.errors import (
    InvalidClient,
    InvalidRequest,
    OAuthError,
    TokenInvalid,
    TokenMisplaced,
)
from consortium.identity.oauth.introspection import introspect
from consortium.identity.oauth.metadata import resource_metadata, server_metadata
from consortium.identity.oauth.openid import sign_out, userinfo
from consortium.identity.oauth.revocation import revoke
from consortium.identity.oauth.server import AuthorizationServer
from consortium.identity.oauth.tokens import Asked, answer_token_request
from consortium.storage.database import Database, transaction
from consortium.storage.raw import Connection, raw
from consortium.web.graphql import told
from consortium.web.requests import headers_of, read_body
from schema.errors import RequestRefused

FORM_MAX_BYTES = 65_536
_FIELDS_MAX = 100
_FORM = b"application/x-www-form-urlencoded"
# RFC 6749, section 5.1: nothing that holds a token is kept anywhere.
_NOT_KEPT = {"cache-control": "no-store", "pragma": "no-cache"}
_KEPT = {"cache-control": "public, max-age=300"}
# Applications in browsers ask these themselves, without cookies (RFC 9700, section 2.6).
_FROM_ANYWHERE = Middleware(
    CORSMiddleware,
    allow_origins=["*"],
    allow_methods=["GET", "POST"],
    allow_headers=["authorization", "content-type"],
    expose_headers=["www-authenticate"],
    max_age=600,
)
_PAGE = {
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'; form-action 'none'",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    **_NOT_KEPT,
}


# Asks the person who they are, for which organisation, and whether they agree. Given the request as
# it came and what was read of it, it answers with a page or a redirect, or with the decision.
# `prompt` and `max_age` are its to heed.
Interaction = Callable[[Request, AuthorizationRequest], Awaitable[Response | Approval | Denial]]


Handler = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Form:
    """A form's fields, each once, but for `resource` (RFC 8707, section 2)."""

    fields: Mapping[str, str]
    resources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OAuthEndpoints:
    """The endpoints over one authorization server."""

    server: AuthorizationServer
    authenticator: Authenticator
    database: Database
    interaction: Interaction

    def routes(self) -> list[BaseRoute]:
        """All of them."""
        return [
            Route("/oauth/authorize", _answering(self.authorize), methods=["GET", "POST"]),
            Route("/oauth/introspect", _answering(self.introspect), methods=["POST"]),
            Route("/oauth/logout", _answering(self.logout), methods=["GET", "POST"]),
            *_open("/oauth/token", self.token, "POST"),
            *_open("/auth/token", self.token, "POST"),
            *_open("/oauth/revoke", self.revoke, "POST"),
            *_open("/oauth/userinfo", self.userinfo, "GET", "POST"),
            *_open("/oauth/jwks", self.jwks, "GET"),
            *_open("/.well-known/openid-configuration", self.metadata, "GET"),
            *_open("/.well-known/oauth-authorization-server", self.metadata, "GET"),
            *_open("/.well-known/oauth-protected-resource", self.resource, "GET"),
            *_open("/.well-known/oauth-protected-resource/graphql", self.resource, "GET"),
        ]

    async def authorize(self, request: Request) -> Response:
        """RFC 6749, section 3.1."""
        if request.method == "POST" and not request.query_params:
            # OpenID Connect Core, section 3.1.2.1, has it by POST too; pages begin with a GET.
            parameters = await _pairs(request)
            return RedirectResponse(f"/oauth/authorize?{urlencode(parameters)}", 303)
        try:
            async with self._transaction() as connection:
                parameters = request.query_params.multi_items()
                asked = await read_authorization(self.server, connection, parameters)
        except NotOurClient as error:
            return _told_on_a_page("This request cannot be answered", error.message)
        except SentBack as refused:
            return _sent_on(refused.location)
        decision = await self.interaction(request, asked)
        match decision:
            case Approval():
                async with self._transaction() as connection:
                    return _sent_on(await grant_code(self.server, connection, asked, decision))
            case Denial():
                return _sent_on(denied(self.server, asked, decision))
            case Response():
                return decision

    async def token(self, request: Request) -> Response:
        """RFC 6749, section 3.2."""
        form = await read_form(request)
        asked = Asked(form.fields, form.resources, request.headers.get("authorization"))
        await self.server.keyring.ready()
        async with self._transaction() as connection:
            answer = await answer_token_request(self.server, connection, asked)
        if isinstance(answer, OAuthError):
            raise answer
        return JSONResponse(answer, headers=_NOT_KEPT)

    async def revoke(self, request: Request) -> Response:
        """RFC 7009, section 2."""
        form, authorization = await read_form(request), request.headers.get("authorization")
        await self.server.keyring.ready()
        async with self._transaction() as connection:
            await revoke(self.server, self.authenticator, connection, authorization, form.fields)
        return Response(headers=_NOT_KEPT)

    async def introspect(self, request: Request) -> Response:
        """RFC 7662, section 2."""
        form, authorization = await read_form(request), request.headers.get("authorization")
        await self.server.keyring.ready()
        async with self._transaction() as connection:
            answer = await introspect(
                self.server, self.authenticator, connection, authorization, form.fields
            )
        return JSONResponse(answer, headers=_NOT_KEPT)

    async def userinfo(self, request: Request) -> Response:
        """OpenID Connect Core 1.0, section 5.3; the token comes in the header, and only there."""
        try:
            if "access_token" in request.query_params:
                raise TokenMisplaced
            header = request.headers.get("authorization", "").encode("latin-1")
            claims = await self._claims(header)
            async with self._transaction() as connection:
                answer = await userinfo(connection, claims)
        except TokenInvalid as error:
            challenged = {"www-authenticate": challenge(error, self.server.addresses)}
            body = {"error": error.error, "error_description": error.message}
            return JSONResponse(body, error.status, headers=_NOT_KEPT | challenged)
        return JSONResponse(answer, headers=_NOT_KEPT)

    async def logout(self, request: Request) -> Response:
        """RP-Initiated Logout 1.0, section 2."""
        if request.method == "POST":
            fields = (await read_form(request)).fields
        else:
            fields = _once(request.query_params.multi_items()).fields
        await self.server.keyring.ready()
        try:
            async with self._transaction() as connection:
                done = await sign_out(self.server, connection, fields)
        except InvalidRequest as error:
            return _told_on_a_page("This request cannot be answered", error.message)
        if done.redirect_uri is None:
            return _told_on_a_page("You are signed out", "You may close this window.", 200)
        query = f"?{urlencode({'state': done.state})}" if done.state is not None else ""
        joined = query.replace("?", "&") if "?" in done.redirect_uri else query
        return _sent_on(done.redirect_uri + joined)

    async def jwks(self, _: Request) -> Response:
        """RFC 7517, section 5."""
        await self.server.keyring.ready()
        return JSONResponse(self.server.keyring.jwks(), headers=_KEPT)

    async def metadata(self, _: Request) -> Response:
        """RFC 8414, section 3, and OpenID Connect Discovery 1.0, section 4."""
        return JSONResponse(server_metadata(self.server.addresses), headers=_KEPT)

    async def resource(self, _: Request) -> Response:
        """RFC 9728, section 3."""
        return JSONResponse(resource_metadata(self.server.addresses), headers=_KEPT)

    async def _claims(self, header: bytes) -> dict[str, Any]:
        try:
            return self.authenticator.claims(header)
        except KeyUnknown:
            await self.authenticator.read_keys_again()
            return self.authenticator.claims(header)

    @asynccontextmanager
    async def _transaction(self) -> AsyncGenerator[Connection]:
        with self.database.active():
            async with transaction() as client:
                yield raw(client)


async def read_form(request: Request) -> Form:
    """The form that was sent.

    Raises:
        InvalidRequest: it is none, too large, or says something twice (RFC 6749, section 3.2).
    """
    return _once(await _pairs(request))


async def _pairs(request: Request) -> list[tuple[str, str]]:
    headers = headers_of(request.scope)
    if headers.get(b"content-type", b"").lower().split(b";")[0].strip() != _FORM:
        raise InvalidRequest("Send a form: `content-type: application/x-www-form-urlencoded`.")
    try:
        body = await read_body(headers, request.receive, FORM_MAX_BYTES)
        return parse_qsl(
            body.decode(), keep_blank_values=True, errors="strict", max_num_fields=_FIELDS_MAX
        )
    except RequestRefused as refused:
        raise InvalidRequest(refused.errors[0]["message"]) from None
    except ValueError:
        raise InvalidRequest("The form cannot be read.") from None


def _once(pairs: list[tuple[str, str]]) -> Form:
    """An empty field counts as none, a repeated one is refused (RFC 6749, section 3.2)."""
    fields: dict[str, str] = {}
    resources: list[str] = []
    for name, value in pairs:
        if name == "resource":
            resources += [value] if value else []
        elif name in fields:
            raise InvalidRequest("A parameter is repeated.")
        else:
            fields[name] = value
    kept = {name: value for name, value in fields.items() if value}
    return Form(kept, tuple(resources))


def _open(path: str, handler: Handler, *methods: str) -> list[BaseRoute]:
    """A route that browsers' applications may use from anywhere."""
    allowed = [*methods, "OPTIONS"]
    return [Route(path, _answering(handler), methods=allowed, middleware=[_FROM_ANYWHERE])]


def _answering(handler: Handler) -> Handler:
    """The handler, with every failure told as OAuth does."""

    @wraps(handler)
    async def answer(request: Request) -> Response:
        try:
            if request.method == "OPTIONS":
                return Response(status_code=204)
            return await handler(request)
        except OAuthError as error:
            return _refusal(error)
        except Exception as error:  # noqa: BLE001  masked, and logged whole
            failure = told(error)[0]
            down = failure["extensions"]["code"] == "DATABASE_UNAVAILABLE"
            name = "temporarily_unavailable" if down else "server_error"
            body = {"error": name, "error_description": failure["message"]}
            return JSONResponse(body, 503 if down else 500, headers=_NOT_KEPT)

    return answer


def _refusal(error: OAuthError) -> Response:
    """RFC 6749, section 5.2."""
    headers = dict(_NOT_KEPT)
    if isinstance(error, InvalidClient):
        headers["www-authenticate"] = 'Basic realm="consortium"'
    body = {"error": error.code, "error_description": error.message}
    return JSONResponse(body, error.status, headers=headers)


def _sent_on(location: str) -> Response:
    """A redirect to exactly this address: Starlette's own would encode it once more."""
    return Response(status_code=302, headers={"location": location, **_NOT_KEPT})


def _told_on_a_page(title: str, text: str, status: int = 400) -> Response:
    page = (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        f"<title>{escape(title)}</title><h1>{escape(title)}</h1><p>{escape(text)}</p></html>"
    )
    return HTMLResponse(page, status, headers=_PAGE)
