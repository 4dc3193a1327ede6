"""Laws of how claims stand, against a slow and obvious second implementation."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from consortium.avoided.rules.claims import ClaimFacts
from consortium.avoided.rules.shadows import Span
from consortium.avoided.rules.standings import Standing, resolve
from consortium.avoided.rules.vocabulary import Audience, ClaimKind
from consortium.organisations.rules import Control, ControlChains
from tests.laws.reference import Moment, Stand
from tests.laws.worlds import DAYS, claims, controls

TODAY = date(2026, 1, 1)


def at(standings: Sequence[Standing], claim_id: int, day: date, reader: Audience) -> list[Standing]:
    """The rows of a claim that hold on a day for a reader."""
    return [
        s
        for s in standings
        if s.outcome.claim.id == claim_id
        and s.audience & reader
        and s.known_from <= day
        and (s.known_to is None or day < s.known_to)
    ]


def as_stand(standing: Standing) -> Stand:
    """A standing in the words of the reference."""
    outcome = standing.outcome
    part = outcome.view == 2
    return Stand(
        None if outcome.reason is None else outcome.reason.value,
        outcome.view,
        outcome.whole.id if part else None,
        frozenset(standing.shadowed_by),
    )


@settings(max_examples=250, deadline=None)
@given(claims(), controls())
def test_standings_are_those_of_the_reference(facts: list[ClaimFacts], held: list[Control]) -> None:
    """For every reader on every day, a claim has one outcome, and it is the reference's."""
    standings = resolve(facts, ControlChains(held), TODAY)
    for day in DAYS:
        for reader in Audience:
            for claim in facts:
                owner = claim.organisation_id if reader is Audience.OWNER else None
                moment = Moment(facts, held, day, reader, owner)
                rows = at(standings, claim.id, day, reader)
                own = [s for s in rows if not s.outcome.not_broken_down]
                left = [s.outcome.quantity.value for s in rows if s.outcome.not_broken_down]
                if claim.id not in moment.known:
                    assert rows == []
                    continue
                assert [as_stand(s) for s in own] == [moment.stand(claim.id)]
                counts = moment.stand(claim.id)
                expected = moment.remainder(claim) if counts.view == 1 else None
                assert left == ([] if expected is None else [expected])


@settings(max_examples=150, deadline=None)
@given(claims(), controls(), st.data())
def test_what_an_effect_covers_leaves_the_sums_and_nothing_takes_its_place(
    facts: list[ClaimFacts], held: list[Control], data: st.DataObject
) -> None:
    """On the days on which it is covered, with its parts; all else stands as without."""
    day = st.sampled_from(DAYS)
    covers: dict[int, list[Span]] = {}
    for claim in data.draw(st.lists(st.sampled_from(facts), unique=True)):
        since = data.draw(day)
        until = data.draw(st.sampled_from([None, *(one for one in DAYS if one > since)]))
        covers[claim.id] = [Span(since, until)]
    control = ControlChains(held)
    plain, standings = resolve(facts, control, TODAY), resolve(facts, control, TODAY, covers)

    for on in DAYS:
        covered = {
            key
            for key, [span] in covers.items()
            if span.known_from <= on and (span.known_to is None or on < span.known_to)
        }
        for reader in Audience:
            for claim in facts:
                was, now = (_seen(at(one, claim.id, on, reader)) for one in (plain, standings))
                assert now == [
                    (*one[:-1], "COVERED_BY_EFFECT") if one[0] in covered and not one[-1] else one
                    for one in was
                ]


def _seen(standings: list[Standing]) -> list[tuple[object, ...]]:
    """Which total it is in, how it stands, and why it is left out, last."""
    return [
        (
            s.outcome.whole.id,
            s.outcome.view,
            s.outcome.not_broken_down,
            s.outcome.quantity,
            s.shadowed_by,
            s.outcome.reason and s.outcome.reason.value,
        )
        for s in standings
    ]


@settings(max_examples=250, deadline=None)
@given(claims(public=True, valued=True))
def test_no_tonne_is_counted_twice_or_lost_by_asking_otherwise(facts: list[ClaimFacts]) -> None:
    """Whatever dimensions are asked for, the sum over what enters is the same.

    A total enters whole or by its parts with what they leave of it, never both.
    """
    standings = resolve(facts, ControlChains([]), TODAY)
    for day in DAYS:
        now = [row for c in facts for row in at(standings, c.id, day, Audience.PUBLIC)]
        sums = {mask: _entering(now, mask) for mask in (0, 1, 4, 64, 512, 5, 1023)}
        assert len(set(sums.values())) == 1, sums


def _entering(standings: list[Standing], mask: int) -> Decimal:
    return sum(
        (
            s.outcome.quantity.value or Decimal(0)
            for s in standings
            if s.outcome.reason is None
            and (s.outcome.view == 0 or (s.outcome.view == 1) == (s.outcome.divides & mask == 0))
        ),
        Decimal(0),
    )


@settings(max_examples=150, deadline=None)
@given(claims(public=True))
def test_of_one_series_at_most_one_end_counts(facts: list[ClaimFacts]) -> None:
    """Two points of one series with different ends never count together."""
    standings = resolve(facts, ControlChains([]), TODAY)
    for day in DAYS:
        counted = [
            s.outcome.claim
            for c in facts
            for s in at(standings, c.id, day, Audience.PUBLIC)
            if s.outcome.reason is None and s.outcome.view != 2
        ]
        labelled = [
            (c.organisation_id, c.series)
            for c in counted
            if c.kind is ClaimKind.CUMULATIVE and c.series is not None
        ]
        assert len(labelled) == len(set(labelled))


@settings(max_examples=100, deadline=None)
@given(claims(), controls())
def test_the_order_of_claims_does_not_matter(facts: list[ClaimFacts], held: list[Control]) -> None:
    """Standings depend on what is claimed, not on how the rows come."""
    control = ControlChains(held)

    forward = resolve(facts, control, TODAY)
    backward = resolve(facts[::-1], control, TODAY)

    assert _plain(forward) == _plain(backward)


def _plain(standings: list[Standing]) -> list[tuple[object, ...]]:
    return sorted(
        (
            s.outcome.claim.id,
            s.outcome.not_broken_down,
            s.audience,
            s.known_from,
            s.known_to or date.max,
            str(s.outcome.reason),
            s.outcome.view,
            s.outcome.divides,
            s.shadowed_by,
        )
        for s in standings
    )
