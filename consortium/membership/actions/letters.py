"""Mail to an organisation's admins about their membership."""

from datetime import timedelta

from consortium.identity.actions.admins import admin_addresses
from consortium.membership.actions.statuses import TakeStep
from consortium.membership.rules.timeline import Changed
from consortium.membership.rules.transitions import Step
from consortium.outbox.actions import enqueue
from consortium.storage.raw import Connection

_NAME = "SELECT name FROM organisation WHERE id = $1"
_DAY = timedelta(days=1)
# `day` is the one on which it takes effect, `before` the last one before.
_SAID = {
    Step.SUSPEND: "The membership is suspended from {day}.",
    Step.REINSTATE: "The suspension ends: the membership is in force again from {day}.",
    Step.LEAVE: "Notice was given: the last day of the membership is {before}.",
    Step.STAY: "The notice was taken back: the membership goes on.",
    Step.EXPEL: "The organisation is expelled; its rights rest from {day}.",
    Step.APPEAL: "An appeal was made against the expulsion; the secretariat decides.",
    Step.GRANT_APPEAL: "The appeal was granted: the membership is in force again from {day}.",
    Step.DISMISS_APPEAL: "The appeal was dismissed: the membership has ended with {before}.",
}


async def tell_admins(connection: Connection, step: TakeStep, changed: Changed) -> None:
    """Tell them what was decided, from when, and until when they may appeal."""
    about = {
        "organisation": await connection.fetchval(_NAME, step.organisation_id),
        "what": _said(step, changed),
        "reason": step.reason,
        "until": "" if step.deadline is None else f"{step.deadline}",
    }
    for address in await admin_addresses(connection, step.organisation_id):
        await enqueue(connection, address, "membership_changed", about)


def _said(step: TakeStep, changed: Changed) -> str:
    """What happened, in a sentence."""
    day = changed.effective_on
    other = f"The organisation is {changed.after.value.lower()} from {day}."
    return _SAID.get(step.step, other).format(day=day, before=day - _DAY)
