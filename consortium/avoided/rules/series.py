"""Cumulative series: of several running totals since one start, the latest point counts."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from consortium.avoided.rules.claims import ClaimFacts


class Presence(NamedTuple):
    """A point that could count from one day on, until before another (None: still)."""

    claim: ClaimFacts
    known_from: date
    known_to: date | None


class Displacement(NamedTuple):
    """A later point of the series stands in the way of an earlier one in this interval."""

    claim_id: int
    because_id: int
    known_from: date
    known_to: date | None


SeriesKey = tuple[int, str | None, date | None]


def series_key(claim: ClaimFacts) -> SeriesKey | None:
    """What a running total is a point of; None when it stands alone.

    The published series, else every running total of the organisation since the same known day.
    A series belongs to one organisation: nobody's label reaches the figures of another.
    """
    if claim.series is not None:
        return (claim.organisation_id, claim.series, None)
    if claim.period_start is not None:
        return (claim.organisation_id, None, claim.period_start)
    return None


def displacements(points: Iterable[Presence]) -> list[Displacement]:
    """For the points of one series, when each one gives way to a later point.

    The latest known end counts; a point without one never comes before a dated point, and among
    undated ones the last published counts. With equal ends both count where no label says that
    they are one series (they may be two solutions), and the last published where one does.
    """
    sweep = _Sweep()
    present = list(points)
    moments = {p.known_from for p in present} | {p.known_to for p in present if p.known_to}
    arriving = _by_day((p.known_from, p.claim) for p in present)
    leaving = _by_day((p.known_to, p.claim) for p in present if p.known_to)
    for moment in sorted(moments):
        sweep.step(moment, leaving.get(moment, []), arriving.get(moment, []))
    return sweep.finish()


def _by_day(pairs: Iterable[tuple[date, ClaimFacts]]) -> dict[date, list[ClaimFacts]]:
    days: dict[date, list[ClaimFacts]] = {}
    for day, claim in pairs:
        days.setdefault(day, []).append(claim)
    return days


def _rank(claim: ClaimFacts) -> tuple[date, date, int]:
    """Where a point stands; points of equal rank count together."""
    end = claim.period_end or date.min
    if claim.series is None and claim.period_end is not None:
        return (end, date.min, 0)
    return (end, claim.known_on, claim.id)


class _Sweep:
    """Goes through the days on which points come and go, and notes who gives way to whom.

    `_heads` are the points that count; all others that are present have an open displacement.
    """

    def __init__(self) -> None:
        self._present: dict[int, ClaimFacts] = {}
        self._heads: dict[int, ClaimFacts] = {}
        self._open: dict[int, tuple[int, date]] = {}
        self._done: list[Displacement] = []

    def step(self, day: date, leaving: list[ClaimFacts], arriving: list[ClaimFacts]) -> None:
        """Take points away, add points, and see which of those present is the latest."""
        undecided = list(arriving)
        for claim in leaving:
            self._close(claim.id, day)
            self._present.pop(claim.id, None)
            self._heads.pop(claim.id, None)
        self._present.update((claim.id, claim) for claim in arriving)
        if not self._heads:
            undecided = list(self._present.values())
        self._settle(day, [*self._heads.values(), *undecided])

    def _settle(self, day: date, candidates: list[ClaimFacts]) -> None:
        if not candidates:
            return
        latest = max(candidates, key=_rank)
        self._heads = {c.id: c for c in candidates if _rank(c) == _rank(latest)}
        for claim in candidates:
            self._close(claim.id, day)
            if claim.id not in self._heads:
                self._open[claim.id] = (latest.id, day)

    def _close(self, claim_id: int, day: date | None) -> None:
        if claim_id in self._open:
            because, since = self._open.pop(claim_id)
            self._done.append(Displacement(claim_id, because, since, day))

    def finish(self) -> list[Displacement]:
        """All intervals; those that are still open have no end."""
        for claim_id in list(self._open):
            self._close(claim_id, None)
        return self._done
