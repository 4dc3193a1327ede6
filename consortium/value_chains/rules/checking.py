"""Whether a stated system can be recorded and solved; if not, what is wrong, by row and column.

Everything is looked at column by column, once; a system of 100 000 activities takes seconds.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Final, NamedTuple

from consortium.kernel.errors import DomainError
from consortium.kernel.places import GEOGRAPHIES
from consortium.kernel.quantities import exact_sum
from consortium.kernel.text import name_key
from consortium.kernel.uncertainty import Estimate, estimated_sum
from consortium.value_chains.rules.cells import Cells
from consortium.value_chains.rules.gas_names import gas_named
from consortium.value_chains.rules.solvable import told_unsolvable
from consortium.value_chains.rules.stated import (
    CheckedActivity,
    CheckedEmission,
    CheckedExchange,
    CheckedSystem,
    FaultCode,
    Faults,
    Place,
    StatedSystem,
)
from consortium.value_chains.rules.units import UnitUnknown, converted, unit_of

SHARES_WITHIN: Final = Decimal("1E-9")
_ONE: Final = Decimal(1)


class Known(NamedTuple):
    """What a system may name that is on record.

    `organisation`: its id by a name, or None; `stages`: ids by the keys of names.
    """

    organisation: Callable[[str], int | None]
    stages: Mapping[str, int]


class Checked(NamedTuple):
    """The system, or None where there are faults."""

    system: CheckedSystem | None
    faults: Faults


def checked(stated: StatedSystem, known: Known) -> Checked:
    """The system that is stated, if it can be recorded and solved; all that is wrong otherwise."""
    return _Checking(stated, known, stated.faults).run()


@dataclass
class _Checking:
    stated: StatedSystem
    known: Known
    faults: Faults
    # Pairs of units -> why amounts in one are none in the other.
    unfit: dict[tuple[str, str], str] = field(default_factory=dict[tuple[str, str], str])

    def run(self) -> Checked:
        if not len(self.stated.activities):
            place = Place("activities", 0)
            told = "There is no activity in the file: nothing would be recorded."
            self.faults.add(place, "", FaultCode.SYSTEM_EMPTY, told)
        activities = self._activities()
        exchanges = self._exchanges(activities)
        emissions = self._emissions()
        if not self.faults.count:
            told_unsolvable(activities, exchanges, self.stated.activities, self.faults)
        if self.faults.count:
            return Checked(None, self.faults)
        return Checked(CheckedSystem(activities, exchanges, emissions), self.faults)

    @cached_property
    def _positions(self) -> dict[str, int]:
        """Codes -> the positions of their activities."""
        codes = self.stated.activities.columns["code"]
        return dict(zip(reversed(codes), reversed(range(len(codes))), strict=True))

    @cached_property
    def _processes(self) -> dict[str, list[int]]:
        """Processes -> the positions of the activities that are their products."""
        columns = self.stated.activities.columns
        found: dict[str, list[int]] = {}
        both = zip(columns["process"], columns["code"], strict=True)
        for position, (process, code) in enumerate(both):
            found.setdefault(process or code, []).append(position)
        return found

    @cached_property
    def _products(self) -> dict[str, list[int]]:
        """Products -> the positions of the activities that make them."""
        found: dict[str, list[int]] = {}
        keys = self.stated.keys or self.stated.activities.columns["product"]
        for position, key in enumerate(keys):
            if key:
                found.setdefault(key, []).append(position)
        return found

    def _activities(self) -> list[CheckedActivity]:
        """All of them; values that are faulty are filled, and then nothing is recorded."""
        rows = self.stated.activities
        cells, columns = Cells(rows, self.faults), rows.columns
        cells.texts(
            "code", "process", "name", "product", "unit", "organisation", "stage", "geography"
        )
        cells.texts("source_url", "source_title")
        self._codes(cells)
        self._made(cells)
        starts, ends = cells.days("period_start"), cells.days("period_end")
        for position, (start, end) in enumerate(zip(starts, ends, strict=True)):
            if start is not None and end is not None and end < start:
                told = f"The period ends before it begins on {start}: {end}."
                cells.fault(position, "period_end", FaultCode.PERIOD_REVERSED, told)
        outputs, shares = self._outputs(cells), self._shares(cells)
        organisations = self._named(cells, "organisation")
        stages = self._named(cells, "stage")
        places = self._geographies(cells)
        filled = [
            one or code for one, code in zip(columns["process"], columns["code"], strict=True)
        ]
        made = zip(
            columns["code"],
            filled,
            columns["name"],
            columns["product"],
            self._units(cells),
            outputs,
            shares,
            organisations,
            stages,
            places,
            starts,
            ends,
            cells.cited(),
            strict=True,
        )
        return [CheckedActivity(*one) for one in made]

    def _codes(self, cells: Cells) -> None:
        """Each activity has a code of its own."""
        if len(self._positions) == len(cells.rows):
            return
        for position, code in enumerate(cells.rows.columns["code"]):
            first = self._positions[code]
            if first != position and code:
                place = cells.rows.place(first)
                told = (
                    f"The code {code!r} is taken by {_of(place)}: give each activity its own,"
                    " or remove one of the two."
                )
                cells.fault(position, "code", FaultCode.ACTIVITY_TWICE, told)

    def _made(self, cells: Cells) -> None:
        for position, product in enumerate(cells.rows.columns["product"]):
            if not product:
                told = "An activity makes one product: name it, or leave out the activity."
                cells.fault(position, "product", FaultCode.PRODUCT_MISSING, told)

    def _units(self, cells: Cells) -> list[str]:
        """The symbols of the products' units; one that the file itself defines is as it is."""
        texts = cells.rows.columns["unit"]
        symbols: dict[str, str] = {}
        unknown: dict[str, str] = {}
        for text in set(texts):
            try:
                symbols[text] = unit_of(text).symbol
            except UnitUnknown as error:
                symbols[text] = text
                if text not in self.stated.units:
                    unknown[text] = error.message
        for position, text in enumerate(texts if unknown else ()):
            if text in unknown:
                cells.fault(position, "unit", FaultCode.UNIT_UNKNOWN, unknown[text])
        return [symbols[text] for text in texts]

    def _outputs(self, cells: Cells) -> list[Decimal]:
        found: list[Decimal] = []
        for position, value in enumerate(cells.numbers("output")):
            if value is not None and not value:
                told = "An activity makes an amount of its product that is not 0: say how much."
                cells.fault(position, "output", FaultCode.OUTPUT_MISSING, told)
            found.append(value or _ONE)
        return found

    def _shares(self, cells: Cells) -> list[Decimal]:
        """What of each process is each product's: 1 together."""
        shares = [_ONE if value is None else value for value in cells.numbers("share")]
        for position, value in enumerate(shares):
            if not 0 <= value <= 1:
                told = "A share is a part of the process, from 0 to 1: 60 % is 0.6."
                cells.fault(position, "share", FaultCode.CELL_INVALID, told)
        for process, members in self._processes.items():
            if len(members) == 1 and shares[members[0]] == _ONE:
                continue
            together = exact_sum(shares[one] for one in members)
            if abs(together - 1) > SHARES_WITHIN:
                told = (
                    f"The shares of the products of process {self._label(process)!r} add up to"
                    f" {together:f}, and must be 1; it has {len(members)} products."
                )
                cells.fault(members[0], "share", FaultCode.SHARES_NOT_ONE, told)
        return shares

    def _named(self, cells: Cells, column: str) -> list[int | None]:
        """Ids of organisations or stages, each name looked up once."""
        texts = cells.rows.columns[column]
        ids: dict[str, int | None] = {"": None}
        for text in set(texts) - {""}:
            if column == "stage":
                ids[text] = self.known.stages.get(name_key(text))
            else:
                ids[text] = self.known.organisation(text)
        code = FaultCode.STAGE_UNKNOWN if column == "stage" else FaultCode.ORGANISATION_UNKNOWN
        of = "in this value chain" if column == "stage" else "on record"
        unknown = {text for text, found in ids.items() if text and found is None}
        for position, text in enumerate(texts if unknown else ()):
            if text in unknown:
                told = (
                    f"There is no {column} {text[:60]!r} {of}: correct the name or leave it blank."
                )
                cells.fault(position, column, code, told)
        return [ids[text] for text in texts]

    def _geographies(self, cells: Cells) -> list[str | None]:
        texts = cells.rows.columns["geography"]
        wrong = set(texts) - GEOGRAPHIES - {""}
        for position, text in enumerate(texts if wrong else ()):
            if text in wrong:
                told = (
                    f"{text[:60]!r} is no place: write GLOBAL, a region such as EUROPE, or a"
                    " country of ISO 3166-1 as CN."
                )
                cells.fault(position, "geography", FaultCode.GEOGRAPHY_UNKNOWN, told)
        return [text or None for text in texts]

    def _exchanges(self, activities: Sequence[CheckedActivity]) -> list[CheckedExchange]:
        rows = self.stated.exchanges
        cells, columns = Cells(rows, self.faults), rows.columns
        cells.texts("consumer", "supplier", "unit", "error_source", "source_url", "source_title")
        read = zip(
            columns["consumer"],
            columns["supplier"],
            cells.numbers("amount"),
            columns["unit"],
            cells.uncertainties(),
            columns["error_source"],
            cells.cited(),
            strict=True,
        )
        found: list[CheckedExchange] = []
        for position, (taker, maker, stated, unit, uncertainty, source, cited) in enumerate(read):
            consumer = self._consumer(cells, position, "consumer", taker)
            supplier = self._supplier(cells, position, maker)
            if consumer is None or supplier is None or stated is None:
                continue
            wanted = activities[supplier].unit
            amount = self._converted(cells, position, (stated, unit or wanted, wanted))
            rest = (amount, stated, unit or wanted, uncertainty, source or None, cited)
            found.append(CheckedExchange(consumer, supplier, *rest))
        return found

    def _consumer(self, cells: Cells, position: int, column: str, code: str) -> int | None:
        """The activity of a code, or the first product of the process of that name.

        What a process takes and emits is recorded at any one of its products, for all of them.
        """
        one = self._positions.get(code)
        if one is not None or not code:
            return one
        found = self._processes.get(code)
        if found is not None:
            return found[0]
        told = f"There is no activity {self._label(code)!r} in the file: add it, or correct this."
        cells.fault(position, column, FaultCode.ACTIVITY_UNKNOWN, told)
        return None

    def _supplier(self, cells: Cells, position: int, named: str) -> int | None:
        """The activity of a code, or the only one that makes the product of that name."""
        one = self._positions.get(named)
        if one is not None or not named:
            return one
        makers = self._products.get(named, ())
        if len(makers) == 1:
            return makers[0]
        label, codes = self._label(named), self.stated.activities.columns["code"]
        if not makers:
            told = (
                f"No activity in the file has the code {label!r} or makes a product of that name:"
                " add the supplier, or correct this."
            )
            cells.fault(position, "supplier", FaultCode.SUPPLIER_UNKNOWN, told)
            return None
        listed = ", ".join(repr(codes[maker]) for maker in makers[:5])
        told = (
            f"{label!r} is made by {len(makers)} activities, such as {listed}: choose one by its"
            " code."
        )
        cells.fault(position, "supplier", FaultCode.SUPPLIER_AMBIGUOUS, told)
        return None

    def _emissions(self) -> list[CheckedEmission]:
        rows = self.stated.emissions
        cells, columns = Cells(rows, self.faults), rows.columns
        cells.texts("activity", "gas", "unit", "error_source")
        names: dict[str, str | None] = {name: gas_named(name) for name in set(columns["gas"])}
        read = zip(
            columns["activity"],
            columns["gas"],
            cells.numbers("mass"),
            columns["unit"],
            cells.uncertainties(),
            columns["error_source"],
            strict=True,
        )
        found: dict[tuple[int, str], CheckedEmission] = {}
        for position, (code, name, mass, unit, uncertainty, source) in enumerate(read):
            gas = names[name]
            if gas is None and name:
                told = (
                    f"{name[:60]!r} is no gas of the list: write it as CO2, CO2_BIOGENIC,"
                    " CH4_FOSSIL, CH4_NON_FOSSIL, N2O, SF6, HFC134a, or CO2E_AR6 and the like."
                )
                cells.fault(position, "gas", FaultCode.GAS_UNKNOWN, told)
            emitter = self._consumer(cells, position, "activity", code)
            if gas is None or mass is None or emitter is None:
                continue
            mass_kg = self._converted(cells, position, (mass, unit or "kg", "kg"))
            made = CheckedEmission(emitter, gas, mass_kg, uncertainty, source or None)
            self._emitted(found, cells, position, made)
        return list(found.values())

    def _emitted(
        self,
        found: dict[tuple[int, str], CheckedEmission],
        cells: Cells,
        position: int,
        made: CheckedEmission,
    ) -> None:
        """Add an emission to those found; a second one of the gas is a part of it or a fault."""
        key = (made.activity, made.gas)
        first = found.get(key)
        if first is None:
            found[key] = made
        elif self.stated.adds_up:
            found[key] = _together(first, made)
        else:
            code = self.stated.activities.columns["code"][made.activity]
            told = f"{code!r} emits {made.gas} in a row above already: write one row with the sum."
            cells.fault(position, "gas", FaultCode.EMISSION_TWICE, told)

    def _converted(self, cells: Cells, position: int, asked: tuple[Decimal, str, str]) -> Decimal:
        """The amount in another unit; where that cannot be, a fault, and the amount as it is."""
        amount, of, to = asked
        if of == to:
            return amount
        told = self.unfit.get((of, to))
        if told is None:
            try:
                return self._in_unit(amount, of, to)
            except DomainError as error:
                told = self.unfit[of, to] = error.message
        cells.fault(position, "unit", FaultCode.UNIT_DOES_NOT_FIT, told)
        return amount

    def _in_unit(self, amount: Decimal, of: str, to: str) -> Decimal:
        """By the units that are known here, or else as the file itself defines its own."""
        try:
            return converted(amount, of, to)
        except DomainError:
            own, other = self.stated.units.get(of), self.stated.units.get(to)
            if own is None or other is None or own.group != other.group or not other.factor:
                raise
            return amount * own.factor / other.factor

    def _label(self, name: str) -> str:
        return self.stated.labels.get(name, name)[:120]


def _together(one: CheckedEmission, other: CheckedEmission) -> CheckedEmission:
    """Two emissions of a gas as one, whose errors are independent."""
    masses = (one.mass_kg, one.uncertainty), (other.mass_kg, other.uncertainty)
    if one.uncertainty is None or other.uncertainty is None:
        total, uncertainty = exact_sum(mass for mass, _ in masses), None
    else:
        both = estimated_sum(Estimate.of(*each) for each in masses)
        total, width = both.value, both.half_width
        uncertainty = None if width is None or not total else width / abs(total)
    source = one.error_source if one.error_source == other.error_source else None
    return CheckedEmission(one.activity, one.gas, total, uncertainty, source)


def _of(place: Place) -> str:
    return f"{place.sheet} row {place.row}"
