"""Where mail goes: to the console, into files, to a mail server."""

import asyncio
import smtplib
import ssl
import sys
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from uuid import uuid4

# Raises OSError or smtplib.SMTPException (which is one) where the mail could not be handed over.
Backend = Callable[[EmailMessage], None]

SMTP_SECONDS = 30


def to_console(message: EmailMessage) -> None:
    """Print the mail on standard error."""
    sys.stderr.write(f"\n--- mail ---\n{message}\n--- end of mail ---\n")


@dataclass(frozen=True, slots=True)
class ToFiles:
    """Write each mail into a file of its own that only this account reads: it may hold a link."""

    directory: Path

    def __call__(self, message: EmailMessage) -> None:
        """Write one mail; a reader never sees half of it."""
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self.directory / f"{uuid4().hex}.part"
        path.touch(mode=0o600)
        path.write_bytes(bytes(message))
        path.rename(path.with_suffix(".eml"))


@dataclass(frozen=True, slots=True)
class ToServer:
    """Hand each mail to a mail server (RFC 5321), encrypted first unless told otherwise."""

    host: str
    port: int
    starttls: bool = True
    user: str | None = None
    password: str | None = None

    def __call__(self, message: EmailMessage) -> None:
        """Send one mail."""
        with smtplib.SMTP(self.host, self.port, timeout=SMTP_SECONDS) as server:
            if self.starttls:
                server.starttls(context=ssl.create_default_context())
            if self.user is not None:
                server.login(self.user, self.password or "")
            server.send_message(message)


async def hand_over(backend: Backend, message: EmailMessage) -> None:
    """Let the backend work in a thread."""
    await asyncio.to_thread(backend, message)
