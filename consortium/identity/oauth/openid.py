"""OpenID Connect: ID tokens, userinfo, and signing out (Core 1.0, RP-Initiated Logout 1.0)."""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from joserfc import jws, jwt
from joserfc.errors import JoseError

from consortium.audit.actions import audited
from consortium.identity.oauth.clients import Client, find_client
from consortium.identity.oauth.errors import InsufficientScope, InvalidRequest, TokenInvalid
from consortium.identity.oauth.facts import GrantFacts, Person, SignIn
from consortium.identity.oauth.keys import ALGORITHM
from consortium.identity.oauth.server import AuthorizationServer
from consortium.identity.rules.scopes import EMAIL, OPENID, PROFILE
from consortium.kernel.principal import Principal
from consortium.storage.raw import Connection

LIFETIME = timedelta(minutes=10)

_USER = """
SELECT a.subject, a.name, a.email, a.email_verified_at IS NOT NULL AS verified
FROM account a JOIN oauth_grant g ON g.account_id = a.id JOIN oauth_client c ON c.id = g.client_id
LEFT JOIN session s ON s.id = g.session_id
WHERE a.id = $1 AND g.id = $2 AND a.disabled_at IS NULL AND a.erased_at IS NULL
    AND g.revoked_at IS NULL AND c.disabled_at IS NULL AND s.revoked_at IS NULL
"""
_SIGN_OUT = """
UPDATE session s SET revoked_at = $3 FROM account a
WHERE s.id = $1 AND a.id = s.account_id AND a.subject = $2 AND s.revoked_at IS NULL
"""


def sign_id_token(
    server: AuthorizationServer,
    client: Client,
    person: Person,
    grant: GrantFacts,
    sign_in: SignIn,
    answer: Mapping[str, Any],
) -> str:
    """Core 1.0, section 2, with the name where `profile` was granted; the rest is at userinfo."""
    key, now = server.keyring.signer(), int(server.now().timestamp())
    half = hashlib.sha256(answer["access_token"].encode()).digest()[:16]
    claims: dict[str, Any] = {
        "iss": server.addresses.issuer,
        "sub": person.subject,
        "aud": client.client_id,
        "iat": now,
        "exp": now + int(LIFETIME.total_seconds()),
        "auth_time": int(sign_in.at.timestamp()),
        "amr": list(sign_in.methods),
        "at_hash": base64.urlsafe_b64encode(half).decode().rstrip("="),
    }
    if sign_in.nonce is not None:
        claims["nonce"] = sign_in.nonce
    if PROFILE in answer["scope"].split():
        claims["name"] = person.name
    if grant.session_id is not None:
        claims["sid"] = str(grant.session_id)
    return jwt.encode({"alg": ALGORITHM, "kid": key.kid}, claims, key.key)


async def userinfo(connection: Connection, claims: Mapping[str, Any]) -> dict[str, Any]:
    """Core 1.0, section 5.3: what the scopes of a verified access token let be known.

    Raises:
        InsufficientScope: the token was not made for OpenID Connect.
        TokenInvalid: its grant has ended meanwhile, or its person may not sign in any more.
    """
    scopes = str(claims.get("scope", "")).split()
    if OPENID not in scopes:
        raise InsufficientScope("The access token lacks the scope `openid`.")
    row = await connection.fetchrow(_USER, claims.get("account"), claims.get("grant"))
    if row is None:
        raise TokenInvalid("The access token was revoked.")
    told: dict[str, Any] = {"sub": row["subject"]}
    if PROFILE in scopes:
        told["name"] = row["name"]
    if EMAIL in scopes and row["email"] is not None:
        told |= {"email": row["email"], "email_verified": row["verified"]}
    return told


@dataclass(frozen=True, slots=True)
class SignedOut:
    """Where the browser goes after signing out; nowhere in particular where None."""

    redirect_uri: str | None
    state: str | None


async def sign_out(
    server: AuthorizationServer, connection: Connection, form: Mapping[str, str]
) -> SignedOut:
    """RP-Initiated Logout 1.0, section 2: end the session that the ID token tells of.

    Without an ID token nobody is signed out here, since any page could ask for it (section 6).

    Raises:
        InvalidRequest: the hint is none of ours, or the address is not the client's.
    """
    target, hint = form.get("post_logout_redirect_uri"), form.get("id_token_hint")
    if hint is None:
        raise InvalidRequest("`id_token_hint` is needed: the ID token of who is to be signed out.")
    claims = _verified_hint(server, hint)
    client_id = claims.get("aud")
    if not isinstance(client_id, str) or form.get("client_id", client_id) != client_id:
        raise InvalidRequest("`client_id` is not the one that the ID token was made for.")
    client = await find_client(connection, client_id, server.addresses.issuer)
    if target is not None and (client is None or target not in client.post_logout_redirect_uris):
        raise InvalidRequest("`post_logout_redirect_uri` is not registered for this client.")
    session = claims.get("sid")
    if isinstance(session, str) and session.isdigit():
        by = Principal(client_id=None if client is None else client.row)
        async with audited(by, "sessions:revoke", note="signed out"):
            await connection.execute(_SIGN_OUT, int(session), claims["sub"], server.now())
    return SignedOut(target, form.get("state"))


def _verified_hint(server: AuthorizationServer, hint: str) -> dict[str, Any]:
    """The claims of an ID token of ours; it may have expired (section 2, id_token_hint)."""
    try:
        head = jws.extract_compact(hint.encode()).headers()
        key = server.keyring.find(str(head.get("kid")))
        if key is None or head.get("typ") != "JWT":
            raise InvalidRequest("`id_token_hint` is no ID token of this server.")
        claims = jwt.decode(hint, key.key, algorithms=[ALGORITHM]).claims
    except (JoseError, ValueError, RecursionError):
        raise InvalidRequest("`id_token_hint` is no ID token of this server.") from None
    if claims.get("iss") != server.addresses.issuer:
        raise InvalidRequest("`id_token_hint` is no ID token of this server.")
    return claims
