"""One use case is one transaction and one entry of the audit trail."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from contextvars import ContextVar

from consortium.kernel.principal import Principal
from consortium.storage.database import transaction
from consortium.storage.raw import Connection, raw

# The outer action's entry, where one action runs within another, and this one's.
_ENTER = """
INSERT INTO audit_entry
    (action, account_id, client_id, acting_organisation_id, organisation_id, note)
VALUES ($1, $2, $3, $4, $5, $6)
RETURNING current_setting('consortium.audit_entry', true),
    set_config('consortium.audit_entry', id::text, true)
"""

_LEAVE = "SELECT set_config('consortium.audit_entry', $1, true)"

# Whether the actions that run now are parts of one, and entered as it alone.
_AS_ONE: ContextVar[bool] = ContextVar("audited_as_one", default=False)


@asynccontextmanager
async def audited(
    by: Principal, action: str, *, organisation_id: int | None = None, note: str = ""
) -> AsyncGenerator[Connection]:
    """A transaction whose changes are entered as this action of this actor.

    `action` is `resource:verb`. The rows that are changed inside are entered by the database. The
    trail is never erased: `note` holds no person's name or address.
    """
    async with transaction() as client:
        connection = raw(client)
        if _AS_ONE.get():
            yield connection
            return
        about = (by.account_id, by.client_id, by.organisation_id, organisation_id, note)
        entered = await connection.fetchrow(_ENTER, action, *about)
        yield connection
        if entered is not None and entered[0]:
            await connection.execute(_LEAVE, entered[0])


@asynccontextmanager
async def audited_as_one(
    by: Principal, action: str, *, organisation_id: int | None = None, note: str = ""
) -> AsyncGenerator[Connection]:
    """As `audited`, of an action that is done by others: what they change is entered as this."""
    async with audited(by, action, organisation_id=organisation_id, note=note) as connection:
        token = _AS_ONE.set(True)
        try:
            yield connection
        finally:
            _AS_ONE.reset(token)
