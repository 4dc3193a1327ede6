"""Record memberships. A change of status ends one row and begins the next."""

from datetime import date, timedelta
from typing import Literal, NamedTuple

from consortium.kernel.errors import DomainError
from consortium.membership.rules.transitions import MembershipStatus
from consortium.storage.raw import Connection

HISTORY = """
SELECT id, status, starts_on, ends_on, evidence_as_of, citation_id, notes FROM membership
WHERE organisation_id = $1 ORDER BY starts_on NULLS FIRST FOR UPDATE
"""
INSERT = """
INSERT INTO membership
    (organisation_id, status, starts_on, ends_on, evidence_as_of, citation_id, notes)
VALUES ($1, $2, $3, $4, $5, $6, $7)
"""
END = "UPDATE membership SET ends_on = $2 WHERE id = $1"
CITE = "UPDATE membership SET citation_id = $2, notes = $3, evidence_as_of = $4 WHERE id = $1"


class MembershipFacts(NamedTuple):
    """The status of an organisation from one day to another, both included."""

    organisation_id: int
    status: MembershipStatus
    starts_on: date | None = None
    ends_on: date | None = None
    evidence_as_of: str = ""
    citation_id: int | None = None
    notes: str = ""


class MembershipOverlaps(DomainError):
    """The organisation has another status in that period."""

    code = "MEMBERSHIP_OVERLAPS"
    constraint = "membership_one_at_a_time"


async def record_membership(
    connection: Connection, facts: MembershipFacts
) -> Literal["created", "updated", "unchanged"]:
    """Add a membership after those that are known; the current one ends the day before.

    Raises MembershipOverlaps when the new one does not come after it.
    """
    history = await connection.fetch(HISTORY, facts.organisation_id)
    same = [row for row in history if _same(tuple(row)[1:4], facts)]
    if same:
        return await _corrected(connection, tuple(same[0]), facts)
    last = history[-1] if history else None
    if last is not None and (last["ends_on"] is None or _reaches(last["ends_on"], facts)):
        if facts.starts_on is None or not _precedes(last["starts_on"], facts.starts_on):
            raise MembershipOverlaps(f"it is {last['status']} in the same period")
        if last["ends_on"] is None:
            await connection.execute(END, last["id"], facts.starts_on - timedelta(days=1))
    organisation, status, *rest = facts
    await connection.execute(INSERT, organisation, status.value, *rest)
    return "created" if last is None else "updated"


def _same(row: tuple[object, ...], facts: MembershipFacts) -> bool:
    return row == (facts.status.value, facts.starts_on, facts.ends_on)


def _reaches(ends_on: date, facts: MembershipFacts) -> bool:
    return facts.starts_on is None or facts.starts_on <= ends_on


def _precedes(earlier: date | None, later: date) -> bool:
    return earlier is None or earlier < later


async def _corrected(
    connection: Connection, row: tuple[object, ...], facts: MembershipFacts
) -> Literal["updated", "unchanged"]:
    evidence = (facts.citation_id, facts.notes, facts.evidence_as_of)
    if (row[5], row[6], row[4]) == evidence:
        return "unchanged"
    await connection.execute(CITE, row[0], *evidence)
    return "updated"
