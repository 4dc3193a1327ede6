"""How uncertain an effect is, from how uncertain the amounts and factors of its lines are.

Sources of error, each drawn or propagated once for the whole effect:

* the amount of an item on one side, in whichever years and cohorts it is used;
* a word that items share: then it is one source for all of them, on both sides;
* the value chains that amounts are computed of: these were drawn when they were recorded, with
  shared draws, and draw d of each goes with draw d of all others and of everything else;
* a factor series: its years are wrong together, each by its own uncertainty. Of the two ways to
  see years (independent of one another, or together) that is the cautious one.

Units that were counted, parts of years and the rebound have no error. Where anything that
contributes is of unknown uncertainty, that of the effect is unknown.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import MAX_PREC, Context, Decimal
from typing import NamedTuple

from consortium.effects.rules.sampling import Capped, Term, simulated
from consortium.effects.rules.timeframes import (
    Answer,
    Item,
    Line,
    Profile,
    allowed_by_law,
    exact_product,
)
from consortium.effects.rules.vocabulary import EffectLineKind, LifeCycleStage, UncertaintyMethod
from consortium.kernel.draws import Error
from consortium.kernel.errors import BadInput
from consortium.kernel.quantities import exact_difference, exact_sum
from consortium.kernel.uncertainty import (
    Estimate,
    estimated_difference,
    estimated_product,
    estimated_sum,
)

# GraphQL's integers have 32 bits.
SEEDS = 2**31

_EXACT = Context(prec=MAX_PREC)
_ONE = Decimal(1)


class DrawsNeeded(BadInput):
    """Root-sum-square holds for independent errors alone. Choose MONTE_CARLO here.

    Two amounts share a source of error (a word or a factor series), the law caps the reference, or
    an amount is a demand on a value chain that was drawn.
    """

    code = "UNCERTAINTY_NEEDS_DRAWS"


class Felt(NamedTuple):
    """What an item's error is shared by: on how many sides it has amounts, its word, its series.

    `drawn` is whether it is computed of a value chain, draw by draw.
    """

    sides: int
    shared: str | None = None
    series: str | None = None
    drawn: bool = False


class Quality(NamedTuple):
    """How uncertain an item's amounts are: half the 95 % interval as a fraction; None: unknown.

    `shared` is the word of all that share its error, `series` the name of its factors. Draws are
    those of an amount that was drawn, as parts of it.
    """

    position: int
    reference: Decimal | None
    solution: Decimal | None
    shared: str | None = None
    series: str | None = None
    reference_draws: Sequence[float] | None = None
    solution_draws: Sequence[float] | None = None


class Inputs(NamedTuple):
    """What an effect is computed from, and how uncertain that is.

    `qualities` by item, `points` by factor: half the 95 % interval as a fraction; None: unknown.
    """

    profile: Profile
    qualities: Mapping[int, Quality]
    points: Mapping[int, Decimal | None]


class Confidence(NamedTuple):
    """The 95 % interval of what is avoided, in kg CO2e, and how it was found.

    `uncertainty` is half of it as a fraction of what is avoided; None where that is 0.
    """

    method: UncertaintyMethod
    seed: int | None
    low: Decimal
    high: Decimal
    uncertainty: Decimal | None


class _Part(NamedTuple):
    """What one side of an item adds in a line; negative where it is taken away."""

    line: Line
    is_reference: bool
    value: Decimal
    quality: Quality
    amount: Decimal
    factor: Decimal | None


def chosen_method(
    given: UncertaintyMethod | None, items: Iterable[Felt], *, capped: bool
) -> UncertaintyMethod:
    """The method that was asked for, else the simplest that holds. Raises DrawsNeeded."""
    felt = list(items)
    needs_draws = capped or _share(felt) or any(item.drawn for item in felt)
    if given is UncertaintyMethod.ANALYTIC and needs_draws:
        raise DrawsNeeded().at("uncertaintyMethod")
    if given is not None:
        return given
    return UncertaintyMethod.MONTE_CARLO if needs_draws else UncertaintyMethod.ANALYTIC


def _share(items: Iterable[Felt]) -> bool:
    """Whether two amounts have a source of error in common."""
    named = [
        source
        for item in items
        for source in (("word", item.shared), ("series", item.series))
        if source[1] is not None
        for _ in range(item.sides)
    ]
    return len(set(named)) < len(named)


def confidence_of(
    answer: Answer, inputs: Inputs, method: UncertaintyMethod, seed: int
) -> Confidence | None:
    """The interval of what is avoided; None where something that contributes is not known."""
    parts = _parts(answer.lines, inputs)
    if parts is None:
        return None
    if method is UncertaintyMethod.ANALYTIC:
        told = _propagated(parts)
        interval, used = told.interval, None
        assert interval is not None  # noqa: S101  every part is known
    else:
        free, capped = _limited(parts, inputs.profile)
        drawn = dict(_draws(inputs.qualities.values()))
        interval, used = (
            simulated(map(_term, free), seed, capped=capped, drawn=drawn).interval,
            seed,
        )
    low, high = interval.lower, interval.upper
    half = exact_product(exact_difference(high, low), Decimal("0.5"))
    fraction = Estimate(answer.avoided, half).uncertainty
    return Confidence(method, used, low, high, fraction)


def _parts(lines: Sequence[Line], inputs: Inputs) -> list[_Part] | None:
    """What the lines add, with their errors; None where one of those is unknown."""
    items = {item.id: item for item in inputs.profile.items}
    found: list[_Part] = []
    for line in lines:
        if line.kind is not EffectLineKind.ITEM or line.item is None:
            continue
        quality = inputs.qualities[line.item]
        factor = None if line.factor is None else inputs.points[line.factor]
        if line.factor is not None and factor is None:
            return None
        for is_reference, value in _values(line, items[line.item], inputs.profile):
            amount = quality.reference if is_reference else quality.solution
            if amount is None:
                return None
            found.append(_Part(line, is_reference, value, quality, amount, factor))
    return found


def _values(line: Line, item: Item, profile: Profile) -> Iterator[tuple[bool, Decimal]]:
    """The sides that the item has amounts on. More use is more of the same, with the same error."""
    if item.reference is not None:
        yield True, line.reference
    if item.solution is not None:
        used = line.stage is LifeCycleStage.USE
        times = exact_sum((_ONE, profile.rebound)) if used else _ONE
        yield False, exact_product(_EXACT.minus(line.solution), times)


def _propagated(parts: Sequence[_Part]) -> Estimate:
    """By root-sum-square, of errors that are independent."""
    together: dict[tuple[int, bool], list[_Part]] = defaultdict(list)
    for part in parts:
        together[part.quality.position, part.is_reference].append(part)
    sides: dict[bool, list[Estimate]] = {True: [], False: []}
    for (_, is_reference), its in together.items():
        whole = _amount(its)
        sides[is_reference].append(whole if is_reference else whole.negated())
    return estimated_difference(estimated_sum(sides[True]), estimated_sum(sides[False]))


def _amount(parts: Sequence[_Part]) -> Estimate:
    """One amount in all its lines: its own error times that of its factors, which go together."""
    value = exact_sum(part.value for part in parts)
    width = exact_sum(
        exact_product(part.value, part.factor) for part in parts if part.factor is not None
    )
    by_factor = Estimate(value, _EXACT.abs(width))
    return estimated_product([Estimate(_ONE, parts[0].amount), by_factor])


def _limited(parts: Sequence[_Part], profile: Profile) -> tuple[list[_Part], list[Capped]]:
    """The parts that count as they are, and those of which the law lets so much count."""
    if profile.legal_cap is None:
        return list(parts), []
    free: list[_Part] = []
    years: dict[tuple[int, int], list[_Part]] = defaultdict(list)
    for part in parts:
        if part.is_reference and part.line.stage is LifeCycleStage.USE:
            years[part.line.sold_year, part.line.year_of_life].append(part)
        else:
            free.append(part)
    return free, [
        Capped(
            tuple(map(_term, its)),
            allowed_by_law(profile, profile.legal_cap, its[0].line.units, t),
        )
        for (_, t), its in years.items()
    ]


def _term(part: _Part) -> Term:
    quality = part.quality
    own = _source(quality, is_reference=part.is_reference)
    errors = [Error(part.amount, own if quality.shared is None else f"word {quality.shared}")]
    if part.factor is not None:
        errors.append(Error(part.factor, f"series {quality.series}"))
    return Term(part.value, tuple(errors))


def _source(quality: Quality, *, is_reference: bool) -> str:
    return f"item {quality.position} {'reference' if is_reference else 'solution'}"


def _draws(qualities: Iterable[Quality]) -> Iterator[tuple[str, Sequence[float]]]:
    """The amounts that were drawn already, by the names of their sources of error."""
    for one in qualities:
        for is_reference, draws in ((True, one.reference_draws), (False, one.solution_draws)):
            if draws is not None:
                yield _source(one, is_reference=is_reference), draws
