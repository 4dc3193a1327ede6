"""What the memberships of two records come to, when both are of one organisation."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import NamedTuple

from consortium.kernel.errors import DomainError
from consortium.membership.rules.timeline import Span
from consortium.membership.rules.transitions import MembershipStatus, Pair, possible_pairs

_DAY = timedelta(days=1)
# The strongest first: whoever counts as a member on one record is one.
STRENGTH = (
    MembershipStatus.MEMBER,
    MembershipStatus.SUSPENDED,
    MembershipStatus.UNDER_APPEAL,
    MembershipStatus.UNDER_EXPULSION,
    MembershipStatus.EXPELLED,
    MembershipStatus.PARTICIPANT,
    MembershipStatus.FORMER,
)


class MembershipsDisagree(DomainError):
    """Their memberships do not fit together: end the procedure on one of the two first."""

    code = "MEMBERSHIPS_DISAGREE"


class Held(NamedTuple):
    """The row of a membership; `row_id` is None of one that is to be added like `source_id`."""

    row_id: int | None
    source_id: int
    span: Span


def joined(survivor: Sequence[Held], duplicate: Sequence[Held]) -> list[Held]:
    """On each day the stronger status of the two; where both are the same, the survivor's row.

    Days that meet under one status are one row. Raises MembershipsDisagree where a status could
    not follow the one before it.
    """
    pieces = _together(_pieces([*survivor, *duplicate]), {one.source_id for one in survivor})
    statuses: list[MembershipStatus | None] = [None, *(one.span.status for one in pieces)]
    allowed = possible_pairs()
    for before, after in pairwise(statuses):
        assert after is not None  # noqa: S101  only the first is none
        pair = Pair("membership", None if before is None else before.value, after.value)
        if pair not in allowed:
            was = "nothing" if before is None else before.value
            raise MembershipsDisagree(
                f"Together it would be {after.value} after {was}, which cannot be: end the"
                " procedure on one of the two first."
            )
    return list(_numbered(pieces))


def _pieces(rows: Sequence[Held]) -> Iterator[Held]:
    """Between any two days on which something begins or ends, the strongest row."""
    borders = sorted({day for row in rows for day in (_first(row.span), _after(row.span))})
    for start, end in pairwise(borders):
        held = [row for row in rows if _first(row.span) <= start < _after(row.span)]
        if held:
            strongest = min(held, key=lambda row: STRENGTH.index(row.span.status))
            first = None if start == date.min else start
            last = None if end == date.max else end - _DAY
            yield Held(
                strongest.row_id, strongest.source_id, Span(strongest.span.status, first, last)
            )


def _together(pieces: Iterable[Held], preferred: set[int]) -> list[Held]:
    """Pieces that meet under one status, as one: of a preferred row where one of them is."""
    answer: list[Held] = []
    for piece in pieces:
        last = answer[-1] if answer else None
        if last is None or last.span.status is not piece.span.status or not _meet(last, piece):
            answer.append(piece)
            continue
        row = last if last.source_id in preferred or piece.source_id not in preferred else piece
        span = Span(last.span.status, last.span.starts_on, piece.span.ends_on)
        answer[-1] = Held(row.row_id, row.source_id, span)
    return answer


def _numbered(pieces: Iterable[Held]) -> Iterator[Held]:
    """A row that was cut keeps its number for the first piece; the others are added."""
    seen: set[int] = set()
    for piece in pieces:
        yield piece._replace(row_id=None) if piece.source_id in seen else piece
        seen.add(piece.source_id)


def _meet(one: Held, other: Held) -> bool:
    return _after(one.span) == _first(other.span)


def _first(span: Span) -> date:
    return span.starts_on or date.min


def _after(span: Span) -> date:
    """The day after the last one; the end of time where none is known."""
    return date.max if span.ends_on is None else span.ends_on + _DAY
