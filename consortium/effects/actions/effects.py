"""Record effects, change their units, and show them; results come with the same transaction."""

import asyncio
import secrets
from datetime import date
from typing import NamedTuple

from asyncpg import Record

from consortium.audit.actions import audited
from consortium.effects.actions.common import require_owner
from consortium.effects.actions.standing import Stands, stands_of
from consortium.effects.reads.comparisons import COMPARISONS
from consortium.effects.reads.effects import EFFECTS
from consortium.effects.rules.confidence import SEEDS
from consortium.effects.rules.effects import (
    AnotherScenario,
    EffectNotClaimed,
    EffectRestatedAlready,
    check_within,
    checked_year,
)
from consortium.effects.rules.solutions import LessVisible, ReferenceTaken, shown_to_more
from consortium.effects.rules.texts import checked_reference
from consortium.effects.rules.timeframes import Answer, Cohort
from consortium.effects.rules.vocabulary import Timeframe
from consortium.initiatives.reads import INITIATIVES
from consortium.kernel.errors import check_seen
from consortium.kernel.places import check_geography
from consortium.kernel.principal import Principal
from consortium.kernel.visibility import Visibility, check_visibility_change
from consortium.query.visible import require_visible
from consortium.storage.raw import Connection
from consortium.value_chains.reads import VALUE_CHAINS

INSERT = """
INSERT INTO effect (reference, solution_id, value_chain_id, reference_scenario_id, comparison_id,
    geography, period_start, period_end, timeframe, reference_kg_co2e, solution_kg_co2e,
    avoided_kg_co2e, specificity, uncertainty_method, uncertainty_seed, low_kg_co2e, high_kg_co2e,
    uncertainty, restates_id)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
RETURNING id
"""
TAKEN = "SELECT EXISTS (SELECT FROM effect WHERE solution_id = $1 AND reference = $2)"
KEPT = """
SELECT e.version, e.comparison_id, e.uncertainty_seed, e.period_start, e.period_end, e.geography,
    e.timeframe, r.reference AS scenario, e.solution_id, e.visibility, s.organisation_id,
    e.value_chain_id, s.visibility AS solution_visibility, e.superseded,
    effect_claimed(e.id) AS claimed
FROM effect e JOIN reference_scenario r ON r.id = e.reference_scenario_id
JOIN solution s ON s.id = e.solution_id
WHERE e.id = $1 FOR UPDATE OF e FOR SHARE OF s
"""
COHORTS = "SELECT sold_year, units, retired FROM effect_cohort WHERE effect_id = $1"
UPDATE = """
UPDATE effect SET comparison_id = $2, reference_scenario_id = $3, reference_kg_co2e = $4,
    solution_kg_co2e = $5, avoided_kg_co2e = $6, specificity = $7, uncertainty_method = $8,
    uncertainty_seed = $9, low_kg_co2e = $10, high_kg_co2e = $11, uncertainty = $12,
    computed_at = now(), version = version + 1
WHERE id = $1
"""
CLEAR_LINES = "DELETE FROM effect_line WHERE effect_id = $1"
CLEAR_COHORTS = "DELETE FROM effect_cohort WHERE effect_id = $1"
ADD_COHORT = """
INSERT INTO effect_cohort (effect_id, sold_year, units, retired) VALUES ($1, $2, $3, $4)
"""
LINE = (
    "effect_id",
    "position",
    "kind",
    "item_id",
    "stage",
    "sold_year",
    "year_of_life",
    "units",
    "part_of_year",
    "factor_point_id",
    "reference_kg_co2e",
    "solution_kg_co2e",
)
# In one order, so that two who name the same wait for one another in one direction.
NAME_INITIATIVES = """
INSERT INTO effect_initiative (effect_id, initiative_id)
SELECT $1, named FROM unnest($2::bigint[]) named ORDER BY named
"""
CLEAR_INITIATIVES = "DELETE FROM effect_initiative WHERE effect_id = $1"
NAMED_INITIATIVES = "SELECT initiative_id FROM effect_initiative WHERE effect_id = $1"
SHOW = "UPDATE effect SET visibility = $2, version = version + 1 WHERE id = $1"


class CreateEffect(NamedTuple):
    """An effect by a comparison: where, in which year, over which years, of which units."""

    comparison: int
    reference: str
    geography: str
    period_start: date
    period_end: date
    timeframe: Timeframe
    cohorts: tuple[Cohort, ...]
    value_chain: int | None = None
    initiatives: tuple[int, ...] | None = None


class UpdateEffect(NamedTuple):
    """Other units, or another comparison with the same scenario; `version` as the caller saw it."""

    effect: int
    version: int
    cohorts: tuple[Cohort, ...] | None = None
    comparison: int | None = None
    initiatives: tuple[int, ...] | None = None


class RestateEffect(NamedTuple):
    """A new effect in the place of a claimed one; what is left out is as it was."""

    effect: int
    version: int
    reference: str
    cohorts: tuple[Cohort, ...] | None = None
    comparison: int | None = None
    initiatives: tuple[int, ...] | None = None


class SetEffectVisibility(NamedTuple):
    """Who shall see an effect; `version` as the caller saw it."""

    effect: int
    version: int
    visibility: Visibility


async def create_effect(by: Principal, command: CreateEffect, today: date) -> int:
    """Record what units of a solution avoid, PRIVATE at first; returns the effect's id.

    Raises:
        NotFound: a comparison, value chain or initiative that the caller may not see.
        PermissionDenied: the caller enters no figures for the owner of the solution.
        EffectExists, UnitsCountedAlready, ReferenceTaken: there is one already.
        BadInput: the period, the place, the cohorts and the like, as they say.
    """
    async with audited(by, "effect:create", organisation_id=by.organisation_id) as open_:
        await require_visible(open_, COMPARISONS, command.comparison, by, today)
        if command.value_chain is not None:
            await require_visible(open_, VALUE_CHAINS, command.value_chain, by, today)
        stands = await stands_of(open_, command.comparison)
        solution: int = stands.comparison["solution_id"]
        await require_owner(open_, by, solution)
        reference = checked_reference(command.reference, "reference")
        check_geography(command.geography)
        start, end = command.period_start, command.period_end
        year = checked_year(start, end)
        check_within(command.geography, start, end, stands.valid())
        answer = stands.answer(command.timeframe, year, command.cohorts)
        if await open_.fetchval(TAKEN, solution, reference):
            raise ReferenceTaken().at("reference")
        key: int = await open_.fetchval(
            INSERT,
            reference,
            solution,
            command.value_chain,
            stands.comparison["reference_scenario_id"],
            command.comparison,
            command.geography,
            start,
            end,
            command.timeframe.value,
            *answer[:3],
            stands.specificity.value,
            *await _confidence(stands, answer, None),
            None,
        )
        await _explain(open_, key, command.cohorts, answer)
        await _name_initiatives(open_, by, key, command.initiatives or (), today)
    return key


async def update_effect(by: Principal, command: UpdateEffect, today: date) -> int:
    """Change the units of an effect, or what it stands on; returns its id.

    Raises:
        NotFound: an effect or a comparison that the caller may not see.
        PermissionDenied: the caller enters no figures for the owner of the solution.
        ChangedMeanwhile: somebody else changed it.
        AnotherScenario, UnitsCountedAlready, BadInput: as they say.
    """
    key = command.effect
    async with audited(by, "effect:update", organisation_id=by.organisation_id) as open_:
        await require_visible(open_, EFFECTS, key, by, today)
        [kept] = await open_.fetch(KEPT, key)
        await require_owner(open_, by, kept["solution_id"])
        check_seen(command.version, kept["version"])
        if command.comparison is not None:
            await require_visible(open_, COMPARISONS, command.comparison, by, today)
        stands, cohorts, answer = await _changed(open_, command, kept)
        row = stands.comparison
        basis = (row["id"], row["reference_scenario_id"])
        told = await _confidence(stands, answer, kept["uncertainty_seed"])
        await open_.execute(UPDATE, key, *basis, *answer[:3], stands.specificity.value, *told)
        for clear in (CLEAR_LINES, CLEAR_COHORTS):
            await open_.execute(clear, key)
        await _explain(open_, key, cohorts, answer)
        if command.initiatives is not None:
            await open_.execute(CLEAR_INITIATIVES, key)
            await _name_initiatives(open_, by, key, command.initiatives, today)
    return key


async def restate_effect(by: Principal, command: RestateEffect, today: date) -> int:
    """Record an effect in the place of a claimed one, PRIVATE at first; returns its id.

    The old one stays as it was claimed; its units are counted by the new one. Shares are agreed on
    anew.

    Raises:
        NotFound: an effect or a comparison that the caller may not see.
        PermissionDenied: the caller enters no figures for the owner of the solution.
        ChangedMeanwhile: somebody else changed it.
        EffectNotClaimed, EffectRestatedAlready, ReferenceTaken, BadInput: as they say.
    """
    async with audited(by, "effect:restate", organisation_id=by.organisation_id) as open_:
        await require_visible(open_, EFFECTS, command.effect, by, today)
        [kept] = await open_.fetch(KEPT, command.effect)
        await require_owner(open_, by, kept["solution_id"])
        check_seen(command.version, kept["version"])
        if kept["superseded"]:
            raise EffectRestatedAlready
        if not kept["claimed"]:
            raise EffectNotClaimed
        reference = checked_reference(command.reference, "reference")
        if command.comparison is not None:
            await require_visible(open_, COMPARISONS, command.comparison, by, today)
        stands, cohorts, answer = await _changed(open_, command, kept)
        if await open_.fetchval(TAKEN, kept["solution_id"], reference):
            raise ReferenceTaken().at("reference")
        key: int = await open_.fetchval(
            INSERT,
            reference,
            kept["solution_id"],
            kept["value_chain_id"],
            stands.comparison["reference_scenario_id"],
            stands.comparison["id"],
            kept["geography"],
            kept["period_start"],
            kept["period_end"],
            kept["timeframe"],
            *answer[:3],
            stands.specificity.value,
            *await _confidence(stands, answer, kept["uncertainty_seed"]),
            command.effect,
        )
        await _explain(open_, key, cohorts, answer)
        initiatives = command.initiatives
        if initiatives is None:
            rows = await open_.fetch(NAMED_INITIATIVES, command.effect)
            initiatives = tuple(row[0] for row in rows)
        await _name_initiatives(open_, by, key, initiatives, today)
    return key


async def set_effect_visibility(by: Principal, command: SetEffectVisibility, today: date) -> int:
    """Show an effect to more or fewer; returns its id.

    Raises:
        NotFound: there is none that the caller may see.
        PermissionDenied: the caller may not show it so.
        ChangedMeanwhile: somebody else changed it.
        LessVisible: its solution is shown to fewer.
    """
    key, version, shown = command
    async with audited(by, "effect:set-visibility", organisation_id=by.organisation_id) as open_:
        await require_visible(open_, EFFECTS, key, by, today)
        [kept] = await open_.fetch(KEPT, key)
        before = Visibility(kept["visibility"])
        check_visibility_change(by, kept["organisation_id"], before, shown)
        check_seen(version, kept["version"])
        if shown_to_more(shown, Visibility(kept["solution_visibility"])):
            raise LessVisible().at("visibility")
        if before != shown:
            await open_.execute(SHOW, key, shown.value)
    return key


async def _changed(
    open_: Connection, command: UpdateEffect | RestateEffect, kept: Record
) -> tuple[Stands, tuple[Cohort, ...], Answer]:
    """What a kept effect becomes: what it stands on, its units, and its result."""
    stands = await stands_of(open_, command.comparison or kept["comparison_id"])
    _check_same(stands, (kept["solution_id"], kept["scenario"]))
    start, end = kept["period_start"], kept["period_end"]
    check_within(kept["geography"], start, end, stands.valid())
    cohorts = command.cohorts
    if cohorts is None:
        rows = await open_.fetch(COHORTS, command.effect)
        cohorts = tuple(Cohort(*row) for row in rows)
    answer = stands.answer(Timeframe(kept["timeframe"]), checked_year(start, end), cohorts)
    return stands, cohorts, answer


def _check_same(stands: Stands, known: tuple[int, str]) -> None:
    row = stands.comparison
    if (row["solution_id"], row["scenario"]) != known:
        raise AnotherScenario().at("comparison")


async def _confidence(stands: Stands, answer: Answer, seed: int | None) -> tuple[object, ...]:
    """Method, seed, ends of the interval and its half as a fraction; all blank: not known.

    The seed is of nobody's choice, and kept: whoever draws again by it gets the same.
    """
    drawn = secrets.randbelow(SEEDS) if seed is None else seed
    # Drawing takes up to a second, in which others are answered.
    told = await asyncio.to_thread(stands.confidence, answer, drawn)
    return (None,) * 5 if told is None else (told.method.value, *told[1:])


async def _name_initiatives(
    connection: Connection, by: Principal, key: int, named: tuple[int, ...], today: date
) -> None:
    """Keep the initiatives under which an effect was achieved. Raises NotFound."""
    for initiative in named:
        await require_visible(connection, INITIATIVES, initiative, by, today)
    await connection.execute(NAME_INITIATIVES, key, sorted(set(named)))


async def _explain(
    connection: Connection, key: int, cohorts: tuple[Cohort, ...], answer: Answer
) -> None:
    """Keep the units and the lines of the explanation."""
    # In one order, so that two who count the same units wait for one another in one direction.
    await connection.executemany(ADD_COHORT, [(key, *cohort) for cohort in sorted(cohorts)])
    rows = [
        (key, position, line.kind.value, line.item, line.stage.value, *line[3:])
        for position, line in enumerate(answer.lines, 1)
    ]
    await connection.copy_records_to_table("effect_line", columns=LINE, records=rows)
