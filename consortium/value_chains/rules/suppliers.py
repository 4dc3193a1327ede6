"""One hop up: what somebody sees of a product's chain who sees only its own suppliers.

It sees what it emits itself, and of each direct supplier the footprint of what it takes, as that
supplier would tell it. What lies behind the suppliers is told as one sum, where that gives nobody
away (`kernel.disclosure`). Less the sum, the suppliers' footprints are what they emit themselves:
so that must give nobody away either.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import NamedTuple

import numpy as np

from consortium.kernel.disclosure import DisclosureRules
from consortium.value_chains.rules.footprints import added_up, emitted, through_suppliers
from consortium.value_chains.rules.questions import Answer, Chain, Question, number
from consortium.value_chains.rules.systems import Floats

_NOTHING = 1e-9

# An organisation's contributions in kg CO2e, by its id; 0 stands for all that are not known.
Contributions = Mapping[int, Decimal]


class Hop(NamedTuple):
    """What was computed; `first` and `beyond` say who emits it, which is nobody's to read."""

    answer: Answer
    beyond_kg_co2e: str
    first: Contributions
    beyond: Contributions

    def told(self, *, whole: bool, caller: int, group_of: Callable[[int], int]) -> Answer:
        """The answer for a caller who sees the whole chain, or its own suppliers only."""
        known = group_of(caller)
        shown = whole or not any(
            DisclosureRules().suppress(_of_groups(one, known, group_of))
            for one in (self.first, self.beyond)
        )
        return self.answer | {
            "beyond_kg_co2e": self.beyond_kg_co2e if shown else None,
            "is_beyond_hidden": not shown,
        }


def hop(chain: Chain, question: Question) -> Hop:
    """What one activity's product emits through its suppliers. Raises as `answered`."""
    [(activity, amount)] = question.demand.items()
    at, demand = chain.position(activity), question.amounts_in(chain)
    factors = question.factors_of(chain)
    system = chain.solver.system
    supply = chain.solver.supply(demand)
    direct = emitted(system, supply, factors)
    unit: Floats = factors @ system.emissions
    taken: Floats = system.needs[:, [at]].toarray()[:, 0] * amount
    through = through_suppliers(chain.solver, at, amount, factors)
    own, first = unit * demand, unit * taken
    beyond = direct - own - first
    # What the subtraction leaves of a double is no contribution.
    beyond[np.abs(beyond) <= _NOTHING * np.abs(direct)] = 0
    answer: Answer = {
        "kg_co2e": number(float(direct.sum())),
        "own_kg_co2e": number(float(own.sum())),
        "suppliers": [
            {
                "position": place,
                "activity_id": int(chain.ids[one]),
                "amount": number(taken[one]),
                "kg_co2e": number(through[one]),
            }
            for place, one in enumerate(sorted(np.flatnonzero(taken), key=lambda i: -through[i]))
        ],
    }
    return Hop(
        answer,
        number(float(beyond.sum())),
        _by_organisation(chain, first),
        _by_organisation(chain, beyond),
    )


def _by_organisation(chain: Chain, masses: Floats) -> Contributions:
    """Magnitudes, so that what one activity takes up does not hide what another emits."""
    organisations, places = np.unique(chain.organisations, return_inverse=True)
    sums = added_up(np.abs(masses), places.astype(np.intp), len(organisations))
    return {int(one): Decimal(number(mass)) for one, mass in zip(organisations, sums, strict=True)}


def _of_groups(
    contributions: Contributions, known: int, group_of: Callable[[int], int]
) -> list[Decimal]:
    """One contribution for each group but the caller's own, of which it knows."""
    sums: dict[int, Decimal] = {}
    for organisation, mass in contributions.items():
        group = group_of(organisation)
        sums[group] = sums.get(group, Decimal(0)) + mass
    sums.pop(known, None)
    return list(sums.values())
