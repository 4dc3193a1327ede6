"""Documents over HTTP: sent with an application, fetched by who may see it."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import pytest

from consortium.kernel.principal import Permission
from consortium.storage.database import Database
from tests.factories import create_organisation
from tests.factories.applications import create_application, key_of
from tests.identity.oauth.world import World, create_client, world
from tests.people import rows_of

PDF = b"%PDF-1.7\nstatutes"
TABLES = ("document", "application_document", "membership_application", "application_step")
ROLE = "UPDATE role_grant SET role = 'SECRETARIAT' WHERE account_id = $1"


@dataclass
class Desk:
    """A server with two applications, and a secretary's token."""

    w: World
    files: Path
    first: int
    second: int

    async def send(
        self,
        content: bytes = PDF,
        key: str | None = None,
        media_type: str = "application/pdf",
        name: str = 'attachment; filename="Statutes.pdf"',
        **given: Any,
    ) -> httpx.Response:
        """Send a document, as the first applicant unless told."""
        headers = {"content-type": media_type, "content-disposition": name}
        headers["application-key"] = key_of("first") if key is None else key
        headers = {one: value for one, value in headers.items() if value}
        headers |= given.pop("headers", {})
        return await self.w.http.post(
            "/applications/documents", content=content, headers=headers, **given
        )

    async def refused(self, sent: Any, status: int, code: str) -> None:
        """The answer is this refusal; no row and no file is left."""
        before = await rows_of(self.w.api.database, *TABLES)
        answer = await sent

        assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (
            status,
            code,
        )
        assert await rows_of(self.w.api.database, *TABLES) == before
        assert self.held() == []

    def held(self) -> list[str]:
        """The names of all files."""
        return sorted(one.name for one in self.files.rglob("*") if one.is_file())

    async def bearer(self, scope: str) -> dict[str, str]:
        """A secretary's header."""
        token = (await self.w.tokens(scope=scope))["access_token"]
        return {"authorization": f"Bearer {token}"}


@pytest.fixture
async def desk(database: Database, tmp_path: Path) -> AsyncGenerator[Desk]:
    """Two applications are open; a document may have a hundred bytes."""
    async with world(database, data_dir=tmp_path, max_document_bytes=100) as w:
        organisation = await create_organisation(database.pool)
        first = await create_application(database.pool, reference="first")
        second = await create_application(database.pool, reference="second")
        await create_application(
            database.pool, reference="over", stage="APPROVED", organisation_id=organisation
        )
        await database.pool.execute(ROLE, w.person.account_id)
        scopes = f"figures:read {Permission.MEMBERSHIPS_MANAGE}"
        w.spa = await create_client(database.pool, scopes=scopes)
        yield Desk(w, tmp_path / "files", first, second)


async def test_an_applicant_sends_a_document_and_fetches_it(desk: Desk) -> None:
    sent = await desk.send(name="attachment; filename*=UTF-8''Satzung%20%C3%A4.pdf")
    told = sent.json()
    fetched = await desk.w.http.get(told["url"], headers={"application-key": key_of("first")})

    assert sent.status_code == 201
    assert told == {
        "name": "Satzung ä.pdf",
        "mediaType": "application/pdf",
        "sizeBytes": len(PDF),
        "sha256": sha256(PDF).hexdigest(),
        "url": told["url"],
    }
    assert desk.held() == [told["sha256"]]
    assert (fetched.status_code, fetched.content) == (200, PDF)
    assert fetched.headers["content-type"] == "application/pdf"
    assert fetched.headers["content-disposition"].startswith("attachment;")
    assert fetched.headers["x-content-type-options"] == "nosniff"
    assert fetched.headers["cache-control"] == "private, no-store"


async def test_only_who_may_see_it_fetches_it(desk: Desk) -> None:
    """The applicant by its key and the secretariat; for others there is none."""
    url = (await desk.send()).json()["url"]
    secretary = await desk.bearer("memberships:manage")
    answers = {
        "nobody": await desk.w.http.get(url),
        "another": await desk.w.http.get(url, headers={"application-key": key_of("second")}),
        "no scope": await desk.w.http.get(url, headers=await desk.bearer("figures:read")),
        "secretary": await desk.w.http.get(url, headers=secretary),
        "nothing": await desk.w.http.get("/documents/999999", headers=secretary),
        "bad token": await desk.w.http.get(url, headers={"authorization": "Bearer x"}),
    }

    assert {name: one.status_code for name, one in answers.items()} == {
        "nobody": 404,
        "another": 404,
        "no scope": 404,
        "secretary": 200,
        "nothing": 404,
        "bad token": 401,
    }
    assert answers["nobody"].content == answers["nothing"].content


async def test_the_secretariat_sends_one_for_an_application(desk: Desk) -> None:
    headers = await desk.bearer("memberships:manage")
    named = {"application": f"application_{desk.second}"}
    sent = await desk.send(key="", headers=headers, params=named)
    rows = await desk.w.api.database.pool.fetch("SELECT application_id FROM application_document")

    assert sent.status_code == 201, sent.text
    assert [row[0] for row in rows] == [desk.second]


@pytest.mark.parametrize(
    ("given", "status", "code"),
    [
        ({"key": "another"}, 401, "APPLICATION_KEY_INVALID"),
        ({"key": ""}, 404, "NOT_FOUND"),
        ({"key": key_of("over")}, 409, "STEP_NOT_POSSIBLE"),
        ({"media_type": "text/html"}, 415, "DOCUMENT_REFUSED"),
        ({"media_type": ""}, 415, "DOCUMENT_REFUSED"),
        ({"media_type": "image/png"}, 415, "DOCUMENT_REFUSED"),
        ({"name": ""}, 415, "DOCUMENT_REFUSED"),
        ({"name": 'attachment; filename="x.exe"'}, 415, "DOCUMENT_REFUSED"),
        ({"content": b"<html>"}, 415, "DOCUMENT_REFUSED"),
        ({"content": b""}, 415, "DOCUMENT_REFUSED"),
        ({"content": PDF + b"x" * 100}, 413, "FILE_TOO_LARGE"),
    ],
)
async def test_what_is_refused(desk: Desk, given: dict[str, Any], status: int, code: str) -> None:
    await desk.refused(desk.send(**given), status, code)


async def test_a_body_without_a_stated_length_is_counted(desk: Desk) -> None:
    async def endless() -> AsyncGenerator[bytes]:
        for _ in range(10):
            yield PDF

    await desk.refused(desk.send(endless()), 413, "FILE_TOO_LARGE")  # type: ignore[arg-type]


async def test_text_without_zeros_is_text(desk: Desk) -> None:
    csv = {"media_type": "text/csv; charset=utf-8", "name": "attachment; filename=f.csv"}
    await desk.refused(desk.send(b"a\0b", **csv), 415, "DOCUMENT_REFUSED")

    assert (await desk.send(b"a,b\n1,2\n", **csv)).status_code == 201


async def test_a_file_that_is_gone_is_told(desk: Desk) -> None:
    told = (await desk.send()).json()
    (desk.files / told["sha256"][:2] / told["sha256"]).unlink()
    answer = await desk.w.http.get(told["url"], headers={"application-key": key_of("first")})

    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (
        500,
        "FILE_UNUSABLE",
    )
