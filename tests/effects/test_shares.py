"""Shares, joint contributors and the remainder of an effect."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consortium.effects.rules.shares import (
    Allocation,
    Contribution,
    ContributorRole,
    Division,
    JointWithoutMembership,
    PartiesMissing,
    PartShareInvalid,
    PartyKind,
    PartyTwice,
    PartyUnclear,
    RemainderInvalid,
    RemainderKind,
    SharesNotWhole,
    checked_allocation,
    divided,
)

MEMBER, NON_MEMBER, PLATFORM = PartyKind.MEMBER, PartyKind.NON_MEMBER, PartyKind.PLATFORM


def party(
    name: int | str,
    share: str | None,
    kind: PartyKind = MEMBER,
    role: ContributorRole = ContributorRole.SUBSTANTIAL,
) -> Contribution:
    return Contribution(name, kind, role, None if share is None else Decimal(share))


def of_1000(remainder: str, *parties: Contribution) -> Division:
    """An effect of 1 000 t, in kg, divided."""
    return divided(Decimal(1_000_000), checked_allocation(parties, Decimal(remainder)))


def tonnes(kg: Decimal) -> Decimal:
    return kg / 1000


def test_three_joint_members_claim_the_whole_thrice() -> None:
    """Gross 3 000, overlap 2 000, net 1 000; none of it is a member's own."""
    told = of_1000("1", party(1, None), party(2, None), party(3, None))

    assert [tonnes(part.claim_kg_co2e) for part in told.parts] == [1000, 1000, 1000]
    assert [part.mass_kg_co2e for part in told.parts] == [None, None, None]
    assert tonnes(told.gross_kg_co2e) == 3000
    assert tonnes(told.overlap_kg_co2e) == 2000
    assert tonnes(told.net_kg_co2e) == 1000
    assert tonnes(told.joint_kg_co2e) == 1000
    assert {told.members_kg_co2e, told.unallocated_kg_co2e} == {Decimal(0)}


def test_shares_of_50_30_20_leave_nothing() -> None:
    """500, 300, 200; net 1 000 and no overlap."""
    told = of_1000("0", party(1, "0.5"), party(2, "0.3"), party(3, "0.2"))

    assert [tonnes(part.mass_kg_co2e or Decimal(0)) for part in told.parts] == [500, 300, 200]
    assert tonnes(told.net_kg_co2e) == 1000
    assert told.overlap_kg_co2e == 0


def test_what_nobody_claims_is_beside_the_net_total() -> None:
    """50 and 30 with 20 % unallocated: net 800, unallocated 200."""
    told = of_1000("0.2", party(1, "0.5"), party(2, "0.3"))

    assert tonnes(told.net_kg_co2e) == 800
    assert tonnes(told.unallocated_kg_co2e) == 200
    assert told.joint_kg_co2e == 0


def test_what_is_a_non_members_is_beside_the_net_total() -> None:
    """50 and 30 with 20 % a non-member's: net 800, non-members 200."""
    told = of_1000("0", party(1, "0.5"), party(2, "0.3"), party("Acme", "0.2", NON_MEMBER))

    assert tonnes(told.net_kg_co2e) == 800
    assert tonnes(told.non_members_kg_co2e) == 200
    assert tonnes(told.gross_kg_co2e) == 800


def test_a_joint_remainder_stands_beside_shares() -> None:
    """40 % a member's, 10 % the platform's, two joint in the rest: gross 1 400, net 900."""
    told = of_1000(
        "0.5", party(1, "0.4"), party("Market", "0.1", PLATFORM), party(2, None), party(3, None)
    )

    assert tonnes(told.members_kg_co2e) == 400
    assert tonnes(told.platform_kg_co2e) == 100
    assert tonnes(told.joint_kg_co2e) == 500
    assert tonnes(told.gross_kg_co2e) == 1400
    assert tonnes(told.net_kg_co2e) == 900
    assert tonnes(told.overlap_kg_co2e) == 500


def test_a_negative_effect_is_divided_like_any() -> None:
    """More emissions than the reference are shared as well: -25, -15 and -10 of -50."""
    allocation = checked_allocation(
        [party(1, "0.5"), party(2, "0.3"), party("Acme", "0.2", NON_MEMBER)], Decimal(0)
    )
    told = divided(Decimal(-50), allocation)

    assert [part.mass_kg_co2e for part in told.parts] == [-25, -15, -10]
    assert told.net_kg_co2e == -40


def test_thirds_need_a_remainder() -> None:
    """0.3333 three times with remainder 0 is refused, naming the sum, what lacks and what fits."""
    thirds = [party(number, "0.3333") for number in (1, 2, 3)]

    with pytest.raises(SharesNotWhole) as refused:
        checked_allocation(thirds, Decimal(0))

    assert refused.value.path == ("remainder",)
    assert refused.value.message == (
        "The shares add up to 0.9999 and the remainder is 0: 0.0001 of the effect is nobody's."
        " State a remainder of 0.0001, or other shares."
    )
    accepted = checked_allocation(thirds, Decimal("0.0001"))
    assert accepted.remainder_kind is RemainderKind.UNALLOCATED


def test_shares_above_one_are_refused_with_what_is_too_much() -> None:
    """The message names the sum and the excess."""
    with pytest.raises(SharesNotWhole) as refused:
        checked_allocation([party(1, "0.7"), party(2, "0.4")], Decimal(0))

    assert refused.value.path == ("contributions",)
    assert "add up to 1.1, which is 0.1 more" in refused.value.message


def test_a_remainder_beyond_the_whole_is_refused() -> None:
    """Shares of 0.8 leave 0.2, not 0.3."""
    with pytest.raises(SharesNotWhole) as refused:
        checked_allocation([party(1, "0.8")], Decimal("0.3"))

    assert refused.value.message == (
        "The shares add up to 0.8 and the remainder is 0.3: together 0.1 too much."
        " State a remainder of 0.2, or other shares."
    )


@pytest.mark.parametrize(
    ("parties", "remainder", "error", "path"),
    [
        ([], "1", PartiesMissing, ("contributions",)),
        ([party(n, None) for n in range(201)], "1", PartiesMissing, ("contributions",)),
        ([party(1, "0.5"), party(1, "0.5")], "0", PartyTwice, ("contributions", "1")),
        (
            [party("Café Acme", "0.5", NON_MEMBER), party("cafe  ACME", "0.5", NON_MEMBER)],
            "0",
            PartyTwice,
            ("contributions", "1"),
        ),
        ([party(1, "0")], "1", PartShareInvalid, ("contributions", "0", "share")),
        ([party(1, "-0.5")], "1", PartShareInvalid, ("contributions", "0", "share")),
        ([party(1, "51")], "0", PartShareInvalid, ("contributions", "0", "share")),
        ([party(1, "NaN")], "0", PartShareInvalid, ("contributions", "0", "share")),
        (
            [party(1, "0.5"), party(2, "0.4999999999999")],
            "0.0000000000001",
            PartShareInvalid,
            ("contributions", "1", "share"),
        ),
        ([party(1, "0.5")], "0.5000000000001", RemainderInvalid, ("remainder",)),
        ([party(1, "0.5")], "-0.5", RemainderInvalid, ("remainder",)),
        ([party(1, "0.5")], "Infinity", RemainderInvalid, ("remainder",)),
        ([party("Acme", "1", MEMBER)], "0", PartyUnclear, ("contributions", "0")),
        ([party(7, "1", NON_MEMBER)], "0", PartyUnclear, ("contributions", "0")),
        ([party("  ", "1", NON_MEMBER)], "0", PartyUnclear, ("contributions", "0", "name")),
        ([party("x" * 201, "1", PLATFORM)], "0", PartyUnclear, ("contributions", "0", "name")),
        (
            [party(1, "0.5"), party("Acme", None, NON_MEMBER)],
            "0.5",
            JointWithoutMembership,
            ("contributions", "1", "share"),
        ),
    ],
)
def test_what_is_no_allocation_is_refused(
    parties: list[Contribution], remainder: str, error: type[Exception], path: tuple[str, ...]
) -> None:
    """Each fault has its own error, at the line that it is in."""
    with pytest.raises(error) as refused:
        checked_allocation(parties, Decimal(remainder))

    assert getattr(refused.value, "path", None) == path


def test_zeros_behind_a_share_are_no_decimals() -> None:
    """0.500000000000000 is 0.5, and 12 decimals are allowed."""
    small = "0.000000000001"
    checked_allocation([party(1, "0.500000000000000"), party(2, small)], Decimal("0.499999999999"))


@st.composite
def allocations(draw: Any) -> Allocation:
    """Any valid allocation: cuts of 10^12, each part somebody's, the last the remainder."""
    whole = 10**12
    cuts = draw(st.lists(st.integers(1, whole), max_size=5, unique=True).map(sorted))
    parts = [b - a for a, b in zip([0, *cuts], cuts, strict=False)]
    joint = draw(st.integers(0, 3))
    if not parts and not joint:
        joint = 1
    kinds = draw(st.lists(st.sampled_from(PartyKind), min_size=len(parts), max_size=len(parts)))
    sharing = [
        Contribution(
            number if kind is MEMBER else f"party {number}",
            kind,
            ContributorRole.MINOR,
            Decimal(part).scaleb(-12),
        )
        for number, (part, kind) in enumerate(zip(parts, kinds, strict=True))
    ]
    standing = [party(100 + number, None) for number in range(joint)]
    return checked_allocation([*sharing, *standing], Decimal(whole - sum(parts)).scaleb(-12))


effects = st.decimals(-(10**15), 10**15, places=9)


@given(effects, allocations())
def test_the_parts_of_an_effect_are_the_effect(effect: Decimal, allocation: Allocation) -> None:
    """Shares and remainder add up to the effect, exactly; gross is net and overlap."""
    told = divided(effect, allocation)

    assert total(told.members_kg_co2e, told.non_members_kg_co2e, told.platform_kg_co2e) + (
        total(told.joint_kg_co2e, told.unallocated_kg_co2e)
    ) == Fraction(effect)
    assert total(told.net_kg_co2e, told.overlap_kg_co2e) == Fraction(told.gross_kg_co2e)
    assert told.joint_kg_co2e == 0 or told.unallocated_kg_co2e == 0
    assert abs(told.net_kg_co2e) <= abs(effect)


@given(effects, allocations(), st.randoms())
def test_the_order_of_parties_does_not_matter(
    effect: Decimal, allocation: Allocation, random: Any
) -> None:
    """Shuffled, every sum is the same and every party has what it had."""
    parties = list(allocation.contributions)
    random.shuffle(parties)
    one = divided(effect, allocation)
    other = divided(effect, checked_allocation(parties, allocation.remainder))

    assert set(one.parts) == set(other.parts)
    assert one._replace(parts=()) == other._replace(parts=())


@given(effects, allocations())
def test_division_equals_a_slow_reference(effect: Decimal, allocation: Allocation) -> None:
    """By fractions, straight from the definitions, nothing is different."""
    told = divided(effect, allocation)
    mass, rest = Fraction(effect), Fraction(1)
    owned = dict.fromkeys(PartyKind, Fraction(0))
    joint = []
    for one in allocation.contributions:
        if one.share is None:
            joint.append(one)
        else:
            owned[one.kind] += mass * Fraction(one.share)
            rest -= Fraction(one.share)

    assert Fraction(told.members_kg_co2e) == owned[MEMBER]
    assert Fraction(told.non_members_kg_co2e) == owned[NON_MEMBER]
    assert Fraction(told.platform_kg_co2e) == owned[PLATFORM]
    assert Fraction(told.joint_kg_co2e) == (mass * rest if joint else 0)
    assert Fraction(told.unallocated_kg_co2e) == (0 if joint else mass * rest)
    assert Fraction(told.net_kg_co2e) == owned[MEMBER] + (mass * rest if joint else 0)
    assert Fraction(told.gross_kg_co2e) == owned[MEMBER] + len(joint) * mass * rest


def total(*masses: Decimal) -> Fraction:
    return sum((Fraction(one) for one in masses), Fraction(0))
