"""Products, what identifies them, and which of them may be the same."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

import strawberry

from consortium.footprints.actions.matching import DecideProductMatch, decide_product_match
from consortium.footprints.actions.products import (
    AddProductIdentifier,
    ChangeProduct,
    RecordProduct,
    add_product_identifier,
    change_product,
    record_product,
)
from consortium.footprints.reads.footprints import PRODUCTS
from consortium.footprints.rules.facts import DeclaredUnit
from consortium.footprints.rules.identifiers import IdentifierKind
from consortium.footprints.rules.vocabulary import MatchDecision, MatchReason
from consortium.kernel.visibility import Visibility
from schema.enums import described
from schema.filters import filter_of, order_of
from schema.mutations import Does, Refusal, mutation
from schema.nodes import Node, extends
from schema.organisations import Organisation
from schema.paging import Connection, argument, connection, field

ProductFilter = filter_of(PRODUCTS)
ProductOrder = order_of(PRODUCTS)
described(
    DeclaredUnit,
    "The units in which a product may be declared.",
    **{unit.name: f"{unit.value.capitalize()}." for unit in DeclaredUnit},
)
described(
    IdentifierKind,
    "What a product's identifier is.",
    GTIN="A Global Trade Item Number, as in barcodes.",
    CAS="A substance's number in the CAS registry; several products may hold one substance.",
    UUID="A universally unique identifier.",
    SUPPLIER_CODE="The supplier's own code.",
    BUYER_CODE="The buyer's own code.",
    OTHER="Another URN.",
)
described(
    MatchReason,
    "Why two products may be the same.",
    SAME_IDENTIFIER="They have an identifier in common.",
    SAME_NUMBER="They have the same GTIN or CAS number, written in another way.",
    SIMILAR_NAME="At least half of the words of their names are in both.",
)
described(
    MatchDecision,
    "What the owner of a product decided about a suggestion.",
    CONFIRMED="They are the same.",
    DECLINED="They are not.",
)


@strawberry.type(description="A URN by which a product is known.")
class ProductIdentifier:
    urn: str = strawberry.field(description="As it was given.")
    kind: IdentifierKind = strawberry.field(description="What it is.")


@strawberry.type(description="Another product that may be the same, with the reason.")
class ProductSuggestion:
    reason: MatchReason = strawberry.field(description="Why.")
    identifier: str | None = strawberry.field(description="What they have in common, as a URN.")
    similarity: Decimal | None = strawberry.field(
        description="Which part of the words of both names is in both, of similar names."
    )
    decision: MatchDecision | None = strawberry.field(description="What was decided, if anything.")
    decided_on: date | None = strawberry.field(description="When it was decided.")
    version: int = strawberry.field(description="Grows with each decision; 0 before the first.")
    product: Annotated["Product", strawberry.lazy("schema.products")] = strawberry.field(
        description="The other product."
    )


@strawberry.type(
    description="A product or service as one organisation knows it: its own, or one that it buys."
)
class Product(Node):
    name: str = strawberry.field(description="Its name.")
    description: str | None = strawberry.field(description="What it is.")
    unit: DeclaredUnit | None = strawberry.field(description="In which it is usually declared.")
    visibility: Visibility = strawberry.field(
        description="Who may see it, beside those who see one of its footprints."
    )
    version: int = strawberry.field(description="Grows with each change.")
    recorded_at: datetime = strawberry.field(description="When it was recorded here.")
    organisation: Organisation = strawberry.field(description="Whose record it is.")
    identifiers: list[ProductIdentifier] = strawberry.field(description="By what it is known.")
    suggestions: Connection[ProductSuggestion] = connection(
        "Other products that you see and that may be the same, the likeliest first; told to whose"
        " record it is."
    )


@extends(Organisation)
class OrganisationProducts:
    products: Connection[Product] = connection(
        "Its products that you may see, as they were recorded.", ProductFilter, ProductOrder
    )


@strawberry.type
class ProductsQuery:
    product: Product | None = field(
        "A product; null if there is none that you may see.",
        argument("id", strawberry.ID, "Its global id."),
    )
    products: Connection[Product] = connection(
        "Products that you may see, as they were recorded.", ProductFilter, ProductOrder
    )


@strawberry.input(description="A product of your organisation, or one that it buys.")
class RecordProductInput:
    name: str = strawberry.field(description="Its name.")
    description: str | None = strawberry.field(description="What it is.", default=strawberry.UNSET)
    unit: DeclaredUnit | None = strawberry.field(
        description="In which it is usually declared.", default=strawberry.UNSET
    )
    identifiers: list[str] | None = strawberry.field(
        description="URNs by which it is known.", default=strawberry.UNSET
    )
    visibility: Visibility | None = strawberry.field(
        description="Who may see it; PRIVATE unless told.", default=strawberry.UNSET
    )


@strawberry.input(description="What is told of a product from now on. What is left out stays.")
class ChangeProductInput:
    product: strawberry.ID = strawberry.field(description="Which.")
    version: int = strawberry.field(description="The version that you saw.")
    name: str | None = strawberry.field(description="Its name.", default=strawberry.UNSET)
    description: str | None = strawberry.field(description="What it is.", default=strawberry.UNSET)
    unit: DeclaredUnit | None = strawberry.field(
        description="In which it is usually declared.", default=strawberry.UNSET
    )
    visibility: Visibility | None = strawberry.field(
        description="Who may see it.", default=strawberry.UNSET
    )


@strawberry.input(description="One more identifier of a product.")
class AddProductIdentifierInput:
    product: strawberry.ID = strawberry.field(description="Which.")
    identifier: str = strawberry.field(
        description="A URN, such as urn:gtin:4006381333931 or urn:pact:example.com:supplier-id:12."
    )


@strawberry.input(description="Whether another product is the same as one of yours.")
class DecideProductMatchInput:
    product: strawberry.ID = strawberry.field(description="Yours.")
    other: strawberry.ID = strawberry.field(description="The other.")
    version: int = strawberry.field(description="The version of the suggestion that you saw.")
    decision: MatchDecision = strawberry.field(description="Whether it is the same.")


ProductResult = Annotated[
    Product | Refusal,
    strawberry.union("ProductResult", description="The product, or why nothing was done."),
]
_WHICH = {"product": PRODUCTS}


@strawberry.type
class ProductsMutation:
    record_product: ProductResult | None = mutation(
        "Record a product of your organisation, or one that it buys.",
        Does(record_product, RecordProduct, RecordProductInput, PRODUCTS),
    )
    change_product: ProductResult | None = mutation(
        "Tell something else of a product, or show it to others.",
        Does(change_product, ChangeProduct, ChangeProductInput, PRODUCTS, _WHICH),
    )
    add_product_identifier: ProductResult | None = mutation(
        "Say by which identifier a product is known as well.",
        Does(
            add_product_identifier,
            AddProductIdentifier,
            AddProductIdentifierInput,
            PRODUCTS,
            _WHICH,
        ),
    )
    decide_product_match: ProductResult | None = mutation(
        "Confirm or decline that another product is the same.",
        Does(
            decide_product_match,
            DecideProductMatch,
            DecideProductMatchInput,
            PRODUCTS,
            _WHICH | {"other": PRODUCTS},
        ),
    )
