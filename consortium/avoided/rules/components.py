"""Claims that must be judged together: totals with parts, figures with their restatements."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from consortium.avoided.rules.claims import ClaimFacts, is_part, own_reason, restates
from consortium.avoided.rules.quantities import Quantity, remainder
from consortium.avoided.rules.vocabulary import Dimension, LeftOutReason

ALWAYS, WHOLE, PART = 0, 1, 2


class Outcome(NamedTuple):
    """How one claim stands at one moment for one class of readers.

    A reason leaves it out, `because` names the claim that does so. `view`: 0 it always counts;
    1 it is a total, counted where no dimension of `divides` is asked for; 2 it is a part, counted
    only where one is. `whole` is the claim that it is a part of, else the claim itself.
    """

    claim: ClaimFacts
    whole: ClaimFacts
    reason: LeftOutReason | None
    because: int | None
    view: int
    divides: int
    not_broken_down: bool
    quantity: Quantity


GroupOf = Callable[[ClaimFacts], int]
Displacements = Mapping[int, int]


def components(claims: Iterable[ClaimFacts]) -> list[list[ClaimFacts]]:
    """Claims joined by part-of and supersedes, whether the link takes effect or not."""
    by_id = {claim.id: claim for claim in claims}
    leader = {key: key for key in by_id}

    def find(key: int) -> int:
        while leader[key] != key:
            leader[key] = leader[leader[key]]
            key = leader[key]
        return key

    for claim in by_id.values():
        for other in (claim.part_of, claim.supersedes):
            if other in leader:
                leader[find(claim.id)] = find(other)
    groups: dict[int, list[ClaimFacts]] = {}
    for claim in by_id.values():
        groups.setdefault(find(claim.id), []).append(claim)
    return list(groups.values())


def judge(
    claims: Sequence[ClaimFacts], displaced: Displacements, group_of: GroupOf
) -> list[Outcome]:
    """How the claims of one component stand, given all that is known of them.

    `displaced` names the later point of its series for each earlier one. In this order: a
    claim's own reason; a restatement displaces what it restates; a later point displaces the
    earlier; a part shares the fate of its total, and the part of a part is never added.
    """
    if len(claims) == 1:
        return [_alone(claims[0], displaced)]
    return _Judgement(claims, displaced, group_of).outcomes()


def _alone(claim: ClaimFacts, displaced: Displacements) -> Outcome:
    reason, because = own_reason(claim), None
    if reason is None and claim.id in displaced:
        reason, because = LeftOutReason.EARLIER_POINT_OF_SERIES, displaced[claim.id]
    return Outcome(claim, claim, reason, because, ALWAYS, 0, False, claim.quantity)


class _Judgement:
    """The working state of `judge` for a component of several claims."""

    def __init__(
        self, claims: Sequence[ClaimFacts], displaced: Displacements, group_of: GroupOf
    ) -> None:
        self._claims = claims
        self._by_id = {claim.id: claim for claim in claims}
        self._group_of = group_of
        self._reasons: dict[int, tuple[LeftOutReason | None, int | None]] = {
            claim.id: (own_reason(claim), None) for claim in claims
        }
        self._leave_out_restated()
        for claim in claims:
            if self._stands(claim) and claim.id in displaced:
                later = displaced[claim.id]
                self._reasons[claim.id] = (LeftOutReason.EARLIER_POINT_OF_SERIES, later)

    def _stands(self, claim: ClaimFacts) -> bool:
        return self._reasons[claim.id][0] is None

    def _leave_out_restated(self) -> None:
        """Of all versions of one figure, keep one: the last that nothing else restates."""
        for family in self._families():
            # Of several restatements of one figure, the last known is named.
            family.sort(key=lambda c: (c.known_on, c.id))
            restated = {one.supersedes: one.id for one in family if self._restated_by(one)}
            head = max(family, key=lambda c: (c.id not in restated, c.known_on, c.id))
            for claim in family:
                if claim is not head:
                    because = restated.get(claim.id, head.id)
                    self._reasons[claim.id] = (LeftOutReason.SUPERSEDED, because)

    def _restated_by(self, later: ClaimFacts) -> ClaimFacts | None:
        """The standing claim that `later` is a new version of."""
        earlier = self._by_id.get(later.supersedes) if later.supersedes is not None else None
        if earlier is None or not self._stands(later) or not self._stands(earlier):
            return None
        return earlier if restates(later, earlier) else None

    def _families(self) -> list[list[ClaimFacts]]:
        if all(claim.supersedes is None for claim in self._claims):
            return []
        links = [
            later._replace(part_of=None, supersedes=earlier.id if earlier else None)
            for later, earlier in ((c, self._restated_by(c)) for c in self._claims)
        ]
        found = ([self._by_id[c.id] for c in family] for family in components(links))
        return [family for family in found if len(family) > 1]

    def _total_of(self, claim: ClaimFacts) -> ClaimFacts | None:
        total = self._by_id.get(claim.part_of) if claim.part_of is not None else None
        return total if total is not None and is_part(claim, total) else None

    def outcomes(self) -> list[Outcome]:
        """All outcomes, with one more for what the parts of a total leave of it."""
        answer: list[Outcome] = []
        parts = self._parts_by_total()
        for claim in self._claims:
            if self._total_of(claim) is None:
                answer += self._whole(claim, parts.get(claim.id, []))
        return answer + [o for o in map(self._left_out_part, self._claims) if o is not None]

    def _parts_by_total(self) -> dict[int, list[ClaimFacts]]:
        parts: dict[int, list[ClaimFacts]] = {}
        for claim in self._claims:
            total = self._total_of(claim)
            if total is not None and self._stands(claim) and self._total_of(total) is None:
                parts.setdefault(total.id, []).append(claim)
        return parts

    def _whole(self, total: ClaimFacts, parts: list[ClaimFacts]) -> list[Outcome]:
        reason, because = self._reasons[total.id]
        if reason is not None or not parts:
            return [Outcome(total, total, reason, because, ALWAYS, 0, False, total.quantity)]
        mask = divides([total, *parts], self._group_of)
        answer = [Outcome(total, total, None, None, WHOLE, mask, False, total.quantity)]
        answer += [Outcome(p, total, None, None, PART, mask, False, p.quantity) for p in parts]
        left = remainder(total.quantity, [part.quantity for part in parts])
        if left is not None and left.value != Decimal(0):
            answer.append(Outcome(total, total, None, None, PART, mask, True, left))
        return answer

    def _left_out_part(self, claim: ClaimFacts) -> Outcome | None:
        """The outcome of a part that is not added; None for wholes and for added parts."""
        total = self._total_of(claim)
        if total is None:
            return None
        reason, because = self._reasons[claim.id]
        if reason is None:
            reason, because = self._reasons[total.id]
            because = total.id if because is None else because
        if reason is None and self._total_of(total) is not None:
            reason = LeftOutReason.PART_OF_TOTAL
        if reason is None:
            return None
        return Outcome(claim, claim, reason, because, ALWAYS, 0, False, claim.quantity)


def divides(claims: Sequence[ClaimFacts], group_of: GroupOf) -> int:
    """The dimensions in which a total and its parts are not all alike, as a mask of bits."""
    first, *others = claims
    alike = _places(first, group_of)
    mask = 0
    for other in others:
        for bit, one, two in zip(_BITS, alike, _places(other, group_of), strict=True):
            if one != two:
                mask |= bit
    return mask


_BITS = tuple(
    int(dimension)
    for dimension in (
        Dimension.YEAR,
        Dimension.FISCAL_PERIOD,
        Dimension.MEMBER,
        Dimension.GROUP,
        Dimension.SECTOR,
        Dimension.COUNTRY,
        Dimension.CATEGORY,
        Dimension.INITIATIVE,
        Dimension.VALUE_CHAIN,
        Dimension.VERIFIED,
    )
)


def _places(claim: ClaimFacts, group_of: GroupOf) -> tuple[object, ...]:
    """Where a claim stands in each dimension, in the order of _BITS."""
    return (
        claim.year,
        claim.fiscal_label,
        claim.organisation_id,
        group_of(claim),
        claim.sector,
        claim.country,
        claim.category,
        claim.initiatives,
        claim.value_chains,
        claim.verified,
    )
