# pyright: basic
"""Tables of pledges. All masses in kg CO2e."""

from tortoise import fields
from tortoise.fields.db_defaults import Now
from tortoise.indexes import Index
from tortoise.models import Model

from consortium.avoided.models import AvoidedClaim
from consortium.evidence.models import Citation
from consortium.kernel.visibility import Visibility
from consortium.organisations.models import Organisation
from consortium.storage.fields import IdField, KeyField, NumericField, word_field

EXTRA_CONSTRAINTS = (
    "pledge_reference_key",
    "pledge_of_claim_or_own",
    "pledge_withdrawn_whole",
    "pledge_terms_quantity_positive",
    "pledge_terms_window_ordered",
    "pledge_terms_days_ordered",
    "pledge_terms_current_key",
)


class Pledge(Model):
    """What an organisation pledged to avoid. A disclosed one is a claim, which says all of it.

    Triggers of the migration keep a pledge for every disclosed cumulative target with a window.
    """

    id = IdField()
    # Its own within the organisation; of a disclosed one the claim's.
    reference: fields.Field[str] = KeyField()
    organisation: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "consortium.Organisation", on_delete=fields.RESTRICT, related_name="pledges"
    )
    claim: fields.OneToOneNullableRelation[AvoidedClaim] = fields.OneToOneField(
        "consortium.AvoidedClaim", null=True, on_delete=fields.CASCADE, related_name="pledge"
    )
    # Of a disclosed one it is the claim's.
    visibility = word_field(Visibility, null=True)
    version = fields.IntField(default=1, db_default=1)
    withdrawn_on = fields.DateField(null=True)
    withdrawn_because = fields.TextField(null=True)
    recorded_at = fields.DatetimeField(auto_now_add=True, db_default=Now())

    class Meta:
        table = "pledge"
        indexes = (Index(fields=("organisation_id", "id"), name="pledge_organisation_idx"),)


class PledgeTerms(Model):
    """What a recorded pledge says, from a day on until other terms take their place."""

    id = IdField()
    pledge: fields.ForeignKeyRelation[Pledge] = fields.ForeignKeyField(
        "consortium.Pledge", on_delete=fields.CASCADE, related_name="terms"
    )
    # The version of the pledge that they came with.
    number = fields.IntField()
    statement = fields.TextField()
    quantity_kg_co2e: fields.Field[object] = NumericField()
    starts_on = fields.DateField()
    ends_on = fields.DateField()
    # Only claims of this category, by this method, are comparable; blank: of any.
    category: fields.Field[str | None] = KeyField(null=True)
    methodology = fields.TextField(null=True)
    scope = fields.TextField(default="", db_default="")
    citation: fields.ForeignKeyNullableRelation[Citation] = fields.ForeignKeyField(
        "consortium.Citation", null=True, on_delete=fields.RESTRICT, related_name="pledge_terms"
    )
    known_from = fields.DateField()
    # The first day on which they hold no more.
    known_to = fields.DateField(null=True)

    class Meta:
        table = "pledge_terms"
        unique_together = (("pledge_id", "number"),)
