"""Disclosed greenhouse gas inventories. They stand beside avoided emissions, never netted."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

import strawberry

from consortium.inventory.actions import SetInventoryVisibility, set_inventory_visibility
from consortium.inventory.reads import INVENTORIES
from consortium.inventory.rules import PartsCheck
from consortium.kernel.visibility import Visibility
from schema.enums import described
from schema.evidence import Source
from schema.filters import filter_of, order_of
from schema.masses import mass
from schema.mutations import Does, Refusal, mutation
from schema.nodes import Node, extends
from schema.organisations import Organisation
from schema.paging import Connection, connection, field, optional

InventoryFilter = filter_of(INVENTORIES)
InventoryOrder = order_of(INVENTORIES)
described(
    PartsCheck,
    "Whether published parts add up to the published total.",
    ADDS_UP="They do, within the rounding of what is published.",
    DIFFERS="They do not; the difference is told.",
    NOT_CHECKABLE="A part or the total is not published.",
)
described(
    Visibility,
    "Who may see a figure.",
    PRIVATE="Its organisation.",
    CONSORTIUM="All members of the consortium.",
    PUBLIC="Everyone.",
)


@strawberry.type(description="Emissions of one organisation in one period, as it published them.")
class Inventory(Node):
    reference: str = strawberry.field(description="Its name in the file it came from.")
    label: str = strawberry.field(description="The period's name as published, such as FY2023.")
    period_start: date | None = strawberry.field(description="First day.")
    period_end: date | None = strawberry.field(description="Last day.")
    year: int | None = strawberry.field(
        description="The calendar year that holds most of a period of 350 to 380 days."
    )
    scope1: Decimal | None = mass("Scope 1: direct emissions.")
    scope2_location: Decimal | None = mass("Scope 2, location-based.")
    scope2_market: Decimal | None = mass("Scope 2, market-based.")
    scope2_unspecified: Decimal | None = mass("Scope 2 whose basis the source does not state.")
    scope3: Decimal | None = mass("Scope 3: the value chain.")
    total: Decimal | None = mass("The total as published.")
    parts_check: PartsCheck = strawberry.field(
        description="Whether the published parts add up to the published total."
    )
    parts_difference: Decimal | None = mass("Total less parts, where both are published.")
    notes: str | None = strawberry.field(description="Remarks.")
    primary_source: str | None = strawberry.field(description="The report that the source relays.")
    quality: str | None = strawberry.field(description="What to doubt.")
    quarantined: bool = strawberry.field(description="Shown, and counted nowhere.")
    visibility: Visibility = strawberry.field(description="Who may see it.")
    recorded_at: datetime = strawberry.field(description="When it was recorded here.")
    organisation: Organisation = strawberry.field(description="Whose emissions.")
    source: Source | None = strawberry.field(description="Where this was published.")


@extends(Organisation)
class OrganisationInventories:
    inventories: Connection[Inventory] = connection(
        "Its disclosed inventories, earliest first.", InventoryFilter, InventoryOrder
    )


@strawberry.type
class InventoryQuery:
    inventory: Inventory | None = field(
        "An inventory by its id.",
        optional("id", strawberry.ID, "Its global id."),
        optional("reference", str, "Its name in the file it came from."),
    )
    inventories: Connection[Inventory] = connection(
        "All disclosed inventories that you may see, as they were recorded.",
        InventoryFilter,
        InventoryOrder,
    )


@strawberry.input(description="Who shall see an inventory.")
class SetInventoryVisibilityInput:
    inventory: strawberry.ID = strawberry.field(description="Which inventory.")
    visibility: Visibility = strawberry.field(description="Who shall see it.")


InventoryResult = Annotated[
    Inventory | Refusal,
    strawberry.union("InventoryResult", description="The inventory, or why nothing was changed."),
]


@strawberry.type
class InventoryMutation:
    set_inventory_visibility: InventoryResult | None = mutation(
        "Show an inventory of your organisation to more or fewer.",
        Does(
            set_inventory_visibility,
            SetInventoryVisibility,
            SetInventoryVisibilityInput,
            INVENTORIES,
            {"inventory": INVENTORIES},
        ),
    )
