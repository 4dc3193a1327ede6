"""The columns of a Tortoise table, as a source declares them."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from tortoise import fields
from tortoise.fields.data import CharEnumFieldInstance
from tortoise.models import Model

from consortium.query.source import Column, Field
from consortium.query.sqltypes import SqlType
from consortium.storage.fields import KeyField, NumericField

_MASS_SUFFIX = "_kg_co2e"

_TYPES: tuple[tuple[type[Any], SqlType], ...] = (
    (NumericField, SqlType.NUMERIC),
    (fields.DecimalField, SqlType.NUMERIC),
    (fields.BooleanField, SqlType.BOOLEAN),
    (fields.BigIntField, SqlType.BIGINT),
    (fields.IntField, SqlType.INTEGER),
    (fields.DatetimeField, SqlType.TIMESTAMP),
    (fields.DateField, SqlType.DATE),
    (fields.CharField, SqlType.TEXT),
    (fields.TextField, SqlType.TEXT),
    (KeyField, SqlType.TEXT),
)


def columns(model: type[Model], prefix: str | None, names: Iterable[str]) -> dict[str, Field]:
    """The id (a global one where there is a prefix) and the named columns of a table.

    A column in kg CO2e goes by its name without the unit, which the reader chooses. A text that is
    blank when nothing was published reads as null.
    """
    found: dict[str, Field] = {
        "id": Column("{t}.id", SqlType.BIGINT, nullable=False, prefix=prefix, unique=True)
    }
    for name in names:
        found[name.removesuffix(_MASS_SUFFIX)] = _column(model, name)
    return found


def _described(model: type[Model]) -> dict[str, Any]:
    # Tortoise has no public name for its description of a table.
    meta: Any = model._meta  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
    found: dict[str, Any] = meta.fields_map
    return found


def _column(model: type[Model], name: str) -> Column:
    described = _described(model)[name]
    sql = f"{{t}}.{name}"
    sql_type = next(kind for python, kind in _TYPES if isinstance(described, python))
    blank = sql_type is SqlType.TEXT and described.default == ""
    named = name == "name" and "name_key" in _described(model)
    key = _described(model)["name_key"] if named else described
    return Column(
        f"nullif({sql}, '')" if blank else sql,
        sql_type,
        nullable=bool(described.null) or blank,
        enum=_enum(described),
        mass=name.endswith(_MASS_SUFFIX),
        folded="{t}.name_key" if named else None,
        unique=bool(key.unique),
    )


def _enum(described: object) -> type[StrEnum] | None:
    if not isinstance(described, CharEnumFieldInstance):
        return None
    enum_type = described.enum_type
    assert issubclass(enum_type, StrEnum)  # noqa: S101  every enum column is declared with one
    return enum_type
