"""One use case is one transaction and one entry of the audit trail."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import NamedTuple

from consortium.kernel.principal import Principal
from consortium.storage.database import transaction
from consortium.storage.raw import Connection, raw
from consortium.storage.violations import told_violations

# The outer action's entry, where one action runs within another, and this one's.
_ENTER = """
INSERT INTO audit_entry
    (action, account_id, client_id, acting_organisation_id, organisation_id, note)
VALUES ($1, $2, $3, $4, $5, $6)
RETURNING current_setting('consortium.audit_entry', true),
    set_config('consortium.audit_entry', id::text, true)
"""

# Many short statements, each a few rows by their keys, would be planned anew for each row.
_PLANNED_ONCE = "SET LOCAL plan_cache_mode = force_generic_plan"

_LEAVE = "SELECT set_config('consortium.audit_entry', $1, true)"


class _One(NamedTuple):
    """What actions that run now are parts of; on its connection, if they stand and fall with it."""

    connection: Connection | None


_AS_ONE: ContextVar[_One | None] = ContextVar("audited_as_one", default=None)


@asynccontextmanager
async def audited(
    by: Principal, action: str, *, organisation_id: int | None = None, note: str = ""
) -> AsyncGenerator[Connection]:
    """A transaction whose changes are entered as this action of this actor.

    `action` is `resource:verb`. The rows that are changed inside are entered by the database. The
    trail is never erased: `note` holds no person's name or address.
    """
    one = _AS_ONE.get()
    if one is not None and one.connection is not None:
        with told_violations():
            yield one.connection
        return
    async with transaction() as client:
        connection = raw(client)
        if one is not None:
            yield connection
            return
        about = (by.account_id, by.client_id, by.organisation_id, organisation_id, note)
        entered = await connection.fetchrow(_ENTER, action, *about)
        yield connection
        if entered is not None and entered[0]:
            await connection.execute(_LEAVE, entered[0])


@asynccontextmanager
async def audited_as_one(
    by: Principal,
    action: str,
    *,
    organisation_id: int | None = None,
    note: str = "",
    together: bool = False,
) -> AsyncGenerator[Connection]:
    """As `audited`, of an action that is done by others: what they change is entered as this.

    Each of them is taken back by itself where it fails, by a savepoint. With `together` there is
    none, which is far faster: then whoever catches an error of one gives up the whole.
    """
    async with audited(by, action, organisation_id=organisation_id, note=note) as connection:
        if together:
            await connection.execute(_PLANNED_ONCE)
        token = _AS_ONE.set(_One(connection if together else None))
        try:
            yield connection
        finally:
            _AS_ONE.reset(token)
