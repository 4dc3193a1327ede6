"""What the token endpoint decides on: fetched, and locked where it may be used up.

Two requests with the same code or token wait for each other here: the second one sees what the
first one wrote.
"""

from dataclasses import dataclass
from datetime import datetime

import asyncpg

from consortium.identity.oauth.server import IsMember
from consortium.identity.proofs.tokens import sha256
from consortium.identity.rules.roles import Role, permissions_of
from consortium.kernel.principal import Permission
from consortium.storage.raw import Connection

_OF_GRANT = """
    g.id AS grant_id, g.client_id, g.account_id, g.organisation_id, g.session_id, g.scope,
    g.resource, g.revoked_at
"""
_CODE = f"""
SELECT one.id, one.redirect_uri, one.code_challenge, one.nonce, one.authenticated_at, one.methods,
    one.expires_at, one.redeemed_at AS used_at, {_OF_GRANT}
FROM authorization_code one JOIN oauth_grant g ON g.id = one.grant_id
WHERE one.code_sha256 = $1 FOR UPDATE OF one, g
"""  # noqa: S608  our own words
_REFRESH = f"""
SELECT one.id, one.expires_at, one.rotated_at AS used_at, {_OF_GRANT}
FROM refresh_token one JOIN oauth_grant g ON g.id = one.grant_id
WHERE one.token_sha256 = $1 FOR UPDATE OF one, g
"""  # noqa: S608  our own words
_PERSON = """
SELECT a.id, a.subject, a.name, a.disabled_at IS NULL AND a.erased_at IS NULL AS active,
    NOT EXISTS (SELECT FROM session s WHERE s.id = $3 AND s.revoked_at IS NOT NULL) AS signed_in,
    ARRAY(SELECT r.role FROM role_grant r JOIN organisation o ON o.id = r.organisation_id
        WHERE r.account_id = a.id AND o.id = $2 AND o.merged_into_id IS NULL) AS roles
FROM account a WHERE a.id = $1
"""


@dataclass(frozen=True, slots=True)
class GrantFacts:
    """A grant, by its row."""

    row: int
    client_row: int
    account_row: int | None
    organisation_id: int | None
    session_id: int | None
    scopes: tuple[str, ...]
    resource: str
    revoked: bool


@dataclass(frozen=True, slots=True)
class Person:
    """The person of a grant, and what they may do in its organisation today."""

    row: int
    subject: str
    name: str
    active: bool
    """Neither disabled nor erased, and the session of the grant not revoked."""
    organisation_id: int | None
    """None too where they have no role in it any more."""
    is_member: bool
    permissions: frozenset[Permission]


@dataclass(frozen=True, slots=True)
class SignIn:
    """When and how the person of a code proved who they are."""

    at: datetime
    methods: tuple[str, ...]
    nonce: str | None


@dataclass(frozen=True, slots=True)
class Presented:
    """A code or a refresh token that was presented and is known."""

    row: int
    grant: GrantFacts
    expires_at: datetime
    used_at: datetime | None
    redirect_uri: str = ""
    code_challenge: str = ""
    sign_in: SignIn | None = None


async def find_code(connection: Connection, code: str) -> Presented | None:
    """A code by its text, locked with its grant."""
    row = await connection.fetchrow(_CODE, sha256(code))
    if row is None:
        return None
    return Presented(
        row["id"],
        _grant(row),
        row["expires_at"],
        row["used_at"],
        row["redirect_uri"],
        row["code_challenge"],
        SignIn(row["authenticated_at"], tuple(row["methods"].split()), row["nonce"]),
    )


async def find_refresh_token(connection: Connection, token: str) -> Presented | None:
    """A refresh token by its text, locked with its grant."""
    row = await connection.fetchrow(_REFRESH, sha256(token))
    if row is None:
        return None
    return Presented(row["id"], _grant(row), row["expires_at"], row["used_at"])


async def find_person(
    connection: Connection, grant: GrantFacts, is_member: IsMember
) -> Person | None:
    """The person of a grant as they are now."""
    if grant.account_row is None:
        return None
    about = (grant.account_row, grant.organisation_id, grant.session_id)
    row = await connection.fetchrow(_PERSON, *about)
    if row is None:
        return None
    roles = [Role(role) for role in row["roles"]]
    organisation_id = grant.organisation_id if roles else None
    member = organisation_id is not None and await is_member(connection, organisation_id)
    active = row["active"] and row["signed_in"]
    permissions = permissions_of(roles)
    return Person(
        row["id"], row["subject"], row["name"], active, organisation_id, member, permissions
    )


def _grant(row: asyncpg.Record) -> GrantFacts:
    return GrantFacts(
        row=row["grant_id"],
        client_row=row["client_id"],
        account_row=row["account_id"],
        organisation_id=row["organisation_id"],
        session_id=row["session_id"],
        scopes=tuple(str(row["scope"]).split()),
        resource=str(row["resource"]),
        revoked=row["revoked_at"] is not None,
    )
