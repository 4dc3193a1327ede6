"""The rules of disclosed figures once more: slow, obvious, one moment and one reader at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from consortium.avoided.rules.claims import ClaimFacts
from consortium.avoided.rules.vocabulary import Audience, ClaimKind, RecordType
from consortium.kernel.visibility import Visibility
from consortium.organisations.rules import Control

OWN = {"TARGET": "TARGET", "PROJECTION": "PROJECTION", "INCREMENT": "INCREMENT_OF_SERIES"}


@dataclass(frozen=True)
class Stand:
    """How a claim stands for a reader on a day."""

    reason: str | None
    view: int = 0
    total: int | None = None
    shadowed_by: frozenset[int] = frozenset()


class Moment:
    """All that one reader knows on one day."""

    def __init__(
        self,
        claims: Sequence[ClaimFacts],
        controls: Sequence[Control],
        day: date,
        reader: Audience,
        owner: int | None = None,
    ) -> None:
        self.controls = controls
        self.all = claims
        self.day, self.reader, self.owner = day, reader, owner
        self.known = {c.id: c for c in claims if c.known_on <= day and self.sees(c)}

    def sees(self, claim: ClaimFacts) -> bool:
        """The public sees what is public, members also what is for them, an owner its own too."""
        if claim.visibility is Visibility.PUBLIC:
            return True
        if claim.visibility is Visibility.CONSORTIUM:
            return self.reader is not Audience.PUBLIC
        return self.reader is Audience.OWNER and claim.organisation_id == self.owner

    def own(self, c: ClaimFacts) -> str | None:
        """A reason that lies in the claim."""
        if c.quarantined:
            return "QUARANTINED"
        if c.record_type is not RecordType.ACTUAL:
            return OWN[c.record_type.value]
        if c.value is None and c.low is None and c.high is None:
            return "NO_QUANTITY"
        if c.year is None and c.kind is not ClaimKind.CUMULATIVE:
            return "PERIOD_NOT_A_YEAR"
        return None

    def restates(self, later: ClaimFacts, earlier: ClaimFacts) -> bool:
        """A new version of the same figure."""
        dates = (later.period_start, later.period_end)
        return (
            later.supersedes == earlier.id
            and self.own(later) is None
            and self.own(earlier) is None
            and later.organisation_id == earlier.organisation_id
            and later.kind == earlier.kind
            and dates == (earlier.period_start, earlier.period_end)
            and (None not in dates or later.fiscal_label == earlier.fiscal_label != "")
        )

    def family(self, c: ClaimFacts) -> set[int]:
        """All versions of a figure."""
        members = {c.id}
        while True:
            more = {
                two.id
                for one in members
                for two in self.known.values()
                if self.restates(self.known[one], two) or self.restates(two, self.known[one])
            }
            if more <= members:
                return members
            members |= more

    def superseded(self, c: ClaimFacts) -> bool:
        """Of all versions, the last counts that nothing restates."""
        family = [self.known[one] for one in self.family(c)]

        def place(one: ClaimFacts) -> tuple[bool, date, int]:
            return (not any(self.restates(o, one) for o in family), one.known_on, one.id)

        return max(family, key=place).id != c.id

    def total(self, c: ClaimFacts) -> ClaimFacts | None:
        """The whole that a claim is a part of."""
        total = self.known.get(c.part_of or 0)
        if total is None or total.kind != c.kind or total is c:
            return None
        actual = (total.record_type, c.record_type) == (RecordType.ACTUAL, RecordType.ACTUAL)
        return total if actual else None

    def in_series(self, c: ClaimFacts) -> bool:
        """Whether a claim is a point of a series that could count."""
        return (
            c.kind is ClaimKind.CUMULATIVE
            and self.own(c) is None
            and not self.superseded(c)
            and self.total(c) is None
            and (c.series is not None or c.period_start is not None)
        )

    def earlier_point(self, c: ClaimFacts) -> bool:
        """Whether a later point of the same series is known."""
        if not self.in_series(c):
            return False
        for other in self.known.values():
            same_series = (
                other.series == c.series
                if c.series is not None or other.series is not None
                else other.period_start == c.period_start
            )
            if (
                other is c
                or not same_series
                or other.organisation_id != c.organisation_id
                or not self.in_series(other)
            ):
                continue
            if other.period_end != c.period_end:
                if other.period_end is None:
                    continue
                if c.period_end is None or other.period_end > c.period_end:
                    return True
            elif (c.series is not None or c.period_end is None) and (
                (other.known_on, other.id) > (c.known_on, c.id)
            ):
                return True
        return False

    def reason(self, c: ClaimFacts) -> str | None:
        """Why a claim is left out, shadows and membership aside."""
        if (own := self.own(c)) is not None:
            return own
        if self.superseded(c):
            return "SUPERSEDED"
        if self.earlier_point(c):
            return "EARLIER_POINT_OF_SERIES"
        total = self.total(c)
        if total is None:
            return None
        of_total = self.own(total) or ("SUPERSEDED" if self.superseded(total) else None)
        if of_total is None and self.earlier_point(total):
            of_total = "EARLIER_POINT_OF_SERIES"
        if of_total is None and self.total(total) is not None:
            of_total = "PART_OF_TOTAL"
        return of_total

    def parts(self, total: ClaimFacts) -> list[ClaimFacts]:
        """The parts by which a total can be read."""
        return [c for c in self.known.values() if self.total(c) is total and self.reason(c) is None]

    def stand(self, claim_id: int) -> Stand:
        """How a claim stands."""
        c = self.known[claim_id]
        reason = self.reason(c)
        if reason is not None:
            return Stand(reason)
        total = self.total(c)
        view = 2 if total is not None else (1 if self.parts(c) else 0)
        return Stand(None, view, None if total is None else total.id, self.shadows(total or c))

    def remainder(self, total: ClaimFacts) -> Decimal | None:
        """What the parts leave of a total; None where nothing is left or it is unknown."""
        parts = self.parts(total)
        values = [part.value for part in parts]
        if not parts or total.value is None or None in values:
            return None
        return (total.value - sum(value for value in values if value is not None)) or None

    def shadows(self, whole: ClaimFacts) -> frozenset[int]:
        """Controllers of whom a whole figure that counts covers the period."""
        start, end = whole.period_start, whole.period_end
        if whole.separate_from_parent or start is None or end is None:
            return frozenset()
        return frozenset(
            above
            for above in self.controllers(whole.organisation_id, end)
            if self.covered_by(above, whole)
        )

    def covered_by(self, organisation: int, whole: ClaimFacts) -> bool:
        """Whether a figure of the organisation covers the period, as others than it see."""
        seen = self
        if self.reader is Audience.OWNER:
            seen = Moment(self.all, self.controls, self.day, Audience.CONSORTIUM)
        assert whole.period_start is not None
        assert whole.period_end is not None
        return any(
            c.organisation_id == organisation
            and c.kind is whole.kind
            and seen.reason(c) is None
            and seen.total(c) is None
            and c.period_start is not None
            and c.period_end is not None
            and c.period_start <= whole.period_start
            and whole.period_end <= c.period_end
            for c in seen.known.values()
        )

    def controllers(self, organisation: int, on: date) -> set[int]:
        """Everyone above on a day."""
        found: set[int] = set()
        frontier = {organisation}
        while frontier:
            frontier = {
                c.parent_id
                for c in self.controls
                if c.child_id in frontier
                and (c.starts_on is None or c.starts_on <= on)
                and (c.ends_on is None or on <= c.ends_on)
            } - found
            found |= frontier
        return found
