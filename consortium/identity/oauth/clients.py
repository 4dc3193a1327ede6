"""A client as the protocols see it: its row, read."""

from dataclasses import dataclass

from consortium.identity.rules.clients import AuthMethod, ClientKind
from consortium.identity.rules.scopes import SCOPES
from consortium.storage.raw import Connection

_CLIENT = """
SELECT id, client_id, name, kind, organisation_id, auth_method, secret_sha256, jwks,
    redirect_uris, post_logout_redirect_uris, scopes, first_party
FROM oauth_client WHERE client_id = $1 AND disabled_at IS NULL
"""
ID_LENGTH_MAX = 200


@dataclass(frozen=True, slots=True)
class Client:
    """A client that is not disabled."""

    row: int
    client_id: str
    name: str
    kind: ClientKind
    organisation_id: int | None
    auth_method: AuthMethod
    secret_sha256: str | None
    jwks: str | None
    redirect_uris: tuple[str, ...]
    post_logout_redirect_uris: tuple[str, ...]
    scopes: tuple[str, ...]
    first_party: bool


async def find_client(connection: Connection, client_id: str, issuer: str) -> Client | None:
    """The client of this identifier, unless it is disabled.

    The server's own has its addresses below the issuer's, and every scope there is.
    """
    # PostgreSQL has no NUL in texts, and no client of ours one.
    if len(client_id) > ID_LENGTH_MAX or not client_id.isascii() or "\0" in client_id:
        return None
    row = await connection.fetchrow(_CLIENT, client_id)
    if row is None:
        return None
    return Client(
        row=row["id"],
        client_id=row["client_id"],
        name=row["name"],
        kind=ClientKind(row["kind"]),
        organisation_id=row["organisation_id"],
        auth_method=AuthMethod(row["auth_method"]),
        secret_sha256=row["secret_sha256"],
        jwks=row["jwks"],
        redirect_uris=_addresses(row["redirect_uris"], issuer),
        post_logout_redirect_uris=_addresses(row["post_logout_redirect_uris"], issuer),
        scopes=SCOPES if row["scopes"] == "*" else tuple(row["scopes"].split()),
        first_party=row["first_party"],
    )


def _addresses(text: str, issuer: str) -> tuple[str, ...]:
    return tuple(f"{issuer}{one}" if one.startswith("/") else one for one in text.split())
