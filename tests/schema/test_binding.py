"""Every field of the contract can be read."""

from typing import Any

import pytest

from consortium.catalogue import NODES, ROOT
from consortium.organisations.reads import ORGANISATIONS
from consortium.query.source import Column
from schema.binding import NotBound, check_bindings
from schema.root import GRAPHQL_SCHEMA


def test_every_field_of_the_schema_has_a_source() -> None:
    """The types are bound as they stand."""
    check_bindings(GRAPHQL_SCHEMA, ROOT, NODES)


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("name", None),
        ("name", Column("{t}.name", nullable=True)),
        ("claims", Column("{t}.name")),
        ("source", ORGANISATIONS.fields["claims"]),
    ],
)
def test_a_field_that_cannot_be_read_stops_the_start(
    monkeypatch: pytest.MonkeyPatch, field: str, wrong: Any
) -> None:
    """A field missing, nullable where the contract promises a value, or of another kind."""
    fields = {**ORGANISATIONS.fields, field: wrong}
    if wrong is None:
        del fields[field]
    monkeypatch.setattr(ORGANISATIONS, "fields", fields)

    with pytest.raises(NotBound, match=r"Organisation|Source"):
        check_bindings(GRAPHQL_SCHEMA, ROOT, NODES)


def test_everything_in_the_schema_is_explained() -> None:
    """Types, fields, arguments, inputs and values of enums all have a description."""
    missing = [
        f"{name}.{part}"
        for name, kind in GRAPHQL_SCHEMA.type_map.items()
        if not name.startswith("__")
        for part, described in _parts(kind)
        if not described.description
    ]

    assert missing == []


def _parts(kind: Any) -> list[tuple[str, Any]]:
    parts: list[tuple[str, Any]] = [("", kind)]
    for name, field in getattr(kind, "fields", {}).items():
        parts.append((name, field))
        parts += [(f"{name}({one})", arg) for one, arg in getattr(field, "args", {}).items()]
    parts += list(getattr(kind, "values", {}).items()) if hasattr(kind, "values") else []
    return parts
