"""Who caused an effect, and whose the mass is: shares that with the remainder are one whole.

An effect is recorded once. Its parties either claim a share of it, or stand as joint contributors
without one. What the shares leave is the remainder: with a joint contributor it counts once, as
"joint, undivided", in the members' net total and in no member's own; without one it is unallocated
and in no net total.

Roles are those of the chemical industry's scale: International Council of Chemical Associations
(ICCA) and WBCSD, "Addressing the Avoided Emissions Challenge", 2013 and 2017, section on
attribution (recalled).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import MAX_PREC, Context, Decimal
from enum import StrEnum
from typing import NamedTuple

from consortium.kernel.errors import BadInput, DomainError
from consortium.kernel.quantities import exact_difference, exact_sum
from consortium.kernel.text import name_key

DECIMALS_MAX = 12
PARTIES_MAX = 200
NAME_MAX = 200
ONE = Decimal(1)

_EXACT = Context(prec=MAX_PREC)


class ContributorRole(StrEnum):
    """How much of the effect hangs on a contributor, from most to least."""

    FUNDAMENTAL = "FUNDAMENTAL"
    EXTENSIVE = "EXTENSIVE"
    SUBSTANTIAL = "SUBSTANTIAL"
    MINOR = "MINOR"
    TOO_SMALL = "TOO_SMALL"


class PartyKind(StrEnum):
    """What a contributor is to the consortium."""

    MEMBER = "MEMBER"
    NON_MEMBER = "NON_MEMBER"
    PLATFORM = "PLATFORM"


class RemainderKind(StrEnum):
    """What becomes of the part that no share covers."""

    JOINT_UNDIVIDED = "JOINT_UNDIVIDED"
    UNALLOCATED = "UNALLOCATED"


class AllocationStatus(StrEnum):
    """Where the proposal of an allocation stands."""

    PROPOSED = "PROPOSED"
    IN_FORCE = "IN_FORCE"
    DISPUTED = "DISPUTED"
    SUPERSEDED = "SUPERSEDED"
    WITHDRAWN = "WITHDRAWN"


class Answer(StrEnum):
    """What a member says to an allocation that names it."""

    PENDING = "PENDING"
    ACCEPTED = "ACCEPTED"
    DISPUTED = "DISPUTED"


class PartiesMissing(BadInput):
    """An effect is shared among 1 to 200 parties: name each of them once."""

    code = "PARTIES_MISSING"


class PartyTwice(BadInput):
    """A party stands in the allocation twice: give it one line, with all of its share."""

    code = "PARTY_TWICE"
    constraint = "effect_contribution_member_once"


class PartyUnclear(BadInput):
    """A member is given by its id, anybody else by a name of 1 to 200 characters."""

    code = "PARTY_UNCLEAR"
    constraint = "effect_contribution_party"


class PartShareInvalid(BadInput):
    """A share is above 0 and at most 1, with at most 12 decimals: 51 % is 0.51."""

    code = "PART_SHARE_INVALID"
    constraint = "effect_contribution_share_range"


class RemainderInvalid(BadInput):
    """The remainder is a number from 0 to 1, with at most 12 decimals."""

    code = "REMAINDER_INVALID"
    constraint = "effect_allocation_remainder_range"


class JointWithoutMembership(BadInput):
    """Only members stand as joint contributors: give the other party a share, or leave it out."""

    code = "JOINT_WITHOUT_MEMBERSHIP"
    constraint = "effect_contribution_joint_member"


class SharesNotWhole(BadInput):
    """The shares and the remainder add up to exactly 1."""

    code = "SHARES_NOT_WHOLE"
    constraint = "effect_allocation_whole"


class SharesAboveOne(BadInput):
    """The shares of an effect add up to at most 1."""

    code = "SHARES_ABOVE_ONE"
    constraint = "effect_share_possible"


class PartyNotAMember(BadInput):
    """It is no member today: name it as a non-member, with a share."""

    code = "PARTY_NOT_A_MEMBER"


class PartyIsMember(BadInput):
    """A member has this name: name it as a member, so that it is asked."""

    code = "PARTY_IS_MEMBER"


class OwnerMissing(BadInput):
    """Whoever recorded the effect is a party to it: with a share, or as joint contributor."""

    code = "OWNER_MISSING"


class ProposerMissing(BadInput):
    """An allocation is proposed by one of its parties: name your own organisation in it."""

    code = "PROPOSER_MISSING"


class PartiesLeftOut(DomainError):
    """Members of the allocation in force are not in this one: name them, or dispute that first."""

    code = "PARTIES_LEFT_OUT"


class AllocationOver(DomainError):
    """The allocation was withdrawn, or another one came into force, or it is in force itself."""

    code = "ALLOCATION_OVER"


class AnsweredAlready(DomainError):
    """Your organisation has given this answer."""

    code = "ANSWERED_ALREADY"


@dataclass(frozen=True, slots=True)
class Contribution:
    """One party's part in an effect: a share, or None for a joint contributor.

    `party` tells it apart from the others: the id of a member, the name of anybody else.
    """

    party: int | str
    kind: PartyKind
    role: ContributorRole
    share: Decimal | None

    @property
    def is_joint(self) -> bool:
        """Whether it stands without a share."""
        return self.share is None


@dataclass(frozen=True, slots=True)
class Allocation:
    """All parties to an effect, and the remainder; together one whole. See `checked_allocation`."""

    contributions: tuple[Contribution, ...]
    remainder: Decimal

    @property
    def remainder_kind(self) -> RemainderKind:
        """Joint where a contributor stands without a share, else unallocated."""
        joint = any(one.is_joint for one in self.contributions)
        return RemainderKind.JOINT_UNDIVIDED if joint else RemainderKind.UNALLOCATED


class Part(NamedTuple):
    """A party's part of the mass, None for a joint contributor, and what it may claim.

    The claim of a joint contributor is the whole remainder: the others claim it too.
    """

    contribution: Contribution
    mass_kg_co2e: Decimal | None
    claim_kg_co2e: Decimal


class Division(NamedTuple):
    """An effect divided among its parties. All masses are in kg CO2e, exact, and may be negative.

    effect = members + non_members + platform + joint + unallocated;
    net = members + joint; gross = the sum of the members' claims; overlap = gross - net.
    """

    effect_kg_co2e: Decimal
    parts: tuple[Part, ...]
    members_kg_co2e: Decimal
    non_members_kg_co2e: Decimal
    platform_kg_co2e: Decimal
    joint_kg_co2e: Decimal
    unallocated_kg_co2e: Decimal
    gross_kg_co2e: Decimal
    net_kg_co2e: Decimal

    @property
    def overlap_kg_co2e(self) -> Decimal:
        """What the members' claims hold more than once."""
        return exact_difference(self.gross_kg_co2e, self.net_kg_co2e)


def checked_allocation(contributions: Sequence[Contribution], remainder: Decimal) -> Allocation:
    """The allocation, if it is one whole.

    Raises:
        PartiesMissing, PartyTwice, PartyUnclear: of the parties; `path` names the line.
        PartShareInvalid, JointWithoutMembership: of a share, likewise.
        RemainderInvalid, SharesNotWhole: of the sum; the message tells what is missing.
    """
    if not 1 <= len(contributions) <= PARTIES_MAX:
        raise PartiesMissing().at("contributions")
    seen: dict[tuple[PartyKind, int | str], int] = {}
    for line, one in enumerate(contributions):
        _check_line(one, str(line))
        first = seen.setdefault(_party_key(one), line)
        if first != line:
            raise PartyTwice().at("contributions", str(line))
    if not _is_share(remainder):
        raise RemainderInvalid().at("remainder")
    _check_whole(shares_sum(contributions), remainder)
    return Allocation(tuple(contributions), remainder)


def shares_sum(contributions: Iterable[Contribution]) -> Decimal:
    """What the shares add up to."""
    return exact_sum(one.share for one in contributions if one.share is not None)


def divided(effect_kg_co2e: Decimal, allocation: Allocation) -> Division:
    """Divide a mass among the parties, to its last digit."""
    rest = _times(effect_kg_co2e, allocation.remainder)
    parts = tuple(_part(effect_kg_co2e, one, rest) for one in allocation.contributions)
    members, non_members, platform = (
        exact_sum(
            part.mass_kg_co2e
            for part in parts
            if part.contribution.kind is kind and part.mass_kg_co2e is not None
        )
        for kind in (PartyKind.MEMBER, PartyKind.NON_MEMBER, PartyKind.PLATFORM)
    )
    claims = (part.claim_kg_co2e for part in parts if part.contribution.kind is PartyKind.MEMBER)
    is_joint = allocation.remainder_kind is RemainderKind.JOINT_UNDIVIDED
    joint, unallocated = (rest, Decimal(0)) if is_joint else (Decimal(0), rest)
    return Division(
        effect_kg_co2e,
        parts,
        members,
        non_members,
        platform,
        joint,
        unallocated,
        exact_sum(claims),
        exact_sum((members, joint)),
    )


def _part(effect_kg_co2e: Decimal, one: Contribution, rest: Decimal) -> Part:
    if one.share is None:
        return Part(one, None, rest)
    mass = _times(effect_kg_co2e, one.share)
    return Part(one, mass, mass)


def _check_line(one: Contribution, line: str) -> None:
    named = isinstance(one.party, str)
    if named is (one.kind is PartyKind.MEMBER):
        raise PartyUnclear().at("contributions", line)
    if isinstance(one.party, str) and not 1 <= len(one.party.strip()) <= NAME_MAX:
        raise PartyUnclear().at("contributions", line, "name")
    if one.share is None:
        if one.kind is not PartyKind.MEMBER:
            raise JointWithoutMembership().at("contributions", line, "share")
    elif not (_is_share(one.share) and one.share):
        raise PartShareInvalid().at("contributions", line, "share")


def _party_key(one: Contribution) -> tuple[PartyKind, int | str]:
    """Names are compared without case and accents, as organisations' names are."""
    return one.kind, name_key(one.party) if isinstance(one.party, str) else one.party


def _is_share(value: Decimal) -> bool:
    if not (value.is_finite() and 0 <= value <= ONE):
        return False
    exponent = value.normalize(_EXACT).as_tuple().exponent
    return isinstance(exponent, int) and exponent >= -DECIMALS_MAX


def _check_whole(shares: Decimal, remainder: Decimal) -> None:
    """Refuse what is not one whole, and say what would be."""
    difference = exact_difference(ONE, exact_sum((shares, remainder)))
    if difference == 0:
        return
    told = f"The shares add up to {_told(shares)} and the remainder is {_told(remainder)}"
    if shares > ONE:
        excess = exact_difference(shares, ONE)
        message = (
            f"The shares add up to {_told(shares)}, which is {_told(excess)} more than the whole"
            " effect: give shares that add up to at most 1."
        )
        raise SharesNotWhole(message).at("contributions")
    rest = _told(exact_difference(ONE, shares))
    if difference > 0:
        message = f"{told}: {_told(difference)} of the effect is nobody's. State a remainder of"
    else:
        message = f"{told}: together {_told(-difference)} too much. State a remainder of"
    raise SharesNotWhole(f"{message} {rest}, or other shares.").at("remainder")


def _told(value: Decimal) -> str:
    """The number without an exponent and without zeros behind it."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _times(one: Decimal, other: Decimal) -> Decimal:
    return _EXACT.multiply(one, other)
