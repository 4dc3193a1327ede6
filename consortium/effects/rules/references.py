"""The reference scenario: decided by a tree, recorded with its path and its reason.

The order of the questions is that of the WBCSD guidance on avoided emissions: new demand, the
improvement of a system in place, its replacement at the end of its life, and before it.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from consortium.effects.rules.texts import checked_statement
from consortium.effects.rules.vocabulary import (
    ReferenceBasis,
    ReferenceStep,
    Situation,
)
from consortium.kernel.errors import BadInput
from consortium.kernel.places import check_geography

# The answers that lead to each situation.
PATHS = {
    Situation.NEW_DEMAND: (ReferenceStep.NOTHING_IN_PLACE,),
    Situation.IMPROVEMENT: (ReferenceStep.SYSTEM_IN_PLACE, ReferenceStep.SYSTEM_KEPT),
    Situation.END_OF_LIFE_REPLACEMENT: (
        ReferenceStep.SYSTEM_IN_PLACE,
        ReferenceStep.SYSTEM_REPLACED,
        ReferenceStep.AT_END_OF_LIFE,
    ),
    Situation.EARLY_REPLACEMENT: (
        ReferenceStep.SYSTEM_IN_PLACE,
        ReferenceStep.SYSTEM_REPLACED,
        ReferenceStep.BEFORE_END_OF_LIFE,
    ),
}
# What a reference may be; the best available technology is the cautious choice anywhere.
BASES = {
    Situation.NEW_DEMAND: (ReferenceBasis.MARKET_AVERAGE, ReferenceBasis.MOST_LIKELY_ALTERNATIVE),
    Situation.IMPROVEMENT: (ReferenceBasis.SYSTEM_BEFORE_CHANGE,),
    Situation.END_OF_LIFE_REPLACEMENT: (ReferenceBasis.AVERAGE_ALTERNATIVE,),
    Situation.EARLY_REPLACEMENT: (ReferenceBasis.AVERAGE_ALTERNATIVE,),
}


class PathUnknown(BadInput):
    """These answers lead nowhere: each answer of the tree follows from the one before."""

    code = "REFERENCE_PATH_UNKNOWN"
    constraint = "reference_scenario_path_given"


class BasisNotAllowed(BadInput):
    """A reference of this basis does not fit the situation that the answers lead to."""

    code = "REFERENCE_BASIS_NOT_ALLOWED"
    constraint = "reference_scenario_basis_allowed"


class RemainingLifeInvalid(BadInput):
    """The years that an old system would have lasted: above 0 and below the solution's lifetime.

    They are needed of an early replacement, and belong to no other situation.
    """

    code = "REMAINING_LIFE_INVALID"
    constraint = "reference_scenario_remaining_life"


class LegalCapInvalid(BadInput):
    """A legal cap is 0 kg or more a unit and year, with the minimum in words and its source."""

    code = "LEGAL_CAP_INVALID"
    constraint = "reference_scenario_legal_cap"


class ValidityReversed(BadInput):
    """A reference is valid to its first day or later."""

    code = "VALIDITY_REVERSED"
    constraint = "reference_scenario_dates_ordered"


class Scenario(NamedTuple):
    """What is stated of a reference scenario; the cap in kg CO2e a unit and year."""

    path: Sequence[ReferenceStep]
    basis: ReferenceBasis
    reason: str
    description: str
    geography: str
    remaining_life_years: Decimal | None = None
    legal_minimum: str = ""
    legal_cap_kg_co2e: Decimal | None = None
    has_legal_source: bool = False
    valid_from: date | None = None
    valid_to: date | None = None


def situation_of(path: Sequence[ReferenceStep]) -> Situation:
    """Where the answers lead. Raises PathUnknown with what may follow."""
    for situation, steps in PATHS.items():
        if tuple(path) == steps:
            return situation
    ways = "; ".join(", ".join(steps) for steps in PATHS.values())
    raise PathUnknown(f"These answers lead nowhere. The ways through the tree are: {ways}.").at(
        "path"
    )


def allowed_bases(situation: Situation) -> tuple[ReferenceBasis, ...]:
    """What a reference may be in a situation."""
    return (*BASES[situation], ReferenceBasis.BEST_AVAILABLE_TECHNOLOGY)


def checked_scenario(given: Scenario, lifetime_years: Decimal) -> tuple[Situation, Scenario]:
    """The situation and the scenario with clean texts.

    Raises:
        PathUnknown, BasisNotAllowed, RemainingLifeInvalid, LegalCapInvalid, GeographyUnknown,
        ValidityReversed, TextMissing: as they say, with the field.
    """
    situation = situation_of(given.path)
    _check_basis(situation, given.basis)
    _check_remaining_life(situation, given.remaining_life_years, lifetime_years)
    _check_cap(given)
    check_geography(given.geography)
    if given.valid_from and given.valid_to and given.valid_to < given.valid_from:
        raise ValidityReversed().at("validTo")
    return situation, given._replace(
        reason=checked_statement(given.reason, "reason"),
        description=checked_statement(given.description, "description"),
        legal_minimum=given.legal_minimum.strip(),
    )


def _check_basis(situation: Situation, basis: ReferenceBasis) -> None:
    allowed = allowed_bases(situation)
    if basis not in allowed:
        raise BasisNotAllowed(
            f"The answers lead to {situation}: its reference is {' or '.join(allowed)}."
        ).at("basis")


def _check_remaining_life(
    situation: Situation, years: Decimal | None, lifetime_years: Decimal
) -> None:
    early = situation is Situation.EARLY_REPLACEMENT
    if early != (years is not None) or (years is not None and not 0 < years < lifetime_years):
        wanted = (
            f"above 0 and below the {lifetime_years:f} years of the solution"
            if early
            else "left out: the old system is not replaced before its time"
        )
        raise RemainingLifeInvalid(f"The remaining life of the old system is {wanted}.").at(
            "remainingLifeYears"
        )


def _check_cap(given: Scenario) -> None:
    cap = given.legal_cap_kg_co2e
    if cap is None:
        return
    if cap < 0 or not given.legal_minimum.strip() or not given.has_legal_source:
        raise LegalCapInvalid().at("legalCapKgCo2e")
