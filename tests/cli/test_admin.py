"""The first administrator, from a terminal and from a script."""

import os
import re
import subprocess
import sys
from collections.abc import Sequence

from consortium.identity.actions.sessions import Browser
from consortium.identity.actions.sign_in import Attempt, check_sign_in
from consortium.storage.database import Database
from tests.people import NOW, PASSWORD, browsing, mails, rows_of

CREATE = (sys.executable, "-m", "consortium", "admin", "create")
# Gives a program a terminal of its own.
TERMINAL = (sys.executable, "-c", "import pty, sys; sys.exit(pty.spawn(sys.argv[1:]) >> 8)")
ROLES = """
SELECT a.email, r.role, o.name FROM role_grant r JOIN account a ON a.id = r.account_id
JOIN organisation o ON o.id = r.organisation_id
"""


def run(dsn: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command without a terminal."""
    return subprocess.run(
        [*CREATE, *arguments],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        env={**os.environ, "CONSORTIUM_DATABASE_URL": dsn},
        check=False,
        timeout=60,
    )


def typed(dsn: str, lines: Sequence[str], *arguments: str) -> str:
    """What the command says on a terminal where each line answers a question."""
    with subprocess.Popen(
        [*TERMINAL, *CREATE, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**os.environ, "CONSORTIUM_DATABASE_URL": dsn},
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        said, answers = b"", list(lines)
        while part := os.read(process.stdout.fileno(), 4096):
            said += part
            # A prompt ends so, and what is typed before it is lost.
            if said.endswith(b": ") and answers:
                process.stdin.write(answers.pop(0).encode() + b"\n")
                process.stdin.flush()
    return said.decode()


async def test_a_password_is_asked_for_twice_and_never_shown(database: Database) -> None:
    """The account signs in with it, as secretariat of the organisation that was named."""
    said = typed(
        database.dsn, [PASSWORD, PASSWORD], "boss@home.example", "--organisation", "The Body"
    )

    assert "is an administrator" in said
    assert PASSWORD not in said
    rows = await database.pool.fetch(ROLES)
    assert [tuple(row) for row in rows] == [("boss@home.example", "SECRETARIAT", "The Body")]
    found = await check_sign_in(Attempt("boss@home.example", PASSWORD, Browser()), NOW)
    assert not found.has_second_factor


async def test_a_bad_password_makes_nobody(database: Database) -> None:
    """The reason is said."""
    said = typed(database.dsn, ["short", "short"], "boss@home.example")

    assert "at least 12 characters" in said
    assert await rows_of(database, "account", "organisation", "audit_entry") == [[], [], []]


async def test_without_a_terminal_a_link_is_printed(database: Database) -> None:
    """It works once; an address that has an account, or is none, gets none."""
    done = run(database.dsn, "boss@home.example")
    link = re.search(r"http://[^/]+(/invitations/\S+)", done.stdout)
    assert link
    async with browsing(database) as browser:
        made = await browser.send(link[1], name="Boss", password=PASSWORD)
        again = await browser.open(link[1])
    before = await rows_of(database, "single_use_link", "account")
    taken, wrong = run(database.dsn, "boss@home.example"), run(database.dsn, "boss")

    assert (made.status_code, again.status_code) == (303, 410)
    assert await mails(database) == []
    assert "There is an account with this address" in taken.stderr
    assert "no email address" in wrong.stderr
    assert (taken.returncode, wrong.returncode) == (1, 1)
    assert await rows_of(database, "single_use_link", "account") == before
