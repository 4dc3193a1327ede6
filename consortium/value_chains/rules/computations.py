"""Computations that take long: what was asked, kept until it is answered."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final, NamedTuple

from consortium.kernel.errors import DomainError
from consortium.kernel.gases import GwpSet
from consortium.value_chains.rules.demands import Changes, Demand, Telling, question_of
from consortium.value_chains.rules.questions import DRAWN_MAX, Part, Question
from consortium.value_chains.rules.scenarios import EmissionChange, ExchangeChange
from consortium.value_chains.rules.simulation import DRAWS_MAX, DRAWS_MIN, SystemDrawsInvalid
from consortium.value_chains.rules.vocabulary import ComputedAnswer

# Of one organisation, that are not over.
WAITING_MAX: Final = 10
# How often one is begun again after the process that computed it had died.
ATTEMPTS_MAX: Final = 3
# A hundred times what is answered at once: about a quarter of an hour of a processor.
LONG_DRAWN_MAX: Final = 100 * DRAWN_MAX
KEPT: Final = timedelta(days=30)

_PARTS: Final = frozenset(map(str, Part))


class ComputationStatus(StrEnum):
    """How far a computation is."""

    WAITING = "WAITING"
    RUNNING = "RUNNING"
    DONE = "DONE"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


OVER: Final = frozenset(
    {ComputationStatus.DONE, ComputationStatus.FAILED, ComputationStatus.CANCELLED}
)


class TooManyComputations(DomainError):
    """Ten computations of your organisation wait already: cancel one, or wait for one to end."""

    code = "TOO_MANY_COMPUTATIONS"


class ComputationOver(DomainError):
    """This computation is over."""

    code = "COMPUTATION_OVER"


class ComputationAbandoned(DomainError):
    """What computed this died three times, maybe of too little memory: ask for less."""

    code = "COMPUTATION_ABANDONED"


class SideOf(NamedTuple):
    """A version, what is demanded of it, and what is changed in it for the question."""

    version: int
    demand: tuple[Demand, ...]
    what_if: Changes | None = None


class LongQuestion(NamedTuple):
    """A question of one side, or of a baseline and a scenario."""

    sides: tuple[SideOf, ...]
    telling: Telling

    @property
    def wanted(self) -> ComputedAnswer:
        """What answers it."""
        return ComputedAnswer.COMPARISON if len(self.sides) > 1 else ComputedAnswer.FOOTPRINT

    @property
    def parts(self) -> frozenset[str]:
        """All parts; what both sides tell of their uncertainty is told of the difference."""
        return _PARTS

    def questions(self) -> list[Question]:
        """What is asked of each side.

        Raises:
            DemandEmpty, TiersInvalid, TooManyChanges, SystemDrawsInvalid: as they say.
        """
        if not DRAWS_MIN <= self.telling.draws <= DRAWS_MAX or self.telling.seed < 0:
            raise SystemDrawsInvalid().at("draws")
        for one in self.sides:
            (one.what_if or Changes()).checked()
        parts = _PARTS - {Part.UNCERTAINTY} if len(self.sides) > 1 else _PARTS
        return [question_of(one.demand, self.telling, parts, LONG_DRAWN_MAX) for one in self.sides]

    def written(self) -> dict[str, Any]:
        """As JSON has it, decimals as texts."""
        return {"sides": [_side(one) for one in self.sides], "telling": _plain(self.telling)}


def read_question(given: Mapping[str, Any]) -> LongQuestion:
    """The question that was written."""
    told = Telling(**given["telling"])
    telling = told._replace(gwp_set=GwpSet(told.gwp_set), cut_off=Decimal(told.cut_off))
    return LongQuestion(tuple(_read_side(one) for one in given["sides"]), telling)


def _side(one: SideOf) -> dict[str, Any]:
    what_if = one.what_if or Changes()
    return {
        "version": one.version,
        "demand": [_plain(two) for two in one.demand],
        "exchanges": [_plain(two) for two in what_if.exchanges],
        "emissions": [_plain(two) for two in what_if.emissions],
    }


def _plain(value: Any) -> dict[str, Any]:  # noqa: ANN401  any named tuple
    """A named tuple by its names, without what is not given."""
    found = {name: one for name, one in value._asdict().items() if one is not None}
    return {name: f"{one:f}" if isinstance(one, Decimal) else one for name, one in found.items()}


def _read_side(given: Mapping[str, Any]) -> SideOf:
    return SideOf(
        given["version"],
        tuple(Demand(**_numbers(one)) for one in given["demand"]),
        Changes(
            tuple(ExchangeChange(**_numbers(one)) for one in given["exchanges"]),
            tuple(EmissionChange(**_numbers(one)) for one in given["emissions"]),
        ),
    )


def _numbers(given: Mapping[str, Any]) -> dict[str, Any]:
    decimals = {"amount", "factor", "mass_kg"}
    return {name: Decimal(one) if name in decimals else one for name, one in given.items()}
