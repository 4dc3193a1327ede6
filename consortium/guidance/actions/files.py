"""Versions as files hold them: recorded as drafts, and published as they were loaded."""

from datetime import date
from typing import NamedTuple

from consortium.documents.imports import Outcome
from consortium.evidence.actions import Citations
from consortium.guidance.actions.publishing import PublishGuidanceVersion, publish_guidance_version
from consortium.guidance.actions.rows import (
    Locked,
    add_gate,
    add_version,
    arrange,
    change_gate,
    change_version,
    gates_of,
    locked,
    remove_gate_row,
)
from consortium.guidance.rules import (
    GATES_MAX,
    Gate,
    GuidanceStatus,
    GuidanceTooLarge,
    Head,
    check_draft,
    check_replaced,
    checked_gate,
    checked_head,
)
from consortium.kernel.errors import NotFound
from consortium.kernel.principal import Principal
from consortium.storage.database import transaction
from consortium.storage.raw import Connection, raw

FOUND = "SELECT id, status, version FROM guidance_version WHERE reference = $1"


class GuidanceFacts(NamedTuple):
    """A version as a file holds it; `replaces` by its reference, the source by url and title."""

    head: Head
    gates: tuple[Gate, ...]
    replaces: str | None = None
    source: tuple[str, str] = ("", "")


async def record_guidance_version(connection: Connection, facts: GuidanceFacts) -> Outcome:
    """Record a version as a draft, or bring its draft up to the file.

    Raises:
        GuidancePublished: it was published, and the file says something else.
        NotFound, GuidanceReplacesDraft: the version that it replaces cannot be replaced.
        BadInput: the rules of a version's head or of a gate refuse it.
    """
    head, gates = checked_head(facts.head), [checked_gate(gate) for gate in facts.gates]
    if len(gates) > GATES_MAX:
        raise GuidanceTooLarge().at("gates")
    replaces = await _replaced(connection, facts.replaces)
    citation = await Citations(connection).of(*facts.source)
    row = await connection.fetchrow(FOUND, head.reference)
    if row is None:
        key = await add_version(connection, head, replaces, citation)
        for position, gate in enumerate(gates, 1):
            await add_gate(connection, key, position, gate)
        return "created"
    now = await locked(connection, row["id"])
    before = await gates_of(connection, now.id)
    if (now.head, now.replaces, now.citation, before) == (head, replaces, citation, gates):
        return "unchanged"
    check_draft(now.status)
    await change_version(connection, now.id, head, replaces, citation)
    await _replace_gates(connection, now, before, gates)
    return "updated"


async def publish_loaded(by: Principal, reference: str, today: date) -> None:
    """Publish a version that was loaded, unless that was done before.

    Raises as `publish_guidance_version` does.
    """
    async with transaction() as client:
        row = await raw(client).fetchrow(FOUND, reference)
    if row is not None and row["status"] == GuidanceStatus.DRAFT:
        command = PublishGuidanceVersion(row["id"], row["version"])
        await publish_guidance_version(by, command, today)


async def _replaced(connection: Connection, reference: str | None) -> int | None:
    if reference is None:
        return None
    row = await connection.fetchrow(FOUND, reference)
    if row is None:
        raise NotFound(f"There is no version {reference}: load and publish it first.").at(
            "replaces"
        )
    check_replaced(GuidanceStatus(row["status"]))
    key: int = row["id"]
    return key


async def _replace_gates(
    connection: Connection, now: Locked, before: list[Gate], gates: list[Gate]
) -> None:
    known = {gate.key: gate for gate in before}
    for key in known.keys() - {gate.key for gate in gates}:
        await remove_gate_row(connection, now.id, key)
    # Behind all that are there, until they are put into their order.
    for position, gate in enumerate(gates, len(before) + 1):
        if gate.key not in known:
            await add_gate(connection, now.id, position, gate)
        elif known[gate.key] != gate:
            await change_gate(connection, now.id, gate)
    await arrange(connection, now.id, [gate.key for gate in gates])
