"""Keep the standings of claims, and the sums over them, as the rules say."""

import gc
from collections import Counter
from collections.abc import Callable, Collection, Generator, Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any, NamedTuple, cast

from consortium.avoided.actions.standing_rows import (
    COLUMNS,
    Day,
    control_chains,
    covers_of,
    day_of,
    facts_of,
    rows_of,
)
from consortium.avoided.rules.standings import PartsSum, parts_sums, resolve
from consortium.organisations.rules import ControlChains
from consortium.storage.database import transaction
from consortium.storage.raw import Connection, raw

BATCH_CLAIMS = 20_000

# Organisations whose figures can decide on each other's: one controls the other, or a claim of
# one names a claim of the other.
NEIGHBOURS = """
SELECT parent_id FROM parentage WHERE relation = 'CONTROL' AND child_id = ANY ($1)
UNION
SELECT child_id FROM parentage WHERE relation = 'CONTROL' AND parent_id = ANY ($1)
UNION
SELECT o.organisation_id FROM avoided_claim c
    JOIN avoided_claim o ON o.id = c.part_of_id OR o.id = c.supersedes_id
    WHERE c.organisation_id = ANY ($1) AND (c.part_of_id IS NOT NULL OR c.supersedes_id IS NOT NULL)
UNION
SELECT o.organisation_id FROM avoided_claim c JOIN avoided_claim o ON o.part_of_id = c.id
    WHERE c.organisation_id = ANY ($1)
UNION
SELECT o.organisation_id FROM avoided_claim c JOIN avoided_claim o ON o.supersedes_id = c.id
    WHERE c.organisation_id = ANY ($1)
"""

ALL_LINKS = """
SELECT child_id, parent_id FROM parentage WHERE relation = 'CONTROL'
UNION
SELECT a.organisation_id, b.organisation_id FROM avoided_claim a
    JOIN avoided_claim b ON b.id = a.part_of_id WHERE a.organisation_id <> b.organisation_id
UNION
SELECT a.organisation_id, b.organisation_id FROM avoided_claim a
    JOIN avoided_claim b ON b.id = a.supersedes_id WHERE a.organisation_id <> b.organisation_id
"""

CLAIMS_BY_ORGANISATION = """
SELECT organisation_id, count(*) FROM avoided_claim GROUP BY organisation_id ORDER BY 1
"""

# IS DISTINCT FROM also where a total lost its parts and the sums are to be blanked.
NOTE_PARTS = """
UPDATE avoided_claim c
SET parts_kg_co2e = s.parts, parts_difference_kg_co2e = s.difference
FROM unnest($1::bigint[], $2::numeric[], $3::numeric[]) AS s(id, parts, difference)
WHERE c.id = s.id
    AND (c.parts_kg_co2e, c.parts_difference_kg_co2e) IS DISTINCT FROM (s.parts, s.difference)
"""

BLANK_PARTS = """
UPDATE avoided_claim
SET parts_kg_co2e = NULL, parts_difference_kg_co2e = NULL
WHERE parts_kg_co2e IS NOT NULL AND organisation_id = ANY ($1) AND id <> ALL ($2)
"""

Progress = Callable[[int, int], None]


class Refreshed(NamedTuple):
    """How many standings a refresh took away and added."""

    removed: int
    added: int


async def refresh(organisations: Iterable[int] = (), *, today: date | None = None) -> Refreshed:
    """Recompute the standings of these organisations and of all that were marked as stale.

    Takes part in the caller's transaction, else opens its own. Holds a lock on the organisations
    concerned, so that two writers follow each other.
    """
    async with transaction() as client:
        return await _refresh(raw(client), set(organisations), today)


async def _refresh(connection: Connection, asked: set[int], today: date | None) -> Refreshed:
    await connection.execute("SELECT avoided_total_lock()")
    stale = await connection.fetch("SELECT id, organisation_id FROM avoided_stale")
    concerned = await _locked(connection, asked | {row[1] for row in stale})
    day = await day_of(connection, today or await _today(connection))
    control = await control_chains(connection)
    new, sums = await _compute(connection, concerned, control, day)
    refreshed = await _replace(connection, concerned, new)
    await _note_parts(connection, concerned, sums)
    await connection.execute(
        "DELETE FROM avoided_stale WHERE id = ANY ($1)", [row[0] for row in stale]
    )
    await connection.execute("SELECT avoided_total_state_renew($1)", day.today)
    return refreshed


async def _today(connection: Connection) -> date:
    today: date = await connection.fetchval("SELECT current_date")
    return today


async def _locked(connection: Connection, organisations: set[int]) -> list[int]:
    """The organisations with all that their standings depend on, locked in the order of ids."""
    locked: set[int] = set()
    concerned = await _reach(connection, organisations)
    while not concerned <= locked:
        await connection.execute(
            "SELECT 1 FROM organisation WHERE id = ANY ($1) ORDER BY id FOR NO KEY UPDATE",
            sorted(concerned),
        )
        locked |= concerned
        # While it waited, another writer may have linked one of them to more.
        concerned |= await _reach(connection, concerned)
    return sorted(locked)


async def _reach(connection: Connection, organisations: set[int]) -> set[int]:
    reached: set[int] = set()
    frontier = organisations
    while frontier:
        reached |= frontier
        rows = await connection.fetch(NEIGHBOURS, list(frontier))
        frontier = {row[0] for row in rows} - reached
    return reached


Row = tuple[Any, ...]


async def _compute(
    connection: Connection, organisations: Collection[int], control: ControlChains, day: Day
) -> tuple[list[Row], list[PartsSum]]:
    facts = await facts_of(connection, organisations)
    standings = resolve(facts, control, day.today, await covers_of(connection, organisations))
    return rows_of(standings, day), parts_sums(standings)


async def _replace(
    connection: Connection, organisations: Collection[int], new: list[Row]
) -> Refreshed:
    """Take away the rows that are no longer right and add those that are missing."""
    kept = await connection.fetch(
        f"SELECT id, {', '.join(COLUMNS)} FROM avoided_standing"  # noqa: S608  our own names
        " WHERE organisation_id = ANY ($1) ORDER BY id",
        list(organisations),
    )
    missing = Counter(_comparable(row) for row in new)
    wrong: list[int] = []
    for row in kept:
        key = _comparable(tuple(row)[1:])
        if missing[key] > 0:
            missing[key] -= 1
        else:
            wrong.append(row[0])
    if wrong:
        await connection.execute("DELETE FROM avoided_standing WHERE id = ANY ($1)", wrong)
    added = list(missing.elements())
    if added:
        await connection.copy_records_to_table("avoided_standing", records=added, columns=COLUMNS)
    return Refreshed(len(wrong), len(added))


def _comparable(row: Row) -> Row:
    return tuple(map(_hashable, row))


def _hashable(value: object) -> object:
    return tuple(cast("list[int]", value)) if isinstance(value, list) else value


async def _note_parts(
    connection: Connection, organisations: Collection[int], sums: list[PartsSum]
) -> None:
    """Write what the parts of each total add up to; this is no new statement of anyone."""
    await connection.execute("SET LOCAL consortium.deriving = 'on'")
    ids = [one.claim_id for one in sums]
    await connection.execute(BLANK_PARTS, list(organisations), ids)
    await connection.execute(
        NOTE_PARTS, ids, [one.parts for one in sums], [one.difference for one in sums]
    )
    await connection.execute("SET LOCAL consortium.deriving = 'off'")


async def rebuild_all(progress: Progress | None = None, *, today: date | None = None) -> int:
    """Recompute every standing and every sum from the claims; the number of standings.

    `progress` is called with the claims done and the claims in all.
    """
    async with transaction() as client:
        connection = raw(client)
        await connection.execute("SET LOCAL consortium.rebuilding = 'on'")
        await connection.execute("TRUNCATE avoided_standing, avoided_total, avoided_stale")
        day = await day_of(connection, today or await _today(connection))
        with _collector_paused():
            written = await _rebuild_standings(connection, day, progress)
        await _rebuild_totals(connection)
        await connection.execute("SELECT avoided_total_state_renew($1)", day.today)
        await connection.execute("SET LOCAL consortium.rebuilding = 'off'")
        return written


@contextmanager
def _collector_paused() -> Generator[None]:
    """No search for rings among millions of tuples that hold none: a third of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


async def _rebuild_standings(connection: Connection, day: Day, progress: Progress | None) -> int:
    sizes = {row[0]: row[1] for row in await connection.fetch(CLAIMS_BY_ORGANISATION)}
    control = await control_chains(connection)
    links = [(row[0], row[1]) for row in await connection.fetch(ALL_LINKS)]
    done = written = 0
    for batch in batches(sizes, links, BATCH_CLAIMS):
        rows, sums = await _compute(connection, batch, control, day)
        await connection.copy_records_to_table("avoided_standing", records=rows, columns=COLUMNS)
        await _note_parts(connection, batch, sums)
        written += len(rows)
        done += sum(sizes.get(organisation, 0) for organisation in batch)
        if progress is not None:
            progress(done, sum(sizes.values()))
    return written


async def _rebuild_totals(connection: Connection) -> None:
    names = await connection.fetchval(
        "SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute"
        " WHERE attrelid = 'avoided_total'::regclass AND attnum > 0 AND NOT attisdropped"
        " AND attname <> 'id'"
    )
    await connection.execute(
        f"INSERT INTO avoided_total ({names}) SELECT {names} FROM avoided_total_scan()"  # noqa: S608
    )


def batches(
    sizes: dict[int, int], links: Iterable[tuple[int, int]], limit: int
) -> Iterator[list[int]]:
    """Organisations in lots of about `limit` claims; linked ones are never parted."""
    leader = {organisation: organisation for organisation in sizes}

    def find(one: int) -> int:
        while leader.setdefault(one, one) != one:
            leader[one] = leader[leader[one]]
            one = leader[one]
        return one

    for one, other in links:
        leader[find(one)] = find(other)
    families: dict[int, list[int]] = {}
    for organisation in list(leader):
        families.setdefault(find(organisation), []).append(organisation)
    lot: list[int] = []
    for family in families.values():
        lot += family
        if sum(sizes.get(organisation, 0) for organisation in lot) >= limit:
            yield lot
            lot = []
    if lot:
        yield lot


async def advance(*, today: date | None = None) -> bool:
    """Bring the sums to a new day, if a membership, a group or a publication changed meanwhile.

    Cheap when nothing did; returns whether anything was recomputed.
    """
    async with transaction() as client:
        connection = raw(client)
        day = today or await _today(connection)
        due = await connection.fetchval(
            "SELECT count(*) FROM avoided_total_state WHERE valid_until <= $1 OR valid_from > $1",
            day,
        )
        if not due:
            return False
        # A group can change without a write, on the day when a dated control begins or ends.
        children = await connection.fetch("SELECT DISTINCT child_id FROM parentage")
        await _refresh(connection, {row[0] for row in children}, day)
        await connection.execute("SELECT avoided_recount(NULL, $1)", day)
        return True
