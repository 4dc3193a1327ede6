"""Two members, and what runs bulk operations."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson
import pytest

from consortium.bulk.actions.documents import Asked, Documents, Page, Reading
from consortium.bulk.actions.operations import Kept, record_upload
from consortium.bulk.jobs.runner import Limits, Runner
from consortium.cli.background import runner_of
from consortium.identity.rules.roles import Role
from consortium.kernel.principal import Principal
from consortium.settings import Settings
from consortium.storage.database import Database, transaction
from consortium.storage.raw import raw
from tests.asking import House, executor_of, principal
from tests.factories import create_account, create_membership, create_organisation, create_role
from tests.factories.footprints import create_footprint, facts
from tests.served import SECRET_KEY

SEEN = """
id kind state rows failureCode told url document variables sizeBytes endedAt
"""


@dataclass(frozen=True)
class Bulk(House):
    """A database with two members, and what runs their operations."""

    owner: int
    other: int
    by: Principal
    runner: Runner

    async def footprints(self, count: int, organisation: int | None = None) -> set[str]:
        """Footprints of a member, private to it; their global ids."""
        owner = organisation or self.owner
        with self.database.active():
            async with transaction() as client:
                keys = [
                    await create_footprint(raw(client), owner, facts(id=uuid4()))
                    for _ in range(count)
                ]
        return {f"footprint_{key}" for key in keys}

    async def query(self, query: str, by: Principal | None = None, **more: Any) -> Any:
        """A bulk query that is asked for."""
        return await self.do("startBulkQuery", by or self.by, SEEN, query=query, **more)

    async def upload(self, content: bytes, by: Principal | None = None) -> str:
        """A file of variables that is kept; its id."""

        async def arriving() -> Any:
            yield content

        async with self.runner.files.received(arriving(), 10**9) as received:
            await received.keep()
            kept = Kept(received.content.sha256, received.content.size_bytes)
        with self.database.active():
            return f"upload_{await record_upload(by or self.by, kept)}"

    async def change(self, mutation: str, *lines: Any) -> Any:
        """A bulk mutation that is asked for, with these variables."""
        content = b"".join(
            one + b"\n" if isinstance(one, bytes) else orjson.dumps(one) + b"\n" for one in lines
        )
        upload = await self.upload(content)
        given = {"mutation": mutation, "upload": upload}
        return await self.do("startBulkMutation", self.by, SEEN, **given)

    async def seen(self, key: str) -> Any:
        """An operation, as who asked sees it."""
        query = f"query ($id: ID!) {{ bulkOperation(id: $id) {{ {SEEN} }} }}"
        return (await self.ask(query, self.by, id=key))["bulkOperation"]

    async def result(self, key: str) -> list[Any]:
        """What the result holds, line by line."""
        digest = await self.database.pool.fetchval(
            "SELECT digest FROM bulk_operation WHERE id = $1", int(key.split("_")[1])
        )
        content = self.runner.files.path(digest).read_bytes()
        return [orjson.loads(line) for line in content.splitlines()]

    def later(self, **time: float) -> Runner:
        """What runs them, later."""
        return replace(self.runner, now=lambda: datetime.now(UTC) + timedelta(**time))


class Wrapping:
    """Documents of others; a test says what happens besides."""

    def __init__(self, documents: Documents) -> None:
        self.documents = documents

    def check_query(self, asked: Asked, by: Principal, today: date) -> None:
        """As the others."""
        self.documents.check_query(asked, by, today)

    def check_mutation(self, document: str) -> None:
        """As the others."""
        self.documents.check_mutation(document)

    async def page(
        self, reading: Reading, asked: Asked, after: str | None, by: Principal, today: date
    ) -> Page:
        """As the others."""
        return await self.documents.page(reading, asked, after, by, today)

    async def change(self, reading: Reading, asked: Asked, by: Principal, today: date) -> bytes:
        """As the others."""
        return await self.documents.change(reading, asked, by, today)

    def failure(self, error: Exception) -> bytes:
        """As the others."""
        return self.documents.failure(error)


@pytest.fixture
async def bulk(database: Database, tmp_path: Path) -> Bulk:
    """Two members; an approver of the owner asks."""
    pool = database.pool
    owner, other = [await create_organisation(pool, name=name) for name in ("Owner", "Other")]
    for one in (owner, other):
        await create_membership(pool, one)
    account = await create_account(pool, email="ann@owner.example")
    await create_role(pool, account, owner, "APPROVER")
    by = principal(Role.APPROVER, organisation=owner, account=account)
    settings = Settings(data_dir=tmp_path, secret_key=SECRET_KEY)
    runner = runner_of(settings, database, executor_of(database))
    return Bulk(database, owner, other, by, replace(runner, limits=Limits()))
