"""Who follows what, and what each is told.

Subscribers whose statements are the same, with the same values, make a *topic*; those of them whom
its row rules cannot tell apart, a *group*. A change costs a topic one statement for many groups,
and a group one text, however many subscribers it has.

One task reads changes and tells them, and tells new subscribers how things stand: so nobody is told
of an earlier state after a later one. What was read counts as told only when it was, so a lost
connection repeats and never skips.
"""

import asyncio
import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol, TypeVar, cast

import orjson
import structlog

from consortium.changes.actions import KEPT
from consortium.changes.jobs import Changed, Ear, listening
from consortium.kernel.clock import Today
from consortium.query.pick import Inputs
from consortium.query.statement import Statement
from consortium.query.telling import Telling
from consortium.storage.connections import Pool
from consortium.web.failures import database_down
from schema.errors import RequestRefused, plain
from schema.planner.subscriptions import Followed, Following

_log = structlog.get_logger(__name__)

# How soon what no notification told of is found all the same: behind a pooler none comes through.
POLL_SECONDS = 1.0
IDLE_POLL_SECONDS = 5.0
RETRY_SECONDS = 1.0
STATEMENT_SECONDS = 10.0
# How many are told by one statement.
TOLD_AT_ONCE = 500
# Of how many rows a group knows that it was told of them.
TOLD_OF_MAX = 10_000

Told = Callable[[Exception], list[dict[str, Any]]]
_Part = TypeVar("_Part")
# The place of who is told, the row, and the JSON: bytes, or nothing where it cannot be answered so.
_Row = tuple[int, int, Any]


class Subscriber(Protocol):
    """Whoever is told; none of these waits."""

    def next(self, payload: str) -> None:
        """An answer, as JSON."""

    def fail(self, errors: list[dict[str, Any]]) -> None:
        """No more comes, and why."""

    def complete(self) -> None:
        """No more comes."""


@dataclass(slots=True, eq=False)
class _Group:
    inputs: Inputs
    # The one row that they follow.
    row: int | None
    subscribers: set[Subscriber] = field(default_factory=set[Subscriber])
    # Those who were not told yet how things stand.
    waiting: set[Subscriber] = field(default_factory=set[Subscriber])
    # The rows that they were told of: when one is gone, they are told that too.
    told_of: OrderedDict[int, None] = field(default_factory=OrderedDict[int, None])
    # A digest of the answer that they were told last.
    last: bytes = b""


@dataclass(slots=True, eq=False)
class _Topic:
    following: Following
    groups: dict[object, _Group] = field(default_factory=dict[object, _Group])


class _Case(NamedTuple):
    """A group that is told of its row, or an answer: because it changed, or how things stand."""

    group: _Group
    changed: bool


@dataclass(slots=True, eq=False)
class Hub:
    """Tells subscribers of one process what has changed, whichever process changed it."""

    dsn: str
    pool: Pool
    today: Today
    told: Told
    subscriptions_max: int
    _topics: dict[object, _Topic] = field(default_factory=dict[object, _Topic])
    _count: int = 0
    _woken: asyncio.Event = field(default_factory=asyncio.Event)
    _position: str | None = None
    _read_at: float = 0.0

    @property
    def count(self) -> int:
        """How many subscriptions are followed."""
        return self._count

    def subscribe(self, followed: Followed, subscriber: Subscriber) -> Callable[[], None]:
        """Tell the subscriber from now on; returns what ends that.

        Raises RequestRefused where there are too many already.
        """
        if self._count >= self.subscriptions_max:
            message = "This server follows as much as it can; try again later, or another one."
            raise RequestRefused([plain("TOO_MANY_SUBSCRIPTIONS", message)])
        topic = self._topics.setdefault(followed.key, _Topic(followed.following))
        group = topic.groups.setdefault(
            (followed.who, followed.row), _Group(followed.inputs, followed.row)
        )
        group.subscribers.add(subscriber)
        self._count += 1
        if followed.row is not None or followed.following.follows.source is None:
            group.waiting.add(subscriber)
            self._woken.set()
        return lambda: self._leave(followed, group, subscriber)

    def _leave(self, followed: Followed, group: _Group, subscriber: Subscriber) -> None:
        if subscriber not in group.subscribers:
            return
        group.subscribers.discard(subscriber)
        group.waiting.discard(subscriber)
        self._count -= 1
        topic = self._topics.get(followed.key)
        place = (followed.who, followed.row)
        if not group.subscribers and topic and topic.groups.get(place) is group:
            del topic.groups[place]
            if not topic.groups:
                del self._topics[followed.key]

    async def run(self) -> None:
        """Tell what changes, until cancelled."""
        while True:
            try:
                async with listening(self.dsn, self._woken.set, self._position) as ear:
                    await self._follow(ear)
            except Exception as error:  # noqa: BLE001  whatever it was, the server goes on
                if not database_down(error):
                    _log.error("subscribers could not be told", exc_info=error)
            if self._position and time.monotonic() - self._read_at > KEPT.total_seconds() / 2:
                self._interrupt()
            await asyncio.sleep(RETRY_SECONDS)

    async def _follow(self, ear: Ear) -> None:
        day = self.today()
        while True:
            self._woken.clear()
            before, day = day, self.today()
            await self._tell(await ear.changes(), another_day=day != before)
            self._position, self._read_at = ear.position, time.monotonic()
            try:
                async with asyncio.timeout(POLL_SECONDS if self._topics else IDLE_POLL_SECONDS):
                    await self._woken.wait()
            except TimeoutError:
                continue

    def _interrupt(self) -> None:
        """Give up everybody: what they would have been told is forgotten by now."""
        self._position = None
        message = "Changes may have been missed; subscribe again."
        for topic in list(self._topics.values()):
            self._fail(topic, [plain("SUBSCRIPTION_INTERRUPTED", message)])

    def _fail(self, topic: _Topic, errors: list[dict[str, Any]]) -> None:
        for group in list(topic.groups.values()):
            for one in list(group.subscribers):
                one.fail(errors)

    async def _tell(self, changed: Changed, *, another_day: bool) -> None:
        """Tell every topic what concerns it; one that cannot be told is given up."""
        for topic in list(self._topics.values()):
            try:
                await self._tell_topic(topic, changed, another_day=another_day)
            except TimeoutError:
                message = "The answer took too long; follow less at once."
                self._fail(topic, [plain("STATEMENT_TIMEOUT", message)])
            except Exception as error:
                if database_down(error):
                    raise
                self._fail(topic, self.told(error))

    async def _tell_topic(self, topic: _Topic, changed: Changed, *, another_day: bool) -> None:
        follows = topic.following.follows
        rows = frozenset[int]().union(*(changed.get(one, ()) for one in follows.subjects))
        if follows.source is None:
            asks_again = another_day or not follows.subjects.isdisjoint(changed)
            cases = [
                _Case(one, asks_again) for one in topic.groups.values() if asks_again or one.waiting
            ]
        elif topic.following.row is not None:
            cases = [
                _Case(one, one.row in rows)
                for one in topic.groups.values()
                if one.row in rows or one.waiting
            ]
        else:
            await self._tell_rows(topic, sorted(rows))
            return
        for some in _parts(cases):
            await self._tell_each(topic, some)
            # Let what was told be sent before there is more of it.
            await asyncio.sleep(0)

    async def _tell_rows(self, topic: _Topic, rows: Sequence[int]) -> None:
        """Tell every group of the rows that it sees, and which it sees no more."""
        for some in _parts(rows):
            everybody = list(topic.groups.values())
            for groups in _parts(everybody):
                await self._tell_some(topic.following.telling, groups, some)
                await asyncio.sleep(0)

    async def _tell_some(
        self, telling: Telling, groups: Sequence[_Group], rows: Sequence[int]
    ) -> None:
        told = tuple((one.inputs.principal, None) for one in groups)
        inputs = groups[0].inputs._replace(told=told, rows=tuple(rows))
        gone = [one.told_of.keys() & set(rows) for one in groups]
        for place, row, data in await self._fetched(telling.statement, inputs):
            gone[place].discard(row)
            _remember(groups[place], row)
            _tell_all(groups[place].subscribers, _payload(data))
        for group, those in zip(groups, gone, strict=True):
            for row in sorted(those):
                group.told_of.pop(row, None)
                _tell_all(group.subscribers, _payload(orjson.dumps(telling.gone(row))))

    async def _tell_each(self, topic: _Topic, cases: Sequence[_Case]) -> None:
        """Tell each group of its one row, or the answer to its question."""
        telling = topic.following.telling
        answers = await self._answers(telling.statement, cases)
        for case, data in zip(cases, answers, strict=True):
            group, row = case.group, case.group.row
            news = _is_news(case, data)
            told = group.subscribers if news else group.waiting
            group.waiting = set()
            if told:
                _tell_all(told, _payload(data or orjson.dumps(telling.gone(row or 0))))

    async def _answers(
        self, statement: Statement, cases: Sequence[_Case]
    ) -> Sequence[bytes | None]:
        """What each is to be told; its other form answers where the statement cannot."""
        told = tuple((one.group.inputs.principal, one.group.row) for one in cases)
        inputs = cases[0].group.inputs._replace(told=told)
        found: list[bytes | None] = [None] * len(cases)
        for place, _, data in await self._fetched(statement, inputs):
            found[place] = data
        left = [place for place, data in enumerate(found) if data is None]
        if left and statement.otherwise is not None:
            others = await self._answers(statement.otherwise, [cases[one] for one in left])
            for place, data in zip(left, others, strict=True):
                found[place] = data
        return found

    async def _fetched(self, statement: Statement, inputs: Inputs) -> Sequence[_Row]:
        values = statement.values(inputs._replace(today=self.today()))
        rows = await self.pool.fetch(statement.sql, *values, timeout=STATEMENT_SECONDS)
        return cast("Sequence[_Row]", rows)


def _parts(whole: Sequence[_Part]) -> Iterator[Sequence[_Part]]:
    """The whole in parts that are not too long for a statement."""
    for at in range(0, len(whole), TOLD_AT_ONCE):
        yield whole[at : at + TOLD_AT_ONCE]


def _payload(data: bytes) -> str:
    return f'{{"data":{data.decode()}}}'


def _tell_all(subscribers: Iterable[Subscriber], payload: str) -> None:
    for one in list(subscribers):
        one.next(payload)


def _remember(group: _Group, row: int) -> None:
    """That the group was told of the row."""
    group.told_of[row] = None
    group.told_of.move_to_end(row)
    if len(group.told_of) > TOLD_OF_MAX:
        group.told_of.popitem(last=False)


def _is_news(case: _Case, data: bytes | None) -> bool:
    """Whether those who were told before are to be told again.

    Of a row they cannot see they are told once, if they saw it before: that something is changed
    there is nothing to be known by whoever may not see it.
    """
    group, changed = case
    if group.row is None:
        digest = hashlib.blake2b(data or b"", digest_size=16).digest()
        last, group.last = group.last, digest
        return last != digest
    known = group.row in group.told_of
    if data is not None:
        _remember(group, group.row)
    else:
        group.told_of.pop(group.row, None)
    return changed and (known or data is not None)
