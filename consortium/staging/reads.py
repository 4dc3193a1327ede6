"""What can be read of imports: by those who enter figures for the organisation, nobody else."""

from consortium.kernel.principal import Permission, Rights
from consortium.organisations.reads import ORGANISATIONS
from consortium.query.source import Column, Many, One, Source
from consortium.query.sqltypes import SqlType
from consortium.query.tables import columns
from consortium.staging.models import StagedFault, StagedImport, StagedRow


def imports_visible_to(rights: Rights) -> str:
    """SQL: import `t` is of the caller's organisation, for which the caller enters figures."""
    if not rights.has_organisation or not rights.may(Permission.FIGURES_WRITE):
        return "false"
    return "{t}.organisation_id = {caller_organisation}"


def _with_import(rights: Rights) -> str:
    rule = imports_visible_to(rights)
    if rule == "false":
        return rule
    inner = rule.replace("{t}", "above")
    return f"{{t}}.staged_import_id IN (SELECT above.id FROM staged_import above WHERE {inner})"


_DOCUMENT = "(SELECT d.{column} FROM document d WHERE d.id = {{t}}.document_id)"

STAGED_ROWS = Source(
    name="imported_row",
    table="staged_row",
    visible_to=_with_import,
    fields=columns(StagedRow, None, ("position", "sheet", "number"))
    | {"cells": Column("{t}.cells::json", SqlType.JSON, nullable=False)},
    filters=("sheet", "number"),
    default_order=(("position", False),),
)

STAGED_FAULTS = Source(
    name="import_fault",
    table="staged_fault",
    visible_to=_with_import,
    fields=columns(
        StagedFault, None, ("position", "sheet", "number", "sheet_column", "code", "message")
    ),
    filters=("sheet", "number", "sheet_column", "code"),
    default_order=(("position", False),),
)

STAGED_IMPORTS = Source(
    name="staged_import",
    table="staged_import",
    prefix="import",
    visible_to=imports_visible_to,
    fields=columns(
        StagedImport,
        "import",
        ("kind", "status", "row_count", "fault_count", "version", "recorded_at", "ended_on"),
    )
    | {
        "file_name": Column(_DOCUMENT.format(column="name"), nullable=False),
        "sha256": Column(_DOCUMENT.format(column="sha256"), nullable=False),
        "organisation": One(ORGANISATIONS, "{u}.id = {t}.organisation_id"),
        "rows": Many(STAGED_ROWS, "{u}.staged_import_id = {t}.id"),
        "faults": Many(STAGED_FAULTS, "{u}.staged_import_id = {t}.id"),
    },
    filters=("id", "kind", "status", "recorded_at"),
    orders={"recorded_at": ("recorded_at",)},
    default_order=(("recorded_at", True),),
)
