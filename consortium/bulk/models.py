# pyright: basic
"""Tables of bulk operations, of files of variables, and of what became of their lines."""

from tortoise import fields
from tortoise.fields.db_defaults import Now
from tortoise.indexes import Index
from tortoise.models import Model

from consortium.bulk.rules.operations import BulkKind, BulkState
from consortium.identity.models import Account, OAuthClient
from consortium.organisations.models import Organisation
from consortium.storage.fields import IdField, TextArrayField, word_field

EXTRA_CONSTRAINTS = (
    "bulk_operation_ended",
    "bulk_operation_cancelled",
    "bulk_operation_upload",
    "bulk_operation_result",
)

UNWATCHED = {"bulk_line": "what each change answered; what it changed is entered"}


class BulkUpload(Model):
    """A file of variables, a line for each change. Its name is blank once the file is gone."""

    id = IdField()
    organisation: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "consortium.Organisation", on_delete=fields.RESTRICT, related_name="bulk_uploads"
    )
    account: fields.ForeignKeyNullableRelation[Account] = fields.ForeignKeyField(
        "consortium.Account", null=True, on_delete=fields.RESTRICT, related_name="bulk_uploads"
    )
    client: fields.ForeignKeyNullableRelation[OAuthClient] = fields.ForeignKeyField(
        "consortium.OAuthClient", null=True, on_delete=fields.RESTRICT, related_name="bulk_uploads"
    )
    digest = fields.TextField(null=True)
    size_bytes = fields.BigIntField()
    uploaded_at = fields.DatetimeField(auto_now_add=True, db_default=Now())

    class Meta:
        table = "bulk_upload"
        indexes = (
            Index(fields=("organisation_id",), name="bulk_upload_organisation_idx"),
            Index(fields=("account_id",), name="bulk_upload_account_idx"),
            Index(fields=("client_id",), name="bulk_upload_client_idx"),
        )


class BulkOperation(Model):
    """A query or a mutation that runs beside the server, with the rights of who asked for it."""

    id = IdField()
    organisation: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "consortium.Organisation", on_delete=fields.RESTRICT, related_name="bulk_operations"
    )
    # Null where a system asked.
    account: fields.ForeignKeyNullableRelation[Account] = fields.ForeignKeyField(
        "consortium.Account", null=True, on_delete=fields.RESTRICT, related_name="bulk_operations"
    )
    client: fields.ForeignKeyNullableRelation[OAuthClient] = fields.ForeignKeyField(
        "consortium.OAuthClient",
        null=True,
        on_delete=fields.RESTRICT,
        related_name="bulk_operations",
    )
    permissions: fields.Field[list[str]] = TextArrayField()
    is_member = fields.BooleanField()
    kind = word_field(BulkKind)
    document = fields.TextField()
    # JSON.
    variables = fields.TextField(default="{}", db_default="{}")
    upload: fields.ForeignKeyNullableRelation[BulkUpload] = fields.ForeignKeyField(
        "consortium.BulkUpload", null=True, on_delete=fields.RESTRICT, related_name="operations"
    )
    state = word_field(BulkState, default=BulkState.WAITING, db_default="WAITING")
    # Rows that were read, or lines that were done.
    rows = fields.BigIntField(default=0, db_default=0)
    attempts = fields.IntField(default=0, db_default=0)
    taken_until = fields.DatetimeField(null=True)
    # Why it failed.
    failure_code = fields.TextField(default="", db_default="")
    told = fields.TextField(default="", db_default="")
    # The SHA-256 and the size of the result, as long as it is there.
    digest = fields.TextField(null=True)
    size_bytes = fields.BigIntField(null=True)
    asked_at = fields.DatetimeField(auto_now_add=True, db_default=Now())
    began_at = fields.DatetimeField(null=True)
    ended_at = fields.DatetimeField(null=True)
    # When somebody ended it early.
    cancelled_at = fields.DatetimeField(null=True)

    class Meta:
        table = "bulk_operation"
        indexes = (
            Index(fields=("organisation_id", "id"), name="bulk_operation_organisation_idx"),
            Index(fields=("account_id",), name="bulk_operation_account_idx"),
            Index(fields=("client_id",), name="bulk_operation_client_idx"),
            Index(fields=("upload_id",), name="bulk_operation_upload_idx"),
        )


class BulkLine(Model):
    """What a line's change answered, recorded in the change's own transaction."""

    id = IdField()
    operation: fields.ForeignKeyRelation[BulkOperation] = fields.ForeignKeyField(
        "consortium.BulkOperation", on_delete=fields.CASCADE, related_name="lines"
    )
    number = fields.IntField()
    # JSON.
    answer = fields.TextField(default="", db_default="")

    class Meta:
        table = "bulk_line"
        unique_together = (("operation_id", "number"),)
