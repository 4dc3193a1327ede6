"""What may be demanded of a version of a chain, and how that is asked."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final, NamedTuple

from consortium.kernel.errors import BadInput
from consortium.kernel.gases import GwpSet, gases
from consortium.value_chains.rules.questions import DEMANDS_MAX, DRAWN_MAX, TIERS_MAX, Question
from consortium.value_chains.rules.scenarios import CHANGES_MAX, EmissionChange, ExchangeChange

CUT_OFF: Final = Decimal("0.01")
TIERS: Final = 5
DRAWS: Final = 1000


class DemandEmpty(BadInput):
    """A demand names 1 to 1 000 activities, each once with an amount that is not 0."""

    code = "DEMAND_EMPTY"


class TiersInvalid(BadInput):
    """Tiers are counted from 1 to 50."""

    code = "TIERS_INVALID"


class TooManyChanges(BadInput):
    """A question changes 1 000 amounts at most: copy the version and change the copy."""

    code = "TOO_MANY_CHANGES"


class Demand(NamedTuple):
    """An amount of an activity's product, in its unit."""

    activity: int
    amount: Decimal


class Changes(NamedTuple):
    """What is changed in a version for one question."""

    exchanges: tuple[ExchangeChange, ...] = ()
    emissions: tuple[EmissionChange, ...] = ()

    def checked(self) -> "Changes":
        """The changes; raises TooManyChanges."""
        if len(self.exchanges) + len(self.emissions) > CHANGES_MAX:
            raise TooManyChanges
        return self


class Telling(NamedTuple):
    """How much is told of an answer: to which part of it, how many tiers, from how many draws."""

    gwp_set: GwpSet = GwpSet.AR6
    cut_off: Decimal = CUT_OFF
    tiers: int = TIERS
    draws: int = DRAWS
    seed: int = 1


def question_of(
    demand: Sequence[Demand], telling: Telling, parts: frozenset[str], drawn_max: int = DRAWN_MAX
) -> Question:
    """A question of these demands. Raises DemandEmpty, TiersInvalid."""
    wanted: dict[int, float] = {}
    for place, one in enumerate(demand):
        amount = float(one.amount)
        if one.activity in wanted or amount == 0:
            raise DemandEmpty().at("demand", str(place))
        wanted[one.activity] = amount
    if not 1 <= len(wanted) <= DEMANDS_MAX:
        raise DemandEmpty().at("demand")
    if not 1 <= telling.tiers <= TIERS_MAX:
        raise TiersInvalid().at("tiers")
    return Question(
        demand=wanted,
        factors=factors_of(telling.gwp_set),
        parts=parts,
        cut_off=float(telling.cut_off),
        tiers=telling.tiers,
        draws=telling.draws,
        seed=telling.seed,
        drawn_max=drawn_max,
    )


def factors_of(gwp_set: GwpSet) -> dict[str, float]:
    """Kg CO2e for a kg of every gas that the set has."""
    return {gas: float(sets[gwp_set]) for gas, sets in gases().items() if gwp_set in sets}
