"""A member with its people and clients behind a running server, and a person who always agrees."""

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
from joserfc.jwk import RSAKey
from starlette.requests import Request

from consortium.identity.oauth.authorization import Approval, AuthorizationRequest, Denial
from consortium.identity.proofs.tokens import sha256
from consortium.storage.database import Database
from tests.factories import create_membership, create_organisation
from tests.factories.rows import insert, number
from tests.served import Api, served

CALLBACK = "https://app.example/callback"
SIGNED_OUT = "https://app.example/signed-out"
SCOPES = "openid profile email offline_access figures:read figures:write"


@dataclass
class Clock:
    """A clock that is moved by hand."""

    ahead: timedelta = timedelta()
    stopped: datetime | None = None

    def __call__(self) -> datetime:
        return self.stopped or datetime.now(UTC) + self.ahead

    def stop(self) -> None:
        """Let no time pass."""
        self.stopped = self()

    def forward(self, **by: float) -> None:
        """Let time pass."""
        self.ahead += timedelta(**by)


@dataclass
class Person:
    """Agrees to everything that is asked, until told otherwise."""

    account_id: int
    session_id: int
    organisation_id: int
    says: Denial | None = None
    asked: list[AuthorizationRequest] = field(default_factory=list)

    async def __call__(self, _: Request, asked: AuthorizationRequest) -> Approval | Denial:
        self.asked.append(asked)
        return self.says or Approval(
            self.account_id,
            self.session_id,
            self.organisation_id,
            asked.scopes,
            datetime.now(UTC),
            "pwd otp",
        )


@dataclass
class World:
    """Everything at hand."""

    api: Api
    clock: Clock
    person: Person
    organisation_id: int
    spa: str
    """A PUBLIC client."""
    web: str
    """A WEB client, with Basic."""
    service: str
    """A SERVICE client of the member, with Basic."""
    secret: str

    @property
    def http(self) -> httpx.AsyncClient:
        """An HTTP client of the server."""
        return self.api.http

    @property
    def issuer(self) -> str:
        """The server's address."""
        return str(self.http.base_url).rstrip("/")

    async def value(self, query: str, *values: object) -> Any:
        """One value of the database."""
        return await self.api.database.pool.fetchval(query, *values)

    async def authorize(self, **parameters: Any) -> httpx.Response:
        """Ask for a code as a browser does; parameters of None are left out."""
        given = {
            "response_type": "code",
            "client_id": self.spa,
            "redirect_uri": CALLBACK,
            "scope": SCOPES,
            "state": "s t&a=b",
            "code_challenge": challenge_of(VERIFIER),
            "code_challenge_method": "S256",
        } | parameters
        kept = {name: value for name, value in given.items() if value is not None}
        return await self.http.get("/oauth/authorize", params=kept)

    async def code(self, **parameters: Any) -> str:
        """A new code."""
        answer = await self.authorize(**parameters)
        return sent(answer)["code"]

    async def token(
        self, path: str = "/oauth/token", auth: tuple[str, str] | None = None, **form: Any
    ) -> httpx.Response:
        """Ask for tokens; fields of None are left out."""
        kept = {name: value for name, value in form.items() if value is not None}
        return await self.http.post(path, data=kept, auth=auth or httpx.USE_CLIENT_DEFAULT)

    async def redeem(self, code: str, **changes: Any) -> httpx.Response:
        """Redeem a code as its client does."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": CALLBACK,
            "client_id": self.spa,
            "code_verifier": VERIFIER,
        } | changes
        return await self.token(**form)

    async def refresh(self, token: str, **changes: Any) -> httpx.Response:
        """Use a refresh token as its client does."""
        form = {"grant_type": "refresh_token", "refresh_token": token, "client_id": self.spa}
        return await self.token(**form | changes)

    async def tokens(self, **parameters: Any) -> dict[str, Any]:
        """A whole sign-in's tokens."""
        answer = await self.redeem(await self.code(**parameters))
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body

    async def asks(self, token: str) -> httpx.Response:
        """A query with a token."""
        return await self.http.post(
            "/graphql",
            json={"query": "{ __typename }"},
            headers={"authorization": f"Bearer {token}"},
        )

    async def grants(self) -> tuple[int, int]:
        """How many grants there are, and how many of them are revoked."""
        row = await self.api.database.pool.fetchrow(
            "SELECT count(*), count(revoked_at) FROM oauth_grant"
        )
        assert row is not None
        return row[0], row[1]


VERIFIER = "v" * 43


def challenge_of(verifier: str) -> str:
    """RFC 7636, section 4.2."""
    return base64url(hashlib.sha256(verifier.encode()).digest())


def base64url(content: bytes) -> str:
    """RFC 7515, section 2."""
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def hs256(token: str, key: RSAKey) -> str:
    """The token signed anew, as an attacker would who takes the public key for a secret."""
    head, body, _ = token.split(".")
    told = json.loads(base64.urlsafe_b64decode(head + "=="))
    signed = f"{base64url(json.dumps(told | {'alg': 'HS256'}).encode())}.{body}"
    digest = hmac.digest(key.as_pem(private=False), signed.encode(), "sha256")
    return f"{signed}.{base64url(digest)}"


def sent(answer: httpx.Response) -> dict[str, str]:
    """What the browser carries back to the client."""
    assert answer.status_code == 302, answer.text
    query = parse_qs(urlsplit(answer.headers["location"]).query)
    return {name: values[0] for name, values in query.items()}


def refused(answer: httpx.Response) -> tuple[int, str]:
    """Status and error of a refusal."""
    return answer.status_code, answer.json()["error"]


async def create_client(pool: Any, **values: Any) -> str:
    """A client; returns its identifier."""
    client_id = f"client-{number()}"
    defaults = {
        "client_id": client_id,
        "name": "A program",
        "kind": "PUBLIC",
        "auth_method": "NONE",
        "redirect_uris": CALLBACK,
        "scopes": SCOPES,
    }
    await insert(pool, "oauth_client", **defaults | values)
    return client_id


@asynccontextmanager
async def world(database: Database, **changes: Any) -> AsyncGenerator[World]:
    """A member of whom one editor agrees to everything."""
    pool, now, secret = database.pool, datetime.now(UTC), secrets.token_urlsafe(32)
    organisation_id = await create_organisation(pool, name="Member")
    await create_membership(pool, organisation_id)
    account_id = await insert(
        pool,
        "account",
        subject=f"subject-{number()}",
        email="editor@member.example",
        email_verified_at=now,
        name="An Editor",
    )
    await insert(
        pool, "role_grant", account_id=account_id, organisation_id=organisation_id, role="EDITOR"
    )
    session_id = await insert(
        pool,
        "session",
        account_id=account_id,
        token_sha256=sha256(secrets.token_hex()),
        authenticated_at=now,
        methods="pwd otp",
        last_seen_at=now,
        expires_at=now + timedelta(days=1),
    )
    kept = {"auth_method": "CLIENT_SECRET_BASIC", "secret_sha256": sha256(secret)}
    service = {"kind": "SERVICE", "organisation_id": organisation_id, "redirect_uris": ""}
    person, clock = Person(account_id, session_id, organisation_id), Clock()
    async with served(database, now=clock, interaction=person, **changes) as api:
        yield World(
            api,
            clock,
            person,
            organisation_id,
            await create_client(pool, post_logout_redirect_uris=SIGNED_OUT),
            await create_client(pool, kind="WEB", **kept),
            await create_client(pool, scopes="figures:read audit:read", **service | kept),
            secret,
        )
