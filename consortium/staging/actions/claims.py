"""Record workbooks of claims: drafts, each with the sources that show that criteria are met."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from consortium.assessment.actions.drafts import (
    AddClaimEvidence,
    CreateClaimDraft,
    add_claim_evidence,
    create_claim_draft,
)
from consortium.effects.reads.effects import EFFECTS
from consortium.effects.reads.shares import ALLOCATIONS
from consortium.guidance.rules import EvidenceKind
from consortium.kernel.errors import DomainError, IdInvalid
from consortium.kernel.ids import GlobalId
from consortium.query.visible import require_visible
from consortium.staging.actions.recording import (
    NOT_FOUND,
    ROW_TWICE,
    Faulty,
    Named,
    Read,
    Recording,
)
from consortium.staging.rules.claim_sheets import CLAIM_SHEETS

EFFECT = "SELECT id FROM effect WHERE solution_id = $1 AND reference = $2"
EFFECT_OF = "SELECT effect_id FROM effect_allocation WHERE id = $1"
GUIDANCE = "SELECT id FROM guidance_version WHERE reference = $1 AND status <> 'DRAFT'"
CRITERION = """
SELECT c.id FROM guidance_criterion c JOIN guidance_gate g ON g.id = c.gate_id
WHERE g.guidance_version_id = $1 AND g.key = $2 AND c.key = $3
"""


@dataclass
class ClaimRecording(Recording):
    """Records drafts of claims and their evidence."""

    SHEETS = CLAIM_SHEETS
    NAMES: ClassVar[Mapping[str, Named]] = {
        "claims": Named("claim", ("reference",)),
        "evidence": Named("claim", ("claim",), whole=False),
    }
    COLUMNS: ClassVar[Mapping[str, str]] = {
        "guidance_version": "guidance",
        "allocation": "effect",
        "source": "source_url",
        # What is said of a claim as a whole is of what it claims.
        "NOT_FOUND": "effect",
        "CLAIM_WITHOUT_SHARE": "effect",
        "CLAIM_EXISTS": "effect",
        "CLAIM_PUBLISHED_ALREADY": "effect",
        "CLAIM_EFFECT_SUPERSEDED": "effect",
    }

    # Of each effect, the row that claims it.
    _claimed: dict[int, int] = field(default_factory=dict[int, int])

    async def record(self, read: Mapping[str, Sequence[Read]]) -> None:
        """Record the rows, which are given by their sheets."""
        self.gather(read, "evidence")
        await self.each(read["claims"], "claims", self._claim)

    async def recorded(self, one: Read, kind: str, *key: str) -> int | None:
        """A solution of the organisation, or a version of a guidance that is no draft."""
        del one
        if kind == "solution":
            return await self.own_solution(key[0])
        found: int | None = await self.connection.fetchval(GUIDANCE, key[0])
        return found

    async def _claim(self, one: Read) -> int:
        about = await self._about(one)
        guidance = await self.named(one, "guidance", "guidance")
        rows = self.below["evidence"].get((one.text("reference"),), [])
        criteria = [await self._criterion(row, guidance) for row in rows]
        if None in criteria:
            raise Faulty
        command = CreateClaimDraft(
            reference=one.text("reference"),
            guidance_version=guidance,
            statement=one.text("statement"),
            effect=about.key if about.prefix == EFFECTS.prefix else None,
            allocation=about.key if about.prefix == ALLOCATIONS.prefix else None,
        )
        claim = await create_claim_draft(self.by, command, self.today)
        for version, (row, criterion) in enumerate(zip(rows, criteria, strict=True), 1):
            if criterion is not None:
                await self._evidence(row, claim, version, criterion)
        return claim

    async def _evidence(self, row: Read, claim: int, version: int, criterion: int) -> None:
        kind = EvidenceKind(row.text("kind"))
        shown = AddClaimEvidence(claim, version, criterion, kind, row.text("title"), row.source())
        try:
            await add_claim_evidence(self.by, shown, self.today)
        except DomainError as error:
            self.tell(row, error)
            raise Faulty from None

    async def _about(self, one: Read) -> GlobalId:
        """The effect or allocation that a row claims, which no other row does. Raises Faulty."""
        given = one.text("effect")
        # A reference has no underscore, and an id has one.
        about = await (self._by_id(one) if "_" in given else self._by_reference(one))
        effect = about.key
        if about.prefix == ALLOCATIONS.prefix:
            # First, so that nothing is told of an allocation that the caller does not see.
            await require_visible(self.connection, ALLOCATIONS, about.key, self.by, self.today)
            effect = await self.connection.fetchval(EFFECT_OF, about.key)
        number = self._claimed.setdefault(effect, one.row.number)
        if number != one.row.number:
            told = f"Row {number} claims this effect already: an effect is claimed once."
            self.fault(one, "effect", ROW_TWICE, told)
            raise Faulty
        return about

    async def _by_id(self, one: Read) -> GlobalId:
        try:
            about = GlobalId.parse(one.text("effect"))
        except IdInvalid:
            about = None
        if about is None or about.prefix not in {EFFECTS.prefix, ALLOCATIONS.prefix}:
            told = "This is no id of an effect, as effect_12, or of an allocation, as allocation_3."
            self.fault(one, "effect", IdInvalid.code, told)
            raise Faulty
        return about

    async def _by_reference(self, one: Read) -> GlobalId:
        if not one.text("solution"):
            told = "Name the solution that the effect is of, or write the effect's id."
            self.fault(one, "solution", NOT_FOUND, told)
            raise Faulty
        solution = await self.named(one, "solution", "solution")
        found = await self.connection.fetchval(EFFECT, solution, one.text("effect"))
        if found is None:
            told = (
                f"The solution {one.text('solution')!r} has no effect {one.text('effect')!r}:"
                " record it first, or correct the reference."
            )
            self.fault(one, "effect", NOT_FOUND, told)
            raise Faulty
        return GlobalId(EFFECTS.prefix or "", found)

    async def _criterion(self, one: Read, guidance: int) -> int | None:
        """The criterion that a row shows evidence for, None where there is none such."""
        gate, key = one.text("gate"), one.text("criterion")
        found: int | None = await self.connection.fetchval(CRITERION, guidance, gate, key)
        if found is None:
            told = f"The claim's guidance has no criterion {key!r} of a gate {gate!r}."
            self.fault(one, "criterion", NOT_FOUND, told)
        return found
