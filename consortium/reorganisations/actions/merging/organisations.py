"""The rows of the two records themselves."""

from collections.abc import Mapping
from typing import Any

import orjson

from consortium.kernel.text import search_words
from consortium.reorganisations.actions.merging.journal import Journal
from consortium.reorganisations.actions.records import Record
from consortium.reorganisations.rules.merges import hidden_key
from consortium.storage.raw import Connection

TABLE = "organisation"
ALIAS = """
INSERT INTO organisation_alias (organisation_id, name, name_key) VALUES ($1, $2, $3)
ON CONFLICT (name_key) DO NOTHING RETURNING id, to_jsonb(organisation_alias)::text
"""
# Only the columns that are named, each as its own type.
WRITE = """
UPDATE organisation o SET name_key = n.name_key, lei = n.lei, search_text = n.search_text,
    merged_into_id = n.merged_into_id
FROM jsonb_populate_record((SELECT k FROM organisation k WHERE k.id = $1), $2::text::jsonb) n
WHERE o.id = $1
"""
# Of a record without sizes, what its own row says of them all the same: with the sizes of another
# record, which give way to none again, that would be lost.
SIZELESS = """
SELECT o.id, jsonb_build_object('revenue_year', o.revenue_year, 'employees_year', o.employees_year,
    'size_citation_id', o.size_citation_id)::text
FROM organisation o WHERE o.id = ANY ($1)
    AND num_nonnulls(o.revenue_year, o.employees_year, o.size_citation_id) > 0
    AND NOT EXISTS (SELECT FROM organisation_size s WHERE s.organisation_id = o.id)
"""
WRITE_SIZELESS = """
UPDATE organisation o SET revenue_year = n.revenue_year, employees_year = n.employees_year,
    size_citation_id = n.size_citation_id
FROM jsonb_populate_record((SELECT k FROM organisation k WHERE k.id = $1), $2::text::jsonb) n
WHERE o.id = $1
    AND NOT EXISTS (SELECT FROM organisation_size s WHERE s.organisation_id = o.id)
"""
# The words of the name and of all aliases.
WORDS = """
SELECT o.name, ARRAY(SELECT a.name FROM organisation_alias a WHERE a.organisation_id = o.id
    ORDER BY a.id) AS aliases
FROM organisation o WHERE o.id = $1
"""


async def note_sizeless(connection: Connection, journal: Journal, *organisations: int) -> None:
    """Note what the rows of records without sizes say of sizes, before any are handed over."""
    found = await connection.fetch(SIZELESS, list(organisations))
    await journal.changed(TABLE, {row[0]: row[1] for row in found}, {row[0]: "{}" for row in found})


async def close(
    connection: Connection, journal: Journal, duplicate: Record, survivor: Record
) -> None:
    """Let the survivor go by the duplicate's name too, and the duplicate by none.

    The LEI goes along where the survivor has none.
    """
    alias = await connection.fetchrow(ALIAS, survivor.id, duplicate.name, duplicate.name_key)
    if alias is not None:
        await journal.changed("organisation_alias", {}, {alias[0]: alias[1]})
    gives_lei = duplicate.lei is not None and survivor.lei is None
    of_duplicate: dict[str, Any] = {
        "name_key": hidden_key(duplicate.name_key, duplicate.id),
        "search_text": "",
        "merged_into_id": survivor.id,
    }
    words = f"{survivor.search_text} {duplicate.search_text}".strip()
    of_survivor: dict[str, Any] = {"search_text": words}
    if gives_lei:
        of_duplicate["lei"], of_survivor["lei"] = None, duplicate.lei
    await _change(connection, journal, duplicate, of_duplicate)
    await _change(connection, journal, survivor, of_survivor)


async def _change(
    connection: Connection, journal: Journal, record: Record, columns: Mapping[str, Any]
) -> None:
    before = {name: getattr(record, name) for name in columns}
    text = orjson.dumps(columns).decode()
    await connection.execute(WRITE, record.id, text)
    await journal.changed(TABLE, {record.id: orjson.dumps(before).decode()}, {record.id: text})


async def reopen(
    connection: Connection, record: Record, before: Mapping[str, Any], after: Mapping[str, Any]
) -> list[str]:
    """Put the columns back; those that somebody has changed since, which stay as they are.

    Words for searches are no statement of anyone: they are put together anew where they differ.
    """
    back = dict(before)
    changed = [name for name, value in after.items() if getattr(record, name) != value]
    if "search_text" in changed:
        changed.remove("search_text")
        [(name, aliases)] = await connection.fetch(WORDS, record.id)
        back["search_text"] = search_words(" ".join([name, *aliases]))
    if not changed:
        text = orjson.dumps(back).decode()
        await connection.execute(WRITE, record.id, text)
        await connection.execute(WRITE_SIZELESS, record.id, text)
    return changed
