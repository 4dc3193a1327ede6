"""Chains of supply ranked by what they emit: structural path analysis.

Source: Treloar, Extracting embodied energy paths from input-output tables, Economic Systems
Research 9 (1997).
"""

from heapq import heappop, heappush
from typing import NamedTuple

import numpy as np

from consortium.kernel.errors import BadInput
from consortium.value_chains.rules.solving import Solver
from consortium.value_chains.rules.systems import Floats

PATHS_MAX = 10_000
LENGTH_MAX = 50
_LOOKED_AT_MAX = 1_000_000


class CutOffInvalid(BadInput):
    """A cut-off is a part of the footprint above 0 and at most 1, such as 0.01."""

    code = "CUT_OFF_INVALID"


class Path(NamedTuple):
    """From a demanded activity to one of its suppliers' suppliers.

    `direct_kg_co2e` is what its last activity emits for it; `whole_kg_co2e` also what lies behind.
    """

    activities: tuple[int, ...]
    amount: float
    direct_kg_co2e: float
    whole_kg_co2e: float


class Ranked(NamedTuple):
    """Paths, the largest direct emission first, and whether all that reach the cut-off are here.

    It is incomplete where a limit of number or length was met. Where an activity takes up gas or
    gives products, branches cancel within what lies behind a path: then paths at or above the
    cut-off can hide behind one that is below it, and `is_complete` is false too.
    """

    paths: list[Path]
    is_complete: bool


def ranked_paths(
    solver: Solver, demand: Floats, factors: Floats, cut_off: float, most: int = 100
) -> Ranked:
    """All paths whose last activity emits at least `cut_off` of the footprint, in absolute value.

    A branch is followed as long as what lies behind it can hold such a path: the largest first, so
    that what is found first stays first.

    Raises:
        CutOffInvalid: not above 0 and at most 1.
    """
    if not 0 < cut_off <= 1:
        raise CutOffInvalid
    system = solver.system
    direct: Floats = factors @ system.emissions
    unit: Floats = factors @ solver.intensities
    columns = system.needs.tocsc()
    least = cut_off * abs(float(unit @ demand))
    branches: list[tuple[float, tuple[int, ...], float]] = []

    def follow(path: tuple[int, ...], amount: float) -> None:
        behind = abs(float(unit[path[-1]]) * amount)
        if behind >= least > 0:
            heappush(branches, (-behind, path, amount))

    for activity in np.flatnonzero(demand):
        follow((int(activity),), float(demand[activity]))
    found: list[Path] = []
    complete = bool((direct >= 0).all() and (system.needs.data >= 0).all())
    looked_at = 0
    while branches:
        _, path, amount = heappop(branches)
        here = path[-1]
        looked_at += 1
        emits = float(direct[here]) * amount
        if abs(emits) >= least:
            found.append(Path(path, amount, emits, float(unit[here]) * amount))
        if len(path) == LENGTH_MAX or looked_at == _LOOKED_AT_MAX:
            complete = False
            if looked_at == _LOOKED_AT_MAX:
                break
            continue
        for entry in range(columns.indptr[here], columns.indptr[here + 1]):
            follow((*path, int(columns.indices[entry])), float(columns.data[entry]) * amount)
    found.sort(key=lambda path: (-abs(path.direct_kg_co2e), path.activities))
    return Ranked(found[:most], complete and len(found) <= most)
