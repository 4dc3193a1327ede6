"""What a day brings for dues that are not paid: reminders, and in the end a suspension.

Whatever was done for a day is done once, however often and by however many the day is asked for:
each invoice is one transaction, and each level is in the table once.
"""

from datetime import date
from decimal import Decimal
from typing import NamedTuple

import asyncpg

from consortium.audit.actions import audited
from consortium.kernel.principal import ANONYMOUS, Principal
from consortium.membership.actions.invoices import people_to_tell, told_of
from consortium.membership.actions.statuses import TakeStep, spans_of, take_step
from consortium.membership.rules.reminders import DAYS, Claimed, Level, next_level
from consortium.membership.rules.timeline import StepTooSoon, earliest, status_on
from consortium.membership.rules.transitions import MembershipStatus, Step, StepNotPossible
from consortium.outbox.actions import enqueue
from consortium.storage.database import transaction
from consortium.storage.raw import Connection, raw

# Nobody's doing: of the calendar.
SYSTEM = ANONYMOUS
NOTE = "the calendar of dues"

_FACTS = """
SELECT i.id, i.organisation_id, o.name, i.number, i.issued_on, i.due_on, i.currency,
    i.amount - i.paid - i.credited AS open,
    ARRAY(SELECT r.level FROM invoice_reminder r WHERE r.invoice_id = i.id ORDER BY r.id) AS levels,
    ARRAY(SELECT r.sent_on FROM invoice_reminder r WHERE r.invoice_id = i.id ORDER BY r.id) AS days
FROM invoice i JOIN organisation o ON o.id = i.organisation_id
"""
# Not what stayed with a record that was merged: the organisation has another invoice of that year,
# and the secretariat decides which of the two is due.
UNPAID = (
    _FACTS + "WHERE i.amount > i.paid + i.credited AND i.due_on <= $1::date + $2::int"
    " AND o.merged_into_id IS NULL ORDER BY i.id"
)
UNPAID_ONE = _FACTS + "WHERE i.id = $1 FOR UPDATE OF i"
REMEMBER = """
INSERT INTO invoice_reminder (invoice_id, level, sent_on, mails, decision_id)
VALUES ($1, $2, $3, $4, $5)
"""
# Suspended for dues: the last decision about the membership is the one that a reminder names.
SUSPENDED = """
SELECT DISTINCT i.organisation_id FROM invoice_reminder r JOIN invoice i ON i.id = r.invoice_id
WHERE r.decision_id = (
    SELECT max(d.id) FROM membership_decision d WHERE d.organisation_id = i.organisation_id)
  AND ($1::bigint IS NULL OR i.organisation_id = $1)
ORDER BY 1
"""
OWES = """
SELECT EXISTS (SELECT FROM invoice i WHERE i.organisation_id = $1
    AND i.amount > i.paid + i.credited AND i.due_on + $3::int <= $2::date)
"""


class Followed(NamedTuple):
    """What a day brought: how many mails' causes, suspensions and reinstatements."""

    reminded: int = 0
    suspended: int = 0
    reinstated: int = 0


class _Unpaid(NamedTuple):
    id: int
    organisation_id: int
    name: str
    number: str
    currency: str
    claimed: Claimed


class _Nothing(Exception):
    """Ends a transaction in which there proved to be nothing to do."""


async def dues_due(today: date) -> Followed:
    """Do what the day brings; does nothing where it was done."""
    async with transaction() as client:
        connection = raw(client)
        rows = await connection.fetch(UNPAID, today, -DAYS[Level.UPCOMING])
        suspended = [row[0] for row in await connection.fetch(SUSPENDED, None)]
    unpaid = map(_unpaid, rows)
    waiting = [one for one in unpaid if next_level(one.claimed, today) is not None]
    levels = [await _follow(one, today) for one in waiting]
    reinstated = [await _reinstate(organisation, today) for organisation in suspended]
    return Followed(
        sum(level not in {None, Level.SUSPENSION} for level in levels),
        levels.count(Level.SUSPENSION),
        reinstated.count(True),
    )


async def reinstate_where_settled(
    connection: Connection, by: Principal, organisation_id: int, today: date
) -> bool:
    """Reinstate an organisation that was suspended for dues, where none is left for that.

    Nothing is done where somebody decided otherwise since.
    """
    if await connection.fetchrow(SUSPENDED, organisation_id) is None:
        return False
    if await connection.fetchval(OWES, organisation_id, today, DAYS[Level.SUSPENSION]):
        return False
    step = TakeStep(organisation_id, Step.REINSTATE, "The dues it was suspended for are settled.")
    try:
        await take_step(connection, by, step, today)
    except (StepNotPossible, StepTooSoon):
        return False
    return True


async def _follow(unpaid: _Unpaid, today: date) -> Level | None:
    """Remind of an invoice, or suspend for it; None where that was done meanwhile."""
    try:
        async with audited(
            SYSTEM, "invoice:remind", organisation_id=unpaid.organisation_id, note=NOTE
        ) as open_:
            row = await open_.fetchrow(UNPAID_ONE, unpaid.id)
            now = unpaid if row is None else _unpaid(row)
            level = next_level(now.claimed, today)
            if level is None:
                raise _Nothing  # noqa: TRY301  the transaction must see it
            decision = await _suspend(open_, now, today) if level is Level.SUSPENSION else None
            mails = await _tell(open_, now, level)
            await open_.execute(REMEMBER, now.id, level.value, today, mails, decision)
    except _Nothing:
        return None
    return level


async def _suspend(connection: Connection, unpaid: _Unpaid, today: date) -> int:
    """Suspend the membership; returns the decision. Raises _Nothing where it rests already."""
    spans = await spans_of(connection, unpaid.organisation_id)
    if status_on(spans, earliest(spans, today)) is not MembershipStatus.MEMBER:
        raise _Nothing
    reason = (
        f"Invoice {unpaid.number}, due on {unpaid.claimed.due_on}, is not paid:"
        f" {unpaid.claimed.open:f} {unpaid.currency} is open."
    )
    taken = await take_step(
        connection, SYSTEM, TakeStep(unpaid.organisation_id, Step.SUSPEND, reason), today
    )
    return taken.decision_id


async def _tell(connection: Connection, unpaid: _Unpaid, level: Level) -> int:
    """Mail whoever acts for the organisation; returns to how many people."""
    template = "dues_suspended" if level is Level.SUSPENSION else "invoice_reminder"
    data = told_of(
        unpaid.name, unpaid.number, unpaid.claimed.open, unpaid.currency, unpaid.claimed.due_on
    )
    addresses = await people_to_tell(connection, unpaid.organisation_id)
    for address in addresses:
        await enqueue(connection, address, template, data | {"level": level.value})
    return len(addresses)


async def _reinstate(organisation_id: int, today: date) -> bool:
    """As `reinstate_where_settled`, as one entry of the trail."""
    try:
        async with audited(
            SYSTEM, "membership:reinstate", organisation_id=organisation_id, note=NOTE
        ) as open_:
            if not await reinstate_where_settled(open_, SYSTEM, organisation_id, today):
                raise _Nothing  # noqa: TRY301  the transaction must see it
    except _Nothing:
        return False
    return True


def _unpaid(row: asyncpg.Record) -> _Unpaid:
    sent = dict(zip(map(Level, row["levels"]), row["days"], strict=True))
    claimed = Claimed(row["issued_on"], row["due_on"], max(row["open"], Decimal(0)), sent)
    about = (row["id"], row["organisation_id"], row["name"], row["number"], row["currency"])
    return _Unpaid(*about, claimed)
