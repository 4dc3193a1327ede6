"""How a hook's query is checked and answered: wired by whoever opens the server.

Queries are GraphQL, which features do not know.
"""

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from typing import Protocol

from consortium.kernel.principal import Principal


class Selections(Protocol):
    """Checks and answers queries of hooks."""

    def check(self, query: str, by: Principal, today: date) -> None:
        """Refuse what cannot be answered for an id. Raises WebhookQueryInvalid."""

    async def answer(self, query: str, subject: str, by: Principal, today: date) -> bytes:
        """The JSON of `data` for this global id, within the rights of `by`. Raises DomainError."""
        ...


_SELECTIONS: ContextVar[Selections] = ContextVar("webhook_selections")


@contextmanager
def selecting(selections: Selections) -> Generator[None]:
    """Let actions within check queries with this."""
    token = _SELECTIONS.set(selections)
    try:
        yield
    finally:
        _SELECTIONS.reset(token)


def check_query(query: str, by: Principal, today: date) -> None:
    """Refuse a query that cannot be answered. Raises WebhookQueryInvalid."""
    _SELECTIONS.get().check(query, by, today)
