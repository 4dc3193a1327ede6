"""OAuth clients: made, given a new secret, withdrawn. Whether the caller may is asked before."""

import json
import secrets
from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import asyncpg
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from consortium.audit.actions import audited
from consortium.identity.proofs.tokens import new_token, sha256
from consortium.identity.rules.clients import AuthMethod, ClientKind
from consortium.identity.rules.redirects import fault_of
from consortium.identity.rules.scopes import OPENID_SCOPES, SCOPES
from consortium.kernel.errors import BadInput, DomainError
from consortium.kernel.principal import Principal
from consortium.storage.database import transaction
from consortium.storage.raw import Connection, raw

NAME_MAX = 100
ADDRESSES_MAX = 20
JWKS_MAX = 20_000
_SECRETS = frozenset({AuthMethod.CLIENT_SECRET_BASIC, AuthMethod.CLIENT_SECRET_POST})
_METHODS = {
    ClientKind.PUBLIC: frozenset({AuthMethod.NONE}),
    ClientKind.WEB: _SECRETS | {AuthMethod.PRIVATE_KEY_JWT},
    ClientKind.SERVICE: _SECRETS | {AuthMethod.PRIVATE_KEY_JWT},
}

_INSERT = """
INSERT INTO oauth_client
    (client_id, name, kind, organisation_id, auth_method, secret_sha256, jwks, redirect_uris,
     post_logout_redirect_uris, scopes, first_party)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING id
"""
_ORGANISATION = "SELECT EXISTS (SELECT FROM organisation WHERE id = $1)"
_LOCKED = """
SELECT id, organisation_id, auth_method FROM oauth_client
WHERE client_id = $1 AND disabled_at IS NULL FOR UPDATE
"""
_ROTATE = "UPDATE oauth_client SET secret_sha256 = $2 WHERE id = $1"
_DISABLE = "UPDATE oauth_client SET disabled_at = now() WHERE id = $1"
_END_GRANTS = (
    "UPDATE oauth_grant SET revoked_at = now() WHERE client_id = $1 AND revoked_at IS NULL"
)
_LIST = """
SELECT c.client_id, c.name, c.kind, c.auth_method, c.scopes, c.disabled_at, o.name AS organisation
FROM oauth_client c LEFT JOIN organisation o ON o.id = c.organisation_id ORDER BY c.id
"""


class ClientInvalid(BadInput):
    """The description of the client cannot be used."""

    code = "CLIENT_INVALID"


class ClientUnknown(DomainError):
    """There is no such client, or it is disabled."""

    code = "CLIENT_UNKNOWN"


@dataclass(frozen=True, slots=True)
class ClientFacts:
    """What is said of a new client."""

    name: str
    kind: ClientKind
    auth_method: AuthMethod
    scopes: tuple[str, ...]
    organisation_id: int | None = None
    redirect_uris: tuple[str, ...] = ()
    post_logout_redirect_uris: tuple[str, ...] = ()
    jwks: str | None = None
    first_party: bool = False


@dataclass(frozen=True, slots=True)
class NewClient:
    """A client's identifier and row, and its secret, which is shown this once."""

    row: int
    client_id: str
    secret: str | None = field(repr=False)


async def create_client(by: Principal, facts: ClientFacts) -> NewClient:
    """Register a client.

    Raises:
        ClientInvalid: the first thing that is wrong with it.
    """
    check_client(facts)
    client_id = f"{facts.kind.value.lower()}-{secrets.token_hex(8)}"
    secret = new_token() if facts.auth_method in _SECRETS else None
    about = facts.organisation_id
    async with audited(by, "client:create", organisation_id=about, note=client_id) as work:
        if about is not None and not await work.fetchval(_ORGANISATION, about):
            raise ClientInvalid("There is no such organisation.")
        row: int = await work.fetchval(
            _INSERT,
            client_id,
            facts.name.strip(),
            facts.kind.value,
            about,
            facts.auth_method.value,
            None if secret is None else sha256(secret),
            facts.jwks,
            " ".join(facts.redirect_uris),
            " ".join(facts.post_logout_redirect_uris),
            " ".join(dict.fromkeys(facts.scopes)),
            facts.first_party,
        )
    return NewClient(row, client_id, secret)


async def rotate_secret(by: Principal, client_id: str) -> NewClient:
    """Give a client a new secret; the old one stops at once.

    Raises:
        ClientUnknown: there is none, or it is disabled.
        ClientInvalid: it has no secret.
    """
    secret = new_token()
    async with _locked(by, "client:rotate-secret", client_id) as (work, row):
        if AuthMethod(row["auth_method"]) not in _SECRETS:
            raise ClientInvalid("This client proves who it is without a secret.")
        await work.execute(_ROTATE, row["id"], sha256(secret))
    return NewClient(row["id"], client_id, secret)


async def disable_client(by: Principal, client_id: str) -> None:
    """Withdraw a client for good, with everything that was granted to it.

    Raises:
        ClientUnknown: there is none, or it is disabled already.
    """
    async with _locked(by, "client:disable", client_id) as (work, row):
        await work.execute(_DISABLE, row["id"])
        await work.execute(_END_GRANTS, row["id"])


@asynccontextmanager
async def _locked(
    by: Principal, action: str, client_id: str
) -> AsyncGenerator[tuple[Connection, asyncpg.Record]]:
    """An action on a client that is not disabled. Raises ClientUnknown."""
    async with transaction() as client:
        row = await raw(client).fetchrow(_LOCKED, client_id)
        if row is None:
            raise ClientUnknown
        about = row["organisation_id"]
        async with audited(by, action, organisation_id=about, note=client_id) as work:
            yield work, row


async def list_clients() -> list[dict[str, Any]]:
    """All clients, oldest first, without what is secret."""
    async with transaction() as client:
        return [dict(row) for row in await raw(client).fetch(_LIST)]


def check_client(facts: ClientFacts) -> None:
    """Whether a client may be registered as it is described; raises ClientInvalid."""
    name = facts.name.strip()
    if not 0 < len(name) <= NAME_MAX or not name.isprintable():
        message = f"A client's name has 1 to {NAME_MAX} printable characters."
        raise ClientInvalid(message).at("name")
    if facts.auth_method not in _METHODS[facts.kind]:
        ways = ", ".join(sorted(method.value for method in _METHODS[facts.kind]))
        raise ClientInvalid(f"A {facts.kind.value} client authenticates by: {ways}.")
    _check_scopes(facts)
    _check_keys(facts)
    if facts.kind is ClientKind.SERVICE:
        _check_service(facts)
    else:
        if not facts.redirect_uris:
            raise ClientInvalid("A client for people needs a redirect address.")
        _check_addresses(facts.redirect_uris, facts.kind)
        _check_addresses(facts.post_logout_redirect_uris, facts.kind)


def _check_service(facts: ClientFacts) -> None:
    if facts.organisation_id is None:
        raise ClientInvalid("A SERVICE client belongs to an organisation, for which it acts.")
    if facts.redirect_uris or facts.post_logout_redirect_uris:
        raise ClientInvalid("A SERVICE client sends nobody anywhere: it has no redirect address.")


def _check_scopes(facts: ClientFacts) -> None:
    if unknown := [scope for scope in facts.scopes if scope not in SCOPES]:
        raise ClientInvalid(f"There is no scope {unknown[0][:NAME_MAX]!r}.")
    if not facts.scopes:
        raise ClientInvalid("A client needs a scope.")
    service = facts.kind is ClientKind.SERVICE
    if service and any(scope in OPENID_SCOPES for scope in facts.scopes):
        raise ClientInvalid("A SERVICE client acts for no person: OpenID's scopes say nothing.")


def _check_addresses(addresses: Iterable[str], kind: ClientKind) -> None:
    addresses = tuple(addresses)
    if len(addresses) > ADDRESSES_MAX:
        raise ClientInvalid(f"A client has at most {ADDRESSES_MAX} addresses.")
    for address in addresses:
        if fault := fault_of(address, kind):
            raise ClientInvalid(f"{address[:NAME_MAX]!r} {fault}.")


def _check_keys(facts: ClientFacts) -> None:
    """A JWK set of public keys, for private_key_jwt and for nothing else."""
    needed = facts.auth_method is AuthMethod.PRIVATE_KEY_JWT
    if needed != (facts.jwks is not None):
        raise ClientInvalid("A JWK set belongs to PRIVATE_KEY_JWT, and PRIVATE_KEY_JWT needs one.")
    if facts.jwks is None:
        return
    if len(facts.jwks) > JWKS_MAX:
        raise ClientInvalid(f"A JWK set has at most {JWKS_MAX} characters.")
    try:
        keys = KeySet.import_key_set(json.loads(facts.jwks)).keys
    except (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise ClientInvalid("The JWK set cannot be read (RFC 7517, section 5).") from None
    if not keys or any(key.key_type == "oct" or key.is_private for key in keys):
        raise ClientInvalid("The JWK set holds public keys, and only public ones.")
