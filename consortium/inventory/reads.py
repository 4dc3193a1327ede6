"""What can be read of inventories: each figure by its own visibility."""

from consortium.evidence.reads import CITATIONS
from consortium.inventory.models import Inventory
from consortium.membership.reads.figures import figures_visible_to
from consortium.membership.rules.engagements import Coverage
from consortium.organisations.reads import ORGANISATIONS
from consortium.query.source import Many, One, Source
from consortium.query.tables import columns

INVENTORIES = Source(
    name="inventory",
    table="inventory",
    prefix="inventory",
    visible_to=figures_visible_to(Coverage.INVENTORIES),
    fields=columns(
        Inventory,
        "inventory",
        (
            "reference",
            "label",
            "period_start",
            "period_end",
            "year",
            "scope1_kg_co2e",
            "scope2_location_kg_co2e",
            "scope2_market_kg_co2e",
            "scope2_unspecified_kg_co2e",
            "scope3_kg_co2e",
            "total_kg_co2e",
            "parts_check",
            "parts_difference_kg_co2e",
            "notes",
            "primary_source",
            "quality",
            "quarantined",
            "visibility",
            "recorded_at",
        ),
    )
    | {
        "organisation": One(ORGANISATIONS, "{u}.id = {t}.organisation_id"),
        "source": One(CITATIONS, "{u}.id = {t}.citation_id"),
    },
    filters=(
        "id",
        "label",
        "period_start",
        "period_end",
        "year",
        "scope1",
        "scope2_location",
        "scope2_market",
        "scope2_unspecified",
        "scope3",
        "total",
        "parts_check",
        "quarantined",
        "visibility",
        "organisation",
    ),
    orders={"period_end": ("period_end",), "total": ("total",), "year": ("year",)},
)

ORGANISATIONS.relate(
    inventories=Many(INVENTORIES, "{u}.organisation_id = {t}.id", (("period_end", False),))
)
