"""Mail leaves after the commit, once, with patience."""

import asyncio
import email
import smtplib
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest

from consortium.outbox.actions import enqueue
from consortium.outbox.jobs.backends import ToFiles, ToServer
from consortium.outbox.jobs.dispatch import Dispatcher
from consortium.outbox.jobs.messages import compose
from consortium.outbox.rules import ATTEMPTS_MAX, LEASE, next_delay
from consortium.storage.database import Database, transaction
from consortium.storage.raw import raw
from tests.people import NOW

TEMPLATES = Path(__file__).parents[2] / "consortium" / "outbox" / "templates"
DATA = {
    "organisation": "Home",
    "token": "t0ken",
    "until": "later",
    "what": "set up",
    "reason": "Because",
    "reference": "A-2026-0001",
    "number": "2026-0001",
    "level": "FIRST",
    "amount": "100.00 EUR",
    "due_on": "2026-03-01",
    "kind": "EXPIRING",
    "status": "SUBMITTED",
    "day": "2026-03-01",
    "product": "Ink",
    "comment": "Please.",
    "host": "hooks.example",
    "because": "it answered that it is gone (410).",
}
DUE = "UPDATE outbox_mail SET due_at = $1"


class Post:
    """A mail server, its clock, and what it was given."""

    def __init__(self, database: Database, *, broken: bool = False) -> None:
        self.database, self.broken, self.sent = database, broken, list[EmailMessage]()
        self.now = NOW

    def __call__(self, message: EmailMessage) -> None:
        if self.broken:
            raise smtplib.SMTPServerDisconnected
        self.sent.append(message)

    @property
    def dispatcher(self) -> Dispatcher:
        """What hands the mail over."""
        return Dispatcher(self.database, self, "C <c@x.example>", "https://x", lambda: self.now)


async def put(database: Database, *to: str) -> None:
    """Let mail wait, due at the tests' time."""
    async with transaction() as client:
        for one in to:
            await enqueue(raw(client), one, "invitation", DATA)
    await database.pool.execute(DUE, NOW)


@pytest.mark.parametrize("name", sorted(path.stem for path in TEMPLATES.glob("*.txt")))
def test_every_template_makes_a_mail(name: str) -> None:
    """With a subject of one line, whatever the names hold."""
    data = DATA | {"organisation": "Ho\r\nBcc: x@y.example"}
    made = compose(name, "wei@home.example", data, sender="C <c@x>", public_url="https://x")
    read = email.message_from_bytes(bytes(made))

    assert read["Subject"]
    assert read["Bcc"] is None
    assert read["To"] == "wei@home.example"


async def test_mail_of_a_transaction_that_failed_is_never_sent(database: Database) -> None:
    """It was never there."""

    async def fail() -> None:
        async with transaction() as client:
            await enqueue(raw(client), "wei@home.example", "invitation", DATA)
            raise ValueError("given up")

    with pytest.raises(ValueError, match="given up"):
        await fail()

    assert await database.pool.fetchval("SELECT count(*) FROM outbox_mail") == 0


async def test_mail_is_sent_once_and_forgotten(database: Database, tmp_path: Path) -> None:
    """By two dispatchers at once; the file is for its owner alone, and the link is in it."""
    await put(database, *(f"p{number}@home.example" for number in range(30)))
    post = Post(database)

    while any(await asyncio.gather(*(post.dispatcher.send_due() for _ in range(3)))):
        pass

    assert len({message["To"] for message in post.sent}) == len(post.sent) == 30
    assert await database.pool.fetchval("SELECT count(*) FROM outbox_mail") == 0
    ToFiles(tmp_path / "mail")(post.sent[0])
    [file] = (tmp_path / "mail").iterdir()
    assert file.suffix == ".eml"
    assert file.stat().st_mode & 0o077 == 0
    assert "https://x/invitations/t0ken" in file.read_text()


async def test_a_broken_server_is_asked_ever_more_rarely_then_no_more(database: Database) -> None:
    """What was given up keeps no link, and the others still go."""
    await put(database, "wei@home.example")
    post = Post(database, broken=True)
    waits = []

    for _ in range(ATTEMPTS_MAX):
        assert await post.dispatcher.send_due() == 1
        assert await post.dispatcher.send_due() == 0
        due = await database.pool.fetchval("SELECT due_at FROM outbox_mail")
        waits.append(due - post.now)
        post.now = due

    assert waits[:3] == [timedelta(seconds=30), timedelta(seconds=60), timedelta(seconds=120)]
    row = await database.pool.fetchrow("SELECT * FROM outbox_mail")
    assert row is not None
    assert row["given_up_at"] is not None
    assert row["data"] == "{}"
    assert row["last_error"].startswith("SMTPServerDisconnected")
    post.now += timedelta(days=1)
    assert await post.dispatcher.send_due() == 0


async def test_mail_of_a_dispatcher_that_died_is_sent_by_another(database: Database) -> None:
    """After the lease, not before."""
    await put(database, "wei@home.example")
    post = Post(database)
    await database.pool.execute(DUE, NOW + LEASE)

    assert await post.dispatcher.send_due() == 0
    post.now += LEASE
    assert await post.dispatcher.send_due() == 1


def test_the_waits_grow_to_a_limit() -> None:
    """And end."""
    waits = [next_delay(number) for number in range(1, ATTEMPTS_MAX + 1)]

    assert waits[-1] is None
    told = [wait for wait in waits if wait is not None]
    assert told == sorted(told)


async def test_mail_is_handed_to_a_mail_server(database: Database) -> None:
    """As RFC 5321 has it; nothing is sent in the clear where encryption is asked for."""
    talk = list[bytes]()

    async def server(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 here\r\n")
        body = False
        while line := await reader.readline():
            talk.append(line.rstrip())
            if body and line != b".\r\n":
                continue
            words = line.upper()
            body = words.startswith(b"DATA")
            if words.startswith(b"QUIT"):
                writer.write(b"221 bye\r\n")
                break
            writer.write(b"354 go on\r\n" if body else b"250 fine\r\n")
        writer.close()

    listening = await asyncio.start_server(server, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    async with listening:
        for starttls in (True, False):
            await put(database, "wei@home.example")
            backend = ToServer("127.0.0.1", port, starttls=starttls)
            await Dispatcher(
                database, backend, "C <c@x.example>", "https://x", lambda: NOW
            ).send_due()
            waiting = await database.pool.fetchval("SELECT count(*) FROM outbox_mail")
            assert waiting == (1 if starttls else 0)
            assert any(b"t0ken" in line for line in talk) is not starttls

    assert b"rcpt TO:<wei@home.example>" in talk
