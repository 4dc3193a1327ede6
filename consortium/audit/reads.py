"""What can be read of the audit trail: auditors all of it, others their own organisation's part.

Later features relate their own rows: the organisations, and every type that has a global id.
"""

from consortium.audit.models import AuditEntry
from consortium.kernel.principal import Permission, Rights
from consortium.query.pick import Args
from consortium.query.source import Column, Many, One, Source
from consortium.query.sqltypes import SqlType
from consortium.query.tables import columns
from consortium.query.writer import Writer


def _entries_visible_to(rights: Rights) -> str:
    """What the caller's organisation did, and what was done to it."""
    if rights.may(Permission.AUDIT_READ_ALL):
        return "true"
    if rights.may(Permission.AUDIT_READ):
        own = "{caller_organisation}"
        return f"{{t}}.organisation_id = {own} OR {{t}}.acting_organisation_id = {own}"
    return "false"


def _changes_visible_to(rights: Rights) -> str:
    """As their entries."""
    if rights.may(Permission.AUDIT_READ_ALL):
        return "true"
    rule = _entries_visible_to(rights).replace("{t}", "e")
    return f"EXISTS (SELECT 1 FROM audit_entry e WHERE e.id = {{t}}.entry_id AND ({rule}))"


def _readers(rights: Rights) -> str:
    """Whoever may read entries: an actor is reached through these only."""
    may = rights.may(Permission.AUDIT_READ) or rights.may(Permission.AUDIT_READ_ALL)
    return "true" if may else "false"


def _actors(writer: Writer, _: Args) -> str:
    """Accounts with the pseudonym of each, and the name where the caller may see it.

    An organisation's own administrators see the names of its own people.
    """
    shown = "true"
    if not writer.rights.may(Permission.AUDIT_READ_ALL):
        own = writer.fill("{caller_organisation}", "")
        shown = (
            "EXISTS (SELECT 1 FROM role_grant r"
            f" WHERE r.account_id = p.id AND r.organisation_id = {own})"
        )
    name = f"CASE WHEN {shown} THEN nullif(p.name, '') END"
    return f"SELECT p.id, p.subject, {name} AS name FROM account p"


AUDIT_ACTORS = Source(
    name="audit_actor",
    table=_actors,
    visible_to=_readers,
    fields={
        "subject": Column("{t}.subject", nullable=False, unique=True),
        "name": Column("{t}.name"),
    },
    filters=("subject",),
)

AUDIT_CLIENTS = Source(
    name="audit_client",
    table="oauth_client",
    visible_to=_readers,
    fields={
        "client_id": Column("{t}.client_id", nullable=False, unique=True),
        "name": Column("{t}.name", nullable=False),
    },
    filters=("client_id",),
)

AUDIT_CHANGES = Source(
    name="audit_change",
    table="audit_change",
    visible_to=_changes_visible_to,
    fields={
        "table": Column("{t}.row_table", nullable=False),
        "row_id": Column("{t}.row_id", SqlType.BIGINT, nullable=False),
        "before": Column("{t}.before::json", SqlType.JSON),
        "after": Column("{t}.after::json", SqlType.JSON),
    },
    filters=("table", "row_id"),
)

AUDIT_ENTRIES = Source(
    name="audit_entry",
    table="audit_entry",
    prefix="audit",
    visible_to=_entries_visible_to,
    fields=columns(AuditEntry, "audit", ("at", "action", "note"))
    | {
        "actor": One(AUDIT_ACTORS, "{u}.id = {t}.account_id"),
        "client": One(AUDIT_CLIENTS, "{u}.id = {t}.client_id"),
        "changes": Many(AUDIT_CHANGES, "{u}.entry_id = {t}.id"),
    },
    filters=("id", "at", "action", "actor", "client", "changes"),
    orders={"at": ("at",)},
    default_order=(("at", True),),
)

AUDIT_CHANGES.relate(entry=One(AUDIT_ENTRIES, "{u}.id = {t}.entry_id"))
