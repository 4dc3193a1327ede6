"""What a token is worth at this moment (RFC 7662)."""

from collections.abc import Mapping
from typing import Any

from consortium.identity.oauth.bearer import Authenticator
from consortium.identity.oauth.client_authentication import authenticate_client
from consortium.identity.oauth.errors import InvalidClient, TokenInvalid
from consortium.identity.oauth.facts import find_refresh_token
from consortium.identity.oauth.revocation import checked_token
from consortium.identity.oauth.server import AuthorizationServer
from consortium.identity.rules.clients import AuthMethod
from consortium.storage.raw import Connection

INACTIVE: dict[str, Any] = {"active": False}

# SQL of the grants that hold, with whom they are of.
LIVING = """
FROM oauth_grant g JOIN oauth_client c ON c.id = g.client_id
LEFT JOIN account a ON a.id = g.account_id LEFT JOIN session s ON s.id = g.session_id
WHERE g.revoked_at IS NULL AND c.disabled_at IS NULL AND s.revoked_at IS NULL
    AND a.disabled_at IS NULL AND a.erased_at IS NULL
"""
_LIVING = f"SELECT c.client_id, c.id AS client_row, a.subject {LIVING} AND g.id = $1"


async def introspect(
    server: AuthorizationServer,
    authenticator: Authenticator,
    connection: Connection,
    authorization: str | None,
    form: Mapping[str, str],
) -> dict[str, Any]:
    """What the token says, as long as its grant holds.

    Only for clients that prove who they are (section 2.1: against scanning for tokens). Any of them
    may ask about an access token, which is what resource servers do; about a refresh token only the
    client that has it.
    """
    client = await authenticate_client(server, connection, authorization, form)
    if client.auth_method is AuthMethod.NONE:
        raise InvalidClient("Only a client that proves who it is may ask.")
    token = checked_token(form)
    presented = await find_refresh_token(connection, token)
    if presented is not None:
        ended = presented.used_at is not None or presented.expires_at <= server.now()
        living = await connection.fetchrow(_LIVING, presented.grant.row)
        if ended or living is None or living["client_row"] != client.row:
            return INACTIVE
        return {
            "active": True,
            "scope": " ".join(presented.grant.scopes),
            "client_id": living["client_id"],
            "sub": living["subject"],
            "exp": int(presented.expires_at.timestamp()),
        }
    try:
        claims = authenticator.claims(b"Bearer " + token.encode("utf-8", "replace"))
    except TokenInvalid:
        return INACTIVE
    if await connection.fetchrow(_LIVING, claims.get("grant")) is None:
        return INACTIVE
    return {"active": True, "token_type": "Bearer", **claims}
