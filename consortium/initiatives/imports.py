"""Shared initiatives, their targets, and the chains that they act on, from files."""

from consortium.documents.csv import Columns, Table
from consortium.documents.imports import Importer, Progress, Report, Row
from consortium.evidence.actions import Citations
from consortium.initiatives.actions import (
    InitiativeFacts,
    ParticipantFacts,
    TargetFacts,
    link_value_chain,
    record_initiative,
    record_target,
)
from consortium.initiatives.rules import (
    InitiativeRole,
    NamedParticipant,
    parse_convenors,
    parse_participants,
)
from consortium.kernel.text import name_key
from consortium.organisations.actions.names import Names
from consortium.storage.raw import Connection

INITIATIVES = Columns(
    ("initiative",),
    (
        "convenor",
        "start_year",
        "description",
        "participants_named",
        "participants_as_of",
        "quantitative_facts",
        "source_url",
        "source_title",
    ),
)
TARGETS = Columns(
    ("initiative", "description"),
    ("target_year", "quantity_tco2e", "source_url", "source_title"),
)
LINKS = Columns(("chain", "initiative"), ("stage", "note"))

FIND_STAGE = """
SELECT c.id, s.id FROM value_chain c
LEFT JOIN value_chain_stage s ON s.value_chain_id = c.id AND s.name = $2
WHERE c.name_key = $1
"""


async def load(connection: Connection, table: Table, report: Report, progress: Progress) -> None:
    """Load initiatives; participants that no name matches are kept as text, and told."""
    names, citations = await Names.load(connection), Citations(connection)
    lines: dict[str, int] = {}
    for done, record in enumerate(table.records, 1):
        row = Row(record, report)
        name = row.name("initiative")
        first = lines.setdefault(name_key(name), row.line)
        if first != row.line:
            row.reject("initiative", f"the same initiative as on line {first}")
        facts = InitiativeFacts(
            name=name,
            convenor=row.name("convenor", required=False) or None,
            start_year=row.year("start_year"),
            description=row.text("description"),
            facts=row.text("quantitative_facts"),
            participants_as_published=row.text("participants_named"),
            participants_as_of=row.text("participants_as_of"),
        )
        url, title = row.text("source_url"), row.text("source_title")
        if row.rejected:
            continue
        facts = facts._replace(citation_id=await citations.of(url, title))
        participants = _participants(names, facts, report)
        report.count(await record_initiative(connection, facts, participants))
        progress(done, len(table.records))


def _participants(names: Names, facts: InitiativeFacts, report: Report) -> list[ParticipantFacts]:
    listed = parse_participants(facts.participants_as_published)
    for piece in listed.unnamed:
        report.note(f"{facts.name}: {piece!r} names no participant")
    answer: list[ParticipantFacts] = []
    for one in listed.participants:
        found = _find(names, one)
        if found is None:
            report.note(f"{facts.name}: no organisation is called {one.name!r}, kept as text")
        answer.append(ParticipantFacts(one.name, one.role, found, facts.participants_as_of))
    for convenor in parse_convenors(facts.convenor or ""):
        found = names.find(convenor)
        if found is not None:
            answer.append(ParticipantFacts(convenor, InitiativeRole.CONVENOR, found))
    return answer


def _find(names: Names, participant: NamedParticipant) -> int | None:
    return names.exact(participant.name) if participant.exact else names.find(participant.name)


async def load_targets(
    connection: Connection, table: Table, report: Report, progress: Progress
) -> None:
    """Load targets of initiatives that are recorded."""
    known = await _initiatives(connection)
    citations = Citations(connection)
    for done, record in enumerate(table.records, 1):
        row = Row(record, report)
        initiative_id = _known(row, known)
        target = TargetFacts(
            row.text("description", required=True),
            row.year("target_year"),
            row.tonnes_as_kg("quantity_tco2e"),
        )
        url, title = row.text("source_url"), row.text("source_title")
        if row.rejected or initiative_id is None:
            continue
        target = target._replace(citation_id=await citations.of(url, title))
        report.count(await record_target(connection, initiative_id, target))
        progress(done, len(table.records))


async def load_links(
    connection: Connection, table: Table, report: Report, progress: Progress
) -> None:
    """Load which initiatives act on which chains, or on which of their stages."""
    known = await _initiatives(connection)
    for done, record in enumerate(table.records, 1):
        row = Row(record, report)
        initiative_id = _known(row, known)
        chain, stage = row.name("chain"), row.name("stage", required=False)
        note = row.text("note")
        found = await connection.fetchrow(FIND_STAGE, name_key(chain), stage)
        if found is None:
            row.reject("chain", f"no value chain is called {chain!r}")
        elif stage and found[1] is None:
            row.reject("stage", f"{chain} has no stage {stage!r}")
        if row.rejected or initiative_id is None or found is None:
            continue
        report.count(await link_value_chain(connection, initiative_id, found[0], found[1], note))
        progress(done, len(table.records))


async def _initiatives(connection: Connection) -> dict[str, int]:
    rows = await connection.fetch("SELECT name_key, id FROM initiative")
    return {row[0]: row[1] for row in rows}


def _known(row: Row, initiatives: dict[str, int]) -> int | None:
    name = row.name("initiative")
    found = initiatives.get(name_key(name))
    if name and found is None:
        row.reject("initiative", f"no initiative is called {name!r}")
    return found


IMPORTERS = (
    Importer("initiatives", INITIATIVES, load),
    Importer("initiative-targets", TARGETS, load_targets),
    Importer("value-chain-initiatives", LINKS, load_links),
)
