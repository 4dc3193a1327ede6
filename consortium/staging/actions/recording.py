"""Record what rows say, by the actions that record such things one by one.

Whatever is wrong is told by row and cell: a row with a fault is left out, and so is what stands on
it, without another fault. The caller's transaction decides whether what was recorded is kept.
"""

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from consortium.documents.sheets import Sheet, SheetRow
from consortium.effects.actions.common import Cited
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
    GwpSet,
    LifeCycleStage,
    LifePhase,
    ReferenceBasis,
    ReferenceStep,
    Specificity,
    Timeframe,
)
from consortium.kernel.errors import DomainError
from consortium.kernel.principal import Principal
from consortium.kernel.text import name_key
from consortium.organisations.actions.names import Names
from consortium.staging.rules import sheets
from consortium.staging.rules.cells import CELL_INVALID, Fault, Value, read_cells
from consortium.storage.raw import Connection

SOLUTION = "SELECT id FROM solution WHERE organisation_id = $1 AND reference = $2"
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
ROW_TWICE = "IMPORT_ROW_TWICE"
NOT_FOUND = "IMPORT_NAMES_NOTHING"
UNIT_DIFFERS = "IMPORT_UNIT_DIFFERS"
# A person begins at the top all the same.
FAULTS_MAX = 1_000

_CAPITAL = re.compile(r"(?<=[a-z0-9])([A-Z])")
# Fields of commands whose columns have another name.
_COLUMNS = {"organisation": "party", "name": "party"}


class _Faulty(Exception):
    """A row cannot be recorded; what is wrong is noted, here or where its cause is."""


class _Read(NamedTuple):
    """A row with its values."""

    sheet: Sheet
    row: SheetRow
    values: Mapping[str, Value]

    def get(self, column: str) -> Any:  # noqa: ANN401  whatever the kind of its column is
        return self.values.get(column)

    def text(self, column: str) -> str:
        return str(self.values.get(column, ""))

    def source(self, prefix: str = "source") -> Cited | None:
        cited = Cited(self.text(f"{prefix}_url"), self.text(f"{prefix}_title"))
        return cited if cited.url or cited.title else None


_Key = tuple[str, ...]


@dataclass
class Recording:
    """Records rows for a caller, and notes what is wrong with them."""

    connection: Connection
    by: Principal
    today: date
    faults: list[Fault] = field(default_factory=list[Fault])
    # Of what a sheet named: its id, or None where it could not be recorded.
    _made: dict[_Key, int | None] = field(default_factory=dict[_Key, int | None])
    _units: dict[int, str] = field(default_factory=dict[int, str])
    _series: dict[str, int] = field(default_factory=dict[str, int])
    _below: dict[str, dict[_Key, list[_Read]]] = field(
        default_factory=dict[str, dict[_Key, list[_Read]]]
    )
    _marred: set[_Key] = field(default_factory=set[_Key])
    _names: Names | None = None

    async def run(self, rows: Sequence[SheetRow]) -> None:
        """Record all that is not faulty, in the order in which rows stand on one another."""
        read = self._read(rows)
        await self._each(read["solutions"], ("reference",), "solution", self._solution)
        await self._factor_series(read["factors"])
        await self._each(read["scenarios"], ("solution", "reference"), "scenario", self._scenario)
        self._gather(read["items"], "items", ("solution", "comparison"), read["comparisons"])
        await self._each(
            read["comparisons"], ("solution", "reference"), "comparison", self._comparison
        )
        self._gather(read["cohorts"], "cohorts", ("solution", "effect"), read["effects"])
        self._gather(read["shares"], "shares", ("solution", "effect"), read["effects"])
        await self._each(read["effects"], ("solution", "reference"), "effect", self._effect)
        order = {sheet.name: place for place, sheet in enumerate(sheets.EFFECT_SHEETS)}
        self.faults.sort(key=lambda fault: (order[fault.sheet], fault.row, fault.column))

    def _read(self, rows: Sequence[SheetRow]) -> dict[str, list[_Read]]:
        """The rows of each sheet; of those with faulty cells, what they name is marred."""
        read: dict[str, list[_Read]] = {name: [] for name in sheets.SHEET_OF}
        for row in rows:
            sheet = sheets.SHEET_OF[row.sheet]
            values, faults = read_cells(sheet, row)
            if faults:
                self.faults += faults
                self._mar(row)
            else:
                read[row.sheet].append(_Read(sheet, row, values))
        return read

    def _mar(self, row: SheetRow) -> None:
        """Remember what a row keeps from being recorded, so that nothing is said of it twice."""
        own = row.cells.get("reference", "")
        solution = row.cells.get("solution", "")
        match row.sheet:
            case "solutions":
                self._made[("solution", own)] = None
            case "factors":
                self._marred.add(("series", own))
            case "scenarios" | "comparisons" | "effects":
                self._made[(row.sheet.removesuffix("s"), solution, own)] = None
            case "items":
                self._marred.add(("comparison", solution, row.cells.get("comparison", "")))
            case "cohorts" | "shares":
                self._marred.add(("effect", solution, row.cells.get("effect", "")))
            case _:
                pass

    def _fault(self, read: _Read, column: str, code: str, message: str) -> None:
        self.faults.append(Fault(read.sheet.name, read.row.number, column, code, message))

    def _gather(
        self, read: Iterable[_Read], into: str, columns: tuple[str, str], above: Sequence[_Read]
    ) -> None:
        """Put rows below those that they name, which the file must hold."""
        kind = columns[1]
        known = {(one.text("solution"), one.text("reference")) for one in above}
        below = self._below.setdefault(into, {})
        for one in read:
            key = (one.text("solution"), one.text(kind))
            if key in known:
                below.setdefault(key, []).append(one)
            elif (kind, *key) not in self._made:
                self._fault(
                    one,
                    kind,
                    NOT_FOUND,
                    f"The sheet {kind}s has no row {key[1]!r} of solution {key[0]!r}: add it, or"
                    " correct one of the two.",
                )

    async def _each(
        self,
        read: Iterable[_Read],
        columns: tuple[str, ...],
        kind: str,
        record: Callable[[_Read], Awaitable[int]],
    ) -> None:
        first: dict[_Key, int] = {}
        for one in read:
            key = (kind, *(one.text(column) for column in columns))
            number = first.setdefault(key, one.row.number)
            if number != one.row.number:
                self._fault(
                    one, columns[-1], ROW_TWICE, f"Row {number} has this reference already."
                )
                continue
            if key in self._marred or (key in self._made and self._made[key] is None):
                self._made[key] = None
                continue
            try:
                self._made[key] = await record(one)
            except _Faulty:
                self._made[key] = None
            except DomainError as error:
                self._made[key] = None
                self._tell(one, error)

    def _tell(self, one: _Read, error: DomainError) -> None:
        """Note an error of an action at the row and the cell that its path leads to."""
        path, at = list(error.path), one
        key = (one.text("solution"), one.text("reference"))
        into = {"contributions": "shares"}.get(path[0], path[0]) if path else ""
        below = self._below.get(into, {}).get(key, [])
        if len(path) > 1 and path[1].isdecimal() and int(path[1]) < len(below):
            at, path = below[int(path[1])], path[2:]
        elif len(path) > 1:
            path = path[:1]
        column = _CAPITAL.sub(r"_\1", path[0]).lower() if path else ""
        if at is not one:
            column = _COLUMNS.get(column, column) if into == "contributions" else column
        known = column if column in at.sheet.names else ""
        self._fault(at, known, error.code, error.message)

    async def _named(self, one: _Read, column: str, kind: str, *above: str) -> int:
        """The id of what a cell names, in the file or recorded before."""
        reference = one.text(column)
        key = (kind, *above, reference)
        if key in self._made or key in self._marred:
            found = self._made.get(key)
            if found is None:
                raise _Faulty
            return found
        found = await self._recorded(one, kind, *above, reference)
        if found is None:
            self._fault(
                one,
                column,
                NOT_FOUND,
                f"There is no {kind} {reference!r}, in this file or recorded before.",
            )
            raise _Faulty
        self._made[key] = found
        return found

    async def _recorded(self, one: _Read, kind: str, *key: str) -> int | None:
        if kind == "solution":
            asked: tuple[Any, ...] = (SOLUTION, self.by.organisation_id, key[0])
        else:
            solution = await self._named(one, "solution", "solution")
            asked = (SCENARIO if kind == "scenario" else COMPARISON, solution, key[1])
        found: int | None = await self.connection.fetchval(*asked)
        return found

    async def _solution(self, one: _Read) -> int:
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

    async def _factor_series(self, read: Iterable[_Read]) -> None:
        """Series by their references; what is said of one stands in its first row."""
        below: dict[str, list[_Read]] = {}
        for one in read:
            below.setdefault(one.text("reference"), []).append(one)
        heads = [rows[0] for rows in below.values()]
        self._below["points"] = {("", reference): rows for reference, rows in below.items()}
        for rows in below.values():
            for one in rows[1:]:
                for column in ("name", "unit", "geography", "gwp_set"):
                    if one.text(column) not in {"", rows[0].text(column)}:
                        self._fault(
                            one,
                            column,
                            CELL_INVALID,
                            f"Row {rows[0].row.number} says otherwise of this series: leave it"
                            " blank, or say the same.",
                        )
                        self._marred.add(("series", one.text("reference")))
        await self._each(heads, ("reference",), "series", self._one_series)

    async def _one_series(self, one: _Read) -> int:
        for column in ("name", "unit", "geography", "gwp_set"):
            if not one.text(column):
                self._fault(
                    one, column, CELL_INVALID, "The first row of a series says what it is of."
                )
                raise _Faulty
        rows = self._below["points"]["", one.text("reference")]
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

    async def _series_of(self, one: _Read) -> int | None:
        """The series that an item names, whose unit must be that of the quantities."""
        reference = one.text("factor_series")
        if not reference:
            return None
        key = ("series", reference)
        if key in self._made or key in self._marred:
            found = self._made.get(key)
            if found is None:
                raise _Faulty
        elif reference in self._series:
            found = self._series[reference]
        else:
            row = await self.connection.fetchrow(SERIES, reference)
            if row is None:
                self._fault(
                    one,
                    "factor_series",
                    NOT_FOUND,
                    f"There is no series {reference!r}, in this file or recorded before.",
                )
                raise _Faulty
            found = self._series[reference] = int(row["id"])
            self._units[found] = row["unit"]
        unit = one.text("quantity_unit")
        if unit and unit != self._units[found]:
            self._fault(
                one,
                "quantity_unit",
                UNIT_DIFFERS,
                f"The series {reference!r} is per {self._units[found]}, and the quantities are in"
                f" {unit}: convert them to {self._units[found]}.",
            )
            raise _Faulty
        return found

    async def _scenario(self, one: _Read) -> int:
        solution = await self._named(one, "solution", "solution")
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

    async def _comparison(self, one: _Read) -> int:
        scenario = await self._named(one, "scenario", "scenario", one.text("solution"))
        rows = self._below["items"].get((one.text("solution"), one.text("reference")), [])
        items, faulty = list[ItemOf](), False
        for row in rows:
            # Every item is looked at, so that all that is wrong is told at once.
            try:
                items.append(await self._item(row))
            except _Faulty:
                faulty = True
        if faulty:
            raise _Faulty
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

    async def _item(self, one: _Read) -> ItemOf:
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

    async def _effect(self, one: _Read) -> int:
        comparison = await self._named(one, "comparison", "comparison", one.text("solution"))
        chain = one.text("value_chain")
        chain_id = await self.connection.fetchval(CHAIN, name_key(chain)) if chain else None
        if chain and chain_id is None:
            self._fault(one, "value_chain", NOT_FOUND, f"There is no value chain {chain!r}.")
            raise _Faulty
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
                for row in self._below["cohorts"].get(key, [])
            ),
            value_chain=chain_id,
        )
        effect = await create_effect(self.by, command, self.today)
        await self._shares(one, effect, self._below["shares"].get(key, []))
        return effect

    async def _shares(self, one: _Read, effect: int, rows: Sequence[_Read]) -> None:
        remainder = one.get("remainder")
        if not rows and remainder is None:
            return
        parties = [await self._party(row) for row in rows]
        if None in parties:
            raise _Faulty
        command = ProposeAllocation(
            effect, tuple(party for party in parties if party is not None), remainder or Decimal(0)
        )
        await propose_allocation(self.by, command, self.today)

    async def _party(self, one: _Read) -> Party | None:
        kind, role = PartyKind(one.text("kind")), ContributorRole(one.text("role"))
        if kind is not PartyKind.MEMBER:
            return Party(kind, role, name=one.text("party"), share=one.get("share"))
        if self._names is None:
            self._names = await Names.load(self.connection)
        found = self._names.find(one.text("party"))
        if found is None:
            self._fault(
                one,
                "party",
                NOT_FOUND,
                f"No organisation is listed as {one.text('party')!r}: write its name as the"
                " consortium lists it.",
            )
            return None
        return Party(kind, role, organisation=found, share=one.get("share"))
