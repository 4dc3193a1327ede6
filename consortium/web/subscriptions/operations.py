"""What is asked over a connection that stays open: followed, or run once."""

import asyncio
from collections.abc import Callable, Coroutine, Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from starlette.types import Scope

from consortium.kernel.clock import Today
from consortium.kernel.principal import Principal
from consortium.settings import Settings
from consortium.web.budgets import Budgets
from consortium.web.persisted import Documents
from consortium.web.subscriptions.callers import Callers
from consortium.web.subscriptions.hub import Hub, Subscriber, Told
from consortium.web.subscriptions.outbox import STOPPING, Outbox
from schema.limits import check_values
from schema.planner.execution import Executor, Request

# How long a connection that is ended may take to read why.
GRACE_SECONDS = 5.0


@dataclass(slots=True, eq=False)
class Operations:
    """Starts operations, and knows the connections that they came over."""

    executor: Executor
    hub: Hub
    callers: Callers
    today: Today
    told: Told
    # Where browsers' pages may come from; none stands for any.
    origins: frozenset[str] | None
    budgets: Budgets
    documents: Documents
    _outboxes: set[Outbox] = field(default_factory=set[Outbox])
    # Whether no connection is open.
    _alone: asyncio.Event = field(default_factory=asyncio.Event)
    _stopping: bool = False
    _tasks: set[asyncio.Task[None]] = field(default_factory=set[asyncio.Task[None]])

    async def resolved(self, request: Request, principal: Principal, scope: Scope) -> Request:
        """The request with the text of its document. Raises as `Documents.resolved` does."""
        budget = self.budgets.of(principal, scope)
        async with budget.turns:
            return await self.documents.resolved(request, principal, budget)

    async def run(self, request: Request, principal: Principal, scope: Scope) -> bytes:
        """Answer once, in the caller's turn and paid from their budget."""
        budget = self.budgets.of(principal, scope)
        async with budget.turns:
            return await self.executor.run(request, principal, self.today(), budget)

    async def start(
        self, request: Request, principal: Principal, subscriber: Subscriber, scope: Scope
    ) -> Callable[[], None]:
        """Answer once, or follow; returns what ends that. What is wrong is told the subscriber."""
        try:
            check_values(request.variables, self.executor.planner.limits)
            followed = self.executor.follow(request, principal, self.today())
            if followed is not None:
                return self.hub.subscribe(followed, subscriber)
            answer = await self.run(request, principal, scope)
        except Exception as error:  # noqa: BLE001  every failure is told as GraphQL
            subscriber.fail(self.told(error))
        else:
            subscriber.next(answer.decode())
            subscriber.complete()
        return lambda: None

    def spawn(self, work: Coroutine[None, None, None]) -> None:
        """Let this be done, to its end: what is changed is changed, whoever still listens."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def check(self, request: Request, principal: Principal) -> None:
        """Raise RequestRefused where the operation cannot be started."""
        if self.executor.follow(request, principal, self.today()) is None:
            self.executor.prepare(request, principal, self.today())

    def admits(self, origin: bytes | None) -> bool:
        """Whether a page of that origin may open a connection; programs name none."""
        if origin is None or self.origins is None:
            return True
        return origin.decode("latin-1").lower() in self.origins

    @contextmanager
    def connection(self, outbox: Outbox | None = None) -> Generator[Outbox]:
        """The outbox of a connection, for as long as that is open."""
        outbox = outbox or Outbox()
        self._outboxes.add(outbox)
        self._alone.clear()
        if self._stopping:
            outbox.end(STOPPING)
        try:
            yield outbox
        finally:
            self._outboxes.discard(outbox)
            if not self._outboxes:
                self._alone.set()

    async def stop(self) -> None:
        """End every connection, and give each a moment to hear of it."""
        self._stopping = True
        for outbox in list(self._outboxes):
            outbox.end(STOPPING)
        with suppress(TimeoutError):
            async with asyncio.timeout(GRACE_SECONDS):
                if self._outboxes:
                    await self._alone.wait()
                if self._tasks:
                    await asyncio.wait(self._tasks)


def admitted_origins(settings: Settings) -> frozenset[str] | None:
    """Where pages may come from that open a connection; none stands for any."""
    named = [one.strip().rstrip("/").lower() for one in settings.allowed_origins.split(",")]
    if "*" in named:
        return None
    return frozenset([settings.url.lower(), *filter(None, named)])
