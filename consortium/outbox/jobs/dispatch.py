"""Send what waits. Any number of processes may do so at once."""

import asyncio
import json
from dataclasses import dataclass
from datetime import datetime

import asyncpg
import structlog
from jinja2 import TemplateError

from consortium.kernel.clock import Now, utc_now
from consortium.outbox.jobs.backends import Backend, hand_over
from consortium.outbox.jobs.messages import compose
from consortium.outbox.rules import LEASE, next_delay
from consortium.storage.database import Database

_log = structlog.get_logger(__name__)

POLL_SECONDS = 1.0
_AT_ONCE = 10

# Nothing is locked while a mail server takes its time: whoever takes a mail puts it off for as
# long as it may need, and the mail of a process that died is due again after that.
_TAKE = """
UPDATE outbox_mail SET attempts = attempts + 1, due_at = $1::timestamptz + $2::interval
WHERE id IN (
    SELECT id FROM outbox_mail WHERE due_at <= $1 AND given_up_at IS NULL
    ORDER BY due_at, id LIMIT $3 FOR UPDATE SKIP LOCKED)
RETURNING id, recipient, template, data, attempts
"""
_SENT = "DELETE FROM outbox_mail WHERE id = $1"
_AGAIN = "UPDATE outbox_mail SET due_at = $2, last_error = $3 WHERE id = $1"
_GIVE_UP = """
UPDATE outbox_mail SET given_up_at = $2, last_error = $3, data = '{}' WHERE id = $1
"""


@dataclass(frozen=True, slots=True)
class Dispatcher:
    """Sends the mail of one database by one backend."""

    database: Database
    backend: Backend
    sender: str
    public_url: str
    now: Now = utc_now

    async def run(self) -> None:
        """Send until cancelled."""
        while True:
            try:
                sent = await self.send_due()
            except Exception:  # noqa: BLE001  whatever it was, the server goes on and tries again
                _log.warning("the outbox cannot be read", exc_info=True)
                sent = 0
            if sent < _AT_ONCE:
                await asyncio.sleep(POLL_SECONDS)

    async def send_due(self) -> int:
        """Send what is due now, a few at once; returns how many were tried."""
        mails = await self.database.pool.fetch(_TAKE, self.now(), LEASE, _AT_ONCE)
        for mail in mails:
            await self._send(mail)
        return len(mails)

    async def _send(self, mail: asyncpg.Record) -> None:
        try:
            message = compose(
                mail["template"],
                mail["recipient"],
                json.loads(mail["data"]),
                sender=self.sender,
                public_url=self.public_url,
            )
            await hand_over(self.backend, message)
        except (OSError, TemplateError, ValueError) as error:
            await self._failed(mail, error, self.now())
        else:
            await self.database.pool.execute(_SENT, mail["id"])

    async def _failed(self, mail: asyncpg.Record, error: Exception, at: datetime) -> None:
        delay = next_delay(mail["attempts"])
        # The error's text may repeat the address, never the data.
        story = f"{type(error).__name__}: {error}"[:500]
        about = {"mail_id": mail["id"], "template": mail["template"], "error": type(error).__name__}
        if delay is None:
            _log.error("a mail was given up", **about)
            await self.database.pool.execute(_GIVE_UP, mail["id"], at, story)
        else:
            _log.warning("a mail could not be sent", **about, again_in=str(delay))
            await self.database.pool.execute(_AGAIN, mail["id"], at + delay, story)
