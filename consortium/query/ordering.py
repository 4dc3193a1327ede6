"""Orderings, and the cursors that mark a place in them.

Unknown values come last in either direction. Every ordering ends in the key, so that no two rows
share a place. A cursor holds the values of its row's ordering columns and a fingerprint of the
ordering and the filter that it was made under; with another list it is refused.
"""

import hashlib
from base64 import urlsafe_b64decode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import Any, cast

import orjson

from consortium.kernel.errors import CursorInvalid
from consortium.query.pick import Args, Bind, Inputs
from consortium.query.source import Column, Many, Source
from consortium.query.sqltypes import SqlType
from consortium.query.writer import Writer, conjunction

_FINGERPRINT_SIZE = 8
_CURSOR_MAX = 4096
_INTEGER_LIMITS = {SqlType.INTEGER: 2**31, SqlType.BIGINT: 2**63}


@dataclass(frozen=True, slots=True)
class Sort:
    """One column of an ordering."""

    sql: str
    type: SqlType
    nullable: bool
    descending: bool

    def clause(self, *, backwards: bool) -> str:
        """As ORDER BY wants it; read backwards, everything turns round."""
        down = self.descending != backwards
        nulls = f" NULLS {'FIRST' if backwards else 'LAST'}" if self.nullable else ""
        return f"{self.sql}{' DESC' if down else ''}{nulls}"


def sorts(many: Many, alias: str, order_by: list[Args] | None, question: Args) -> list[Sort]:
    """The columns to sort by: those asked for, else the relation's own, and at last the key.

    Behind a column whose values are all different nothing is left to settle.
    """
    source = many.target
    own = source.default_order if many.order is None else many.order
    asked = [
        (str(one["field"]), str(one.get("direction") or "ASC") == "DESC") for one in order_by or []
    ] or list(own)
    columns: dict[str, Sort] = {}
    last_descends = False
    for name, last_descends in asked:
        # An ordering without columns is the one by key.
        for column_name in source.orders.get(name.lower(), (name,)):
            column = source.column(column_name)
            sql = (column.folded or column.sql).format(t=alias)
            columns.setdefault(sql, Sort(sql, _sorted_type(column), column.nullable, last_descends))
            if column.unique and not column.nullable:
                return list(columns.values())
        if source.orders.get(name.lower()) == ():
            break
    for key in _keys(source, alias, question, descending=last_descends):
        columns.setdefault(key.sql, key)
    return list(columns.values())


def _keys(source: Source, alias: str, question: Args, *, descending: bool) -> list[Sort]:
    """What settles ties: the key, or the columns that tell rows made by a question apart."""
    if source.key_of is None:
        return [
            Sort(f"{alias}.{source.key}", SqlType.BIGINT, nullable=False, descending=descending)
        ]
    names = source.key_of(question)
    return [
        Sort(f"{alias}.{name}", SqlType.TEXT, nullable=True, descending=descending)
        for name in names
    ]


def _sorted_type(column: Column) -> SqlType:
    return SqlType.TEXT if column.folded else column.type


def order_clause(columns: list[Sort], *, backwards: bool = False) -> str:
    """The ORDER BY list."""
    return ", ".join(column.clause(backwards=backwards) for column in columns)


def cursor_sql(columns: list[Sort], mark: str) -> str:
    """SQL of the cursor of a row: `mark` is the SQL of its fingerprint."""
    values = ", ".join(f"{column.sql}::text" for column in columns)
    plain = f"convert_to({mark} || json_build_array({values})::text, 'UTF8')"
    return f"translate(encode({plain}, 'base64'), E'+/=\\n', '-_')"


def beyond(
    writer: Writer, columns: list[Sort], cursor: object, mark: "Fingerprint", *, backwards: bool
) -> str:
    """The rows that come after the cursor's place (before it, read backwards)."""
    reader = _CursorReader(columns, mark, cursor)
    values = [
        writer.bind(Bind(partial(reader.value, at=at)), column.type)
        for at, column in enumerate(columns)
    ]
    if _plain(columns):
        operator = "<" if columns[0].descending != backwards else ">"
        left = ", ".join(column.sql for column in columns)
        return f"({left}) {operator} ({', '.join(values)})"
    return _lexicographic(columns, values, backwards=backwards)


def _plain(columns: list[Sort]) -> bool:
    """Whether PostgreSQL's comparison of rows, which an index answers, says the same."""
    return len({column.descending for column in columns}) == 1 and not any(
        column.nullable for column in columns
    )


def _lexicographic(columns: list[Sort], values: list[str], *, backwards: bool) -> str:
    ways: list[str] = []
    equal: list[str] = []
    for column, value in zip(columns, values, strict=True):
        ways.append(conjunction([*equal, _past(column, value, backwards=backwards)]))
        equal.append(f"{column.sql} IS NOT DISTINCT FROM {value}")
    return " OR ".join(f"({way})" for way in ways)


def _past(column: Sort, value: str, *, backwards: bool) -> str:
    operator = "<" if column.descending != backwards else ">"
    past = f"{column.sql} {operator} {value}"
    if not column.nullable:
        return past
    if backwards:
        return f"{past} OR ({value} IS NULL AND {column.sql} IS NOT NULL)"
    return f"{past} OR ({column.sql} IS NULL AND {value} IS NOT NULL)"


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """Names a list: its source, its ordering and the values of its filter."""

    name: str
    where: Args | None
    # What else narrows the list.
    asked: Args

    def of(self, inputs: Inputs) -> str:
        """Eight hexadecimal digits."""
        named = f"{self.name}{_canonical(self.where, inputs)}"
        named += _canonical(self.asked, inputs) if self.asked else ""
        return hashlib.sha256(named.encode()).hexdigest()[:_FINGERPRINT_SIZE]


def fingerprint(
    source: Source, columns: list[Sort], alias: str, where: Args | None, asked: Args
) -> Fingerprint:
    """The fingerprint of a list of the source in that order, narrowed to what is asked for."""
    order = order_clause(columns).replace(f"{alias}.", "")
    return Fingerprint(f"{source.name}|{order}|", where, asked)


def _canonical(value: Any, inputs: Inputs) -> str:
    if isinstance(value, Bind):
        return repr(value.get(inputs))
    if isinstance(value, dict):
        members = cast("dict[str, Any]", value)
        items = sorted((key, _canonical(one, inputs)) for key, one in members.items())
        return "{" + ",".join(f"{key}:{one}" for key, one in items) + "}"
    if isinstance(value, list):
        return _canonical_list(cast("Any", value), inputs)
    return repr(value)


def _canonical_list(values: list[Any], inputs: Inputs) -> str:
    return "[" + ",".join(_canonical(one, inputs) for one in values) + "]"


@dataclass(frozen=True, slots=True)
class _CursorReader:
    """Reads the values out of a cursor that a caller hands in."""

    columns: list[Sort]
    mark: Fingerprint
    cursor: object

    def value(self, inputs: Inputs, at: int) -> object:
        given = self.cursor.get(inputs) if isinstance(self.cursor, Bind) else self.cursor
        return self._values(str(given), self.mark.of(inputs))[at]

    def _values(self, cursor: str, mark: str) -> list[object]:
        try:
            padding = "=" * (-len(cursor) % 4)
            plain = urlsafe_b64decode(cursor[:_CURSOR_MAX] + padding).decode()
            texts = orjson.loads(plain[_FINGERPRINT_SIZE:])
            if plain[:_FINGERPRINT_SIZE] != mark or len(texts) != len(self.columns):
                raise CursorInvalid
            return [_parse(one, column) for one, column in zip(texts, self.columns, strict=True)]
        except (ValueError, KeyError, TypeError, InvalidOperation) as error:
            raise CursorInvalid from error


def _parse(value: object, column: Sort) -> object:
    if value is None and column.nullable:
        return None
    if not isinstance(value, str) or "\0" in value:
        raise CursorInvalid
    parsed = _PARSERS[column.type](value)
    if isinstance(parsed, int) and abs(parsed) >= _INTEGER_LIMITS.get(column.type, 2):
        raise CursorInvalid
    return parsed


def _decimal(value: str) -> Decimal:
    parsed = Decimal(value)
    if not parsed.is_finite():
        raise CursorInvalid
    return parsed


_PARSERS: dict[SqlType, Callable[[str], object]] = {
    SqlType.BOOLEAN: lambda value: {"true": True, "false": False}[value],
    SqlType.INTEGER: int,
    SqlType.BIGINT: int,
    SqlType.NUMERIC: _decimal,
    SqlType.TEXT: str,
    SqlType.DATE: date.fromisoformat,
    SqlType.TIMESTAMP: datetime.fromisoformat,
}


def mark_sql(writer: Writer, mark: Fingerprint) -> str:
    """The fingerprint as a parameter."""
    return writer.bind(Bind(mark.of), SqlType.TEXT)
