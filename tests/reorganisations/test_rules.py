"""What the rules of histories and of joined memberships always hold."""

from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from hypothesis import given, reject
from hypothesis import strategies as st

from consortium.membership.rules.timeline import Span, status_on
from consortium.membership.rules.transitions import MembershipStatus
from consortium.reorganisations.rules.histories import (
    ChangedLater,
    Era,
    NothingChanges,
    Trait,
    Traits,
    changed,
    traits_on,
)
from consortium.reorganisations.rules.memberships import (
    STRENGTH,
    Held,
    MembershipsDisagree,
    joined,
)

START = date(2020, 1, 1)
DAYS = [START + timedelta(days=n) for n in range(-1, 21)]
days = st.sampled_from(DAYS[1:-1])
words = st.sampled_from(["A", "B", "C"])


@st.composite
def histories(draw: st.DrawFn) -> list[Era]:
    """An organisation that changed up to three times."""
    starts = sorted(draw(st.sets(days, max_size=3)))
    some = st.builds(Traits, words, st.none() | words, st.none() | words)
    return [Era(start, draw(some)) for start in (None, *starts)]


@given(histories(), st.sampled_from(["name", "country", "sector"]), words, days)
def test_a_change_holds_from_its_day_and_nothing_else_changes(
    eras: list[Era], trait: Trait, value: str, day: date
) -> None:
    """Before the day all is as it was; from the day on the one trait is new, the others are not."""
    try:
        after = changed(eras, trait, value, day)
    except (NothingChanges, ChangedLater):
        reject()
    for one in DAYS:
        was, now = traits_on(eras, one), traits_on(after, one)
        if one < day:
            assert now == was
        else:
            assert now == Traits(**{**was._asdict(), trait: value})
    starts = [era.starts_on for era in after]
    assert starts[0] is None
    assert starts[1:] == sorted({one for one in starts if one is not None})
    assert {era.starts_on for era in eras} <= set(starts)


def test_a_later_change_of_the_same_is_not_overwritten() -> None:
    """A rename of 2020 is refused once one of later that month is known; a move is not."""
    eras = [Era(None, Traits("A")), Era(date(2020, 1, 9), Traits("B"))]

    with pytest.raises(ChangedLater, match="2020-01-09"):
        changed(eras, "name", "C", date(2020, 1, 5))
    with pytest.raises(ChangedLater):
        changed(eras, "name", "C", date(2020, 1, 9))
    assert changed(eras, "country", "IE", date(2020, 1, 5)) == [
        Era(None, Traits("A")),
        Era(date(2020, 1, 5), Traits("A", "IE")),
        Era(date(2020, 1, 9), Traits("B", "IE")),
    ]


@st.composite
def memberships(draw: st.DrawFn, first_id: int) -> list[Held]:
    """The days of one record, with gaps and open ends now and then."""
    borders = sorted(draw(st.sets(days, min_size=1, max_size=4)))
    answer: list[Held] = []
    for at, start in enumerate(borders):
        after = borders[at + 1] if at + 1 < len(borders) else None
        status = draw(st.sampled_from(MembershipStatus))
        if after is None:
            end = draw(st.none() | st.just(DAYS[-1]))
        else:
            end = draw(st.sampled_from([start, after - timedelta(days=1)]))
        first = None if at == 0 and draw(st.booleans()) else start
        answer.append(Held(first_id + at, first_id + at, Span(status, first, end)))
    return answer


def _status(rows: Sequence[Held], day: date) -> MembershipStatus | None:
    return status_on(tuple(row.span for row in rows), day)


@given(memberships(1), memberships(100))
def test_on_each_day_the_stronger_status(one: list[Held], other: list[Held]) -> None:
    """Whatever days the two records have; no day is lost, none is added."""
    try:
        both = joined(one, other)
    except MembershipsDisagree:
        reject()
    for day in DAYS:
        held = [found for rows in (one, other) if (found := _status(rows, day)) is not None]
        expected = min(held, key=STRENGTH.index) if held else None
        assert _status(both, day) == expected
    numbers = [row.row_id for row in both if row.row_id is not None]
    assert len(numbers) == len(set(numbers))
    assert {row.source_id for row in both} <= {row.row_id for row in (*one, *other)}


@given(memberships(1))
def test_one_that_never_belonged_changes_nothing(rows: list[Held]) -> None:
    """Days under one status that meet become one row; else all is as it was."""
    try:
        both = joined(rows, [])
    except MembershipsDisagree:
        reject()
    assert [_status(both, day) for day in DAYS] == [_status(rows, day) for day in DAYS]


def test_days_that_meet_are_one_row_of_the_survivor() -> None:
    """A member since 2018 on the one, since 2019 on the other record: since 2018."""
    member = MembershipStatus.MEMBER
    survivor = [Held(1, 1, Span(member, date(2019, 1, 1), None))]
    duplicate = [Held(2, 2, Span(member, date(2018, 1, 1), date(2019, 6, 30)))]

    assert joined(survivor, duplicate) == [Held(1, 1, Span(member, date(2018, 1, 1), None))]
