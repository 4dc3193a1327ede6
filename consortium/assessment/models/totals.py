# pyright: basic
"""How each published claim stands in the totals, and the totals. All masses in kg CO2e.

Derived: SQL functions of the migration write them, in the transaction that changes a claim.
"""

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from consortium.effects.rules.vocabulary import Specificity, Timeframe
from consortium.storage.fields import IdField, KeyField, NumericField, word_field


class AssessedStanding(Model):
    """A published claim over the days on which the same was known of it.

    `known_to` is the first day on which it is not known so any more. `kept` is the part of the
    effect that counts after decisions about overlaps. `share_kg_co2e` is blank of a joint claim,
    `joint_kg_co2e` of one with a share.
    """

    id = IdField()
    claim_id = fields.BigIntField()
    effect_id = fields.BigIntField()
    # The first of the effect and its restatements: together they count once.
    origin_id = fields.BigIntField()
    allocation_id = fields.BigIntField(null=True)
    organisation_id = fields.BigIntField()
    group_id = fields.BigIntField()
    sector: fields.Field[str | None] = KeyField(null=True)
    country = fields.CharField(max_length=2, null=True)
    category: fields.Field[str] = KeyField()
    value_chain_id = fields.BigIntField(null=True)
    timeframe = word_field(Timeframe)
    year = fields.IntField()
    specificity = word_field(Specificity)
    assured = fields.BooleanField()
    # Bits of `rules.totals.Reach`.
    audience = fields.SmallIntField()
    effect_kg_co2e: fields.Field[object] = NumericField()
    share_kg_co2e: fields.Field[object] = NumericField(null=True)
    joint_kg_co2e: fields.Field[object] = NumericField(null=True)
    # Half the 95 % interval as a fraction of the effect; blank: not known.
    uncertainty: fields.Field[object] = NumericField(null=True)
    kept: fields.Field[object] = NumericField()
    known_from = fields.DateField()
    known_to = fields.DateField(null=True)
    counts_now = fields.BooleanField()

    class Meta:
        table = "assessed_standing"
        indexes = (
            Index(fields=("origin_id",), name="assessed_standing_origin_idx"),
            Index(fields=("claim_id",), name="assessed_standing_claim_idx"),
            Index(fields=("organisation_id", "year"), name="assessed_standing_member_idx"),
            Index(fields=("category",), name="assessed_standing_category_idx"),
            Index(fields=("known_from",), name="assessed_standing_known_from_idx"),
            Index(fields=("known_to",), name="assessed_standing_known_to_idx"),
        )


class AssessedTotal(Model):
    """A total that is kept ready: what counts now, by one of the usual groupings.

    `cell` is all of its key as one text, by which it is found when it changes. `audience` is one of
    the bits of `rules.totals.Reach`. Each effect counts once: what its claims add up to.
    """

    id = IdField()
    cell: fields.Field[str] = KeyField()
    grouping = fields.IntField()
    audience = fields.SmallIntField()
    timeframe = word_field(Timeframe)
    year = fields.IntField(null=True)
    category: fields.Field[str | None] = KeyField(null=True)
    value_chain_id = fields.BigIntField(null=True)
    undivided = fields.BooleanField()
    organisation_id = fields.BigIntField(null=True)
    group_id = fields.BigIntField(null=True)
    sector: fields.Field[str | None] = KeyField(null=True)
    country = fields.CharField(max_length=2, null=True)
    assured = fields.BooleanField(null=True)
    claims = fields.BigIntField()
    effects = fields.BigIntField()
    contributors = fields.BigIntField()
    own_kg_co2e: fields.Field[object] = NumericField()
    joint_kg_co2e: fields.Field[object] = NumericField()
    gross_kg_co2e: fields.Field[object] = NumericField()
    assured_kg_co2e: fields.Field[object] = NumericField()
    specific_kg_co2e: fields.Field[object] = NumericField()
    specific_effects = fields.BigIntField()
    regional_kg_co2e: fields.Field[object] = NumericField()
    regional_effects = fields.BigIntField()
    average_kg_co2e: fields.Field[object] = NumericField()
    average_effects = fields.BigIntField()
    # The sum of squares of half the 95 % intervals, over effects: they err apart from each other.
    squares_kg2: fields.Field[object] = NumericField()
    uncertain_effects = fields.BigIntField()

    class Meta:
        table = "assessed_total"
        unique_together = (("cell",),)
        indexes = (
            Index(fields=("grouping", "audience", "timeframe"), name="assessed_total_asked_idx"),
        )


class AssessedContributor(Model):
    """An organisation with claims in a total, and with how many."""

    id = IdField()
    cell: fields.Field[str] = KeyField()
    organisation_id = fields.BigIntField()
    claims = fields.BigIntField()

    class Meta:
        table = "assessed_contributor"
        unique_together = (("cell", "organisation_id"),)


class AssessedTotalState(Model):
    """The days on which the kept totals are right: from the last change to the next known one."""

    id = IdField()
    valid_from = fields.DateField()
    valid_until = fields.DateField(null=True)

    class Meta:
        table = "assessed_total_state"
