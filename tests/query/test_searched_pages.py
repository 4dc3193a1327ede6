"""Pages of the rows that hold words: the same rows, in the same order, as a search of all."""

from collections.abc import AsyncIterator, Iterator

import orjson
import pytest

from consortium.kernel.principal import ANONYMOUS
from consortium.kernel.text import name_key, search_words
from consortium.organisations.actions import check_beginnings, rebuild_beginnings
from consortium.storage.database import Database
from schema.planner.execution import Executor, Request
from tests.factories import create_organisation
from tests.served import TODAY

PAGE = """query ($words: String!, $after: String) {
    organisations(search: $words, first: 3, after: $after) {
        nodes { name } pageInfo { hasNextPage endCursor } } }"""
NAMES = [
    *(f"Solar {chr(97 + n % 26)}{n} Works" for n in range(60)),
    *(f"{chr(97 + n % 26)}{n} Solstice" for n in range(30)),
    *(
        "Été Énergie",
        "Etienne & Sons",
        "阿里巴巴集团",
        "阿里云",
        "3M",
        "A",
        "Ab",
        "b-Solid",
        "o'Sole",
    ),
    *("1e5 Ventures", "12 Monkeys", "Ørsted", "Straße Süd", "कि का", "Dot.Com Sol-Air"),
]
WORDS = [
    "s",
    "so",
    "sol",
    "solar",
    "solar w",
    "w solst",
    "et",
    "阿",
    "阿里云",
    "3",
    "3m",
    "1e",
    "12 m",
]
WORDS += ["a", "ab", "dot", "co", "air", "ør", "su", "कि", "zz", "", "solar a0 works", "a0 so"]


@pytest.mark.parametrize("words", WORDS)
async def test_pages_hold_what_a_search_of_all_holds(database: Database, words: str) -> None:
    """Page for page, whether the words are common or rare, of one letter or of many."""
    async with database.pool.acquire() as connection:
        for name in NAMES:
            await create_organisation(connection, name=name)

    assert [name async for name in _pages(database, words)] == list(_expected(words))


async def test_beginnings_follow_the_names(database: Database) -> None:
    """Renamed, and gone: what is kept of a name is made anew."""
    pool = database.pool
    async with pool.acquire() as connection:
        key = await create_organisation(connection, name="Solar")

    rename = "UPDATE organisation SET name_key = $2, search_text = $2 WHERE id = $1"
    await pool.execute(rename, key, "wind 阿里")
    assert await _kept(database, key) == [("w", "wind 阿里"), ("wi", "wind 阿里")]
    await pool.execute("UPDATE organisation SET notes = 'none' WHERE id = $1", key)
    assert len(await _kept(database, key)) == 2
    await pool.execute("DELETE FROM organisation WHERE id = $1", key)
    assert await _kept(database, key) == []


async def test_what_came_past_the_triggers_is_found_and_mended(database: Database) -> None:
    """As after a load without triggers."""
    async with database.pool.acquire() as connection:
        await create_organisation(connection, name="Solar")
        await create_organisation(connection, name="Wind")
    await database.pool.execute("DELETE FROM organisation_beginning WHERE name_key = 'solar'")

    with database.active():
        assert await check_beginnings() == ["solar"]
        await rebuild_beginnings()
        assert await check_beginnings() == []


async def _pages(database: Database, words: str) -> AsyncIterator[str]:
    executor, after = Executor.over(database.pool), None
    while True:
        request = Request(PAGE, {"words": words, "after": after})
        answer = orjson.loads(await executor.run(request, ANONYMOUS, TODAY))
        page = answer["data"]["organisations"]
        for node in page["nodes"]:
            yield node["name"]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            return


def _expected(words: str) -> Iterator[str]:
    asked = search_words(words).split()
    for name in sorted(NAMES, key=lambda name: name_key(name).encode()):
        of_name = search_words(name).split()
        if asked and all(any(w.startswith(one) for w in of_name) for one in asked):
            yield name


async def _kept(database: Database, key: int) -> list[tuple[str, str]]:
    rows = "SELECT beginning, name_key FROM organisation_beginning WHERE row_id = $1 ORDER BY 1"
    return [tuple(row) for row in await database.pool.fetch(rows, key)]
