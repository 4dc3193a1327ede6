"""The terms of membership: published by the secretariat, accepted by who may bind the applicant."""

from datetime import date
from typing import NamedTuple

from consortium.audit.actions import audited
from consortium.kernel.errors import PermissionDenied
from consortium.kernel.principal import Permission, Principal
from consortium.membership.actions.application_rows import advance, by_key
from consortium.membership.actions.statuses import TakeStep, take_step
from consortium.membership.rules.applications import (
    TermsMissing,
    TermsOutdated,
    TermsPublished,
    check_acceptance,
    check_deadline,
    read_name,
    read_text,
)
from consortium.membership.rules.transitions import Step
from consortium.storage.raw import Connection

_PUBLISHED = "SELECT EXISTS (SELECT FROM terms WHERE version = $1 OR in_force_from = $2)"
_PUBLISH = """
INSERT INTO terms (version, text, competition_law, in_force_from, account_id)
VALUES ($1, $2, $3, $4, $5) RETURNING id
"""
_IN_FORCE = """
SELECT id, version FROM terms WHERE in_force_from <= $1 ORDER BY in_force_from DESC LIMIT 1
"""
_ACCEPT = """
INSERT INTO terms_acceptance
    (application_id, terms_id, signatory_name, signatory_title, accepted_on)
VALUES ($1, $2, $3, $4, $5)
"""


class PublishTerms(NamedTuple):
    """Terms of membership, and the day from which they are in force."""

    version: str
    text: str
    competition_law: str
    in_force_from: date


class AcceptTerms(NamedTuple):
    """That somebody binds the applicant to the terms of this version."""

    key: str
    terms_version: str
    signatory_name: str
    signatory_title: str
    authorised: bool
    competition_law: bool


async def publish_terms(by: Principal, command: PublishTerms, today: date) -> int:
    """Publish terms, which stay as they are; returns their id.

    Raises:
        PermissionDenied: the caller manages no memberships.
        DayInThePast, TextMissing, TermsPublished: as they say.
    """
    async with audited(by, "terms:publish") as connection:
        if not by.may(Permission.MEMBERSHIPS_MANAGE):
            raise PermissionDenied
        version = read_name(command.version, "version")
        text = read_text(command.text, "text")
        law = read_text(command.competition_law, "competitionLaw")
        check_deadline(command.in_force_from, today, "inForceFrom")
        if await connection.fetchval(_PUBLISHED, version, command.in_force_from):
            raise TermsPublished
        about = (text, law, command.in_force_from, by.account_id)
        key: int = await connection.fetchval(_PUBLISH, version, *about)
    return key


async def accept_terms(by: Principal, command: AcceptTerms, today: date) -> int:
    """Accept the terms of today; the organisation is a member from then on.

    Returns the application's id.

    Raises:
        ApplicationKeyInvalid: no application has this key.
        AcceptanceIncomplete: nobody is bound by it.
        TermsMissing, TermsOutdated: these are not the terms of today.
        StepNotPossible: the application was not approved, or the terms are accepted already.
    """
    check_acceptance(authorised=command.authorised, competition_law=command.competition_law)
    signatory = read_name(command.signatory_name, "signatoryName")
    title = read_name(command.signatory_title, "signatoryTitle")
    async with audited(by, "application:accept") as connection:
        application = await by_key(connection, command.key)
        await advance(connection, by, application, Step.ACCEPT, today)
        terms = await _in_force(connection, command.terms_version, today)
        await connection.execute(_ACCEPT, application.id, terms, signatory, title, today)
        assert application.organisation_id is not None  # noqa: S101  it was approved
        because = f"{application.reference}: the terms {command.terms_version} were accepted."
        step = TakeStep(application.organisation_id, Step.JOIN, because)
        await take_step(connection, by, step, today)
    return application.id


async def _in_force(connection: Connection, version: str, today: date) -> int:
    row = await connection.fetchrow(_IN_FORCE, today)
    if row is None:
        raise TermsMissing
    if row["version"] != version.strip():
        raise TermsOutdated(f"The terms in force today are of version {row['version']}.").at(
            "termsVersion"
        )
    key: int = row["id"]
    return key
