# pyright: basic
"""Tables of successions, and of merges with the journal by which they are undone."""

from tortoise import fields
from tortoise.fields.db_defaults import Now
from tortoise.indexes import Index
from tortoise.models import Model

from consortium.evidence.models import Citation
from consortium.organisations.models import Organisation
from consortium.reorganisations.rules.successions import SuccessionKind
from consortium.storage.fields import IdField, KeyField, word_field

EXTRA_CONSTRAINTS = (
    "succession_not_itself",
    "organisation_not_merged_into_itself",
    "organisation_merge_of_another",
)

# Nothing is taken out of the journal; a merge is noted as undone.
RIGHTS = {
    "organisation_merge": "SELECT, INSERT, UPDATE",
    "organisation_merge_change": "SELECT, INSERT",
}

UNWATCHED = {"organisation_merge_change": "repeats what the trail enters of the rows themselves"}


class Succession(Model):
    """From a day on, one organisation is what became of another, or of a part of it."""

    id = IdField()
    predecessor: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "consortium.Organisation", on_delete=fields.RESTRICT, related_name="successors"
    )
    successor: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "consortium.Organisation", on_delete=fields.RESTRICT, related_name="predecessors"
    )
    kind = word_field(SuccessionKind)
    effective_on = fields.DateField()
    citation: fields.ForeignKeyNullableRelation[Citation] = fields.ForeignKeyField(
        "consortium.Citation", null=True, on_delete=fields.RESTRICT, related_name="successions"
    )
    recorded_at = fields.DatetimeField(auto_now_add=True, db_default=Now())

    class Meta:
        table = "succession"
        unique_together = (("predecessor_id", "successor_id"),)
        indexes = (Index(fields=("successor_id",), name="succession_successor_idx"),)


class OrganisationMerge(Model):
    """One organisation that was recorded twice: the duplicate's rows became the survivor's."""

    id = IdField()
    duplicate: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "consortium.Organisation", on_delete=fields.RESTRICT, related_name="merges"
    )
    survivor: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "consortium.Organisation", on_delete=fields.RESTRICT, related_name="absorbed"
    )
    reason = fields.TextField(default="", db_default="")
    merged_at = fields.DatetimeField(auto_now_add=True, db_default=Now())
    undone_at = fields.DatetimeField(null=True)

    class Meta:
        table = "organisation_merge"
        indexes = (
            Index(fields=("duplicate_id",), name="organisation_merge_duplicate_idx"),
            Index(fields=("survivor_id",), name="organisation_merge_survivor_idx"),
        )


class OrganisationMergeChange(Model):
    """A row that a merge changed, in the order of ids: the columns concerned, before and after.

    Without `before` the merge added the row, without `after` it took it away; with both equal the
    row stayed where it was.
    """

    id = IdField()
    merge: fields.ForeignKeyRelation[OrganisationMerge] = fields.ForeignKeyField(
        "consortium.OrganisationMerge", on_delete=fields.RESTRICT, related_name="changes"
    )
    # As in the database: `row_table` 'avoided_claim', `row_id` 12.
    row_table: fields.Field[str] = KeyField()
    row_id = fields.BigIntField()
    before: fields.Field[dict[str, object] | None] = fields.JSONField(null=True)
    after: fields.Field[dict[str, object] | None] = fields.JSONField(null=True)

    class Meta:
        table = "organisation_merge_change"
        indexes = (Index(fields=("merge_id",), name="organisation_merge_change_merge_idx"),)
