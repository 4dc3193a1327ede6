# pyright: basic
# graphql-core leaves type arguments open, which the strict mode counts as unknown.
"""Subscriptions: what a field of `Subscription` follows, and what is told of a change.

A feature adds one with a line. Either rows of a source are followed, one by one:

    invoice_changed: Change[Invoice] = rows(INVOICES, "An invoice was issued or changed.")

or the answer to a question, of which the tables are named that may change it:

    avoided_emissions_changed: AvoidedEmissions = answer(
        AvoidedQuery, "avoided_emissions", "The totals.", "avoided_total"
    )

Each table that is named is watched by the database (`change_watch`, in a migration).
"""

from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import strawberry
from graphql import GraphQLField
from strawberry.types.field import StrawberryField

from consortium.query.source import Source
from schema.paging import optional

T = TypeVar("T")

FOLLOWS = "follows"


@dataclass(frozen=True, slots=True)
class Follows:
    """What a field follows: rows of `source`, or the answer of the query's field `asks`."""

    subjects: frozenset[str]
    source: Source | None = None
    asks: str = ""


@strawberry.type(description="A row that has changed.")
class Change(Generic[T]):
    id: strawberry.ID = strawberry.field(description="Its global id.")
    node: T | None = strawberry.field(
        description="The row as it is now; null when it is gone, or no longer yours to see."
    )


def rows(source: Source, description: str) -> Any:
    """A field that tells of rows of a source: of one, first as it is, or of all that one sees."""
    assert isinstance(source.table, str)
    made = StrawberryField(
        description=f"{description} With an `id`, that row alone, at once as it is now.",
        metadata={FOLLOWS: Follows(frozenset({source.table}), source)},
    )
    made.arguments = [optional("id", strawberry.ID, "The one row; else all that you may see.")]
    return made


def answer(query: Any, asks: str, description: str, *subjects: str) -> Any:
    """A field that tells what that field of the query answers, at once and when it differs."""
    asked = query.__strawberry_definition__.get_field(asks)
    made = StrawberryField(
        description=f"{description} Told at once, and whenever they are others.",
        metadata={FOLLOWS: Follows(frozenset(subjects), asks=asks)},
    )
    made.arguments = deepcopy(asked.arguments)
    return made


def follows_of(field: GraphQLField) -> Follows | None:
    """What a field of `Subscription` follows."""
    made: Follows | None = field.extensions["strawberry-definition"].metadata.get(FOLLOWS)
    return made
