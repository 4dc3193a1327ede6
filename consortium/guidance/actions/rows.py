"""Rows of a version: found and locked, its gates read and written."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from consortium.guidance.reads import VERSIONS
from consortium.guidance.rules import (
    Criterion,
    Evidence,
    EvidenceKind,
    Gate,
    GuidanceStatus,
    Head,
    check_draft,
)
from consortium.kernel.errors import PermissionDenied, check_seen
from consortium.kernel.principal import Permission, Principal
from consortium.query.visible import require_visible
from consortium.storage.raw import Connection

LOCKED = """
SELECT id, status, version, reference, title, publisher, edition, issued_on, replaces_id,
    citation_id
FROM guidance_version WHERE id = $1 FOR NO KEY UPDATE
"""
INSERT = """
INSERT INTO guidance_version
    (reference, title, publisher, edition, issued_on, replaces_id, citation_id)
VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id
"""
UPDATE = """
UPDATE guidance_version SET reference = $2, title = $3, publisher = $4, edition = $5,
    issued_on = $6, replaces_id = $7, citation_id = $8, version = version + 1
WHERE id = $1
"""
# A criterion without evidence is one row, a gate without criteria as well.
GATES = """
SELECT g.key, g.title, g.passes_when, g.valid_months, c.key, c.text, c.required,
    e.kind, e.must_hold, e.required
FROM guidance_gate g
LEFT JOIN guidance_criterion c ON c.gate_id = g.id
LEFT JOIN guidance_evidence e ON e.criterion_id = c.id
WHERE g.guidance_version_id = $1
ORDER BY g.position, c.position, e.position
"""
ADD_GATE = """
INSERT INTO guidance_gate (guidance_version_id, position, key, title, passes_when, valid_months)
VALUES ($1, $2, $3, $4, $5, $6) RETURNING id
"""
CHANGE_GATE = """
UPDATE guidance_gate SET title = $3, passes_when = $4, valid_months = $5
WHERE guidance_version_id = $1 AND key = $2 RETURNING id
"""
ADD_CRITERION = """
INSERT INTO guidance_criterion (gate_id, position, key, text, required)
VALUES ($1, $2, $3, $4, $5) RETURNING id
"""
ADD_EVIDENCE = """
INSERT INTO guidance_evidence (criterion_id, position, kind, must_hold, required)
VALUES ($1, $2, $3, $4, $5)
"""
CLEAR_EVIDENCE = """
DELETE FROM guidance_evidence e USING guidance_criterion c, guidance_gate g
WHERE e.criterion_id = c.id AND c.gate_id = g.id AND g.guidance_version_id = $1 AND g.key = $2
"""
CLEAR_CRITERIA = """
DELETE FROM guidance_criterion c USING guidance_gate g
WHERE c.gate_id = g.id AND g.guidance_version_id = $1 AND g.key = $2
"""
CLEAR_GATE = "DELETE FROM guidance_gate WHERE guidance_version_id = $1 AND key = $2"
ARRANGE = """
UPDATE guidance_gate g SET position = told.position
FROM unnest($2::text[]) WITH ORDINALITY AS told(key, position)
WHERE g.guidance_version_id = $1 AND g.key = told.key AND g.position <> told.position
"""
TOUCH = "UPDATE guidance_version SET version = version + 1 WHERE id = $1"


class Locked(NamedTuple):
    """A version that nobody else changes until this transaction ends."""

    id: int
    status: GuidanceStatus
    version: int
    head: Head
    replaces: int | None
    citation: int | None


def require_management(by: Principal) -> None:
    """Refuse whoever manages no guidance. Raises PermissionDenied."""
    if not by.may(Permission.GUIDANCE_MANAGE):
        raise PermissionDenied


async def locked(connection: Connection, key: int) -> Locked:
    """A version that there is, locked."""
    row = await connection.fetchrow(LOCKED, key)
    assert row is not None  # noqa: S101  a version is never deleted
    id_, status, version, *head, replaces, citation = tuple(row)
    return Locked(id_, GuidanceStatus(status), version, Head(*head), replaces, citation)


async def managed(
    connection: Connection, key: int, version: int, by: Principal, today: date
) -> Locked:
    """A version as the caller saw it, who may manage it; locked.

    Raises NotFound, PermissionDenied and ChangedMeanwhile.
    """
    await require_visible(connection, VERSIONS, key, by, today)
    require_management(by)
    found = await locked(connection, key)
    check_seen(version, found.version, "version")
    return found


async def draft(
    connection: Connection, key: int, version: int, by: Principal, today: date
) -> Locked:
    """As `managed`, of a draft. Raises GuidancePublished as well."""
    found = await managed(connection, key, version, by, today)
    check_draft(found.status)
    return found


async def add_version(
    connection: Connection, head: Head, replaces: int | None, citation: int | None
) -> int:
    """Write a draft without gates; returns its id."""
    key: int = await connection.fetchval(INSERT, *head, replaces, citation)
    return key


async def change_version(
    connection: Connection, key: int, head: Head, replaces: int | None, citation: int | None
) -> None:
    """Write anew what a draft says of itself."""
    await connection.execute(UPDATE, key, *head, replaces, citation)


async def gates_of(connection: Connection, key: int) -> list[Gate]:
    """A version's gates in their order, with all below them."""
    gates, criteria = dict[str, Gate](), dict[tuple[str, str], Criterion]()
    for row in await connection.fetch(GATES, key):
        gate, criterion, evidence = tuple(row)[:4], tuple(row)[4:7], tuple(row)[7:]
        gates.setdefault(gate[0], Gate(*gate))
        if criterion[0] is not None:
            one = criteria.setdefault((gate[0], criterion[0]), Criterion(*criterion))
            if evidence[0] is not None:
                asked = Evidence(EvidenceKind(evidence[0]), *evidence[1:])
                criteria[gate[0], criterion[0]] = one._replace(evidence=(*one.evidence, asked))
    return [
        gate._replace(criteria=tuple(one for of, one in criteria.items() if of[0] == key_))
        for key_, gate in gates.items()
    ]


async def add_gate(connection: Connection, version: int, position: int, gate: Gate) -> None:
    """Write a gate that is new, with all below it."""
    row = await connection.fetchval(ADD_GATE, version, position, *gate[:4])
    await _add_criteria(connection, row, gate.criteria)


async def change_gate(connection: Connection, version: int, gate: Gate) -> None:
    """Write a gate that is there, with all below it anew; it keeps its id."""
    for statement in (CLEAR_EVIDENCE, CLEAR_CRITERIA):
        await connection.execute(statement, version, gate.key)
    row = await connection.fetchval(CHANGE_GATE, version, *gate[:4])
    await _add_criteria(connection, row, gate.criteria)


async def remove_gate_row(connection: Connection, version: int, key: str) -> None:
    """Take a gate away with all below it."""
    for statement in (CLEAR_EVIDENCE, CLEAR_CRITERIA, CLEAR_GATE):
        await connection.execute(statement, version, key)


async def arrange(connection: Connection, version: int, keys: Sequence[str]) -> None:
    """Put the gates into this order."""
    await connection.execute(ARRANGE, version, list(keys))


async def touch(connection: Connection, version: int) -> None:
    """Note that the version was changed."""
    await connection.execute(TOUCH, version)


async def _add_criteria(connection: Connection, gate: int, criteria: Sequence[Criterion]) -> None:
    for place, criterion in enumerate(criteria, 1):
        row = await connection.fetchval(ADD_CRITERION, gate, place, *criterion[:3])
        asked = [(row, at, *one) for at, one in enumerate(criterion.evidence, 1)]
        await connection.executemany(ADD_EVIDENCE, asked)
