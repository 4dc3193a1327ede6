"""Members' own sign-in, set up at the command line."""

import os
import subprocess
import sys

from consortium.storage.database import Database
from tests.people import organisation, rows_of

KEY = "A" * 43 + "="


def run(dsn: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command without a terminal."""
    return subprocess.run(
        [sys.executable, "-m", "consortium", "providers", *arguments],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        env={**os.environ, "CONSORTIUM_DATABASE_URL": dsn, "CONSORTIUM_SECRET_KEY": KEY},
        check=False,
        timeout=60,
    )


async def test_a_provider_and_a_domain_are_set_up(database: Database, dsn: str) -> None:
    """The organisation is named, the role given; both are entered in the trail."""
    home = await organisation("Alibaba Group")

    added = run(dsn, "add", "Alibaba Group", "https://login.example", "app-1", "--role", "editor")
    verified = run(dsn, "verify-domain", "Alibaba Group", "Alibaba.example")

    assert (added.returncode, verified.returncode) == (0, 0), added.stderr + verified.stderr
    [provider] = await database.pool.fetch("SELECT * FROM identity_provider")
    assert (provider["organisation_id"], provider["issuer"], provider["default_role"]) == (
        home,
        "https://login.example",
        "EDITOR",
    )
    domains = await database.pool.fetch("SELECT organisation_id, domain FROM verified_domain")
    assert [tuple(row) for row in domains] == [(home, "alibaba.example")]
    actions = await database.pool.fetch("SELECT action FROM audit_entry ORDER BY id")
    assert [row[0] for row in actions][-2:] == ["identity-provider:add", "domain:verify"]


async def test_what_cannot_be_is_said_and_changes_nothing(database: Database, dsn: str) -> None:
    """An unknown organisation, an issuer without TLS, a word that is no domain."""
    await organisation("Alibaba Group")
    before = await rows_of(database, "identity_provider", "verified_domain")

    refused = [
        run(dsn, "add", "Nobody", "https://login.example", "app-1"),
        run(dsn, "add", "Alibaba Group", "http://login.example", "app-1"),
        run(dsn, "verify-domain", "Alibaba Group", "no domain"),
    ]

    assert [one.returncode for one in refused] == [1, 1, 1]
    assert all(one.stderr.count("\n") == 1 for one in refused), [one.stderr for one in refused]
    assert await rows_of(database, "identity_provider", "verified_domain") == before
