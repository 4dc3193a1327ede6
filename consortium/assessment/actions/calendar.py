"""What a day brings for claims: passes that end, and reminders of what is due.

Whatever was done for a day is done once, however often and by however many the day is asked for:
each claim is one transaction, and each reminder is in the table once.
"""

from datetime import date
from typing import NamedTuple

from consortium.assessment.actions.rows import Because, advance, gates_of, locked
from consortium.assessment.rules.claims import ACTS_NEXT, EXPIRY_NOTICE, ActsNext
from consortium.assessment.rules.statuses import ClaimStatus, ClaimStep, ReminderKind
from consortium.audit.actions import audited
from consortium.identity.rules.roles import Role
from consortium.kernel.principal import ANONYMOUS
from consortium.outbox.actions import enqueue
from consortium.storage.database import transaction
from consortium.storage.raw import Connection, raw

# Nobody's doing: of the calendar.
SYSTEM = ANONYMOUS
NOTE = "the calendar of claims"

ENDING = """
SELECT id FROM assessed_claim WHERE status = 'PUBLISHED' AND expires_on <= $1 ORDER BY id
"""
# Not of records that were merged into others: of those the organisation has other claims.
DUE = """
SELECT c.id, 'OVERDUE' AS kind, c.due_on AS day FROM assessed_claim c
WHERE c.status IN ('SUBMITTED', 'IN_REVIEW', 'CLARIFICATION', 'ACCEPTED') AND c.due_on < $1
    AND NOT EXISTS (SELECT FROM claim_reminder r
        WHERE r.claim_id = c.id AND r.kind = 'OVERDUE' AND r.day = c.due_on)
UNION ALL
SELECT c.id, 'EXPIRING', c.expires_on FROM assessed_claim c
WHERE c.status = 'PUBLISHED' AND c.expires_on > $1 AND c.expires_on <= $1::date + $2::int
    AND NOT EXISTS (SELECT FROM claim_reminder r
        WHERE r.claim_id = c.id AND r.kind = 'EXPIRING' AND r.day = c.expires_on)
ORDER BY 1, 2
"""
REMEMBER = """
INSERT INTO claim_reminder (claim_id, kind, day, sent_on, mails) VALUES ($1, $2, $3, $4, $5)
"""
SENT = "SELECT EXISTS (SELECT FROM claim_reminder WHERE claim_id = $1 AND kind = $2 AND day = $3)"
OWNERS = """
SELECT DISTINCT a.email FROM account a JOIN role_grant r ON r.account_id = a.id
WHERE r.organisation_id = $1 AND r.role = $2 AND a.email IS NOT NULL AND a.disabled_at IS NULL
ORDER BY a.email
"""
REVIEWERS = """
SELECT DISTINCT a.email FROM account a JOIN role_grant r ON r.account_id = a.id
WHERE r.role = $1 AND a.email IS NOT NULL AND a.disabled_at IS NULL
ORDER BY a.email
"""
TOLD = """
SELECT o.name, c.reference, c.due_on, c.expires_on FROM assessed_claim c
JOIN organisation o ON o.id = c.organisation_id WHERE c.id = $1
"""


class ClaimsFollowed(NamedTuple):
    """What a day brought: how many claims expired, and of how many somebody was reminded."""

    expired: int = 0
    reminded: int = 0


class _Nothing(Exception):
    """Ends a transaction in which there proved to be nothing to do."""


async def claims_due(today: date) -> ClaimsFollowed:
    """Do what the day brings; does nothing where it was done."""
    async with transaction() as client:
        ending = [row[0] for row in await raw(client).fetch(ENDING, today)]
    expired = [await _expire(claim, today) for claim in ending]
    async with transaction() as client:
        due = await raw(client).fetch(DUE, today, EXPIRY_NOTICE.days)
    reminded = [await _remind(claim, ReminderKind(kind), day, today) for claim, kind, day in due]
    return ClaimsFollowed(expired.count(True), reminded.count(True))


async def _expire(key: int, today: date) -> bool:
    """End a claim of which a gate is passed no longer; no where that was renewed meanwhile."""
    try:
        async with audited(SYSTEM, "claim:expire", note=NOTE) as open_:
            claim = await locked(open_, key)
            over = claim.expires_on is not None and claim.expires_on <= today
            if claim.status is not ClaimStatus.PUBLISHED or not over:
                raise _Nothing  # noqa: TRY301  the transaction must see it
            gates = await gates_of(open_, claim)
            failing = ", ".join(gate.key for gate in gates if not gate.passes(today))
            because = f"No longer passed: {failing}."
            values = {"ended_on": today, "ended_because": because}
            await advance(open_, SYSTEM, claim, ClaimStep.EXPIRE, today, Because(because), **values)
    except _Nothing:
        return False
    return True


async def _remind(key: int, kind: ReminderKind, day: date, today: date) -> bool:
    """Mail whoever acts next; no where that was done, or something was done, meanwhile."""
    try:
        async with audited(SYSTEM, "claim:remind", note=NOTE) as open_:
            claim = await locked(open_, key)
            name, reference, due_on, expires_on = await _told(open_, key)
            is_due = day == (due_on if kind is ReminderKind.OVERDUE else expires_on)
            if not is_due or await open_.fetchval(SENT, key, kind.value, day):
                raise _Nothing  # noqa: TRY301  the transaction must see it
            told = {
                "organisation": name,
                "reference": reference,
                "kind": kind.value,
                "status": claim.status.value,
                "day": day.isoformat(),
            }
            addresses = await _addresses(open_, claim.organisation_id, claim.status)
            for address in addresses:
                await enqueue(open_, address, "claim_due", told)
            await open_.execute(REMEMBER, key, kind.value, day, today, len(addresses))
    except _Nothing:
        return False
    return True


async def _told(open_: Connection, claim: int) -> tuple[str, str, date | None, date | None]:
    [row] = await open_.fetch(TOLD, claim)
    return tuple(row)


async def _addresses(open_: Connection, organisation: int, status: ClaimStatus) -> list[str]:
    """Of reviewers where it is their turn, else of those who approve figures for the owner."""
    if ACTS_NEXT.get(status) is ActsNext.REVIEWER:
        rows = await open_.fetch(REVIEWERS, Role.SECRETARIAT.value)
    else:
        rows = await open_.fetch(OWNERS, organisation, Role.APPROVER.value)
    return [row["email"] for row in rows]
