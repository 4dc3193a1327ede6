"""Cells of a stated system: typed values column by column, or what is wrong with each."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Final

from consortium.documents.sheets import FORMULA_ERRORS
from consortium.value_chains.rules.stated import Cited, FaultCode, Faults, StatedRows

KEY_MAX: Final = 200
TEXT_MAX: Final = 4_000
# Programs of the field write all digits of a double; no amount of the field is near its ends.
DIGITS_MAX: Final = 40
EXPONENT_MAX: Final = 100
# Columns whose texts are keys, which stay short.
_KEYS: Final = frozenset({"code", "process", "error_source", "consumer", "supplier", "activity"})
_NEEDED: Final = frozenset(
    {"code", "name", "output", "consumer", "supplier", "amount", "activity", "gas", "mass"}
)


@dataclass
class Cells:
    """Reads typed values out of rows, column by column; what is wrong is noted, and None given."""

    rows: StatedRows
    faults: Faults

    def texts(self, *names: str) -> None:
        """Look at texts: whether they are given, short enough, and can be kept."""
        for name in names:
            longest = KEY_MAX if name in _KEYS else TEXT_MAX
            for position, text in enumerate(self.rows.columns[name]):
                fault = _fault_of_text(text, longest, needed=name in _NEEDED)
                if fault is not None:
                    self.fault(position, name, FaultCode.CELL_INVALID, fault)

    def numbers(self, name: str) -> list[Decimal | None]:
        """Finite decimals, exactly as written; None where blank."""
        return [self._number(name, at, text) for at, text in enumerate(self.rows.columns[name])]

    def uncertainties(self) -> list[Decimal | None]:
        """Half-widths of 0 or more."""
        found = self.numbers("uncertainty")
        for position, value in enumerate(found):
            if value is not None and value < 0:
                told = "An uncertainty is 0 or more: half the 95 % interval over the amount."
                self.fault(position, "uncertainty", FaultCode.CELL_INVALID, told)
        return found

    def days(self, name: str) -> list[date | None]:
        """Dates; None where blank."""
        return [self._day(name, at, text) for at, text in enumerate(self.rows.columns[name])]

    def fault(self, position: int, column: str, code: FaultCode, message: str) -> None:
        """Note what is wrong with a cell."""
        self.faults.add(self.rows.place(position), column, code, message)

    def cited(self) -> Iterator[Cited]:
        """Where each row was published."""
        columns = self.rows.columns
        return map(Cited, columns["source_url"], columns["source_title"])

    def _number(self, name: str, position: int, text: str) -> Decimal | None:
        if not text:
            if name in _NEEDED:
                self.fault(position, name, FaultCode.CELL_INVALID, "A number is needed here.")
            return None
        try:
            value = Decimal(text)
        except InvalidOperation:
            value = None
        fault = _fault_of_number(text, value)
        if fault is not None:
            self.fault(position, name, FaultCode.CELL_INVALID, fault)
            return None
        return value

    def _day(self, name: str, position: int, text: str) -> date | None:
        if not text:
            return None
        try:
            return date.fromisoformat(text)
        except ValueError:
            told = f"{text[:60]!r} is no date: write YYYY-MM-DD."
            self.fault(position, name, FaultCode.CELL_INVALID, told)
            return None


def _fault_of_text(text: str, longest: int, *, needed: bool) -> str | None:
    if not text:
        return "A value is needed here." if needed else None
    if len(text) > longest:
        return f"A text has at most {longest} characters here."
    if text[0] == "#" and text in FORMULA_ERRORS:
        return f"The formula of this cell fails with {text}: mend it, or write the value."
    if not text.isprintable() and ("\0" in text or not text.isascii()):
        try:
            text.encode()
        except UnicodeEncodeError:
            return "This text has characters that are none: write it anew."
        return "This text has a NUL character: take it out." if "\0" in text else None
    return None


def _fault_of_number(text: str, value: Decimal | None) -> str | None:
    if text in FORMULA_ERRORS:
        return f"The formula of this cell fails with {text}: mend it, or write the value."
    if value is None or not value.is_finite():
        return f"{text[:60]!r} is no finite number: write it as 1234567.89."
    if len(value.as_tuple().digits) > DIGITS_MAX or abs(value.adjusted()) > EXPONENT_MAX:
        return f"A number has at most {DIGITS_MAX} digits, and {EXPONENT_MAX} zeros at an end."
    return None
