"""Temporary."""

import strawberry

from schema.nodes import Node


@strawberry.type(description="An activity.")
class Activity(Node):
    code: str = strawberry.field(description="c")
    name: str = strawberry.field(description="n")
    product: str = strawberry.field(description="p")
    unit: str = strawberry.field(description="u")
