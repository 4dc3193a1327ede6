"""The checks of `consortium doctor`."""

from dataclasses import dataclass

from consortium.cli.opening import Address
from consortium.settings import Settings
from consortium.storage.connections import Connection
from consortium.storage.contact import connected, known_migrations, pending_migrations
from consortium.storage.drift import catalogue_drift
from consortium.storage.errors import StorageError
from consortium.storage.rights import role_of, trail_guard
from consortium.storage.trail import trail_faults

OTHERS_MAY = 0o077


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    well: bool
    what: str


async def examine(settings: Settings, address: Address) -> list[Finding]:
    """Look at everything; a check that cannot run because of an earlier one is left out."""
    findings = [Finding(well=True, what="the settings can be used")]
    if address.embedded:
        findings.append(_data_dir(settings))
    async with connected(address.direct_dsn) as connection:
        version = await connection.fetchval("SHOW server_version")
        findings.append(Finding(well=True, what=f"PostgreSQL {version}"))
        tables = await _tables(connection)
        findings.append(tables)
        if tables.well:
            findings.append(await _catalogue(connection))
            findings += await _trail(connection, await role_of(address.dsn))
    if tables.well:
        findings += [
            await _totals(address),
            await _assessed_totals(address),
            await _profile(address),
            await _effects(address),
            await _pledges(address),
            await _search(address),
        ]
    return findings


def _data_dir(settings: Settings) -> Finding:
    cluster = settings.data_dir / "home" / "postgres"
    if not cluster.exists():
        cluster = settings.data_dir / "postgres"
    mode = cluster.stat().st_mode & 0o777
    well = not mode & OTHERS_MAY
    return Finding(
        well, f"{cluster} is {'closed to' if well else 'open to'} other users ({mode:o})"
    )


async def _tables(connection: Connection) -> Finding:
    try:
        pending = await pending_migrations(connection)
    except StorageError as error:
        return Finding(well=False, what=str(error))
    if pending:
        return Finding(well=False, what=f"migrations to apply: {', '.join(pending)}")
    return Finding(well=True, what=f"all {len(known_migrations())} migrations are applied")


async def _catalogue(connection: Connection) -> Finding:
    differences = await catalogue_drift(connection)
    if differences:
        return Finding(well=False, what="; ".join(differences))
    return Finding(well=True, what="tables, keys and constraints are as the program expects")


async def _trail(connection: Connection, role: str) -> list[Finding]:
    faults = await trail_faults(connection)
    guard = Finding(*await trail_guard(connection, role))
    if faults:
        return [Finding(well=False, what="; ".join(faults)), guard]
    return [Finding(well=True, what="every change of the record enters the audit trail"), guard]


async def _totals(address: Address) -> Finding:
    from consortium.avoided.actions import check_totals
    from consortium.storage.database import Database

    async with Database.open(address.dsn, max_size=2):
        differences = await check_totals()
    if differences:
        return Finding(well=False, what=f"{len(differences)} totals differ: {differences[0]}")
    return Finding(well=True, what="the totals are what a recount gives")


async def _assessed_totals(address: Address) -> Finding:
    from consortium.assessment.actions import check_assessed_totals
    from consortium.storage.database import Database

    async with Database.open(address.dsn, max_size=2):
        differences = await check_assessed_totals()
    if differences:
        what = f"totals of assessed claims differ: {differences[0]}"
        return Finding(well=False, what=what)
    return Finding(well=True, what="the totals of assessed claims are what a recount gives")


async def _profile(address: Address) -> Finding:
    from consortium.membership.actions import check_profile
    from consortium.storage.database import Database

    async with Database.open(address.dsn, max_size=2):
        differences = await check_profile()
    if differences:
        return Finding(well=False, what=f"sums of the profile differ: {differences[0]}")
    return Finding(well=True, what="the profile's sums are what a recount gives")


async def _effects(address: Address) -> Finding:
    from consortium.effects.actions.checking import check_effects
    from consortium.storage.database import Database

    async with Database.open(address.dsn, max_size=2):
        differences = await check_effects()
    if differences:
        return Finding(well=False, what=f"effects differ: {'; '.join(differences)}")
    return Finding(well=True, what="effects are what their comparisons and units give")


async def _pledges(address: Address) -> Finding:
    from consortium.progress.actions.checking import check_pledges
    from consortium.storage.database import Database

    async with Database.open(address.dsn, max_size=2):
        differences = await check_pledges()
    if differences:
        return Finding(well=False, what=f"pledges differ: {'; '.join(differences)}")
    return Finding(well=True, what="disclosed targets are pledges as their claims say")


async def _search(address: Address) -> Finding:
    from consortium.organisations.actions import check_beginnings
    from consortium.storage.database import Database

    async with Database.open(address.dsn, max_size=2):
        names = await check_beginnings()
    if names:
        return Finding(well=False, what=f"organisations are not found by their words: {names[0]}")
    return Finding(well=True, what="organisations are found by their words")
