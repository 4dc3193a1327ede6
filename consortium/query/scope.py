"""What the parts of the compiler share: the row in reach, and the compiler as they see it."""

from dataclasses import dataclass, field
from typing import Protocol

from consortium.query.pick import Args, Pick
from consortium.query.source import Field, Many, Source
from consortium.query.writer import Writer


@dataclass(slots=True)
class Scope:
    """One row: its alias, and what has been joined to it."""

    alias: str
    joins: list[str] = field(default_factory=list[str])

    def from_sql(self, item: str) -> str:
        """The FROM list that starts with `item`."""
        return " ".join([item, *self.joins])


class Objects(Protocol):
    """What pages and searches need of the compiler."""

    writer: Writer

    def object_of(self, fields: dict[str, Field], picks: tuple[Pick, ...], scope: Scope) -> str:
        """SQL of a JSON object."""
        ...

    def conditions(self, many: Many, args: Args, alias: str, other: str) -> str:
        """SQL of the condition that keeps the target's rows that are asked for."""
        ...

    def row(self, source: Source, picks: tuple[Pick, ...], found: str) -> str:
        """SQL of one row's JSON object."""
        ...
