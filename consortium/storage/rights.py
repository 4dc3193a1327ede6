"""Two roles of the database: one owns the tables, the other is the application's.

What the application's role may do is granted after every migration. A model's module lists, in
`RIGHTS`, the tables on which it may do something else than read and write rows.
"""

from importlib import import_module

from consortium.storage.connections import Connection
from consortium.storage.contact import connected
from consortium.storage.database import MODELS

READ_AND_WRITE = "SELECT, INSERT, UPDATE, DELETE"

# What whoever migrates owns; the owner itself keeps all its rights.
OWNED = """
SELECT c.relkind = 'S' AS sequence, c.relname FROM pg_class c
 WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'S')
   AND c.relowner = (SELECT oid FROM pg_roles WHERE rolname = current_user)
   AND current_user <> $1
 ORDER BY c.relname
"""

GUARDED = """
SELECT has_table_privilege($1, 'audit_entry', 'SELECT')
       AND has_table_privilege($1, 'audit_entry', 'INSERT')
       AND has_table_privilege($1, 'audit_change', 'SELECT') AS used,
       has_table_privilege($1, 'audit_entry', 'UPDATE, DELETE, TRUNCATE, TRIGGER')
       OR has_table_privilege($1, 'audit_change', 'INSERT, UPDATE, DELETE, TRUNCATE, TRIGGER')
       AS changed
"""


async def role_of(dsn: str) -> str:
    """The role that an address leads to. Raises StorageError."""
    async with connected(dsn) as connection:
        return str(await connection.fetchval("SELECT current_user::text"))


async def grant_application(connection: Connection, role: str) -> None:
    """Give the application's role what it needs, and take the rest away. Never touches an owner."""
    special = special_rights()
    async with connection.transaction():
        name = str(await connection.fetchval("SELECT quote_ident($1)", role))
        for is_sequence, owned in await connection.fetch(OWNED, role):
            rights = "USAGE" if is_sequence else special.get(owned, READ_AND_WRITE)
            what = f'{"SEQUENCE" if is_sequence else "TABLE"} "{owned}"'
            await connection.execute(
                f"REVOKE ALL ON {what} FROM {name};\nGRANT {rights} ON {what} TO {name};"
            )


def special_rights() -> dict[str, str]:
    """Table -> what the application may do with it."""
    found = {"tortoise_migrations": "SELECT"}
    for module in MODELS:
        found |= getattr(import_module(module), "RIGHTS", {})
    return found


async def trail_guard(connection: Connection, role: str) -> tuple[bool, str]:
    """Whether the role can work, and in words what keeps it from changing the audit trail."""
    row = await connection.fetchrow(GUARDED, role)
    assert row is not None  # noqa: S101  it has no FROM
    if not row["used"]:
        return False, f"the role {role} lacks rights: run `consortium migrate`"
    if row["changed"]:
        return True, (
            f"the audit trail is guarded by triggers only: the role {role} owns the tables."
            " Name their owner in CONSORTIUM_DIRECT_DATABASE_URL and another role in"
            " CONSORTIUM_DATABASE_URL"
        )
    return True, f"the audit trail is guarded by triggers and by the rights of the role {role}"
