"""What a workbook that people fill in holds: one declaration for the reader and the template."""

from dataclasses import dataclass
from enum import StrEnum

# What a formula shows that has failed (ECMA-376 part 1, 18.17.3, and those that came later).
FORMULA_ERRORS = frozenset(
    {
        "#NULL!",
        "#DIV/0!",
        "#VALUE!",
        "#REF!",
        "#NAME?",
        "#NUM!",
        "#N/A",
        "#GETTING_DATA",
        "#SPILL!",
        "#CALC!",
    }
)


class CellKind(StrEnum):
    """What a cell holds, as people are told."""

    TEXT = "text"
    NUMBER = "number"
    WHOLE = "whole number"
    DATE = "date YYYY-MM-DD"
    YES_NO = "yes or no"
    WORD = "one of the words"
    WORDS = "words in their order, separated by spaces"


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """A column: its header, what it holds and in which unit, what it may be, and an example."""

    name: str
    about: str
    kind: CellKind = CellKind.TEXT
    required: bool = False
    words: tuple[str, ...] = ()
    unit: str = ""
    example: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet: its name, what a row of it is, and its columns."""

    name: str
    about: str
    columns: tuple[SheetColumn, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The headers of its columns."""
        return tuple(column.name for column in self.columns)


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row as it was sent: its sheet, its number there (the header's is 1), and its cells.

    Blank cells are left out. A cell whose formula failed holds the error, such as #REF!.
    """

    sheet: str
    number: int
    cells: dict[str, str]
