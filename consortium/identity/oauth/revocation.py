"""Taking tokens back (RFC 7009), and whatever tokens lead to: their grant.

Authlib's endpoint waits for nothing either, but there is no more in it than these few lines.
"""

from collections.abc import Mapping

from consortium.identity.oauth.bearer import Authenticator
from consortium.identity.oauth.client_authentication import authenticate_client
from consortium.identity.oauth.errors import InvalidRequest, TokenInvalid, UnsupportedTokenType
from consortium.identity.oauth.facts import find_refresh_token
from consortium.identity.oauth.server import AuthorizationServer
from consortium.identity.oauth.tokens import revoke_grant
from consortium.storage.raw import Connection

HINTS = frozenset({"access_token", "refresh_token"})
_OWNED = "SELECT client_id FROM oauth_grant WHERE id = $1 AND revoked_at IS NULL FOR UPDATE"


async def revoke(
    server: AuthorizationServer,
    authenticator: Authenticator,
    connection: Connection,
    authorization: str | None,
    form: Mapping[str, str],
) -> None:
    """Revoke the grant of a token; unknown tokens are none, which is what was wanted (section 2.2).

    Raises:
        OAuthError: the client did not prove itself, or the request holds no token.
    """
    client = await authenticate_client(server, connection, authorization, form)
    token = checked_token(form)
    grant = await grant_of(authenticator, connection, token)
    if grant is not None and await connection.fetchval(_OWNED, grant) == client.row:
        await revoke_grant(connection, grant, client, server.now())


def checked_token(form: Mapping[str, str]) -> str:
    """The token of a request to revoke or to introspect; of a hint only the name is checked."""
    if not form.get("token"):
        raise InvalidRequest("`token` is missing.")
    if form.get("token_type_hint", "access_token") not in HINTS:
        raise UnsupportedTokenType
    return form["token"]


async def grant_of(authenticator: Authenticator, connection: Connection, token: str) -> int | None:
    """The grant that a token belongs to, whichever kind it is; an ended access token has none."""
    presented = await find_refresh_token(connection, token)
    if presented is not None:
        return presented.grant.row
    try:
        grant = authenticator.claims(b"Bearer " + token.encode("utf-8", "replace")).get("grant")
    except TokenInvalid:
        return None
    return grant if isinstance(grant, int) else None
