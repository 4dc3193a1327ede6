"""What readers of other programs' packages share: processes as activities, and their links.

A process whose products are several becomes an activity for each. Who supplies a flow is the
process that is named, or else the only one that makes it; the checks name the row where it is not.
"""

import math
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final, NamedTuple

from consortium.kernel.places import GEOGRAPHIES
from consortium.value_chains.rules.gas_names import UPTAKE, gas_named
from consortium.value_chains.rules.stated import FaultCode, Place, StatedSystem

# Names of places in LCA databases that have a like in UN M49; other regions of theirs have none.
_PLACES: Final = {
    "GLO": "GLOBAL",
    "RER": "EUROPE",
    "RAF": "AFRICA",
    "RAS": "ASIA",
    "OCE": "OCEANIA",
}


class Product(NamedTuple):
    """A product of a process: its flow, name, amount and unit, and its share where that is said."""

    flow: str
    name: str
    amount: str
    unit: str
    share: str = ""


class Process(NamedTuple):
    """What is known of a process before its exchanges."""

    key: str
    name: str
    place: Place
    geography: str = ""
    period_start: str = ""
    period_end: str = ""
    source_url: str = ""
    source_title: str = ""


class Taken(NamedTuple):
    """An input of a process: the flow, who supplies it if that is said, and how much."""

    place: Place
    flow: str
    provider: str
    amount: str
    unit: str
    uncertainty: str = ""


class Emitted(NamedTuple):
    """An elementary flow of a process: its name, CAS number and compartment."""

    place: Place
    name: str
    cas: str
    compartment: str
    amount: str
    unit: str
    uncertainty: str = ""
    is_input: bool = False


@dataclass
class Building:
    """A stated system that is made process by process; inputs are linked when all are known."""

    stated: StatedSystem = field(default_factory=lambda: StatedSystem(keys=[], adds_up=True))
    codes: dict[tuple[str, str], str] = field(default_factory=dict[tuple[str, str], str])
    _taken: list[tuple[str, Taken]] = field(default_factory=list[tuple[str, Taken]])

    def process(self, process: Process, products: list[Product]) -> None:
        """Add the activities of a process."""
        stated = self.stated
        stated.labels[process.key] = process.name
        if not products:
            told = f"The process {process.name[:120]!r} makes no product: mark its reference flow."
            stated.faults.add(process.place, "product", FaultCode.PRODUCT_MISSING, told)
        if len(products) > 1 and not all(one.share for one in products):
            told = (
                f"The process {process.name[:120]!r} makes {len(products)} products and does not"
                " say how what it takes is shared: give each a factor of allocation, by mass or"
                " value, or leave one product."
            )
            stated.faults.add(process.place, "share", FaultCode.ALLOCATION_MISSING, told)
        for one in products:
            code = process.key if len(products) == 1 else f"{process.key}/{one.flow}"
            self.codes[process.key, one.flow] = code
            stated.labels[one.flow] = one.name
            assert stated.keys is not None  # noqa: S101  it is made with some
            stated.keys.append(one.flow)
            stated.activities.add(
                process.place,
                {
                    "code": code,
                    "process": process.key,
                    "name": process.name,
                    "product": one.name,
                    "unit": one.unit,
                    "output": one.amount,
                    "share": one.share if len(products) > 1 else "",
                    "geography": self._place(process.geography),
                    "period_start": process.period_start,
                    "period_end": process.period_end,
                    "source_url": process.source_url,
                    "source_title": process.source_title,
                },
            )

    def takes(self, process: str, taken: Taken) -> None:
        """Note an input."""
        self._taken.append((process, taken))

    def emits(self, process: str, emitted: Emitted) -> None:
        """Add an emission of a greenhouse gas to the air; another elementary flow is left out."""
        gas = gas_named(emitted.name, emitted.cas)
        is_uptake = emitted.is_input and emitted.name.casefold() == UPTAKE
        to_air = not emitted.compartment or "air" in emitted.compartment.casefold()
        if gas is None or (not is_uptake and (emitted.is_input or not to_air)):
            self.stated.left_out[emitted.name] += 1
            return
        self.stated.emissions.add(
            emitted.place,
            {
                "activity": process,
                "gas": gas,
                "mass": negative(emitted.amount) if is_uptake else emitted.amount,
                "unit": emitted.unit,
                "uncertainty": emitted.uncertainty,
            },
        )

    def done(self) -> StatedSystem:
        """The system, its inputs linked."""
        for process, one in self._taken:
            supplier = self.codes.get((one.provider, one.flow)) or one.provider or one.flow
            self.stated.exchanges.add(
                one.place,
                {
                    "consumer": process,
                    "supplier": supplier,
                    "amount": one.amount,
                    "unit": one.unit,
                    "uncertainty": one.uncertainty,
                },
            )
        return self.stated

    def _place(self, name: str) -> str:
        """A place of the file; a region that has no like is left blank, and counted."""
        found = _PLACES.get(name, name)
        if not found or found in GEOGRAPHIES:
            return found
        self.stated.left_out[f"place {name}"] += 1
        return ""


def negative(amount: str) -> str:
    """The amount taken instead of given."""
    return amount[1:] if amount.startswith("-") else f"-{amount}" if amount else ""


def of_log_normal(geometric_deviation: float) -> str:
    """Half the 95 % interval of a log-normal amount, over its median: (s² - 1/s²) / 2.

    The interval reaches from the median over s² to the median times s², where s is the geometric
    standard deviation (Limpert, Stahel and Abbt, BioScience 51, 2001).
    """
    if not 1 <= geometric_deviation < 1e6:
        return ""
    return _fraction((geometric_deviation**2 - geometric_deviation**-2) / 2)


def of_normal(deviation: float, mean: float) -> str:
    """Half the 95 % interval of a normal amount, over its mean."""
    return _fraction(1.959964 * deviation / abs(mean)) if mean and deviation >= 0 else ""


def of_uniform(low: float, high: float, mean: float) -> str:
    """Half the middle 95 % of what lies between two bounds, over the amount."""
    return _fraction(0.95 * (high - low) / 2 / abs(mean)) if mean and high >= low else ""


def of_triangular(low: float, high: float, mode: float) -> str:
    """Half the 95 % interval of a triangular amount, over its most likely value."""
    if not mode or not low <= mode <= high or low == high:
        return ""
    width, below = high - low, mode - low
    lower = (
        low + math.sqrt(0.025 * width * below) if below else low + width * (1 - math.sqrt(0.975))
    )
    above = high - mode
    upper = high - math.sqrt(0.025 * width * above) if above else low + width * math.sqrt(0.975)
    return _fraction((upper - lower) / 2 / abs(mode))


def _fraction(value: float) -> str:
    """Six digits are more than is known of an uncertainty."""
    return f"{Decimal(f'{value:.6g}'):f}" if math.isfinite(value) else ""
