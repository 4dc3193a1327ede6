"""Deliver what waits, by any number of processes, across restarts.

Nothing is locked while a receiver takes its time: whoever takes a message says until when, and what
a process held that died is taken again after that. So each message arrives at least once. Messages
about one row go out in their order; other messages do not wait for each other. A receiver that is
slow or fails takes a few places at most.
"""

import asyncio
import random
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple
from urllib.parse import urlsplit

import asyncpg
import orjson
import structlog

from consortium.audit.actions import audited
from consortium.identity.actions.admins import admin_addresses
from consortium.identity.proofs.sealing import Sealer
from consortium.identity.rules.roles import Role
from consortium.kernel.clock import Now
from consortium.kernel.errors import DomainError, NotFound
from consortium.kernel.ids import GlobalId
from consortium.kernel.principal import Principal
from consortium.membership.reads.memberships import members_on
from consortium.network.http import Answer, AskingFailed, Network
from consortium.outbox.actions import enqueue
from consortium.query.visible import require_visible
from consortium.storage.database import Database
from consortium.webhooks.actions.hooks import disable
from consortium.webhooks.actions.selections import Selections
from consortium.webhooks.reads import WEBHOOKS, subject_of
from consortium.webhooks.rules.attempts import (
    GONE,
    LEASE,
    arrived,
    asked_wait,
    next_attempt,
)
from consortium.webhooks.rules.hooks import standing
from consortium.webhooks.rules.signing import signed_headers
from consortium.webhooks.rules.vocabulary import PING, WebhookDisabledBecause, WebhookEventKind

_log = structlog.get_logger(__name__)

POLL_SECONDS = 1.0
PRUNE_SECONDS = 3600.0
# How many messages are under way at once: in this process, for one webhook, for one that fails.
AT_ONCE = 32
_FOR_ONE = 4
_FOR_FAILING = 1
# A receiver answers within this time; of its answer, this much is read and kept.
SECONDS = 15.0
ANSWER_BYTES = 1000
BODY_BYTES_MAX = 1_000_000
_TOLD_MAX = 500

# One process at a time, so that messages about a row are in the order of its events.
_HAND_OUT = """
WITH turn AS MATERIALIZED (SELECT pg_try_advisory_xact_lock($1) AS mine), taken AS (
    DELETE FROM webhook_event e USING turn
    WHERE turn.mine AND e.id IN (SELECT id FROM webhook_event ORDER BY id LIMIT 1000)
    RETURNING e.*)
INSERT INTO webhook_delivery (webhook_id, message_id, kind, subject, happened_at)
SELECT h.id, 'msg_' || replace(gen_random_uuid()::text, '-', ''), t.kind, t.subject, t.happened_at
FROM taken t LEFT JOIN organisation o ON o.id = t.organisation_id
JOIN webhook h ON t.kind = ANY (h.events) AND h.registered_at <= t.happened_at
    AND (o.id IS NULL OR h.organisation_id IN (o.id, o.merged_into_id))
WHERE h.disabled_at IS NULL AND h.removed_at IS NULL
ORDER BY t.id
"""
# The lock's number, of this use alone in the database.
_TURN = 7_401_001
_TAKE = """
UPDATE webhook_delivery SET attempts = attempts + 1, taken_until = $1::timestamptz + $2::interval
WHERE id IN (
    SELECT due.id FROM webhook h CROSS JOIN LATERAL (
        SELECT d.id, d.due_at FROM webhook_delivery d
        WHERE d.webhook_id = h.id AND d.state = 'WAITING' AND d.due_at <= $1
            AND (d.taken_until IS NULL OR d.taken_until <= $1)
            AND (h.disabled_at IS NULL OR d.kind IS NULL)
            AND NOT EXISTS (
                SELECT FROM webhook_delivery e WHERE e.webhook_id = d.webhook_id
                AND e.subject = d.subject AND e.state = 'WAITING' AND e.id < d.id)
        ORDER BY d.due_at, d.id
        LIMIT greatest(0, CASE WHEN h.failing_since IS NULL THEN $4::int ELSE $5::int END - (
            SELECT count(*) FROM webhook_delivery f
            WHERE f.webhook_id = h.id AND f.state = 'WAITING' AND f.taken_until > $1))
        FOR UPDATE SKIP LOCKED
    ) due
    WHERE h.removed_at IS NULL
    ORDER BY due.due_at, due.id LIMIT $3)
RETURNING *
"""
_HOOK = f"""
SELECT h.*, o.name AS organisation_name,
    h.organisation_id IN ({members_on("$2::date")}) AS is_member,
    ARRAY(SELECT DISTINCT r.role FROM role_grant r JOIN account a ON a.id = r.account_id
        WHERE r.organisation_id = h.organisation_id AND a.disabled_at IS NULL) AS roles
FROM webhook h JOIN organisation o ON o.id = h.organisation_id
WHERE h.id = $1
"""  # noqa: S608  the statement of another feature, as elsewhere
_ATTEMPT = """
INSERT INTO webhook_attempt (delivery_id, attempted_at, status, took_ms, answer, told)
SELECT id, $2, $3, $4, $5, $6 FROM webhook_delivery WHERE id = $1
"""
_SENT = """
UPDATE webhook_delivery SET sent_at = coalesce(sent_at, $2), taken_until = NULL WHERE id = $1
"""
_ARRIVED = """
UPDATE webhook_delivery SET state = 'DELIVERED', ended_at = $2, taken_until = NULL, told = ''
WHERE id = $1 AND state = 'WAITING'
"""
_WELL = "UPDATE webhook SET failing_since = NULL WHERE id = $1 AND failing_since IS NOT NULL"
_AGAIN = """
UPDATE webhook_delivery SET due_at = $2, taken_until = NULL, told = $3
WHERE id = $1 AND state = 'WAITING'
"""
_OVER = """
UPDATE webhook_delivery SET state = 'FAILED', ended_at = $2, taken_until = NULL, told = $3
WHERE id = $1 AND state = 'WAITING'
"""
# Whoever may not see a row is not told that something happened to it.
_UNSEEN = "DELETE FROM webhook_delivery WHERE id = $1 AND state = 'WAITING' AND sent_at IS NULL"
_FAILING = """
UPDATE webhook SET failing_since = coalesce(failing_since, $2) WHERE id = $1
RETURNING failing_since
"""
_DISABLED = "SELECT disabled_at IS NOT NULL FROM webhook WHERE id = $1 FOR UPDATE"
_PRUNE = "DELETE FROM webhook_delivery WHERE ended_at < $1"


class Keeping(NamedTuple):
    """For how long a webhook may fail until it is disabled, and its log is kept."""

    failing: timedelta = timedelta(days=5)
    log: timedelta = timedelta(days=30)


class _Message(NamedTuple):
    """A message that is ready to be sent."""

    url: str
    body: bytes
    secrets: list[str]


class _Unseen(Exception):
    """The organisation may not see what the message is about, or it is gone."""


@dataclass(frozen=True, slots=True)
class Deliverer:
    """Sends the messages of one database's webhooks."""

    database: Database
    network: Network
    sealer: Sealer
    selections: Selections
    now: Now
    keeping: Keeping
    _under_way: set[asyncio.Task[None]] = field(default_factory=set[asyncio.Task[None]])

    async def run(self) -> None:
        """Work until cancelled; what is under way then is tried again by whoever comes next."""
        pruned_at = 0.0
        try:
            while True:
                try:
                    began = await self._begin()
                    if time.monotonic() - pruned_at > PRUNE_SECONDS:
                        await self.prune()
                        pruned_at = time.monotonic()
                except Exception:  # noqa: BLE001  whatever it was, the server goes on and tries again
                    _log.warning("webhooks cannot be worked off", exc_info=True)
                    began = 0
                if not began or len(self._under_way) >= AT_ONCE:
                    await asyncio.sleep(POLL_SECONDS)
        finally:
            for task in self._under_way:
                task.cancel()
            if self._under_way:
                await asyncio.wait(self._under_way)

    async def work_off(self) -> int:
        """Do what is due now, and wait for it; returns how many messages were tried."""
        began = await self._begin()
        if self._under_way:
            await asyncio.wait(self._under_way)
        return began

    async def prune(self) -> None:
        """Forget what ended long ago."""
        await self.database.pool.execute(_PRUNE, self.now() - self.keeping.log)

    async def _begin(self) -> int:
        pool, places = self.database.pool, AT_ONCE - len(self._under_way)
        await pool.execute(_HAND_OUT, _TURN)
        taken = (self.now(), LEASE, places, _FOR_ONE, _FOR_FAILING)
        rows = await pool.fetch(_TAKE, *taken) if places else []
        for row in rows:
            task = asyncio.create_task(self._guarded(row))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)
        return len(rows)

    async def _guarded(self, row: asyncpg.Record) -> None:
        """Try one message, whose failure holds up no other."""
        try:
            with self.database.active():
                await self._tried(row)
        except Exception:  # noqa: BLE001  the database went away: others take it after a while
            _log.warning("a webhook's message is left", delivery=row["id"], exc_info=True)

    async def _tried(self, row: asyncpg.Record) -> None:
        try:
            await self._try(row)
        except Exception:  # noqa: BLE001  a bug is tried again as any failure, and given up
            _log.error("a webhook's message was not tried", delivery=row["id"], exc_info=True)
            await self._put_off(row, "Something went wrong here; it was logged.")

    async def _try(self, row: asyncpg.Record) -> None:
        pool = self.database.pool
        hook = await pool.fetchrow(_HOOK, row["webhook_id"], self.now().date())
        assert hook is not None  # noqa: S101  a foreign key says so
        try:
            message = await self._message(row, hook)
        except _Unseen:
            await pool.execute(_UNSEEN, row["id"])
            told = "Your organisation may not see it any more."
            await pool.execute(_OVER, row["id"], self.now(), told)
            return
        except DomainError as error:
            await self._log(row, self.now(), None, 0, None, error.message)
            await self._failed(row, hook, error.message)
            return
        await self._send(row, hook, message)

    async def _message(self, row: asyncpg.Record, hook: asyncpg.Record) -> _Message:
        """What is to be sent, within the rights of this moment. Raises _Unseen, DomainError."""
        data = await self._data(row, hook)
        said = {"type": row["kind"] or PING, "timestamp": row["happened_at"]}
        body = orjson.dumps(said, option=orjson.OPT_UTC_Z)[:-1] + b',"data":' + data + b"}"
        if len(body) > BODY_BYTES_MAX:
            told = f"The message would hold more than {BODY_BYTES_MAX} bytes: ask for less."
            raise AskingFailed(told)
        sealed = [hook["secret_sealed"]]
        if hook["former_until"] is not None and self.now() < hook["former_until"]:
            sealed.append(hook["former_secret_sealed"])
        return _Message(hook["url"], body, [self.sealer.open(one) for one in sealed])

    async def _data(self, row: asyncpg.Record, hook: asyncpg.Record) -> bytes:
        if row["kind"] is None:
            return orjson.dumps({"webhook": str(GlobalId(str(WEBHOOKS.prefix), hook["id"]))})
        by, today = _reader(hook), self.now().date()
        source, key = subject_of(WebhookEventKind(row["kind"]), row["subject"])
        try:
            await require_visible(self.database.pool, source, key, by, today)
        except NotFound:
            raise _Unseen from None
        return await self.selections.answer(hook["query"], row["subject"], by, today)

    async def _send(self, row: asyncpg.Record, hook: asyncpg.Record, message: _Message) -> None:
        began, at = time.monotonic(), self.now()
        answer: Answer | None = None
        told, final = "", False
        try:
            answer = await self.network.ask(
                "POST",
                message.url,
                headers={
                    "content-type": "application/json",
                    "user-agent": "consortium-webhooks",
                    **signed_headers(row["message_id"], at, message.body, message.secrets),
                },
                body=message.body,
            )
        except AskingFailed as error:
            told, final = error.message, error.final
        took_ms = int((time.monotonic() - began) * 1000)
        status = None if answer is None else answer.status
        await self._log(row, at, status, took_ms, answer, told)
        if status is not None and arrived(status):
            await self.database.pool.execute(_ARRIVED, row["id"], self.now())
            await self.database.pool.execute(_WELL, hook["id"])
        else:
            told = told or f"It answered {status}."
            await self._failed(row, hook, told, answer=answer, final=final)

    async def _log(
        self,
        row: asyncpg.Record,
        at: datetime,
        status: int | None,
        took_ms: int,
        answer: Answer | None,
        told: str,
    ) -> None:
        # A text of PostgreSQL holds no NUL.
        said = (
            "" if answer is None else answer.body.decode(errors="replace").replace("\0", "\ufffd")
        )
        pool = self.database.pool
        await pool.execute(_SENT, row["id"], at)
        await pool.execute(_ATTEMPT, row["id"], at, status, took_ms, said, told[:_TOLD_MAX])

    async def _failed(
        self,
        row: asyncpg.Record,
        hook: asyncpg.Record,
        told: str,
        *,
        answer: Answer | None = None,
        final: bool = False,
    ) -> None:
        """Try again later, or give up; disable the webhook where it has failed for days."""
        wait = timedelta() if answer is None else asked_wait(answer.status, answer.retry_after)
        await self._put_off(row, told, wait, final=final)
        if row["kind"] is None:
            return
        now = self.now()
        since: datetime = await self.database.pool.fetchval(_FAILING, hook["id"], now)
        if answer is not None and answer.status == GONE:
            await self._disable(
                hook, WebhookDisabledBecause.GONE, "it answered that it is gone (410)."
            )
        elif now - since >= self.keeping.failing:
            because = f"nothing has arrived since {since:%Y-%m-%d %H:%M} UTC."
            await self._disable(hook, WebhookDisabledBecause.FAILING, because)

    async def _put_off(
        self, row: asyncpg.Record, told: str, wait: timedelta = timedelta(), *, final: bool = False
    ) -> None:
        """Let a message be tried again, unless that was the last time."""
        now = self.now()
        draw = random.random()  # noqa: S311  it spreads load, and protects nothing
        again = next_attempt(row["began_at"], row["attempts"], now, draw, wait)
        _log.info("a webhook's message did not arrive", delivery=row["id"], again_at=str(again))
        # A try is for somebody who waits for it: it tells at once.
        if again is None or final or row["kind"] is None:
            await self.database.pool.execute(_OVER, row["id"], now, told[:_TOLD_MAX])
        else:
            await self.database.pool.execute(_AGAIN, row["id"], again, told[:_TOLD_MAX])

    async def _disable(
        self, hook: asyncpg.Record, why: WebhookDisabledBecause, because: str
    ) -> None:
        """Let it rest, and tell the admins by mail, once."""
        about = hook["organisation_id"]
        async with audited(Principal(), "webhook:disable", organisation_id=about) as open_:
            if await open_.fetchval(_DISABLED, hook["id"]):
                return
            await disable(open_, hook["id"], why)
            url: str = hook["url"]
            told: dict[str, str] = {
                "organisation": hook["organisation_name"],
                "host": urlsplit(url).netloc,
                "because": because,
            }
            for address in await admin_addresses(open_, about):
                await enqueue(open_, address, "webhook_disabled", told)


def _reader(hook: asyncpg.Record) -> Principal:
    """As whom a webhook reads now."""
    held = [Role(one) for one in hook["roles"]]
    permissions = standing(hook["permissions"], held)
    return Principal.acting(permissions, hook["organisation_id"], is_member=hook["is_member"])
