"""Outcomes over time: what each class of readers knows, and when that changes."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from consortium.avoided.rules.claims import ClaimFacts
from consortium.avoided.rules.components import (
    PART,
    Displacements,
    GroupOf,
    Outcome,
    components,
    judge,
)
from consortium.avoided.rules.series import Displacement, Presence, displacements, series_key
from consortium.avoided.rules.shadows import Span, holds_at, merged
from consortium.avoided.rules.vocabulary import Audience, ClaimKind
from consortium.kernel.visibility import Visibility

EVERYONE = int(Audience.PUBLIC | Audience.CONSORTIUM | Audience.OWNER)
# Plain numbers: operations on flags cost more than all else here.
_PUBLIC, _CONSORTIUM, _OWNER = (int(reader) for reader in Audience)
MASK_OF = {
    Visibility.PUBLIC: EVERYONE,
    Visibility.CONSORTIUM: int(Audience.CONSORTIUM | Audience.OWNER),
    Visibility.PRIVATE: int(Audience.OWNER),
}


class Lasting(NamedTuple):
    """An outcome that holds for an interval of knowledge."""

    outcome: Outcome
    known_from: date
    known_to: date | None
    audience: int = EVERYONE


def for_all_readers(claims: list[ClaimFacts], groups: GroupOf) -> list[Lasting]:
    """Outcomes as each class of readers sees them, equal ones in one."""
    answer: list[Lasting] = []
    public: list[ClaimFacts] = []
    for bucket in _buckets(claims):
        if all(claim.visibility is Visibility.PUBLIC for claim in bucket):
            public += bucket
        else:
            answer += _merged_audiences(_views(bucket, groups))
    return answer + _as_seen(public, groups)


def _buckets(claims: list[ClaimFacts]) -> list[list[ClaimFacts]]:
    """Claims that can touch one another: by links, or as points of one series."""
    leader: dict[object, object] = {}

    def find(node: object) -> object:
        while leader.setdefault(node, node) != node:
            leader[node] = leader[leader[node]]
            node = leader[node]
        return node

    known = {claim.id for claim in claims}
    for claim in claims:
        key = series_key(claim) if claim.kind is ClaimKind.CUMULATIVE else None
        for other in (claim.part_of, claim.supersedes, key):
            if other is not None and (other is key or other in known):
                leader[find(claim.id)] = find(other)
    buckets: dict[object, list[ClaimFacts]] = {}
    for claim in claims:
        buckets.setdefault(find(claim.id), []).append(claim)
    return list(buckets.values())


def _views(bucket: list[ClaimFacts], groups: GroupOf) -> list[Lasting]:
    """The public sees public figures, members also those for members, an owner its own too."""
    public = [c for c in bucket if c.visibility is Visibility.PUBLIC]
    shared = [c for c in bucket if c.visibility is not Visibility.PRIVATE]
    answer = [one._replace(audience=_PUBLIC) for one in _as_seen(public, groups)]
    of_members = _as_seen(shared, groups)
    answer += [one._replace(audience=_CONSORTIUM) for one in of_members]
    owners = {c.organisation_id for c in bucket if c.visibility is Visibility.PRIVATE}
    for owner in {c.organisation_id for c in bucket}:
        seen = of_members
        if owner in owners:
            own = (c for c in bucket if c.organisation_id == owner)
            others = (c for c in shared if c.organisation_id != owner)
            seen = _as_seen([*own, *others], groups)
        answer += [
            one._replace(audience=_OWNER)
            for one in seen
            if one.outcome.claim.organisation_id == owner
        ]
    return answer


def _merged_audiences(seen: list[Lasting]) -> list[Lasting]:
    masks: dict[tuple[object, ...], int] = {}
    rows: dict[tuple[object, ...], Lasting] = {}
    for one in seen:
        claim, whole, *rest = one.outcome
        key = (claim.id, whole.id, *rest, one.known_from, one.known_to)
        masks[key] = masks.get(key, 0) | one.audience
        rows[key] = one
    return [one._replace(audience=masks[key]) for key, one in rows.items()]


def _as_seen(claims: Sequence[ClaimFacts], groups: GroupOf) -> list[Lasting]:
    """Outcomes over time for readers who see exactly these claims."""
    judged_together = components(claims)
    gone: dict[int, list[Displacement]] = {}
    for points in _points_by_series(judged_together, groups).values():
        for one in displacements(points):
            gone.setdefault(one.claim_id, []).append(one)
    return [one for group in judged_together for one in _through_time(group, gone, groups)]


def _points_by_series(
    judged_together: Iterable[list[ClaimFacts]], groups: GroupOf
) -> dict[object, list[Presence]]:
    """Running totals that would count if no other point of their series were known."""
    points: dict[object, list[Presence]] = {}
    for group in judged_together:
        spans: dict[ClaimFacts, list[Span]] = {}
        for one in _through_time(group, {}, groups):
            outcome = one.outcome
            counts = outcome.reason is None and outcome.view != PART
            if counts and outcome.claim.kind is ClaimKind.CUMULATIVE:
                spans.setdefault(outcome.claim, []).append(Span(one.known_from, one.known_to))
        for claim, held in spans.items():
            key = series_key(claim)
            if key is not None:
                points.setdefault(key, []).extend(Presence(claim, *span) for span in merged(held))
    return points


def _through_time(
    group: list[ClaimFacts], gone: dict[int, list[Displacement]], groups: GroupOf
) -> list[Lasting]:
    """The outcomes of one component at each state of knowledge, equal neighbours in one."""
    here = [one for claim in group for one in gone.get(claim.id, ())]
    if len(group) == 1 and not here:
        return [Lasting(judge(group, {}, groups)[0], group[0].known_on, None)]
    days = {claim.known_on for claim in group} | {one.known_from for one in here}
    days |= {one.known_to for one in here if one.known_to is not None}
    history = _History()
    for day in sorted(days):
        known = [claim for claim in group if claim.known_on <= day]
        if known:
            history.note(day, judge(known, _displaced_on(day, here), groups))
    return history.finish()


def _displaced_on(day: date, here: Iterable[Displacement]) -> Displacements:
    return {one.claim_id: one.because_id for one in here if holds_at([Span(*one[2:])], day)}


class _History:
    """Outcomes that follow each other; what stays the same is one interval."""

    def __init__(self) -> None:
        self._open: dict[tuple[int, bool], tuple[Outcome, date]] = {}
        self._done: list[Lasting] = []

    def note(self, day: date, outcomes: list[Outcome]) -> None:
        """All outcomes from this day on."""
        now = {(one.claim.id, one.not_broken_down): one for one in outcomes}
        for key, (outcome, since) in list(self._open.items()):
            if now.get(key) != outcome:
                self._done.append(Lasting(outcome, since, day))
                del self._open[key]
        for key, outcome in now.items():
            self._open.setdefault(key, (outcome, day))

    def finish(self) -> list[Lasting]:
        """All intervals; the last of each claim has no end."""
        return self._done + [Lasting(one, since, None) for one, since in self._open.values()]
