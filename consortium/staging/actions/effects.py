"""Record workbooks of effects, with all that they stand on."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import ClassVar

from consortium.effects.actions.comparisons import (
    CreateComparison,
    CreateFactorSeries,
    ItemOf,
    create_comparison,
    create_factor_series,
)
from consortium.effects.actions.effects import CreateEffect, create_effect
from consortium.effects.actions.references import (
    CreateReferenceScenario,
    create_reference_scenario,
)
from consortium.effects.actions.shares import Party, ProposeAllocation, propose_allocation
from consortium.effects.actions.solutions import CreateSolution, create_solution
from consortium.effects.rules.comparisons import Point
from consortium.effects.rules.shares import ContributorRole, PartyKind
from consortium.effects.rules.timeframes import Cohort
from consortium.effects.rules.vocabulary import (
    Accounting,
    FactorsBeyond,
    LifeCycleStage,
    LifePhase,
    ReferenceBasis,
    ReferenceStep,
    Specificity,
    Timeframe,
)
from consortium.kernel.gases import GwpSet
from consortium.kernel.text import name_key
from consortium.organisations.actions.names import Names
from consortium.staging.actions.recording import (
    NOT_FOUND,
    Below,
    Faulty,
    Named,
    Read,
    Recording,
)
from consortium.staging.rules.cells import CELL_INVALID
from consortium.staging.rules.effect_sheets import EFFECT_SHEETS

SERIES = "SELECT id, unit FROM factor_series WHERE reference = $1 ORDER BY edition DESC LIMIT 1"
SCENARIO = """
SELECT r.id FROM reference_scenario r WHERE r.solution_id = $1 AND r.reference = $2
ORDER BY r.edition DESC LIMIT 1
"""
COMPARISON = """
SELECT c.id FROM comparison c WHERE c.solution_id = $1 AND c.reference = $2
ORDER BY c.edition DESC LIMIT 1
"""
CHAIN = "SELECT id FROM value_chain WHERE name_key = $1"
UNIT_DIFFERS = "IMPORT_UNIT_DIFFERS"
_OF_SERIES = ("name", "unit", "geography", "gwp_set")


@dataclass
class EffectRecording(Recording):
    """Records solutions, factors, scenarios, comparisons, effects and their shares."""

    SHEETS = EFFECT_SHEETS
    NAMES: ClassVar[Mapping[str, Named]] = {
        "solutions": Named("solution", ("reference",)),
        "factors": Named("series", ("reference",), whole=False),
        "scenarios": Named("scenario", ("solution", "reference")),
        "comparisons": Named("comparison", ("solution", "reference")),
        "items": Named("comparison", ("solution", "comparison"), whole=False),
        "effects": Named("effect", ("solution", "reference")),
        "cohorts": Named("effect", ("solution", "effect"), whole=False),
        "shares": Named("effect", ("solution", "effect"), whole=False),
    }
    BELOW: ClassVar[Mapping[str, Below]] = {
        "contributions": Below("shares", {"organisation": "party", "name": "party"}),
        "points": Below("factors"),
    }

    _units: dict[int, str] = field(default_factory=dict[int, str])
    _series: dict[str, int] = field(default_factory=dict[str, int])
    _names: Names | None = None

    async def record(self, read: Mapping[str, Sequence[Read]]) -> None:
        """Record the rows, which are given by their sheets."""
        await self.each(read["solutions"], "solutions", self._solution)
        await self._factor_series(read["factors"])
        await self.each(read["scenarios"], "scenarios", self._scenario)
        self.gather(read, "items")
        await self.each(read["comparisons"], "comparisons", self._comparison)
        self.gather(read, "cohorts")
        self.gather(read, "shares")
        await self.each(read["effects"], "effects", self._effect)

    async def recorded(self, one: Read, kind: str, *key: str) -> int | None:
        """A solution of the organisation, or a scenario or comparison of one of its solutions."""
        if kind == "solution":
            return await self.own_solution(key[0])
        solution = await self.named(one, "solution", "solution")
        asked = SCENARIO if kind == "scenario" else COMPARISON
        found: int | None = await self.connection.fetchval(asked, solution, key[1])
        return found

    async def _solution(self, one: Read) -> int:
        command = CreateSolution(
            reference=one.text("reference"),
            name=one.text("name"),
            category=one.text("category"),
            function=one.text("function"),
            functional_unit=one.text("functional_unit"),
            unit=one.text("unit"),
            lifetime_years=one.get("lifetime_years"),
            description=one.text("description"),
            fossil_use=one.get("fossil_use"),
            fossil_reason=one.text("fossil_reason"),
        )
        return await create_solution(self.by, command, self.today)

    async def _factor_series(self, read: Iterable[Read]) -> None:
        """Series by their references; what is said of one stands in its first row."""
        below: dict[str, list[Read]] = {}
        for one in read:
            below.setdefault(one.text("reference"), []).append(one)
        heads = [rows[0] for rows in below.values()]
        self.below["factors"] = {(reference,): rows for reference, rows in below.items()}
        for rows in below.values():
            for one in rows[1:]:
                for column in _OF_SERIES:
                    if one.text(column) not in {"", rows[0].text(column)}:
                        self.fault(
                            one,
                            column,
                            CELL_INVALID,
                            f"Row {rows[0].row.number} says otherwise of this series: leave it"
                            " blank, or say the same.",
                        )
                        self.marred.add(("series", one.text("reference")))
        await self.each(heads, "factors", self._one_series)

    async def _one_series(self, one: Read) -> int:
        for column in _OF_SERIES:
            if not one.text(column):
                self.fault(
                    one, column, CELL_INVALID, "The first row of a series says what it is of."
                )
                raise Faulty
        rows = self.below["factors"][(one.text("reference"),)]
        command = CreateFactorSeries(
            reference=one.text("reference"),
            last_edition=one.get("last_edition") or 0,
            name=one.text("name"),
            unit=one.text("unit"),
            geography=one.text("geography"),
            gwp_set=GwpSet(one.text("gwp_set")),
            points=tuple(
                Point(row.get("year"), row.get("value"), row.get("uncertainty")) for row in rows
            ),
            source=one.source(),
        )
        key = await create_factor_series(self.by, command, self.today)
        self._units[key] = command.unit
        return key

    async def _series_of(self, one: Read) -> int | None:
        """The series that an item names, whose unit must be that of the quantities."""
        reference = one.text("factor_series")
        if not reference:
            return None
        key = ("series", reference)
        if key in self.made or key in self.marred:
            found = self.made.get(key)
            if found is None:
                raise Faulty
        elif reference in self._series:
            found = self._series[reference]
        else:
            row = await self.connection.fetchrow(SERIES, reference)
            if row is None:
                self.fault(
                    one,
                    "factor_series",
                    NOT_FOUND,
                    f"There is no series {reference!r}, in this file or recorded before.",
                )
                raise Faulty
            found = self._series[reference] = int(row["id"])
            self._units[found] = row["unit"]
        unit = one.text("quantity_unit")
        if unit and unit != self._units[found]:
            self.fault(
                one,
                "quantity_unit",
                UNIT_DIFFERS,
                f"The series {reference!r} is per {self._units[found]}, and the quantities are in"
                f" {unit}: convert them to {self._units[found]}.",
            )
            raise Faulty
        return found

    async def _scenario(self, one: Read) -> int:
        solution = await self.named(one, "solution", "solution")
        command = CreateReferenceScenario(
            solution=solution,
            reference=one.text("reference"),
            last_edition=one.get("last_edition") or 0,
            path=tuple(ReferenceStep(step) for step in one.get("path")),
            basis=ReferenceBasis(one.text("basis")),
            reason=one.text("reason"),
            description=one.text("description"),
            geography=one.text("geography"),
            remaining_life_years=one.get("remaining_life_years"),
            legal_minimum=one.text("legal_minimum"),
            legal_source=one.source("legal_source"),
            legal_cap_kg_co2e=one.get("legal_cap_kg_co2e"),
            valid_from=one.get("valid_from"),
            valid_to=one.get("valid_to"),
            source=one.source(),
        )
        return await create_reference_scenario(self.by, command, self.today)

    async def _comparison(self, one: Read) -> int:
        scenario = await self.named(one, "scenario", "scenario", one.text("solution"))
        rows = self.below["items"].get((one.text("solution"), one.text("reference")), [])
        items, faulty = list[ItemOf](), False
        for row in rows:
            # Every item is looked at, so that all that is wrong is told at once.
            try:
                items.append(await self._item(row))
            except Faulty:
                faulty = True
        if faulty:
            raise Faulty
        command = CreateComparison(
            reference_scenario=scenario,
            reference=one.text("reference"),
            last_edition=one.get("last_edition") or 0,
            accounting=Accounting(one.text("accounting")),
            gwp_set=GwpSet(one.text("gwp_set")),
            boundary=one.text("boundary"),
            base_year=one.get("base_year"),
            rebound=one.get("rebound"),
            rebound_reason=one.text("rebound_reason"),
            factors_beyond=FactorsBeyond(one.text("factors_beyond")),
            items=tuple(items),
        )
        return await create_comparison(self.by, command, self.today)

    async def _item(self, one: Read) -> ItemOf:
        return ItemOf(
            stage=LifeCycleStage(one.text("stage")),
            name=one.text("name"),
            specificity=Specificity(one.text("specificity")),
            phase=LifePhase(one.text("phase") or LifePhase.WHOLE_LIFE),
            year_of_life=one.get("year_of_life"),
            reference_kg_co2e=one.get("reference_kg_co2e"),
            solution_kg_co2e=one.get("solution_kg_co2e"),
            factor_series=await self._series_of(one),
            reference_quantity=one.get("reference_quantity"),
            solution_quantity=one.get("solution_quantity"),
            equal_because=one.text("equal_because"),
            reference_uncertainty=one.get("reference_uncertainty"),
            solution_uncertainty=one.get("solution_uncertainty"),
            shares_error_with=one.get("shares_error_with"),
            source=one.source(),
        )

    async def _effect(self, one: Read) -> int:
        comparison = await self.named(one, "comparison", "comparison", one.text("solution"))
        chain = one.text("value_chain")
        chain_id = await self.connection.fetchval(CHAIN, name_key(chain)) if chain else None
        if chain and chain_id is None:
            self.fault(one, "value_chain", NOT_FOUND, f"There is no value chain {chain!r}.")
            raise Faulty
        key = (one.text("solution"), one.text("reference"))
        command = CreateEffect(
            comparison=comparison,
            reference=one.text("reference"),
            geography=one.text("geography"),
            period_start=one.get("period_start"),
            period_end=one.get("period_end"),
            timeframe=Timeframe(one.text("timeframe")),
            cohorts=tuple(
                Cohort(row.get("sold_year"), row.get("units"), row.get("retired") or Decimal(0))
                for row in self.below["cohorts"].get(key, [])
            ),
            value_chain=chain_id,
        )
        effect = await create_effect(self.by, command, self.today)
        await self._shares(one, effect, self.below["shares"].get(key, []))
        return effect

    async def _shares(self, one: Read, effect: int, rows: Sequence[Read]) -> None:
        remainder = one.get("remainder")
        if not rows and remainder is None:
            return
        parties = [await self._party(row) for row in rows]
        if None in parties:
            raise Faulty
        command = ProposeAllocation(
            effect, tuple(party for party in parties if party is not None), remainder or Decimal(0)
        )
        await propose_allocation(self.by, command, self.today)

    async def _party(self, one: Read) -> Party | None:
        kind, role = PartyKind(one.text("kind")), ContributorRole(one.text("role"))
        if kind is not PartyKind.MEMBER:
            return Party(kind, role, name=one.text("party"), share=one.get("share"))
        if self._names is None:
            self._names = await Names.load(self.connection)
        found = self._names.find(one.text("party"))
        if found is None:
            self.fault(
                one,
                "party",
                NOT_FOUND,
                f"No organisation is listed as {one.text('party')!r}: write its name as the"
                " consortium lists it.",
            )
            return None
        return Party(kind, role, organisation=found, share=one.get("share"))
