"""Whether the database enters every change into the audit trail.

A model's module lists, in `UNWATCHED`, the tables whose changes are not entered, each with the
reason, and in `WITHHELD` the columns whose values never enter it because they are personal. What
is secret is known by the ending of its name. `BY_ADDRESS` lists the tables whose rows name a person
by a mail address alone, with its column.
"""

from importlib import import_module

from consortium.storage.budgets import BUDGET_TABLES
from consortium.storage.connections import Connection
from consortium.storage.database import MODELS
from consortium.storage.queue import QUEUE_TABLES

SECRET_ENDINGS = ("_sha256", "_sealed", "_hash")

# Of the program itself, not of the consortium.
BOOKKEEPING = (
    {"tortoise_migrations": "which migrations were applied"} | QUEUE_TABLES | BUDGET_TABLES
)

TABLES = """
SELECT c.relname AS table,
       ARRAY(SELECT a.attname::text FROM pg_attribute a
              WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns,
       ARRAY(SELECT t.tgname::text FROM pg_trigger t
              WHERE t.tgrelid = c.oid AND t.tgfoid = to_regproc('audit_capture')
                AND t.tgenabled IN ('O', 'A')) AS triggers,
       (SELECT string_to_array(encode(t.tgargs, 'escape'), '\\000') FROM pg_trigger t
         WHERE t.tgrelid = c.oid AND t.tgname = 'audit_insert') AS arguments
  FROM pg_class c
 WHERE c.relnamespace = 'public'::regnamespace
   AND c.relkind IN ('r', 'p') AND NOT c.relispartition
 ORDER BY 1
"""
CAPTURING = {"audit_insert", "audit_update", "audit_delete", "audit_truncate"}

GUARDS = """
SELECT count(*) FROM pg_trigger
 WHERE tgname IN ('audit_entry_append_only', 'audit_change_append_only') AND tgenabled = 'A'
"""


def unwatched() -> dict[str, str]:
    """Table -> why its changes are not entered."""
    found = dict(BOOKKEEPING)
    for module in MODELS:
        found |= getattr(import_module(module), "UNWATCHED", {})
    return found


def withheld() -> dict[str, set[str]]:
    """Table -> columns that are personal."""
    found: dict[str, set[str]] = {}
    for module in MODELS:
        columns: dict[str, tuple[str, ...]] = getattr(import_module(module), "WITHHELD", {})
        found |= {table: set(names) for table, names in columns.items()}
    return found


def by_address() -> dict[str, str]:
    """Table -> the column with the mail address by which its rows name a person; such rows go."""
    return _columns("BY_ADDRESS")


def addressed() -> dict[str, str]:
    """As `by_address`, of rows that stay and are blanked."""
    return _columns("ADDRESSED")


def _columns(listed_in: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for module in MODELS:
        found |= getattr(import_module(module), listed_in, {})
    return found


async def trail_faults(connection: Connection) -> list[str]:
    """Tables that are neither watched nor exempt, and columns whose values would show."""
    exempt, personal = unwatched(), withheld()
    rows = await connection.fetch(TABLES)
    faults = [f"{table}: there is no such table" for table in exempt.keys() - {r[0] for r in rows}]
    if await connection.fetchval(GUARDS) != 2:
        faults.append("the audit trail can be changed: its triggers are gone")
    for table, columns, triggers, arguments in rows:
        watching = CAPTURING & set(triggers)
        if table in exempt:
            faults += [f"{table}: watched, and listed as exempt"] if watching else []
        elif watching != CAPTURING:
            faults.append(f"{table}: its changes do not enter the audit trail")
        else:
            secret = {name for name in columns if name.endswith(SECRET_ENDINGS)}
            shown = (secret | personal.get(table, set())) - _names(arguments[0])
            faults += [
                f"{table}.{name}: its values enter the audit trail" for name in sorted(shown)
            ]
    return faults


def _names(array: str) -> set[str]:
    """The names in a list as PostgreSQL writes it."""
    return set(array.strip("{}").split(","))
