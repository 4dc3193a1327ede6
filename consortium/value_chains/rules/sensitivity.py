"""How much the footprint moves with each amount: exactly, to first order, for all of them at once.

With h = b x, x = A x + f and y = A' y + b, the derivative of h by A_ij is y_i x_j, and by the
emission b_j it is x_j (Heijungs and Suh 2002, chapter 6).
"""

from typing import NamedTuple

import numpy as np

from consortium.value_chains.rules.solving import Solver, Supply
from consortium.value_chains.rules.systems import Floats, Positions

MOST = 10_000


class Sensitive(NamedTuple):
    """Exchanges by how they move the footprint, the strongest first; arrays of one length.

    `elasticities`: by how many per cent the footprint changes for an amount that is 1 % larger.
    """

    suppliers: Positions
    consumers: Positions
    elasticities: Floats


def elasticities_of(solver: Solver, supply: Supply, factors: Floats, most: int = 100) -> Sensitive:
    """The exchanges that matter most for a demand; none where its footprint is 0."""
    system = solver.system
    whole = float(factors @ (system.emissions @ supply.amounts))
    entries = system.needs.tocoo()
    suppliers, consumers = (positions.astype(np.intp) for positions in entries.coords)
    if whole == 0:
        empty = np.empty(0, dtype=np.intp)
        return Sensitive(empty, empty, np.empty(0))
    unit: Floats = factors @ solver.intensities
    moved = entries.data * unit[suppliers] * supply.amounts[consumers] / whole
    strongest = np.argsort(-np.abs(moved), kind="stable")[: min(most, MOST)]
    return Sensitive(suppliers[strongest], consumers[strongest], moved[strongest])
