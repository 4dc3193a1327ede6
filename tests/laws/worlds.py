"""Small worlds of claims that touch each other in every way."""

from datetime import date
from decimal import Decimal

from hypothesis import strategies as st

from consortium.avoided.rules.claims import ClaimFacts
from consortium.avoided.rules.vocabulary import Basis, Bound, ClaimKind, RecordType
from consortium.kernel.periods import year_of
from consortium.kernel.visibility import Visibility
from consortium.organisations.rules import Control

DAYS = [date(2024, 1, 1), date(2024, 6, 1), date(2025, 1, 1), date(2025, 6, 1)]
STARTS = [date(2021, 1, 1), date(2022, 1, 1), None]
ENDS = [date(2021, 12, 31), date(2022, 12, 31), date(2023, 12, 31), None]
ORGANISATIONS = [1, 2, 3]

# Mostly figures that count, so that relations between them take effect.
RECORD_TYPES = [RecordType.ACTUAL] * 6 + [t for t in RecordType if t is not RecordType.ACTUAL]
KINDS = [ClaimKind.YEAR_ON_YEAR, ClaimKind.CUMULATIVE, ClaimKind.CUMULATIVE]


@st.composite
def claims(draw: st.DrawFn, *, public: bool = False, valued: bool = False) -> list[ClaimFacts]:
    """Up to nine claims of three organisations."""
    count = draw(st.integers(1, 9))
    answer = [_claim(draw, number, count, public, valued) for number in range(1, count + 1)]
    # A restatement or part is one only of the same kind, and mostly of the same period.
    for place, claim in enumerate(answer):
        other = claim.supersedes or claim.part_of
        if other is not None and draw(st.integers(0, 3)) > 0:
            answer[place] = _like(claim, answer[other - 1])
    return answer


def _like(claim: ClaimFacts, other: ClaimFacts) -> ClaimFacts:
    return claim._replace(
        organisation_id=other.organisation_id,
        kind=other.kind,
        record_type=RecordType.ACTUAL,
        period_start=other.period_start,
        period_end=other.period_end,
        year=other.year,
        fiscal_label=other.fiscal_label,
    )


def _claim(draw: st.DrawFn, number: int, count: int, public: bool, valued: bool) -> ClaimFacts:
    start, end = draw(st.sampled_from(STARTS)), draw(st.sampled_from(ENDS))
    if start is not None and end is not None and end < start:
        end = date(start.year, 12, 31)
    others = st.none() | st.integers(1, count).filter(lambda n: n != number)
    value = Decimal(draw(st.integers(-50, 50)))
    stated = valued or draw(st.integers(0, 5)) > 0
    visibility = Visibility.PUBLIC if public else draw(st.sampled_from(Visibility))
    return ClaimFacts(
        id=number,
        reference=f"claim-{number}",
        organisation_id=draw(st.sampled_from(ORGANISATIONS)),
        basis=Basis.DISCLOSED,
        kind=draw(st.sampled_from(KINDS)),
        record_type=draw(st.sampled_from(RECORD_TYPES)),
        period_start=start,
        period_end=end,
        year=year_of(start, end),
        fiscal_label=draw(st.sampled_from(["", "FY"])),
        value=value if stated else None,
        low=None if stated or draw(st.booleans()) else value,
        high=None,
        bound=Bound.EXACT,
        category=draw(st.sampled_from([None, "wind", "solar"])),
        part_of=draw(others),
        supersedes=draw(st.none() | others),
        series=draw(st.sampled_from([None, None, "since the start"])),
        verified=draw(st.booleans()),
        separate_from_parent=draw(st.integers(0, 4)) == 0,
        quarantined=draw(st.integers(0, 9)) == 0,
        visibility=visibility,
        known_on=draw(st.sampled_from(DAYS)),
    )


@st.composite
def controls(draw: st.DrawFn) -> list[Control]:
    """Each organisation under at most one with a smaller number, for a time."""
    answer: list[Control] = []
    for child in ORGANISATIONS[1:]:
        parent = draw(st.none() | st.sampled_from(range(1, child)))
        if parent is not None:
            starts = draw(st.sampled_from([None, date(2022, 1, 1)]))
            answer.append(Control(child, parent, starts, None))
    return answer
