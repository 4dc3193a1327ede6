"""Bulk operations: asked for, cancelled; and files of variables."""

from datetime import date
from typing import NamedTuple

from asyncpg import Record

from consortium.audit.actions import audited
from consortium.bulk.actions.documents import Asked, documents
from consortium.bulk.reads import OPERATIONS, UPLOADS
from consortium.bulk.rules.operations import (
    WAITING_MAX,
    BulkKind,
    BulkOver,
    BulkResultGone,
    BulkTooMany,
    BulkUploadGone,
    asking_organisation,
    checked_length,
)
from consortium.bulk.rules.rights import Asker
from consortium.kernel.errors import PermissionDenied
from consortium.kernel.principal import Principal
from consortium.query.visible import require_visible
from consortium.storage.database import transaction
from consortium.storage.raw import Connection, raw

# So that two do not ask for the last one together.
_LOCK_ORGANISATION = "SELECT id FROM organisation WHERE id = $1 FOR NO KEY UPDATE"
_COUNT = "SELECT count(*) FROM bulk_operation WHERE organisation_id = $1 AND ended_at IS NULL"
_INSERT = """
INSERT INTO bulk_operation (organisation_id, account_id, client_id, permissions, is_member, kind,
    document, variables, upload_id)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id
"""
_CANCEL = """
UPDATE bulk_operation SET state = 'CANCELLED', ended_at = now(), cancelled_at = now()
WHERE id = $1 AND state IN ('WAITING', 'RUNNING') RETURNING id
"""
_UPLOAD = """
INSERT INTO bulk_upload (organisation_id, account_id, client_id, digest, size_bytes)
VALUES ($1, $2, $3, $4, $5) RETURNING id
"""
_UPLOADED = "SELECT digest FROM bulk_upload WHERE id = $1 FOR SHARE"
_OWN = """
SELECT organisation_id, account_id, client_id, permissions, is_member, digest, size_bytes
FROM bulk_operation WHERE id = $1
"""


class StartBulkQuery(NamedTuple):
    """The query of a list, with its variables as JSON."""

    query: str
    variables: str | None = None


class StartBulkMutation(NamedTuple):
    """The mutation, and the file with variables for each time."""

    mutation: str
    upload: int


class CancelBulkOperation(NamedTuple):
    """The operation that is to end."""

    operation: int


class Kept(NamedTuple):
    """A file: the SHA-256 of its content, and its size."""

    digest: str
    size_bytes: int


async def start_bulk_query(by: Principal, command: StartBulkQuery, today: date) -> int:
    """Let a list be read to its end into a file, with the caller's rights; returns its id.

    Raises:
        PermissionDenied: the caller reads no figures of an organisation.
        BulkQueryInvalid, BulkVariablesInvalid, BulkTooMany: as they say.
    """
    organisation = asking_organisation(by)
    asked = Asked(command.query, command.variables or "{}")
    checked_length(*asked)
    documents().check_query(asked, by, today)
    async with audited(by, "bulk:query", organisation_id=organisation) as open_:
        return await _ask(open_, by, organisation, BulkKind.QUERY, asked)


async def start_bulk_mutation(by: Principal, command: StartBulkMutation, today: date) -> int:
    """Let each line of a file be a change, with the caller's rights; returns its id.

    Raises:
        NotFound: the caller sent no such file.
        PermissionDenied: the caller reads no figures of an organisation.
        BulkMutationInvalid, BulkUploadGone, BulkTooMany: as they say.
    """
    organisation = asking_organisation(by)
    checked_length(command.mutation, "")
    documents().check_mutation(command.mutation)
    async with audited(by, "bulk:mutation", organisation_id=organisation) as open_:
        await require_visible(open_, UPLOADS, command.upload, by, today)
        if await open_.fetchval(_UPLOADED, command.upload) is None:
            raise BulkUploadGone
        asked = Asked(command.mutation, "{}")
        return await _ask(open_, by, organisation, BulkKind.MUTATION, asked, command.upload)


async def cancel_bulk_operation(by: Principal, command: CancelBulkOperation, today: date) -> int:
    """End an operation of the organisation; lines that were done stay done. Returns its id.

    Raises NotFound, PermissionDenied, BulkOver.
    """
    async with audited(by, "bulk:cancel", organisation_id=by.organisation_id) as open_:
        await _own(open_, by, command.operation, today)
        if await open_.fetchval(_CANCEL, command.operation) is None:
            raise BulkOver
    return command.operation


async def record_upload(by: Principal, kept: Kept) -> int:
    """Record a file of variables that is kept; returns its id. Raises PermissionDenied."""
    organisation = asking_organisation(by)
    async with audited(by, "bulk:upload", organisation_id=organisation) as open_:
        about = (organisation, by.account_id, by.client_id)
        key: int = await open_.fetchval(_UPLOAD, *about, *kept)
    return key


async def result_of(by: Principal, operation: int, today: date) -> Kept:
    """The result of an operation, for who asked for it and may still read as much.

    Raises NotFound, PermissionDenied, BulkResultGone.
    """
    async with transaction() as client:
        row = await _own(raw(client), by, operation, today)
    if row["digest"] is None:
        raise BulkResultGone
    return Kept(row["digest"], row["size_bytes"])


async def _own(connection: Connection, by: Principal, operation: int, today: date) -> Record:
    """An operation that the caller asked for. Raises NotFound, PermissionDenied."""
    await require_visible(connection, OPERATIONS, operation, by, today)
    [row] = await connection.fetch(_OWN, operation)
    who = (row["organisation_id"], row["account_id"], row["client_id"])
    if not Asker(*who, frozenset(row["permissions"]), row["is_member"]).is_same(by):
        raise PermissionDenied
    return row


async def _ask(
    connection: Connection,
    by: Principal,
    organisation: int,
    kind: BulkKind,
    asked: Asked,
    upload: int | None = None,
) -> int:
    await connection.execute(_LOCK_ORGANISATION, organisation)
    if await connection.fetchval(_COUNT, organisation) >= WAITING_MAX:
        raise BulkTooMany
    who = Asker.of(by, organisation)
    about = (who.organisation_id, who.account_id, who.client_id, sorted(who.permissions))
    key: int = await connection.fetchval(
        _INSERT, *about, who.is_member, kind.value, asked.document, asked.variables, upload
    )
    return key
