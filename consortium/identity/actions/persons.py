"""A person's data: all that is held of them, and its erasure.

Later features cannot be named here. Every feature's models list the tables with a column that
holds a mail address: in `BY_ADDRESS` if such rows go, in `ADDRESSED` if statements in `ERASE` blank
what is personal there.
"""

from importlib import import_module
from typing import Any

import orjson

from consortium.audit.actions import audited
from consortium.identity.actions.succession import call_contacts, find_unmanaged
from consortium.kernel.clock import utc_now
from consortium.kernel.errors import DomainError
from consortium.kernel.principal import Principal
from consortium.storage.database import MODELS, transaction
from consortium.storage.raw import Connection, raw
from consortium.storage.trail import SECRET_ENDINGS, addressed, by_address

Rows = list[dict[str, Any]]


class PersonUnknown(DomainError):
    """There is no such person."""

    code = "PERSON_UNKNOWN"


# Which rows belong to which, and whether they go with them.
_KEYS = """
SELECT c.conrelid::regclass::text AS child, a.attname::text AS by,
       c.confrelid::regclass::text AS parent, c.confdeltype = 'c' AS owned
  FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
 WHERE c.contype = 'f' AND cardinality(c.conkey) = 1
   AND c.connamespace = 'public'::regnamespace
 ORDER BY 1, 2
"""

# What a mail was filled with may hold a link, which is a secret.
_NOT_SHOWN = ("data",)


def _blanking() -> list[str]:
    """The statements by which later features blank what is personal; $1 is the account."""
    return [one for module in MODELS for one in getattr(import_module(module), "ERASE", ())]


# Columns that name rows of these tables by their numbers.
_NUMBERS = {
    "organisation": ("organisation_id", "acting_organisation_id"),
    "oauth_client": ("client_id",),
    "identity_provider": ("provider_id",),
}

_ENTRIES = """
SELECT json_build_object('at', e.at, 'action', e.action, 'client_id', e.client_id,
    'acting_organisation_id', e.acting_organisation_id, 'organisation_id', e.organisation_id,
    'note', e.note, 'rows', (
        SELECT coalesce(json_object_agg(r.row_table, r.rows), '{}') FROM (
            SELECT c.row_table, count(*) AS rows FROM audit_change c
            WHERE c.entry_id = e.id GROUP BY c.row_table) r))
  FROM audit_entry e WHERE e.account_id = $1 ORDER BY e.id
"""

# What others did to the account itself.
_CHANGES = """
SELECT json_build_object('at', e.at, 'action', e.action, 'before', c.before, 'after', c.after)
  FROM audit_change c JOIN audit_entry e ON e.id = c.entry_id
 WHERE c.row_table = 'account' AND c.row_id = $1 ORDER BY c.id
"""


async def find_person(who: str) -> int:
    """The account with this address, in any case, or this subject. Raises PersonUnknown."""
    async with transaction() as client:
        found: int | None = await raw(client).fetchval(
            "SELECT id FROM account WHERE email = lower($1) OR subject = $1", who
        )
    if found is None:
        raise PersonUnknown
    return found


async def export_person(account_id: int) -> dict[str, Any]:
    """All that is held of a person: the rows of every table that refers to them, as JSON values.

    The keys are the tables. Whatever proves something (hashes, sealed secrets) is left out: it says
    nothing about the person. `names` tells what the numbers of organisations and clients stand for.

    Raises:
        PersonUnknown: there is no such account.
    """
    async with transaction() as client:
        connection = raw(client)
        await connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        found = await _rows(connection, "account", "id", [account_id])
        if not found:
            raise PersonUnknown
        export: dict[str, Any] = {"account": found[0]}
        await _belonging(connection, "account", [account_id], export)
        if found[0]["email"]:
            await _addressed(connection, found[0]["email"], export)
        export["audit_entry"] = await _list(connection, _ENTRIES, account_id)
        export["audit_change"] = await _list(connection, _CHANGES, account_id)
        export["names"] = await _names(connection, export)
        return export


async def _belonging(
    connection: Connection, parent: str, ids: list[int], export: dict[str, Any]
) -> None:
    """The rows that refer to these, and those that belong to them in turn.

    What refers to the person without belonging to them, such as an office, is theirs as well.
    """
    for child, by, referred, owned in await connection.fetch(_KEYS):
        if referred != parent or not (owned or parent == "account"):
            continue
        rows = await _rows(connection, child, by, ids)
        known = {row["id"] for row in export.setdefault(child, [])}
        new = [row for row in rows if row["id"] not in known]
        export[child] += new
        if new:
            await _belonging(connection, child, [row["id"] for row in new], export)


async def _addressed(connection: Connection, email: str, export: dict[str, Any]) -> None:
    for table, column in (by_address() | addressed()).items():
        rows = await _rows(connection, table, column, [email])
        known = {row["id"] for row in export.setdefault(table, [])}
        export[table] += [row for row in rows if row["id"] not in known]


async def _rows(connection: Connection, table: str, column: str, values: list[Any]) -> Rows:
    statement = f"SELECT to_json(r) FROM {table} r WHERE r.{column} = ANY ($1) ORDER BY r.id"  # noqa: S608
    return [
        {name: value for name, value in row.items() if _is_shown(name)}
        for row in await _list(connection, statement, values)
    ]


def _is_shown(column: str) -> bool:
    return not column.endswith(SECRET_ENDINGS) and column not in _NOT_SHOWN


async def _list(connection: Connection, statement: str, argument: object) -> Rows:
    return [orjson.loads(row[0]) for row in await connection.fetch(statement, argument)]


async def _names(connection: Connection, export: dict[str, Any]) -> dict[str, dict[str, str]]:
    """What the numbers in the export stand for."""
    lists: list[Rows] = [rows for table, rows in export.items() if table != "account"]
    rows = [row for one in lists for row in one]
    names: dict[str, dict[str, str]] = {}
    for table, columns in _NUMBERS.items():
        ids = {row.get(column) for row in rows for column in columns}
        found = await connection.fetch(
            f"SELECT id, name FROM {table} WHERE id = ANY ($1)",  # noqa: S608  our own names
            [one for one in ids if isinstance(one, int)],
        )
        names[table] = {str(row["id"]): row["name"] for row in found}
    return names


# What names the person by the address alone.
_FORGET = "DELETE FROM {table} WHERE {column} = (SELECT email FROM account WHERE id = $1)"

# In this order, so that nothing is referred to when it goes. A grant stays, revoked: the record of
# what was given to which client.
_GRANTED = "(SELECT id FROM oauth_grant WHERE account_id = $1)"
_ERASE = (
    "DELETE FROM single_use_link WHERE account_id = $1",
    f"DELETE FROM authorization_code WHERE grant_id IN {_GRANTED}",  # noqa: S608  our own words
    f"DELETE FROM refresh_token WHERE grant_id IN {_GRANTED}",  # noqa: S608
    "UPDATE oauth_grant SET revoked_at = now() WHERE account_id = $1 AND revoked_at IS NULL",
    "DELETE FROM session WHERE account_id = $1",
    "DELETE FROM recovery_code WHERE account_id = $1",
    "DELETE FROM federated_identity WHERE account_id = $1",
    "DELETE FROM consent WHERE account_id = $1",
    "DELETE FROM role_grant WHERE account_id = $1",
    """UPDATE account SET email = NULL, email_verified_at = NULL, name = '', password_hash = NULL,
        totp_secret_sealed = NULL, totp_confirmed_at = NULL, totp_last_step = NULL,
        disabled_at = coalesce(disabled_at, now()), erased_at = now() WHERE id = $1""",
)


async def erase_person(by: Principal, account_id: int) -> None:
    """Forget a person: name, address, secrets, sessions, roles, and what they let clients do.

    The account stays under its subject, so that figures and the audit trail keep telling that the
    same person did this and that, and not who. The address is free for somebody new.

    Raises:
        PersonUnknown: there is no such account, or it is erased already.
        LastAdministrator: nobody else administers one of their organisations or is asked to, or
            nobody else is secretariat.
    """
    async with audited(by, "person:erase") as connection:
        # It locks all who could stay in one order: of two who go at once, one waits for the other.
        unmanaged = await find_unmanaged(connection, account_id)
        found = await connection.fetchval(
            "SELECT id FROM account WHERE id = $1 AND erased_at IS NULL FOR UPDATE", account_id
        )
        if found is None:
            raise PersonUnknown
        # First what is found by the address, which goes last.
        for statement in _blanking():
            await connection.execute(statement, account_id)
        for table, column in by_address().items():
            await connection.execute(_FORGET.format(table=table, column=column), account_id)
        for statement in _ERASE:
            await connection.execute(statement, account_id)
        await call_contacts(connection, unmanaged, utc_now())
