"""Which organisation a name means."""

import re

from consortium.kernel.errors import DomainError
from consortium.kernel.text import name_key, search_words
from consortium.storage.raw import Connection

NAMES = """
SELECT name_key, id FROM organisation
UNION ALL SELECT name_key, organisation_id FROM organisation_alias
"""
INSERT = """
INSERT INTO organisation (name, name_key, country, search_text) VALUES ($1, $2, $3, $4)
RETURNING id
"""
INSERT_ALIAS = """
INSERT INTO organisation_alias (organisation_id, name, name_key) VALUES ($1, $2, $3)
"""
PLACE = "UPDATE organisation SET country = $2 WHERE id = $1 AND country IS NULL"
# The words of the name and of all aliases, so that any of them is found.
SEARCH_TEXT = """
UPDATE organisation SET search_text = trim(search_text || ' ' || $2) WHERE id = $1
"""
_TRAILING = re.compile(r"\s*\([^()]*\)\s*$")


class AliasTaken(DomainError):
    """Another organisation has this name already."""

    code = "ALIAS_TAKEN"


def without_parenthesis(name: str) -> str:
    """A name less what stands in brackets at its end: "Ant Group (Ant Forest)" is Ant Group."""
    return _TRAILING.sub("", name)


class Names:
    """The names and aliases of all organisations, kept in step while a file loads."""

    def __init__(self, connection: Connection, known: dict[str, int]) -> None:
        self._connection, self._known = connection, known

    @classmethod
    async def load(cls, connection: Connection) -> "Names":
        """Read all names."""
        rows = await connection.fetch(NAMES)
        return cls(connection, {row[0]: row[1] for row in rows})

    def exact(self, name: str) -> int | None:
        """The organisation that has this name or alias."""
        return self._known.get(name_key(name))

    def find(self, name: str) -> int | None:
        """As `exact`, else that of the name without the bracket at its end."""
        found = self.exact(name)
        return self.exact(without_parenthesis(name)) if found is None else found

    def learn(self, name: str, organisation_id: int) -> None:
        """Note a name that was recorded elsewhere."""
        self._known[name_key(name)] = organisation_id

    async def add(self, name: str, country: str | None = None) -> int:
        """Record an organisation of which only the name is known."""
        key = name_key(name)
        row_id: int = await self._connection.fetchval(
            INSERT, name, key, country, search_words(name)
        )
        self._known[key] = row_id
        return row_id

    async def place(self, organisation_id: int, country: str) -> None:
        """Note the country of an organisation of which none is known."""
        await self._connection.execute(PLACE, organisation_id, country)

    async def add_alias(self, organisation_id: int, alias: str) -> bool:
        """Give an organisation one more name; False if it has it. Raises AliasTaken."""
        key = name_key(alias)
        owner = self._known.get(key)
        if owner == organisation_id:
            return False
        if owner is not None:
            raise AliasTaken(f"{alias!r} is already a name of another organisation")
        await self._connection.execute(INSERT_ALIAS, organisation_id, alias, key)
        await self._connection.execute(SEARCH_TEXT, organisation_id, search_words(alias))
        self._known[key] = organisation_id
        return True
