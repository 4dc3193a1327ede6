"""Record a pledge, change what it says from today on, show it, and withdraw it."""

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from asyncpg import Record

from consortium.audit.actions import audited
from consortium.effects.actions.common import Cited, citation_of
from consortium.effects.rules.texts import checked_reference, checked_statement, checked_text
from consortium.kernel.errors import PermissionDenied, check_seen
from consortium.kernel.principal import Permission, Principal
from consortium.kernel.visibility import Visibility
from consortium.progress.reads.pledges import PLEDGES
from consortium.progress.rules.pledges import (
    PledgeDisclosed,
    PledgeExists,
    PledgeWithdrawn,
    check_window,
    checked_quantity,
)
from consortium.query.visible import require_visible
from consortium.storage.raw import Connection

TAKEN = """
SELECT EXISTS (SELECT FROM pledge WHERE organisation_id = $1 AND reference = $2
    AND claim_id IS NULL)
"""
INSERT = """
INSERT INTO pledge (organisation_id, reference, visibility) VALUES ($1, $2, $3) RETURNING id
"""
KEPT = """
SELECT p.organisation_id, p.claim_id, p.version, p.withdrawn_on, w.id AS terms_id, w.statement,
    w.quantity_kg_co2e, w.starts_on, w.ends_on, w.category, w.methodology, w.scope, w.citation_id,
    p.visibility
FROM pledge p LEFT JOIN pledge_terms w ON w.pledge_id = p.id AND w.known_to IS NULL
WHERE p.id = $1 FOR UPDATE OF p
"""
ADD_TERMS = """
INSERT INTO pledge_terms (pledge_id, number, known_from, statement, quantity_kg_co2e, starts_on,
    ends_on, category, methodology, scope, citation_id)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
"""
END_TERMS = "UPDATE pledge_terms SET known_to = greatest($2, known_from) WHERE id = $1"
CHANGE = "UPDATE pledge SET version = $2, visibility = $3 WHERE id = $1"
WITHDRAW = """
UPDATE pledge SET version = version + 1, withdrawn_on = $2, withdrawn_because = $3 WHERE id = $1
"""


class RecordPledge(NamedTuple):
    """So much in kg CO2e, from a first day to a last; of which claims, if not of all."""

    reference: str
    statement: str
    quantity_kg_co2e: Decimal
    starts_on: date
    ends_on: date
    category: str | None = None
    methodology: str | None = None
    scope: str | None = None
    source: Cited | None = None
    visibility: Visibility | None = None


class ChangePledge(NamedTuple):
    """What it says from today on; what is left out stays. `version` as the caller saw it."""

    pledge: int
    version: int
    statement: str | None = None
    quantity_kg_co2e: Decimal | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    category: str | None = None
    methodology: str | None = None
    scope: str | None = None
    source: Cited | None = None
    visibility: Visibility | None = None


class WithdrawPledge(NamedTuple):
    """The pledge that holds no more, and why; `version` as the caller saw it."""

    pledge: int
    version: int
    reason: str


class _Terms(NamedTuple):
    """What a pledge says, checked; in the order of the table's columns."""

    statement: str
    quantity_kg_co2e: Decimal
    starts_on: date
    ends_on: date
    category: str | None
    methodology: str | None
    scope: str


async def record_pledge(by: Principal, command: RecordPledge, today: date) -> int:
    """Record a pledge of the caller's organisation, PRIVATE unless told; returns its id.

    Raises:
        PermissionDenied: the caller approves no figures of an organisation.
        PledgeExists: there is one of this reference.
        BadInput: the texts, the quantity or the window, as they say.
    """
    async with audited(by, "pledge:record", organisation_id=by.organisation_id) as open_:
        organisation = _approving(by)
        reference = checked_reference(command.reference, "reference")
        terms = _checked(
            command.statement,
            command.quantity_kg_co2e,
            (command.starts_on, command.ends_on),
            (command.category, command.methodology, command.scope),
        )
        if await open_.fetchval(TAKEN, organisation, reference):
            raise PledgeExists().at("reference")
        shown = command.visibility or Visibility.PRIVATE
        key: int = await open_.fetchval(INSERT, organisation, reference, shown.value)
        citation = await citation_of(open_, command.source)
        await open_.execute(ADD_TERMS, key, 1, today, *terms, citation)
    return key


async def change_pledge(by: Principal, command: ChangePledge, today: date) -> int:
    """Say something else from today on; what it said before is kept. Returns the pledge's id.

    Raises:
        NotFound: there is none that the caller may see.
        PermissionDenied: the caller does not approve its organisation's figures.
        PledgeDisclosed, PledgeWithdrawn, ChangedMeanwhile, BadInput: as they say.
    """
    key = command.pledge
    async with audited(by, "pledge:change", organisation_id=by.organisation_id) as open_:
        kept = await _own(open_, by, key, command.version, today)
        terms = _checked(
            command.statement or kept["statement"],
            kept["quantity_kg_co2e"]
            if command.quantity_kg_co2e is None
            else command.quantity_kg_co2e,
            (command.starts_on or kept["starts_on"], command.ends_on or kept["ends_on"]),
            (
                kept["category"] if command.category is None else command.category,
                kept["methodology"] if command.methodology is None else command.methodology,
                kept["scope"] if command.scope is None else command.scope,
            ),
        )
        citation = await citation_of(open_, command.source) or kept["citation_id"]
        number = kept["version"] + 1
        shown = command.visibility or Visibility(kept["visibility"])
        await open_.execute(CHANGE, key, number, shown.value)
        before = tuple(kept[name] for name in (*_Terms._fields, "citation_id"))
        if before != (*terms, citation):
            await open_.execute(END_TERMS, kept["terms_id"], today)
            await open_.execute(ADD_TERMS, key, number, today, *terms, citation)
    return key


async def withdraw_pledge(by: Principal, command: WithdrawPledge, today: date) -> int:
    """Withdraw a pledge, which stays on record with the reason; returns its id.

    Raises:
        NotFound: there is none that the caller may see.
        PermissionDenied: the caller does not approve its organisation's figures.
        PledgeDisclosed, PledgeWithdrawn, ChangedMeanwhile, BadInput: as they say.
    """
    key = command.pledge
    async with audited(by, "pledge:withdraw", organisation_id=by.organisation_id) as open_:
        await _own(open_, by, key, command.version, today)
        reason = checked_text(command.reason, "reason")
        await open_.execute(WITHDRAW, key, today, reason)
    return key


def _approving(by: Principal) -> int:
    """The organisation for which the caller approves figures. Raises PermissionDenied."""
    approves = by.rights.has_organisation and by.may(Permission.FIGURES_APPROVE)
    if by.organisation_id is None or not approves:
        raise PermissionDenied
    return by.organisation_id


async def _own(
    connection: Connection, by: Principal, key: int, version: int, today: date
) -> Record:
    """The pledge as it is kept, locked, if the caller may change it."""
    await require_visible(connection, PLEDGES, key, by, today)
    [kept] = await connection.fetch(KEPT, key)
    if _approving(by) != kept["organisation_id"]:
        raise PermissionDenied
    if kept["claim_id"] is not None:
        raise PledgeDisclosed
    check_seen(version, kept["version"])
    if kept["withdrawn_on"] is not None:
        raise PledgeWithdrawn
    return kept


def _checked(
    statement: str,
    quantity: Decimal,
    window: tuple[date, date],
    compared: tuple[str | None, str | None, str | None],
) -> _Terms:
    check_window(*window)
    category, methodology, scope = (_blank(one) for one in compared)
    told = checked_statement(statement, "statement")
    return _Terms(told, checked_quantity(quantity), *window, category, methodology, scope or "")


def _blank(text: str | None) -> str | None:
    """The text without blanks around it; None of none."""
    return (text or "").strip() or None
