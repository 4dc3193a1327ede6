"""Record what rows say, by the actions that record such things one by one.

Whatever is wrong is told by row and cell: a row with a fault is left out, and so is what stands on
it, without another fault. The caller's transaction decides whether what was recorded is kept.

What can be imported is a class each, below `Recording`: it says what its rows name and in which
order they are recorded, and makes a command of each.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar, NamedTuple

from consortium.documents.sheets import Sheet, SheetRow
from consortium.effects.actions.common import Cited
from consortium.kernel.errors import DomainError
from consortium.kernel.principal import Principal
from consortium.staging.rules.cells import Fault, Value, read_cells
from consortium.storage.raw import Connection

SOLUTION = "SELECT id FROM solution WHERE organisation_id = $1 AND reference = $2"
ROW_TWICE = "IMPORT_ROW_TWICE"
NOT_FOUND = "IMPORT_NAMES_NOTHING"
# A person begins at the top all the same.
FAULTS_MAX = 1_000

_CAPITAL = re.compile(r"(?<=[a-z0-9])([A-Z])")
Key = tuple[str, ...]


class Faulty(Exception):
    """A row cannot be recorded; what is wrong is noted, here or where its cause is."""


class Stopped(Exception):
    """A row is faulty, and whoever records asked to be told of that alone."""


class Named(NamedTuple):
    """What a row of a sheet is (`whole`) or is below: of which kind, and by which columns."""

    kind: str
    columns: tuple[str, ...]
    whole: bool = True


class Below(NamedTuple):
    """Where a list in a command comes from: its name there, its sheet, columns of other names."""

    sheet: str
    columns: Mapping[str, str] = {}


class Read(NamedTuple):
    """A row with its values."""

    sheet: Sheet
    row: SheetRow
    values: Mapping[str, Value]

    def get(self, column: str) -> Any:  # noqa: ANN401  whatever the kind of its column is
        """The value; None where the cell is blank."""
        return self.values.get(column)

    def text(self, column: str) -> str:
        """The value as text; "" where the cell is blank."""
        return str(self.values.get(column, ""))

    def key(self, columns: Sequence[str]) -> Key:
        """Its values of some columns, as text."""
        return tuple(self.text(column) for column in columns)

    def source(self, prefix: str = "source") -> Cited | None:
        """Where something was published, if that is said."""
        cited = Cited(self.text(f"{prefix}_url"), self.text(f"{prefix}_title"))
        return cited if cited.url or cited.title else None


@dataclass
class Recording(ABC):
    """Records rows for a caller, and notes what is wrong with them.

    With `stops` the first fault ends it with Stopped, after which the caller's transaction is of no
    more use.
    """

    # The sheets in the order in which rows stand on one another.
    SHEETS: ClassVar[tuple[Sheet, ...]]
    # Of each sheet, what its rows name.
    NAMES: ClassVar[Mapping[str, Named]]
    # Lists of commands whose lines are rows of a sheet.
    BELOW: ClassVar[Mapping[str, Below]] = {}
    # Fields of commands, and codes of errors, that belong to a column of another name.
    COLUMNS: ClassVar[Mapping[str, str]] = {}

    connection: Connection
    by: Principal
    today: date
    stops: bool = False
    faults: list[Fault] = field(default_factory=list[Fault])
    # Of what a sheet named: its id, or None where it could not be recorded.
    made: dict[Key, int | None] = field(default_factory=dict[Key, int | None])
    marred: set[Key] = field(default_factory=set[Key])
    below: dict[str, dict[Key, list[Read]]] = field(
        default_factory=dict[str, dict[Key, list[Read]]]
    )

    async def run(self, rows: Sequence[SheetRow]) -> None:
        """Record all that is not faulty, in the order in which rows stand on one another.

        Raises Stopped.
        """
        await self.record(self._read(rows))
        order = {sheet.name: place for place, sheet in enumerate(self.SHEETS)}
        self.faults.sort(key=lambda fault: (order[fault.sheet], fault.row, fault.column))

    @abstractmethod
    async def record(self, read: Mapping[str, Sequence[Read]]) -> None:
        """Record the rows, which are given by their sheets."""

    def _read(self, rows: Sequence[SheetRow]) -> dict[str, list[Read]]:
        """The rows of each sheet; of those with faulty cells, what they name is marred."""
        sheets = {sheet.name: sheet for sheet in self.SHEETS}
        read: dict[str, list[Read]] = {name: [] for name in sheets}
        for row in rows:
            sheet = sheets[row.sheet]
            values, faults = read_cells(sheet, row)
            if not faults:
                read[row.sheet].append(Read(sheet, row, values))
                continue
            self.faults += faults
            if self.stops:
                raise Stopped
            self._mar(row)
        return read

    def _mar(self, row: SheetRow) -> None:
        """Remember what a row keeps from being recorded, so that nothing is said of it twice."""
        named = self.NAMES[row.sheet]
        key = (named.kind, *(row.cells.get(column, "") for column in named.columns))
        if named.whole:
            self.made[key] = None
        else:
            self.marred.add(key)

    def fault(self, read: Read, column: str, code: str, message: str) -> None:
        """Note what is wrong with a row or a cell of it. Raises Stopped."""
        self.faults.append(Fault(read.sheet.name, read.row.number, column, code, message))
        if self.stops:
            raise Stopped

    def gather(self, read: Mapping[str, Sequence[Read]], sheet: str) -> None:
        """Put the rows of a sheet below those that they name, which the file must hold."""
        named = self.NAMES[sheet]
        above = f"{named.kind}s"
        columns = self.NAMES[above].columns
        known = {one.key(columns) for one in read[above]}
        below = self.below.setdefault(sheet, {})
        for one in read[sheet]:
            key = one.key(named.columns)
            if key in known:
                below.setdefault(key, []).append(one)
            elif (named.kind, *key) not in self.made:
                of = "".join(f" of {c} {v!r}" for c, v in zip(columns, key[:-1], strict=False))
                self.fault(
                    one,
                    named.columns[-1],
                    NOT_FOUND,
                    f"The sheet {above} has no row {key[-1]!r}{of}: add it, or correct one of the"
                    " two.",
                )

    async def each(
        self, read: Iterable[Read], sheet: str, record: Callable[[Read], Awaitable[int]]
    ) -> None:
        """Record what the rows of a sheet are, one by one. Raises Stopped."""
        named = self.NAMES[sheet]
        first: dict[Key, int] = {}
        for one in read:
            key = (named.kind, *one.key(named.columns))
            number = first.setdefault(key, one.row.number)
            if number != one.row.number:
                told = f"Row {number} has this reference already."
                self.fault(one, named.columns[-1], ROW_TWICE, told)
                continue
            if key in self.marred or (key in self.made and self.made[key] is None):
                self.made[key] = None
                continue
            try:
                self.made[key] = await record(one)
            except Faulty:
                self.made[key] = None
            except DomainError as error:
                self.made[key] = None
                self.tell(one, error)

    def tell(self, one: Read, error: DomainError) -> None:
        """Note an error of an action at the row and the cell that its path leads to."""
        path, at = list(error.path), one
        into = self.BELOW.get(path[0], Below(path[0])) if path else Below("")
        key = one.key(self.NAMES[one.sheet.name].columns)
        below = self.below.get(into.sheet, {}).get(key, [])
        names: Mapping[str, str] = self.COLUMNS
        if len(path) > 1 and path[1].isdecimal() and int(path[1]) < len(below):
            at, path, names = below[int(path[1])], path[2:], into.columns
        elif len(path) > 1:
            path = path[:1]
        column = _CAPITAL.sub(r"_\1", path[0]).lower() if path else error.code
        column = names.get(column, column)
        known = column if column in at.sheet.names else ""
        self.fault(at, known, error.code, error.message)

    async def named(self, one: Read, column: str, kind: str, *above: str) -> int:
        """The id of what a cell names, in the file or recorded before. Raises Faulty."""
        reference = one.text(column)
        key = (kind, *above, reference)
        if key in self.made or key in self.marred:
            found = self.made.get(key)
            if found is None:
                raise Faulty
            return found
        found = await self.recorded(one, kind, *above, reference)
        if found is None:
            told = f"There is no {kind} {reference!r}, in this file or recorded before."
            self.fault(one, column, NOT_FOUND, told)
            raise Faulty
        self.made[key] = found
        return found

    @abstractmethod
    async def recorded(self, one: Read, kind: str, *key: str) -> int | None:
        """The id of what was recorded before. Raises Faulty."""

    async def own_solution(self, reference: str) -> int | None:
        """The organisation's solution of a reference."""
        found: int | None = await self.connection.fetchval(
            SOLUTION, self.by.organisation_id, reference
        )
        return found
