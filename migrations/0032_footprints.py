"""Products, their carbon footprints and requests for those of others."""

from tortoise import migrations
from tortoise.migrations import operations as ops
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
from consortium.storage.fields import IdField, KeyField, NumericField, TextArrayField
from orjson import loads
from tortoise.contrib.postgres.fields import TSVectorField
from tortoise.contrib.postgres.indexes import GinIndex
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise.fields.db_defaults import Now
from tortoise import fields
from tortoise.indexes import Index

# Rows that are of the product's owner go along with it.
OWNERS = """
ALTER TABLE product ADD CONSTRAINT product_owner UNIQUE (id, organisation_id);
ALTER TABLE product_identifier
    ADD CONSTRAINT product_identifier_owner FOREIGN KEY (product_id, organisation_id)
        REFERENCES product (id, organisation_id) ON UPDATE CASCADE ON DELETE CASCADE,
    -- Several products may hold one substance.
    ADD CONSTRAINT product_identifier_key EXCLUDE USING btree (
        organisation_id WITH =, key WITH =) WHERE (kind <> 'CAS');
ALTER TABLE footprint
    ADD CONSTRAINT footprint_owner FOREIGN KEY (product_id, organisation_id)
        REFERENCES product (id, organisation_id) ON UPDATE CASCADE,
    ADD CONSTRAINT footprint_key UNIQUE (organisation_id, pact_id);
"""

MEANING = """
ALTER TABLE footprint
    ADD CONSTRAINT footprint_amount_positive CHECK (
        declared_unit_amount > 0 AND declared_unit_amount < 'Infinity'),
    ADD CONSTRAINT footprint_emissions_positive CHECK (
        least(product_mass_per_declared_unit, fossil_carbon_content, biogenic_carbon_content,
            recycled_carbon_content, fossil_ghg_emissions, land_use_change_ghg_emissions,
            land_carbon_leakage, land_management_fossil_ghg_emissions,
            land_management_biogenic_co2_emissions, biogenic_non_co2_emissions,
            land_area_occupation, aircraft_ghg_emissions, packaging_ghg_emissions,
            packaging_biogenic_carbon_content, outbound_logistics_ghg_emissions,
            ccu_carbon_content) >= 0
        AND greatest(product_mass_per_declared_unit, fossil_carbon_content,
            biogenic_carbon_content, recycled_carbon_content, fossil_ghg_emissions,
            land_use_change_ghg_emissions, land_carbon_leakage,
            land_management_fossil_ghg_emissions, land_management_biogenic_co2_emissions,
            biogenic_non_co2_emissions, land_area_occupation, aircraft_ghg_emissions,
            packaging_ghg_emissions, packaging_biogenic_carbon_content,
            outbound_logistics_ghg_emissions, ccu_carbon_content,
            abs(pcf_excluding_biogenic_uptake), abs(pcf_including_biogenic_uptake)) < 'Infinity'),
    ADD CONSTRAINT footprint_uptake_negative CHECK (
        greatest(land_management_biogenic_co2_removals, biogenic_co2_uptake,
            ccs_technological_co2_capture, technological_co2_removals) <= 0
        AND least(land_management_biogenic_co2_removals, biogenic_co2_uptake,
            ccs_technological_co2_capture, technological_co2_removals) > '-Infinity'),
    ADD CONSTRAINT footprint_periods_ordered CHECK (
        reference_period_start < reference_period_end AND reference_period_end <= valid_from
        AND valid_from < valid_to),
    ADD CONSTRAINT footprint_one_geography CHECK (
        num_nonnulls(geography_region_or_subregion, geography_country,
            geography_country_subdivision) <= 1),
    ADD CONSTRAINT footprint_deprecated_whole CHECK (
        (status = 'DEPRECATED') = (deprecated_on IS NOT NULL)
        AND (deprecated_because IS NULL OR deprecated_on IS NOT NULL)),
    ADD CONSTRAINT footprint_not_before_itself CHECK (preceding_id <> id),
    ADD CONSTRAINT footprint_primary_data_share_range CHECK (
        primary_data_share BETWEEN 0 AND 100 AND exempted_emissions_percent BETWEEN 0 AND 100);
ALTER TABLE product_match
    ADD CONSTRAINT product_match_of_two CHECK (product_id <> other_id);
ALTER TABLE footprint_request
    ADD CONSTRAINT footprint_request_asks_somebody CHECK (
        (way = 'MEMBER') = (asked_id IS NOT NULL)
        AND (way = 'PARTNER') = (partner_id IS NOT NULL)
        AND (way = 'QUESTIONNAIRE') = (secret_sha256 IS NOT NULL)
        AND (way = 'QUESTIONNAIRE' OR asked_email IS NULL)
        AND asked_id <> organisation_id),
    ADD CONSTRAINT footprint_request_answered_whole CHECK (
        (status = 'OPEN') = (ended_on IS NULL)
        AND (status = 'ANSWERED' OR footprint_id IS NULL)
        AND (status <> 'ANSWERED' OR footprint_id IS NOT NULL)
        AND (status <> 'REJECTED' OR ended_because IS NOT NULL)
        AND status <> 'EXPIRED'),
    ADD CONSTRAINT footprint_request_days_ordered CHECK (
        asked_on <= due_on AND due_on <= expires_on AND asked_on <= ended_on);
"""

# What a footprint says stays: it goes from ACTIVE to DEPRECATED, once. Who may see it may change,
# and it goes with its product where two records of an organisation prove to be one.
LIFE = """
CREATE FUNCTION footprint_stays() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free text[] := ARRAY['visibility', 'version', 'organisation_id'];
BEGIN
    IF OLD.status = 'ACTIVE' AND NEW.status = 'DEPRECATED' THEN
        free := free || ARRAY['status', 'deprecated_on', 'deprecated_because'];
    END IF;
    IF to_jsonb(NEW) - free <> to_jsonb(OLD) - free THEN
        RAISE EXCEPTION 'footprint % stays as it was', OLD.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'footprint_stays';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER footprint_stays BEFORE UPDATE ON footprint
    FOR EACH ROW EXECUTE FUNCTION footprint_stays();
CREATE FUNCTION footprint_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'footprint % stays on record', OLD.id
        USING ERRCODE = 'check_violation', CONSTRAINT = 'footprint_stays';
END $$;
CREATE TRIGGER footprint_is_kept BEFORE DELETE ON footprint
    FOR EACH ROW EXECUTE FUNCTION footprint_is_kept();
"""

RECORD = """
CREATE TRIGGER organisation_standing AFTER INSERT ON product
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION organisation_standing('organisation_id');
CREATE TRIGGER organisation_standing AFTER INSERT ON footprint_share
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION organisation_standing('organisation_id');
CREATE TRIGGER organisation_standing AFTER INSERT ON footprint_request
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION organisation_standing('organisation_id', 'asked_id');

SELECT audit_watch('product', '{}', '{name_key,name_words,search,search_text}');
SELECT audit_watch('product_identifier', '{}', '{organisation_id,key}');
SELECT audit_watch('footprint', '{}',
    '{organisation_id,company_keys,product_keys,classification_keys,valid_from,valid_to}');
SELECT audit_watch('footprint_share', '{}', '{}');
SELECT audit_watch('product_match', '{}', '{}');
SELECT audit_watch('footprint_request', '{asked_email,secret_sha256}', '{}');
"""


class Migration(migrations.Migration):
    dependencies = [("consortium", "0030_owners")]

    initial = False

    operations = [
        ops.CreateModel(
            name="Product",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "organisation",
                    fields.ForeignKeyField(
                        "consortium.Organisation",
                        source_field="organisation_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="products",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("name", fields.TextField(unique=False)),
                ("name_key", KeyField(generated=False, null=False, unique=False)),
                ("name_words", TextArrayField(generated=False, null=False, unique=False)),
                ("description", fields.TextField(default="", db_default="", unique=False)),
                (
                    "unit",
                    fields.CharEnumField(
                        null=True, description="", enum_type=DeclaredUnit, max_length=20
                    ),
                ),
                (
                    "visibility",
                    fields.CharEnumField(
                        default=Visibility.PRIVATE,
                        description="",
                        db_default="PRIVATE",
                        enum_type=Visibility,
                        max_length=20,
                    ),
                ),
                ("version", fields.IntField(default=1, db_default=1)),
                ("search_text", fields.TextField(unique=False)),
                (
                    "search",
                    TSVectorField(
                        generated=True,
                        null=True,
                        source_fields=("search_text",),
                        config="simple",
                        stored=True,
                    ),
                ),
                (
                    "recorded_at",
                    fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=True),
                ),
            ],
            options={
                "table": "product",
                "app": "consortium",
                "indexes": [
                    Index(fields=["organisation_id", "id"], name="product_organisation_idx"),
                    Index(fields=["name_key", "id"], name="product_name_idx"),
                    GinIndex(fields=["search"], name="product_search_idx"),
                    GinIndex(fields=["name_words"], name="product_words_idx"),
                ],
                "pk_attr": "id",
                "table_description": "A product or service as one organisation knows it: its own, or one that it buys.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Footprint",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "product",
                    fields.ForeignKeyField(
                        "consortium.Product",
                        source_field="product_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="footprints",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("organisation_id", fields.BigIntField()),
                ("pact_id", fields.UUIDField()),
                (
                    "preceding",
                    fields.OneToOneField(
                        "consortium.Footprint",
                        source_field="preceding_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="following",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "status",
                    fields.CharEnumField(
                        default=FootprintStatus.ACTIVE,
                        description="",
                        db_default="ACTIVE",
                        enum_type=FootprintStatus,
                        max_length=20,
                    ),
                ),
                ("deprecated_on", fields.DateField(null=True)),
                ("deprecated_because", fields.TextField(null=True, unique=False)),
                (
                    "origin",
                    fields.CharEnumField(description="", enum_type=FootprintOrigin, max_length=20),
                ),
                ("received_from", fields.TextField(null=True, unique=False)),
                ("chain_version_id", fields.BigIntField(null=True)),
                (
                    "visibility",
                    fields.CharEnumField(
                        default=Visibility.PRIVATE,
                        description="",
                        db_default="PRIVATE",
                        enum_type=Visibility,
                        max_length=20,
                    ),
                ),
                ("version", fields.IntField(default=1, db_default=1)),
                (
                    "recorded_at",
                    fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=True),
                ),
                ("spec_version", fields.TextField(unique=False)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("company_name", fields.TextField(unique=False)),
                ("product_name", fields.TextField(unique=False)),
                ("company_keys", TextArrayField(generated=False, null=False, unique=False)),
                ("product_keys", TextArrayField(generated=False, null=False, unique=False)),
                ("classification_keys", TextArrayField(generated=False, null=False, unique=False)),
                (
                    "validity_period_start",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
                (
                    "validity_period_end",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
                ("valid_from", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("valid_to", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                (
                    "declared_unit_of_measurement",
                    fields.CharEnumField(description="", enum_type=DeclaredUnit, max_length=20),
                ),
                ("declared_unit_amount", NumericField(generated=False, null=False, unique=False)),
                (
                    "product_mass_per_declared_unit",
                    NumericField(generated=False, null=False, unique=False),
                ),
                (
                    "reference_period_start",
                    fields.DatetimeField(auto_now=False, auto_now_add=False),
                ),
                ("reference_period_end", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("geography_region_or_subregion", fields.TextField(null=True, unique=False)),
                ("geography_country", KeyField(null=True, generated=False, unique=False)),
                (
                    "geography_country_subdivision",
                    KeyField(null=True, generated=False, unique=False),
                ),
                (
                    "pcf_excluding_biogenic_uptake",
                    NumericField(generated=False, null=False, unique=False),
                ),
                (
                    "pcf_including_biogenic_uptake",
                    NumericField(generated=False, null=False, unique=False),
                ),
                ("fossil_carbon_content", NumericField(generated=False, null=False, unique=False)),
                ("biogenic_carbon_content", NumericField(null=True, generated=False, unique=False)),
                ("recycled_carbon_content", NumericField(null=True, generated=False, unique=False)),
                ("fossil_ghg_emissions", NumericField(generated=False, null=False, unique=False)),
                (
                    "land_use_change_ghg_emissions",
                    NumericField(null=True, generated=False, unique=False),
                ),
                ("land_carbon_leakage", NumericField(null=True, generated=False, unique=False)),
                (
                    "land_management_fossil_ghg_emissions",
                    NumericField(null=True, generated=False, unique=False),
                ),
                (
                    "land_management_biogenic_co2_emissions",
                    NumericField(null=True, generated=False, unique=False),
                ),
                (
                    "land_management_biogenic_co2_removals",
                    NumericField(null=True, generated=False, unique=False),
                ),
                ("biogenic_co2_uptake", NumericField(null=True, generated=False, unique=False)),
                (
                    "biogenic_non_co2_emissions",
                    NumericField(null=True, generated=False, unique=False),
                ),
                ("land_area_occupation", NumericField(null=True, generated=False, unique=False)),
                ("aircraft_ghg_emissions", NumericField(null=True, generated=False, unique=False)),
                ("packaging_ghg_emissions", NumericField(null=True, generated=False, unique=False)),
                (
                    "packaging_biogenic_carbon_content",
                    NumericField(null=True, generated=False, unique=False),
                ),
                (
                    "outbound_logistics_ghg_emissions",
                    NumericField(null=True, generated=False, unique=False),
                ),
                (
                    "ccs_technological_co2_capture",
                    NumericField(null=True, generated=False, unique=False),
                ),
                (
                    "technological_co2_removals",
                    NumericField(null=True, generated=False, unique=False),
                ),
                ("ccu_carbon_content", NumericField(null=True, generated=False, unique=False)),
                (
                    "exempted_emissions_percent",
                    NumericField(generated=False, null=False, unique=False),
                ),
                ("primary_data_share", NumericField(null=True, generated=False, unique=False)),
                ("details", fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
            ],
            options={
                "table": "footprint",
                "app": "consortium",
                "indexes": [
                    Index(fields=["organisation_id", "id"], name="footprint_organisation_idx"),
                    Index(fields=["product_id"], name="footprint_product_idx"),
                    Index(fields=["pact_id"], name="footprint_pact_idx"),
                    Index(fields=["visibility", "id"], name="footprint_visibility_idx"),
                    GinIndex(fields=["product_keys"], name="footprint_product_keys_idx"),
                    GinIndex(fields=["company_keys"], name="footprint_company_keys_idx"),
                ],
                "pk_attr": "id",
                "table_description": "A product's carbon footprint. A trigger keeps it as it is, but for what is deprecated.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="FootprintRequest",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "organisation",
                    fields.ForeignKeyField(
                        "consortium.Organisation",
                        source_field="organisation_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="footprint_requests",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("way", fields.CharEnumField(description="", enum_type=RequestWay, max_length=20)),
                (
                    "asked",
                    fields.ForeignKeyField(
                        "consortium.Organisation",
                        source_field="asked_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="asked_for",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("partner_id", fields.BigIntField(null=True)),
                ("asked_email", KeyField(null=True, generated=False, unique=False)),
                ("secret_sha256", KeyField(null=True, unique=True, generated=False)),
                (
                    "product",
                    fields.ForeignKeyField(
                        "consortium.Product",
                        source_field="product_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="requests",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("product_name", fields.TextField(unique=False)),
                ("product_urns", TextArrayField(generated=False, null=False, unique=False)),
                ("comment", fields.TextField(default="", db_default="", unique=False)),
                (
                    "status",
                    fields.CharEnumField(
                        default=RequestStatus.OPEN,
                        description="",
                        db_default="OPEN",
                        enum_type=RequestStatus,
                        max_length=20,
                    ),
                ),
                ("asked_on", fields.DateField()),
                ("due_on", fields.DateField()),
                ("expires_on", fields.DateField()),
                ("ended_on", fields.DateField(null=True)),
                ("ended_because", fields.TextField(null=True, unique=False)),
                (
                    "footprint",
                    fields.ForeignKeyField(
                        "consortium.Footprint",
                        source_field="footprint_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="answers",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("version", fields.IntField(default=1, db_default=1)),
            ],
            options={
                "table": "footprint_request",
                "app": "consortium",
                "indexes": [
                    Index(
                        fields=["organisation_id", "id"], name="footprint_request_organisation_idx"
                    ),
                    Index(fields=["asked_id", "status"], name="footprint_request_asked_idx"),
                    Index(fields=["partner_id"], name="footprint_request_partner_idx"),
                    Index(fields=["asked_email"], name="footprint_request_email_idx"),
                    Index(fields=["product_id"], name="footprint_request_product_idx"),
                    Index(fields=["footprint_id"], name="footprint_request_footprint_idx"),
                ],
                "pk_attr": "id",
                "table_description": "Somebody is asked for a product's footprint: a member, a partner, or by a questionnaire.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="FootprintShare",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "footprint",
                    fields.ForeignKeyField(
                        "consortium.Footprint",
                        source_field="footprint_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="shares",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "organisation",
                    fields.ForeignKeyField(
                        "consortium.Organisation",
                        source_field="organisation_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="footprints",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("shared_on", fields.DateField()),
            ],
            options={
                "table": "footprint_share",
                "app": "consortium",
                "unique_together": (("footprint_id", "organisation_id"),),
                "indexes": [
                    Index(
                        fields=["organisation_id", "footprint_id"], name="footprint_share_with_idx"
                    )
                ],
                "pk_attr": "id",
                "table_description": "An organisation that a footprint is shown to beyond its visibility.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ProductIdentifier",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "product",
                    fields.ForeignKeyField(
                        "consortium.Product",
                        source_field="product_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="identifiers",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("organisation_id", fields.BigIntField()),
                ("urn", fields.TextField(unique=False)),
                (
                    "kind",
                    fields.CharEnumField(description="", enum_type=IdentifierKind, max_length=20),
                ),
                ("key", KeyField(generated=False, null=False, unique=False)),
                (
                    "recorded_at",
                    fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=True),
                ),
            ],
            options={
                "table": "product_identifier",
                "app": "consortium",
                "unique_together": (("product_id", "key"),),
                "indexes": [Index(fields=["key"], name="product_identifier_key_idx")],
                "pk_attr": "id",
                "table_description": "A URN that names a product. But for substances, an owner has one product of a key.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ProductMatch",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "product",
                    fields.ForeignKeyField(
                        "consortium.Product",
                        source_field="product_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="matches",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "other",
                    fields.ForeignKeyField(
                        "consortium.Product",
                        source_field="other_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="matched",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "decision",
                    fields.CharEnumField(description="", enum_type=MatchDecision, max_length=20),
                ),
                (
                    "reason",
                    fields.CharEnumField(description="", enum_type=MatchReason, max_length=20),
                ),
                ("decided_on", fields.DateField()),
                ("version", fields.IntField(default=1, db_default=1)),
            ],
            options={
                "table": "product_match",
                "app": "consortium",
                "unique_together": (("product_id", "other_id"),),
                "indexes": [Index(fields=["other_id"], name="product_match_other_idx")],
                "pk_attr": "id",
                "table_description": "What the owner of a product decided about another that was suggested to be the same.",
            },
            bases=["Model"],
        ),
        ops.RunSQL(OWNERS),
        ops.RunSQL(MEANING),
        ops.RunSQL(LIFE),
        ops.RunSQL(RECORD),
    ]
