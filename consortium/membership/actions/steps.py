"""Steps of a membership, as the secretariat or the organisation's own admin decides them."""

from datetime import date, timedelta
from typing import NamedTuple

from consortium.audit.actions import audited
from consortium.kernel.errors import PermissionDenied
from consortium.kernel.principal import Permission, Principal
from consortium.membership.actions.letters import tell_admins
from consortium.membership.actions.statuses import TakeStep, lock_steps, spans_of, take_step
from consortium.membership.rules.applications import TEXT_MAX, read_text
from consortium.membership.rules.notices import check_appeal, check_notice
from consortium.membership.rules.timeline import StepInThePast, earliest
from consortium.membership.rules.transitions import Step
from consortium.organisations.reads import ORGANISATIONS
from consortium.query.visible import require_visible
from consortium.storage.raw import Connection

_DAY = timedelta(days=1)
_DEADLINE = """
SELECT deadline FROM membership_decision
WHERE organisation_id = $1 AND step IN ('EXPEL', 'JOIN') ORDER BY id DESC LIMIT 1
"""


class SuspendMembership(NamedTuple):
    """Whose membership rests, why, and from when: at once unless told."""

    organisation: int
    reason: str
    effective_on: date | None = None


class ReinstateMembership(NamedTuple):
    """Whose membership rests no longer."""

    organisation: int
    reason: str = ""
    effective_on: date | None = None


class GiveNotice(NamedTuple):
    """The last day of a membership; of the caller's own organisation unless told."""

    last_day: date
    organisation: int | None = None
    reason: str = ""


class RetractNotice(NamedTuple):
    """Who stays after all; the caller's own organisation unless told."""

    organisation: int | None = None
    reason: str = ""


class ExpelMember(NamedTuple):
    """Who is expelled, why, and until when it may appeal."""

    organisation: int
    reason: str
    appeal_until: date
    effective_on: date | None = None


class AppealExpulsion(NamedTuple):
    """Why the caller's own organisation should not be expelled."""

    reason: str


class DecideAppeal(NamedTuple):
    """Whether an appeal is granted, and why."""

    organisation: int
    granted: bool
    reason: str


async def suspend_membership(by: Principal, command: SuspendMembership, today: date) -> int:
    """Let a membership rest: its rights, and its figures in totals; returns the decision's id.

    Raises:
        NotFound: there is no such organisation.
        PermissionDenied: the caller manages no memberships.
        TextMissing: no reason is given.
        StepNotPossible, StepInThePast, StepTooSoon: as they say.
    """
    organisation, reason, day = command
    async with audited(by, "membership:suspend", organisation_id=organisation) as connection:
        await _managed(connection, by, organisation, today)
        step = TakeStep(organisation, Step.SUSPEND, read_text(reason, "reason"), day)
        return await _taken(connection, by, step, today)


async def reinstate_membership(by: Principal, command: ReinstateMembership, today: date) -> int:
    """End a suspension; returns the decision's id. Raises as `suspend_membership`."""
    organisation, reason, day = command
    async with audited(by, "membership:reinstate", organisation_id=organisation) as connection:
        await _managed(connection, by, organisation, today)
        step = TakeStep(organisation, Step.REINSTATE, _short(reason), day)
        return await _taken(connection, by, step, today)


async def give_notice(by: Principal, command: GiveNotice, today: date) -> int:
    """Say when a membership ends, as its own admin or the secretariat; returns the decision's id.

    Raises:
        NotFound: there is no such organisation.
        PermissionDenied: the caller represents another one.
        StepInThePast: the last day is over.
        NoticeTooShort: it comes too soon.
        StepNotPossible: the organisation is no member.
    """
    last_day, given, reason = command
    organisation = by.organisation_id if given is None else given
    async with audited(by, "membership:give-notice", organisation_id=organisation) as connection:
        organisation = await _represented(connection, by, organisation, today)
        if last_day < today:
            message = f"{last_day} is in the past: give {today} or a later day."
            raise StepInThePast(message).at("lastDay")
        may_shorten = by.may(Permission.MEMBERSHIPS_MANAGE)
        check_notice(last_day, today, may_shorten=may_shorten, reason=_short(reason))
        step = TakeStep(organisation, Step.LEAVE, _short(reason), last_day + _DAY)
        return await _taken(connection, by, step, today)


async def retract_notice(by: Principal, command: RetractNotice, today: date) -> int:
    """Stay after all, before the last day is over; returns the decision's id.

    Raises NoNoticeGiven, StepNotPossible, and as `give_notice`.
    """
    given, reason = command
    organisation = by.organisation_id if given is None else given
    async with audited(by, "membership:retract-notice", organisation_id=organisation) as connection:
        organisation = await _represented(connection, by, organisation, today)
        step = TakeStep(organisation, Step.STAY, _short(reason))
        return await _taken(connection, by, step, today)


async def expel_member(by: Principal, command: ExpelMember, today: date) -> int:
    """Expel a member, unless it appeals in time; returns the decision's id.

    Raises DeadlineMissing, and as `suspend_membership`.
    """
    organisation, reason, until, day = command
    async with audited(by, "membership:expel", organisation_id=organisation) as connection:
        await _managed(connection, by, organisation, today)
        why = read_text(reason, "reason")
        step = TakeStep(organisation, Step.EXPEL, why, day, deadline=until)
        return await _taken(connection, by, step, today)


async def appeal_expulsion(by: Principal, command: AppealExpulsion, today: date) -> int:
    """Appeal, for one's own organisation; returns the decision's id.

    Raises:
        PermissionDenied: the caller represents no organisation.
        TextMissing: no reason is given.
        AppealTooLate: the last day for it is over.
        StepNotPossible: it is not being expelled.
    """
    organisation = by.organisation_id
    async with audited(by, "membership:appeal", organisation_id=organisation) as connection:
        if organisation is None or not by.may(Permission.ORGANISATIONS_REPRESENT):
            raise PermissionDenied
        reason = read_text(command.reason, "reason")
        await lock_steps(connection, organisation)
        deadline: date | None = await connection.fetchval(_DEADLINE, organisation)
        check_appeal(deadline, earliest(await spans_of(connection, organisation), today))
        step = TakeStep(organisation, Step.APPEAL, reason)
        return await _taken(connection, by, step, today)


async def decide_appeal(by: Principal, command: DecideAppeal, today: date) -> int:
    """Grant or dismiss an appeal; returns the decision's id. Raises as `suspend_membership`."""
    organisation, granted, reason = command
    async with audited(by, "membership:decide-appeal", organisation_id=organisation) as connection:
        await _managed(connection, by, organisation, today)
        decided = Step.GRANT_APPEAL if granted else Step.DISMISS_APPEAL
        step = TakeStep(organisation, decided, read_text(reason, "reason"))
        return await _taken(connection, by, step, today)


async def _managed(connection: Connection, by: Principal, organisation: int, today: date) -> None:
    """Refuse whoever manages no memberships. Raises NotFound, PermissionDenied."""
    await require_visible(connection, ORGANISATIONS, organisation, by, today)
    if not by.may(Permission.MEMBERSHIPS_MANAGE):
        raise PermissionDenied


async def _represented(
    connection: Connection, by: Principal, organisation: int | None, today: date
) -> int:
    """The organisation that the caller may speak for. Raises NotFound, PermissionDenied."""
    if organisation is None:
        raise PermissionDenied
    await require_visible(connection, ORGANISATIONS, organisation, by, today)
    own = by.may(Permission.ORGANISATIONS_REPRESENT) and by.organisation_id == organisation
    if not own and not by.may(Permission.MEMBERSHIPS_MANAGE):
        raise PermissionDenied
    return organisation


async def _taken(connection: Connection, by: Principal, step: TakeStep, today: date) -> int:
    """Take the step, and tell the organisation's admins."""
    done = await take_step(connection, by, step, today)
    await tell_admins(connection, step, done.changed)
    return done.decision_id


def _short(reason: str) -> str:
    return reason.strip()[:TEXT_MAX]
