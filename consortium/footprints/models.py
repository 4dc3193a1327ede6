# pyright: basic
"""Tables of products, their footprints, who else may see them, and requests.

Quantities are for one declared unit: kg CO2e, kg of carbon, as `rules.facts` tells.
"""

from tortoise import fields
from tortoise.contrib.postgres.fields import TSVectorField
from tortoise.contrib.postgres.indexes import GinIndex
from tortoise.fields.db_defaults import Now
from tortoise.indexes import Index
from tortoise.models import Model

from consortium.footprints.rules.facts import DeclaredUnit
from consortium.footprints.rules.identifiers import IdentifierKind
from consortium.footprints.rules.vocabulary import (
    FootprintOrigin,
    FootprintStatus,
    MatchDecision,
    MatchReason,
    RequestStatus,
    RequestWay,
)
from consortium.kernel.visibility import Visibility
from consortium.organisations.models import Organisation
from consortium.storage.fields import IdField, KeyField, NumericField, TextArrayField, word_field

EXTRA_CONSTRAINTS = (
    "product_owner",
    "product_identifier_owner",
    "product_identifier_key",
    "footprint_owner",
    "footprint_key",
    "footprint_amount_positive",
    "footprint_emissions_positive",
    "footprint_uptake_negative",
    "footprint_periods_ordered",
    "footprint_one_geography",
    "footprint_deprecated_whole",
    "footprint_not_before_itself",
    "footprint_primary_data_share_range",
    "footprint_computed_from",
    "footprint_computed_whole",
    "activity_footprint",
    "product_match_of_two",
    "footprint_request_asks_somebody",
    "footprint_request_answered_whole",
    "footprint_request_days_ordered",
)

# Personal: whom a questionnaire was sent to.
WITHHELD = {"footprint_request": ("asked_email",)}
ADDRESSED = {"footprint_request": "asked_email"}
ERASE = (
    """UPDATE footprint_request r SET asked_email = NULL
        FROM account p WHERE p.id = $1 AND r.asked_email = p.email""",
)


class Product(Model):
    """A product or service as one organisation knows it: its own, or one that it buys."""

    id = IdField()
    organisation: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "consortium.Organisation", on_delete=fields.RESTRICT, related_name="products"
    )
    name = fields.TextField()
    name_key: fields.Field[str] = KeyField()
    # Folded, each once: what names are compared by.
    name_words: fields.Field[list[str]] = TextArrayField()
    description = fields.TextField(default="", db_default="")
    # In which it is declared, unless a footprint says otherwise.
    unit = word_field(DeclaredUnit, null=True)
    visibility = word_field(Visibility, default=Visibility.PRIVATE, db_default="PRIVATE")
    version = fields.IntField(default=1, db_default=1)
    search_text = fields.TextField()
    search = TSVectorField(source_fields=("search_text",), config="simple", null=True)
    recorded_at = fields.DatetimeField(auto_now_add=True, db_default=Now())

    class Meta:
        table = "product"
        indexes = (
            Index(fields=("organisation_id", "id"), name="product_organisation_idx"),
            Index(fields=("name_key", "id"), name="product_name_idx"),
            GinIndex(fields=("search",), name="product_search_idx"),
            GinIndex(fields=("name_words",), name="product_words_idx"),
        )


class ProductIdentifier(Model):
    """A URN that names a product. But for substances, an owner has one product of a key."""

    id = IdField()
    product: fields.ForeignKeyRelation[Product] = fields.ForeignKeyField(
        "consortium.Product", on_delete=fields.CASCADE, related_name="identifiers"
    )
    # As of the product.
    organisation_id = fields.BigIntField()
    urn = fields.TextField()
    kind = word_field(IdentifierKind)
    # In which equal identifiers are equal.
    key: fields.Field[str] = KeyField()
    recorded_at = fields.DatetimeField(auto_now_add=True, db_default=Now())

    class Meta:
        table = "product_identifier"
        unique_together = (("product_id", "key"),)
        indexes = (Index(fields=("key",), name="product_identifier_key_idx"),)


class Footprint(Model):
    """A product's carbon footprint. A trigger keeps it as it is, but for what is deprecated."""

    id = IdField()
    product: fields.ForeignKeyRelation[Product] = fields.ForeignKeyField(
        "consortium.Product", on_delete=fields.RESTRICT, related_name="footprints"
    )
    # Who keeps it, as of the product.
    organisation_id = fields.BigIntField()
    pact_id = fields.UUIDField()
    # The one that it corrects.
    preceding: fields.OneToOneNullableRelation["Footprint"] = fields.OneToOneField(
        "consortium.Footprint", null=True, on_delete=fields.RESTRICT, related_name="following"
    )
    status = word_field(FootprintStatus, default=FootprintStatus.ACTIVE, db_default="ACTIVE")
    deprecated_on = fields.DateField(null=True)
    deprecated_because = fields.TextField(null=True)
    origin = word_field(FootprintOrigin)
    # Who sent it, in words, where it was received.
    received_from = fields.TextField(null=True)
    # What it was computed from: a published version of a chain, and the activity in it.
    chain_version_id = fields.BigIntField(null=True)
    activity_id = fields.BigIntField(null=True)
    visibility = word_field(Visibility, default=Visibility.PRIVATE, db_default="PRIVATE")
    version = fields.IntField(default=1, db_default=1)
    recorded_at = fields.DatetimeField(auto_now_add=True, db_default=Now())
    # What it says.
    spec_version = fields.TextField()
    created_at = fields.DatetimeField()
    company_name = fields.TextField()
    product_name = fields.TextField()
    # Folded, as they are asked for.
    company_keys: fields.Field[list[str]] = TextArrayField()
    product_keys: fields.Field[list[str]] = TextArrayField()
    classification_keys: fields.Field[list[str]] = TextArrayField()
    validity_period_start = fields.DatetimeField(null=True)
    validity_period_end = fields.DatetimeField(null=True)
    # As stated, else three years from the reference period's end.
    valid_from = fields.DatetimeField()
    valid_to = fields.DatetimeField()
    declared_unit_of_measurement = word_field(DeclaredUnit)
    declared_unit_amount: fields.Field[object] = NumericField()
    product_mass_per_declared_unit: fields.Field[object] = NumericField()
    reference_period_start = fields.DatetimeField()
    reference_period_end = fields.DatetimeField()
    geography_region_or_subregion = fields.TextField(null=True)
    geography_country: fields.Field[str | None] = KeyField(null=True)
    geography_country_subdivision: fields.Field[str | None] = KeyField(null=True)
    pcf_excluding_biogenic_uptake: fields.Field[object] = NumericField()
    pcf_including_biogenic_uptake: fields.Field[object] = NumericField()
    fossil_carbon_content: fields.Field[object] = NumericField()
    biogenic_carbon_content: fields.Field[object] = NumericField(null=True)
    recycled_carbon_content: fields.Field[object] = NumericField(null=True)
    fossil_ghg_emissions: fields.Field[object] = NumericField()
    land_use_change_ghg_emissions: fields.Field[object] = NumericField(null=True)
    land_carbon_leakage: fields.Field[object] = NumericField(null=True)
    land_management_fossil_ghg_emissions: fields.Field[object] = NumericField(null=True)
    land_management_biogenic_co2_emissions: fields.Field[object] = NumericField(null=True)
    land_management_biogenic_co2_removals: fields.Field[object] = NumericField(null=True)
    biogenic_co2_uptake: fields.Field[object] = NumericField(null=True)
    biogenic_non_co2_emissions: fields.Field[object] = NumericField(null=True)
    land_area_occupation: fields.Field[object] = NumericField(null=True)
    aircraft_ghg_emissions: fields.Field[object] = NumericField(null=True)
    packaging_ghg_emissions: fields.Field[object] = NumericField(null=True)
    packaging_biogenic_carbon_content: fields.Field[object] = NumericField(null=True)
    outbound_logistics_ghg_emissions: fields.Field[object] = NumericField(null=True)
    ccs_technological_co2_capture: fields.Field[object] = NumericField(null=True)
    technological_co2_removals: fields.Field[object] = NumericField(null=True)
    ccu_carbon_content: fields.Field[object] = NumericField(null=True)
    exempted_emissions_percent: fields.Field[object] = NumericField()
    primary_data_share: fields.Field[object] = NumericField(null=True)
    # Everything else, as `rules.storing` writes it.
    details: fields.Field[dict[str, object]] = fields.JSONField()

    class Meta:
        table = "footprint"
        indexes = (
            Index(fields=("organisation_id", "id"), name="footprint_organisation_idx"),
            Index(fields=("product_id",), name="footprint_product_idx"),
            Index(fields=("pact_id",), name="footprint_pact_idx"),
            Index(fields=("visibility", "id"), name="footprint_visibility_idx"),
            Index(fields=("activity_id",), name="footprint_activity_idx"),
            GinIndex(fields=("product_keys",), name="footprint_product_keys_idx"),
            GinIndex(fields=("company_keys",), name="footprint_company_keys_idx"),
        )


class FootprintShare(Model):
    """An organisation that a footprint is shown to beyond its visibility."""

    id = IdField()
    footprint: fields.ForeignKeyRelation[Footprint] = fields.ForeignKeyField(
        "consortium.Footprint", on_delete=fields.CASCADE, related_name="shares"
    )
    # Blank only where it is shared with somebody who is no organisation of the consortium.
    organisation: fields.ForeignKeyNullableRelation[Organisation] = fields.ForeignKeyField(
        "consortium.Organisation", null=True, on_delete=fields.RESTRICT, related_name="footprints"
    )
    shared_on = fields.DateField()

    class Meta:
        table = "footprint_share"
        unique_together = (("footprint_id", "organisation_id"),)
        indexes = (
            Index(fields=("organisation_id", "footprint_id"), name="footprint_share_with_idx"),
        )


class ProductMatch(Model):
    """What the owner of a product decided about another that was suggested to be the same."""

    id = IdField()
    product: fields.ForeignKeyRelation[Product] = fields.ForeignKeyField(
        "consortium.Product", on_delete=fields.CASCADE, related_name="matches"
    )
    other: fields.ForeignKeyRelation[Product] = fields.ForeignKeyField(
        "consortium.Product", on_delete=fields.CASCADE, related_name="matched"
    )
    decision = word_field(MatchDecision)
    # Why it was suggested when it was decided on.
    reason = word_field(MatchReason)
    decided_on = fields.DateField()
    version = fields.IntField(default=1, db_default=1)

    class Meta:
        table = "product_match"
        unique_together = (("product_id", "other_id"),)
        indexes = (Index(fields=("other_id",), name="product_match_other_idx"),)


class FootprintRequest(Model):
    """Somebody is asked for a product's footprint: a member, a partner, or by a questionnaire."""

    id = IdField()
    organisation: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "consortium.Organisation", on_delete=fields.RESTRICT, related_name="footprint_requests"
    )
    way = word_field(RequestWay)
    asked: fields.ForeignKeyNullableRelation[Organisation] = fields.ForeignKeyField(
        "consortium.Organisation", null=True, on_delete=fields.RESTRICT, related_name="asked_for"
    )
    # Of whoever exchanges footprints with partners.
    partner_id = fields.BigIntField(null=True)
    # Blanked when the person is erased.
    asked_email: fields.Field[str | None] = KeyField(null=True)
    secret_sha256: fields.Field[str | None] = KeyField(null=True, unique=True)
    # The requester's own record of it, if there is one.
    product: fields.ForeignKeyNullableRelation[Product] = fields.ForeignKeyField(
        "consortium.Product", null=True, on_delete=fields.RESTRICT, related_name="requests"
    )
    product_name = fields.TextField()
    product_urns: fields.Field[list[str]] = TextArrayField()
    comment = fields.TextField(default="", db_default="")
    status = word_field(RequestStatus, default=RequestStatus.OPEN, db_default="OPEN")
    asked_on = fields.DateField()
    due_on = fields.DateField()
    # The last day on which it can be answered.
    expires_on = fields.DateField()
    ended_on = fields.DateField(null=True)
    ended_because = fields.TextField(null=True)
    footprint: fields.ForeignKeyNullableRelation[Footprint] = fields.ForeignKeyField(
        "consortium.Footprint", null=True, on_delete=fields.RESTRICT, related_name="answers"
    )
    version = fields.IntField(default=1, db_default=1)

    class Meta:
        table = "footprint_request"
        indexes = (
            Index(fields=("organisation_id", "id"), name="footprint_request_organisation_idx"),
            Index(fields=("asked_id", "status"), name="footprint_request_asked_idx"),
            Index(fields=("partner_id",), name="footprint_request_partner_idx"),
            Index(fields=("asked_email",), name="footprint_request_email_idx"),
            Index(fields=("product_id",), name="footprint_request_product_idx"),
            Index(fields=("footprint_id",), name="footprint_request_footprint_idx"),
        )
