"""Rows of one kind that a field may show in part."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.oracle.asking import Ask
from tests.oracle.filters import holds, ordered
from tests.oracle.paging import connection
from tests.oracle.world import Row

LIST_MAX = 1000


@dataclass(frozen=True, slots=True)
class Many:
    """Rows before they are filtered, ordered and paged; `order` is the list's own."""

    kind: str
    rows: list[Row]
    order: tuple[str, ...] | None = None

    def shown(self, ask: Ask, args: Mapping[str, Any], *, paged: bool) -> Any:
        """A page of them, or a plain list."""
        kept = [row for row in self.rows if holds(ask, row, args.get("where"))]
        listed = ordered(ask, self.kind, kept, args.get("orderBy"), self.order)
        return connection(listed, args) if paged else listed[:LIST_MAX]
