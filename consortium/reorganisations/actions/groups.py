"""Who belongs to whom, from when to when."""

from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from consortium.audit.actions import audited
from consortium.avoided.actions import refresh
from consortium.kernel.errors import NotFound
from consortium.kernel.principal import Principal
from consortium.organisations.actions.parentage import ParentageFacts, record_parentage
from consortium.organisations.rules import ParentageRelation
from consortium.reorganisations.actions.checks import cited, opened
from consortium.reorganisations.rules.groups import check_parentage
from consortium.reorganisations.rules.successions import check_come
from consortium.storage.raw import Connection

RECORDED = """
SELECT id, notes FROM parentage WHERE child_id = $1 AND parent_id = $2 AND relation = $3
    AND starts_on IS NOT DISTINCT FROM $4
"""
# The relation of the two that holds on the day.
HELD = """
SELECT id, starts_on FROM parentage WHERE child_id = $1 AND parent_id = $2
    AND (starts_on IS NULL OR starts_on <= $3) AND (ends_on IS NULL OR $3 <= ends_on)
ORDER BY starts_on DESC NULLS LAST, id DESC LIMIT 1
"""
END = "UPDATE parentage SET ends_on = $2 WHERE id = $1"
CITE = "UPDATE parentage SET citation_id = $2 WHERE id = $1"
# Of a child under a controller, or under any, that reaches a day.
REACHING = """
SELECT id, starts_on FROM parentage
WHERE child_id = $1 AND relation = 'CONTROL' AND ($2::bigint IS NULL OR parent_id = $2)
    AND (ends_on IS NULL OR ends_on >= $3)
ORDER BY starts_on NULLS FIRST
"""
_DAY = timedelta(days=1)


class RecordParentage(NamedTuple):
    """From one day to another, both included, the child belongs to the parent."""

    child: int
    parent: int
    relation: ParentageRelation
    share: Decimal | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    source_url: str = ""
    source_title: str = ""


class EndParentage(NamedTuple):
    """The last day on which the child belongs to the parent."""

    child: int
    parent: int
    ends_on: date
    source_url: str = ""
    source_title: str = ""


async def record_group(by: Principal, command: RecordParentage, today: date) -> int:
    """Record who belongs to whom, or correct it; returns the relation's id.

    Raises:
        NotFound, PermissionDenied, AlreadyMerged: as `consortium.reorganisations.actions.checks`.
        ShareOutOfRange, ParentageDatesReversed, DateNotYetCome: as they say.
        ParentageConflict: another one controls it on one of these days, or it would control itself.
    """
    child, parent, relation, share, starts, ends, url, title = command
    async with audited(by, "parentage:record", organisation_id=child) as open_:
        await opened(open_, by, today, child, parent)
        check_parentage(child, parent, share, starts, ends)
        check_come(starts, today, "startsOn")
        check_come(ends, today, "endsOn")
        citation = await cited(open_, url, title)
        same = (child, parent, relation.value, starts)
        known = await open_.fetchrow(RECORDED, *same)
        notes = "" if known is None else known["notes"]
        await record_parentage(
            open_, ParentageFacts(child, parent, relation, share, starts, ends, citation, notes)
        )
        key: int = await open_.fetchval(RECORDED, *same)
        await refresh(today=today)
    return key


async def end_parentage(by: Principal, command: EndParentage, today: date) -> int:
    """End the relation that holds on the day given, with it as the last day; returns its id.

    Raises as `record_group`; NotFound too where the one does not belong to the other that day.
    """
    child, parent, ends, url, title = command
    async with audited(by, "parentage:end", organisation_id=child) as open_:
        await opened(open_, by, today, child, parent)
        check_come(ends, today, "endsOn")
        held = await open_.fetchrow(HELD, child, parent, ends)
        if held is None:
            raise NotFound(f"The one did not belong to the other on {ends}.").at("endsOn")
        await open_.execute(END, held["id"], ends)
        citation = await cited(open_, url, title)
        if citation is not None:
            await open_.execute(CITE, held["id"], citation)
        await refresh(today=today)
    key: int = held["id"]
    return key


async def end_control(
    connection: Connection, child: int, parent: int | None, last_day: date
) -> None:
    """End what control of the child reaches beyond a day, by one parent or by any.

    What begins after that day stays, so that whoever records another control is refused.
    """
    for key, starts in await connection.fetch(REACHING, child, parent, last_day + _DAY):
        if starts is None or starts <= last_day:
            await connection.execute(END, key, last_day)
