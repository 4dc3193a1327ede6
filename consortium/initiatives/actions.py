"""Record shared initiatives, who takes part, what they aim at and where they act."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Literal, NamedTuple

from consortium.initiatives.rules import InitiativeRole
from consortium.kernel.text import name_key, search_words
from consortium.storage.raw import Connection


class InitiativeFacts(NamedTuple):
    """An initiative as published."""

    name: str
    convenor: str | None = None
    start_year: int | None = None
    description: str = ""
    facts: str = ""
    participants_as_published: str = ""
    participants_as_of: str = ""
    citation_id: int | None = None


class ParticipantFacts(NamedTuple):
    """A participant; the organisation is None when the name matches none."""

    name: str
    role: InitiativeRole
    organisation_id: int | None
    as_of: str = ""


class TargetFacts(NamedTuple):
    """What an initiative wants to reach; the mass in kg CO2e where one is stated."""

    description: str
    target_year: int | None = None
    quantity_kg_co2e: Decimal | None = None
    citation_id: int | None = None


GIVEN = InitiativeFacts._fields
SELECT = f"SELECT id, {', '.join(GIVEN)} FROM initiative WHERE name_key = $1 FOR UPDATE"  # noqa: S608
INSERT = (
    f"INSERT INTO initiative ({', '.join(GIVEN)}, name_key, search_text)"  # noqa: S608
    f" VALUES ({', '.join(f'${n}' for n in range(1, len(GIVEN) + 3))}) RETURNING id"
)
UPDATE = (
    f"UPDATE initiative SET {', '.join(f'{name} = ${n}' for n, name in enumerate(GIVEN, 2))},"  # noqa: S608
    f" search_text = ${len(GIVEN) + 2} WHERE id = $1"
)
PARTICIPANTS = """
SELECT name, role, organisation_id, as_of FROM initiative_participant WHERE initiative_id = $1
"""
REMOVE_PARTICIPANT = """
DELETE FROM initiative_participant WHERE initiative_id = $1 AND name = $2 AND role = $3
"""
ADD_PARTICIPANT = """
INSERT INTO initiative_participant (initiative_id, name, name_key, role, organisation_id, as_of)
VALUES ($1, $2, $3, $4, $5, $6)
"""
TARGET = """
INSERT INTO initiative_target
    (initiative_id, description, target_year, quantity_kg_co2e, citation_id)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (initiative_id, description) DO UPDATE
SET target_year = excluded.target_year, quantity_kg_co2e = excluded.quantity_kg_co2e,
    citation_id = excluded.citation_id
WHERE (initiative_target.target_year, initiative_target.quantity_kg_co2e,
        initiative_target.citation_id)
    IS DISTINCT FROM (excluded.target_year, excluded.quantity_kg_co2e, excluded.citation_id)
RETURNING xmax = 0
"""
LINK = """
INSERT INTO value_chain_initiative (value_chain_id, initiative_id, stage_id, note)
VALUES ($1, $2, $3, $4)
ON CONFLICT ON CONSTRAINT value_chain_initiative_key DO UPDATE SET note = excluded.note
WHERE value_chain_initiative.note <> excluded.note
RETURNING xmax = 0
"""

Recorded = Literal["created", "updated", "unchanged"]


async def record_initiative(
    connection: Connection, facts: InitiativeFacts, participants: Sequence[ParticipantFacts]
) -> Recorded:
    """Add an initiative with its participants, or bring the one of this name up to date."""
    kept = await connection.fetchrow(SELECT, name_key(facts.name))
    words = search_words(" ".join([facts.name, facts.convenor or "", facts.description]))
    if kept is None:
        initiative_id = await connection.fetchval(INSERT, *facts, name_key(facts.name), words)
        await _record_participants(connection, initiative_id, participants)
        return "created"
    changed = tuple(kept)[1:] != facts
    if changed:
        await connection.execute(UPDATE, kept["id"], *facts, words)
    changed |= await _record_participants(connection, kept["id"], participants)
    return "updated" if changed else "unchanged"


async def _record_participants(
    connection: Connection, initiative_id: int, participants: Sequence[ParticipantFacts]
) -> bool:
    rows = await connection.fetch(PARTICIPANTS, initiative_id)
    kept = {ParticipantFacts(r[0], InitiativeRole(r[1]), r[2], r[3]) for r in rows}
    wanted = set(participants)
    for one in kept - wanted:
        await connection.execute(REMOVE_PARTICIPANT, initiative_id, one.name, one.role.value)
    added = [one for one in participants if one not in kept]
    await connection.executemany(
        ADD_PARTICIPANT,
        [
            (initiative_id, p.name, name_key(p.name), p.role.value, p.organisation_id, p.as_of)
            for p in added
        ],
    )
    return kept != wanted


async def record_target(
    connection: Connection, initiative_id: int, target: TargetFacts
) -> Recorded:
    """Add a target, or correct the one with this description."""
    return _recorded(await connection.fetchval(TARGET, initiative_id, *target))


async def link_value_chain(
    connection: Connection,
    initiative_id: int,
    value_chain_id: int,
    stage_id: int | None,
    note: str = "",
) -> Recorded:
    """Say that an initiative acts on a chain, or on one of its stages."""
    return _recorded(await connection.fetchval(LINK, value_chain_id, initiative_id, stage_id, note))


def _recorded(inserted: bool | None) -> Recorded:
    if inserted is None:
        return "unchanged"
    return "created" if inserted else "updated"
