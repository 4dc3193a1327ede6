"""Filters and orderings, in two-valued logic: what is unknown does not hold, and sorts last."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from consortium.kernel.text import name_key
from tests.oracle.asking import Ask
from tests.oracle.kinds import KINDS
from tests.oracle.plain import Mass, Name
from tests.oracle.world import Row

Where = Mapping[str, Any]


def holds(ask: Ask, row: Row, where: Where | None) -> bool:
    """Whether all that the filter says holds for the row; what is null says nothing."""
    given = ((name, value) for name, value in (where or {}).items() if value is not None)
    return all(_holds(ask, row, name, value) for name, value in given)


def _holds(ask: Ask, row: Row, name: str, value: Any) -> bool:
    match name:
        case "and":
            return all(holds(ask, row, one) for one in value)
        case "or":
            return any(holds(ask, row, one) for one in value)
        case "not":
            return not holds(ask, row, value)
    kind = KINDS[row.kind]
    if name in kind.values:
        return compares(kind.values[name](ask, row), value)
    if name in kind.one:
        return any(holds(ask, other, value) for other in kind.one[name](ask, row, {}))
    others = kind.many[name](ask, row, {})
    some, none = value.get("some"), value.get("none")
    return (some is None or any(holds(ask, other, some) for other in others)) and (
        none is None or not any(holds(ask, other, none) for other in others)
    )


def compares(known: Any, comparisons: Mapping[str, Any]) -> bool:
    """Whether a value passes every comparison."""
    unit = comparisons.get("unit")
    return all(
        _compares(known, operator, operand, unit)
        for operator, operand in comparisons.items()
        if operator != "unit"
    )


def _compares(known: Any, operator: str, operand: Any, unit: str | None) -> bool:
    if operator == "isNull":
        return (known is None) is operand
    if operator in {"ne", "notIn"}:
        others = [operand] if operator == "ne" else operand
        return known is None or known not in others
    if known is None:
        return False
    if isinstance(known, Mass):
        known = known.in_unit(unit)
    if operator in {"contains", "startsWith"} and isinstance(known, Name):
        known, operand = name_key(known), name_key(operand)
    return COMPARE[operator](known, operand)


COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda known, operand: bool(known == operand),
    "in": lambda known, operand: known in operand,
    "gt": lambda known, operand: bool(known > operand),
    "gte": lambda known, operand: bool(known >= operand),
    "lt": lambda known, operand: bool(known < operand),
    "lte": lambda known, operand: bool(known <= operand),
    "contains": lambda known, operand: operand in known,
    "startsWith": lambda known, operand: known.startswith(operand),
}


def ordered(
    ask: Ask,
    kind: str,
    rows: list[Row],
    order_by: Sequence[Where] | None,
    own: tuple[str, ...] | None = None,
) -> list[Row]:
    """The rows in the order asked for, else in the list's or the kind's own, and at last by id.

    The id goes the way of the last field asked for. `-NAME` is an order of its own that descends.
    """
    described = KINDS[kind]
    asked = [(one["field"], one["direction"] == "DESC") for one in order_by or []]
    names = described.default_order if own is None else own
    asked = asked or [(name.removeprefix("-"), name[0] == "-") for name in names]
    answer = sorted(rows, key=lambda row: row.id, reverse=bool(asked and asked[-1][1]))
    for name, descending in reversed(asked):
        read = described.orders[name]
        known = [row for row in answer if read(ask, row) is not None]
        unknown = [row for row in answer if read(ask, row) is None]
        known.sort(key=lambda row, read=read: _place(read(ask, row)), reverse=descending)  # type: ignore[misc]
        answer = known + unknown
    return answer


def _place(value: Any) -> Any:
    match value:
        case Name():
            return name_key(value)
        case Mass():
            return value.kg
        case _:
            return value
