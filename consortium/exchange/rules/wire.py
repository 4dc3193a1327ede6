"""A footprint as it travels: PACT's JSON, read strictly into facts, and written from them.

Decimals are texts, moments end in Z, what is not stated is left out, and no field goes by another
name than the specification's (3.0.3). Reading tells all that is wrong with the form at once; what a
footprint means is judged by `footprints.rules.meaning`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass, fields, is_dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, NoReturn, Union, cast, get_args, get_origin, get_type_hints
from uuid import UUID

from consortium.footprints.rules.facts import FootprintFacts, pact_name

_DECIMAL = re.compile(r"[+-]?\d+(\.\d+)?", re.ASCII)
_MOMENT = re.compile(
    r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}(:\d{2}(\.\d+)?)?([Zz]|[+-]\d{2}:\d{2})", re.ASCII
)
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE | re.ASCII)
TEXT_MAX = 100_000
ITEMS_MAX = 1000
DIGITS_MAX = 60
# JSON of others, nested deeper than anything that is meant.
DEPTH_MAX = 40
# Said by versions 2 and of no use in 3 (3.0, "Obsolete Properties"): accepted and dropped.
OBSOLETE = frozenset({"version", "updated"})


@dataclass(frozen=True, slots=True)
class WireFault:
    """A field that cannot be read: its place in PACT's spelling, and what would be right."""

    field: str
    message: str


class _Unreadable(Exception):
    """This value cannot be read; the fault stands in the list."""


def read_footprint(given: object) -> tuple[FootprintFacts | None, list[WireFault]]:
    """The facts that a JSON value states, or None and all that is wrong with its form."""
    faults: list[WireFault] = []
    try:
        facts = _object(FootprintFacts, given, "", faults)
    except _Unreadable:
        return None, faults
    return (None, faults) if faults else (cast("FootprintFacts", facts), [])


def write_footprint(facts: FootprintFacts) -> dict[str, Any]:
    """The JSON object of a footprint."""
    return cast("dict[str, Any]", _written(facts))


def given_id(given: object) -> str | None:
    """The id that something which is meant to be a footprint has, whatever it is like."""
    said = cast("dict[str, Any]", given).get("id") if isinstance(given, dict) else None
    return said[:200].replace("\0", "") if isinstance(said, str) else None


@dataclass(frozen=True, slots=True)
class _Field:
    """A field of a type: its names, what it holds, and whether it must be stated."""

    name: str
    wire: str
    kind: Any
    required: bool


@cache
def _fields_of(kind: type) -> tuple[_Field, ...]:
    hints = get_type_hints(kind)
    return tuple(
        _Field(one.name, pact_name(one.name), _stated(hints[one.name]), one.default is MISSING)
        for one in fields(kind)
    )


def _stated(kind: Any) -> Any:
    """The kind of a value that is stated, where it may also be left out."""
    if get_origin(kind) not in {Union, UnionType}:
        return kind
    [found] = [one for one in get_args(kind) if one is not NoneType]
    return found


def _object(kind: type, given: object, at: str, faults: list[WireFault]) -> object:
    if not isinstance(given, dict):
        return _fault(faults, at, "is a JSON object")
    said = cast("dict[str, object]", given)
    values: dict[str, Any] = {}
    before = len(faults)
    for field in _fields_of(kind):
        place = f"{at}.{field.wire}" if at else field.wire
        if field.wire not in said:
            if field.required:
                faults.append(WireFault(place, f"`{place}` is missing; PACT requires it."))
            continue
        try:
            values[field.name] = _value(field.kind, said[field.wire], place, faults)
        except _Unreadable:
            continue
    if len(faults) > before:
        raise _Unreadable
    return kind(**values)


def _value(kind: Any, given: object, at: str, faults: list[WireFault]) -> Any:
    if given is None:
        return _fault(faults, at, "is left out where it is not known, and never null")
    if get_origin(kind) is tuple:
        return _items(get_args(kind)[0], given, at, faults)
    if get_origin(kind) is not None:
        return _mapping(given, at, faults)
    if is_dataclass(kind):
        return _object(cast("type", kind), given, at, faults)
    return _READERS[kind](given, at, faults) if kind in _READERS else _word(kind, given, at, faults)


def _items(kind: Any, given: object, at: str, faults: list[WireFault]) -> tuple[Any, ...]:
    if not isinstance(given, list) or not given:
        return _fault(faults, at, "is a list that is not empty")
    many = cast("Sequence[object]", given)
    if len(many) > ITEMS_MAX:
        return _fault(faults, at, f"has at most {ITEMS_MAX} values")
    found: list[Any] = []
    before = len(faults)
    for place, one in enumerate(many):
        try:
            found.append(_value(kind, one, f"{at}[{place}]", faults))
        except _Unreadable:
            continue
    if len(faults) > before:
        raise _Unreadable
    return tuple(found)


def _mapping(given: object, at: str, faults: list[WireFault]) -> Mapping[str, Any]:
    if not isinstance(given, dict) or not _sound(cast("object", given), DEPTH_MAX):
        return _fault(faults, at, f"is a JSON object, nested at most {DEPTH_MAX} deep")
    return cast("Mapping[str, Any]", given)


def _sound(given: object, depth: int) -> bool:
    """Whether JSON of others can be kept: not too deep, and nothing that PostgreSQL has not."""
    if depth == 0:
        return False
    if isinstance(given, str):
        return "\0" not in given
    if isinstance(given, dict):
        held = cast("dict[str, object]", given)
        return all("\0" not in name and _sound(one, depth - 1) for name, one in held.items())
    if isinstance(given, list):
        return all(_sound(one, depth - 1) for one in cast("list[object]", given))
    return True


def _text(given: object, at: str, faults: list[WireFault]) -> str:
    if not isinstance(given, str) or len(given) > TEXT_MAX or "\0" in given:
        return _fault(faults, at, f"is a text of at most {TEXT_MAX} characters")
    return given


def _decimal(given: object, at: str, faults: list[WireFault]) -> Decimal:
    if isinstance(given, str) and len(given) <= DIGITS_MAX and _DECIMAL.fullmatch(given):
        return Decimal(given)
    return _fault(faults, at, 'is a decimal number as a text, such as "12.5"')


def _moment(given: object, at: str, faults: list[WireFault]) -> datetime:
    if isinstance(given, str) and len(given) <= DIGITS_MAX and _MOMENT.fullmatch(given):
        try:
            return datetime.fromisoformat(given.upper()).astimezone(UTC)
        except (ValueError, OverflowError):
            pass
    return _fault(faults, at, 'is a moment with its offset, such as "2026-01-31T00:00:00Z"')


def _uuid(given: object, at: str, faults: list[WireFault]) -> UUID:
    if isinstance(given, str) and _UUID.fullmatch(given):
        return UUID(given)
    return _fault(faults, at, "is a UUID, such as f4b1225a-bd44-4c8e-861d-079e4e1dfd69")


def _boolean(given: object, at: str, faults: list[WireFault]) -> bool:
    return given if isinstance(given, bool) else _fault(faults, at, "is true or false")


def _word(kind: Any, given: object, at: str, faults: list[WireFault]) -> Any:
    words = [str(one.value) for one in cast("type[Enum]", kind)]
    if isinstance(given, str) and given in words:
        return kind(given)
    return _fault(faults, at, f"is one of: {', '.join(words)}")


_READERS: Mapping[Any, Any] = {
    str: _text,
    Decimal: _decimal,
    datetime: _moment,
    UUID: _uuid,
    bool: _boolean,
}


def _fault(faults: list[WireFault], at: str, right: str) -> NoReturn:
    faults.append(WireFault(at, f"`{at}` {right}." if at else f"A footprint {right}."))
    raise _Unreadable


def _written(value: object) -> Any:  # noqa: PLR0911  one for each kind of value
    if is_dataclass(value):
        told = {one.wire: getattr(value, one.name) for one in _fields_of(cast("type", type(value)))}
        return {name: _written(one) for name, one in told.items() if one is not None}
    match value:
        case Enum():
            return value.value
        case Decimal():
            return f"{value:f}"
        case datetime():
            return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case UUID():
            return str(value)
        case tuple():
            return [_written(one) for one in cast("tuple[object, ...]", value)]
        case _:
            return value
