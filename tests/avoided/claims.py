"""Claims as the rules know them, for stories."""

from datetime import date
from decimal import Decimal
from typing import Any

from consortium.avoided.rules.claims import ClaimFacts
from consortium.avoided.rules.vocabulary import Basis, Bound, ClaimKind, RecordType
from consortium.kernel.periods import year_of
from consortium.kernel.visibility import Visibility

KNOWN = date(2024, 1, 1)


def claim(number: int, value: int | None = 1000, **given: Any) -> ClaimFacts:
    """A public year-on-year figure of organisation 1 for 2022, known since 2024."""
    plain = ClaimFacts(
        id=number,
        reference=f"claim-{number}",
        organisation_id=1,
        basis=Basis.DISCLOSED,
        kind=ClaimKind.YEAR_ON_YEAR,
        record_type=RecordType.ACTUAL,
        period_start=date(2022, 1, 1),
        period_end=date(2022, 12, 31),
        year=None,
        fiscal_label="2022",
        value=None if value is None else Decimal(value),
        low=None,
        high=None,
        bound=Bound.EXACT,
        category=None,
        part_of=None,
        supersedes=None,
        series=None,
        verified=False,
        separate_from_parent=False,
        quarantined=False,
        visibility=Visibility.PUBLIC,
        known_on=KNOWN,
    )._replace(**given)
    return plain._replace(year=year_of(plain.period_start, plain.period_end))


def total_since(number: int, start: date | None, end: date | None, **given: Any) -> ClaimFacts:
    """A running total."""
    return claim(number, kind=ClaimKind.CUMULATIVE, period_start=start, period_end=end, **given)
