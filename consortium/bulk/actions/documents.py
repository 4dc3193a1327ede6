"""How documents of bulk operations are checked and run: wired by whoever opens the server.

They are GraphQL, which features do not know.
"""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from typing import Any, NamedTuple, Protocol

from consortium.kernel.principal import Principal


class Asked(NamedTuple):
    """A document, and its variables as JSON."""

    document: str
    variables: str


class Page(NamedTuple):
    """Some rows of a list, each as JSON, and the cursor of the last if more follow."""

    rows: Sequence[bytes]
    after: str | None


class Reading(Protocol):
    """A connection that answers statements."""

    async def fetchval(self, query: str, *args: Any) -> Any:  # noqa: ANN401  as asyncpg
        """The first value of the first row."""


class Documents(Protocol):
    """Checks and runs documents."""

    def check_query(self, asked: Asked, by: Principal, today: date) -> None:
        """Refuse what is no whole list. Raises BulkQueryInvalid, BulkVariablesInvalid."""

    def check_mutation(self, document: str) -> None:
        """Refuse what is no one mutation. Raises BulkMutationInvalid."""

    async def page(
        self, reading: Reading, asked: Asked, after: str | None, by: Principal, today: date
    ) -> Page:
        """The next rows, within the rights of `by`. Raises DomainError."""
        ...

    async def change(self, reading: Reading, asked: Asked, by: Principal, today: date) -> bytes:
        """The JSON of what a mutation answered, refusals included, in the open transaction."""
        ...

    def failure(self, error: Exception) -> bytes:
        """The JSON of an answer where the mutation failed; raises it where the database is away."""
        ...


_DOCUMENTS: ContextVar[Documents] = ContextVar("bulk_documents")


@contextmanager
def checking(documents: Documents) -> Generator[None]:
    """Let actions within check documents with this."""
    token = _DOCUMENTS.set(documents)
    try:
        yield
    finally:
        _DOCUMENTS.reset(token)


def documents() -> Documents:
    """What is wired."""
    return _DOCUMENTS.get()
