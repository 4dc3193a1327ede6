"""What the secretariat does with an application: reviews, asks, votes, decides.

Whoever decides says which version of the application they saw; of two at once, one is refused.
"""

from datetime import date
from typing import NamedTuple

from consortium.audit.actions import audited
from consortium.identity.actions.invitations import make_invitation
from consortium.identity.rules.roles import Role
from consortium.kernel.clock import utc_now
from consortium.kernel.principal import Principal
from consortium.membership.actions.application_rows import (
    Application,
    Because,
    advance,
    check_free_to_decide,
    conflicted,
    for_secretariat,
    touch,
    votes_of,
)
from consortium.membership.actions.enrolment import enrol
from consortium.membership.rules.applications import (
    TEXT_MAX,
    Vote,
    check_approval,
    check_deadline,
    read_text,
)
from consortium.membership.rules.transitions import ApplicationStage, Step, next_state
from consortium.organisations.reads import ORGANISATIONS
from consortium.outbox.actions import enqueue
from consortium.query.visible import require_visible
from consortium.storage.raw import Connection

_NOTE = "INSERT INTO application_note (application_id, text, account_id) VALUES ($1, $2, $3)"
_CONFLICT = """
INSERT INTO application_conflict (application_id, account_id, reason) VALUES ($1, $2, $3)
ON CONFLICT DO NOTHING
"""
_VOTE = """
INSERT INTO application_vote (application_id, account_id, vote, reason) VALUES ($1, $2, $3, $4)
"""
_BELONGS = "UPDATE membership_application SET organisation_id = $2 WHERE id = $1"
_NAME = "SELECT name FROM organisation WHERE id = $1"


class ReviewApplication(NamedTuple):
    """The application whose review begins, as it was seen."""

    application: int
    version: int


class NoteApplication(NamedTuple):
    """A remark that the applicant does not see."""

    application: int
    text: str


class DeclareConflict(NamedTuple):
    """That the caller has an interest in the applicant, and which."""

    application: int
    reason: str


class VoteOnApplication(NamedTuple):
    """The caller's vote; it replaces an earlier one."""

    application: int
    version: int
    vote: Vote
    reason: str = ""


class AskApplicant(NamedTuple):
    """What the applicant is asked, and until when it should answer."""

    application: int
    version: int
    question: str
    until: date | None = None


class ApproveApplication(NamedTuple):
    """The application that is approved; `organisation` is the applicant, where it is known here."""

    application: int
    version: int
    organisation: int | None = None
    reason: str = ""


class RejectApplication(NamedTuple):
    """The application that is rejected, and why: the applicant is told."""

    application: int
    version: int
    reason: str


async def review_application(by: Principal, command: ReviewApplication, today: date) -> int:
    """Begin the review; returns the application's id.

    Raises StepNotPossible, ConflictOfInterest, and as `for_secretariat`.
    """
    async with audited(by, "application:review") as connection:
        application = await _deciding(connection, by, command.application, command.version, today)
        await advance(connection, by, application, Step.REVIEW, today)
    return application.id


async def note_application(by: Principal, command: NoteApplication, today: date) -> int:
    """Add a note; returns the application's id. Raises TextMissing, and as `for_secretariat`."""
    async with audited(by, "application:note") as connection:
        application = await for_secretariat(connection, by, command.application, None, today)
        text = read_text(command.text, "text")
        await connection.execute(_NOTE, application.id, text, by.account_id)
        await touch(connection, application)
    return application.id


async def declare_conflict(by: Principal, command: DeclareConflict, today: date) -> int:
    """Declare a conflict of interest, for good; a vote given before no longer counts.

    Returns the application's id. Raises TextMissing, and as `for_secretariat`.
    """
    async with audited(by, "application:declare-conflict") as connection:
        application = await for_secretariat(connection, by, command.application, None, today)
        reason = read_text(command.reason, "reason")
        await connection.execute(_CONFLICT, application.id, by.account_id, reason)
        await touch(connection, application)
    return application.id


async def vote_on_application(by: Principal, command: VoteOnApplication, today: date) -> int:
    """Vote on an application under review; returns its id.

    Raises:
        ConflictOfInterest: the caller declared one.
        StepNotPossible: it is not under review.
        and as `for_secretariat`.
    """
    async with audited(by, "application:vote") as connection:
        application = await _deciding(connection, by, command.application, command.version, today)
        # What is voted on can be approved; asked for more, it may still change.
        if application.stage is not ApplicationStage.MORE_ASKED:
            next_state(application.stage, Step.APPROVE)
        reason = command.reason.strip()[:TEXT_MAX]
        about = (by.account_id, command.vote.value, reason)
        await connection.execute(_VOTE, application.id, *about)
        await touch(connection, application)
    return application.id


async def ask_applicant(by: Principal, command: AskApplicant, today: date) -> int:
    """Ask the applicant for more, by mail; returns the application's id.

    Raises DayInThePast, TextMissing, StepNotPossible, and as `for_secretariat`.
    """
    async with audited(by, "application:ask") as connection:
        application = await _deciding(connection, by, command.application, command.version, today)
        question = read_text(command.question, "question")
        check_deadline(command.until, today, "until")
        because = Because(question, command.until)
        await advance(connection, by, application, Step.ASK, today, because)
        await _tell(connection, application, "application_asked", because)
    return application.id


async def approve_application(by: Principal, command: ApproveApplication, today: date) -> int:
    """Approve: the organisation is made or joined, its contact invited to administer it.

    It becomes a member once it has accepted the terms. Returns the application's id.

    Raises:
        ApprovalWithoutVote: the votes do not carry it.
        OrganisationKnown: the applicant is an organisation that is known here, which was not named.
        StepNotPossible: not under review, or the organisation is a member already.
        ConflictOfInterest, and as `for_secretariat`.
    """
    async with audited(by, "application:approve") as connection:
        application = await _deciding(connection, by, command.application, command.version, today)
        next_state(application.stage, Step.APPROVE)
        votes = await votes_of(connection, application.id)
        check_approval(votes, await conflicted(connection, application.id))
        if command.organisation is not None:
            await require_visible(connection, ORGANISATIONS, command.organisation, by, today)
        organisation = await enrol(connection, application.id, command.organisation, today)
        await connection.execute(_BELONGS, application.id, organisation)
        because = Because(command.reason.strip()[:TEXT_MAX])
        await advance(connection, by, application, Step.APPROVE, today, because)
        await _tell(connection, application, "application_approved", because)
        await _invite(connection, application, organisation)
    return application.id


async def reject_application(by: Principal, command: RejectApplication, today: date) -> int:
    """Reject an application, which the applicant is told with the reason; returns its id.

    Raises TextMissing, StepNotPossible, ConflictOfInterest, and as `for_secretariat`.
    """
    async with audited(by, "application:reject") as connection:
        application = await _deciding(connection, by, command.application, command.version, today)
        because = Because(read_text(command.reason, "reason"))
        await advance(connection, by, application, Step.REJECT, today, because)
        await _tell(connection, application, "application_rejected", because)
    return application.id


async def _deciding(
    connection: Connection, by: Principal, application_id: int, version: int, today: date
) -> Application:
    """The application, for somebody who may decide about it."""
    application = await for_secretariat(connection, by, application_id, version, today)
    await check_free_to_decide(connection, by, application)
    return application


async def _tell(
    connection: Connection, application: Application, template: str, because: Because
) -> None:
    if not application.contact_email:  # erased
        return
    until = "" if because.deadline is None else f"{because.deadline}"
    about = {
        "organisation": application.name,
        "reference": application.reference,
        "reason": because.reason,
        "until": until,
    }
    await enqueue(connection, application.contact_email, template, about)


async def _invite(connection: Connection, application: Application, organisation: int) -> None:
    """Let the contact administer the organisation."""
    if not application.contact_email:
        return
    to = application.contact_email
    admin = (Role.ORGANISATION_ADMIN,)
    link = await make_invitation(connection, to, organisation, admin, utc_now())
    name = await connection.fetchval(_NAME, organisation)
    data = {"organisation": name, "token": link.token, "until": link.until}
    await enqueue(connection, to, "invitation", data)
