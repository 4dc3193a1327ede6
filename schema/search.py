"""Full-text search over organisations, initiatives, claims and products."""

from typing import Annotated

import strawberry

from consortium.catalogue import SEARCHED
from schema.avoided.claims import Claim
from schema.enums import described, enum_of
from schema.initiatives import Initiative
from schema.organisations import Organisation
from schema.paging import argument, field, optional
from schema.products import Product

SearchHit = Annotated[
    Organisation | Initiative | Claim | Product,
    strawberry.union("SearchHit", description="Anything that can be found by words."),
]
SearchType = described(
    enum_of("SearchType", {name.upper(): name for name in SEARCHED.targets}),
    "What to search.",
    ORGANISATION="Names, aliases and sectors of organisations.",
    INITIATIVE="Names and descriptions of initiatives.",
    PRODUCT="Names and identifiers of products.",
    CLAIM="Claims: who, what, in which words.",
)


@strawberry.type(description="What was found, best match first.")
class SearchResult:
    nodes: list[SearchHit] = strawberry.field(description="The best matches.")
    total_count: int = strawberry.field(description="How many match, that you may see.")


@strawberry.type
class SearchQuery:
    search: SearchResult = field(
        "Full-text search: all words, each by its beginning, without case and accents.",
        argument("query", str, "The words."),
        optional("first", int, "How many matches, 0 to 1000, else 20."),
        optional("types", list[SearchType], "What to search; everything unless given."),  # type: ignore[valid-type]
    )
