"""What the rules know of a claim, and the reasons that lie in the claim itself."""

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from consortium.avoided.rules.quantities import Quantity, resolved
from consortium.avoided.rules.vocabulary import Basis, Bound, ClaimKind, LeftOutReason, RecordType
from consortium.kernel.visibility import Visibility


class ClaimFacts(NamedTuple):
    """A claim with what decides how it stands; masses in kg CO2e."""

    id: int
    reference: str
    organisation_id: int
    basis: Basis
    kind: ClaimKind
    record_type: RecordType
    period_start: date | None
    period_end: date | None
    year: int | None
    fiscal_label: str
    value: Decimal | None
    low: Decimal | None
    high: Decimal | None
    bound: Bound
    category: str | None
    part_of: int | None
    supersedes: int | None
    series: str | None
    verified: bool
    separate_from_parent: bool
    quarantined: bool
    visibility: Visibility
    known_on: date
    sector: str | None = None
    country: str | None = None
    initiatives: frozenset[int] = frozenset()
    value_chains: frozenset[int] = frozenset()

    @property
    def quantity(self) -> Quantity:
        """The figure with the range that it means."""
        return resolved(Quantity(self.value, self.low, self.high, self.bound))


_OF_RECORD_TYPE = {
    RecordType.TARGET: LeftOutReason.TARGET,
    RecordType.PROJECTION: LeftOutReason.PROJECTION,
    RecordType.INCREMENT: LeftOutReason.INCREMENT_OF_SERIES,
}


def own_reason(claim: ClaimFacts) -> LeftOutReason | None:
    """Why a claim could not be added even if it stood alone.

    A running total since a start date needs no year; figures of the other kinds do.
    """
    if claim.quarantined:
        return LeftOutReason.QUARANTINED
    if claim.record_type is not RecordType.ACTUAL:
        return _OF_RECORD_TYPE[claim.record_type]
    if claim.value is None and claim.low is None and claim.high is None:
        return LeftOutReason.NO_QUANTITY
    if claim.kind is not ClaimKind.CUMULATIVE and claim.year is None:
        return LeftOutReason.PERIOD_NOT_A_YEAR
    return None


def same_period(one: ClaimFacts, two: ClaimFacts) -> bool:
    """Whether two claims speak of the same period.

    Where an end is unknown, the published label must be the same as well.
    """
    if (one.period_start, one.period_end) != (two.period_start, two.period_end):
        return False
    if one.period_start is not None and one.period_end is not None:
        return True
    return one.fiscal_label != "" and one.fiscal_label == two.fiscal_label


def restates(later: ClaimFacts, earlier: ClaimFacts) -> bool:
    """Whether `later`, which names `earlier` as superseded, is a new version of it.

    It is one only of the same organisation, kind and period. Anything else (a new target year,
    another method) is a statement of its own, and both stand.
    """
    return (
        later.supersedes == earlier.id
        and later.organisation_id == earlier.organisation_id
        and later.kind is earlier.kind
        and same_period(later, earlier)
    )


def is_part(part: ClaimFacts, total: ClaimFacts) -> bool:
    """Whether `part`, which names `total` as its whole, is a part that rules treat as one."""
    return (
        part.part_of == total.id
        and part.kind is total.kind
        and part.record_type is RecordType.ACTUAL
        and total.record_type is RecordType.ACTUAL
    )
