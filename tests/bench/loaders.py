"""Loaders of rows through models: one statement for all parents of a level."""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, TypeVar

from strawberry.dataloader import DataLoader
from tortoise.expressions import Q
from tortoise.models import Model

from consortium.avoided.models import AvoidedClaim, AvoidedStanding
from consortium.evidence.models import Citation
from consortium.initiatives.models import Initiative, InitiativeParticipant
from consortium.kernel.quantities import UNITS_PER_KG, MassUnit
from consortium.membership.models import Membership
from consortium.organisations.models import Organisation
from consortium.value_chains.models import ValueChainParticipant, ValueChainStage

M = TypeVar("M", bound=Model)
Top = tuple[int, int]
GroupTop = tuple[int, int, int]

# Models have no way to take the first rows of each parent, so these are statements.
FIRST_CLAIMS = """
SELECT c.* FROM unnest('{keys}'::bigint[]) WITH ORDINALITY o (id, place)
CROSS JOIN LATERAL (
    SELECT * FROM avoided_claim c WHERE c.organisation_id = o.id AND c.visibility = 'PUBLIC'
    ORDER BY c.period_end, c.id LIMIT {first}
) c ORDER BY o.place, c.period_end, c.id
"""
FIRST_PARTICIPATIONS = """
SELECT p.* FROM unnest('{keys}'::bigint[]) o (id)
CROSS JOIN LATERAL (
    SELECT * FROM initiative_participant p
    WHERE p.organisation_id = o.id ORDER BY p.id LIMIT {first}
) p ORDER BY p.id
"""
MEMBERS = """
SELECT o.* FROM organisation o
WHERE o.employees >= {employees} AND o.id IN (
    SELECT m.organisation_id FROM membership m WHERE m.status = 'MEMBER'
    AND (m.starts_on IS NULL OR m.starts_on <= current_date)
    AND (m.ends_on IS NULL OR current_date <= m.ends_on)
) ORDER BY o.name_key, o.id LIMIT {first}
"""
COUNTED = "s.counts_now AND (s.view = 0 OR (s.view = 1) = (s.divides & 5 = 0))"
# Standings of one organisation, of a kind, by year; {counts} is `COUNTED` or what does not count.
STANDINGS = """
SELECT s.* FROM unnest('{years}'::int[]) g (year)
CROSS JOIN LATERAL (
    SELECT * FROM avoided_standing s
    WHERE s.organisation_id = {organisation} AND s.kind = 'YEAR_ON_YEAR' AND s.year = g.year
        AND s.audience & 1 <> 0 AND {counts}
    ORDER BY s.id LIMIT {first}
) s ORDER BY s.id
"""
LEFT_OUT = f"NOT ({COUNTED}) AND s.known_to IS NULL AND NOT s.not_broken_down"


def trimmed(value: Decimal) -> str:
    """A decimal without zeros at its end."""
    return f"{value.normalize():f}"


def tonnes(value: Decimal | None, unit: str) -> str | None:
    """A mass in kg CO2e, in the unit asked for."""
    return None if value is None else trimmed(value * UNITS_PER_KG[MassUnit(unit)])


async def members(first: int, employees: int) -> list[Organisation]:
    """Today's members with at least so many employees, by name."""
    return await raw(Organisation, MEMBERS.format(employees=int(employees), first=int(first)))


async def claims(organisation: int, first: int) -> list[AvoidedClaim]:
    """The first public claims of an organisation."""
    found = AvoidedClaim.filter(organisation_id=organisation, visibility="PUBLIC")
    return await found.order_by("period_end", "id").limit(first)


async def raw(model: type[M], sql: str) -> list[M]:
    """Rows of a statement, as models."""
    rows: Any = await model.raw(sql)
    return list(rows)


def by_id(model: type[M]) -> DataLoader[int, M | None]:
    """Single rows by their id."""

    async def load(keys: list[int]) -> list[M | None]:
        rows = await model.filter(id__in=keys)
        found = {row.pk: row for row in rows}
        return [found.get(key) for key in keys]

    return DataLoader(load_fn=load)


def by_parent(
    model: type[M], parent: str, order: Sequence[str], **more: Any
) -> DataLoader[int, list[M]]:
    """All rows that point to a parent."""

    async def load(keys: list[int]) -> list[list[M]]:
        rows = await model.filter(**{f"{parent}__in": keys}, **more).order_by(*order)
        found: dict[int, list[M]] = {key: [] for key in keys}
        for row in rows:
            found[getattr(row, parent)].append(row)
        return [found[key] for key in keys]

    return DataLoader(load_fn=load)


def top_of_parent(model: type[M], parent: str, sql: str) -> DataLoader[Top, list[M]]:
    """The first rows that point to a parent; keys are (parent, how many)."""

    async def load(keys: list[Top]) -> list[list[M]]:
        found: dict[int, list[M]] = {key[0]: [] for key in keys}
        # Within one request all ask for equally many.
        listed = "{" + ",".join(str(key) for key in found) + "}"
        for row in await raw(model, sql.format(keys=listed, first=keys[0][1])):
            found[getattr(row, parent)].append(row)
        return [found[key[0]] for key in keys]

    return DataLoader(load_fn=load)


def standings(counts: str) -> DataLoader[GroupTop, list[AvoidedStanding]]:
    """The first standings of each year of one organisation; keys are (it, year, how many)."""

    async def load(keys: list[GroupTop]) -> list[list[AvoidedStanding]]:
        found: dict[int, list[AvoidedStanding]] = {key[1]: [] for key in keys}
        listed = "{" + ",".join(str(year) for year in found) + "}"
        statement = STANDINGS.format(
            years=listed, organisation=keys[0][0], first=keys[0][2], counts=counts
        )
        for row in await raw(AvoidedStanding, statement):
            found[int(row.year or 0)].append(row)
        return [found[key[1]] for key in keys]

    return DataLoader(load_fn=load)


def are_members() -> DataLoader[int, bool]:
    """Whether organisations are members today."""

    async def load(keys: list[int]) -> list[bool]:
        today = datetime.now(UTC).date()
        held = Membership.filter(organisation_id__in=keys, status="MEMBER").filter(
            Q(starts_on=None) | Q(starts_on__lte=today), Q(ends_on=None) | Q(ends_on__gte=today)
        )
        found: set[Any] = set(await held.values_list("organisation_id", flat=True))
        return [key in found for key in keys]

    return DataLoader(load_fn=load)


class Loaders:
    """The loaders of one request."""

    def __init__(self) -> None:
        self.organisations = by_id(Organisation)
        self.initiatives = by_id(Initiative)
        self.claims = by_id(AvoidedClaim)
        self.citations = by_id(Citation)
        self.first_claims = top_of_parent(AvoidedClaim, "organisation_id", FIRST_CLAIMS)
        self.first_participations = top_of_parent(
            InitiativeParticipant, "organisation_id", FIRST_PARTICIPATIONS
        )
        self.end_stages = by_parent(
            ValueChainStage, "value_chain_id", ("position", "id"), downstream_id=None
        )
        self.upstream = by_parent(ValueChainStage, "downstream_id", ("position", "id"))
        self.stage_participants = by_parent(ValueChainParticipant, "stage_id", ("id",))
        self.contributions = standings(COUNTED)
        self.left_out = standings(LEFT_OUT)
        self.are_members = are_members()
