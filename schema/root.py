"""The whole schema: a line for each feature."""

import strawberry
from strawberry.schema.config import StrawberryConfig

from schema.audit import AuditQuery
from schema.avoided.claims import ClaimsQuery
from schema.avoided.totals import AvoidedQuery
from schema.initiatives import InitiativesQuery
from schema.inventory import InventoryQuery
from schema.membership import MembershipQuery
from schema.nodes import Node
from schema.organisations import OrganisationsQuery
from schema.paging import argument, field
from schema.scalars import SCALARS
from schema.search import SearchQuery
from schema.value_chains import ValueChainsQuery


@strawberry.type
class NodesQuery:
    node: Node | None = field(
        "Anything with a global id; null if there is none that you may see.",
        argument("id", strawberry.ID, "Its global id."),
    )
    nodes: list[Node | None] = field(
        "Several of them, in the order asked for.",
        argument("ids", list[strawberry.ID], "Their global ids, at most 1000."),
    )


@strawberry.type(description="What can be read. Each operation is one statement.")
class Query(
    NodesQuery,
    SearchQuery,
    OrganisationsQuery,
    MembershipQuery,
    ValueChainsQuery,
    InventoryQuery,
    InitiativesQuery,
    ClaimsQuery,
    AvoidedQuery,
    AuditQuery,
):
    pass


SCHEMA = strawberry.Schema(query=Query, config=StrawberryConfig(scalar_map=SCALARS))
# graphql-core's schema, which documents are validated against and planned by.
GRAPHQL_SCHEMA = SCHEMA._schema  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]

# The contract, as it is printed into schema.graphql.
SDL = SCHEMA.as_str() + "\n"
