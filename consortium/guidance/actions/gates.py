"""Put a gate into a draft, whole; or take it away."""

from datetime import date
from typing import NamedTuple

from consortium.audit.actions import audited
from consortium.guidance.actions.rows import (
    add_gate,
    arrange,
    change_gate,
    draft,
    gates_of,
    remove_gate_row,
    touch,
)
from consortium.guidance.rules import (
    Criterion,
    Gate,
    GuidanceGateUnknown,
    checked_gate,
    placed,
)
from consortium.kernel.principal import Principal


class PutGuidanceGate(NamedTuple):
    """A gate as a whole, in place of the one of this key, if there is one.

    `position` None: where it is, or last.
    """

    guidance_version: int
    version: int
    key: str
    title: str
    passes_when: str
    criteria: tuple[Criterion, ...]
    position: int | None = None
    valid_months: int | None = None


class RemoveGuidanceGate(NamedTuple):
    """The gate that goes, by its key."""

    guidance_version: int
    version: int
    key: str


async def put_guidance_gate(by: Principal, command: PutGuidanceGate, today: date) -> int:
    """Put a gate with its criteria and their evidence; returns the version's id.

    Raises:
        NotFound: there is no such version that the caller may see.
        PermissionDenied: the caller manages no guidance.
        ChangedMeanwhile: somebody else changed the version.
        GuidancePublished, GuidanceKeyInvalid, GuidanceKeyTwice, GuidanceTextInvalid,
        GuidanceValidityInvalid, GuidancePositionInvalid, GuidanceTooLarge: as they say.
    """
    async with audited(by, "guidance-gate:put", note=command.key[:100]) as open_:
        now = await draft(open_, command.guidance_version, command.version, by, today)
        gate = checked_gate(
            Gate(
                command.key,
                command.title,
                command.passes_when,
                command.valid_months,
                command.criteria,
            )
        )
        keys = [one.key for one in await gates_of(open_, now.id)]
        order = placed(keys, gate.key, command.position)
        if gate.key in keys:
            await change_gate(open_, now.id, gate)
        else:
            await add_gate(open_, now.id, len(order), gate)
        await arrange(open_, now.id, order)
        await touch(open_, now.id)
    return now.id


async def remove_guidance_gate(by: Principal, command: RemoveGuidanceGate, today: date) -> int:
    """Take a gate away with its criteria and their evidence; returns the version's id.

    Raises:
        NotFound: there is no such version that the caller may see.
        PermissionDenied: the caller manages no guidance.
        ChangedMeanwhile: somebody else changed the version.
        GuidancePublished, GuidanceGateUnknown: as they say.
    """
    async with audited(by, "guidance-gate:remove", note=command.key[:100]) as open_:
        now = await draft(open_, command.guidance_version, command.version, by, today)
        keys = [one.key for one in await gates_of(open_, now.id)]
        if command.key not in keys:
            known = ", ".join(keys) or "none"
            raise GuidanceGateUnknown(f"There is no such gate; there are: {known}.").at("key")
        await remove_gate_row(open_, now.id, command.key)
        await arrange(open_, now.id, [key for key in keys if key != command.key])
        await touch(open_, now.id)
    return now.id
