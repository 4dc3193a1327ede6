"""A system of activities as a file states it, whatever the file's form, and what is wrong with it.

Rows are kept column by column, as text: of the 600 000 rows of a large system each column is one
list of references, and texts that repeat are one text.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from sys import intern
from typing import Final, NamedTuple

FAULTS_MAX: Final = 100

ACTIVITY_COLUMNS: Final = (
    "code",
    "process",
    "name",
    "product",
    "unit",
    "output",
    "share",
    "organisation",
    "stage",
    "geography",
    "period_start",
    "period_end",
    "source_url",
    "source_title",
)
EXCHANGE_COLUMNS: Final = (
    "consumer",
    "supplier",
    "amount",
    "unit",
    "uncertainty",
    "error_source",
    "source_url",
    "source_title",
)
EMISSION_COLUMNS: Final = ("activity", "gas", "mass", "unit", "uncertainty", "error_source")


class FaultCode(StrEnum):
    """What is wrong with a row of a chain's file."""

    CELL_INVALID = "CELL_INVALID"
    ACTIVITY_TWICE = "ACTIVITY_TWICE"
    ACTIVITY_UNKNOWN = "ACTIVITY_UNKNOWN"
    ALLOCATION_MISSING = "ALLOCATION_MISSING"
    EMISSION_TWICE = "EMISSION_TWICE"
    GAS_UNKNOWN = "GAS_UNKNOWN"
    GEOGRAPHY_UNKNOWN = "GEOGRAPHY_UNKNOWN"
    LOOP_NEVER_ENDS = "LOOP_NEVER_ENDS"
    ORGANISATION_UNKNOWN = "ORGANISATION_UNKNOWN"
    OUTPUT_MISSING = "OUTPUT_MISSING"
    PERIOD_REVERSED = "PERIOD_REVERSED"
    PRODUCT_MISSING = "PRODUCT_MISSING"
    SHARES_NOT_ONE = "SHARES_NOT_ONE"
    STAGE_UNKNOWN = "STAGE_UNKNOWN"
    SUPPLIER_AMBIGUOUS = "SUPPLIER_AMBIGUOUS"
    SUPPLIER_UNKNOWN = "SUPPLIER_UNKNOWN"
    SYSTEM_EMPTY = "SYSTEM_EMPTY"
    SYSTEM_NOT_SOLVED = "SYSTEM_NOT_SOLVED"
    SYSTEM_SINGULAR = "SYSTEM_SINGULAR"
    UNIT_DOES_NOT_FIT = "UNIT_DOES_NOT_FIT"
    UNIT_UNKNOWN = "UNIT_UNKNOWN"


class Fault(NamedTuple):
    """What is wrong with a row, or a cell of it (`column`), and what would be right.

    `sheet` is the sheet, or the file within a package, and `row` the row or the place of the
    exchange in it, from 1; 0 is the whole.
    """

    sheet: str
    row: int
    column: str
    code: FaultCode
    message: str


class Place(NamedTuple):
    """Where a row stands in the file: its sheet or part, and its number there."""

    sheet: str
    row: int


@dataclass(slots=True)
class Faults:
    """The first faults, and how many there are."""

    told: list[Fault] = field(default_factory=list[Fault])
    count: int = 0

    def add(self, place: Place, column: str, code: FaultCode, message: str) -> None:
        """Note a fault."""
        self.count += 1
        if len(self.told) < FAULTS_MAX:
            self.told.append(Fault(*place, column, code, message))


@dataclass(slots=True)
class StatedRows:
    """Rows of one sort: their cells as text by columns ("" where blank), and where each stands."""

    names: tuple[str, ...]
    columns: dict[str, list[str]] = field(init=False)
    sheets: list[str] = field(default_factory=list[str])
    numbers: list[int] = field(default_factory=list[int])

    def __post_init__(self) -> None:
        """Begin without rows."""
        self.columns = {name: [] for name in self.names}

    def __len__(self) -> int:
        """How many there are."""
        return len(self.numbers)

    def add(self, place: Place, cells: Mapping[str, str]) -> None:
        """Add a row; cells of other columns are left out."""
        for name, column in self.columns.items():
            column.append(intern(cells.get(name, "")))
        self.sheets.append(intern(place.sheet))
        self.numbers.append(place.row)

    def append(self, place: Place, texts: Sequence[str]) -> None:
        """Add a row whose cells are given in the order of the columns."""
        for column, text in zip(self.columns.values(), texts, strict=True):
            column.append(intern(text) if text else "")
        self.sheets.append(place.sheet)
        self.numbers.append(place.row)

    def place(self, position: int) -> Place:
        """Where a row stands."""
        return Place(self.sheets[position], self.numbers[position])


class FileUnit(NamedTuple):
    """A unit as a file defines it: so many of its group's reference unit."""

    group: str
    factor: Decimal


@dataclass(slots=True)
class StatedSystem:
    """Activities, exchanges and emissions as they are stated.

    `keys`: what the product of each activity is known by to a supplier cell that names no code;
    the product's name where there is none. `labels`: words for ids, for people. `units`: those that
    the file defines itself. `adds_up`: several emissions of one gas are one sum, and no mistake.
    `left_out`: what was not taken, and how often. `faults`: those that the reader has found.
    """

    activities: StatedRows = field(default_factory=lambda: StatedRows(ACTIVITY_COLUMNS))
    exchanges: StatedRows = field(default_factory=lambda: StatedRows(EXCHANGE_COLUMNS))
    emissions: StatedRows = field(default_factory=lambda: StatedRows(EMISSION_COLUMNS))
    keys: list[str] | None = None
    labels: dict[str, str] = field(default_factory=dict[str, str])
    units: dict[str, FileUnit] = field(default_factory=dict[str, FileUnit])
    adds_up: bool = False
    left_out: Counter[str] = field(default_factory=Counter[str])
    faults: Faults = field(default_factory=Faults)

    def __len__(self) -> int:
        """How many rows there are in all."""
        return len(self.activities) + len(self.exchanges) + len(self.emissions)


class Cited(NamedTuple):
    """Where something was published: address and title; blank where not said."""

    url: str
    title: str


class CheckedActivity(NamedTuple):
    """An activity whose values can be recorded; `share` of its process is this product's."""

    code: str
    process: str
    name: str
    product: str
    unit: str
    output: Decimal
    share: Decimal
    organisation_id: int | None
    stage_id: int | None
    geography: str | None
    period_start: date | None
    period_end: date | None
    source: Cited


class CheckedExchange(NamedTuple):
    """An exchange between positions of activities; `amount` in the unit of the supplier's."""

    consumer: int
    supplier: int
    amount: Decimal
    stated_amount: Decimal
    stated_unit: str
    uncertainty: Decimal | None
    error_source: str | None
    source: Cited


class CheckedEmission(NamedTuple):
    """What the activity at a position emits of a gas, in kg."""

    activity: int
    gas: str
    mass_kg: Decimal
    uncertainty: Decimal | None
    error_source: str | None


@dataclass(frozen=True, slots=True)
class CheckedSystem:
    """A system that can be recorded and solved."""

    activities: Sequence[CheckedActivity]
    exchanges: Sequence[CheckedExchange]
    emissions: Sequence[CheckedEmission]

    @property
    def rows(self) -> int:
        """How many rows it is."""
        return len(self.activities) + len(self.exchanges) + len(self.emissions)
