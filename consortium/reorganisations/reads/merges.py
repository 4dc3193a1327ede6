"""What can be read of merges, by those who manage organisations."""

from consortium.kernel.principal import Permission, Rights
from consortium.organisations.reads import ORGANISATIONS
from consortium.query.source import Column, Many, One, Source
from consortium.query.sqltypes import SqlType
from consortium.query.tables import columns
from consortium.reorganisations.models import OrganisationMerge


def _managers(rights: Rights) -> str:
    return "true" if rights.may(Permission.ORGANISATIONS_MANAGE) else "false"


MERGE_CHANGES = Source(
    name="organisation_merge_change",
    table="organisation_merge_change",
    visible_to=_managers,
    fields={
        "table": Column("{t}.row_table", nullable=False),
        "row_id": Column("{t}.row_id", SqlType.BIGINT, nullable=False),
        "before": Column("{t}.before::json", SqlType.JSON),
        "after": Column("{t}.after::json", SqlType.JSON),
        "stayed": Column(
            # Of memberships, which are joined, the unchanged rows are noted too.
            "({t}.row_table <> 'membership' AND {t}.before IS NOT NULL"
            " AND {t}.before IS NOT DISTINCT FROM {t}.after)",
            SqlType.BOOLEAN,
            nullable=False,
        ),
    },
    filters=("table", "row_id", "stayed"),
)

MERGES = Source(
    name="organisation_merge",
    table="organisation_merge",
    prefix="merge",
    visible_to=_managers,
    fields=columns(OrganisationMerge, "merge", ("reason", "merged_at", "undone_at"))
    | {
        "duplicate": One(ORGANISATIONS, "{u}.id = {t}.duplicate_id"),
        "survivor": One(ORGANISATIONS, "{u}.id = {t}.survivor_id"),
        "changes": Many(MERGE_CHANGES, "{u}.merge_id = {t}.id"),
    },
    filters=("id", "merged_at", "undone_at", "duplicate", "survivor"),
    orders={"merged_at": ("merged_at",)},
    default_order=(("merged_at", True),),
)
