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
# From the would-be parent upwards, through whoever controls at any time of the period.
ABOVE = """
WITH RECURSIVE above (id) AS (
    SELECT $1::bigint
    UNION
    SELECT p.parent_id FROM parentage p JOIN above a ON a.id = p.child_id
    WHERE p.relation = 'CONTROL'
        AND daterange(p.starts_on, p.ends_on, '[]') && daterange($2, $3, '[]')
)
SELECT id FROM above
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
    above = await connection.fetch(ABOVE, facts.parent_id, *span)
    if any(row[0] == facts.child_id for row in above):
        raise ParentageConflict("it would control itself")
