"""Filter and ordering inputs, made from what each source declares as filterable and orderable.

A source's name in Pascal case is the name of its type, so `claim` is filtered by `ClaimFilter`.
"""

from dataclasses import MISSING
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from types import GenericAlias
from typing import Any

import strawberry
from strawberry.annotation import StrawberryAnnotation
from strawberry.types.field import StrawberryField

# Every feature's relations are declared before the filters over them are made.
import consortium.catalogue  # noqa: F401  # pyright: ignore[reportUnusedImport]
from consortium.kernel.quantities import MassUnit
from consortium.query.source import Column, Many, One, Source
from consortium.query.sqltypes import SqlType
from schema.enums import as_enum, described, enum_of
from schema.names import camel, pascal
from schema.scalars import BigInt, CountryCode, CurrencyCode

_EQUAL = {"eq": "Equal to this.", "ne": "Not equal to this, or unknown."}
_AMONG = {"in": "One of these.", "not_in": "None of these, or unknown."}
_RANGE = {
    "gt": "Above this.",
    "gte": "This or above.",
    "lt": "Below this.",
    "lte": "This or below.",
}
_TEXT = {
    "contains": "Contains this; names are compared without case and accents.",
    "starts_with": "Starts with this; names are compared without case and accents.",
}

# What a column of a type is compared with, and by which operators.
_COMPARED: dict[SqlType, tuple[str, Any, dict[str, str]]] = {
    SqlType.TEXT: ("String", str, _EQUAL | _AMONG | _TEXT),
    SqlType.INTEGER: ("Int", int, _EQUAL | _AMONG | _RANGE),
    SqlType.BIGINT: ("BigInt", BigInt, _EQUAL | _AMONG | _RANGE),
    SqlType.NUMERIC: ("Decimal", Decimal, _EQUAL | _AMONG | _RANGE),
    SqlType.DATE: ("Date", date, _EQUAL | _AMONG | _RANGE),
    SqlType.TIMESTAMP: ("DateTime", datetime, _EQUAL | _RANGE),
    SqlType.BOOLEAN: ("Boolean", bool, {"eq": "Equal to this."}),
}

# Fields that hold codes of a standard.
_CODES: dict[str, tuple[str, Any, dict[str, str]]] = {
    "country": ("CountryCode", CountryCode, _EQUAL | _AMONG),
    "currency": ("CurrencyCode", CurrencyCode, _EQUAL | _AMONG),
    "revenue_currency": ("CurrencyCode", CurrencyCode, _EQUAL | _AMONG),
}

_made: dict[str, type] = {}


def _input(name: str, description: str, fields: dict[str, tuple[Any, str]]) -> type:
    """An input type of that name, made once."""
    if name not in _made:
        body: dict[str, Any] = {"__annotations__": {}, "__module__": __name__}
        for field_name, (kind, text) in fields.items():
            body["__annotations__"][_python(field_name)] = kind | None
            body[_python(field_name)] = strawberry.field(
                name=camel(field_name), description=text, default=strawberry.UNSET
            )
        _made[name] = strawberry.input(type(name, (), body), name=name, description=description)
    return _made[name]


def _python(name: str) -> str:
    """A name that Python allows: `in` is a keyword."""
    return f"{name}_" if name in {"in", "and", "or", "not"} else name


def _comparison(field_name: str, column: Column) -> type:
    """The input that compares a column."""
    if column.mass:
        return _mass_comparison()
    name, kind, operators = _CODES.get(field_name) or _compared(column)
    fields: dict[str, tuple[Any, str]] = {
        op: (GenericAlias(list, kind) if op in _AMONG else kind, text)
        for op, text in operators.items()
    }
    fields["is_null"] = (bool, "Whether it is unknown.")
    return _input(f"{name}Filter", "All of the comparisons given must hold.", fields)


def _compared(column: Column) -> tuple[str, Any, dict[str, str]]:
    if column.prefix is not None or column.row is not None:
        return "Id", strawberry.ID, {"eq": _EQUAL["eq"], "in": _AMONG["in"]}
    if column.enum is not None:
        return column.enum.__name__, as_enum(column.enum), _EQUAL | _AMONG
    return _COMPARED[column.type]


def _mass_comparison() -> type:
    fields: dict[str, tuple[Any, str]] = {op: (Decimal, text) for op, text in _RANGE.items()}
    fields["unit"] = (as_enum(MassUnit), "The unit of these numbers; tonnes unless given.")
    fields["is_null"] = (bool, "Whether it is unknown.")
    return _input("MassFilter", "All of the comparisons given must hold.", fields)


def filter_of(source: Source, name: str | None = None) -> type:
    """The filter of a source's rows, with those of its relations."""
    title = f"{name or pascal(source.name)}Filter"
    if title in _made:
        return _made[title]
    made = _input(title, "All that is given must hold.", {})
    add = _Adder(made)
    add("and", GenericAlias(list, made), "All of these hold; of none, every row does.")
    add("or", GenericAlias(list, made), "One of these holds; of none, no row does.")
    add("not", made, "This does not hold; what is unknown does not hold.")
    for field_name in source.filters:
        add(field_name, *_filtered(source, field_name))
    return made


def _filtered(source: Source, name: str) -> tuple[Any, str]:
    match source.fields[name]:
        case Column() as column:
            return _comparison(name, column), f"Compares `{camel(name)}`."
        case One() as one:
            return filter_of(one.target), f"Holds for `{camel(name)}`."
        case Many() as many:
            return _quantified(many.target), f"Holds for some or none of `{camel(name)}`."
        case _:
            message = f"{source.name}.{name} cannot be filtered by"
            raise TypeError(message)


def _quantified(target: Source) -> type:
    title = f"{pascal(target.name)}ListFilter"
    if title not in _made:
        made = _input(title, "All that is given must hold.", {})
        add = _Adder(made)
        add("some", filter_of(target), "At least one of them, that you may see, is so.")
        add("none", filter_of(target), "None of them, that you may see, is so.")
    return _made[title]


class _Adder:
    """Adds fields to an input type that refers to itself or to one that refers back."""

    def __init__(self, target: Any) -> None:
        self.fields: list[StrawberryField] = target.__strawberry_definition__.fields

    def __call__(self, name: str, kind: Any, text: str) -> None:
        """Add a field that may be left out."""
        self.required(name, kind | None, text, default=strawberry.UNSET)

    def required(self, name: str, kind: Any, text: str, default: Any = MISSING) -> None:
        """Add a field that is never null."""
        self.fields.append(
            StrawberryField(
                python_name=_python(name),
                graphql_name=camel(name),
                type_annotation=StrawberryAnnotation(kind),
                description=text,
                default=default,
            )
        )


class OrderDirection(StrEnum):
    """Up or down."""

    ASC = "ASC"
    DESC = "DESC"


described(
    OrderDirection,
    "Which way to sort; unknown values come last in both.",
    ASC="Smallest, earliest or first in the alphabet first.",
    DESC="Largest, latest or last in the alphabet first.",
)


def order_of(source: Source, name: str | None = None) -> type:
    """The ordering input of a source's rows."""
    title = f"{name or pascal(source.name)}Order"
    if title in _made:
        return _made[title]
    members = {order.upper(): order.upper() for order in source.orders}
    by = described(
        enum_of(f"{title}Field", members),
        "What can be sorted by.",
        **{member: f"By {member.lower().replace('_', ' ')}." for member in members},
    )
    made = _input(title, "A field to sort by, and the direction.", {})
    add = _Adder(made)
    add.required("field", by, "What to sort by.")
    add.required("direction", OrderDirection, "Which way.", default=OrderDirection.ASC)
    return made
