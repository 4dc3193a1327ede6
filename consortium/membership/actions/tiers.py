"""Set the tiers of a year, and give a tier to an organisation whose revenue decides nothing."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from consortium.audit.actions import audited
from consortium.kernel.errors import NotFound, PermissionDenied, check_seen
from consortium.kernel.principal import Permission, Principal
from consortium.membership.rules.tiers import (
    Terms,
    TierAssigned,
    TierOfAnotherYear,
    YearUnknown,
    check_kept,
    check_year,
    checked_reason,
    checked_tiers,
)
from consortium.organisations.reads import ORGANISATIONS
from consortium.query.visible import require_visible
from consortium.storage.raw import Connection

# What is decided about the dues of a year waits for one another: its tiers, numbers of invoices.
LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('dues', $1))"
YEAR = "SELECT id, version, revenue_currency, currency FROM dues_year WHERE year = $1"
NEW_YEAR = """
INSERT INTO dues_year (year, revenue_currency, currency) VALUES ($1, $2, $3) RETURNING id
"""
SAME_YEAR = """
UPDATE dues_year SET revenue_currency = $2, currency = $3, version = version + 1
WHERE year = $1 RETURNING id
"""
TIERS = """
SELECT t.id, t.name, t.revenue_from, t.revenue_to, t.price, t.seats,
    EXISTS (SELECT FROM invoice i WHERE i.tier_id = t.id) AS invoiced,
    EXISTS (SELECT FROM tier_assignment a WHERE a.tier_id = t.id) AS assigned
FROM tier t WHERE t.year = $1 ORDER BY t.revenue_from
"""
ADD = """
INSERT INTO tier (year, name, revenue_from, revenue_to, price, seats)
VALUES ($1, $2, $3, $4, $5, $6)
"""
CHANGE = """
UPDATE tier SET revenue_from = $2, revenue_to = $3, price = $4, seats = $5 WHERE id = $1
"""
REMOVE = "DELETE FROM tier WHERE id = $1"
TIER_YEAR = "SELECT year FROM tier WHERE id = $1"
ASSIGNED = "SELECT id, version FROM tier_assignment WHERE organisation_id = $1 AND year = $2"
ASSIGN = """
INSERT INTO tier_assignment (organisation_id, year, tier_id, reason, account_id)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (organisation_id, year) DO UPDATE SET tier_id = EXCLUDED.tier_id,
    reason = EXCLUDED.reason, account_id = EXCLUDED.account_id, assigned_at = now(),
    version = tier_assignment.version + 1
RETURNING id
"""


class SetTiers(NamedTuple):
    """All tiers of a year; `version` is the one that the caller saw, 0 where there were none."""

    year: int
    version: int
    revenue_currency: str
    currency: str
    tiers: tuple[Terms, ...]


class AssignTier(NamedTuple):
    """A tier for an organisation in a year; `version` is that of the assignment seen, else 0."""

    organisation: int
    year: int
    tier: int
    reason: str
    version: int


class DuesOf(NamedTuple):
    """A year's currencies, and its tiers by their names."""

    year: int
    revenue_currency: str
    currency: str
    tiers: dict[str, tuple[int, Terms]]


class _Known(NamedTuple):
    id: int
    terms: Terms
    invoiced: bool
    assigned: bool


async def set_tiers(by: Principal, command: SetTiers, today: date) -> int:
    """Set the tiers of a year as a whole; returns the row of the year.

    Raises:
        PermissionDenied: the caller manages no memberships.
        check_seen: the tiers are not those that the caller saw.
        TiersInvoiced, TierAssigned: what is kept of them must stay.
        BadInput: a tier without a price, bands that overlap or leave a gap, and the like.
    """
    del today
    year, version, revenue_currency, currency, given = command
    async with audited(by, "tiers:set", note=str(year)) as open_:
        require_management(by)
        check_year(year)
        tiers = checked_tiers(given, currency)
        await open_.execute(LOCK, year)
        now = await open_.fetchrow(YEAR, year)
        check_seen(version, 0 if now is None else now["version"])
        known = await _known(open_, year)
        invoiced = [one.terms for one in known if one.invoiced]
        same = now is not None and tuple(now)[2:] == (revenue_currency, currency)
        check_kept(tiers if same else (), invoiced)
        write = NEW_YEAR if now is None else SAME_YEAR
        key: int = await open_.fetchval(write, year, revenue_currency, currency)
        await _replace(open_, year, known, tiers)
    return key


async def assign_tier(by: Principal, command: AssignTier, today: date) -> int:
    """Give an organisation a tier, with a reason; returns the assignment's id.

    Raises:
        NotFound: there is no such organisation, or tier.
        PermissionDenied: the caller manages no memberships.
        check_seen: somebody else assigned one.
        YearUnknown, TierOfAnotherYear, ReasonMissing: as they say.
    """
    organisation, year, tier, reason, version = command
    async with audited(by, "tier:assign", organisation_id=organisation) as open_:
        await require_visible(open_, ORGANISATIONS, organisation, by, today)
        require_management(by)
        told = checked_reason(reason)
        await open_.execute(LOCK, year)
        if await open_.fetchrow(YEAR, year) is None:
            raise YearUnknown
        found = await open_.fetchval(TIER_YEAR, tier)
        if found is None:
            raise NotFound
        if found != year:
            raise TierOfAnotherYear
        now = await open_.fetchrow(ASSIGNED, organisation, year)
        check_seen(version, 0 if now is None else now["version"])
        key: int = await open_.fetchval(ASSIGN, organisation, year, tier, told, by.account_id)
    return key


def require_management(by: Principal) -> None:
    """Refuse whoever manages no memberships. Raises PermissionDenied."""
    if not by.may(Permission.MEMBERSHIPS_MANAGE):
        raise PermissionDenied


async def locked_dues(connection: Connection, year: int) -> DuesOf:
    """The dues of a year, which nobody changes until this transaction ends. Raises YearUnknown."""
    await connection.execute(LOCK, year)
    row = await connection.fetchrow(YEAR, year)
    if row is None:
        raise YearUnknown
    known = await _known(connection, year)
    tiers = {one.terms.name: (one.id, one.terms) for one in known}
    return DuesOf(year, row["revenue_currency"], row["currency"], tiers)


async def _known(connection: Connection, year: int) -> list[_Known]:
    return [
        _Known(row[0], Terms(*tuple(row)[1:6]), row[6], row[7])
        for row in await connection.fetch(TIERS, year)
    ]


async def _replace(
    connection: Connection, year: int, known: Sequence[_Known], tiers: Sequence[Terms]
) -> None:
    """Bring the rows up to the tiers, by their names; those that stay keep their ids."""
    before = {one.terms.name: one for one in known}
    for name, one in before.items():
        if name not in {tier.name for tier in tiers}:
            if one.assigned:
                raise TierAssigned(f"Organisations are assigned to {name}: give them another tier.")
            await connection.execute(REMOVE, one.id)
    for tier in tiers:
        same = before.get(tier.name)
        if same is None:
            await connection.execute(ADD, year, *tier)
        elif same.terms != tier:
            await connection.execute(CHANGE, same.id, *tier[1:])
