"""Each rule of disclosed figures, as a story."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from consortium.avoided.rules.claims import ClaimFacts
from consortium.avoided.rules.quantities import Quantity, bound_of, remainder, resolved
from consortium.avoided.rules.standings import Standing, parts_sums, resolve
from consortium.avoided.rules.vocabulary import (
    Audience,
    Bound,
    ClaimKind,
    Dimension,
    LeftOutReason,
    RecordType,
)
from consortium.kernel.visibility import Visibility
from consortium.organisations.rules import Control, ControlChains
from tests.avoided.claims import claim, total_since

TODAY = date(2026, 1, 1)
START, END_2022, END_2023 = date(2018, 1, 1), date(2022, 12, 31), date(2023, 12, 31)


def stand(*claims: ClaimFacts, controls: tuple[Control, ...] = ()) -> list[Standing]:
    """All standings."""
    return resolve(claims, ControlChains(controls), TODAY)


def reasons(*claims: ClaimFacts) -> dict[int, str | None]:
    """The reason of each claim as everyone knows it today; None where it counts."""
    return {
        s.outcome.claim.id: None if s.outcome.reason is None else s.outcome.reason.value
        for s in stand(*claims)
        if s.known_to is None
    }


@pytest.mark.parametrize(
    ("words", "bound"),
    [
        ("", Bound.EXACT),
        ("minimum", Bound.AT_LEAST),
        ("More  than", Bound.AT_LEAST),
        ("over", Bound.AT_LEAST),
        ("at least", Bound.AT_LEAST),
        ("or more", Bound.AT_LEAST),
        ("approx.", Bound.APPROXIMATE),
        ("estimated", Bound.APPROXIMATE),
        ("nearly", Bound.APPROXIMATE),
        ("up to", Bound.AT_MOST),
        ("rounded to 0.01 Mt", None),
    ],
)
def test_a_qualifier_states_a_bound(words: str, bound: Bound | None) -> None:
    """Words that are not known state none."""
    assert bound_of(words) is bound


def test_a_minimum_is_open_above_and_a_range_stays_as_stated() -> None:
    """Nothing is made up on the side that nobody bounded."""
    seven = Decimal(7)

    assert resolved(Quantity(seven, None, None)) == (seven, seven, seven, Bound.EXACT)
    assert resolved(Quantity(seven, None, None, Bound.AT_LEAST))[1:3] == (seven, None)
    assert resolved(Quantity(seven, None, None, Bound.AT_MOST))[1:3] == (None, seven)
    assert resolved(Quantity(None, Decimal(1), Decimal(2)))[:3] == (
        None,
        Decimal(1),
        Decimal(2),
    )


def test_what_parts_leave_may_be_negative_and_keeps_its_bounds() -> None:
    """Verizon 2017: a minimum less exact parts is a minimum, below zero."""
    parts = [resolved(Quantity(Decimal(n), None, None)) for n in (3893080, 3817564)]
    total = resolved(Quantity(Decimal(7700000), None, None, Bound.AT_LEAST))

    assert remainder(total, parts) == (Decimal(-10644), Decimal(-10644), None, Bound.AT_LEAST)
    assert remainder(total, [*parts, Quantity(None, Decimal(1), Decimal(2))]) is None


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({}, None),
        ({"record_type": RecordType.TARGET}, "TARGET"),
        ({"record_type": RecordType.PROJECTION}, "PROJECTION"),
        ({"record_type": RecordType.INCREMENT}, "INCREMENT_OF_SERIES"),
        ({"quarantined": True}, "QUARANTINED"),
        ({"value": None}, "NO_QUANTITY"),
        ({"value": None, "low": Decimal(1)}, None),
        ({"period_end": date(2022, 11, 1)}, "PERIOD_NOT_A_YEAR"),
        ({"period_start": None}, "PERIOD_NOT_A_YEAR"),
        ({"kind": ClaimKind.FORWARD_LOOKING, "period_end": None}, "PERIOD_NOT_A_YEAR"),
        ({"kind": ClaimKind.CUMULATIVE, "period_end": None}, None),
    ],
)
def test_reasons_that_lie_in_the_claim(given: dict[str, Any], reason: str | None) -> None:
    """Targets, projections, increments, blanks and periods of no year stand apart."""
    assert reasons(claim(1)._replace(**given) if "value" in given else claim(1, **given)) == {
        1: reason
    }


def test_a_negative_figure_counts() -> None:
    """Leaving it out would be cherry-picking."""
    assert reasons(claim(1, -50)) == {1: None}


def test_a_restatement_displaces_the_same_period_only() -> None:
    """Another period, kind or organisation is a statement of its own, and both stand."""
    assert reasons(claim(1), claim(2, supersedes=1)) == {1: "SUPERSEDED", 2: None}
    for other in (
        {"period_start": date(2023, 1, 1), "period_end": END_2023},
        {"kind": ClaimKind.FORWARD_LOOKING},
        {"organisation_id": 2},
    ):
        assert reasons(claim(1), claim(2, supersedes=1, **other)) == {1: None, 2: None}


def test_of_two_restatements_of_one_figure_the_later_counts() -> None:
    """A figure has one current version."""
    later = claim(3, supersedes=1, known_on=date(2025, 1, 1))

    assert reasons(claim(1), claim(2, supersedes=1), later) == {
        1: "SUPERSEDED",
        2: "SUPERSEDED",
        3: None,
    }


def test_a_restatement_that_counts_nowhere_displaces_nothing() -> None:
    """A quarantined version leaves the published one standing."""
    assert reasons(claim(1), claim(2, supersedes=1, quarantined=True)) == {
        1: None,
        2: "QUARANTINED",
    }


def test_before_its_restatement_was_known_a_figure_counted() -> None:
    """What was known on a day is kept: the interval ends where the next begins."""
    rows = stand(claim(1), claim(2, supersedes=1, known_on=date(2025, 6, 1)))

    first = [(s.outcome.reason, s.known_from, s.known_to) for s in rows if s.outcome.claim.id == 1]
    assert first == [
        (None, date(2024, 1, 1), date(2025, 6, 1)),
        (LeftOutReason.SUPERSEDED, date(2025, 6, 1), None),
    ]


def test_only_the_latest_point_of_a_series_counts() -> None:
    """A point without dates never comes before a dated one."""
    points = [
        total_since(1, START, END_2022, series="s"),
        total_since(2, START, END_2023, series="s"),
        total_since(3, None, None, series="s", known_on=date(2025, 1, 1)),
    ]

    early = "EARLIER_POINT_OF_SERIES"
    assert reasons(*points) == {1: early, 2: None, 3: early}


def test_an_unlabelled_series_is_what_one_organisation_counts_since_one_day() -> None:
    """Other starts, and other organisations, are series of their own."""
    assert reasons(
        total_since(1, START, END_2022),
        total_since(2, START, END_2023),
        total_since(3, date(2019, 1, 1), END_2022),
        total_since(4, START, END_2022, organisation_id=2),
    ) == {1: "EARLIER_POINT_OF_SERIES", 2: None, 3: None, 4: None}


def test_equal_ends_count_both_without_a_label_and_one_with_it() -> None:
    """Without a label they may be two solutions; a label says that they are one."""
    both = [total_since(1, START, END_2022), total_since(2, START, END_2022)]
    labelled = [one._replace(series="s") for one in both]

    assert reasons(*both) == {1: None, 2: None}
    assert reasons(*labelled) == {1: "EARLIER_POINT_OF_SERIES", 2: None}


def test_a_label_reaches_no_figure_of_another_organisation() -> None:
    """Two members who happen to choose one label do not displace each other."""
    assert reasons(
        total_since(1, START, END_2022, series="s"),
        total_since(2, START, END_2023, series="s", organisation_id=2),
    ) == {1: None, 2: None}


def test_series_of_unknown_start_are_told_apart() -> None:
    """They are listed, never added: each has a key of its own, others have none."""
    keys = {
        s.outcome.claim.id: (s.since, s.series_key)
        for s in stand(
            total_since(1, None, END_2022), total_since(2, None, None), total_since(3, START, None)
        )
    }

    assert keys == {1: (None, "claim-1"), 2: (None, "claim-2"), 3: (START, "")}


def test_a_total_counts_whole_or_by_its_parts() -> None:
    """The total with the dimensions that divide it, its parts, and what they leave."""
    rows = stand(
        claim(1, 100, category="all"),
        claim(2, 60, part_of=1, category="wind"),
        claim(3, 30, part_of=1, category="solar"),
    )

    mask = int(Dimension.CATEGORY)
    told = [
        (s.outcome.claim.id, s.outcome.view, s.outcome.divides, s.outcome.quantity.value)
        for s in rows
    ]
    assert told == [
        (number, view, mask, Decimal(value))
        for number, view, value in ((1, 1, 100), (2, 2, 60), (3, 2, 30), (1, 2, 10))
    ]
    assert [s.outcome.not_broken_down for s in rows] == [False, False, False, True]
    assert [(p.claim_id, p.parts, p.difference) for p in parts_sums(rows)] == [
        (1, Decimal(90), Decimal(10))
    ]


def test_parts_that_add_up_leave_nothing() -> None:
    """No row is made for a difference of zero."""
    rows = stand(claim(1, 100), claim(2, 100, part_of=1, category="wind"))

    assert [s.outcome.not_broken_down for s in rows] == [False, False]


def test_parts_share_the_fate_of_their_total() -> None:
    """Whatever leaves the total out leaves its parts out, for the same reason."""
    assert reasons(claim(1, period_start=None), claim(2, part_of=1, category="wind")) == {
        1: "PERIOD_NOT_A_YEAR",
        2: "PERIOD_NOT_A_YEAR",
    }
    assert reasons(claim(1), claim(2, supersedes=1), claim(3, part_of=1)) == {
        1: "SUPERSEDED",
        2: None,
        3: "SUPERSEDED",
    }


def test_the_part_of_a_part_is_shown_and_not_added() -> None:
    """It is in the part that it divides."""
    assert reasons(claim(1, 100), claim(2, 60, part_of=1), claim(3, 20, part_of=2)) == {
        1: None,
        2: None,
        3: "PART_OF_TOTAL",
    }


def test_a_part_of_a_total_of_another_kind_stands_alone() -> None:
    """Kinds are never added, so nothing of one kind is a part of another."""
    other = claim(2, part_of=1, kind=ClaimKind.FORWARD_LOOKING)

    assert {s.outcome.view for s in stand(claim(1), other)} == {0}


def test_rings_of_links_count_nothing_twice() -> None:
    """Bad links in stored rows end nowhere, and are no error."""
    assert reasons(claim(1, part_of=2), claim(2, part_of=1)) == dict.fromkeys(
        (1, 2), "PART_OF_TOTAL"
    )
    assert sorted(map(str, reasons(claim(1, supersedes=2), claim(2, supersedes=1)).values())) == [
        "None",
        "SUPERSEDED",
    ]


CONTROL = (Control(2, 1, date(2020, 1, 1), date(2022, 12, 31)),)


def shadows(*claims: ClaimFacts, controls: tuple[Control, ...] = CONTROL) -> dict[int, object]:
    """The controllers whose figures cover each claim, as everyone knows them today."""
    return {
        s.outcome.claim.id: s.shadowed_by
        for s in stand(*claims, controls=controls)
        if s.known_to is None
    }


def test_a_subsidiary_gives_way_where_its_controller_covers_the_period() -> None:
    """Not in another period or kind, nor after the sale, nor where a reviewer says so."""
    mine = claim(2, organisation_id=2)
    later = claim(3, organisation_id=2, period_start=date(2023, 1, 1), period_end=END_2023)

    assert shadows(claim(1), mine, later) == {1: (), 2: (1,), 3: ()}
    assert shadows(claim(1, kind=ClaimKind.FORWARD_LOOKING), mine) == {1: (), 2: ()}
    assert shadows(claim(1), mine._replace(separate_from_parent=True)) == {1: (), 2: ()}
    assert shadows(claim(1, period_end=date(2022, 12, 30)), mine)[2] == ()
    assert shadows(claim(1, quarantined=True), mine)[2] == ()


def test_a_part_of_a_controllers_total_is_not_shadowed_by_it() -> None:
    """The part is in that total, and enters where the total is asked for by parts."""
    part = claim(2, 10, organisation_id=2, part_of=1)

    assert shadows(claim(1, 100), part) == {1: (), 2: ()}


def test_the_shadow_begins_when_the_controllers_figure_is_known() -> None:
    """Until then, the subsidiary's figure was all that was known."""
    rows = stand(claim(1, known_on=date(2025, 1, 1)), claim(2, organisation_id=2), controls=CONTROL)

    own = [(s.shadowed_by, s.known_from) for s in rows if s.outcome.claim.id == 2]
    assert own == [((), date(2024, 1, 1)), ((1,), date(2025, 1, 1))]


def test_the_group_is_that_of_the_last_day_of_the_period() -> None:
    """Later sales change nothing; a claim without a period belongs to today's group."""
    groups = {
        s.outcome.claim.id: s.group_id
        for s in stand(
            claim(2, organisation_id=2),
            claim(3, organisation_id=2, period_start=None, period_end=None),
            controls=CONTROL,
        )
    }

    assert groups == {2: 1, 3: 2}


def test_what_counts_depends_on_who_asks() -> None:
    """A private total with public parts: others see the parts standing alone."""
    rows = stand(
        claim(1, 100, visibility=Visibility.PRIVATE), claim(2, 60, part_of=1, category="wind")
    )

    others = int(Audience.PUBLIC | Audience.CONSORTIUM)
    told = sorted((s.outcome.claim.id, s.outcome.view, s.audience) for s in rows)
    owner = int(Audience.OWNER)
    assert told == [(1, 1, owner), (1, 2, owner), (2, 0, others), (2, 2, owner)]


def test_public_figures_are_one_row_for_all_readers() -> None:
    """Nothing is kept three times that is the same for all."""
    assert [s.audience for s in stand(claim(1))] == [7]
