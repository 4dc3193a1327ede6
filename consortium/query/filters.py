"""Filters: a tree of and, or, not, comparisons and relations becomes one condition.

A comparison with an unknown value does not hold, and `not` turns that into true: two-valued logic,
as readers expect, in place of SQL's three values. A relation in a filter carries the row rule of
its target, so nobody can feel their way to a row that they may not see.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from consortium.kernel.errors import BadInput, IdInvalid
from consortium.kernel.ids import GlobalId
from consortium.kernel.quantities import UNITS_PER_KG, MassUnit
from consortium.kernel.text import name_key
from consortium.query.pick import Args
from consortium.query.rows import from_item, joined, rule
from consortium.query.source import AnyRow, Column, Many, One, Source
from consortium.query.sqltypes import SqlType
from consortium.query.writer import Writer, conjunction

# How deep filters may be nested; PostgreSQL and this module recurse with them.
_DEPTH_MAX = 12

_COMPARISONS = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}


def condition(
    writer: Writer, source: Source, alias: str, where: Args | None, depth: int = 0
) -> str:
    """SQL of the filter over the source's row `alias`."""
    if not where:
        return "true"
    if depth > _DEPTH_MAX:
        message = f"A filter may be nested {_DEPTH_MAX} deep."
        raise BadInput(message)
    parts = [
        _part(writer, source, alias, name, value, depth + 1)
        for name, value in where.items()
        if value is not None
    ]
    return conjunction(parts)


def _part(writer: Writer, source: Source, alias: str, name: str, value: Any, depth: int) -> str:
    if name == "not":
        return f"({condition(writer, source, alias, value, depth)}) IS NOT TRUE"
    if name in _JUNCTIONS:
        parts = [condition(writer, source, alias, one, depth) for one in value]
        return _JUNCTIONS[name](parts)
    return _field(writer, source, alias, name, value, depth)


def _field(writer: Writer, source: Source, alias: str, name: str, value: Any, depth: int) -> str:
    match source.fields[name]:
        case Column(mass=True) as column:
            return _masses(writer, column, alias, value)
        case Column() as column:
            return conjunction(
                [comparison(writer, column, alias, op, operand) for op, operand in value.items()]
            )
        case One() as one:
            return _related(writer, one, alias, value, depth)
        case Many() as many:
            return conjunction(_quantified(writer, many, alias, value, depth))
        case _:
            message = f"{source.name}.{name} cannot be filtered by"
            raise TypeError(message)


def _masses(writer: Writer, column: Column, alias: str, value: Args) -> str:
    """Comparisons in the unit that the filter names, made in kg CO2e."""
    unit = UNITS_PER_KG[MassUnit(value.get("unit") or MassUnit.TONNE_CO2E)]
    shown = replace(column, sql=f"({column.sql} * {unit:f})", mass=False)
    operators = {op: operand for op, operand in value.items() if op != "unit"}
    return conjunction(
        [comparison(writer, shown, alias, op, operand) for op, operand in operators.items()]
    )


def _either(conditions: list[str]) -> str:
    """One of the conditions; of none, `or: []` holds for no row."""
    return " OR ".join(f"({one})" for one in conditions) or "false"


_JUNCTIONS = {"and": conjunction, "or": _either}


def _quantified(writer: Writer, many: Many, alias: str, value: Args, depth: int) -> list[str]:
    words = {"some": "", "none": "NOT "}
    return [
        words[quantifier] + _related(writer, many, alias, inner, depth)
        for quantifier, inner in value.items()
        if inner is not None
    ]


_BY_KEY = "{u}.id = "


def _related(writer: Writer, relation: One | Many, alias: str, where: Args, depth: int) -> str:
    if isinstance(relation, One) and _names_one(relation, where):
        return _the_one(writer, relation, alias, where, depth)
    target = relation.target
    other = writer.alias()
    item, tie = _tied(writer, relation, alias, other)
    conditions = conjunction(
        [tie, rule(writer, target, other), condition(writer, target, other, where, depth)]
    )
    return f"EXISTS (SELECT 1 FROM {item} WHERE {conditions})"


def _names_one(relation: One, where: Args) -> bool:
    """Whether at most one row of the target can pass the filter, and is joined by its key."""
    by_key = isinstance(relation.on, str) and relation.on.startswith(_BY_KEY)
    return by_key and any(
        column.unique and value is not None and value.get("eq") is not None
        for name, value in where.items()
        if isinstance(column := relation.target.fields.get(name), Column)
    )


def _the_one(writer: Writer, relation: One, alias: str, where: Args, depth: int) -> str:
    """The key of that one row, found once, in place of a search for every row.

    PostgreSQL can then read in the order of an index that starts with the reference.
    """
    target, other = relation.target, writer.alias()
    conditions = [rule(writer, target, other), condition(writer, target, other, where, depth)]
    found = f"SELECT {other}.id FROM {from_item(writer, target, {}, other)}"
    reference = writer.fill(str(relation.on).removeprefix(_BY_KEY), alias)
    return f"{reference} = ({found} WHERE {conjunction(conditions)})"


def _tied(writer: Writer, relation: One | Many, alias: str, other: str) -> tuple[str, str]:
    """SQL of the FROM list of the relation's rows, and of the condition that ties them."""
    item = from_item(writer, relation.target, {}, other)
    link = relation.link if isinstance(relation, Many) else None
    if link is None:
        return item, joined(writer, relation.on, {}, alias, other)
    # Joined, not asked row by row: PostgreSQL can then start from either side.
    between = writer.alias()
    item = f"{link.table} {between} JOIN {item} ON {other}.id = {between}.{link.far}"
    return item, f"{between}.{link.near} = {writer.fill(link.key, alias)}"


def comparison(writer: Writer, column: Column, alias: str, op: str, operand: Any) -> str:
    """SQL of one operator on one column."""
    if operand is None:
        message = f"`{op}` needs a value; to look for unknown values use `isNull: true`."
        raise BadInput(message)
    sql = writer.fill(column.sql, alias)
    if op == "is_null":
        return f"{sql} IS {'' if operand else 'NOT '}NULL"
    if column.row is not None:
        return _any_row(writer, column.row, alias, op, operand)
    if op in _COMPARISONS:
        return f"{sql} {_COMPARISONS[op]} {writer.bind(operand, column.type)}"
    return _OPERATORS[op](writer, column, alias, sql, operand)


def _eq(writer: Writer, column: Column, alias: str, sql: str, operand: Any) -> str:
    equal = f"{sql} = {writer.bind(operand, column.type, _prepare(column))}"
    if column.folded is None:
        return equal
    # The folded form is the indexed one; the exact text decides.
    key = writer.bind(operand, SqlType.TEXT, name_key)
    return f"{writer.fill(column.folded, alias)} = {key} AND {equal}"


def _any_row(writer: Writer, row: AnyRow, alias: str, op: str, operand: Any) -> str:
    """The rows that global ids of any type name: by table and key, which an index finds."""
    place = f"({writer.fill(row.table, alias)}, {writer.fill(row.key, alias)})"
    table_of = partial(_table_of, row.tables)
    if op == "eq":
        table = writer.bind(operand, SqlType.TEXT, table_of)
        return f"{place} = ({table}, {writer.bind(operand, SqlType.BIGINT, _any_key)})"
    tables = writer.bind_array(operand, SqlType.TEXT, table_of)
    keys = writer.bind_array(operand, SqlType.BIGINT, _any_key)
    return f"{place} IN (SELECT * FROM unnest({tables}, {keys}))"


def _table_of(tables: Mapping[str, str], value: Any) -> str | None:
    """The table of a global id; of a type that is in none of these, no row."""
    if not isinstance(value, GlobalId):
        raise IdInvalid
    return tables.get(value.prefix)


def _any_key(value: Any) -> int:
    if not isinstance(value, GlobalId):
        raise IdInvalid
    return value.key


def _ne(writer: Writer, column: Column, _: str, sql: str, operand: Any) -> str:
    return f"{sql} IS DISTINCT FROM {writer.bind(operand, column.type, _prepare(column))}"


def _in(writer: Writer, column: Column, _: str, sql: str, operand: Any) -> str:
    return f"{sql} = ANY ({writer.bind_array(operand, column.type, _prepare(column))})"


def _not_in(writer: Writer, column: Column, alias: str, sql: str, operand: Any) -> str:
    return f"({_in(writer, column, alias, sql, operand)}) IS NOT TRUE"


def _contains(writer: Writer, column: Column, alias: str, sql: str, operand: Any) -> str:
    searched, part = _searched(writer, column, alias, sql, operand)
    return f"strpos({searched}, {part}) > 0"


def _starts_with(writer: Writer, column: Column, alias: str, sql: str, operand: Any) -> str:
    searched, part = _searched(writer, column, alias, sql, operand)
    return f"starts_with({searched}, {part})"


def _searched(
    writer: Writer, column: Column, alias: str, sql: str, operand: Any
) -> tuple[str, str]:
    if column.folded is None:
        return sql, writer.bind(operand, SqlType.TEXT)
    return writer.fill(column.folded, alias), writer.bind(operand, SqlType.TEXT, name_key)


_Operator = Callable[[Writer, Column, str, str, Any], str]

_OPERATORS: Mapping[str, _Operator] = {
    "eq": _eq,
    "ne": _ne,
    "in": _in,
    "not_in": _not_in,
    "contains": _contains,
    "starts_with": _starts_with,
}


def _prepare(column: Column) -> Callable[[Any], Any] | None:
    """What turns the API's value into the column's."""
    return None if column.prefix is None else key_of(column.prefix)


def key_of(prefix: str) -> Callable[[Any], int | None]:
    """The key in a global id of that type; an id of another type names no row."""

    def key(value: Any) -> int | None:
        if not isinstance(value, GlobalId):
            raise IdInvalid
        return value.key if value.prefix == prefix else None

    return key
