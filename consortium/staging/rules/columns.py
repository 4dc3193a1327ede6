"""Columns of the workbooks that people fill in, as their declarations say them."""

from enum import StrEnum
from typing import Final

from consortium.documents.sheets import CellKind, SheetColumn

NUMBER: Final = CellKind.NUMBER
WHOLE: Final = CellKind.WHOLE


def column(name: str, about: str, example: str = "", **given: object) -> SheetColumn:
    """A column that may be blank."""
    kind = given.pop("kind", CellKind.TEXT)
    return SheetColumn(name, about, kind, example=example, **given)  # type: ignore[arg-type]


def needed(name: str, about: str, example: str, **given: object) -> SheetColumn:
    """A column that every row fills."""
    return column(name, about, example, required=True, **given)


def word(name: str, about: str, example: str, words: type[StrEnum]) -> SheetColumn:
    """A column that holds one of some words."""
    return needed(name, about, example, kind=CellKind.WORD, words=tuple(words))


def kg(name: str, about: str, example: str = "") -> SheetColumn:
    """A column of masses of one unit."""
    return column(name, about, example, kind=NUMBER, unit="kg CO2e per unit")


def source(url: str = "", title: str = "", prefix: str = "source") -> tuple[SheetColumn, ...]:
    """The columns that say where something was published."""
    return (
        column(f"{prefix}_url", "Address of the source.", url),
        column(f"{prefix}_title", "Title of the source.", title),
    )
