"""Record footprints that a file states as PACT's documents: all of them, or none."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final, NamedTuple

from consortium.audit.actions import audited
from consortium.exchange.actions.taking import Faulty, judged, same_but_for_status
from consortium.exchange.rules.wire import given_id
from consortium.footprints.actions.common import entering
from consortium.footprints.actions.recording import Record, facts_kept, record
from consortium.footprints.rules.facts import FootprintFacts
from consortium.footprints.rules.vocabulary import FootprintOrigin
from consortium.kernel.errors import BadInput
from consortium.kernel.principal import Principal
from consortium.storage.raw import Connection

FOOTPRINTS_MAX: Final = 10_000
# Faulty footprints that are told one by one.
TOLD_MAX: Final = 1_000

_KNOWN = "SELECT id FROM footprint WHERE organisation_id = $1 AND pact_id = $2"


class FootprintsFileEmpty(BadInput):
    """A file of footprints has 1 to 10 000 of them, as PACT's JSON."""

    code = "FOOTPRINTS_FILE_EMPTY"


class ImportFootprints(NamedTuple):
    """Documents, in the order of the file; `note` says which file it was."""

    documents: Sequence[Any]
    note: str


class ImportedFootprints(NamedTuple):
    """How many are new, how many were here with the same words, and what is wrong.

    Where anything is, nothing was recorded.
    """

    recorded: int
    known: int
    faulty: list[Faulty]


class _Faulty(Exception):
    """Ends the transaction, of which nothing is kept."""


async def import_footprints(
    by: Principal, command: ImportFootprints, today: date
) -> ImportedFootprints:
    """Record footprints for the caller's organisation, seen by it alone.

    Raises:
        PermissionDenied: the caller enters no figures.
        FootprintsFileEmpty: there are none, or too many.
    """
    owner = entering(by)
    if not 1 <= len(command.documents) <= FOOTPRINTS_MAX:
        raise FootprintsFileEmpty
    faulty: list[Faulty] = []
    recorded = 0
    try:
        async with audited(
            by, "footprint:import", organisation_id=owner, note=command.note
        ) as open_:
            for place, document in enumerate(command.documents):
                facts, wrong = judged(document)
                if facts is not None and not wrong:
                    new, wrong = await _kept(open_, owner, facts, today)
                    recorded += new
                if wrong:
                    faulty.append(Faulty(place, given_id(document), wrong))
            if faulty:
                raise _Faulty  # noqa: TRY301  the transaction must see it
    except _Faulty:
        return ImportedFootprints(0, 0, faulty)
    return ImportedFootprints(recorded, len(command.documents) - recorded, [])


async def _kept(
    connection: Connection, owner: int, facts: FootprintFacts, today: date
) -> tuple[bool, list[tuple[str, str]]]:
    """Whether it is new, and why it cannot be recorded."""
    known = await connection.fetchval(_KNOWN, owner, facts.id)
    if known is None:
        of = Record(organisation_id=owner, origin=FootprintOrigin.IMPORTED)
        await record(connection, facts, of, today)
        return True, []
    if same_but_for_status(await facts_kept(connection, known), facts):
        return False, []
    why = "Your organisation has a footprint of this `id` that says something else."
    return False, [("id", why)]
