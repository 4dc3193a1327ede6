"""A worker alone delivers webhooks and runs bulk operations."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from consortium.storage.database import Database
from tests.https import Tls
from tests.served import SECRET_KEY
from tests.webhooks.receiving import hooks_over

SECONDS = 40
ASK = """
INSERT INTO bulk_operation (organisation_id, account_id, permissions, is_member, kind, document)
SELECT organisation_id, account_id, '{figures:read}', true, 'QUERY',
    '{ footprints { nodes { id } } }' FROM role_grant RETURNING id
"""
DONE = "SELECT state = 'DONE' FROM bulk_operation WHERE id = $1"


@asynccontextmanager
async def worker(dsn: str, tls: Tls, folder: Path) -> AsyncGenerator[None]:
    """A worker's process, killed at the end."""
    environment = {
        **os.environ,
        "CONSORTIUM_DATABASE_URL": dsn,
        "CONSORTIUM_SECRET_KEY": SECRET_KEY.get_secret_value(),
        "CONSORTIUM_DATA_DIR": str(folder),
        "CONSORTIUM_WEBHOOK_ALLOW_PRIVATE": "true",
        "CONSORTIUM_WEBHOOK_CA_FILE": str(tls.ca),
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "consortium",
        "worker",
        env=environment,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        process.send_signal(signal.SIGKILL)
        await process.wait()


async def until(so: Callable[[], bool]) -> None:
    """Wait for what another process does."""
    while not so():  # noqa: ASYNC110  nothing here tells of it
        await asyncio.sleep(0.1)


async def test_a_worker_delivers_and_operates(
    database: Database, dsn: str, tls: Tls, tmp_path: Path
) -> None:
    """What waited before it began, and what happens while it runs."""
    async with hooks_over(database, tls) as hooks:
        await hooks.register("FOOTPRINT_RECORDED")
        earlier = await hooks.footprint()
        key = await database.pool.fetchval(ASK)
        async with worker(dsn, tls, tmp_path), asyncio.timeout(SECONDS):
            await until(lambda: len(hooks.receiver.got) == 1)
            later = await hooks.footprint()
            await until(lambda: len(hooks.receiver.got) == 2)
            while not await database.pool.fetchval(DONE, key):  # noqa: ASYNC110  as above
                await asyncio.sleep(0.1)

    assert [data["node"]["id"] for _, data in hooks.receiver.told] == [earlier, later]
    [result] = [one for one in (tmp_path / "bulk").rglob("*") if one.is_file()]
    assert earlier in result.read_text(encoding="utf-8")
