"""Claims as actions find, lock and move them: each step is kept with who took it and why."""

from datetime import date
from typing import Any, NamedTuple

from consortium.assessment.reads.claims import ASSESSED_CLAIMS
from consortium.assessment.rules.claims import (
    REVIEW,
    TAKE_UP,
    GateState,
    ReviewerConflicted,
)
from consortium.assessment.rules.statuses import (
    ClaimStatus,
    ClaimStep,
    GateOutcome,
    next_status,
)
from consortium.kernel.errors import PermissionDenied, check_seen
from consortium.kernel.principal import Permission, Principal
from consortium.membership.rules.applications import check_person
from consortium.query.visible import require_visible
from consortium.storage.raw import Connection

LOCK = """
SELECT id, organisation_id, effect_id, guidance_version_id, allocation_id, restates_id, status,
    statement, share, remainder_share, visibility, expires_on, version
FROM assessed_claim WHERE id = $1 FOR UPDATE
"""
KEEP = """
INSERT INTO claim_step
    (claim_id, step, before, after, reason, deadline, taken_on, account_id)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
"""
TOUCH = "UPDATE assessed_claim SET version = version + 1 WHERE id = $1"
GATES = """
SELECT g.key, last.outcome, last.expires_on FROM guidance_gate g
LEFT JOIN LATERAL (
    SELECT r.outcome, r.expires_on FROM claim_gate_review r
    WHERE r.claim_id = $1 AND r.gate_id = g.id ORDER BY r.id DESC LIMIT 1
) last ON true
WHERE g.guidance_version_id = $2 ORDER BY g.position
"""
CONFLICTED = """
SELECT EXISTS (SELECT FROM role_grant WHERE account_id = $1 AND organisation_id = $2)
"""


class Claim(NamedTuple):
    """A claim that nobody else changes now."""

    id: int
    organisation_id: int
    effect_id: int
    guidance_version_id: int
    allocation_id: int | None
    restates_id: int | None
    status: ClaimStatus
    statement: str
    share: Any
    remainder_share: Any
    visibility: str
    expires_on: date | None
    version: int


class Because(NamedTuple):
    """Why a step is taken (or what was asked or answered), and until when the next one is due."""

    reason: str = ""
    deadline: date | None = None


async def locked(open_: Connection, claim: int) -> Claim:
    """The claim, locked until the transaction ends."""
    [row] = await open_.fetch(LOCK, claim)
    return Claim(*row)._replace(status=ClaimStatus(row["status"]))


async def own(
    open_: Connection,
    by: Principal,
    claim: int,
    version: int | None,
    today: date,
    needed: Permission,
) -> Claim:
    """A claim of the caller's own organisation, as the caller saw it (None: however it is).

    Raises NotFound, PermissionDenied, ChangedMeanwhile.
    """
    await require_visible(open_, ASSESSED_CLAIMS, claim, by, today)
    found = await locked(open_, claim)
    acts = by.rights.has_organisation and by.may(needed)
    if not acts or by.organisation_id != found.organisation_id:
        raise PermissionDenied
    if version is not None:
        check_seen(version, found.version, "version")
    return found


async def for_review(
    open_: Connection, by: Principal, claim: int, version: int, today: date
) -> Claim:
    """A claim that the caller reviews, as the caller saw it.

    Raises NotFound, PermissionDenied, PersonNeeded, ReviewerConflicted, ChangedMeanwhile.
    """
    await require_visible(open_, ASSESSED_CLAIMS, claim, by, today)
    if not by.may(Permission.CLAIMS_REVIEW):
        raise PermissionDenied
    account = check_person(by)
    found = await locked(open_, claim)
    is_own = by.organisation_id == found.organisation_id
    if is_own or await open_.fetchval(CONFLICTED, account, found.organisation_id):
        raise ReviewerConflicted
    check_seen(version, found.version, "version")
    return found


async def gates_of(open_: Connection, claim: Claim) -> list[GateState]:
    """How the gates of its guidance stand, in their order."""
    rows = await open_.fetch(GATES, claim.id, claim.guidance_version_id)
    return [
        GateState(row["key"], row["outcome"] and GateOutcome(row["outcome"]), row["expires_on"])
        for row in rows
    ]


async def advance(
    open_: Connection,
    by: Principal,
    claim: Claim,
    step: ClaimStep,
    today: date,
    because: Because | None = None,
    **values: object,
) -> ClaimStatus:
    """Take a step and keep it; `values` are columns that change with it.

    Raises ClaimStepNotPossible.
    """
    reason, deadline = because or Because()
    after = next_status(claim.status, step)
    due = deadline or _due(after, today)
    columns = "".join(f", {name} = ${4 + at}" for at, name in enumerate(values))
    await open_.execute(
        f"UPDATE assessed_claim SET status = $2, due_on = $3, version = version + 1{columns}"  # noqa: S608
        " WHERE id = $1",
        claim.id,
        after.value,
        due,
        *values.values(),
    )
    about = (step.value, claim.status.value, after.value, reason, due, today, by.account_id)
    await open_.execute(KEEP, claim.id, *about)
    return after


def _due(after: ClaimStatus, today: date) -> date | None:
    """Until when whoever acts next should."""
    match after:
        case ClaimStatus.SUBMITTED:
            return today + TAKE_UP
        case ClaimStatus.IN_REVIEW:
            return today + REVIEW
        case _:
            return None


async def touch(open_: Connection, claim: Claim) -> None:
    """Count a change, so that whoever decides knows what was said meanwhile."""
    await open_.execute(TOUCH, claim.id)
