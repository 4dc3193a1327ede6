# pyright: basic
# graphql-core leaves type arguments open, which the strict mode counts as unknown.
"""Subscriptions: the one root field is a statement that tells all who ask the same."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from graphql import GraphQLSchema

from consortium.catalogue import NODES, ROOT
from consortium.kernel.errors import DomainError
from consortium.kernel.ids import GlobalId
from consortium.kernel.principal import Rights
from consortium.query.pick import Bind, Inputs
from consortium.query.telling import Telling, asked_values, tell_answer, tell_rows
from schema.errors import RequestRefused, plain
from schema.planner.documents import Operation
from schema.planner.selections import Selector
from schema.subscriptions import Follows, follows_of


@dataclass(frozen=True, slots=True)
class Following:
    """How a subscription is told what it follows."""

    follows: Follows
    telling: Telling
    # The one row that is followed.
    row: Bind | None = None


@dataclass(frozen=True, slots=True)
class Followed:
    """A subscription of one caller: what it follows, with all values that it was asked with."""

    following: Following
    inputs: Inputs
    row: int | None
    # Who has the same here, and for `who` and `row`, is told the same.
    key: tuple[object, ...]
    who: tuple[int | None, ...]


def compile_following(
    schema: GraphQLSchema, operation: Operation, variables: Mapping[str, Any], rights: Rights
) -> Following:
    """Plan the one field of the subscription; RequestRefused where it cannot be followed."""
    root = schema.subscription_type
    assert root is not None
    selector = Selector(schema, operation.fragments, variables)
    # That it is one, and none of introspection, was validated; directives may still leave it out.
    fields = selector.fields(root, [operation.node.selection_set])
    if len(fields) != 1:
        raise RequestRefused([plain("BAD_REQUEST", "A subscription asks for one field.")])
    [(key, nodes)] = fields.items()
    pick = selector.pick(root, key, nodes, ())
    follows = follows_of(root.fields[nodes[0].name.value])
    assert follows is not None  # checked when the schema was bound
    try:
        if follows.source is None:
            asked = replace(pick, name=follows.asks)
            return Following(follows, tell_answer(ROOT, asked, rights, NODES))
        row = pick.args.get("id")
        telling = tell_rows(follows.source, pick, rights, NODES, each=row is not None)
        return Following(follows, telling, row)
    except DomainError as error:
        raise RequestRefused([plain(error.code, error.message)]) from error


def followed(following: Following, inputs: Inputs) -> Followed:
    """The subscription of a caller; RequestRefused where a value of it cannot be used."""
    try:
        values = asked_values(following.telling, inputs)
        row = None if following.row is None else _row(following, following.row.get(inputs))
    except DomainError as error:
        raise RequestRefused([plain(error.code, error.message)]) from error
    key = (following.telling.statement.sql, *values)
    return Followed(following, inputs, row, key, following.telling.who(inputs.principal))


def _row(following: Following, given: GlobalId) -> int:
    """The number of a row; of an id of another type, that of none."""
    source = following.follows.source
    assert source is not None
    return given.key if given.prefix == source.prefix else -1
