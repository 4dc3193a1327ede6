"""Connections in the manner of Relay: pages of a list, forward and backward, by cursor."""

from collections.abc import Sequence
from typing import Any, Generic, TypeVar

import strawberry
from strawberry.annotation import StrawberryAnnotation
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.field import StrawberryField

T = TypeVar("T")


@strawberry.type(description="Where a page lies in its list.")
class PageInfo:
    has_next_page: bool = strawberry.field(
        description="Whether more follow, reading forward; backward, whether `before` was given."
    )
    has_previous_page: bool = strawberry.field(
        description="Whether more precede, reading backward; forward, whether `after` was given."
    )
    start_cursor: str | None = strawberry.field(description="The cursor of the first item.")
    end_cursor: str | None = strawberry.field(description="The cursor of the last item.")


@strawberry.type(description="An item of a page, with its place in the list.")
class Edge(Generic[T]):
    cursor: str = strawberry.field(
        description="The item's place in the list under this filter and this ordering."
    )
    node: T = strawberry.field(description="The item.")


@strawberry.type(description="A page of a list.")
class Connection(Generic[T]):
    edges: list[Edge[T]] = strawberry.field(description="The items with their cursors.")
    nodes: list[T] = strawberry.field(description="The items alone.")
    page_info: PageInfo = strawberry.field(description="Where the page lies in its list.")
    total_count: int = strawberry.field(
        description="How many items the whole list holds that you may see, under this filter."
    )


_PAGE_ARGUMENTS: tuple[tuple[str, Any, str], ...] = (
    ("first", int, "How many items to read from the start, or after `after`: 0 to 1000, else 20."),
    ("after", str, "Read on behind this cursor."),
    ("last", int, "How many items to read from the end, or before `before`, instead of `first`."),
    ("before", str, "Read up to this cursor."),
)


def argument(
    name: str, kind: Any, description: str, default: Any = strawberry.UNSET
) -> StrawberryArgument:
    """An argument of a field; optional unless its type says otherwise."""
    return StrawberryArgument(
        python_name=name,
        graphql_name=None,
        type_annotation=StrawberryAnnotation(kind),
        description=description,
        default=default,
    )


def field(description: str, *arguments: StrawberryArgument) -> Any:
    """A field with arguments that the planner reads."""
    made = StrawberryField(description=description)
    made.arguments = list(arguments)
    return made


def optional(name: str, kind: Any, description: str) -> StrawberryArgument:
    """An argument that may be left out or null."""
    return argument(name, kind | None, description)


SEARCH = optional(
    "search",
    str,
    "Only those that have all of these words, each whole or its beginning, in a name or alias.",
)


def connection(
    description: str,
    where: type | None = None,
    order_by: type | None = None,
    extra: Sequence[StrawberryArgument] = (),
) -> Any:
    """A connection field: pages, and a filter and orderings where they are given."""
    arguments = [optional(name, kind, text) for name, kind, text in _PAGE_ARGUMENTS]
    if where is not None:
        arguments.append(optional("where", where, "Only the items for which this holds."))
    if order_by is not None:
        arguments.append(
            optional("order_by", list[order_by], "By what to sort; ties are settled by the id.")  # type: ignore[valid-type]
        )
    return field(description, *extra, *arguments)
