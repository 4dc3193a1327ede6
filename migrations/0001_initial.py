from tortoise import migrations
from tortoise.migrations import operations as ops
from consortium.avoided.rules.vocabulary import Basis, Bound, ClaimKind, LeftOutReason, RecordType
from consortium.initiatives.rules import InitiativeRole
from consortium.inventory.rules import PartsCheck
from consortium.kernel.visibility import Visibility
from consortium.membership.rules.transitions import MembershipStatus
from consortium.organisations.rules import ParentageRelation
from consortium.storage.fields import IdArrayField, IdField, KeyField, NumericField
from tortoise.contrib.postgres.fields import TSVectorField
from tortoise.contrib.postgres.indexes import GinIndex
from tortoise.fields.base import OnDelete
from tortoise.fields.db_defaults import Now
from tortoise import fields
from tortoise.indexes import Index


class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name="AvoidedStale",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("organisation_id", fields.BigIntField()),
            ],
            options={
                "table": "avoided_stale",
                "app": "consortium",
                "pk_attr": "id",
                "table_description": "Organisations whose group changed and whose standings were not recomputed yet.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="AvoidedTotal",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("grouping", fields.IntField()),
                ("kind", fields.CharEnumField(description="", enum_type=ClaimKind, max_length=20)),
                ("since", fields.DateField(null=True)),
                ("series_key", KeyField(generated=False, null=False, unique=False)),
                ("year", fields.IntField(null=True)),
                ("fiscal_label", KeyField(null=True, generated=False, unique=False)),
                ("organisation_id", fields.BigIntField(null=True)),
                ("group_id", fields.BigIntField(null=True)),
                ("sector", KeyField(null=True, generated=False, unique=False)),
                ("country", fields.CharField(null=True, max_length=2)),
                ("category", KeyField(null=True, generated=False, unique=False)),
                ("not_broken_down", fields.BooleanField()),
                ("initiative_id", fields.BigIntField(null=True)),
                ("value_chain_id", fields.BigIntField(null=True)),
                ("verified", fields.BooleanField(null=True)),
                ("audience", fields.SmallIntField()),
                ("claims", fields.BigIntField()),
                ("value_kg_co2e", NumericField(generated=False, null=False, unique=False)),
                ("value_count", fields.BigIntField()),
                ("low_kg_co2e", NumericField(generated=False, null=False, unique=False)),
                ("low_count", fields.BigIntField()),
                ("high_kg_co2e", NumericField(generated=False, null=False, unique=False)),
                ("high_count", fields.BigIntField()),
                ("verified_kg_co2e", NumericField(generated=False, null=False, unique=False)),
                ("at_least", fields.BigIntField()),
                ("approximate", fields.BigIntField()),
            ],
            options={
                "table": "avoided_total",
                "app": "consortium",
                "pk_attr": "id",
                "table_description": "A sum that is kept ready: what counts now, by one of the usual groupings.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="AvoidedTotalState",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("valid_from", fields.DateField()),
                ("valid_until", fields.DateField(null=True)),
            ],
            options={
                "table": "avoided_total_state",
                "app": "consortium",
                "pk_attr": "id",
                "table_description": "The days on which the kept sums are right: from the last change to the next known one.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Citation",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("url", fields.TextField(null=True, unique=False)),
                ("title", fields.TextField(null=True, unique=False)),
            ],
            options={
                "table": "citation",
                "app": "consortium",
                "pk_attr": "id",
                "table_description": "A page, report or data set that states something; at least its address or its title.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Initiative",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("name", fields.TextField(unique=False)),
                ("name_key", KeyField(unique=True, generated=False, null=False)),
                ("convenor", fields.TextField(null=True, unique=False)),
                ("start_year", fields.IntField(null=True)),
                ("description", fields.TextField(default="", db_default="", unique=False)),
                ("facts", fields.TextField(default="", db_default="", unique=False)),
                (
                    "participants_as_published",
                    fields.TextField(default="", db_default="", unique=False),
                ),
                ("participants_as_of", fields.TextField(default="", db_default="", unique=False)),
                (
                    "citation",
                    fields.ForeignKeyField(
                        "consortium.Citation",
                        source_field="citation_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="initiatives",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
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
            ],
            options={
                "table": "initiative",
                "app": "consortium",
                "indexes": [GinIndex(fields=["search"], name="initiative_search_idx")],
                "pk_attr": "id",
                "table_description": "A piece of work that several organisations share.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="InitiativeTarget",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "initiative",
                    fields.ForeignKeyField(
                        "consortium.Initiative",
                        source_field="initiative_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="targets",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("description", fields.TextField(unique=False)),
                ("target_year", fields.IntField(null=True)),
                ("quantity_kg_co2e", NumericField(null=True, generated=False, unique=False)),
                (
                    "citation",
                    fields.ForeignKeyField(
                        "consortium.Citation",
                        source_field="citation_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="targets",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
            ],
            options={
                "table": "initiative_target",
                "app": "consortium",
                "unique_together": (("initiative_id", "description"),),
                "pk_attr": "id",
                "table_description": "What an initiative wants to reach; the mass in kg CO2e where one is stated.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Organisation",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("name", fields.TextField(unique=False)),
                ("name_key", KeyField(unique=True, generated=False, null=False)),
                ("country", fields.CharField(null=True, max_length=2)),
                ("sector", KeyField(null=True, generated=False, unique=False)),
                ("lei", fields.CharField(null=True, unique=True, max_length=20)),
                ("revenue_amount", fields.DecimalField(null=True, max_digits=24, decimal_places=4)),
                ("revenue_currency", fields.CharField(null=True, max_length=3)),
                ("revenue_year", fields.IntField(null=True)),
                ("employees", fields.BigIntField(null=True)),
                ("employees_year", fields.IntField(null=True)),
                (
                    "size_citation",
                    fields.ForeignKeyField(
                        "consortium.Citation",
                        source_field="size_citation_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="sized",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "citation",
                    fields.ForeignKeyField(
                        "consortium.Citation",
                        source_field="citation_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="organisations",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("notes", fields.TextField(default="", db_default="", unique=False)),
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
                "table": "organisation",
                "app": "consortium",
                "indexes": [
                    Index(fields=["country"], name="organisation_country_idx"),
                    Index(fields=["sector"], name="organisation_sector_idx"),
                    GinIndex(fields=["search"], name="organisation_search_idx"),
                ],
                "pk_attr": "id",
                "table_description": "A company or another organisation; sizes are as last published, blank when not found.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="AvoidedClaim",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("reference", KeyField(unique=True, generated=False, null=False)),
                (
                    "organisation",
                    fields.ForeignKeyField(
                        "consortium.Organisation",
                        source_field="organisation_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="claims",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "basis",
                    fields.CharEnumField(
                        default=Basis.DISCLOSED,
                        description="",
                        db_default="DISCLOSED",
                        enum_type=Basis,
                        max_length=20,
                    ),
                ),
                ("kind", fields.CharEnumField(description="", enum_type=ClaimKind, max_length=20)),
                (
                    "record_type",
                    fields.CharEnumField(description="", enum_type=RecordType, max_length=20),
                ),
                (
                    "fiscal_label",
                    KeyField(default="", db_default="", generated=False, null=False, unique=False),
                ),
                ("period_start", fields.DateField(null=True)),
                ("period_end", fields.DateField(null=True)),
                ("year", fields.IntField(null=True)),
                ("value_kg_co2e", NumericField(null=True, generated=False, unique=False)),
                ("low_kg_co2e", NumericField(null=True, generated=False, unique=False)),
                ("high_kg_co2e", NumericField(null=True, generated=False, unique=False)),
                (
                    "bound",
                    fields.CharEnumField(
                        default=Bound.EXACT,
                        description="",
                        db_default="EXACT",
                        enum_type=Bound,
                        max_length=20,
                    ),
                ),
                ("qualifier", fields.TextField(default="", db_default="", unique=False)),
                ("as_published", fields.TextField(default="", db_default="", unique=False)),
                ("category", KeyField(null=True, generated=False, unique=False)),
                ("methodology", fields.TextField(null=True, unique=False)),
                (
                    "part_of",
                    fields.ForeignKeyField(
                        "consortium.AvoidedClaim",
                        source_field="part_of_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="parts",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "supersedes",
                    fields.ForeignKeyField(
                        "consortium.AvoidedClaim",
                        source_field="supersedes_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="restated_by",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "method_change_from",
                    fields.ForeignKeyField(
                        "consortium.AvoidedClaim",
                        source_field="method_change_from_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="continued_by",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("series", KeyField(null=True, generated=False, unique=False)),
                ("verifier", fields.TextField(null=True, unique=False)),
                ("separate_from_parent", fields.BooleanField(default=False, db_default=False)),
                ("quarantined", fields.BooleanField(default=False, db_default=False)),
                ("quality", fields.TextField(default="", db_default="", unique=False)),
                ("notes", fields.TextField(default="", db_default="", unique=False)),
                ("published_on", fields.DateField(null=True)),
                ("published_as", fields.TextField(default="", db_default="", unique=False)),
                ("known_on", fields.DateField()),
                ("parts_kg_co2e", NumericField(null=True, generated=False, unique=False)),
                (
                    "parts_difference_kg_co2e",
                    NumericField(null=True, generated=False, unique=False),
                ),
                (
                    "visibility",
                    fields.CharEnumField(
                        default=Visibility.PUBLIC,
                        description="",
                        db_default="PUBLIC",
                        enum_type=Visibility,
                        max_length=20,
                    ),
                ),
                (
                    "citation",
                    fields.ForeignKeyField(
                        "consortium.Citation",
                        source_field="citation_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="claims",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
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
                "table": "avoided_claim",
                "app": "consortium",
                "indexes": [
                    Index(
                        fields=["organisation_id", "period_end", "id"],
                        name="avoided_claim_organisation_idx",
                    ),
                    Index(fields=["part_of_id"], name="avoided_claim_part_of_idx"),
                    Index(fields=["supersedes_id"], name="avoided_claim_supersedes_idx"),
                    Index(fields=["method_change_from_id"], name="avoided_claim_method_change_idx"),
                    Index(fields=["kind", "year", "id"], name="avoided_claim_kind_year_idx"),
                    Index(fields=["series"], name="avoided_claim_series_idx"),
                    GinIndex(fields=["search"], name="avoided_claim_search_idx"),
                ],
                "pk_attr": "id",
                "table_description": "An organisation's statement of what others avoided through it, with its source.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="AvoidedClaimInitiative",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "claim",
                    fields.ForeignKeyField(
                        "consortium.AvoidedClaim",
                        source_field="claim_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="initiative_links",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "initiative",
                    fields.ForeignKeyField(
                        "consortium.Initiative",
                        source_field="initiative_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="claim_links",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
            ],
            options={
                "table": "avoided_claim_initiative",
                "app": "consortium",
                "unique_together": (("claim_id", "initiative_id"),),
                "indexes": [
                    Index(fields=["initiative_id"], name="avoided_claim_initiative_initiative_idx")
                ],
                "pk_attr": "id",
                "table_description": "A claim that names a shared initiative.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="AvoidedStanding",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "claim",
                    fields.ForeignKeyField(
                        "consortium.AvoidedClaim",
                        source_field="claim_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="standings",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("organisation_id", fields.BigIntField()),
                ("group_id", fields.BigIntField()),
                ("sector", KeyField(null=True, generated=False, unique=False)),
                ("country", fields.CharField(null=True, max_length=2)),
                ("category", KeyField(null=True, generated=False, unique=False)),
                ("kind", fields.CharEnumField(description="", enum_type=ClaimKind, max_length=20)),
                ("basis", fields.CharEnumField(description="", enum_type=Basis, max_length=20)),
                ("since", fields.DateField(null=True)),
                (
                    "series_key",
                    KeyField(default="", db_default="", generated=False, null=False, unique=False),
                ),
                ("year", fields.IntField(null=True)),
                (
                    "fiscal_label",
                    KeyField(default="", db_default="", generated=False, null=False, unique=False),
                ),
                ("verified", fields.BooleanField()),
                (
                    "reason",
                    fields.CharEnumField(
                        null=True, description="", enum_type=LeftOutReason, max_length=40
                    ),
                ),
                ("because_id", fields.BigIntField(null=True)),
                ("view", fields.SmallIntField()),
                ("divides", fields.IntField()),
                ("not_broken_down", fields.BooleanField()),
                ("shadowed_by", IdArrayField(null=True, generated=False, unique=False)),
                ("audience", fields.SmallIntField()),
                ("value_kg_co2e", NumericField(null=True, generated=False, unique=False)),
                ("low_kg_co2e", NumericField(null=True, generated=False, unique=False)),
                ("high_kg_co2e", NumericField(null=True, generated=False, unique=False)),
                ("bound", fields.CharEnumField(description="", enum_type=Bound, max_length=20)),
                ("known_from", fields.DateField()),
                ("known_to", fields.DateField(null=True)),
                ("counts_now", fields.BooleanField()),
            ],
            options={
                "table": "avoided_standing",
                "app": "consortium",
                "indexes": [
                    Index(fields=["claim_id"], name="avoided_standing_claim_idx"),
                    Index(
                        fields=["organisation_id", "kind", "year", "id"],
                        name="avoided_standing_member_idx",
                    ),
                    Index(fields=["category"], name="avoided_standing_category_idx"),
                    Index(fields=["group_id"], name="avoided_standing_group_idx"),
                    GinIndex(fields=["shadowed_by"], name="avoided_standing_shadowed_idx"),
                ],
                "pk_attr": "id",
                "table_description": "One outcome for one claim, one class of readers and one interval of knowledge.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="InitiativeParticipant",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "initiative",
                    fields.ForeignKeyField(
                        "consortium.Initiative",
                        source_field="initiative_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="participants",
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
                        related_name="initiatives",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("name", fields.TextField(unique=False)),
                ("name_key", KeyField(unique=False, generated=False, null=False)),
                (
                    "role",
                    fields.CharEnumField(
                        default=InitiativeRole.PARTICIPANT,
                        description="",
                        db_default="PARTICIPANT",
                        enum_type=InitiativeRole,
                        max_length=20,
                    ),
                ),
                ("as_of", fields.TextField(default="", db_default="", unique=False)),
                ("starts_on", fields.DateField(null=True)),
                ("ends_on", fields.DateField(null=True)),
            ],
            options={
                "table": "initiative_participant",
                "app": "consortium",
                "indexes": [
                    Index(
                        fields=["organisation_id"], name="initiative_participant_organisation_idx"
                    )
                ],
                "pk_attr": "id",
                "table_description": "A named participant; `organisation` is blank when the name matches none.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Inventory",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("reference", KeyField(unique=True, generated=False, null=False)),
                (
                    "organisation",
                    fields.ForeignKeyField(
                        "consortium.Organisation",
                        source_field="organisation_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="inventories",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("label", fields.TextField(unique=False)),
                ("period_start", fields.DateField(null=True)),
                ("period_end", fields.DateField(null=True)),
                ("scope1_kg_co2e", NumericField(null=True, generated=False, unique=False)),
                ("scope2_location_kg_co2e", NumericField(null=True, generated=False, unique=False)),
                ("scope2_market_kg_co2e", NumericField(null=True, generated=False, unique=False)),
                (
                    "scope2_unspecified_kg_co2e",
                    NumericField(null=True, generated=False, unique=False),
                ),
                ("scope3_kg_co2e", NumericField(null=True, generated=False, unique=False)),
                ("total_kg_co2e", NumericField(null=True, generated=False, unique=False)),
                ("notes", fields.TextField(default="", db_default="", unique=False)),
                ("primary_source", fields.TextField(default="", db_default="", unique=False)),
                ("quality", fields.TextField(default="", db_default="", unique=False)),
                ("quarantined", fields.BooleanField(default=False, db_default=False)),
                (
                    "parts_check",
                    fields.CharEnumField(description="", enum_type=PartsCheck, max_length=20),
                ),
                (
                    "parts_difference_kg_co2e",
                    NumericField(null=True, generated=False, unique=False),
                ),
                ("year", fields.IntField(null=True)),
                (
                    "visibility",
                    fields.CharEnumField(
                        default=Visibility.PUBLIC,
                        description="",
                        db_default="PUBLIC",
                        enum_type=Visibility,
                        max_length=20,
                    ),
                ),
                (
                    "citation",
                    fields.ForeignKeyField(
                        "consortium.Citation",
                        source_field="citation_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="inventories",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "recorded_at",
                    fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=True),
                ),
            ],
            options={
                "table": "inventory",
                "app": "consortium",
                "indexes": [
                    Index(
                        fields=["organisation_id", "period_end", "id"],
                        name="inventory_organisation_idx",
                    ),
                    Index(fields=["year", "id"], name="inventory_year_idx"),
                ],
                "pk_attr": "id",
                "table_description": "Emissions of one organisation in one period, as it published them.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Membership",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "organisation",
                    fields.ForeignKeyField(
                        "consortium.Organisation",
                        source_field="organisation_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="memberships",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "status",
                    fields.CharEnumField(description="", enum_type=MembershipStatus, max_length=20),
                ),
                ("starts_on", fields.DateField(null=True)),
                ("ends_on", fields.DateField(null=True)),
                ("evidence_as_of", fields.TextField(default="", db_default="", unique=False)),
                (
                    "citation",
                    fields.ForeignKeyField(
                        "consortium.Citation",
                        source_field="citation_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="memberships",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("notes", fields.TextField(default="", db_default="", unique=False)),
                (
                    "recorded_at",
                    fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=True),
                ),
            ],
            options={
                "table": "membership",
                "app": "consortium",
                "indexes": [
                    Index(fields=["organisation_id"], name="membership_organisation_idx"),
                    Index(fields=["status", "organisation_id"], name="membership_status_idx"),
                ],
                "pk_attr": "id",
                "table_description": "The status of an organisation from one day to another, both included.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="OrganisationAlias",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "organisation",
                    fields.ForeignKeyField(
                        "consortium.Organisation",
                        source_field="organisation_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="aliases",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("name", fields.TextField(unique=False)),
                ("name_key", KeyField(unique=True, generated=False, null=False)),
            ],
            options={
                "table": "organisation_alias",
                "app": "consortium",
                "indexes": [
                    Index(fields=["organisation_id"], name="organisation_alias_organisation_idx")
                ],
                "pk_attr": "id",
                "table_description": "Another name of an organisation; no two organisations share one.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Parentage",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "child",
                    fields.ForeignKeyField(
                        "consortium.Organisation",
                        source_field="child_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="parents",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "parent",
                    fields.ForeignKeyField(
                        "consortium.Organisation",
                        source_field="parent_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="children",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "relation",
                    fields.CharEnumField(
                        description="", enum_type=ParentageRelation, max_length=20
                    ),
                ),
                ("equity_share", NumericField(null=True, generated=False, unique=False)),
                ("starts_on", fields.DateField(null=True)),
                ("ends_on", fields.DateField(null=True)),
                (
                    "citation",
                    fields.ForeignKeyField(
                        "consortium.Citation",
                        source_field="citation_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="parentages",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("notes", fields.TextField(default="", db_default="", unique=False)),
            ],
            options={
                "table": "parentage",
                "app": "consortium",
                "indexes": [
                    Index(fields=["child_id"], name="parentage_child_idx"),
                    Index(fields=["parent_id"], name="parentage_parent_idx"),
                ],
                "pk_attr": "id",
                "table_description": "From one day to another, one organisation belongs to another; both days are included.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ValueChain",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("name", fields.TextField(unique=False)),
                ("name_key", KeyField(unique=True, generated=False, null=False)),
                ("description", fields.TextField(default="", db_default="", unique=False)),
                (
                    "citation",
                    fields.ForeignKeyField(
                        "consortium.Citation",
                        source_field="citation_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="value_chains",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
            ],
            options={
                "table": "value_chain",
                "app": "consortium",
                "pk_attr": "id",
                "table_description": "A chain of activities that ends in a product or service.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="AvoidedClaimValueChain",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "claim",
                    fields.ForeignKeyField(
                        "consortium.AvoidedClaim",
                        source_field="claim_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="value_chain_links",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "value_chain",
                    fields.ForeignKeyField(
                        "consortium.ValueChain",
                        source_field="value_chain_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="claim_links",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
            ],
            options={
                "table": "avoided_claim_value_chain",
                "app": "consortium",
                "unique_together": (("claim_id", "value_chain_id"),),
                "indexes": [
                    Index(fields=["value_chain_id"], name="avoided_claim_value_chain_chain_idx")
                ],
                "pk_attr": "id",
                "table_description": "A claim whose solution acts on a value chain.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ValueChainStage",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "value_chain",
                    fields.ForeignKeyField(
                        "consortium.ValueChain",
                        source_field="value_chain_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="stages",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("name", fields.TextField(unique=False)),
                ("name_key", KeyField(unique=False, generated=False, null=False)),
                ("position", fields.IntField()),
                (
                    "downstream",
                    fields.ForeignKeyField(
                        "consortium.ValueChainStage",
                        source_field="downstream_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="upstream",
                        on_delete=OnDelete.NO_ACTION,
                    ),
                ),
            ],
            options={
                "table": "value_chain_stage",
                "app": "consortium",
                "unique_together": (("value_chain_id", "name"),),
                "indexes": [
                    Index(
                        fields=["value_chain_id", "position", "id"],
                        name="value_chain_stage_chain_idx",
                    ),
                    Index(fields=["downstream_id"], name="value_chain_stage_downstream_idx"),
                ],
                "pk_attr": "id",
                "table_description": "A step of a chain; `downstream` is the step that it supplies, none for the last.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ValueChainInitiative",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "value_chain",
                    fields.ForeignKeyField(
                        "consortium.ValueChain",
                        source_field="value_chain_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="initiatives",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "initiative",
                    fields.ForeignKeyField(
                        "consortium.Initiative",
                        source_field="initiative_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="value_chains",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "stage",
                    fields.ForeignKeyField(
                        "consortium.ValueChainStage",
                        source_field="stage_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="initiatives",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("note", fields.TextField(default="", db_default="", unique=False)),
            ],
            options={
                "table": "value_chain_initiative",
                "app": "consortium",
                "indexes": [
                    Index(fields=["initiative_id"], name="value_chain_initiative_initiative_idx"),
                    Index(fields=["stage_id"], name="value_chain_initiative_stage_idx"),
                ],
                "pk_attr": "id",
                "table_description": "An initiative that acts on a chain, on one of its stages where that is known.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ValueChainParticipant",
            fields=[
                ("id", IdField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "stage",
                    fields.ForeignKeyField(
                        "consortium.ValueChainStage",
                        source_field="stage_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="participants",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "organisation",
                    fields.ForeignKeyField(
                        "consortium.Organisation",
                        source_field="organisation_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="stages",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("role", fields.TextField(default="", db_default="", unique=False)),
                ("starts_on", fields.DateField(null=True)),
                ("ends_on", fields.DateField(null=True)),
            ],
            options={
                "table": "value_chain_participant",
                "app": "consortium",
                "unique_together": (("stage_id", "organisation_id", "role"),),
                "indexes": [
                    Index(
                        fields=["organisation_id"], name="value_chain_participant_organisation_idx"
                    )
                ],
                "pk_attr": "id",
                "table_description": "An organisation in a stage, in one role.",
            },
            bases=["Model"],
        ),
    ]
