"""Mail to an organisation's admins about their membership."""

from datetime import timedelta

from consortium.identity.rules.roles import Role
from consortium.membership.actions.statuses import TakeStep
from consortium.membership.rules.timeline import Changed
from consortium.membership.rules.transitions import Step
from consortium.outbox.actions import enqueue
from consortium.storage.raw import Connection

_ADMINS = """
SELECT DISTINCT a.email FROM account a JOIN role_grant r ON r.account_id = a.id
WHERE r.organisation_id = $1 AND r.role = $2 AND a.email IS NOT NULL AND a.disabled_at IS NULL
ORDER BY a.email
"""
_NAME = "SELECT name FROM organisation WHERE id = $1"
_DAY = timedelta(days=1)


async def tell_admins(connection: Connection, step: TakeStep, changed: Changed) -> None:
    """Tell them what was decided, from when, and until when they may appeal."""
    about = {
        "organisation": await connection.fetchval(_NAME, step.organisation_id),
        "what": _said(step, changed),
        "reason": step.reason,
        "until": "" if step.deadline is None else f"{step.deadline}",
    }
    for row in await connection.fetch(_ADMINS, step.organisation_id, Role.ORGANISATION_ADMIN.value):
        await enqueue(connection, row["email"], "membership_changed", about)


def _said(step: TakeStep, changed: Changed) -> str:
    day = changed.effective_on
    match step.step:
        case Step.SUSPEND:
            return f"The membership is suspended from {day}."
        case Step.REINSTATE:
            return f"The suspension ends: the membership is in force again from {day}."
        case Step.LEAVE:
            return f"Notice was given: the last day of the membership is {day - _DAY}."
        case Step.STAY:
            return "The notice was taken back: the membership goes on."
        case Step.EXPEL:
            return f"The organisation is expelled; its rights rest from {day}."
        case Step.APPEAL:
            return "An appeal was made against the expulsion; the secretariat decides."
        case Step.GRANT_APPEAL:
            return f"The appeal was granted: the membership is in force again from {day}."
        case Step.DISMISS_APPEAL:
            return f"The appeal was dismissed: the membership has ended with {day - _DAY}."
        case _:
            return f"The organisation is {changed.after.value.lower()} from {day}."
