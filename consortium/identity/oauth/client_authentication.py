"""How a client proves who it is: RFC 6749 section 2.3, RFC 7523 sections 2.2 and 3.

Own functions in place of authlib's: its assertions accept any algorithm that fits the key, its
reading of Basic fails on what is not UTF-8, and neither can wait for the database to tell whether a
`jti` was used.
"""

import base64
import binascii
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote_plus

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from consortium.identity.oauth.bearer import is_for
from consortium.identity.oauth.clients import Client, find_client
from consortium.identity.oauth.errors import InvalidClient, InvalidRequest
from consortium.identity.oauth.server import AuthorizationServer
from consortium.identity.proofs.tokens import sha256
from consortium.identity.rules.clients import AuthMethod
from consortium.storage.raw import Connection

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
# Asymmetric only: nobody can pass off the public key as a secret.
ASSERTION_ALGORITHMS = ("RS256", "PS256", "ES256", "Ed25519", "EdDSA")
LEEWAY = timedelta(seconds=60)
# Bounds for how long a used `jti` must be remembered.
ASSERTION_LIFETIME_MAX = timedelta(hours=1)
_JTI_LENGTH_MAX = 200
_ASSERTION_LENGTH_MAX = 16_384

_USE_JTI = """
INSERT INTO client_assertion (client_id, jti_sha256, expires_at) VALUES ($1, $2, $3)
ON CONFLICT DO NOTHING RETURNING id
"""


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a request says of its client."""

    client_id: str
    methods: frozenset[AuthMethod]
    proof: str = ""


async def authenticate_client(
    server: AuthorizationServer,
    connection: Connection,
    authorization: str | None,
    form: Mapping[str, str],
) -> Client:
    """The client that this request comes from; a public one only says so.

    Raises:
        InvalidClient: it is not known, disabled, or did not prove itself; always the same answer.
        InvalidRequest: it uses several ways at once.
    """
    given = read_credentials(authorization, form)
    client = await find_client(connection, given.client_id, server.addresses.issuer)
    if client is None or client.auth_method not in given.methods:
        raise InvalidClient
    if client.auth_method is AuthMethod.PRIVATE_KEY_JWT:
        await _use_assertion(server, connection, client, given.proof)
    elif client.auth_method is not AuthMethod.NONE:
        _check_secret(client, given.proof)
    return client


def read_credentials(authorization: str | None, form: Mapping[str, str]) -> Credentials:
    """What the request says, before anything of it is believed."""
    secret, assertion = form.get("client_secret"), form.get("client_assertion")
    if sum(one is not None for one in (authorization, secret, assertion)) > 1:
        raise InvalidRequest("A client authenticates in one way only (RFC 6749, section 2.3).")
    if authorization is not None:
        client_id, password = _basic(authorization)
        _same_client(form, client_id)
        return Credentials(client_id, frozenset({AuthMethod.CLIENT_SECRET_BASIC}), password)
    if assertion is not None:
        client_id = _claimed_subject(form.get("client_assertion_type"), assertion)
        _same_client(form, client_id)
        return Credentials(client_id, frozenset({AuthMethod.PRIVATE_KEY_JWT}), assertion)
    if "client_id" not in form:
        raise InvalidClient("The request does not say which client sends it.")
    way = AuthMethod.NONE if secret is None else AuthMethod.CLIENT_SECRET_POST
    return Credentials(form["client_id"], frozenset({way}), secret or "")


def _same_client(form: Mapping[str, str], client_id: str) -> None:
    if form.get("client_id", client_id) != client_id:
        raise InvalidRequest("`client_id` names another client than the one that authenticates.")


def _basic(header: str) -> tuple[str, str]:
    """User and password, each encoded as in a form (RFC 6749, section 2.3.1)."""
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        raise InvalidClient("Clients authenticate with Basic, in the form, or by an assertion.")
    try:
        user, colon, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        raise InvalidClient from None
    if not colon:
        raise InvalidClient
    return unquote_plus(user), unquote_plus(password)


def _check_secret(client: Client, secret: str) -> None:
    if not hmac.compare_digest(client.secret_sha256 or "", sha256(secret)):
        raise InvalidClient


def _claimed_subject(kind: str | None, assertion: str) -> str:
    """Whose assertion it claims to be; believed only once it is verified."""
    if kind != ASSERTION_TYPE:
        raise InvalidRequest(f"`client_assertion_type` is {ASSERTION_TYPE}.")
    if len(assertion) > _ASSERTION_LENGTH_MAX:
        raise InvalidClient
    try:
        claims: Any = json.loads(jws.extract_compact(assertion.encode()).payload)
    except (JoseError, ValueError, RecursionError):
        raise InvalidClient from None
    subject = claims.get("sub") if isinstance(claims, dict) else None  # pyright: ignore[reportUnknownMemberType,reportUnknownVariableType]
    if not isinstance(subject, str):
        raise InvalidClient
    return subject


async def _use_assertion(
    server: AuthorizationServer, connection: Connection, client: Client, assertion: str
) -> None:
    """Verify an assertion and use up its `jti`."""
    audiences = (server.addresses.issuer, server.addresses.token_endpoint)
    jti, expires_at = verify_assertion(client, assertion, audiences, server.now())
    values = (client.row, sha256(jti), expires_at + LEEWAY)
    if await connection.fetchval(_USE_JTI, *values) is None:
        raise InvalidClient("The assertion was used before.")


def verify_assertion(
    client: Client, assertion: str, audiences: tuple[str, ...], now: datetime
) -> tuple[str, datetime]:
    """The `jti` and the end of a client's assertion (RFC 7523, section 3)."""
    try:
        keys = KeySet.import_key_set(json.loads(client.jwks or ""))
        claims = jwt.decode(assertion, keys, algorithms=ASSERTION_ALGORITHMS).claims
    except (JoseError, ValueError, KeyError, TypeError, RecursionError):
        raise InvalidClient from None
    if claims.get("iss") != client.client_id or claims.get("sub") != client.client_id:
        raise InvalidClient("`iss` and `sub` of the assertion are the client's identifier.")
    if not is_for(claims, *audiences):
        raise InvalidClient("`aud` of the assertion is this server's issuer.")
    begin, end = _moment(claims, "nbf", now), _moment(claims, "exp", None)
    if not now - LEEWAY < end <= now + ASSERTION_LIFETIME_MAX or begin > now + LEEWAY:
        raise InvalidClient("The assertion has expired, or lives too long.")
    jti = claims.get("jti")
    if not isinstance(jti, str) or not 0 < len(jti) <= _JTI_LENGTH_MAX:
        raise InvalidClient("The assertion needs a `jti`.")
    return jti, end


def _moment(claims: dict[str, Any], name: str, default: datetime | None) -> datetime:
    value = claims.get(name)
    if value is None and default is not None:
        return default
    if not isinstance(value, int | float):
        raise InvalidClient(f"`{name}` of the assertion is a number of seconds.")
    try:
        return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError):
        raise InvalidClient from None
