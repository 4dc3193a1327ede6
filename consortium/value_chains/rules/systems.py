"""A system of activities: what each needs of the others' products, and what it emits itself.

Each activity makes one reference product; activities and products share their positions 0..n-1.
With `needs` A and a demand f, the activities make x = A x + f, so x = (I - A)^-1 f (Leontief 1936;
Heijungs and Suh, The Computational Structure of Life Cycle Assessment, 2002, section 2.2).

**Where decimals become floats.** Amounts are kept as decimals and become doubles here: each of them
is then within 2^-53 of itself. What that and the solver's own residual do to an answer is measured
with it (`solving`).
"""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array

from consortium.kernel.errors import BadInput

Floats: TypeAlias = NDArray[np.float64]
Positions: TypeAlias = NDArray[np.intp]
Matrix: TypeAlias = csr_array[np.float64]

ACTIVITIES_MAX = 1_000_000
EXCHANGES_MAX = 20_000_000


class OutputMissing(BadInput):
    """An activity makes an amount of its reference product that is not 0."""

    code = "OUTPUT_MISSING"


class SupplierUnknown(BadInput):
    """An exchange names an activity that the system does not have."""

    code = "SUPPLIER_UNKNOWN"


class AmountNotFinite(BadInput):
    """Amounts are numbers that are not infinite, in the range of a double."""

    code = "AMOUNT_NOT_FINITE"


@dataclass(frozen=True, slots=True, eq=False)
class Exchanges:
    """Amounts that activities take of others' products, for all that they make; arrays of a length.

    An amount is in the unit of the supplier's product. Several from one supplier add up; a negative
    amount is a product that is given instead of taken (what it replaces is not made elsewhere).
    """

    suppliers: Positions
    consumers: Positions
    amounts: Floats


@dataclass(frozen=True, slots=True, eq=False)
class System:
    """n activities, for one unit of each one's product.

    `needs`: n x n; in row i and column j what j needs of i's product. `emissions`: gases x n, in kg
    of each gas; a negative one is an uptake.
    """

    needs: Matrix
    emissions: Floats

    @property
    def size(self) -> int:
        """How many activities there are."""
        return int(self.emissions.shape[1])


def system_of(outputs: Floats, exchanges: Exchanges, emissions: Floats) -> System:
    """The system of what was recorded for whole activities.

    `outputs`: n amounts of the reference products, in their units. `emissions`: gases x n, in kg.

    Raises:
        OutputMissing, SupplierUnknown, AmountNotFinite: at the position of the first that is.
    """
    size = len(outputs)
    _refuse(outputs == 0, OutputMissing, "outputs")
    _refuse(~np.isfinite(outputs), AmountNotFinite, "outputs")
    _refuse(~np.isfinite(exchanges.amounts), AmountNotFinite, "exchanges")
    _refuse(np.any(~np.isfinite(emissions), axis=0), AmountNotFinite, "emissions")
    for named in (exchanges.suppliers, exchanges.consumers):
        _refuse((named < 0) | (named >= size), SupplierUnknown, "exchanges")
    each = exchanges.amounts / outputs[exchanges.consumers]
    entries = (each, (exchanges.suppliers, exchanges.consumers))
    needs = csr_array(coo_array(entries, shape=(size, size)))
    needs.eliminate_zeros()
    return System(needs, emissions / outputs)


def times(matrix: Matrix, values: Floats) -> Floats:
    """The product of a matrix with a column, or with columns side by side."""
    product: Floats = np.asarray(matrix @ values)
    return product


def _refuse(wrong: NDArray[np.bool_], error: type[BadInput], field: str) -> None:
    if wrong.any():
        raise error().at(field, str(int(np.argmax(wrong))))
