"""`consortium documents`, over manifests as build tools write them."""

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from typer.testing import CliRunner, Result

from consortium.cli import app
from consortium.trusted_documents import imports, rules
from tests.conftest import apart

ONE = "query One { organisations(first: 1) { totalCount } }"
TWO = "query Two {\n  organisations(first: 2) { totalCount }\n}\n"


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def apollo(*bodies: str, **changes: Any) -> str:
    """What Apollo's generate-persisted-query-manifest writes."""
    operations = [{"id": digest(one), "name": "Q", "type": "query", "body": one} for one in bodies]
    manifest = {"format": "apollo-persisted-query-manifest", "version": 1, "operations": operations}
    return json.dumps(manifest | changes)


def by_hash(*texts: str) -> str:
    """What graphql-codegen and relay-compiler write."""
    return json.dumps({digest(one): one for one in texts})


@pytest.fixture
def consortium(dsn: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> CliRunner:
    """The command line over this test's own database, in a directory of its own."""
    monkeypatch.setenv("CONSORTIUM_DATABASE_URL", dsn)
    monkeypatch.chdir(tmp_path)
    return CliRunner()


def register(consortium: CliRunner, *paths: str, name: str = "portal") -> Result:
    return consortium.invoke(app, ["documents", "register", *paths, "--app", name])


async def _rows(dsn: str, query: str) -> list[tuple[Any, ...]]:
    connection = await asyncpg.connect(dsn)
    rows = await connection.fetch(query)
    await connection.close()
    return [tuple(row) for row in rows]


def rows(dsn: str, query: str) -> list[tuple[Any, ...]]:
    return apart(_rows(dsn, query))


STORED = "SELECT app, sha256, text FROM trusted_document ORDER BY id"


def test_a_frontend_is_registered_listed_and_retired(consortium: CliRunner, dsn: str) -> None:
    """Its files and manifests; word by word, once each, entered in the trail."""
    Path("src/node_modules").mkdir(parents=True)
    Path("src/two.graphql").write_text(TWO, encoding="utf-8")
    Path("src/node_modules/other.graphql").write_text("no document", encoding="utf-8")
    Path("src/persisted-documents.json").write_text(by_hash(ONE), encoding="utf-8")
    Path("src/persisted-query-manifest.json").write_text(apollo(ONE), encoding="utf-8")
    first, again = register(consortium, "src"), register(consortium, "src")
    other = register(consortium, "src/persisted-documents.json", name="mobile")
    stored = rows(dsn, STORED)
    retired = consortium.invoke(
        app, ["documents", "retire", f"sha256:{digest(ONE)}", "--app", "portal"]
    )
    listed = consortium.invoke(app, ["documents", "list", "--app", "portal"])
    revived = register(consortium, "src")
    trail = rows(dsn, "SELECT action, note FROM audit_entry ORDER BY id")

    assert first.output == "2 registered for portal, 0 known before.\n"
    assert again.output == "0 registered for portal, 2 known before.\n"
    assert other.exit_code == 0
    assert stored == [
        ("portal", digest(ONE), ONE),
        ("portal", digest(TWO), TWO),
        ("mobile", digest(ONE), ONE),
    ]
    assert retired.output == "1 retired for portal.\n"
    assert re.fullmatch(
        rf"sha256:{digest(ONE)}  portal  \S+  retired \S+\n"
        rf"sha256:{digest(TWO)}  portal  \S+  trusted\n",
        listed.output,
    )
    assert revived.output == "1 registered for portal, 1 known before.\n"
    assert trail == [
        ("documents:register", "portal"),
        ("documents:register", "portal"),
        ("documents:register", "mobile"),
        ("documents:retire", "portal"),
        ("documents:register", "portal"),
    ]


def test_what_does_not_fit_is_named_by_file_and_line(consortium: CliRunner, dsn: str) -> None:
    """All of it at once; nothing is registered, the good ones neither."""
    Path("good.graphql").write_text(ONE, encoding="utf-8")
    Path("bad.graphql").write_text(
        "query {\n  organisation {\n    nothing\n  }\n}\n", encoding="utf-8"
    )
    Path("broken.graphql").write_text("query {", encoding="utf-8")
    Path("types.graphql").write_text("type Query { a: Int }", encoding="utf-8")
    Path("nul.graphql").write_text("# \0\n" + ONE, encoding="utf-8")
    Path("deep.json").write_text(apollo("{\n  nothing\n}"), encoding="utf-8")
    answer = register(consortium, ".", "deep.json")

    told = str(answer.exception)
    assert told.startswith("Nothing was registered:\nbad.graphql:3:5: ")
    assert "\nbroken.graphql:1:8: " in told
    assert "\ntypes.graphql:1:1: " in told
    assert "\nnul.graphql: a document holds no NUL." in told
    assert "\ndeep.json (Q):2:3: " in told
    assert "good.graphql" not in told
    assert rows(dsn, "SELECT count(*) FROM trusted_document") == [(0,)]
    assert rows(dsn, "SELECT count(*) FROM audit_entry") == [(0,)]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ("[]", "is no manifest"),
        ("{}", "There is no document"),
        (json.dumps({"0" * 32: ONE}), "is not the SHA-256"),
        (json.dumps({digest(ONE): TWO}), "is not the SHA-256"),
        (json.dumps({digest(ONE): None}), "the document is missing"),
        (apollo(ONE, version=2), "is no manifest of format"),
        (apollo(ONE, format="other"), "is no manifest of format"),
        (apollo(ONE, operations={}), "is no manifest of format"),
        (apollo(ONE, operations=[7]), "the document is missing"),
        (apollo(ONE, operations=[{"id": [], "name": [], "body": ONE}]), "is not the SHA-256"),
    ],
)
def test_manifest_that_is_none_is_refused(
    consortium: CliRunner, dsn: str, content: str, said: str
) -> None:
    """In a sentence that names the file, and nothing is registered."""
    Path("m.json").write_text(content, encoding="utf-8")
    answer = register(consortium, "m.json")

    assert answer.exit_code != 0
    assert isinstance(answer.exception, rules.DocumentsInvalid)
    assert said in str(answer.exception)
    assert "m.json" in str(answer.exception)
    assert rows(dsn, "SELECT count(*) FROM trusted_document") == [(0,)]


def test_files_that_cannot_be_taken_are_refused(
    consortium: CliRunner, dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Missing, not UTF-8, too large, of no application."""
    Path("latin.graphql").write_bytes("# é".encode("latin-1"))
    Path("large.json").write_text(by_hash(ONE), encoding="utf-8")
    missing = register(consortium, "missing.graphql")
    latin = register(consortium, "latin.graphql")
    nameless = register(consortium, "large.json", name=" ")
    monkeypatch.setattr(imports, "FILE_BYTES_MAX", 10)
    large = register(consortium, "large.json")

    assert "missing.graphql cannot be read: No such file" in str(missing.exception)
    assert "latin.graphql is not UTF-8" in str(latin.exception)
    assert "100 characters" in str(nameless.exception)
    assert "large.json is too large: 10 bytes" in str(large.exception)
    assert rows(dsn, "SELECT count(*) FROM trusted_document") == [(0,)]


def test_only_so_many_documents_are_taken_at_once(
    consortium: CliRunner, dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is more than may be taken is refused whole."""
    monkeypatch.setattr(rules, "DOCUMENTS_MAX", 300)
    texts = [f"query Q{number} {{ __typename }}" for number in range(301)]
    Path("all.json").write_text(by_hash(*texts), encoding="utf-8")
    Path("fewer.json").write_text(apollo(*texts[1:]), encoding="utf-8")
    refused, taken = register(consortium, "all.json"), register(consortium, "fewer.json")

    assert "There are 301 documents; at once at most 300" in str(refused.exception)
    assert taken.output == "300 registered for portal, 0 known before.\n"
    assert rows(dsn, "SELECT count(*) FROM trusted_document") == [(300,)]


def test_what_was_not_registered_is_not_retired(consortium: CliRunner, dsn: str) -> None:
    """Not another application's either, and not the ones beside."""
    Path("one.graphql").write_text(ONE, encoding="utf-8")
    register(consortium, "one.graphql")
    hashes = [digest(ONE), digest(TWO)]
    both = consortium.invoke(app, ["documents", "retire", *hashes, "--app", "portal"])
    others = consortium.invoke(app, ["documents", "retire", hashes[0], "--app", "mobile"])

    assert "none was retired" in str(both.exception)
    assert "none was retired" in str(others.exception)
    assert rows(dsn, "SELECT retired_at FROM trusted_document") == [(None,)]


async def test_database_holds_hash_and_text_together(dsn: str) -> None:
    """Nobody stores a text under the hash of another, whatever the program does."""
    connection = await asyncpg.connect(dsn)
    with pytest.raises(asyncpg.CheckViolationError, match="trusted_document_hashed"):
        await connection.execute(
            "INSERT INTO trusted_document (sha256, app, text) VALUES ($1, 'a', $2)",
            digest(ONE),
            TWO,
        )
    await connection.close()
