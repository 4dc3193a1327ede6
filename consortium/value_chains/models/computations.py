# pyright: basic
"""Tables of computations that take long."""

from tortoise import fields
from tortoise.fields.db_defaults import Now
from tortoise.indexes import Index
from tortoise.models import Model

from consortium.organisations.models import Organisation
from consortium.storage.fields import IdField, word_field
from consortium.value_chains.rules.computations import ComputationStatus


class ChainComputation(Model):
    """A question of published versions that is answered by whoever works off what waits."""

    id = IdField()
    organisation: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "consortium.Organisation", on_delete=fields.RESTRICT, related_name="chain_computations"
    )
    status = word_field(ComputationStatus, default=ComputationStatus.WAITING, db_default="WAITING")
    # As `rules.computations` writes it.
    question: fields.Field[dict[str, object]] = fields.JSONField()
    draws = fields.IntField(default=0, db_default=0)
    draws_wanted = fields.IntField()
    # As `rules.questions` has it.
    answer: fields.Field[dict[str, object]] = fields.JSONField(null=True)
    # Why it failed.
    code = fields.TextField(null=True)
    message = fields.TextField(null=True)
    attempts = fields.IntField(default=0, db_default=0)
    # Counts what its owner changes.
    version = fields.IntField(default=1, db_default=1)
    asked_at = fields.DatetimeField(auto_now_add=True, db_default=Now())
    # Nobody else takes it before.
    due_at = fields.DatetimeField(auto_now_add=True, db_default=Now())
    started_at = fields.DatetimeField(null=True)
    ended_at = fields.DatetimeField(null=True)

    class Meta:
        table = "chain_computation"
        indexes = (Index(fields=("organisation_id", "id"), name="chain_computation_owner_idx"),)
