"""Links that are sent by mail: random, stored hashed, taken once under a row lock."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import asyncpg

from consortium.identity.proofs.tokens import new_token, sha256
from consortium.identity.rules.links import LIFETIMES, LinkPurpose
from consortium.kernel.errors import DomainError
from consortium.storage.database import transaction
from consortium.storage.raw import Connection, raw

_INSERT = """
INSERT INTO single_use_link
    (purpose, token_sha256, email, account_id, organisation_id, roles, created_at, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id
"""
_FIND = """
SELECT l.id, l.email, l.account_id, l.organisation_id, l.roles, o.name AS organisation
FROM single_use_link l LEFT JOIN organisation o ON o.id = l.organisation_id
WHERE l.token_sha256 = $1 AND l.purpose = $2 AND l.used_at IS NULL AND l.revoked_at IS NULL
    AND l.expires_at > $3
"""
_TAKE = "UPDATE single_use_link SET used_at = $2 WHERE id = $1"
# Others of the same kind that are still open: a newer one or its use ends them.
_END = """
UPDATE single_use_link SET used_at = $3
WHERE account_id = $1 AND purpose = $2 AND used_at IS NULL
"""


class LinkInvalid(DomainError):
    """This link was used, is too old, or never was one. Ask for another."""

    code = "LINK_INVALID"


@dataclass(frozen=True, slots=True)
class Link:
    """What a link is about."""

    id: int
    email: str
    account_id: int | None
    organisation_id: int | None
    organisation: str | None
    roles: tuple[str, ...]


class About(NamedTuple):
    """Whom a new link is sent to, and what it is to do."""

    email: str
    account_id: int | None = None
    organisation_id: int | None = None
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NewLink:
    """A link's token, which is nowhere else, and until when it works."""

    id: int
    token: str
    until: str


async def make_link(
    connection: Connection, purpose: LinkPurpose, about: About, at: datetime
) -> NewLink:
    """Make a link."""
    token, until = new_token(), at + LIFETIMES[purpose]
    *whom, roles = about
    values = (purpose.value, sha256(token), *whom, " ".join(roles), at, until)
    row: int = await connection.fetchval(_INSERT, *values)
    return NewLink(row, token, f"{until:%Y-%m-%d %H:%M} UTC")


async def look_at_link(token: str, purpose: LinkPurpose, at: datetime) -> Link:
    """What an unused link is about; it stays unused. Raises LinkInvalid."""
    async with transaction() as client:
        return _link(await raw(client).fetchrow(_FIND, sha256(token), purpose.value, at))


async def take_link(connection: Connection, token: str, purpose: LinkPurpose, at: datetime) -> Link:
    """Use a link. Of two that come at once, one waits here and then finds it used.

    Raises LinkInvalid.
    """
    row = await connection.fetchrow(f"{_FIND} FOR UPDATE OF l", sha256(token), purpose.value, at)
    link = _link(row)
    await connection.execute(_TAKE, link.id, at)
    return link


async def end_links(
    connection: Connection, account_id: int, purpose: LinkPurpose, at: datetime
) -> None:
    """End what is still open of a kind."""
    await connection.execute(_END, account_id, purpose.value, at)


def _link(row: asyncpg.Record | None) -> Link:
    if row is None:
        raise LinkInvalid
    return Link(
        id=row["id"],
        email=row["email"],
        account_id=row["account_id"],
        organisation_id=row["organisation_id"],
        organisation=row["organisation"],
        roles=tuple(row["roles"].split()),
    )
