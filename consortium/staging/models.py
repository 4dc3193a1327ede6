# pyright: basic
"""Tables of imports: what was sent, row by row, and what is wrong with it."""

from tortoise import fields
from tortoise.fields.db_defaults import Now
from tortoise.models import Model

from consortium.evidence.models import Document
from consortium.identity.models import Account
from consortium.organisations.models import Organisation
from consortium.staging.rules.imports import ImportStatus
from consortium.staging.rules.kinds import ImportKind
from consortium.storage.fields import IdField, KeyField, word_field

EXTRA_CONSTRAINTS = (
    "staged_import_counts_possible",
    "staged_import_ended",
    "staged_row_number_possible",
)
UNWATCHED = {
    "staged_row": "what is sent and not recorded yet; the commit enters what it records",
    "staged_fault": "found by checking the rows",
}


class StagedImport(Model):
    """A file of figures that was sent for an organisation, and what became of it."""

    id = IdField()
    organisation: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "consortium.Organisation", on_delete=fields.RESTRICT, related_name="staged_imports"
    )
    # Null where a system sent it.
    account: fields.ForeignKeyNullableRelation[Account] = fields.ForeignKeyField(
        "consortium.Account", null=True, on_delete=fields.RESTRICT, related_name="staged_imports"
    )
    document: fields.ForeignKeyRelation[Document] = fields.ForeignKeyField(
        "consortium.Document", on_delete=fields.RESTRICT, related_name="staged_imports"
    )
    kind = word_field(ImportKind, default=ImportKind.EFFECTS, db_default="EFFECTS")
    status = word_field(ImportStatus, default=ImportStatus.OPEN, db_default="OPEN")
    row_count = fields.IntField()
    fault_count = fields.IntField()
    version = fields.IntField(default=1, db_default=1)
    recorded_at = fields.DatetimeField(auto_now_add=True, db_default=Now())
    ended_on = fields.DateField(null=True)

    class Meta:
        table = "staged_import"


class StagedRow(Model):
    """A row as it was sent, or corrected since: its cells by their columns, as text."""

    id = IdField()
    staged_import: fields.ForeignKeyRelation[StagedImport] = fields.ForeignKeyField(
        "consortium.StagedImport", on_delete=fields.CASCADE, related_name="rows"
    )
    position = fields.IntField()
    sheet: fields.Field[str] = KeyField()
    number = fields.IntField()
    cells: fields.Field[object] = fields.JSONField()

    class Meta:
        table = "staged_row"
        unique_together = (("staged_import_id", "sheet", "number"),)


class StagedFault(Model):
    """What is wrong with a row, or with one cell of it."""

    id = IdField()
    staged_import: fields.ForeignKeyRelation[StagedImport] = fields.ForeignKeyField(
        "consortium.StagedImport", on_delete=fields.CASCADE, related_name="faults"
    )
    position = fields.IntField()
    sheet: fields.Field[str] = KeyField()
    number = fields.IntField()
    # Blank: the row as a whole.
    sheet_column: fields.Field[str] = KeyField(default="", db_default="")
    code: fields.Field[str] = KeyField()
    message = fields.TextField()

    class Meta:
        table = "staged_fault"
        unique_together = (("staged_import_id", "position"),)
