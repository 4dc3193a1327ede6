"""Whether a system has one answer: it is solved once, for a unit of each product."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from consortium.value_chains.rules.solving import (
    LoopNeverEnds,
    Solver,
    SystemNotSolved,
    SystemSingular,
)
from consortium.value_chains.rules.stated import (
    CheckedActivity,
    CheckedExchange,
    FaultCode,
    Faults,
    Place,
    StatedRows,
)
from consortium.value_chains.rules.systems import Exchanges, system_of

NAMED_MAX: Final = 10


def told_unsolvable(
    activities: Sequence[CheckedActivity],
    exchanges: Sequence[CheckedExchange],
    rows: StatedRows,
    faults: Faults,
) -> None:
    """Note where a loop needs more than it makes, or why there is no answer otherwise."""
    system = system_of(
        np.array([one.output for one in activities], dtype=np.float64),
        _shared(activities, exchanges),
        # Weights every activity alike: whether there is an answer does not depend on emissions.
        np.ones((1, len(activities))),
    )
    whole = Place("exchanges", 0)
    try:
        with np.errstate(all="ignore"):
            Solver(system).supply(np.ones(len(activities)))
    except LoopNeverEnds as error:
        codes = [activities[int(one)].code for one in error.activities]
        named = ", ".join(repr(code) for code in codes[:NAMED_MAX])
        more = f" and {len(codes) - NAMED_MAX} more" if len(codes) > NAMED_MAX else ""
        told = f"{LoopNeverEnds.meaning()} The loop: {named}{more}."
        place = rows.place(int(error.activities.min()))
        faults.add(place, "", FaultCode.LOOP_NEVER_ENDS, told)
    except SystemSingular:
        faults.add(whole, "", FaultCode.SYSTEM_SINGULAR, SystemSingular.meaning())
    except SystemNotSolved:
        faults.add(whole, "", FaultCode.SYSTEM_NOT_SOLVED, SystemNotSolved.meaning())


def _shared(
    activities: Sequence[CheckedActivity], exchanges: Sequence[CheckedExchange]
) -> Exchanges:
    """The exchanges of all processes, of which each product takes its share."""
    shares = np.array([one.share for one in activities], dtype=np.float64)
    products: dict[str, list[int]] = {}
    for position, activity in enumerate(activities):
        products.setdefault(activity.process, []).append(position)
    suppliers: list[int] = []
    consumers: list[int] = []
    amounts: list[float] = []
    for one in exchanges:
        for consumer in products[activities[one.consumer].process]:
            suppliers.append(one.supplier)
            consumers.append(consumer)
            amounts.append(float(one.amount))
    takers = np.array(consumers, dtype=np.intp)
    taken = np.array(amounts, dtype=np.float64) * shares[takers]
    return Exchanges(np.array(suppliers, dtype=np.intp), takers, taken)
