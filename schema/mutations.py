# pyright: basic
# graphql-core leaves type arguments open, which the strict mode counts as unknown.
"""Mutations: what a field of `Mutation` does, and what is told where it is refused.

A feature adds one with an input type and a line that binds it to an action of its own:

    invite_person: InvitationResult | None = mutation(
        "Invite somebody.", Does(invite_person, InvitePerson, InvitePersonInput, INVITATIONS)
    )

The action gets the caller, its command and the day, is one transaction, and returns the key of the
row that the payload is read from, within the caller's rights, as any query would.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import strawberry
from graphql import GraphQLField, GraphQLObjectType, GraphQLSchema, GraphQLUnionType, get_named_type
from strawberry.types.field import StrawberryField

from consortium.kernel.errors import DomainError, NotFound
from consortium.kernel.ids import GlobalId
from consortium.kernel.principal import Principal
from consortium.query.source import Source
from schema.paging import argument

DOES = "does"


@strawberry.type(description="Why nothing was changed: what is wrong, and what would be right.")
class Refusal:
    code: str = strawberry.field(description="The stable code, such as PERMISSION_DENIED.")
    message: str = strawberry.field(description="What is wrong, in a sentence.")
    path: list[str] = strawberry.field(description="Where in the input the fault lies, if known.")


REFUSAL = Refusal.__name__


@dataclass(frozen=True, slots=True)
class Does:
    """What a mutation does: `action`, with a `command` made of the input's fields by their names.

    An id in the input must have the prefix that `ids` gives for its field; one of another type
    names nothing there is. The payload is read from `source`; where it is an object around that
    row with values that the action alone knows (`key`, and the others by their names), `around`
    names the field of the row.
    """

    action: Callable[[Principal, Any, date], Awaitable[Any]]
    command: Callable[..., Any]
    input: type
    source: Source
    ids: Mapping[str, Source] = field(default_factory=dict[str, Source])
    around: str | None = None

    def commanded(self, given: Mapping[str, Any]) -> Any:
        """The command of an input; NotFound where an id is one of another type."""
        hints = get_type_hints(self.command)
        return self.command(
            **{name: self._value(name, hints[name], value) for name, value in given.items()}
        )

    def _value(self, name: str, kind: Any, value: Any) -> Any:
        kind = _given(kind)
        if isinstance(value, GlobalId):
            if value.prefix != self.ids[name].prefix:
                raise NotFound
            return value.key
        if isinstance(value, list):
            inner = get_args(kind)[0]
            return tuple(self._value(name, inner, one) for one in value)
        if isinstance(value, Mapping):
            hints = get_type_hints(kind)
            return kind(**{key: self._value(key, hints[key], one) for key, one in value.items()})
        return _word(kind, value)


def _given(kind: Any) -> Any:
    """The kind of a value that is given, where it may also be left out."""
    if get_origin(kind) not in {Union, UnionType}:
        return kind
    [found] = [one for one in get_args(kind) if one is not NoneType]
    return found


def _word(kind: Any, value: Any) -> Any:
    """A member of an enum by its value; anything else as it is."""
    is_enum = get_origin(kind) is None and isinstance(kind, type) and issubclass(kind, Enum)
    return kind(value) if is_enum else value


def mutation(description: str, does: Does) -> Any:
    """A field of `Mutation`."""
    made = StrawberryField(description=description, metadata={DOES: does})
    made.arguments = [argument("input", does.input, "What to do.")]
    return made


def does_of(field: GraphQLField) -> Does | None:
    """What a field of `Mutation` is bound to."""
    made: Does | None = field.extensions["strawberry-definition"].metadata.get(DOES)
    return made


def result_of(schema: GraphQLSchema, field: GraphQLField) -> GraphQLObjectType:
    """The type of a mutation's result, beside `Refusal` in its union."""
    union = get_named_type(field.type)
    assert isinstance(union, GraphQLUnionType)
    [found] = [one for one in schema.get_possible_types(union) if one.name != REFUSAL]
    return found


def refusal(error: DomainError) -> dict[str, Any]:
    """The values of a `Refusal`."""
    return {"code": error.code, "message": error.message, "path": list(error.path)}
