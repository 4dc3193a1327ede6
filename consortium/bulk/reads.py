"""What can be read of bulk operations: by the organisation for which they were asked."""

from consortium.bulk.models import BulkOperation
from consortium.kernel.principal import Rights
from consortium.organisations.reads import ORGANISATIONS
from consortium.query.source import Column, One, Source
from consortium.query.sqltypes import SqlType
from consortium.query.tables import columns


def _own(rights: Rights) -> str:
    return "{t}.organisation_id = {caller_organisation}" if rights.has_organisation else "false"


def _mine(rights: Rights) -> str:
    """Of whoever sent it: a person, whatever program it uses, or a system."""
    if not rights.has_organisation:
        return "false"
    same = (
        "{t}.account_id IS NOT DISTINCT FROM {caller_account}"
        " AND ({t}.account_id IS NOT NULL OR {t}.client_id IS NOT DISTINCT FROM {caller_client})"
    )
    return f"({{t}}.organisation_id = {{caller_organisation}} AND {same})"


OPERATIONS = Source(
    name="bulk_operation",
    table="bulk_operation",
    prefix="bulk",
    visible_to=_own,
    fields=columns(
        BulkOperation,
        "bulk",
        (
            "kind",
            "document",
            "variables",
            "state",
            "rows",
            "failure_code",
            "told",
            "size_bytes",
            "asked_at",
            "began_at",
            "ended_at",
        ),
    )
    | {
        "url": Column(
            "CASE WHEN {t}.digest IS NOT NULL THEN '/bulk/bulk_' || {t}.id || '/result.jsonl' END"
        ),
        "organisation": One(ORGANISATIONS, "{u}.id = {t}.organisation_id"),
    },
    filters=("id", "kind", "state", "asked_at", "ended_at"),
    orders={"asked_at": ("asked_at",)},
    default_order=(("asked_at", True),),
)

# Named by mutations alone.
UPLOADS = Source(
    name="bulk_upload",
    table="bulk_upload",
    prefix="upload",
    visible_to=_mine,
    fields={"id": Column("{t}.id", SqlType.BIGINT, nullable=False, prefix="upload", unique=True)},
)
