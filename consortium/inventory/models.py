# pyright: basic
"""Table of disclosed inventories. All masses in kg CO2e; blank means not found, never zero."""

from tortoise import fields
from tortoise.fields.db_defaults import Now
from tortoise.indexes import Index
from tortoise.models import Model

from consortium.evidence.models import Citation
from consortium.inventory.rules import PartsCheck
from consortium.kernel.visibility import Visibility
from consortium.organisations.models import Organisation
from consortium.storage.fields import IdField, KeyField, NumericField, word_field

EXTRA_CONSTRAINTS = ("inventory_finite", "inventory_dates_ordered")


class Inventory(Model):
    """Emissions of one organisation in one period, as it published them."""

    id = IdField()
    reference: fields.Field[str] = KeyField(unique=True)
    organisation: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "consortium.Organisation", on_delete=fields.RESTRICT, related_name="inventories"
    )
    label = fields.TextField()
    period_start = fields.DateField(null=True)
    period_end = fields.DateField(null=True)
    scope1_kg_co2e: fields.Field[object] = NumericField(null=True)
    scope2_location_kg_co2e: fields.Field[object] = NumericField(null=True)
    scope2_market_kg_co2e: fields.Field[object] = NumericField(null=True)
    scope2_unspecified_kg_co2e: fields.Field[object] = NumericField(null=True)
    scope3_kg_co2e: fields.Field[object] = NumericField(null=True)
    total_kg_co2e: fields.Field[object] = NumericField(null=True)
    notes = fields.TextField(default="", db_default="")
    primary_source = fields.TextField(default="", db_default="")
    quality = fields.TextField(default="", db_default="")
    quarantined = fields.BooleanField(default=False, db_default=False)
    parts_check = word_field(PartsCheck)
    parts_difference_kg_co2e: fields.Field[object] = NumericField(null=True)
    year = fields.IntField(null=True)
    visibility = word_field(Visibility, default=Visibility.PUBLIC, db_default="PUBLIC")
    citation: fields.ForeignKeyNullableRelation[Citation] = fields.ForeignKeyField(
        "consortium.Citation", null=True, on_delete=fields.RESTRICT, related_name="inventories"
    )
    recorded_at = fields.DatetimeField(auto_now_add=True, db_default=Now())

    class Meta:
        table = "inventory"
        indexes = (
            Index(
                fields=("organisation_id", "period_end", "id"), name="inventory_organisation_idx"
            ),
            Index(fields=("year", "id"), name="inventory_year_idx"),
        )
