"""Subsidiaries: a figure is left out where the figure of a controller covers its period."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from consortium.avoided.rules.vocabulary import ClaimKind
from consortium.kernel.periods import covers


class Coverage(NamedTuple):
    """A counted whole figure, for a class of readers and an interval of knowledge."""

    organisation_id: int
    kind: ClaimKind
    period_start: date | None
    period_end: date | None
    audience: int
    known_from: date
    known_to: date | None


class Span(NamedTuple):
    """An interval of knowledge; `known_to` is exclusive, None is open."""

    known_from: date
    known_to: date | None


class Asked(NamedTuple):
    """Whether anything of an organisation covers this, as one class of readers sees it."""

    organisation_id: int
    kind: ClaimKind
    period_start: date
    period_end: date
    reader: int


class Coverages:
    """The counted figures of the organisations that control others."""

    def __init__(self, counted: Iterable[Coverage]) -> None:
        self._rows: dict[tuple[int, ClaimKind], list[Coverage]] = {}
        for row in counted:
            self._rows.setdefault((row.organisation_id, row.kind), []).append(row)
        self._known: dict[Asked, list[Span]] = {}

    def spans(self, asked: Asked) -> list[Span]:
        """When a figure of the organisation is known that covers the whole period, in order."""
        if asked not in self._known:
            self._known[asked] = merged(
                Span(row.known_from, row.known_to)
                for row in self._rows.get((asked.organisation_id, asked.kind), ())
                if row.audience & asked.reader
                and covers(row.period_start, row.period_end, asked.period_start, asked.period_end)
            )
        return self._known[asked]


def merged(spans: Iterable[Span]) -> list[Span]:
    """The union of intervals, in order and apart from each other."""
    answer: list[Span] = []
    for span in sorted(spans, key=lambda s: s.known_from):
        last = answer[-1] if answer else None
        if last is None or (last.known_to is not None and last.known_to < span.known_from):
            answer.append(span)
        elif last.known_to is not None:
            end = None if span.known_to is None else max(last.known_to, span.known_to)
            answer[-1] = Span(last.known_from, end)
    return answer


def holds_at(spans: Iterable[Span], day: date) -> bool:
    """Whether a day lies in one of the intervals."""
    return any(s.known_from <= day and (s.known_to is None or day < s.known_to) for s in spans)


def cut(span: Span, at: Iterable[date]) -> list[Span]:
    """The interval in pieces, cut at the days that lie inside it."""
    inside = sorted(
        {
            day
            for day in at
            if span.known_from < day and (span.known_to is None or day < span.known_to)
        }
    )
    starts = [span.known_from, *inside]
    return [Span(a, b) for a, b in zip(starts, [*inside, span.known_to], strict=True)]
