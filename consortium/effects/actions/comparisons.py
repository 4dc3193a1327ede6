"""Record factor series and comparisons: an edition after the other, never overwritten."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from consortium.audit.actions import audited
from consortium.effects.actions.common import (
    Cited,
    citation_of,
    require_owner,
    writing_organisation,
)
from consortium.effects.actions.demands import Computed, Demands, computed_of
from consortium.effects.reads.comparisons import FACTOR_SERIES
from consortium.effects.reads.solutions import REFERENCE_SCENARIOS
from consortium.effects.rules.comparisons import (
    GivenItem,
    Point,
    check_items,
    check_points,
    checked_rebound,
)
from consortium.effects.rules.confidence import Felt, chosen_method
from consortium.effects.rules.texts import checked_reference, checked_statement, checked_text
from consortium.effects.rules.vocabulary import (
    Accounting,
    FactorsBeyond,
    LifeCycleStage,
    LifePhase,
    Specificity,
    UncertaintyMethod,
)
from consortium.kernel.errors import PermissionDenied, check_seen
from consortium.kernel.gases import GwpSet
from consortium.kernel.places import check_geography
from consortium.kernel.principal import Principal
from consortium.query.visible import require_visible
from consortium.storage.raw import Connection
from consortium.value_chains.rules.demands import Demand

# Editions of one series wait for one another, also the first ones.
LOCK_SERIES = "SELECT pg_advisory_xact_lock(hashtextextended('factor_series ' || $1, 0))"
LAST_SERIES = """
SELECT edition, organisation_id FROM factor_series WHERE reference = $1
ORDER BY edition DESC LIMIT 1
"""
INSERT_SERIES = """
INSERT INTO factor_series (organisation_id, reference, edition, name, unit, geography, gwp_set,
    citation_id)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id
"""
INSERT_POINT = """
INSERT INTO factor_point (series_id, year, value, uncertainty) VALUES ($1, $2, $3, $4)
"""
SCENARIO = """
SELECT r.solution_id, s.lifetime_years, r.remaining_life_years, r.legal_cap_kg_co2e
FROM reference_scenario r JOIN solution s ON s.id = r.solution_id
WHERE r.id = $1 FOR UPDATE OF s
"""
LAST = "SELECT coalesce(max(edition), 0) FROM comparison WHERE solution_id = $1 AND reference = $2"
INSERT = """
INSERT INTO comparison (solution_id, reference_scenario_id, reference, edition, accounting,
    gwp_set, boundary, base_year, rebound, rebound_reason, factors_beyond, uncertainty_method)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) RETURNING id
"""
ITEM = (
    "comparison_id",
    "position",
    "stage",
    "name",
    "phase",
    "year_of_life",
    "reference_kg_co2e",
    "solution_kg_co2e",
    "reference_activity_id",
    "solution_activity_id",
    "reference_demand",
    "solution_demand",
    "factor_series_id",
    "reference_quantity",
    "solution_quantity",
    "equal_because",
    "reference_uncertainty",
    "solution_uncertainty",
    "reference_draws",
    "solution_draws",
    "shares_error_with",
    "specificity",
    "citation_id",
)
SERIES = "SELECT id, reference, gwp_set FROM factor_series WHERE id = ANY ($1) FOR SHARE"


class CreateFactorSeries(NamedTuple):
    """A factor year by year, in kg CO2e per `unit`; `last_edition` as the caller saw it, else 0."""

    reference: str
    last_edition: int
    name: str
    unit: str
    geography: str
    gwp_set: GwpSet
    points: tuple[Point, ...]
    source: Cited | None = None


class ItemOf(NamedTuple):
    """An item: what one unit emits at a stage, on one side or on both.

    What a demand on a value chain emits is computed when the comparison is recorded.
    """

    stage: LifeCycleStage
    name: str
    specificity: Specificity
    phase: LifePhase = LifePhase.WHOLE_LIFE
    year_of_life: int | None = None
    reference_kg_co2e: Decimal | None = None
    solution_kg_co2e: Decimal | None = None
    factor_series: int | None = None
    reference_quantity: Decimal | None = None
    solution_quantity: Decimal | None = None
    equal_because: str = ""
    reference_uncertainty: Decimal | None = None
    solution_uncertainty: Decimal | None = None
    shares_error_with: str | None = None
    source: Cited | None = None
    reference_demand: Demand | None = None
    solution_demand: Demand | None = None


class CreateComparison(NamedTuple):
    """A comparison with all its items, or a new edition of one; `last_edition` as seen, else 0."""

    reference_scenario: int
    reference: str
    last_edition: int
    accounting: Accounting
    gwp_set: GwpSet
    boundary: str
    base_year: int
    rebound: Decimal
    rebound_reason: str
    factors_beyond: FactorsBeyond
    items: tuple[ItemOf, ...]
    uncertainty_method: UncertaintyMethod | None = None


async def create_factor_series(by: Principal, command: CreateFactorSeries, today: date) -> int:
    """Record a series of factors, which everyone sees; returns its id.

    Raises:
        PermissionDenied: the caller enters no figures, or the series is another organisation's.
        ChangedMeanwhile: there is a later edition than the caller saw.
        FactorsInvalid, BadInput: as they say.
    """
    del today
    async with audited(by, "factor-series:create", organisation_id=by.organisation_id) as open_:
        owner = writing_organisation(by)
        check_points(command.points)
        check_geography(command.geography)
        reference = checked_reference(command.reference, "reference")
        await open_.execute(LOCK_SERIES, reference)
        last = await open_.fetchrow(LAST_SERIES, reference)
        if last is not None and last["organisation_id"] != owner:
            raise PermissionDenied
        check_seen(command.last_edition, 0 if last is None else last["edition"])
        key: int = await open_.fetchval(
            INSERT_SERIES,
            owner,
            reference,
            command.last_edition + 1,
            checked_statement(command.name, "name"),
            checked_text(command.unit, "unit"),
            command.geography,
            command.gwp_set.value,
            await citation_of(open_, command.source),
        )
        await open_.executemany(INSERT_POINT, [(key, *point) for point in command.points])
    return key


async def create_comparison(by: Principal, command: CreateComparison, today: date) -> int:
    """Record a comparison with a reference scenario; returns its id.

    Raises:
        NotFound: a scenario, factor series or activity that the caller may not see.
        PermissionDenied: the caller enters no figures for the owner of the solution, or demands of
            a version of another that is not shown.
        ChangedMeanwhile: there is a later edition than the caller saw.
        DrawsNeeded: the errors are not independent, and ANALYTIC was asked for.
        ChainVersionNotInForce, GasNotInSet and the like: of demands, as `computed_of`.
        BadInput: items, stages, phases, GWP sets and the like, as they say.
    """
    scenario = command.reference_scenario
    async with audited(by, "comparison:create", organisation_id=by.organisation_id) as open_:
        await require_visible(open_, REFERENCE_SCENARIOS, scenario, by, today)
        [(solution, lifetime, remaining, cap)] = await open_.fetch(SCENARIO, scenario)
        await require_owner(open_, by, solution)
        rebound_reason = checked_rebound(command.rebound, command.rebound_reason)
        reference = checked_reference(command.reference, "reference")
        used = await _series(open_, by, command.items, today)
        given = [_given(item, used) for item in command.items]
        check_items(given, command.gwp_set, lifetime, remaining)
        last: int = await open_.fetchval(LAST, solution, reference)
        check_seen(command.last_edition, last)
        boundary = checked_statement(command.boundary, "boundary")
        demands = [_demands(item) for item in command.items]
        computed = await computed_of(open_, by, demands, command.gwp_set, today)
        felt = [
            _felt(item, used, sides) for item, sides in zip(command.items, computed, strict=True)
        ]
        method = chosen_method(command.uncertainty_method, felt, capped=cap is not None)
        key: int = await open_.fetchval(
            INSERT,
            solution,
            scenario,
            reference,
            last + 1,
            command.accounting.value,
            command.gwp_set.value,
            boundary,
            command.base_year,
            command.rebound,
            rebound_reason,
            command.factors_beyond.value,
            method.value,
        )
        await _add_items(open_, key, command.items, computed)
    return key


class _Series(NamedTuple):
    name: str
    gwp_set: GwpSet


async def _series(
    connection: Connection, by: Principal, items: Sequence[ItemOf], today: date
) -> dict[int, _Series]:
    """The factor series that are used. Raises NotFound."""
    used = {item.factor_series for item in items if item.factor_series is not None}
    for series in sorted(used):
        await require_visible(connection, FACTOR_SERIES, series, by, today)
    rows = await connection.fetch(SERIES, sorted(used))
    return {row["id"]: _Series(row["reference"], GwpSet(row["gwp_set"])) for row in rows}


def _demands(item: ItemOf) -> Demands:
    return item.reference_demand, item.solution_demand


def _felt(item: ItemOf, used: Mapping[int, _Series], computed: Computed) -> Felt:
    """By what the item's error is shared. Editions of one series are one source."""
    series = item.factor_series
    sides = (
        (item.reference_kg_co2e, item.reference_quantity),
        (item.solution_kg_co2e, item.solution_quantity),
    )
    return Felt(
        sum(side != (None, None) for side in sides),
        item.shares_error_with,
        None if series is None else used[series].name,
        computed.is_drawn,
    )


def _given(item: ItemOf, used: Mapping[int, _Series]) -> GivenItem:
    series = item.factor_series
    return GivenItem(
        item.stage,
        item.specificity,
        item.name,
        item.phase,
        item.year_of_life,
        item.reference_kg_co2e,
        item.solution_kg_co2e,
        item.reference_quantity,
        item.solution_quantity,
        series is not None,
        None if series is None else used[series].gwp_set,
        item.equal_because,
        item.reference_uncertainty,
        item.solution_uncertainty,
        item.shares_error_with,
        *(None if demand is None else demand.amount for demand in _demands(item)),
    )


async def _add_items(
    connection: Connection, key: int, items: Sequence[ItemOf], computed: Sequence[Computed]
) -> None:
    rows: list[tuple[object, ...]] = []
    for position, (item, (reference, solution)) in enumerate(zip(items, computed, strict=True), 1):
        demands = _demands(item)
        amounts = (
            item.reference_kg_co2e if reference is None else reference.kg_co2e,
            item.solution_kg_co2e if solution is None else solution.kg_co2e,
            *(None if demand is None else demand.activity for demand in demands),
            *(None if demand is None else demand.amount for demand in demands),
            item.factor_series,
            item.reference_quantity,
            item.solution_quantity,
        )
        quality = (
            item.equal_because.strip(),
            item.reference_uncertainty if reference is None else reference.uncertainty,
            item.solution_uncertainty if solution is None else solution.uncertainty,
            *(None if side is None else side.draws for side in (reference, solution)),
            item.shares_error_with,
            item.specificity.value,
            await citation_of(connection, item.source),
        )
        place = (item.stage.value, item.name.strip(), item.phase.value, item.year_of_life)
        rows.append((key, position, *place, *amounts, *quality))
    await connection.copy_records_to_table("comparison_item", columns=ITEM, records=rows)
