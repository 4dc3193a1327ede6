"""Run bulk operations, one at a time in each process, across restarts.

A list is read in one snapshot, page by page, into a file that has its name only when it is whole:
what a process held that died begins anew. A line of a mutation is one transaction with its answer,
so it is done exactly once, and what a process held that died goes on behind its last line.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import NamedTuple

import asyncpg
import orjson
import structlog

from consortium.bulk.actions.documents import Asked, Documents, Page, Reading
from consortium.bulk.rules.operations import (
    ATTEMPTS_MAX,
    KEPT,
    LEASE,
    BulkInterrupted,
    BulkKind,
    BulkLineInvalid,
    BulkUploadGone,
)
from consortium.bulk.rules.rights import Asker, Standing, acting
from consortium.identity.rules.roles import Role
from consortium.kernel.clock import Now
from consortium.kernel.errors import DomainError
from consortium.kernel.principal import Principal
from consortium.membership.reads.memberships import members_on
from consortium.storage.connections import own_connection
from consortium.storage.database import Database, transaction
from consortium.storage.files import Files, Received
from consortium.storage.raw import raw

_log = structlog.get_logger(__name__)

POLL_SECONDS = 1.0
PRUNE_SECONDS = 3600.0
_TOLD_MAX = 1000
_LINE_BYTES_MAX = 1_000_000
# The locks' numbers, of these uses alone in the database: who takes the next operation, and who
# keeps or removes files, which may have the same content as others.
_TURN = 7_402_001
_FILES = 7_402_002

_LOCK = "SELECT pg_advisory_xact_lock($1)"
_TAKE = """
UPDATE bulk_operation SET state = 'RUNNING', attempts = attempts + 1,
    taken_until = $1::timestamptz + $2::interval, began_at = coalesce(began_at, $1)
WHERE id = (
    SELECT b.id FROM bulk_operation b
    WHERE (b.state = 'WAITING' OR (b.state = 'RUNNING' AND b.taken_until <= $1)) AND $3 > (
        SELECT count(*) FROM bulk_operation r WHERE r.organisation_id = b.organisation_id
        AND r.state = 'RUNNING' AND r.taken_until > $1 AND r.id <> b.id)
    ORDER BY b.id LIMIT 1 FOR UPDATE)
RETURNING *
"""
_STANDING = f"""
SELECT $1::bigint IN ({members_on("$4::date")}) AS is_member,
    ARRAY(SELECT r.role FROM role_grant r JOIN account a ON a.id = r.account_id
        WHERE r.account_id = $2 AND r.organisation_id = $1 AND a.disabled_at IS NULL) AS roles,
    coalesce((SELECT c.disabled_at IS NULL FROM oauth_client c WHERE c.id = $3), true) AS stands,
    coalesce((SELECT c.scopes FROM oauth_client c
        WHERE c.id = $3 AND c.organisation_id = $1), '') AS scopes
"""  # noqa: S608  the statement of another feature, as elsewhere
# It is still this process's, and goes on.
_GOES_ON = """
UPDATE bulk_operation SET rows = $3, taken_until = $4::timestamptz + $5::interval
WHERE id = $1 AND attempts = $2 AND state = 'RUNNING' RETURNING id
"""
_RELEASE = """
UPDATE bulk_operation SET taken_until = $3, attempts = attempts - 1
WHERE id = $1 AND attempts = $2 AND state = 'RUNNING'
"""
_DONE = """
UPDATE bulk_operation SET state = 'DONE', ended_at = $3, taken_until = NULL, digest = $4,
    size_bytes = $5
WHERE id = $1 AND attempts = $2 AND state = 'RUNNING'
"""
_BROUGHT = "UPDATE bulk_operation SET digest = $2, size_bytes = $3 WHERE id = $1"
_FAILED = """
UPDATE bulk_operation SET state = 'FAILED', ended_at = $3, failure_code = $4, told = $5
WHERE id = $1 AND attempts = $2 AND state = 'RUNNING'
"""
_UPLOAD = "SELECT digest, size_bytes FROM bulk_upload WHERE id = $1"
_LINES_DONE = "SELECT coalesce(max(number), 0) FROM bulk_line WHERE operation_id = $1"
# Whoever else does this line waits here until it is done, and does it no more.
_BEGIN_LINE = """
INSERT INTO bulk_line (operation_id, number) VALUES ($1, $2)
ON CONFLICT (operation_id, number) DO NOTHING RETURNING id
"""
_END_LINE = "UPDATE bulk_line SET answer = $2 WHERE id = $1"
_ANSWERS = """
SELECT number, answer FROM bulk_line WHERE operation_id = $1 AND number > $2
ORDER BY number LIMIT 1000
"""
# No process does a line of it any more.
_LEFT = "UPDATE bulk_operation SET taken_until = NULL WHERE id = $1 AND ended_at IS NOT NULL"
_ENDED_EARLY = """
SELECT b.id FROM bulk_operation b
WHERE b.ended_at IS NOT NULL AND (b.taken_until IS NULL OR b.taken_until <= $1)
    AND EXISTS (SELECT FROM bulk_line l WHERE l.operation_id = b.id)
ORDER BY b.id LIMIT 10
"""
_FORGET_LINES = "DELETE FROM bulk_line WHERE operation_id = $1"
_OLD_RESULTS = """
UPDATE bulk_operation b SET digest = NULL, size_bytes = NULL
FROM bulk_operation o WHERE o.id = b.id AND b.ended_at < $1 AND b.digest IS NOT NULL
RETURNING o.digest
"""
_OLD_UPLOADS = """
UPDATE bulk_upload u SET digest = NULL
FROM bulk_upload o WHERE o.id = u.id AND u.uploaded_at < $1 AND u.digest IS NOT NULL
    AND NOT EXISTS (SELECT FROM bulk_operation b WHERE b.upload_id = u.id AND b.ended_at IS NULL)
RETURNING o.digest
"""
_NAMED = """
SELECT EXISTS (SELECT FROM bulk_operation WHERE digest = $1)
    OR EXISTS (SELECT FROM bulk_upload WHERE digest = $1)
"""


class _Ended(Exception):
    """It was cancelled, or is another process's by now."""


class Limits(NamedTuple):
    """How many run at once for one organisation, and how large a result may be."""

    running_max: int = 1
    bytes_max: int = 10_000_000_000


@dataclass(frozen=True, slots=True)
class Runner:
    """Runs the bulk operations of one database."""

    database: Database
    files: Files
    documents: Documents
    active: Callable[[], AbstractContextManager[None]]
    """What actions need of the server."""
    now: Now
    limits: Limits

    async def run(self) -> None:
        """Work until cancelled; what runs then is begun or gone on with by whoever comes next."""
        pruned_at = 0.0
        while True:
            try:
                done = await self.work_off()
                if time.monotonic() - pruned_at > PRUNE_SECONDS:
                    await self.prune()
                    pruned_at = time.monotonic()
            except Exception:  # noqa: BLE001  whatever it was, the server goes on and tries again
                _log.warning("bulk operations cannot be worked off", exc_info=True)
                done = False
            if not done:
                await asyncio.sleep(POLL_SECONDS)

    async def work_off(self) -> bool:
        """Run the next operation, if there is one; whether there was."""
        async with self.database.pool.acquire() as connection, connection.transaction():
            await connection.execute(_LOCK, _TURN)
            row = await connection.fetchrow(_TAKE, self.now(), LEASE, self.limits.running_max)
        if row is not None:
            await self._guarded(row)
        # What a mutation brought before it failed or was cancelled can be fetched all the same.
        for ended in await self.database.pool.fetch(_ENDED_EARLY, self.now()):
            await self._bring(ended["id"], _BROUGHT, ended["id"])
        return row is not None

    async def _guarded(self, row: asyncpg.Record) -> None:
        key = (row["id"], row["attempts"])
        try:
            if row["attempts"] > ATTEMPTS_MAX:
                raise BulkInterrupted
            await (self._query(row) if row["kind"] == BulkKind.QUERY else self._mutation(row))
        except asyncio.CancelledError:
            await self.database.pool.execute(_RELEASE, *key, self.now())
            raise
        except _Ended:
            _log.info("a bulk operation ended before it was done", operation=row["id"])
        except DomainError as error:
            told = error.message[:_TOLD_MAX]
            await self.database.pool.execute(_FAILED, *key, self.now(), error.code, told)
        await self.database.pool.execute(_LEFT, row["id"])

    async def _query(self, row: asyncpg.Record) -> None:
        async with (
            own_connection(self.database.dsn) as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
            self.files.received(self._rows(row, connection), self.limits.bytes_max) as received,
        ):
            await self._keep(received, _DONE, row["id"], row["attempts"], self.now())

    async def _rows(self, row: asyncpg.Record, reading: Reading) -> AsyncGenerator[bytes]:
        """The file's content, as it is read."""
        asked, today = Asked(row["document"], row["variables"]), self.now().date()
        page, count = Page((), None), 0
        while True:
            by = await self._asker(row, today)
            page = await self.documents.page(reading, asked, page.after, by, today)
            count += len(page.rows)
            await self._goes_on(row, count)
            yield b"".join(one + b"\n" for one in page.rows)
            if page.after is None:
                return

    async def _mutation(self, row: asyncpg.Record) -> None:
        path = await self._uploaded(row["upload_id"])
        done: int = await self.database.pool.fetchval(_LINES_DONE, row["id"])
        today = self.now().date()
        lines = _Lines(path)
        try:
            while (line := await lines.following()) is not None:
                if lines.number <= done:
                    continue
                by = await self._asker(row, today)
                await self._goes_on(row, lines.number - 1)
                await self._line(row, lines.number, line, by, today)
            await self._goes_on(row, lines.number)
        finally:
            lines.close()
        await self._bring(row["id"], _DONE, row["id"], row["attempts"], self.now())

    async def _line(
        self, row: asyncpg.Record, number: int, line: bytes, by: Principal, today: date
    ) -> None:
        """Do one line, and record what it answered, in one transaction."""
        try:
            variables = _variables(line)
        except BulkLineInvalid as error:
            wrong = {"message": error.message, "extensions": {"code": error.code}}
            await self._told(row["id"], number, orjson.dumps({"errors": [wrong]}))
            return
        asked = Asked(row["document"], variables)
        try:
            with self.active():
                async with transaction() as client:
                    connection = raw(client)
                    begun = await connection.fetchval(_BEGIN_LINE, row["id"], number)
                    if begun is None:
                        return
                    answer = await self.documents.change(connection, asked, by, today)
                    await connection.execute(_END_LINE, begun, answer.decode())
        except Exception as error:  # noqa: BLE001  it is told, and the database being away is raised
            await self._told(row["id"], number, self.documents.failure(error))

    async def _told(self, operation: int, number: int, answer: bytes) -> None:
        """Record what a line came to that changed nothing."""
        begun = await self.database.pool.fetchval(_BEGIN_LINE, operation, number)
        if begun is not None:
            await self.database.pool.execute(_END_LINE, begun, answer.decode())

    async def _bring(self, operation: int, statement: str, *key: object) -> None:
        """Make a file of what the lines answered."""
        limit = self.limits.bytes_max
        async with self.files.received(self._answers(operation), limit) as received:
            await self._keep(received, statement, *key)
        await self.database.pool.execute(_FORGET_LINES, operation)

    async def _answers(self, operation: int) -> AsyncGenerator[bytes]:
        last = 0
        while rows := await self.database.pool.fetch(_ANSWERS, operation, last):
            last = rows[-1]["number"]
            yield b"".join(
                b'{"line":%d,' % one["number"] + one["answer"].encode()[1:] + b"\n" for one in rows
            )

    async def _keep(self, received: Received, statement: str, *key: object) -> None:
        """Keep a file, and name it, before anybody could take it for one that nobody names."""
        async with self.database.pool.acquire() as connection, connection.transaction():
            await connection.execute(_LOCK, _FILES)
            await received.keep()
            content = received.content
            await connection.execute(statement, *key, content.sha256, content.size_bytes)

    async def _asker(self, row: asyncpg.Record, today: date) -> Principal:
        """The principal that asked. Raises BulkRightsLost."""
        who = (row["organisation_id"], row["account_id"], row["client_id"])
        found = await self.database.pool.fetchrow(_STANDING, *who, today)
        assert found is not None  # noqa: S101  it has no FROM
        now = Standing(
            tuple(Role(one) for one in found["roles"]),
            tuple(found["scopes"].split()),
            found["stands"],
            found["is_member"],
        )
        return acting(Asker(*who, frozenset(row["permissions"]), row["is_member"]), now)

    async def _goes_on(self, row: asyncpg.Record, count: int) -> None:
        key = (row["id"], row["attempts"])
        if await self.database.pool.fetchval(_GOES_ON, *key, count, self.now(), LEASE) is None:
            raise _Ended

    async def _uploaded(self, upload: int) -> Path:
        [row] = await self.database.pool.fetch(_UPLOAD, upload)
        if row["digest"] is None:
            raise BulkUploadGone
        return await self.files.find(row["digest"], row["size_bytes"])

    async def prune(self) -> None:
        """Remove files whose time is over, unless another row names the same content."""
        over = self.now() - KEPT
        async with self.database.pool.acquire() as connection, connection.transaction():
            await connection.execute(_LOCK, _FILES)
            rows = await connection.fetch(_OLD_RESULTS, over)
            rows += await connection.fetch(_OLD_UPLOADS, over)
            for digest in {row["digest"] for row in rows}:
                if not await connection.fetchval(_NAMED, digest):
                    path = self.files.path(digest)
                    await asyncio.to_thread(path.unlink, missing_ok=True)


class _Lines:
    """A file's lines, one after the other; blank ones are none."""

    def __init__(self, path: Path) -> None:
        self.file = path.open("rb")
        self.number = 0

    async def following(self) -> bytes | None:
        """The next line, at most a byte longer than one may be; None at the end."""
        return await asyncio.to_thread(self._following)

    def _following(self) -> bytes | None:
        while line := self.file.readline(_LINE_BYTES_MAX + 1):
            rest = line
            # What of a long line is left is no line of its own.
            while rest and not rest.endswith(b"\n"):
                rest = self.file.readline(_LINE_BYTES_MAX + 1)
            if line.strip():
                self.number += 1
                return line
        return None

    def close(self) -> None:
        """Close the file."""
        self.file.close()


def _variables(line: bytes) -> str:
    """The line as JSON text. Raises BulkLineInvalid."""
    try:
        if len(line) > _LINE_BYTES_MAX or not isinstance(orjson.loads(line), dict):
            raise BulkLineInvalid
        return line.decode()
    except ValueError:
        raise BulkLineInvalid from None
