"""What is stated of a solution."""

from decimal import Decimal

from consortium.kernel.errors import BadInput, DomainError
from consortium.kernel.visibility import Visibility

LIFETIME_MAX_YEARS = 100
PARTS_MAX = 200

_SHOWN_TO = list(Visibility)


class LifetimeInvalid(BadInput):
    """A lifetime is above 0 and at most 100 years."""

    code = "LIFETIME_INVALID"
    constraint = "solution_lifetime_possible"


class FossilUseUnexplained(BadInput):
    """Whether a solution serves fossil fuels is said with a reason, or not at all."""

    code = "FOSSIL_USE_UNEXPLAINED"
    constraint = "solution_fossil_use_explained"


class PartsInvalid(BadInput):
    """A solution has at most 200 parts, each named once, and never itself."""

    code = "SOLUTION_PARTS_INVALID"
    constraint = "solution_part_of_another"


class PartsInRing(BadInput):
    """A part contains the solution that it shall be part of: parts may not run in a ring."""

    code = "SOLUTION_PARTS_IN_RING"
    constraint = "solution_part_no_ring"


class ReferenceTaken(DomainError):
    """There is one of this reference already: choose another, or make a new edition of it."""

    code = "REFERENCE_TAKEN"


class RoleRepeated(BadInput):
    """A solution has one role in a value chain, or one in each of its stages."""

    code = "SOLUTION_ROLE_REPEATED"
    constraint = "solution_role_key"


class StageOfAnotherChain(BadInput):
    """The stage is one of another value chain."""

    code = "STAGE_OF_ANOTHER_CHAIN"
    constraint = "solution_role_stage_of_chain"


class SolutionCompared(DomainError):
    """There are reference scenarios of it: function, unit and lifetime stay as they are.

    Record another solution for another function, unit or lifetime.
    """

    code = "SOLUTION_COMPARED"
    constraint = "solution_compared"


class ShownByEffects(DomainError):
    """Effects of this solution are shown to more people: hide them first."""

    code = "SOLUTION_SHOWN_BY_EFFECTS"


class LessVisible(DomainError):
    """The solution is shown to fewer people than its effect would be: show the solution first."""

    code = "SOLUTION_LESS_VISIBLE"


def check_lifetime(years: Decimal) -> None:
    """Refuse what is no lifetime. Raises LifetimeInvalid."""
    if not 0 < years <= LIFETIME_MAX_YEARS:
        raise LifetimeInvalid().at("lifetimeYears")


def checked_fossil_use(used: bool | None, reason: str) -> str:
    """The reason without blanks around it; the two go together. Raises FossilUseUnexplained."""
    told = reason.strip()
    if (used is None) != (not told):
        raise FossilUseUnexplained().at("fossilReason")
    return told


def check_parts(parts: tuple[int, ...]) -> None:
    """Refuse parts that are named twice, and too many. Raises PartsInvalid."""
    if len(parts) > PARTS_MAX or len(set(parts)) < len(parts):
        raise PartsInvalid().at("parts")


def shown_to_more(one: Visibility, other: Visibility) -> bool:
    """Whether the one is shown to more people than the other."""
    return _SHOWN_TO.index(one) > _SHOWN_TO.index(other)
