"""Assure a claim, publish it, withdraw it."""

from datetime import date
from typing import NamedTuple

from consortium.assessment.actions.drafts import EFFECT, part_of
from consortium.assessment.actions.rows import Because, Claim, advance, gates_of, locked, own
from consortium.assessment.reads.claims import ASSESSED_CLAIMS
from consortium.assessment.reads.evidence import CLAIM_EVIDENCE
from consortium.assessment.rules.claims import (
    REASON_MAX,
    ClaimEffectSuperseded,
    ClaimShareChanged,
    EvidenceNothing,
    NothingToClaim,
    OverlapUndecided,
    check_gates,
    check_shown,
    checked_text,
    first_end,
)
from consortium.assessment.rules.statuses import (
    AssuranceLevel,
    ClaimStatus,
    ClaimStep,
    next_status,
)
from consortium.audit.actions import audited
from consortium.kernel.errors import PermissionDenied, check_seen
from consortium.kernel.principal import Permission, Principal
from consortium.kernel.visibility import Visibility
from consortium.query.visible import require_visible
from consortium.storage.raw import Connection

ENGAGED = """
SELECT EXISTS (SELECT FROM engagement g WHERE g.assurer_id = $1 AND g.client_id = $2
    AND g.covers IN ('CLAIMS', 'ALL_FIGURES') AND g.ended_at IS NULL
    AND g.starts_on <= $3 AND $3 <= g.ends_on)
"""
DOCUMENT = """
SELECT document_id FROM claim_evidence WHERE id = $1 AND claim_id = $2 AND removed_on IS NULL
"""
UNDECIDED = "SELECT overlap_undecided($1)"
WIDEN = "UPDATE assessed_claim SET visibility = 'PUBLIC', version = version + 1 WHERE id = $1"


class AssureClaim(NamedTuple):
    """How far the caller's organisation assures a claim; the evidence that holds its statement."""

    claim: int
    version: int
    level: AssuranceLevel
    evidence: int | None = None


class PublishClaim(NamedTuple):
    """An accepted claim, and who shall see it; a published one can be shown to more."""

    claim: int
    version: int
    visibility: Visibility


class WithdrawClaim(NamedTuple):
    """A published claim that is made no longer, and why."""

    claim: int
    version: int
    reason: str


async def assure_claim(by: Principal, command: AssureClaim, today: date) -> int:
    """Assure a claim, as an assurer that its organisation engaged for claims; returns its id.

    Raises:
        NotFound: there is none that the caller may see.
        PermissionDenied: the caller is not engaged for it.
        ChangedMeanwhile: somebody else changed it.
        ClaimStepNotPossible: it is not accepted or published.
        EvidenceNothing: the evidence holds no file of this claim.
    """
    async with audited(by, "claim:assure") as open_:
        await require_visible(open_, ASSESSED_CLAIMS, command.claim, by, today)
        claim = await locked(open_, command.claim)
        engaged = await open_.fetchval(ENGAGED, by.organisation_id, claim.organisation_id, today)
        if not by.may(Permission.FIGURES_ASSURE) or not engaged:
            raise PermissionDenied
        check_seen(command.version, claim.version, "version")
        document = None
        if command.evidence is not None:
            await require_visible(open_, CLAIM_EVIDENCE, command.evidence, by, today)
            document = await open_.fetchval(DOCUMENT, command.evidence, claim.id)
            if document is None:
                raise EvidenceNothing("This evidence of the claim holds no file.").at("evidence")
        ends = first_end(await gates_of(open_, claim))
        await advance(
            open_,
            by,
            claim,
            ClaimStep.ASSURE,
            today,
            Because(command.level.value, ends if claim.status is ClaimStatus.ACCEPTED else None),
            assured_on=today,
            assurance_level=command.level.value,
            assurance_body_id=by.organisation_id,
            assurance_document_id=document,
        )
    return claim.id


async def publish_claim(by: Principal, command: PublishClaim, today: date) -> int:
    """Publish an accepted claim of the own organisation; returns its id.

    A claim that it restates ends on the same day. A published claim can be shown to the public
    where it was shown to the consortium, and never to fewer.

    Raises:
        NotFound, PermissionDenied, ChangedMeanwhile: as of the claim.
        PublishedPrivately: nobody else would see it.
        GatesNotPassed, ClaimShareChanged, ClaimEffectSuperseded, OverlapUndecided: as they say.
        ClaimsExceedEffect, ClaimPublishedAlready: the database holds that.
        ClaimStepNotPossible: it is not accepted.
    """
    async with audited(by, "claim:publish", organisation_id=by.organisation_id) as open_:
        claim = await own(
            open_, by, command.claim, command.version, today, Permission.FIGURES_APPROVE
        )
        check_shown(command.visibility)
        widens = command.visibility is Visibility.PUBLIC and claim.visibility == "CONSORTIUM"
        if claim.status is ClaimStatus.PUBLISHED and widens:
            await open_.execute(WIDEN, claim.id)
            return claim.id
        next_status(claim.status, ClaimStep.PUBLISH)
        gates = await gates_of(open_, claim)
        check_gates(gates, today)
        await _check_effect(open_, claim)
        await _end_restated(open_, by, claim, today)
        await advance(
            open_,
            by,
            claim,
            ClaimStep.PUBLISH,
            today,
            visibility=command.visibility.value,
            published_on=today,
            expires_on=first_end(gates),
        )
    return claim.id


async def _check_effect(open_: Connection, claim: Claim) -> None:
    """Refuse where shares or the effect are others than were reviewed, or it may overlap."""
    [effect] = await open_.fetch(EFFECT, claim.effect_id)
    if effect["superseded"]:
        raise ClaimEffectSuperseded
    about = (claim.effect_id, claim.organisation_id, effect["owner"])
    try:
        part = await part_of(open_, *about)
    except NothingToClaim:
        raise ClaimShareChanged from None
    if part != (claim.allocation_id, claim.share, claim.remainder_share):
        raise ClaimShareChanged
    if await open_.fetchval(UNDECIDED, claim.effect_id):
        raise OverlapUndecided


async def _end_restated(open_: Connection, by: Principal, claim: Claim, today: date) -> None:
    """End the claim that this one restates, if it is still published."""
    if claim.restates_id is None:
        return
    old = await locked(open_, claim.restates_id)
    if old.status is ClaimStatus.PUBLISHED:
        because = "Restated."
        values = {"ended_on": today, "ended_because": because}
        await advance(open_, by, old, ClaimStep.RESTATE, today, Because(because), **values)


async def withdraw_claim(by: Principal, command: WithdrawClaim, today: date) -> int:
    """Take a published claim back, from today on; it stays on record. Returns its id.

    Raises:
        NotFound, PermissionDenied, ChangedMeanwhile: as of the claim.
        ClaimStepNotPossible: it is not published.
        ClaimTextInvalid: of the reason.
    """
    async with audited(by, "claim:withdraw", organisation_id=by.organisation_id) as open_:
        claim = await own(
            open_, by, command.claim, command.version, today, Permission.FIGURES_APPROVE
        )
        reason = checked_text(command.reason, "reason", REASON_MAX)
        values = {"ended_on": today, "ended_because": reason}
        await advance(open_, by, claim, ClaimStep.WITHDRAW, today, Because(reason), **values)
    return claim.id
