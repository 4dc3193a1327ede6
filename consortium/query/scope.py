"""A row that is in reach while a statement is written."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Scope:
    """One row: its alias, and what has been joined to it."""

    alias: str
    joins: list[str] = field(default_factory=list)

    def from_sql(self, item: str) -> str:
        """The FROM list that starts with `item`."""
        return " ".join([item, *self.joins])
