"""Applications as actions find, lock and move them: each step is kept with who took it and why."""

from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple, Self

from asyncpg import Record

from consortium.identity.proofs.tokens import sha256
from consortium.kernel.errors import ChangedMeanwhile, NotFound, PermissionDenied
from consortium.kernel.principal import Permission, Principal
from consortium.membership.reads.applications import APPLICATIONS
from consortium.membership.rules.applications import (
    ApplicationKeyInvalid,
    Vote,
    check_person,
    check_unbiased,
)
from consortium.membership.rules.transitions import ApplicationStage, Step, next_state
from consortium.query.visible import require_visible
from consortium.storage.raw import Connection

_COLUMNS = "id, reference, stage, version, name, contact_name, contact_email, organisation_id"
_BY_ID = f"SELECT {_COLUMNS} FROM membership_application WHERE id = $1 FOR UPDATE"  # noqa: S608
_BY_KEY = f"SELECT {_COLUMNS} FROM membership_application WHERE key_sha256 = $1 FOR UPDATE"  # noqa: S608
_MOVE = """
UPDATE membership_application SET stage = $2, version = version + 1, asked = $3, asked_until = $4
WHERE id = $1
"""
_TOUCH = "UPDATE membership_application SET version = version + 1 WHERE id = $1"
_KEEP = """
INSERT INTO application_step
    (application_id, step, before, after, reason, deadline, taken_on, account_id)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
"""
_CONFLICTED = "SELECT account_id FROM application_conflict WHERE application_id = $1"
_VOTES = "SELECT account_id, vote FROM application_vote WHERE application_id = $1 ORDER BY id"


@dataclass(frozen=True, slots=True)
class Application:
    """The row of an application, locked until the end of the transaction."""

    id: int
    reference: str
    stage: ApplicationStage
    version: int
    name: str
    contact_name: str
    contact_email: str
    organisation_id: int | None

    @classmethod
    def of(cls, row: Record) -> Self:
        """The application of a row that was read."""
        values: dict[str, Any] = {**row, "stage": ApplicationStage(row["stage"])}
        return cls(**values)


class Because(NamedTuple):
    """Why a step is taken, and until when somebody should answer."""

    reason: str = ""
    deadline: date | None = None


async def by_key(connection: Connection, key: str) -> Application:
    """The application of the applicant who holds the key. Raises ApplicationKeyInvalid."""
    row = await connection.fetchrow(_BY_KEY, sha256(key))
    if row is None:
        raise ApplicationKeyInvalid().at("key")
    return Application.of(row)


async def for_secretariat(
    connection: Connection, by: Principal, application_id: int, version: int | None, today: date
) -> Application:
    """The application that a secretary is at work on, as they saw it.

    Raises:
        NotFound: there is none that the caller may see.
        PermissionDenied: the caller manages no memberships.
        PersonNeeded: a system asks.
        ChangedMeanwhile: it is no longer as the caller saw it.
    """
    await require_visible(connection, APPLICATIONS, application_id, by, today)
    if not by.may(Permission.MEMBERSHIPS_MANAGE):
        raise PermissionDenied
    check_person(by)
    row = await connection.fetchrow(_BY_ID, application_id)
    if row is None:
        raise NotFound
    found = Application.of(row)
    if version is not None and version != found.version:
        raise ChangedMeanwhile(
            f"{found.reference} was changed since you read it: it is {found.stage} now, in version"
            f" {found.version}. Read it again and decide anew."
        ).at("version")
    return found


async def check_free_to_decide(
    connection: Connection, by: Principal, application: Application
) -> None:
    """Refuse who declared a conflict of interest. Raises ConflictOfInterest."""
    check_unbiased(check_person(by), await conflicted(connection, application.id))


async def conflicted(connection: Connection, application_id: int) -> set[int]:
    """The accounts of those who have a conflict of interest."""
    return {row[0] for row in await connection.fetch(_CONFLICTED, application_id)}


async def votes_of(connection: Connection, application_id: int) -> dict[int, Vote]:
    """Each person's last vote."""
    rows = await connection.fetch(_VOTES, application_id)
    return {row[0]: Vote(row[1]) for row in rows}


async def advance(
    connection: Connection,
    by: Principal,
    application: Application,
    step: Step,
    today: date,
    because: Because | None = None,
) -> ApplicationStage:
    """Take a step and keep it; what is asked of the applicant stands in its row meanwhile.

    Raises StepNotPossible.
    """
    reason, deadline = because or Because()
    after = ApplicationStage(next_state(application.stage, step))
    asked = (reason, deadline) if step is Step.ASK else ("", None)
    await connection.execute(_MOVE, application.id, after.value, *asked)
    about = (application.stage.value, after.value, reason, deadline, today, by.account_id)
    await connection.execute(_KEEP, application.id, step.value, *about)
    return after


async def begin(connection: Connection, application_id: int, today: date) -> None:
    """Keep the first step, which nobody with an account takes."""
    after = next_state(None, Step.SUBMIT).value
    about = (None, after, "", None, today, None)
    await connection.execute(_KEEP, application_id, Step.SUBMIT.value, *about)


async def touch(connection: Connection, application: Application) -> None:
    """Count a change, so that whoever decides knows what was said meanwhile."""
    await connection.execute(_TOUCH, application.id)
