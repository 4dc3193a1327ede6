"""The text of a GraphQL document while it is made: values, variables, fragments."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


class Enum(str):
    """A member of an enum: a name in a document, a string among the variables."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable in place of a value."""

    name: str


@dataclass(frozen=True, slots=True)
class Number:
    """A decimal written as a number."""

    text: str


def literal(value: Any) -> str:
    """A value as GraphQL writes it."""
    match value:
        case Variable():
            return f"${value.name}"
        case Number():
            return value.text
        case Enum():
            return str(value)
        case dict():
            return "{" + ", ".join(f"{name}: {literal(one)}" for name, one in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(literal, value)) + "]"
        case _:
            return json.dumps(value, ensure_ascii=False)


def as_json(value: Any) -> Any:
    """A value as JSON variables hold it."""
    match value:
        case Number():
            return float(value.text) if "." in value.text else int(value.text)
        case Enum():
            return str(value)
        case dict():
            return {name: as_json(one) for name, one in value.items()}
        case list():
            return [as_json(one) for one in value]
        case _:
            return value


@dataclass(frozen=True, slots=True)
class Operation:
    """One request."""

    text: str
    variables: Mapping[str, Any]
    name: str | None = None


@dataclass(slots=True)
class Draft:
    """An operation in the making."""

    declared: list[str] = field(default_factory=list)
    variables: dict[str, Any] = field(default_factory=dict)
    # Fragments by the type that they stand on.
    fragments: dict[str, list[str]] = field(default_factory=dict)
    definitions: list[str] = field(default_factory=list)
    _names: int = 0

    def name(self, prefix: str) -> str:
        """A name that nothing else in the document has."""
        self._names += 1
        return f"{prefix}{self._names}"

    def declare(self, kind: str, value: Any, *, given: bool, default: Any = None) -> Variable:
        """A variable of that type; with a default where one is told, left out unless given."""
        name = self.name("v")
        tail = "" if default is None else f" = {literal(default)}"
        self.declared.append(f"${name}: {kind}{tail}")
        if given:
            self.variables[name] = as_json(value)
        return Variable(name)

    def operation(self, selection: str, name: str | None, others: str = "") -> Operation:
        """The finished request."""
        declared = f"({', '.join(self.declared)})" if self.declared else ""
        head = f"query {name or ''}{declared}" if name or declared else ""
        text = "\n".join([f"{head} {selection}".strip(), *self.definitions, others]).strip()
        return Operation(text, dict(self.variables), name)
