"""Which shared initiatives a claim belongs to."""

from collections.abc import Iterable

from consortium.kernel.text import search_words
from consortium.organisations.actions.names import without_parenthesis
from consortium.storage.raw import Connection

# A name of one short word may be any word; such initiatives are linked only by those who say so.
NAME_WORDS_MIN = 2

ADD = """
INSERT INTO avoided_claim_initiative (claim_id, initiative_id)
SELECT claim_id, initiative_id FROM unnest($1::bigint[], $2::bigint[]) AS l(claim_id, initiative_id)
ON CONFLICT (claim_id, initiative_id) DO NOTHING
RETURNING claim_id
"""
NAMING = """
SELECT id FROM avoided_claim
WHERE search @@ phraseto_tsquery('simple', $1)
"""


async def link_initiatives(connection: Connection, pairs: Iterable[tuple[int, int]]) -> int:
    """Link claims (first id) to initiatives (second id); how many links were new."""
    listed = sorted(set(pairs))
    rows = await connection.fetch(ADD, [one[0] for one in listed], [one[1] for one in listed])
    return len(rows)


async def link_named_initiatives(connection: Connection) -> int:
    """Link every claim whose text names an initiative in full; how many links were new."""
    pairs: list[tuple[int, int]] = []
    for initiative_id, name in await connection.fetch("SELECT id, name FROM initiative"):
        words = search_words(without_parenthesis(name))
        if len(words.split()) >= NAME_WORDS_MIN:
            rows = await connection.fetch(NAMING, words)
            pairs += [(row[0], initiative_id) for row in rows]
    return await link_initiatives(connection, pairs)
