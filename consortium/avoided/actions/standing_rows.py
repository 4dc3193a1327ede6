"""Facts out of the database, standings back into it."""

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any, NamedTuple

from consortium.avoided.rules.claims import ClaimFacts
from consortium.avoided.rules.shadows import Span
from consortium.avoided.rules.standings import Covers, Standing
from consortium.avoided.rules.vocabulary import Basis, Bound, ClaimKind, RecordType
from consortium.kernel.visibility import Visibility
from consortium.organisations.rules import Control, ControlChains
from consortium.storage.raw import Connection

# In the order of ClaimFacts. Links are asked for only where totals and parts are compared. Sector
# and country are those of the organisation on the period's last day: of the first of its past
# periods that reaches that day, for they follow one another from the beginning; else today's.
FACTS = """
SELECT c.id, c.reference, c.organisation_id, c.basis, c.kind, c.record_type, c.period_start,
    c.period_end, c.year, c.fiscal_label, c.value_kg_co2e, c.low_kg_co2e, c.high_kg_co2e, c.bound,
    c.category, c.part_of_id, c.supersedes_id, c.series, c.verifier IS NOT NULL,
    c.separate_from_parent, c.quarantined, c.visibility, c.known_on,
    CASE WHEN was.id IS NULL THEN o.sector ELSE was.sector END,
    CASE WHEN was.id IS NULL THEN o.country ELSE was.country END,
    CASE WHEN p.entangled THEN ARRAY(
        SELECT l.initiative_id FROM avoided_claim_initiative l WHERE l.claim_id = c.id) END,
    CASE WHEN p.entangled THEN ARRAY(
        SELECT l.value_chain_id FROM avoided_claim_value_chain l WHERE l.claim_id = c.id) END
FROM avoided_claim c
JOIN organisation o ON o.id = c.organisation_id
CROSS JOIN LATERAL (
    SELECT c.part_of_id IS NOT NULL
        OR EXISTS (SELECT 1 FROM avoided_claim part WHERE part.part_of_id = c.id) AS entangled
) p
LEFT JOIN LATERAL (
    SELECT past.id, past.sector, past.country FROM organisation_period past
    WHERE past.organisation_id = c.organisation_id AND past.ends_on >= c.period_end
    ORDER BY past.ends_on LIMIT 1
) was ON true
WHERE c.organisation_id = ANY ($1)
"""

CONTROLS = """
SELECT child_id, parent_id, starts_on, ends_on FROM parentage WHERE relation = 'CONTROL'
"""

COVERS = """
SELECT v.claim_id, v.covered_on, v.ended_on FROM avoided_cover v
JOIN avoided_claim c ON c.id = v.claim_id
WHERE c.organisation_id = ANY ($1) AND (v.ended_on IS NULL OR v.covered_on < v.ended_on)
ORDER BY v.covered_on
"""

MEMBERS = """
SELECT organisation_id FROM membership
WHERE status = 'MEMBER' AND (starts_on IS NULL OR starts_on <= $1)
    AND (ends_on IS NULL OR $1 <= ends_on)
"""

COLUMNS = (
    "claim_id",
    "organisation_id",
    "group_id",
    "sector",
    "country",
    "category",
    "kind",
    "basis",
    "since",
    "series_key",
    "year",
    "fiscal_label",
    "verified",
    "reason",
    "because_id",
    "view",
    "divides",
    "not_broken_down",
    "shadowed_by",
    "audience",
    "value_kg_co2e",
    "low_kg_co2e",
    "high_kg_co2e",
    "bound",
    "known_from",
    "known_to",
    "counts_now",
)

_BASIS = {one.value: one for one in Basis}
_KIND = {one.value: one for one in ClaimKind}
_RECORD = {one.value: one for one in RecordType}
_BOUND = {one.value: one for one in Bound}
_VISIBILITY = {one.value: one for one in Visibility}


class Day(NamedTuple):
    """Today, and who is a member on it."""

    today: date
    members: frozenset[int]


async def facts_of(connection: Connection, organisations: Collection[int]) -> list[ClaimFacts]:
    """All claims of some organisations, as the rules know them."""
    rows = await connection.fetch(FACTS, list(organisations))
    return [_facts(tuple(row)) for row in rows]


def _facts(row: tuple[Any, ...]) -> ClaimFacts:
    return ClaimFacts._make(
        (
            *row[:3],
            _BASIS[row[3]],
            _KIND[row[4]],
            _RECORD[row[5]],
            *row[6:13],
            _BOUND[row[13]],
            *row[14:21],
            _VISIBILITY[row[21]],
            *row[22:25],
            frozenset(row[25] or ()),
            frozenset(row[26] or ()),
        )
    )


async def covers_of(connection: Connection, organisations: Collection[int]) -> Covers:
    """When effects cover claims of some organisations."""
    covers: dict[int, list[Span]] = {}
    for claim, since, until in await connection.fetch(COVERS, list(organisations)):
        covers.setdefault(claim, []).append(Span(since, until))
    return covers


async def control_chains(connection: Connection) -> ControlChains:
    """Every relation of control, of all times."""
    return ControlChains(Control(*row) for row in await connection.fetch(CONTROLS))


async def day_of(connection: Connection, today: date) -> Day:
    """Today with its members."""
    rows = await connection.fetch(MEMBERS, today)
    return Day(today, frozenset(row[0] for row in rows))


def counts_on(standing: Standing, day: Day) -> bool:
    """Whether a standing is in the sums of a day.

    It has no reason to be left out, is what is known on the day, its organisation is a member,
    and no controller whose figure covers it is one.
    """
    return (
        standing.outcome.reason is None
        and standing.known_from <= day.today
        and (standing.known_to is None or day.today < standing.known_to)
        and standing.outcome.claim.organisation_id in day.members
        and day.members.isdisjoint(standing.shadowed_by)
    )


def rows_of(standings: Iterable[Standing], day: Day) -> list[tuple[Any, ...]]:
    """Rows of avoided_standing, in the order of COLUMNS."""
    return [_row(standing, counts_on(standing, day)) for standing in standings]


def _row(standing: Standing, counts_now: bool) -> tuple[Any, ...]:
    outcome = standing.outcome
    claim = outcome.claim
    return (
        claim.id,
        claim.organisation_id,
        standing.group_id,
        claim.sector,
        claim.country,
        None if outcome.not_broken_down else claim.category,
        claim.kind.value,
        claim.basis.value,
        standing.since,
        standing.series_key,
        claim.year,
        claim.fiscal_label,
        claim.verified,
        None if outcome.reason is None else outcome.reason.value,
        outcome.because,
        outcome.view,
        outcome.divides,
        outcome.not_broken_down,
        standing.shadowed_by or None,
        standing.audience,
        *outcome.quantity[:3],
        outcome.quantity.bound.value,
        standing.known_from,
        standing.known_to,
        counts_now,
    )
