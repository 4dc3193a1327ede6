"""Examples of effects that pin the arithmetic. They are nobody's figures, and say so everywhere.

Seen by members alone, and in no total of what companies disclose.
"""

from collections.abc import Awaitable, Callable
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from consortium.effects.actions.common import Cited
from consortium.effects.actions.comparisons import (
    CreateComparison,
    CreateFactorSeries,
    ItemOf,
    create_comparison,
    create_factor_series,
)
from consortium.effects.actions.effects import (
    CreateEffect,
    SetEffectVisibility,
    create_effect,
    set_effect_visibility,
)
from consortium.effects.actions.references import CreateReferenceScenario, create_reference_scenario
from consortium.effects.actions.shares import Party, ProposeAllocation, propose_allocation
from consortium.effects.actions.solutions import (
    CreateSolution,
    UpdateSolution,
    create_solution,
    update_solution,
)
from consortium.effects.rules.comparisons import Point
from consortium.effects.rules.shares import ContributorRole, PartyKind
from consortium.effects.rules.timeframes import Cohort
from consortium.effects.rules.vocabulary import (
    Accounting,
    FactorsBeyond,
    LifeCycleStage,
    ReferenceBasis,
    ReferenceStep,
    Specificity,
    Timeframe,
)
from consortium.kernel.gases import GwpSet
from consortium.kernel.principal import Permission, Principal, Rights
from consortium.kernel.text import name_key
from consortium.kernel.visibility import Visibility
from consortium.storage.database import Database, transaction
from consortium.storage.raw import raw

# Real members: the demo's accounts act for the first. How they would share an example is proposed
# to them, and nobody is shown as having agreed.
OWNER, OTHERS = "Alibaba Group", ("General Electric", "Apple")
NOTE = "An example with made-up figures, which pins the arithmetic. It is nobody's claim."
EQUAL = "An example: left out, as if both sides were equal."
CARBON_TRUST = Cited(title="Carbon Trust: 500 against 400 kWh a day at 0.43 kg CO2e per kWh")

_MEMBER = """
SELECT o.id FROM organisation o JOIN membership m ON m.organisation_id = o.id
WHERE o.name_key = $1 AND m.status = 'MEMBER'
"""
_KNOWN = "SELECT id FROM {} WHERE reference = $1 AND {} = $2 ORDER BY id LIMIT 1"
_SHARED = "SELECT EXISTS (SELECT FROM effect_allocation WHERE effect_id = $1)"
_HIDDEN = "SELECT version FROM {} WHERE id = $1 AND visibility = 'PRIVATE'"
_MAY = frozenset({Permission.FIGURES_READ, Permission.FIGURES_WRITE, Permission.FIGURES_APPROVE})


class Example(NamedTuple):
    """A solution with one comparison, and its effects: reference, timeframe, year, units sold."""

    reference: str
    name: str
    lifetime_years: int
    items: tuple[ItemOf, ...]
    effects: tuple[tuple[str, Timeframe, int, dict[int, int]], ...]
    rebound: str = "0"


def _item(stage: LifeCycleStage, reference: str, solution: str) -> ItemOf:
    return ItemOf(
        stage,
        "Example",
        Specificity.SPECIFIC,
        reference_kg_co2e=Decimal(reference),
        solution_kg_co2e=Decimal(solution),
    )


def _examples(grid: int) -> tuple[Example, ...]:
    year_on_year, forward = Timeframe.YEAR_ON_YEAR, Timeframe.FORWARD_LOOKING
    meter = ItemOf(
        LifeCycleStage.USE,
        "Electricity of a year of 365 days",
        Specificity.SPECIFIC,
        factor_series=grid,
        reference_quantity=Decimal(500 * 365),
        solution_quantity=Decimal(400 * 365),
        source=CARBON_TRUST,
    )
    return (
        Example(
            "example-device",
            "Example: a device that uses less (made up)",
            15,
            (
                _item(LifeCycleStage.MANUFACTURING, "500", "1500"),
                _item(LifeCycleStage.USE, "2000", "800"),
            ),
            (
                ("in-use-2022", year_on_year, 2022, {2022: 1000}),
                ("in-use-2023", year_on_year, 2023, {2022: 1000, 2023: 500}),
                ("in-use-2024", year_on_year, 2024, {2022: 1000, 2023: 500, 2024: 800}),
                ("sold-2025", forward, 2025, {2025: 1000}),
            ),
        ),
        Example(
            "example-meter",
            "Example: electricity saved (Carbon Trust)",
            1,
            (meter,),
            (("in-use-2025", year_on_year, 2025, {2025: 1}),),
        ),
        Example(
            "example-rebound",
            "Example: more use of what is better (made up)",
            1,
            (_item(LifeCycleStage.USE, "200", "120"),),
            (("in-use-2025", year_on_year, 2025, {2025: 1}),),
            rebound="0.1",
        ),
        Example(
            "example-worse",
            "Example: a solution that emits more (made up)",
            1,
            (_item(LifeCycleStage.USE, "900", "950"),),
            (("in-use-2025", year_on_year, 2025, {2025: 1}),),
        ),
    )


async def show_examples(database: Database, today: date) -> None:
    """Record what is missing of the examples; nothing where the demo's members are not there."""
    with database.active():
        owner, *others = [await _found(_MEMBER, name_key(one)) for one in (OWNER, *OTHERS)]
        if owner is None:
            return
        rights = Rights(is_member=True, has_organisation=True, permissions=_MAY)
        maker = _Maker(Principal(rights, owner), owner, today)
        grid = await maker.grid()
        shared = None
        for one in _examples(grid):
            effects = await maker.effects(one)
            shared = shared or effects[-1]
        members = [one for one in others if one is not None]
        if shared is not None and len(members) == len(OTHERS):
            await maker.share(shared, members)


class _Maker(NamedTuple):
    by: Principal
    owner: int
    today: date

    async def grid(self) -> int:
        """The factor of the Carbon Trust's example."""
        points = (Point(2025, Decimal("0.43")),)
        made = CreateFactorSeries(
            "example-grid", 0, "Example: a grid", "kWh", "GLOBAL", GwpSet.AR5, points, CARBON_TRUST
        )
        return await self._once(
            "factor_series",
            "organisation_id",
            self.owner,
            made.reference,
            lambda: create_factor_series(self.by, made, self.today),
        )

    async def effects(self, example: Example) -> list[int]:
        """All of an example, as far as it is missing; its effects."""
        solution = await self._solution(example)
        scenario = CreateReferenceScenario(
            solution,
            "example",
            0,
            (ReferenceStep.NOTHING_IN_PLACE,),
            ReferenceBasis.MARKET_AVERAGE,
            NOTE,
            NOTE,
            "GLOBAL",
        )
        compared_with = await self._once(
            "reference_scenario",
            "solution_id",
            solution,
            "example",
            lambda: create_reference_scenario(self.by, scenario, self.today),
        )
        compared = await self._once(
            "comparison",
            "solution_id",
            solution,
            "example",
            lambda: create_comparison(self.by, _comparison(example, compared_with), self.today),
        )
        return [await self._effect(solution, _effect(compared, *one)) for one in example.effects]

    async def share(self, effect: int, others: list[int]) -> None:
        """50, 30 and 20 %, as a proposal."""
        if await _found(_SHARED, effect):
            return
        lines = zip((self.owner, *others), ("0.5", "0.3", "0.2"), strict=True)
        parties = tuple(
            Party(PartyKind.MEMBER, ContributorRole.EXTENSIVE, one, share=Decimal(share))
            for one, share in lines
        )
        proposed = ProposeAllocation(effect, parties, Decimal(0), NOTE)
        await propose_allocation(self.by, proposed, self.today)

    async def _solution(self, example: Example) -> int:
        given = CreateSolution(
            example.reference,
            example.name,
            "Example",
            "An example",
            "One piece for a year",
            "piece",
            Decimal(example.lifetime_years),
            NOTE,
        )
        key = await self._once(
            "solution",
            "organisation_id",
            self.owner,
            example.reference,
            lambda: create_solution(self.by, given, self.today),
        )
        version = await _found(_HIDDEN.format("solution"), key)
        if version is not None:
            shown = UpdateSolution(key, version, visibility=Visibility.CONSORTIUM)
            await update_solution(self.by, shown, self.today)
        return key

    async def _effect(self, solution: int, given: CreateEffect) -> int:
        key = await self._once(
            "effect",
            "solution_id",
            solution,
            given.reference,
            lambda: create_effect(self.by, given, self.today),
        )
        version = await _found(_HIDDEN.format("effect"), key)
        if version is not None:
            shown = SetEffectVisibility(key, version, Visibility.CONSORTIUM)
            await set_effect_visibility(self.by, shown, self.today)
        return key

    async def _once(
        self,
        table: str,
        column: str,
        within: int,
        reference: str,
        make: Callable[[], Awaitable[int]],
    ) -> int:
        known = await _found(_KNOWN.format(table, column), reference, within)
        return await make() if known is None else known


def _comparison(example: Example, scenario: int) -> CreateComparison:
    said = {item.stage for item in example.items}
    equal = tuple(
        ItemOf(stage, "Example", Specificity.SPECIFIC, equal_because=EQUAL)
        for stage in LifeCycleStage
        if stage not in said
    )
    return CreateComparison(
        scenario,
        "example",
        0,
        Accounting.ATTRIBUTIONAL,
        GwpSet.AR5,
        "Cradle to grave, in an example.",
        2025,
        Decimal(example.rebound),
        NOTE,
        FactorsBeyond.REFUSED,
        example.items + equal,
    )


def _effect(
    comparison: int, reference: str, timeframe: Timeframe, year: int, sold: dict[int, int]
) -> CreateEffect:
    cohorts = tuple(Cohort(of, Decimal(units)) for of, units in sold.items())
    start, end = date(year, 1, 1), date(year, 12, 31)
    return CreateEffect(comparison, reference, "GLOBAL", start, end, timeframe, cohorts)


async def _found(query: str, *values: object) -> int | None:
    async with transaction() as client:
        found: int | None = await raw(client).fetchval(query, *values)
    return found
