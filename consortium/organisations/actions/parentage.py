"""Record who belongs to whom. Rules about double counting follow the relations of control."""

from datetime import date
from decimal import Decimal
from typing import Literal, NamedTuple

from consortium.kernel.errors import DomainError
from consortium.organisations.rules import ParentageRelation
from consortium.storage.raw import Connection

SAME = """
SELECT id, equity_share, ends_on, citation_id, notes FROM parentage
WHERE child_id = $1 AND parent_id = $2 AND relation = $3 AND starts_on IS NOT DISTINCT FROM $4
"""
OTHER_CONTROLLER = """
SELECT o.name FROM parentage p JOIN organisation o ON o.id = p.parent_id
WHERE p.child_id = $1 AND p.relation = 'CONTROL' AND p.id <> $2
    AND daterange(p.starts_on, p.ends_on, '[]') && daterange($3, $4, '[]')
"""
# Who controls it, and who controls those, each for the days on which all of the chain holds.
IN_RING = """
WITH RECURSIVE above (id, held) AS (
    SELECT p.parent_id, daterange(p.starts_on, p.ends_on, '[]') FROM parentage p
    WHERE p.child_id = $1 AND p.relation = 'CONTROL'
    UNION
    SELECT p.parent_id, a.held * daterange(p.starts_on, p.ends_on, '[]')
    FROM above a JOIN parentage p ON p.child_id = a.id AND p.relation = 'CONTROL'
        AND a.held && daterange(p.starts_on, p.ends_on, '[]')
    WHERE a.id <> $1
)
SELECT EXISTS (SELECT FROM above WHERE id = $1)
"""
# As that, with a relation of control of $1 by $2 that is not on record yet.
WOULD_BE_RING = """
WITH RECURSIVE above (id, held) AS (
    SELECT $2::bigint, daterange($3, $4, '[]')
    UNION
    SELECT p.parent_id, a.held * daterange(p.starts_on, p.ends_on, '[]')
    FROM above a JOIN parentage p ON p.child_id = a.id AND p.relation = 'CONTROL'
        AND a.held && daterange(p.starts_on, p.ends_on, '[]')
    WHERE a.id <> $1
)
SELECT EXISTS (SELECT FROM above WHERE id = $1)
"""
INSERT = """
INSERT INTO parentage
    (child_id, parent_id, relation, equity_share, starts_on, ends_on, citation_id, notes)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
"""
UPDATE = """
UPDATE parentage SET equity_share = $2, ends_on = $3, citation_id = $4, notes = $5 WHERE id = $1
"""


Recorded = Literal["created", "updated", "unchanged"]


class ParentageFacts(NamedTuple):
    """One dated relation; the days are included, None is unknown or open."""

    child_id: int
    parent_id: int
    relation: ParentageRelation
    equity_share: Decimal | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    citation_id: int | None = None
    notes: str = ""


class ParentageConflict(DomainError):
    """An organisation has at most one controller on a day, and never controls itself."""

    code = "PARENTAGE_CONFLICT"


async def record_parentage(connection: Connection, facts: ParentageFacts) -> Recorded:
    """Add or correct a relation: "created", "updated" or "unchanged".

    Raises ParentageConflict. Standings of the organisations concerned become stale; whoever
    opened the transaction lets `consortium.avoided.actions.refresh` recompute them.
    """
    child, parent, relation, share, starts, ends, citation, notes = facts
    same = await connection.fetchrow(SAME, child, parent, relation.value, starts)
    if same is not None and tuple(same)[1:] == (share, ends, citation, notes):
        return "unchanged"
    if relation is ParentageRelation.CONTROL:
        await _check_control(connection, facts, 0 if same is None else same["id"])
    if same is not None:
        await connection.execute(UPDATE, same["id"], share, ends, citation, notes)
        return "updated"
    await connection.execute(
        INSERT, child, parent, relation.value, share, starts, ends, citation, notes
    )
    return "created"


async def _check_control(connection: Connection, facts: ParentageFacts, own_id: int) -> None:
    span = (facts.starts_on, facts.ends_on)
    other = await connection.fetchval(OTHER_CONTROLLER, facts.child_id, own_id, *span)
    if other is not None:
        raise ParentageConflict(f"{other} controls it in the same period")
    if await connection.fetchval(WOULD_BE_RING, facts.child_id, facts.parent_id, *span):
        raise ParentageConflict("it would control itself")


async def check_no_ring(connection: Connection, organisation_id: int) -> None:
    """Refuse what was written where the organisation controls itself on some day.

    Raises ParentageConflict.
    """
    if await connection.fetchval(IN_RING, organisation_id):
        raise ParentageConflict(
            "It would control itself: end one of the relations of control first."
        )
