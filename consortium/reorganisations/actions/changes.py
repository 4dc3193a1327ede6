"""An organisation is renamed, moves or changes its sector; or what is on record was wrong."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, NamedTuple

from consortium.audit.actions import audited
from consortium.avoided.actions import refresh
from consortium.kernel.principal import Principal
from consortium.kernel.text import name_key, search_words
from consortium.reorganisations.actions.checks import check_name, cited, opened
from consortium.reorganisations.rules.histories import Era, NothingChanges, Trait, Traits, changed
from consortium.reorganisations.rules.successions import check_come
from consortium.storage.raw import Connection

PAST = """
SELECT id, starts_on, ends_on, name, country, sector FROM organisation_period
WHERE organisation_id = $1 ORDER BY ends_on
"""
NOW = "SELECT name, country, sector FROM organisation WHERE id = $1"
REWRITE_PERIOD = """
UPDATE organisation_period SET ends_on = $2, name = $3, country = $4, sector = $5 WHERE id = $1
"""
ADD_PERIOD = """
INSERT INTO organisation_period (organisation_id, starts_on, ends_on, name, country, sector)
VALUES ($1, $2, $3, $4, $5, $6)
"""
CITE = """
UPDATE organisation_period SET citation_id = $3 WHERE organisation_id = $1 AND ends_on = $2
"""
WRITE = """
UPDATE organisation SET name = $2, name_key = $3, country = $4, sector = $5, search_text = $6
WHERE id = $1
"""
NOTE = "UPDATE organisation SET notes = $2 WHERE id = $1"
ALIASES = "SELECT name FROM organisation_alias WHERE organisation_id = $1 ORDER BY id"
# The name is its own again.
DROP_ALIAS = "DELETE FROM organisation_alias WHERE organisation_id = $1 AND name_key = $2"
ADD_ALIAS = """
INSERT INTO organisation_alias (organisation_id, name, name_key) VALUES ($1, $2, $3)
ON CONFLICT (name_key) DO NOTHING
"""
_DAY = timedelta(days=1)


class RenameOrganisation(NamedTuple):
    """Another name from a day on."""

    organisation: int
    name: str
    effective_on: date
    source_url: str = ""
    source_title: str = ""


class MoveOrganisation(NamedTuple):
    """Headquarters in another country from a day on."""

    organisation: int
    country: str
    effective_on: date
    source_url: str = ""
    source_title: str = ""


class ReclassifyOrganisation(NamedTuple):
    """Another sector from a day on."""

    organisation: int
    sector: str
    effective_on: date
    source_url: str = ""
    source_title: str = ""


class CorrectOrganisation(NamedTuple):
    """What was recorded wrongly, as it should have been; what is not given stays."""

    organisation: int
    name: str | None = None
    country: str | None = None
    sector: str | None = None
    notes: str | None = None


class _Change(NamedTuple):
    organisation: int
    trait: Trait
    value: str
    effective_on: date
    source_url: str
    source_title: str


async def rename_organisation(by: Principal, command: RenameOrganisation, today: date) -> int:
    """Give another name; the old one still finds it. Returns the organisation's id.

    Raises:
        NotFound, PermissionDenied, AlreadyMerged: as `consortium.reorganisations.actions.checks`.
        NameInvalid, NameTaken, AliasTaken: the name cannot be its name.
        DateNotYetCome, NothingChanges, ChangedLater: as they say.
    """
    name = " ".join(command.name.split())
    change = _Change(command.organisation, "name", name, *command[2:])
    return await _change(by, "organisation:rename", change, today)


async def move_organisation(by: Principal, command: MoveOrganisation, today: date) -> int:
    """Note that it moved; raises as `rename_organisation`, names aside."""
    change = _Change(command.organisation, "country", command.country, *command[2:])
    return await _change(by, "organisation:move", change, today)


async def reclassify_organisation(
    by: Principal, command: ReclassifyOrganisation, today: date
) -> int:
    """Note that it is in another sector; raises as `rename_organisation`, names aside."""
    sector = " ".join(command.sector.split())
    change = _Change(command.organisation, "sector", sector, *command[2:])
    return await _change(by, "organisation:reclassify", change, today)


async def correct_organisation(by: Principal, command: CorrectOrganisation, today: date) -> int:
    """Put right what the record says of today; what it says of other days stays.

    Raises as `rename_organisation`.
    """
    organisation = command.organisation
    async with audited(by, "organisation:correct", organisation_id=organisation) as open_:
        await opened(open_, by, today, organisation)
        [(name, country, sector)] = await open_.fetch(NOW, organisation)
        given = {key: value for key in Traits._fields if (value := getattr(command, key))}
        if "name" in given:
            given["name"] = " ".join(given["name"].split())
        corrected = Traits(name, country, sector)._replace(**given)
        if corrected == Traits(name, country, sector) and command.notes is None:
            raise NothingChanges
        if corrected.name != name:
            await check_name(open_, corrected.name, organisation)
            await open_.execute(DROP_ALIAS, organisation, name_key(corrected.name))
        await _write(open_, organisation, corrected)
        if command.notes is not None:
            await open_.execute(NOTE, organisation, command.notes)
        await refresh(today=today)
    return organisation


async def _change(by: Principal, action: str, change: _Change, today: date) -> int:
    organisation, trait, value, day, *source = change
    async with audited(by, action, organisation_id=organisation) as open_:
        await opened(open_, by, today, organisation)
        check_come(day, today, "effectiveOn")
        past = await open_.fetch(PAST, organisation)
        [now] = await open_.fetch(NOW, organisation)
        eras = [Era(row["starts_on"], Traits(*tuple(row)[3:])) for row in past]
        since = past[-1]["ends_on"] + _DAY if past else None
        eras.append(Era(since, Traits(*now)))
        if trait == "name":
            await check_name(open_, value, organisation)
        after = changed(eras, trait, value, day)
        await _rewrite(open_, organisation, past, after)
        citation = await cited(open_, *source)
        if citation is not None:
            await open_.execute(CITE, organisation, day - _DAY, citation)
        if trait == "name":
            await open_.execute(DROP_ALIAS, organisation, name_key(value))
            await open_.execute(ADD_ALIAS, organisation, now["name"], name_key(now["name"]))
        await _write(open_, organisation, after[-1].traits)
        await refresh(today=today)
    return organisation


async def _rewrite(
    connection: Connection, organisation: int, past: Sequence[Any], after: Sequence[Era]
) -> None:
    """Bring the rows of the past up to the eras: an era is cut in two, never taken away."""
    known = {row["starts_on"]: row["id"] for row in past}
    periods = [
        (era.starts_on, then.starts_on - _DAY, *era.traits)
        for era, then in pairwise(after)
        if then.starts_on is not None
    ]
    for starts_on, *columns in periods:
        if starts_on in known:
            await connection.execute(REWRITE_PERIOD, known[starts_on], *columns)
    for period in periods:
        if period[0] not in known:
            await connection.execute(ADD_PERIOD, organisation, *period)


async def _write(connection: Connection, organisation: int, traits: Traits) -> None:
    """What it is now, with the words by which it is found: its name and all others."""
    aliases = [row[0] for row in await connection.fetch(ALIASES, organisation)]
    words = search_words(" ".join([traits.name, *aliases]))
    about = (traits.name, name_key(traits.name), traits.country, traits.sector, words)
    await connection.execute(WRITE, organisation, *about)
