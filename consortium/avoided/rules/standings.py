"""How every claim stands in the sums: for each class of readers, at each state of knowledge.

`resolve` is the one entry. It joins the rules of `components` (restatements, totals with
parts), `series` (cumulative points) and `shadows` (subsidiaries), and merges what is equal.
Who is a member is not asked here: it depends on the day that a question names.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import NamedTuple

from consortium.avoided.rules.claims import ClaimFacts
from consortium.avoided.rules.components import PART, WHOLE, GroupOf, Outcome, judge
from consortium.avoided.rules.histories import MASK_OF, Lasting, for_all_readers
from consortium.avoided.rules.quantities import Quantity
from consortium.avoided.rules.shadows import Asked, Coverage, Coverages, Span, cut, holds_at
from consortium.avoided.rules.vocabulary import (
    Audience,
    ClaimKind,
    LeftOutReason,
    RecordType,
)
from consortium.kernel.quantities import exact_difference, exact_sum
from consortium.organisations.rules import ControlChains

# Plain numbers: operations on flags cost more than all else here.
_READERS = _PUBLIC, _CONSORTIUM, _OWNER = tuple(int(reader) for reader in Audience)
_WIDEST = {who: min(r for r in _READERS if mask & r) for who, mask in MASK_OF.items()}


class Standing(NamedTuple):
    """One outcome for one claim, a set of readers (mask) and an interval of knowledge."""

    outcome: Outcome
    group_id: int
    shadowed_by: tuple[int, ...]
    audience: int
    known_from: date
    known_to: date | None

    @property
    def since(self) -> date | None:
        """The start of a cumulative figure; a part follows its total."""
        whole = self.outcome.whole
        return whole.period_start if whole.kind is ClaimKind.CUMULATIVE else None

    @property
    def series_key(self) -> str:
        """Sets apart cumulative figures whose start is not known: they are never added."""
        whole = self.outcome.whole
        unknown = whole.kind is ClaimKind.CUMULATIVE and whole.period_start is None
        return whole.reference if unknown else ""


# Claim -> the intervals in which an effect covers it.
Covers = Mapping[int, Sequence[Span]]
NOTHING_COVERED: Covers = MappingProxyType({})


def resolve(
    claims: Sequence[ClaimFacts],
    control: ControlChains,
    today: date,
    covers: Covers = NOTHING_COVERED,
) -> list[Standing]:
    """The standings of claims, which must hold all that their own outcome depends on.

    That is: the claims of every organisation that they, or their organisation's controllers and
    subsidiaries, are linked with. `today` decides the group of a claim without a period. What an
    effect covers leaves the sums with its parts, and holds back all that it held back before.
    """
    groups = _Groups(control, today)
    alone, tied = _apart(claims)
    lasting = [
        Lasting(judge([claim], {}, groups)[0], claim.known_on, None, MASK_OF[claim.visibility])
        for claim in alone
    ]
    lasting += for_all_readers(tied, groups)
    standings = _Shadows(lasting, control).cast(groups)
    return (
        [piece for one in standings for piece in _uncovered(one, covers)] if covers else standings
    )


def _uncovered(standing: Standing, covers: Covers) -> list[Standing]:
    """A standing in pieces, left out where an effect covers the claim or its total."""
    spans = covers.get(standing.outcome.whole.id, ())
    if not spans or standing.outcome.reason is not None:
        return [standing]
    left_out = standing.outcome._replace(reason=LeftOutReason.COVERED_BY_EFFECT)
    days = [day for span in spans for day in span if day is not None]
    return [
        standing._replace(
            outcome=left_out if holds_at(spans, piece.known_from) else standing.outcome,
            known_from=piece.known_from,
            known_to=piece.known_to,
        )
        for piece in cut(Span(standing.known_from, standing.known_to), days)
    ]


class _Groups:
    """The top of the chain of control on the last day of a claim's period, else today."""

    def __init__(self, control: ControlChains, today: date) -> None:
        self._control, self._today = control, today

    def __call__(self, claim: ClaimFacts) -> int:
        return self._control.group(claim.organisation_id, claim.period_end or self._today)


def _apart(claims: Sequence[ClaimFacts]) -> tuple[list[ClaimFacts], list[ClaimFacts]]:
    """Claims that nothing else can touch, and the others. Most are of the first sort."""
    named = {c.part_of for c in claims} | {c.supersedes for c in claims}
    alone: list[ClaimFacts] = []
    tied: list[ClaimFacts] = []
    for claim in claims:
        linked = claim.part_of is not None or claim.supersedes is not None or claim.id in named
        in_series = claim.kind is ClaimKind.CUMULATIVE and claim.record_type is RecordType.ACTUAL
        (tied if linked or in_series else alone).append(claim)
    return alone, tied


class _Shadows:
    """Puts the shadow of controllers' figures on the standings of those that they control."""

    def __init__(self, lasting: list[Lasting], control: ControlChains) -> None:
        self._lasting, self._control = lasting, control
        self._coverages = Coverages(
            Coverage(
                one.outcome.claim.organisation_id,
                one.outcome.claim.kind,
                one.outcome.claim.period_start,
                one.outcome.claim.period_end,
                one.audience,
                one.known_from,
                one.known_to,
            )
            for one in lasting
            if one.outcome.reason is None
            and one.outcome.view != PART
            and one.outcome.claim.organisation_id in control.controllers
        )

    def cast(self, groups: GroupOf) -> list[Standing]:
        answer: list[Standing] = []
        for one in self._lasting:
            group_id = groups(one.outcome.claim)
            if self._ancestors(one):
                answer += self._shadowed(one, group_id)
            else:
                answer.append(
                    Standing(one.outcome, group_id, (), one.audience, one.known_from, one.known_to)
                )
        return answer

    def _ancestors(self, one: Lasting) -> tuple[int, ...]:
        """Who could stand above a counted figure; parts ask with the period of their total."""
        whole = one.outcome.whole
        if one.outcome.reason is not None or whole.separate_from_parent:
            return ()
        if whole.period_start is None or whole.period_end is None:
            return ()
        return self._control.ancestors(whole.organisation_id, whole.period_end)

    def _shadowed(self, one: Lasting, group_id: int) -> list[Standing]:
        masks: dict[tuple[Span, tuple[int, ...]], int] = {}
        for reader in _READERS:
            if one.audience & reader:
                for piece in self._pieces(one, reader):
                    masks[piece] = masks.get(piece, 0) | reader
        return [
            Standing(one.outcome, group_id, above, mask, span.known_from, span.known_to)
            for (span, above), mask in masks.items()
        ]

    def _pieces(self, one: Lasting, reader: int) -> list[tuple[Span, tuple[int, ...]]]:
        """The intervals of a figure with the controllers whose figures cover it then."""
        whole = one.outcome.whole
        if whole.period_start is None or whole.period_end is None:
            return []
        # An owner sees of its controllers' figures what the members see.
        sees = _CONSORTIUM if reader == _OWNER else reader
        above = {
            ancestor: self._coverages.spans(
                Asked(ancestor, whole.kind, whole.period_start, whole.period_end, sees)
            )
            for ancestor in self._ancestors(one)
        }
        days = [day for spans in above.values() for span in spans for day in span if day]
        return [
            (piece, tuple(a for a, spans in above.items() if holds_at(spans, piece.known_from)))
            for piece in cut(Span(one.known_from, one.known_to), days)
        ]


class PartsSum(NamedTuple):
    """What the counted parts of a total add up to, and the total less that."""

    claim_id: int
    parts: Decimal
    difference: Decimal


def parts_sums(standings: Iterable[Standing]) -> list[PartsSum]:
    """For each total with parts, as far as those see who see the total, at the latest knowledge.

    A total without a value, or with a part without one, has no sum.
    """
    totals: dict[int, Quantity] = {}
    parts: dict[int, list[Decimal | None]] = {}
    for one in standings:
        whole = one.outcome.whole
        widest = _WIDEST[whole.visibility]
        if one.known_to is not None or not one.audience & widest:
            continue
        if one.outcome.view == WHOLE:
            totals[whole.id] = one.outcome.quantity
        elif one.outcome.view == PART and not one.outcome.not_broken_down:
            parts.setdefault(whole.id, []).append(one.outcome.quantity.value)
    return [
        PartsSum(claim_id, known, exact_difference(total.value, known))
        for claim_id, total in totals.items()
        if total.value is not None and (known := _sum(parts.get(claim_id, []))) is not None
    ]


def _sum(values: list[Decimal | None]) -> Decimal | None:
    known = [value for value in values if value is not None]
    return exact_sum(known) if len(known) == len(values) else None
