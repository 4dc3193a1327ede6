"""Somebody always manages an organisation, or is asked to: the contact of last resort."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

import asyncpg

from consortium.identity.actions.links import About, make_link
from consortium.identity.rules.authority import KEPT, LastAdministrator
from consortium.identity.rules.links import LinkPurpose
from consortium.identity.rules.roles import Role
from consortium.outbox.actions import enqueue
from consortium.storage.raw import Connection

# All holders are locked, so that of the last two who go at once one is refused.
_HOLDERS = """
SELECT r.account_id FROM role_grant r JOIN account a ON a.id = r.account_id
JOIN organisation o ON o.id = r.organisation_id AND o.merged_into_id IS NULL
WHERE r.role = $1 AND ($2::bigint IS NULL OR r.organisation_id = $2)
    AND a.disabled_at IS NULL AND a.erased_at IS NULL
ORDER BY r.id FOR UPDATE OF r, a
"""
_KEPT_BY = """
SELECT r.organisation_id, r.role, o.name FROM role_grant r
JOIN organisation o ON o.id = r.organisation_id AND o.merged_into_id IS NULL
WHERE r.account_id = $1 AND r.role = ANY ($2::text[])
    AND r.organisation_id = coalesce($3, r.organisation_id)
ORDER BY r.organisation_id, r.role
"""
# One who can take the invitation up: not the person who leaves, nor somebody who was shut out.
_CONTACT = """
SELECT c.id, c.email, c.name FROM organisation_contact c
WHERE c.organisation_id = $1 AND NOT EXISTS (
    SELECT FROM account a WHERE a.email = c.email AND (a.id = $2 OR a.disabled_at IS NOT NULL)
) FOR UPDATE
"""
_CALLED = "UPDATE organisation_contact SET called_at = $2 WHERE id = $1"


class Unmanaged(NamedTuple):
    """An organisation that is about to lose its last administrator, and who is asked to follow."""

    organisation_id: int
    organisation: str
    contact_id: int
    email: str


async def find_unmanaged(
    connection: Connection,
    account_id: int,
    organisation_id: int | None = None,
    role: Role | None = None,
) -> list[Unmanaged]:
    """The organisations that nobody will manage once a person is gone, or loses one role in one.

    Raises LastAdministrator: nobody is known whom to ask; the secretariat always keeps somebody.
    """
    kept = [one.value for one in KEPT if role in {None, one}]
    found: list[Unmanaged] = []
    for where, word, name in await connection.fetch(_KEPT_BY, account_id, kept, organisation_id):
        held = Role(word)
        if not await _is_last(connection, account_id, where, held):
            continue
        contact = await _contact(connection, where, account_id, held)
        if contact is None:
            what = "of the secretariat" if _anywhere(held) else f"who administers {name}"
            raise LastAdministrator(
                f"This is the last person {what}: give somebody else the role first"
                + ("." if _anywhere(held) else ", or name another contact of last resort.")
            )
        found.append(Unmanaged(where, name, contact["id"], contact["email"]))
    return found


async def call_contacts(
    connection: Connection, unmanaged: Collection[Unmanaged], at: datetime
) -> None:
    """Invite the contacts as administrators, once the last ones have gone."""
    for where, name, contact, email in unmanaged:
        about = About(email, None, where, (Role.ORGANISATION_ADMIN.value,))
        link = await make_link(connection, LinkPurpose.INVITATION, about, at)
        data = {"organisation": name, "token": link.token, "until": link.until}
        await enqueue(connection, email, "last_resort", data)
        await connection.execute(_CALLED, contact, at)


async def _contact(
    connection: Connection, organisation_id: int, account_id: int, role: Role
) -> asyncpg.Record | None:
    if _anywhere(role):
        return None
    return await connection.fetchrow(_CONTACT, organisation_id, account_id)


async def _is_last(
    connection: Connection, account_id: int, organisation_id: int, role: Role
) -> bool:
    where = None if _anywhere(role) else organisation_id
    holders = await connection.fetch(_HOLDERS, role.value, where)
    return {row["account_id"] for row in holders} == {account_id}


def _anywhere(role: Role) -> bool:
    """Whether a holder in any organisation will do."""
    return role is Role.SECRETARIAT
