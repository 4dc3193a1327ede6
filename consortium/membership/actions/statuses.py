"""Take a step with a membership: its days follow the rules, and the decision is kept for good."""

from datetime import date
from typing import NamedTuple

from consortium.kernel.principal import Principal
from consortium.membership.rules.timeline import Changed, Span, Spans, taken
from consortium.membership.rules.transitions import MembershipStatus, Step
from consortium.storage.raw import Connection

# Steps of one organisation wait for one another. Not by its row: whoever changes sums locks that
# after a lock of its own, which the changed days ask for in turn.
LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('membership', $1))"
SPANS = """
SELECT status, starts_on, ends_on FROM membership
WHERE organisation_id = $1 ORDER BY starts_on NULLS FIRST
"""
REMOVE = "DELETE FROM membership WHERE organisation_id = $1 AND starts_on = $2"
END = """
UPDATE membership SET ends_on = $3
WHERE organisation_id = $1 AND starts_on IS NOT DISTINCT FROM $2
"""
ADD = "INSERT INTO membership (organisation_id, status, starts_on, ends_on) VALUES ($1, $2, $3, $4)"
DECIDE = """
INSERT INTO membership_decision
    (organisation_id, step, before, after, effective_on, deadline, reason, account_id)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id
"""


class TakeStep(NamedTuple):
    """A step with an organisation's membership; it takes effect as soon as it can unless told."""

    organisation_id: int
    step: Step
    reason: str = ""
    effective_on: date | None = None
    deadline: date | None = None


class StepTaken(NamedTuple):
    """The decision's id, and what it changed."""

    decision_id: int
    changed: Changed


async def take_step(
    connection: Connection, by: Principal, command: TakeStep, today: date
) -> StepTaken:
    """Take the step, within the caller's audited transaction. Who may is for the caller to check.

    Raises as `consortium.membership.rules.timeline.taken`.
    """
    organisation, step, reason, effective_on, deadline = command
    await lock_steps(connection, organisation)
    spans = await spans_of(connection, organisation)
    changed = taken(spans, step, today, effective_on, deadline)
    await _rewrite(connection, organisation, spans, changed.spans)
    before = None if changed.before is None else changed.before.value
    about = (before, changed.after.value, changed.effective_on, deadline, reason, by.account_id)
    key: int = await connection.fetchval(DECIDE, organisation, step.value, *about)
    return StepTaken(key, changed)


async def lock_steps(connection: Connection, organisation_id: int) -> None:
    """Let no other step of this organisation be taken before this transaction ends."""
    await connection.execute(LOCK, organisation_id)


async def spans_of(connection: Connection, organisation_id: int) -> Spans:
    """The statuses that an organisation had, has and is planned to have, in order."""
    rows = await connection.fetch(SPANS, organisation_id)
    return tuple(Span(MembershipStatus(row[0]), row[1], row[2]) for row in rows)


async def _rewrite(
    connection: Connection, organisation_id: int, before: Spans, after: Spans
) -> None:
    """Bring the rows up to the spans: none is touched that stays as it was."""
    for span in reversed(before):
        if span.starts_on not in {kept.starts_on for kept in after}:
            await connection.execute(REMOVE, organisation_id, span.starts_on)
    known = {span.starts_on: span for span in before}
    for span in after:
        if span.starts_on not in known:
            await connection.execute(ADD, organisation_id, span.status.value, *span[1:])
        elif span != known[span.starts_on]:
            await connection.execute(END, organisation_id, *span[1:])
