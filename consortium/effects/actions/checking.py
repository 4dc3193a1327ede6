"""Compute effects again from what they stand on, and say where the record differs."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from consortium.effects.actions.standing import Stands, stands_of
from consortium.effects.rules.effects import checked_year
from consortium.effects.rules.timeframes import Answer, Cohort
from consortium.effects.rules.vocabulary import Timeframe, UncertaintyMethod
from consortium.kernel.errors import DomainError
from consortium.kernel.quantities import exact_sum
from consortium.storage.database import transaction
from consortium.storage.raw import Connection, raw

BATCH = 200
EFFECTS = """
SELECT id, comparison_id, period_start, period_end, timeframe, reference_kg_co2e, solution_kg_co2e,
    avoided_kg_co2e, specificity, uncertainty, low_kg_co2e, high_kg_co2e, uncertainty_method,
    uncertainty_seed
FROM effect WHERE (comparison_id, id) > ($1, $2) ORDER BY comparison_id, id LIMIT $3
"""
COHORTS = "SELECT sold_year, units, retired FROM effect_cohort WHERE effect_id = $1"
LINES = """
SELECT kind, item_id, stage, sold_year, year_of_life, units, part_of_year, factor_point_id,
    reference_kg_co2e, solution_kg_co2e
FROM effect_line WHERE effect_id = $1 ORDER BY position
"""
# What is shared out of effects, and what reviewers take off them, is kept by triggers.
PARTS = """
SELECT e.id, e.allocated_share, given.share AS allocated, e.deducted_share, taken.share AS deducted
FROM effect e
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(c.share), 0) AS share FROM effect_allocation a
        JOIN effect_contribution c ON c.allocation_id = a.id
        WHERE a.effect_id = e.id AND a.status = 'IN_FORCE') given
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(d.deducted_share), 0) AS share FROM effect_overlap_decision d
        WHERE d.deducted_effect_id = e.id AND d.superseded_on IS NULL) taken
WHERE (e.allocated_share, e.deducted_share) <> (given.share, taken.share)
ORDER BY e.id LIMIT $1
"""
# Draws are rounded to 12 digits of what they add up; another machine may round the last otherwise.
_WITHIN = Decimal("1e-9")


async def check_effects(limit: int = 20) -> list[str]:
    """Compute all effects from comparison and units; at most `limit` that differ, in words."""
    async with transaction() as client:
        found = [_parts(row) for row in await raw(client).fetch(PARTS, limit)]
    after = (0, 0)
    while len(found) < limit:
        async with transaction() as client:
            rows = await raw(client).fetch(EFFECTS, *after, BATCH)
            found += await _differences(raw(client), rows)
        if len(rows) < BATCH:
            break
        after = (rows[-1]["comparison_id"], rows[-1]["id"])
    return found[:limit]


def _parts(row: Any) -> str:  # noqa: ANN401  a row
    return (
        f"effect {row['id']}: shared out {row['allocated_share']} should be {row['allocated']},"
        f" taken off {row['deducted_share']} should be {row['deducted']}"
    )


async def _differences(connection: Connection, rows: list[Any]) -> list[str]:
    found: list[str] = []
    stands: Stands | None = None
    for row in rows:
        if stands is None or stands.comparison["id"] != row["comparison_id"]:
            stands = await stands_of(connection, row["comparison_id"])
        cohorts = [Cohort(*one) for one in await connection.fetch(COHORTS, row["id"])]
        lines = [tuple(one) for one in await connection.fetch(LINES, row["id"])]
        try:
            year = checked_year(row["period_start"], row["period_end"])
            answer = stands.answer(Timeframe(row["timeframe"]), year, cohorts)
        except DomainError as error:
            found.append(f"effect {row['id']}: cannot be computed: {error.code}")
            continue
        found += [f"effect {row['id']}: {what}" for what in _faults(row, lines, stands, answer)]
    return found


def _faults(row: Any, lines: list[Any], stands: Stands, answer: Answer) -> Iterator[str]:  # noqa: ANN401  a row
    for name in ("reference", "solution", "avoided"):
        kept, right = row[f"{name}_kg_co2e"], getattr(answer, name)
        if kept != right:
            yield f"{name} {kept} should be {right}"
    if lines != [
        (line.kind.value, line.item, line.stage.value, *line[3:]) for line in answer.lines
    ]:
        yield "its lines are not those of its comparison and units"
    if row["specificity"] != stands.specificity.value:
        yield f"specificity {row['specificity']} should be {stands.specificity.value}"
    yield from _uncertainty(row, stands, answer)


def _uncertainty(row: Any, stands: Stands, answer: Answer) -> Iterator[str]:  # noqa: ANN401  a row
    seed = row["uncertainty_seed"]
    told = stands.confidence(answer, 0 if seed is None else seed)
    method = row["uncertainty_method"]
    if told is None:
        if method is not None:
            yield "its uncertainty should be unknown"
        return
    if method is None:
        yield "its uncertainty is not computed yet: an update of the effect does that"
        return
    exact = told.method is UncertaintyMethod.ANALYTIC
    near = exact_sum((abs(answer.reference), abs(answer.solution))) * (0 if exact else _WITHIN)
    ends = ((row["low_kg_co2e"], told.low), (row["high_kg_co2e"], told.high))
    if method != told.method or any(abs(kept - right) > near for kept, right in ends):
        yield f"its interval {ends[0][0]} to {ends[1][0]} should be {told.low} to {told.high}"
