"""Enums of the features, with the words that explain them to readers of the schema."""

from enum import Enum, StrEnum
from typing import Any, TypeVar

import strawberry

E = TypeVar("E", bound=type[Enum])


def enum_of(name: str, members: dict[str, str]) -> type[Enum]:
    """An enum with these members and values."""
    make: Any = StrEnum  # type checkers accept the functional form with literals only
    made: type[Enum] = make(name, members)
    return made


def as_enum(enum: E) -> E:
    """The enum as a GraphQL type, made once whoever needs it first."""
    if "__strawberry_definition__" not in vars(enum):
        strawberry.enum(enum)
    return enum


def described(enum: E, description: str, **values: str) -> E:
    """The enum as a GraphQL type with its description and those of its values."""
    definition: Any = vars(as_enum(enum))["__strawberry_definition__"]
    definition.description = description
    for value in definition.values:
        value.description = values[value.name]
    return enum
