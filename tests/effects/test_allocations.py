"""Parties agree on shares: propose, accept, dispute, withdraw; and who sees what of it."""

from decimal import Decimal
from typing import Any

import asyncpg
import pytest

from consortium.effects.rules.shares import (
    Allocation,
    Contribution,
    ContributorRole,
    PartyKind,
    divided,
)
from consortium.identity.rules.roles import Role
from consortium.kernel.principal import ANONYMOUS
from tests.asking import principal
from tests.effects.parties import Table
from tests.factories import create_engagement, create_organisation
from tests.factories.shares import create_allocation, create_shared_effect

WHOLE = """
  status remainderShare remainderKind effectMass members nonMembers platform joint unallocated
  gross net overlap proposedBy { name } effect { id }
  contributions(first: 10) { nodes { position kind role partyName share part claim answer reason
    organisation { name } } }
"""


async def test_shares_are_in_force_when_every_member_has_accepted(parties: Table) -> None:
    """The proposer has by proposing; until the last answer nothing is shared out."""
    lines = (
        parties.line("owner", "0.5"),
        parties.line("second", "0.3"),
        parties.line("third", "0.2"),
    )
    proposed = await parties.propose("owner", *lines)
    assert proposed["status"] == "PROPOSED"

    second = await parties.answer("acceptAllocation", "second", proposed)
    assert (second["status"], await parties.allocated()) == ("PROPOSED", 0)

    # The version that was seen first: another member's answer is no change.
    third = await parties.answer("acceptAllocation", "third", proposed)
    assert (third["status"], await parties.allocated()) == ("IN_FORCE", 1)


async def test_masses_are_read_in_the_unit_asked_for(parties: Table) -> None:
    """500, 300 and 200 t of 1 000, with a non-member; net 800."""
    named = {"kind": "NON_MEMBER", "role": "MINOR", "name": "Acme", "share": "0.2"}
    lines = (parties.line("owner", "0.5"), parties.line("second", "0.3"), named)
    told = await parties.propose("owner", *lines, wanted=WHOLE)

    assert [one["part"] for one in told["contributions"]["nodes"]] == ["500", "300", "200"]
    assert (told["net"], told["nonMembers"], told["overlap"]) == ("800", "200", "0")
    assert told["contributions"]["nodes"][2] == {
        "position": 2,
        "kind": "NON_MEMBER",
        "role": "MINOR",
        "partyName": "Acme",
        "share": "0.2",
        "part": "200",
        "claim": "200",
        "answer": None,
        "reason": None,
        "organisation": None,
    }


@pytest.mark.parametrize(
    ("lines", "remainder"),
    [
        ((("owner", None), ("second", None), ("third", None)), "1"),
        ((("owner", "0.5"), ("second", "0.3"), ("third", "0.2")), "0"),
        ((("owner", "0.5"), ("second", "0.3")), "0.2"),
        ((("owner", "0.5"), ("second", "0.3"), ("Acme", "0.2")), "0"),
        ((("owner", "0.123456789012"), ("second", None), ("Acme", "0.2")), "0.676543210988"),
    ],
)
@pytest.mark.parametrize("tonnes", ["1000", "-50.000000001"])
async def test_what_is_read_is_what_the_rule_divides(
    parties: Table, lines: tuple[tuple[str, str | None], ...], remainder: str, tonnes: str
) -> None:
    """Each sum of the API is that of the pure rule, to the last digit; negative effects too."""
    owner, pool = parties.members["owner"], parties.house.database.pool
    effect = await create_shared_effect(pool, owner, tonnes=tonnes)
    named = [(parties.members.get(name, name), share) for name, share in lines]
    async with pool.acquire() as connection:
        await create_allocation(connection, effect, owner, named, remainder=remainder)
    query = f"{{ allocations {{ nodes {{ {WHOLE} }} }} }}".replace("effectMass", MASSES)
    data = await parties.house.ask(query, parties.of("second"))
    [told] = data["allocations"]["nodes"]
    rule = divided(Decimal(tonnes) * 1000, allocation_of(named, remainder))

    assert {name: Decimal(told[f"{name}Kg"]) for name in IN_KG} == {
        "effectMass": rule.effect_kg_co2e,
        "members": rule.members_kg_co2e,
        "nonMembers": rule.non_members_kg_co2e,
        "platform": rule.platform_kg_co2e,
        "joint": rule.joint_kg_co2e,
        "unallocated": rule.unallocated_kg_co2e,
        "gross": rule.gross_kg_co2e,
        "net": rule.net_kg_co2e,
        "overlap": rule.overlap_kg_co2e,
    }
    assert [Decimal(one["claim"]) * 1000 for one in told["contributions"]["nodes"]] == [
        part.claim_kg_co2e for part in rule.parts
    ]


IN_KG = [
    "effectMass",
    "members",
    "nonMembers",
    "platform",
    "joint",
    "unallocated",
    "gross",
    "net",
    "overlap",
]
MASSES = " ".join(f"{name}Kg: {name}(unit: KILOGRAM_CO2E)" for name in IN_KG)


def allocation_of(lines: list[tuple[int | str, str | None]], remainder: str) -> Allocation:
    return Allocation(
        tuple(
            Contribution(
                party,
                PartyKind.MEMBER if isinstance(party, int) else PartyKind.NON_MEMBER,
                ContributorRole.SUBSTANTIAL,
                None if share is None else Decimal(share),
            )
            for party, share in lines
        ),
        Decimal(remainder),
    )


async def test_an_owner_alone_has_it_in_force_at_once(parties: Table) -> None:
    """Nobody else has to accept."""
    told = await parties.propose("owner", parties.line("owner", "0.7"), remainder="0.3")

    assert told["status"] == "IN_FORCE"
    assert await parties.allocated() == Decimal("0.7")


async def test_thirds_without_their_remainder_change_nothing(parties: Table) -> None:
    """0.3333 three times is refused by the sum that it makes, and taken with 0.0001 stated."""
    thirds = [parties.line(name, "0.3333") for name in ("owner", "second", "third")]

    assert await parties.refused("owner", *thirds) == "SHARES_NOT_WHOLE"
    told = await parties.propose("owner", *thirds, wanted="message: __typename")
    assert told["code"] == "SHARES_NOT_WHOLE"
    assert "0.0001" in told["message"]
    accepted = await parties.propose("owner", *thirds, remainder="0.0001")
    assert accepted["status"] == "PROPOSED"


async def test_each_refusal_of_a_proposal_changes_nothing(parties: Table) -> None:
    """Who is not named, who is no member, who hides behind a name, and who has no right."""
    own, second = parties.line("owner", "0.5"), parties.line("second", "0.5")
    named = {"kind": "NON_MEMBER", "role": "MINOR", "name": "THE Second", "share": "0.5"}
    alone = parties.line("participant", "0.5")

    assert await parties.refused("second", second, remainder="0.5") == "OWNER_MISSING"
    assert await parties.refused("third", own, second) == "PROPOSER_MISSING"
    assert await parties.refused("owner", own, named) == "PARTY_IS_MEMBER"
    assert await parties.refused("owner", own, alone) == "PARTY_NOT_A_MEMBER"
    assert await parties.refused("owner", own, own | {"name": "Both"}) == "PARTY_UNCLEAR"
    assert await parties.refused("owner") == "PARTIES_MISSING"
    given = {"effect": parties.effect, "contributions": [own], "remainder": "0.5"}
    for role in (Role.VIEWER, Role.EDITOR, Role.ORGANISATION_ADMIN):
        by = parties.of("owner", role)
        assert await parties.house.refused("proposeAllocation", by, **given) == "PERMISSION_DENIED"
    for by in (principal(Role.SECRETARIAT), ANONYMOUS):
        assert await parties.house.refused("proposeAllocation", by, **given) == "PERMISSION_DENIED"
    given["effect"] = "effect_999999"
    assert await parties.house.refused("proposeAllocation", parties.of("owner"), **given) == (
        "NOT_FOUND"
    )


async def test_an_answer_to_what_has_changed_is_refused(parties: Table) -> None:
    """Who saw the proposal before it was disputed is told so, and nothing changes."""
    lines = [parties.line(name, share) for name, share in (("owner", "0.6"), ("second", "0.4"))]
    seen = await parties.propose("owner", *lines)
    disputed = await parties.answer("disputeAllocation", "second", seen, reason="Too little.")
    assert disputed["status"] == "DISPUTED"

    late = parties.of("owner")
    assert await parties.unanswered("withdrawAllocation", late, seen) == "CHANGED_MEANWHILE"
    assert await parties.unanswered(
        "disputeAllocation", parties.of("second"), disputed, reason="Again."
    ) == ("ANSWERED_ALREADY")
    withdrawn = await parties.answer("withdrawAllocation", "owner", disputed)
    assert withdrawn["status"] == "WITHDRAWN"
    for mutation, more in (("acceptAllocation", {}), ("disputeAllocation", {"reason": "No."})):
        over = await parties.unanswered(mutation, parties.of("second"), withdrawn, **more)
        assert over == "ALLOCATION_OVER"
    assert await parties.allocated() == 0


async def test_a_dispute_takes_it_out_of_force_and_acceptance_puts_it_back(parties: Table) -> None:
    """Disputed shares do not count; the reason is the parties' to read."""
    lines = [parties.line("owner", "0.6"), parties.line("second", "0.4")]
    proposed = await parties.propose("owner", *lines)
    agreed = await parties.answer("acceptAllocation", "second", proposed)
    disputed = await parties.answer(
        "disputeAllocation", "owner", agreed, reason="Units were fewer."
    )
    assert (disputed["status"], await parties.allocated()) == ("DISPUTED", 0)

    query = "{ allocations { nodes { contributions { nodes { answer reason } } } } }"
    data = await parties.house.ask(query, parties.of("second"))
    [told] = data["allocations"]["nodes"]
    assert [tuple(one.values()) for one in told["contributions"]["nodes"]] == [
        ("DISPUTED", "Units were fewer."),
        ("ACCEPTED", None),
    ]
    again = await parties.answer("acceptAllocation", "owner", disputed)
    assert (again["status"], await parties.allocated()) == ("IN_FORCE", 1)


async def test_who_is_in_force_cannot_be_left_out_behind_its_back(parties: Table) -> None:
    """A new allocation names all of the one in force, and supersedes it with their consent."""
    agreed = await parties.propose(
        "owner", parties.line("owner", "0.6"), parties.line("second", "0.4")
    )
    await parties.answer("acceptAllocation", "second", agreed)
    without = [parties.line("owner", "0.5"), parties.line("third", "0.5")]

    assert await parties.refused("owner", *without) == "PARTIES_LEFT_OUT"
    # The third knows of no allocation in force, and is not told of one.
    rival = await parties.propose("third", *without)
    assert rival["status"] == "PROPOSED"
    refused = await parties.unanswered("acceptAllocation", parties.of("owner"), rival)
    assert refused == "PARTIES_LEFT_OUT"
    assert await parties.statuses() == ["IN_FORCE", "PROPOSED"]

    everyone = [*without[:1], parties.line("second", "0.3"), parties.line("third", "0.2")]
    better = await parties.propose("third", *everyone)
    for name in ("owner", "second"):
        better = await parties.answer("acceptAllocation", name, better)
    assert better["status"] == "IN_FORCE"
    assert await parties.statuses() == ["SUPERSEDED", "SUPERSEDED", "IN_FORCE"]
    assert await parties.allocated() == 1


async def test_a_stranger_sees_an_effect_with_shares_as_one_without(parties: Table) -> None:
    """Lists, counts, filters, nodes and refusals answer it alike; parties see all."""
    pool, owner = parties.house.database.pool, parties.members["owner"]
    without = await create_shared_effect(pool, owner)
    lines = [(owner, "0.6"), (parties.members["second"], "0.4")]
    async with pool.acquire() as connection:
        key = await create_allocation(connection, parties.effect_id, owner, lines)
    told: dict[str, Any] = {}
    for name, effect in (("with", parties.effect_id), ("without", without)):
        query = f"""{{ node(id: "effect_{effect}") {{ ... on Effect {{
              allocations {{ totalCount nodes {{ id }} }} }} }}
            none: node(id: "allocation_{key}") {{ id }}
            allocations(where: {{effect: {{id: {{eq: "effect_{effect}"}}}}}})
              {{ totalCount nodes {{ id }} }} }}"""
        for who, by in seers(parties).items():
            told[f"{name} {who}"] = await parties.house.ask(query, by)

    shown = {"totalCount": 1, "nodes": [{"id": f"allocation_{key}"}]}
    for who in seers(parties):
        seen = told[f"with {who}"]
        if who in {"owner", "second", "secretariat", "viewer"}:
            assert seen["node"]["allocations"] == seen["allocations"] == shown
            assert seen["none"] == {"id": f"allocation_{key}"}
        else:
            assert seen == told[f"without {who}"]
    stranger = parties.of("stranger")
    refusals = [
        await parties.unanswered(mutation, stranger, {"id": one, "version": 1}, **more)
        for one in (f"allocation_{key}", "allocation_999999")
        for mutation, more in (
            ("acceptAllocation", {}),
            ("disputeAllocation", {"reason": "No."}),
            ("withdrawAllocation", {}),
        )
    ]
    assert refusals == ["NOT_FOUND"] * 6


def seers(parties: Table) -> dict[str, Any]:
    return {
        "owner": parties.of("owner"),
        "second": parties.of("second"),
        "viewer": parties.of("second", Role.VIEWER),
        "secretariat": principal(Role.SECRETARIAT, organisation=parties.members["stranger"]),
        "third": parties.of("third"),
        "stranger": parties.of("stranger", Role.ORGANISATION_ADMIN),
        "assurer of nobody": parties.of("stranger", Role.ASSURER),
        "anonymous": ANONYMOUS,
    }


async def test_an_assurer_sees_the_shares_of_its_client(parties: Table) -> None:
    """Engaged for claims of one party it sees all shares of that effect, and answers nothing."""
    pool, owner = parties.house.database.pool, parties.members["owner"]
    assurer = await create_organisation(pool, name="The assurer")
    await create_engagement(pool, assurer, parties.members["second"], covers="CLAIMS")
    lines = [(owner, "0.6"), (parties.members["second"], "0.4")]
    async with pool.acquire() as connection:
        key = await create_allocation(connection, parties.effect_id, owner, lines)
    by = principal(Role.ASSURER, organisation=assurer, member=False)
    query = "{ allocations { nodes { id contributions { nodes { share } } } } }"
    data = await parties.house.ask(query, by)

    [seen] = data["allocations"]["nodes"]
    assert seen["id"] == f"allocation_{key}"
    assert [one["share"] for one in seen["contributions"]["nodes"]] == ["0.6", "0.4"]
    answered = await parties.unanswered("acceptAllocation", by, {"id": seen["id"], "version": 1})
    assert answered == "PERMISSION_DENIED"


@pytest.mark.parametrize(
    ("lines", "remainder", "constraint"),
    [
        ((("owner", "0.6"), ("second", "0.5")), "0", "effect_share_possible"),
        ((("owner", "0.6"), ("second", "0.3")), "0", "effect_allocation_whole"),
        ((("owner", "0.6"), ("owner", "0.4")), "0", "effect_contribution_member_once"),
        ((("owner", "0.6"), ("Acme", None)), "0.4", "effect_contribution_joint_member"),
        ((("owner", "0.6000000000001"),), "0.3999999999999", "effect_allocation_remainder_range"),
        ((("owner", "0"),), "1", "effect_contribution_share_range"),
        ((("owner", "NaN"),), "1", "effect_contribution_share_range"),
    ],
)
async def test_the_database_itself_refuses_what_is_not_whole(
    parties: Table,
    lines: tuple[tuple[str, str | None], ...],
    remainder: str,
    constraint: str,
) -> None:
    """Whoever writes past the actions is held to the same."""
    database, owner = parties.house.database, parties.members["owner"]
    named = [(parties.members.get(name, name), share) for name, share in lines]
    before = await parties.house.digest()
    async with database.pool.acquire() as connection:
        with pytest.raises(asyncpg.IntegrityConstraintViolationError) as refused:
            await create_allocation(
                connection, parties.effect_id, owner, named, remainder=remainder
            )

    assert refused.value.constraint_name == constraint
    assert await parties.house.digest() == before


async def test_what_was_proposed_stays(parties: Table) -> None:
    """No share is changed or taken away, and none is in force that a member has not accepted."""
    database, owner = parties.house.database, parties.members["owner"]
    lines = [(owner, "0.6"), (parties.members["second"], "0.4")]
    async with database.pool.acquire() as connection:
        await create_allocation(connection, parties.effect_id, owner, lines)
        before = await parties.house.digest()
        for statement, constraint in (
            ("UPDATE effect_contribution SET share = 0.5", "effect_allocation_kept"),
            ("DELETE FROM effect_contribution", "effect_allocation_kept"),
            ("UPDATE effect_allocation SET remainder_share = 0.1", "effect_allocation_kept"),
            ("UPDATE effect_contribution SET answer = 'PENDING'", "effect_allocation_accepted"),
        ):
            with pytest.raises(asyncpg.IntegrityConstraintViolationError) as refused:
                await connection.execute(statement)
            assert refused.value.constraint_name == constraint
        with pytest.raises(asyncpg.UniqueViolationError) as second:
            await create_allocation(connection, parties.effect_id, owner, lines)

    assert second.value.constraint_name == "effect_allocation_one_in_force"
    assert await parties.house.digest() == before
