"""Draft a claim, show evidence for it, submit it, answer, discard it: as the claiming member."""

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from asyncpg import Record

from consortium.assessment.actions.rows import Because, Claim, advance, own, touch
from consortium.assessment.reads.evidence import CLAIM_EVIDENCE
from consortium.assessment.rules.claims import (
    EVIDENCE_MAX,
    REASON_MAX,
    TITLE_MAX,
    ClaimBasisUnclear,
    ClaimEffectSuperseded,
    ClaimExists,
    ClaimPublishedAlready,
    ClaimReferenceTaken,
    EvidenceGone,
    EvidenceNothing,
    EvidenceTooMuch,
    GuidanceDoesNotFit,
    GuidanceNotInUse,
    NothingToClaim,
    checked_statement,
    checked_text,
)
from consortium.assessment.rules.statuses import (
    IN_WORK,
    ClaimStatus,
    ClaimStep,
    ClaimStepNotPossible,
)
from consortium.audit.actions import audited
from consortium.effects.actions.common import Cited, citation_of, writing_organisation
from consortium.effects.reads.effects import EFFECTS
from consortium.effects.reads.shares import ALLOCATIONS
from consortium.effects.rules.shares import Answer
from consortium.effects.rules.texts import checked_reference
from consortium.guidance.reads import CRITERIA, VERSIONS
from consortium.guidance.rules import EvidenceKind
from consortium.kernel.errors import NotFound, PermissionDenied
from consortium.kernel.periods import year_of
from consortium.kernel.principal import Permission, Principal
from consortium.query.visible import require_visible
from consortium.storage.raw import Connection

EFFECT_OF = "SELECT effect_id FROM effect_allocation WHERE id = $1"
# Locked against shares that are agreed on and figures that are changed meanwhile.
EFFECT = """
SELECT s.organisation_id AS owner, e.superseded, e.period_start, e.period_end, e.timeframe,
    e.specificity, e.uncertainty, e.avoided_kg_co2e
FROM effect e JOIN solution s ON s.id = e.solution_id WHERE e.id = $1 FOR UPDATE OF e
"""
IN_FORCE = """
SELECT a.id, a.remainder_share, c.share FROM effect_allocation a
JOIN effect_contribution c ON c.allocation_id = a.id AND c.organisation_id = $2
WHERE a.effect_id = $1 AND a.status = 'IN_FORCE'
"""
# An allocation that the owner has agreed to, and that others have still to or dispute: then the
# effect is no more wholly its own.
AGREED_TO = """
SELECT EXISTS (
    SELECT FROM effect_allocation a JOIN effect_contribution c ON c.allocation_id = a.id
    WHERE a.effect_id = $1 AND c.organisation_id = $2 AND c.answer = $3
        AND a.status IN ('PROPOSED', 'DISPUTED', 'IN_FORCE'))
"""
PARTY = """
SELECT EXISTS (
    SELECT FROM effect_allocation a JOIN effect_contribution c ON c.allocation_id = a.id
    WHERE a.effect_id = $1 AND c.organisation_id = $2)
"""
GUIDANCE = "SELECT status FROM guidance_version WHERE id = $1"
TAKEN = """
SELECT EXISTS (
    SELECT FROM assessed_claim WHERE organisation_id = $1 AND reference = $2 AND id <> $3)
"""
IN_WORK_ALREADY = """
SELECT EXISTS (SELECT FROM assessed_claim WHERE organisation_id = $1 AND effect_id = $2
    AND status = ANY ($3))
"""
# Of the effect or of one that it restates: the same tonnes.
PUBLISHED_ALREADY = """
SELECT EXISTS (
    SELECT FROM assessed_claim c JOIN effect e ON e.id = c.effect_id
    WHERE c.organisation_id = $1 AND c.status = 'PUBLISHED' AND coalesce(e.original_id, e.id)
        = (SELECT coalesce(n.original_id, n.id) FROM effect n WHERE n.id = $2))
"""
DRAFT = """
INSERT INTO assessed_claim
    (reference, organisation_id, effect_id, guidance_version_id, restates_id, status, statement)
VALUES ($1, $2, $3, $4, $5, 'DRAFT', $6) RETURNING id
"""
FIRST_STEP = """
INSERT INTO claim_step (claim_id, step, after, taken_on, account_id)
VALUES ($1, 'DRAFT', 'DRAFT', $2, $3)
"""
SAY = """
UPDATE assessed_claim SET reference = $2, statement = $3, version = version + 1 WHERE id = $1
"""
REFERENCE = "SELECT reference FROM assessed_claim WHERE id = $1"
# Masses are multiplied by PostgreSQL: exactly, whatever their length.
PRODUCT = "SELECT $1::numeric * $2::numeric"
CRITERION = """
SELECT g.guidance_version_id FROM guidance_criterion c JOIN guidance_gate g ON g.id = c.gate_id
WHERE c.id = $1
"""
COUNT = "SELECT count(*) FROM claim_evidence WHERE claim_id = $1 AND removed_on IS NULL"
SHOW = """
INSERT INTO claim_evidence
    (claim_id, criterion_id, kind, title, document_id, citation_id, account_id, added_on)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id
"""
EVIDENCE = "SELECT claim_id, removed_on FROM claim_evidence WHERE id = $1"
REMOVE = "UPDATE claim_evidence SET removed_on = $2 WHERE id = $1"


class CreateClaimDraft(NamedTuple):
    """A claim on an effect, or on the one of an allocation; under which guidance; what it says."""

    reference: str
    guidance_version: int
    statement: str
    effect: int | None = None
    allocation: int | None = None


class UpdateClaimDraft(NamedTuple):
    """What a draft says; `version` as the caller saw it. What is left out stays."""

    claim: int
    version: int
    reference: str | None = None
    statement: str | None = None


class AddClaimEvidence(NamedTuple):
    """A source that shows that a criterion is met; a file comes through the door for files."""

    claim: int
    version: int
    criterion: int
    kind: EvidenceKind
    title: str
    source: Cited | None = None


class RemoveClaimEvidence(NamedTuple):
    """Evidence that is shown no more; `version` of its claim."""

    evidence: int
    version: int


class SubmitClaim(NamedTuple):
    """A draft to be reviewed."""

    claim: int
    version: int


class AnswerClarification(NamedTuple):
    """What is answered; with another statement, if that was asked for."""

    claim: int
    version: int
    answer: str
    statement: str | None = None


class DiscardClaim(NamedTuple):
    """A claim that is not gone on with, and why."""

    claim: int
    version: int
    reason: str


async def create_claim_draft(by: Principal, command: CreateClaimDraft, today: date) -> int:
    """Draft a claim for the own organisation, seen by nobody else; returns its id.

    Raises:
        NotFound: an effect, allocation or guidance that the caller may not see.
        PermissionDenied: the caller enters no figures.
        NothingToClaim: the organisation neither owns the effect nor shares in it.
        ClaimExists, ClaimPublishedAlready, GuidanceNotInUse, ClaimEffectSuperseded: as they say.
        BadInput: texts and the reference.
    """
    async with audited(by, "claim:draft", organisation_id=by.organisation_id) as open_:
        effect = await _effect(open_, by, command, today)
        await require_visible(open_, VERSIONS, command.guidance_version, by, today)
        organisation = writing_organisation(by)
        [found] = await open_.fetch(EFFECT, effect)
        party = await open_.fetchval(PARTY, effect, organisation)
        if organisation != found["owner"] and not party:
            raise NothingToClaim
        if found["superseded"]:
            raise ClaimEffectSuperseded
        await check_guidance(open_, command.guidance_version)
        draft = Draft(organisation, effect, command.guidance_version, None)
        return await drafted(open_, by, draft, Says(command.reference, command.statement), today)


class Draft(NamedTuple):
    """Whose claim on what, under which guidance, in the place of which other one."""

    organisation: int
    effect: int
    guidance_version: int
    restates: int | None


class Says(NamedTuple):
    """The name of a claim and what may be said of it."""

    reference: str
    statement: str


async def drafted(open_: Connection, by: Principal, draft: Draft, says: Says, today: date) -> int:
    """Record a draft; the effect is locked by the caller. Returns its id."""
    reference = checked_reference(says.reference, "reference")
    statement = checked_statement(says.statement)
    about = (draft.organisation, draft.effect)
    if await open_.fetchval(IN_WORK_ALREADY, *about, [one.value for one in IN_WORK]):
        raise ClaimExists
    if draft.restates is None and await open_.fetchval(PUBLISHED_ALREADY, *about):
        raise ClaimPublishedAlready
    await _check_reference(open_, draft.organisation, reference, 0)
    key: int = await open_.fetchval(DRAFT, reference, *draft, statement)
    await open_.execute(FIRST_STEP, key, today, by.account_id)
    return key


async def check_guidance(open_: Connection, version: int) -> None:
    """Refuse a version that is not in use. Raises GuidanceNotInUse."""
    if await open_.fetchval(GUIDANCE, version) != "PUBLISHED":
        raise GuidanceNotInUse().at("guidanceVersion")


async def update_claim_draft(by: Principal, command: UpdateClaimDraft, today: date) -> int:
    """Change what a draft says; returns its id.

    Raises:
        NotFound, PermissionDenied, ChangedMeanwhile: as of the draft.
        ClaimStepNotPossible: it was submitted.
        BadInput: texts and the reference.
    """
    async with audited(by, "claim:update", organisation_id=by.organisation_id) as open_:
        claim = await own(
            open_, by, command.claim, command.version, today, Permission.FIGURES_WRITE
        )
        _require(claim, {ClaimStatus.DRAFT}, "changed")
        reference: str = await open_.fetchval(REFERENCE, claim.id)
        if command.reference is not None:
            reference = checked_reference(command.reference, "reference")
            await _check_reference(open_, claim.organisation_id, reference, claim.id)
        statement = claim.statement
        if command.statement is not None:
            statement = checked_statement(command.statement)
        await open_.execute(SAY, claim.id, reference, statement)
    return claim.id


async def add_claim_evidence(by: Principal, command: AddClaimEvidence, today: date) -> int:
    """Show a source for a criterion; returns the evidence's id.

    Raises:
        NotFound, PermissionDenied, ChangedMeanwhile: as of the claim, or of the criterion.
        ClaimStepNotPossible: the claim is over.
        GuidanceDoesNotFit, EvidenceNothing, EvidenceTooMuch, ClaimTextInvalid: as they say.
    """
    async with audited(by, "claim:show-evidence", organisation_id=by.organisation_id) as open_:
        claim = await own(
            open_, by, command.claim, command.version, today, Permission.FIGURES_WRITE
        )
        await require_visible(open_, CRITERIA, command.criterion, by, today)
        cited = command.source
        if cited is None or not (cited.url.strip() or cited.title.strip()):
            raise EvidenceNothing().at("source")
        citation = await citation_of(open_, cited)
        shown = Shown(command.criterion, command.kind, command.title, None, citation)
        return await show(open_, by, claim, shown, today)


class Shown(NamedTuple):
    """Evidence of a sort for a criterion: a kept file, a source, or both."""

    criterion: int
    kind: EvidenceKind
    title: str
    document: int | None = None
    citation: int | None = None


async def check_showing(open_: Connection, claim: Claim, shown: Shown) -> None:
    """Refuse evidence that does not fit a claim.

    Raises ClaimStepNotPossible, ClaimTextInvalid, GuidanceDoesNotFit, EvidenceTooMuch.
    """
    _require(claim, IN_WORK | {ClaimStatus.PUBLISHED}, "given evidence")
    checked_text(shown.title, "title", TITLE_MAX)
    if await open_.fetchval(CRITERION, shown.criterion) != claim.guidance_version_id:
        raise GuidanceDoesNotFit().at("criterion")
    if await open_.fetchval(COUNT, claim.id) >= EVIDENCE_MAX:
        raise EvidenceTooMuch


async def show(open_: Connection, by: Principal, claim: Claim, shown: Shown, today: date) -> int:
    """Record evidence for a claim that is locked; returns its id. Raises as `check_showing`."""
    await check_showing(open_, claim, shown)
    about = (shown.document, shown.citation, by.account_id, today)
    title = shown.title.strip()
    key: int = await open_.fetchval(
        SHOW, claim.id, shown.criterion, shown.kind.value, title, *about
    )
    await touch(open_, claim)
    return key


async def remove_claim_evidence(by: Principal, command: RemoveClaimEvidence, today: date) -> int:
    """Mark evidence as removed, which is kept with its claim; returns its id.

    Raises:
        NotFound, PermissionDenied, ChangedMeanwhile: as of the claim.
        ClaimStepNotPossible: the claim was accepted on it, or is over.
        EvidenceGone: it was removed.
    """
    async with audited(by, "claim:remove-evidence", organisation_id=by.organisation_id) as open_:
        await require_visible(open_, CLAIM_EVIDENCE, command.evidence, by, today)
        [row] = await open_.fetch(EVIDENCE, command.evidence)
        version = command.version
        claim = await own(open_, by, row["claim_id"], version, today, Permission.FIGURES_WRITE)
        _require(claim, IN_WORK - {ClaimStatus.ACCEPTED}, "stripped of evidence")
        # Asked again, now that nobody else changes it.
        [row] = await open_.fetch(EVIDENCE, command.evidence)
        if row["removed_on"] is not None:
            raise EvidenceGone
        await open_.execute(REMOVE, command.evidence, today)
        await touch(open_, claim)
    return command.evidence


async def submit_claim(by: Principal, command: SubmitClaim, today: date) -> int:
    """Submit a draft with the figures and shares of the day, which stay; returns its id.

    Raises:
        NotFound, PermissionDenied, ChangedMeanwhile: as of the draft.
        ClaimStepNotPossible: it is no draft.
        NothingToClaim: no share of the effect, as allocated now, is the organisation's.
        ClaimEffectSuperseded, GuidanceNotInUse: as they say.
    """
    async with audited(by, "claim:submit", organisation_id=by.organisation_id) as open_:
        claim = await own(
            open_, by, command.claim, command.version, today, Permission.FIGURES_APPROVE
        )
        _require(claim, {ClaimStatus.DRAFT}, "submitted")
        await check_guidance(open_, claim.guidance_version_id)
        [effect] = await open_.fetch(EFFECT, claim.effect_id)
        if effect["superseded"]:
            raise ClaimEffectSuperseded
        part = await part_of(open_, claim.effect_id, claim.organisation_id, effect["owner"])
        await advance(
            open_,
            by,
            claim,
            ClaimStep.SUBMIT,
            today,
            None,
            **await _figures(open_, effect, part),
            submitted_on=today,
        )
    return claim.id


class Part(NamedTuple):
    """What is an organisation's of an effect; without a share it is a joint contributor."""

    allocation: int | None
    share: Decimal | None
    remainder: Decimal


async def part_of(open_: Connection, effect: int, organisation: int, owner: int) -> Part:
    """The organisation's part as it is allocated now; the effect is locked by the caller.

    Raises NothingToClaim.
    """
    row = await open_.fetchrow(IN_FORCE, effect, organisation)
    if row is not None:
        if row["share"] is None and not row["remainder_share"]:
            raise NothingToClaim
        return Part(row["id"], row["share"], row["remainder_share"])
    agreed = await open_.fetchval(AGREED_TO, effect, owner, Answer.ACCEPTED.value)
    if organisation != owner or agreed:
        raise NothingToClaim
    return Part(None, Decimal(1), Decimal(0))


async def answer_clarification(by: Principal, command: AnswerClarification, today: date) -> int:
    """Answer what a reviewer asked; returns the claim's id.

    Raises:
        NotFound, PermissionDenied, ChangedMeanwhile: as of the claim.
        ClaimStepNotPossible: nothing was asked.
        ClaimTextInvalid, WordingMisleading: of the answer or the statement.
    """
    async with audited(by, "claim:answer", organisation_id=by.organisation_id) as open_:
        claim = await own(
            open_, by, command.claim, command.version, today, Permission.FIGURES_WRITE
        )
        answer = checked_text(command.answer, "answer", REASON_MAX)
        statement = claim.statement
        if command.statement is not None:
            statement = checked_statement(command.statement)
        await advance(
            open_, by, claim, ClaimStep.ANSWER, today, because=Because(answer), statement=statement
        )
    return claim.id


async def discard_claim(by: Principal, command: DiscardClaim, today: date) -> int:
    """Give a claim up before it is published; it stays on record. Returns its id.

    Raises:
        NotFound, PermissionDenied, ChangedMeanwhile: as of the claim.
        ClaimStepNotPossible: it is published or over.
        ClaimTextInvalid: of the reason.
    """
    async with audited(by, "claim:discard", organisation_id=by.organisation_id) as open_:
        claim = await own(
            open_, by, command.claim, command.version, today, Permission.FIGURES_WRITE
        )
        # What was submitted was approved, and so is giving it up.
        if claim.status is not ClaimStatus.DRAFT and not by.may(Permission.FIGURES_APPROVE):
            raise PermissionDenied
        reason = checked_text(command.reason, "reason", REASON_MAX)
        await advance(
            open_,
            by,
            claim,
            ClaimStep.DISCARD,
            today,
            because=Because(reason),
            ended_on=today,
            ended_because=reason,
        )
    return claim.id


async def _effect(open_: Connection, by: Principal, command: CreateClaimDraft, today: date) -> int:
    """The effect that is named, directly or by an allocation; a party need not see it itself."""
    if (command.effect is None) == (command.allocation is None):
        raise ClaimBasisUnclear().at("effect")
    if command.effect is not None:
        await require_visible(open_, EFFECTS, command.effect, by, today)
        return command.effect
    if command.allocation is None:
        raise NotFound
    await require_visible(open_, ALLOCATIONS, command.allocation, by, today)
    effect: int = await open_.fetchval(EFFECT_OF, command.allocation)
    return effect


async def _figures(open_: Connection, effect: Record, part: Part) -> dict[str, object]:
    """The columns that say what is claimed, as of now."""
    claimed = part.remainder if part.share is None else part.share
    kg = effect["avoided_kg_co2e"]
    return {
        "allocation_id": part.allocation,
        "effect_kg_co2e": kg,
        "share": part.share,
        "remainder_share": part.remainder,
        "claim_kg_co2e": await open_.fetchval(PRODUCT, kg, claimed),
        "uncertainty": effect["uncertainty"],
        "specificity": effect["specificity"],
        "timeframe": effect["timeframe"],
        "year": year_of(effect["period_start"], effect["period_end"]),
    }


async def _check_reference(
    open_: Connection, organisation: int, reference: str, besides: int
) -> None:
    if await open_.fetchval(TAKEN, organisation, reference, besides):
        raise ClaimReferenceTaken().at("reference")


def _require(claim: Claim, allowed: frozenset[ClaimStatus] | set[ClaimStatus], done: str) -> None:
    if claim.status not in allowed:
        raise ClaimStepNotPossible(f"The claim is {claim.status}: it cannot be {done} any more.")
