"""How activities hang together: their loops, an order of them, and loops that never end."""

from typing import NamedTuple

import numpy as np
from scipy.sparse.csgraph import connected_components

from consortium.value_chains.rules.systems import Floats, Matrix, Positions, times

_SWEEPS = 2_000
_CLOSE = 1e-9


class Loops(NamedTuple):
    """Which activities need one another, directly or through others.

    `order`: positions such that whoever supplies another loop stands before it. `loop_of`: n
    numbers, equal for those that need one another; `sizes`: how many activities each number has.
    """

    order: Positions
    loop_of: Positions
    sizes: Positions

    @property
    def largest(self) -> int:
        """The activities of the largest loop; 1 where there is none."""
        return int(self.sizes.max(initial=1))


def loops_of(needs: Matrix) -> Loops:
    """The loops: the strongly connected components, numbered from suppliers to consumers.

    SciPy finds them by Pearce's variant of Tarjan's algorithm, which ends a component before those
    that lead to it; that order is looked at rather than trusted.
    """
    count, labels = connected_components(needs, connection="strong")
    loop_of = labels.astype(np.intp)
    rows, columns = needs.nonzero()
    if np.any(loop_of[rows] > loop_of[columns]):
        loop_of = count - 1 - loop_of
    if np.any(loop_of[rows] > loop_of[columns]):
        loop_of = np.zeros_like(loop_of)
    return Loops(np.argsort(loop_of, kind="stable"), loop_of, np.bincount(loop_of))


def consumers_first(needs: Matrix) -> Positions:
    """An order in which few activities stand before those that they supply.

    Depth first from consumers to suppliers, and each after its suppliers; then turned round. Of a
    chain without loops nothing is left before what it supplies.
    """
    # By columns: the suppliers of j are needs.indices[j].
    columns = needs.T.tocsr()
    starts, suppliers = columns.indptr.tolist(), columns.indices.tolist()
    seen = bytearray(len(starts) - 1)
    ended: list[int] = []
    for root in range(len(seen)):
        if seen[root]:
            continue
        seen[root] = 1
        path, places = [root], [starts[root]]
        while path:
            here, place = path[-1], places[-1]
            if place == starts[here + 1]:
                ended.append(path.pop())
                places.pop()
                continue
            places[-1] = place + 1
            supplier = suppliers[place]
            if not seen[supplier]:
                seen[supplier] = 1
                path.append(supplier)
                places.append(starts[supplier])
    return np.array(ended[::-1], dtype=np.intp)


def endless_loop(needs: Matrix, loops: Loops) -> Positions:
    """The activities of a loop that needs as much of its products as it makes, or more; or none.

    Of amounts that are not negative. The growth of one round is the spectral radius of the loop's
    part of the matrix, by power iteration on its mean with the identity (which has no period).
    """
    on_itself = np.bincount(loops.loop_of, needs.diagonal() != 0) > 0
    for loop in np.flatnonzero((loops.sizes > 1) | on_itself):
        members = np.flatnonzero(loops.loop_of == loop)
        if _growth(needs[members][:, members].tocsr()) >= 1 - _CLOSE:
            return members
    return np.empty(0, dtype=np.intp)


def _growth(part: Matrix) -> float:
    """The spectral radius, from below (Collatz and Wielandt's bounds, once they meet)."""
    held: Floats = np.ones(part.shape[0])
    low = 0.0
    for _ in range(_SWEEPS):
        made = (held + times(part, held)) / 2
        ratios = made / held
        low, high = 2 * float(ratios.min()) - 1, 2 * float(ratios.max()) - 1
        if high - low <= _CLOSE or low >= 1 or high < 1:
            return low if low >= 1 or high >= 1 else high
        held = made / made.max()
    return low
