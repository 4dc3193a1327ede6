"""Record sources and documents. Citations are shared: what states several figures is one row."""

from typing import NamedTuple

from consortium.storage.raw import Connection

INSERT = """
INSERT INTO citation (url, title) VALUES ($1, $2)
ON CONFLICT ON CONSTRAINT citation_url_title_key DO NOTHING RETURNING id
"""
SELECT = """
SELECT id FROM citation WHERE url IS NOT DISTINCT FROM $1 AND title IS NOT DISTINCT FROM $2
"""


class Citations:
    """The citations of a load, each looked up once."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._known: dict[tuple[str, str], int] = {}

    async def of(self, url: str, title: str) -> int | None:
        """The citation with this address and title, recorded if it is new; None without both."""
        if not url and not title:
            return None
        if (url, title) not in self._known:
            self._known[url, title] = await self._find_or_record(url or None, title or None)
        return self._known[url, title]

    async def _find_or_record(self, url: str | None, title: str | None) -> int:
        found: int | None = await self._connection.fetchval(INSERT, url, title)
        if found is None:
            found = await self._connection.fetchval(SELECT, url, title)
        assert found is not None  # noqa: S101  one of the two statements names it
        return found


class Cited(NamedTuple):
    """Where something was published: its address, its title, or both."""

    url: str = ""
    title: str = ""


async def citation_of(connection: Connection, cited: Cited | None) -> int | None:
    """The source, recorded if it is new; None of none."""
    if cited is None:
        return None
    return await Citations(connection).of(cited.url.strip(), cited.title.strip())


_DOCUMENT = """
INSERT INTO document (name, media_type, size_bytes, sha256) VALUES ($1, $2, $3, $4) RETURNING id
"""


class DocumentFacts(NamedTuple):
    """A file that is kept: its name as it came, its media type, and its content's size and hash."""

    name: str
    media_type: str
    size_bytes: int
    sha256: str


async def record_document(connection: Connection, facts: DocumentFacts) -> int:
    """Record a file that is kept; whoever calls says what it belongs to."""
    row_id: int = await connection.fetchval(_DOCUMENT, *facts)
    return row_id
