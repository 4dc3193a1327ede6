"""What every importer shares: rows that know their faults, and the report of a file."""

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Literal, TypeVar

from consortium.documents.csv import Columns, Record, Table
from consortium.kernel.codes import COUNTRIES, CURRENCIES
from consortium.kernel.periods import PartialDate
from consortium.kernel.quantities import kg_of_tonnes
from consortium.storage.raw import Connection

# No figure of this field has more digits; far longer ones would only slow every sum down.
DIGITS_MAX = 30
TEXT_MAX = 4_000
NAME_MAX = 300
YEAR_MIN, YEAR_MAX = 1900, 2200

Value = TypeVar("Value")
Outcome = Literal["created", "updated", "unchanged"]
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a row is rejected: its line, the column (blank: the whole row), and the reason."""

    line: int
    column: str
    reason: str

    def __str__(self) -> str:
        """As it is printed, one line."""
        place = f"line {self.line}" + (f", {self.column}" if self.column else "")
        return f"{place}: {self.reason}"


@dataclass(slots=True)
class Report:
    """What a file did. `loaded` is False when nothing of it was kept."""

    kind: str
    rows: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: list[Problem] = field(default_factory=list[Problem])
    notes: list[str] = field(default_factory=list[str])
    loaded: bool = True

    @property
    def rejected_rows(self) -> int:
        """How many rows have a problem."""
        return len({problem.line for problem in self.rejected})

    def count(self, outcome: Outcome) -> None:
        """Count a row as what became of it."""
        if outcome == "created":
            self.created += 1
        elif outcome == "updated":
            self.updated += 1
        else:
            self.unchanged += 1

    def note(self, text: str) -> None:
        """Tell something that is no fault, once."""
        if text not in self.notes:
            self.notes.append(text)

    def reject(self, line: int, column: str, reason: str) -> None:
        """Refuse a row."""
        self.rejected.append(Problem(line, column, reason))


Load = Callable[[Connection, Table, Report, Progress], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Importer:
    """A kind of file: what it is called, its columns, and what loads it in one transaction."""

    kind: str
    columns: Columns
    load: Load


class Row:
    """Reads typed values out of a record; a fault is noted in the report, and None returned."""

    def __init__(self, record: Record, report: Report) -> None:
        self.line = record.line
        self.rejected = False
        self._values, self._report = record.values, report
        if record.fault is not None:
            self.reject("", record.fault)

    def reject(self, column: str, reason: str) -> None:
        """Refuse the row because of one of its values."""
        self.rejected = True
        self._report.reject(self.line, column, reason)

    def text(self, column: str, *, required: bool = False, longest: int = TEXT_MAX) -> str:
        """The text, "" when blank."""
        value = self._values.get(column, "")
        if required and not value:
            self.reject(column, "a value is needed")
        if len(value) > longest:
            self.reject(column, f"longer than {longest} characters")
        return value

    def name(self, column: str, *, required: bool = True) -> str:
        """A name, short enough to be a key."""
        return self.text(column, required=required, longest=NAME_MAX)

    def number(self, column: str) -> Decimal | None:
        """A finite decimal, exactly as written; None when blank."""
        text = self.text(column)
        if not text:
            return None
        try:
            value = Decimal(text)
        except InvalidOperation:
            self.reject(column, f"not a number: {text!r} (write 1234567.89)")
            return None
        if not value.is_finite():
            self.reject(column, f"not a finite number: {text!r}")
            return None
        digits, exponent = len(value.as_tuple().digits), int(value.as_tuple().exponent)
        if digits + abs(exponent) > DIGITS_MAX:
            self.reject(column, f"more than {DIGITS_MAX} digits")
            return None
        return value

    def tonnes_as_kg(self, column: str) -> Decimal | None:
        """A mass given in tonnes, in kg, exactly."""
        tonnes = self.number(column)
        return None if tonnes is None else kg_of_tonnes(tonnes)

    def whole(self, column: str, *, least: int = 0) -> int | None:
        """A whole number of at least `least`; None when blank."""
        value = self.number(column)
        if value is None:
            return None
        if value != value.to_integral_value() or value < least or value >= 2**63:
            self.reject(column, f"not a whole number of {least} or more: {value}")
            return None
        return int(value)

    def year(self, column: str) -> int | None:
        """A calendar year; None when blank."""
        year = self.whole(column)
        if year is not None and not YEAR_MIN <= year <= YEAR_MAX:
            self.reject(column, f"not a year: {year}")
            return None
        return year

    def day(self, column: str) -> date | None:
        """A full date YYYY-MM-DD; None when blank."""
        text = self.text(column)
        if not text:
            return None
        try:
            return date.fromisoformat(text)
        except ValueError:
            self.reject(column, f"not a date (YYYY-MM-DD): {text!r}")
            return None

    def partial(self, column: str) -> PartialDate | None:
        """A date of which the day, or month and day, may be missing; None when blank."""
        text = self.text(column)
        if not text:
            return None
        try:
            return PartialDate.parse(text)
        except ValueError:
            self.reject(column, f"not a date (YYYY, YYYY-MM or YYYY-MM-DD): {text!r}")
            return None

    def word(self, column: str, words: dict[str, Value]) -> Value | None:
        """One word of a vocabulary, whatever its case."""
        text = self.text(column, required=True)
        if not text:
            return None
        folded = text.casefold()
        if folded not in words:
            self.reject(column, f"{text!r} is none of: {', '.join(words)}")
            return None
        return words[folded]

    def country(self, column: str) -> str | None:
        """A country of ISO 3166-1, two letters; None when blank."""
        return self._code(column, COUNTRIES, "a country code of ISO 3166-1 (two letters)")

    def currency(self, column: str) -> str | None:
        """A currency of ISO 4217; None when blank."""
        return self._code(column, CURRENCIES, "a currency code of ISO 4217")

    def _code(self, column: str, codes: Collection[str], what: str) -> str | None:
        code = self.text(column)
        if code and code not in codes:
            self.reject(column, f"not {what}: {code!r}")
            return None
        return code or None


def ordered(row: Row, first: str, last: str, low: object, high: object) -> None:
    """Reject a row whose first date or number comes after its last."""
    if low is not None and high is not None and low > high:  # type: ignore[operator]
        row.reject(last, f"{high} is before {first} {low}")
