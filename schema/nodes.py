"""What every node has, and how a later feature adds fields to an earlier type."""

from collections.abc import Callable
from typing import Any, TypeVar

import strawberry

T = TypeVar("T", bound=type)


@strawberry.interface(description="Anything with a global id; `node(id:)` finds it again.")
class Node:
    id: strawberry.ID = strawberry.field(description="The global id.")


def extends(target: Any) -> Callable[[T], T]:
    """Add the decorated class's fields to `target`, a type of an earlier feature."""

    def add(extension: T) -> T:
        made: Any = strawberry.type(extension)
        target.__strawberry_definition__.fields.extend(made.__strawberry_definition__.fields)
        return extension

    return add
