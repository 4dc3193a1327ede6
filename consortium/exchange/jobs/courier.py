"""Work off what waits, by any number of processes, across restarts.

Nothing is locked while a partner takes its time: whoever takes something puts it off for as long as
it may need, and what a process held that died is due again after that.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import asyncpg
import orjson
import structlog

from consortium.audit.actions import audited
from consortium.exchange.actions.answering import answer_by_rule
from consortium.exchange.actions.taking import Giver, Taken, take
from consortium.exchange.client.partner import Partners, Registration
from consortium.exchange.rules.addresses import EVENTS_PATH
from consortium.exchange.rules.events import Event, EventKind, pf_ids
from consortium.exchange.rules.filters import read_criteria
from consortium.exchange.rules.retries import LEASE, RETRIES
from consortium.exchange.rules.vocabulary import Direction, Errand
from consortium.identity.proofs.sealing import Sealer
from consortium.kernel.clock import Now
from consortium.kernel.errors import DomainError
from consortium.kernel.principal import Principal
from consortium.network.http import AskingFailed
from consortium.storage.database import Database

_log = structlog.get_logger(__name__)

POLL_SECONDS = 1.0
_AT_ONCE = 10
_TOLD_MAX = 1000

# Whatever is due of a kind, oldest first; nobody else takes it for now.
_TAKE_EVENTS = """
UPDATE exchange_event SET attempts = attempts + 1, due_at = $1::timestamptz + $2::interval
WHERE id IN (
    SELECT id FROM exchange_event WHERE state = 'WAITING' AND due_at <= $1
    ORDER BY due_at, id LIMIT $3 FOR UPDATE SKIP LOCKED)
RETURNING *
"""
_TAKE_ERRANDS = """
UPDATE exchange_errand SET attempts = attempts + 1, due_at = $1::timestamptz + $2::interval,
    state = 'RUNNING'
WHERE id IN (
    SELECT id FROM exchange_errand WHERE state IN ('WAITING', 'RUNNING') AND due_at <= $1
    ORDER BY due_at, id LIMIT $3 FOR UPDATE SKIP LOCKED)
RETURNING *
"""
_PARTNER = """
SELECT id, version, organisation_id, name, base_url, auth_url, client_id, client_secret_sealed,
    scope
FROM partner WHERE id = $1 AND removed_at IS NULL
"""
# An answer may have come before the delivery was noted: then it stands.
_DELIVERED = """
UPDATE exchange_event SET told = '',
    state = CASE WHEN kind = 'REQUEST_CREATED' THEN 'OPEN' ELSE 'DONE' END,
    ended_at = CASE WHEN kind <> 'REQUEST_CREATED' THEN $2::timestamptz END
WHERE id = $1 AND state = 'WAITING'
"""
_NOTE = "UPDATE exchange_event SET told = $2 WHERE id = $1"
_EVENT_AGAIN = """
UPDATE exchange_event SET due_at = $2, told = $3 WHERE id = $1 AND state = 'WAITING'
"""
_EVENT_OVER = """
UPDATE exchange_event SET state = 'FAILED', ended_at = $2, told = $3
WHERE id = $1 AND state = 'WAITING'
"""
_ERRAND_AGAIN = """
UPDATE exchange_errand SET state = 'WAITING', due_at = $2, told = $3 WHERE id = $1
"""
_ERRAND_OVER = """
UPDATE exchange_errand SET state = $4, ended_at = $2, told = $3 WHERE id = $1
"""
_BEGIN = """
UPDATE exchange_errand SET pages = 0, received = 0, recorded = 0, faulty = 0 WHERE id = $1
"""
_COUNT = """
UPDATE exchange_errand SET pages = pages + 1, received = received + $2, recorded = recorded + $3,
    faulty = faulty + $4, due_at = $5
WHERE id = $1
"""


class _Removed(AskingFailed):
    """The partner was removed."""


@dataclass(frozen=True, slots=True)
class Courier:
    """Speaks with the partners of one database's members."""

    database: Database
    partners: Partners
    sealer: Sealer
    public_url: str
    now: Now

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            try:
                done = await self.work_off()
            except Exception:  # noqa: BLE001  whatever it was, the server goes on and tries again
                _log.warning("the exchange cannot be worked off", exc_info=True)
                done = 0
            if done < _AT_ONCE:
                await asyncio.sleep(POLL_SECONDS)

    async def work_off(self) -> int:
        """Do what is due now, a few at once; returns how much was tried."""
        pool = self.database.pool
        with self.database.active():
            events = await pool.fetch(_TAKE_EVENTS, self.now(), LEASE, _AT_ONCE)
            errands = await pool.fetch(_TAKE_ERRANDS, self.now(), LEASE, _AT_ONCE)
            await asyncio.gather(
                *(self._guarded(one, self._event, self._event_failed) for one in events),
                *(self._guarded(one, self._errand, self._errand_failed) for one in errands),
            )
        return len(events) + len(errands)

    async def _guarded(
        self,
        row: asyncpg.Record,
        work: Callable[[asyncpg.Record], Awaitable[None]],
        failed: Callable[[asyncpg.Record, str, datetime | None], Awaitable[None]],
    ) -> None:
        """Do it; where it fails, try again later, or give it up."""
        try:
            await work(row)
        except AskingFailed as error:
            again = (
                None if error.final else RETRIES.next_try(_began(row), row["attempts"], self.now())
            )
            await failed(row, error.message[:_TOLD_MAX], again)
        except DomainError as error:
            await failed(row, error.message[:_TOLD_MAX], None)
        except Exception:  # noqa: BLE001  a bug in one must not hold up the others
            _log.error("something of the exchange failed", row=row["id"], exc_info=True)
            told = "Something went wrong here; it was logged."
            await failed(row, told, RETRIES.next_try(_began(row), row["attempts"], self.now()))

    async def _event(self, row: asyncpg.Record) -> None:
        if row["direction"] == Direction.SENT:
            await self._deliver(row)
        elif row["kind"] == EventKind.REQUEST_CREATED:
            await answer_by_rule(row["id"])
        else:
            await self._fetch_published(row)

    async def _deliver(self, row: asyncpg.Record) -> None:
        _, partner = await self._partner(row["partner_id"])
        event = Event(
            EventKind(row["kind"]),
            row["event_id"],
            self.public_url + EVENTS_PATH,
            row["said_at"],
            orjson.loads(row["data"]),
        )
        await self.partners.deliver(partner, row["address"], event.wire())
        await self.database.pool.execute(_DELIVERED, row["id"], self.now())

    async def _fetch_published(self, row: asyncpg.Record) -> None:
        """Fetch the footprints that a notice names; those that are not shown to us are left."""
        giver, partner = await self._partner(row["partner_id"])
        missing = faulty = 0
        for pf_id in pf_ids(orjson.loads(row["data"])):
            document = await self.partners.footprint(partner, pf_id)
            if document is None:
                missing += 1
                continue
            faulty += len((await self._take(giver, [document])).faulty)
        told = [f"{missing} were not shown."] if missing else []
        told += [f"{faulty} were faulty."] if faulty else []
        await self.database.pool.execute(_DELIVERED, row["id"], self.now())
        await self.database.pool.execute(_NOTE, row["id"], " ".join(told))

    async def _errand(self, row: asyncpg.Record) -> None:
        giver, partner = await self._partner(row["partner_id"])
        if row["errand"] == Errand.CHECK:
            told = await self.partners.check(partner)
        else:
            await self._fetch(row, giver, partner)
            told = ""
        await self.database.pool.execute(_ERRAND_OVER, row["id"], self.now(), told, "DONE")

    async def _fetch(self, row: asyncpg.Record, giver: Giver, partner: Registration) -> None:
        """Take page by page; what was taken before a failure stays, and is known the next time."""
        await self.database.pool.execute(_BEGIN, row["id"])
        filters = read_criteria(orjson.loads(row["criteria"]))
        async for documents in self.partners.pages(partner, filters):
            taken = await self._take(giver, documents)
            counted = (len(documents), taken.recorded, len(taken.faulty), self.now() + LEASE)
            await self.database.pool.execute(_COUNT, row["id"], *counted)

    async def _take(self, giver: Giver, documents: list[Any]) -> Taken:
        about = giver.organisation
        async with audited(Principal(), "footprint:receive", organisation_id=about) as open_:
            return await take(open_, giver, documents, self._today())

    async def _partner(self, key: int) -> tuple[Giver, Registration]:
        row = await self.database.pool.fetchrow(_PARTNER, key)
        if row is None:
            raise _Removed(final=True)
        sealed = row["client_secret_sealed"]
        return Giver(row["id"], row["name"], row["organisation_id"]), Registration(
            partner_id=row["id"],
            version=row["version"],
            base_url=row["base_url"],
            auth_url=row["auth_url"],
            client_id=row["client_id"],
            secret=None if sealed is None else self.sealer.open(sealed),
            scope=row["scope"],
        )

    async def _event_failed(self, row: asyncpg.Record, told: str, again: datetime | None) -> None:
        _log.warning("an event was not delivered", row=row["id"], again_at=str(again))
        if again is None:
            await self.database.pool.execute(_EVENT_OVER, row["id"], self.now(), told)
        else:
            await self.database.pool.execute(_EVENT_AGAIN, row["id"], again, told)

    async def _errand_failed(self, row: asyncpg.Record, told: str, again: datetime | None) -> None:
        _log.warning("an errand failed", row=row["id"], again_at=str(again))
        # A check is for somebody who waits for it: it tells at once.
        if again is None or row["errand"] == Errand.CHECK:
            over = (row["id"], self.now(), told, "FAILED")
            await self.database.pool.execute(_ERRAND_OVER, *over)
        else:
            await self.database.pool.execute(_ERRAND_AGAIN, row["id"], again, told)

    def _today(self) -> date:
        return self.now().date()


def _began(row: asyncpg.Record) -> datetime:
    """Since when it is to be done, of an event or an errand."""
    began: datetime = row["recorded_at" if "recorded_at" in row else "asked_at"]
    return began
