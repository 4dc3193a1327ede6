"""Record a system of activities that a file states in a draft version: whole, or nothing of it."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from typing import Final, NamedTuple

from consortium.audit.actions import audited
from consortium.evidence.actions import Citations
from consortium.kernel.errors import DomainError, NotFound, PermissionDenied, check_seen
from consortium.kernel.principal import Permission, Principal
from consortium.organisations.actions.names import Names
from consortium.storage.raw import Connection
from consortium.value_chains.rules.checking import Known, checked
from consortium.value_chains.rules.stated import CheckedSystem, Cited, Faults, StatedSystem
from consortium.value_chains.rules.versions import check_draft
from consortium.value_chains.rules.vocabulary import ChainVersionStatus

# Rows that are sent at once.
BATCH: Final = 50_000

# Held until the end: nothing else is added to the version, and it is not published.
FOUND = """
SELECT organisation_id, value_chain_id, status, version FROM chain_version
WHERE id = $1 FOR UPDATE
"""
FILLED = "SELECT EXISTS (SELECT FROM activity WHERE chain_version_id = $1)"
CLEAR = (
    "DELETE FROM activity_exchange WHERE chain_version_id = $1",
    "DELETE FROM activity_emission WHERE chain_version_id = $1",
    "DELETE FROM activity WHERE chain_version_id = $1",
)
STAGES = "SELECT name_key, id FROM value_chain_stage WHERE value_chain_id = $1"
IDS = """
SELECT array_agg(nextval(pg_get_serial_sequence('activity', 'id')))
FROM generate_series(1, $1::bigint)
"""
CHANGED = "UPDATE chain_version SET version = version + 1 WHERE id = $1"

_ACTIVITY = (
    "id",
    "chain_version_id",
    "code",
    "process",
    "name",
    "product",
    "unit",
    "output",
    "share",
    "organisation_id",
    "stage_id",
    "geography",
    "period_start",
    "period_end",
    "citation_id",
)
_EXCHANGE = (
    "chain_version_id",
    "consumer_id",
    "supplier_id",
    "amount",
    "stated_amount",
    "stated_unit",
    "uncertainty",
    "error_source",
    "citation_id",
)
_EMISSION = (
    "chain_version_id",
    "activity_id",
    "gas",
    "mass_kg",
    "uncertainty",
    "error_source",
)
Progress = Callable[[int, int], None]
Values = tuple[object, ...]


class ChainVersionFilled(DomainError):
    """The draft has activities already: say that they are to be replaced, or take another draft."""

    code = "CHAIN_VERSION_FILLED"


class FillVersion(NamedTuple):
    """The draft that is filled, as the caller saw it; `note` says which file it was.

    With `replaces` what the draft holds is removed first.
    """

    chain_version: int
    version: int
    note: str
    replaces: bool = False


class Filled(NamedTuple):
    """What was recorded, or what is wrong: then nothing was."""

    activities: int
    exchanges: int
    emissions: int
    faults: Faults


def _silent(done: int, total: int) -> None:
    del done, total


async def fill_version(
    by: Principal, command: FillVersion, stated: StatedSystem, progress: Progress = _silent
) -> Filled:
    """Check a stated system and record it in a draft, in the order of the file.

    Raises:
        NotFound: there is no such version of the caller's organisation.
        PermissionDenied: the caller enters no figures.
        ChangedMeanwhile, ChainVersionPublished, ChainVersionFilled: as they say.
    """
    check_filler(by)
    try:
        async with audited(
            by, "chain-version:fill", organisation_id=by.organisation_id, note=command.note
        ) as open_:
            known = await _opened(open_, by, command)
            system, faults = await asyncio.to_thread(checked, stated, known)
            if system is None:
                raise _Faulty(faults)  # noqa: TRY301  the transaction must see it
            await _replaced(open_, command, system, progress)
    except _Faulty as error:
        return Filled(0, 0, 0, error.faults)
    counts = (len(system.activities), len(system.exchanges), len(system.emissions))
    return Filled(*counts, faults)


class _Faulty(Exception):
    """Ends the transaction, of which nothing is kept."""

    def __init__(self, faults: Faults) -> None:
        self.faults = faults


async def _replaced(
    open_: Connection, command: FillVersion, system: CheckedSystem, progress: Progress
) -> None:
    key = command.chain_version
    for statement in CLEAR if command.replaces else ():
        await open_.execute(statement, key)
    await _load(open_, key, system, progress)
    await open_.execute(CHANGED, key)


def check_filler(by: Principal) -> None:
    """Refuse who enters no figures for an organisation, before a file is read: PermissionDenied."""
    writes = by.rights.has_organisation and by.may(Permission.FIGURES_WRITE)
    if by.organisation_id is None or not writes:
        raise PermissionDenied


async def _opened(open_: Connection, by: Principal, command: FillVersion) -> Known:
    """Lock the version, which must be a draft as the caller saw it; what its file may name."""
    row = await open_.fetchrow(FOUND, command.chain_version)
    if row is None or row["organisation_id"] != by.organisation_id:
        raise NotFound
    check_seen(command.version, row["version"])
    check_draft(ChainVersionStatus(row["status"]))
    if not command.replaces and await open_.fetchval(FILLED, command.chain_version):
        raise ChainVersionFilled
    names = await Names.load(open_)
    stages = await open_.fetch(STAGES, row["value_chain_id"])
    return Known(names.find, {one["name_key"]: one["id"] for one in stages})


async def _load(open_: Connection, key: int, system: CheckedSystem, progress: Progress) -> None:
    citations = await _citations(open_, system)
    ids: list[int] = await open_.fetchval(IDS, len(system.activities))
    done = 0

    async def copied(
        table: str, columns: Sequence[str], rows: Iterable[Values], count: int
    ) -> None:
        nonlocal done
        held = iter(rows)
        for start in range(0, count, BATCH):
            size = min(BATCH, count - start)
            batch = [next(held) for _ in range(size)]
            await open_.copy_records_to_table(table, columns=columns, records=batch)
            done += size
            progress(done, system.rows)

    made = (
        (own, key, *one[:-1], citations[one.source])
        for own, one in zip(ids, system.activities, strict=True)
    )
    await copied("activity", _ACTIVITY, made, len(system.activities))
    taken = (
        (key, ids[one.consumer], ids[one.supplier], *one[2:-1], citations[one.source])
        for one in system.exchanges
    )
    await copied("activity_exchange", _EXCHANGE, taken, len(system.exchanges))
    emitted = ((key, ids[one.activity], *one[1:]) for one in system.emissions)
    await copied("activity_emission", _EMISSION, emitted, len(system.emissions))


async def _citations(open_: Connection, system: CheckedSystem) -> dict[Cited, int | None]:
    """Each source, recorded once."""
    cited = dict.fromkeys(one.source for one in system.activities)
    cited |= dict.fromkeys(one.source for one in system.exchanges)
    citations = Citations(open_)
    return {one: await citations.of(one.url, one.title) for one in cited}
