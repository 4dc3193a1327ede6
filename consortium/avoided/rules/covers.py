"""When an effect covers a disclosed claim, so that its tonnes are added with the effect's alone."""

from datetime import date
from typing import NamedTuple

from consortium.avoided.rules.vocabulary import ClaimKind
from consortium.kernel.errors import BadInput, DomainError
from consortium.kernel.visibility import Visibility

_WIDTH = {Visibility.PRIVATE: 0, Visibility.CONSORTIUM: 1, Visibility.PUBLIC: 2}


class CoverUnexplained(BadInput):
    """Say why the effect covers the claim."""

    code = "COVER_UNEXPLAINED"
    constraint = "avoided_cover_explained"


class ClaimCovered(DomainError):
    """An effect covers this claim already: uncover it first."""

    code = "CLAIM_COVERED"
    constraint = "avoided_cover_one_at_a_time"


class ClaimNotCovered(DomainError):
    """No effect covers this claim."""

    code = "CLAIM_NOT_COVERED"


class CoversPart(DomainError):
    """This figure is a part of a total, which counts: link the total, and its parts follow."""

    code = "COVERS_PART"


class CoverDiffers(BadInput):
    """An effect covers a claim of its own timeframe, whose period meets its own."""

    code = "COVER_DIFFERS"


class EffectShownToFewer(DomainError):
    """Who sees the claim must see the effect that covers it: show the effect to them first."""

    code = "EFFECT_SHOWN_TO_FEWER"


class Covered(NamedTuple):
    """What is asked of the claim."""

    kind: ClaimKind
    period_start: date | None
    period_end: date | None
    visibility: Visibility
    is_part: bool


class Covering(NamedTuple):
    """What is asked of the effect, and who sees both it and its solution."""

    timeframe: str
    period_start: date
    period_end: date
    shown: tuple[Visibility, Visibility]


def check_cover(claim: Covered, effect: Covering, reason: str) -> str:
    """The reason without blanks around it.

    Raises:
        CoverUnexplained, CoversPart, CoverDiffers, EffectShownToFewer: as they say.
    """
    given = reason.strip()
    if not given:
        raise CoverUnexplained().at("reason")
    if claim.is_part:
        raise CoversPart().at("claim")
    apart = (claim.period_end is not None and claim.period_end < effect.period_start) or (
        claim.period_start is not None and effect.period_end < claim.period_start
    )
    if claim.kind.value != effect.timeframe or apart:
        raise CoverDiffers().at("effect")
    if min(_WIDTH[one] for one in effect.shown) < _WIDTH[claim.visibility]:
        raise EffectShownToFewer().at("effect")
    return given
