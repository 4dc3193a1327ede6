"""What applicants do: apply, answer, retract. They have no account: a key proves who they are."""

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from consortium.audit.actions import audited
from consortium.identity.actions.throttle import begin_attempt
from consortium.identity.proofs.tokens import new_token, sha256
from consortium.identity.rules.addresses import read_address
from consortium.identity.rules.throttling import of_mail
from consortium.kernel.clock import utc_now
from consortium.kernel.principal import Principal
from consortium.kernel.text import name_key
from consortium.membership.actions.application_rows import Because, advance, begin, by_key
from consortium.membership.rules.applications import (
    TEXT_MAX,
    ApplicationInvalid,
    read_aliases,
    read_name,
    read_text,
    read_web_domain,
)
from consortium.membership.rules.lei import read_lei
from consortium.membership.rules.transitions import ApplicationStage, Step
from consortium.outbox.actions import enqueue
from consortium.storage.raw import Connection

# References count up within a year, without gaps.
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('membership_application', $1))"
_LAST = """
SELECT coalesce(max(split_part(reference, '-', 3)::int), 0) FROM membership_application
WHERE reference LIKE $1
"""
_INSERT = """
INSERT INTO membership_application
    (reference, stage, name, name_key, country, lei, domain, sector, revenue_amount,
     revenue_currency, revenue_year, employees, message, contact_name, contact_email, key_sha256,
     submitted_on)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17) RETURNING id
"""
_ALIAS = """
INSERT INTO application_alias (application_id, name, name_key) VALUES ($1, $2, $3)
ON CONFLICT DO NOTHING
"""
_YEARS = range(1900, 2101)


class Apply(NamedTuple):
    """An organisation that wants to become a member, and whom to write to."""

    name: str
    country: str
    contact_name: str
    contact_email: str
    aliases: tuple[str, ...] = ()
    lei: str | None = None
    domain: str | None = None
    sector: str | None = None
    revenue_amount: Decimal | None = None
    revenue_currency: str | None = None
    revenue_year: int | None = None
    employees: int | None = None
    message: str = ""


class NewApplication(NamedTuple):
    """The application's id, and the key that its applicant alone has."""

    key: int
    application_key: str


class AnswerApplication(NamedTuple):
    """What the applicant answers to what it was asked."""

    key: str
    answer: str


class RetractApplication(NamedTuple):
    """The application that is taken back."""

    key: str
    reason: str = ""


async def apply_for_membership(by: Principal, command: Apply, today: date) -> NewApplication:
    """Take an application; its key is in the answer alone.

    Raises:
        ApplicationInvalid, LeiInvalid, AddressInvalid: as they say.
        TooManyAttempts: somebody applied with this mail address a few times already.
    """
    checked = _checked(command)
    # Every application sends a mail: nobody's address is to be flooded with them.
    await begin_attempt([of_mail(checked.contact_email)], utc_now())
    key = new_token()
    async with audited(by, "application:submit") as connection:
        reference = await _next_reference(connection, today)
        row_id = await _insert(connection, checked, reference, sha256(key), today)
        await begin(connection, row_id, today)
        about = {"organisation": checked.name, "reference": reference}
        await enqueue(connection, checked.contact_email, "application_received", about)
    return NewApplication(row_id, key)


def _checked(command: Apply) -> Apply:
    """The application, each value in the form in which it is kept."""
    if (command.revenue_amount is None) != (command.revenue_currency is None):
        message = "A revenue is an amount and its currency: give both or neither."
        raise ApplicationInvalid(message).at("revenueAmount")
    if command.revenue_year is not None and command.revenue_amount is None:
        message = "A year of revenue says nothing without the amount."
        raise ApplicationInvalid(message).at("revenueYear")
    if command.revenue_year is not None and command.revenue_year not in _YEARS:
        raise ApplicationInvalid("The year of revenue has four digits.").at("revenueYear")
    for value, field in (
        (command.revenue_amount, "revenueAmount"),
        (command.employees, "employees"),
    ):
        if value is not None and not 0 <= value < 10**18:
            raise ApplicationInvalid("This number is 0 or more, and below 10^18.").at(field)
    amount = command.revenue_amount
    if amount is not None and amount != round(amount, 4):
        raise ApplicationInvalid("A revenue has at most four decimals.").at("revenueAmount")
    if len(command.message) > TEXT_MAX:
        message = f"The message has at most {TEXT_MAX} characters."
        raise ApplicationInvalid(message).at("message")
    return command._replace(
        name=read_name(command.name),
        aliases=read_aliases(command.aliases),
        lei=read_lei(command.lei) if command.lei else None,
        domain=read_web_domain(command.domain) if command.domain else None,
        sector=read_name(command.sector, "sector") if command.sector else None,
        contact_name=read_name(command.contact_name, "contactName"),
        contact_email=read_address(command.contact_email),
    )


async def _next_reference(connection: Connection, today: date) -> str:
    await connection.execute(_LOCK, today.year)
    last: int = await connection.fetchval(_LAST, f"A-{today.year}-%")
    return f"A-{today.year}-{last + 1:04d}"


async def _insert(
    connection: Connection, command: Apply, reference: str, key_sha256: str, today: date
) -> int:
    row_id: int = await connection.fetchval(
        _INSERT,
        reference,
        ApplicationStage.SUBMITTED.value,
        command.name,
        name_key(command.name),
        command.country,
        command.lei,
        command.domain,
        command.sector,
        command.revenue_amount,
        command.revenue_currency,
        command.revenue_year,
        command.employees,
        command.message.strip(),
        command.contact_name,
        command.contact_email,
        key_sha256,
        today,
    )
    for alias in command.aliases:
        await connection.execute(_ALIAS, row_id, alias, name_key(alias))
    return row_id


async def answer_application(by: Principal, command: AnswerApplication, today: date) -> int:
    """Answer what the secretariat asked; returns the application's id.

    Raises:
        ApplicationKeyInvalid: no application has this key.
        TextMissing: there is no answer.
        StepNotPossible: nothing was asked.
    """
    answer = read_text(command.answer, "answer")
    async with audited(by, "application:answer") as connection:
        application = await by_key(connection, command.key)
        await advance(connection, by, application, Step.ANSWER, today, Because(answer))
    return application.id


async def retract_application(by: Principal, command: RetractApplication, today: date) -> int:
    """Take the application back; returns its id. Raises ApplicationKeyInvalid, StepNotPossible."""
    async with audited(by, "application:retract") as connection:
        application = await by_key(connection, command.key)
        because = Because(command.reason.strip()[:TEXT_MAX])
        await advance(connection, by, application, Step.RETRACT, today, because)
    return application.id
