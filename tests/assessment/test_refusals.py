"""What is refused of claims, with which code, and that nothing changes then."""

from datetime import timedelta
from typing import Any

import pytest

from consortium.assessment.rules.claims import (
    GatesNotPassed,
    GateState,
    check_gates,
    first_end,
    months_later,
    pass_ends,
)
from consortium.assessment.rules.statuses import (
    TRANSITIONS,
    ClaimStatus,
    ClaimStep,
    ClaimStepNotPossible,
    GateOutcome,
    next_status,
    possible_pairs,
)
from consortium.identity.rules.roles import Role
from tests.asking import principal
from tests.assessment.story import DAY, Story
from tests.factories import create_account, create_role
from tests.factories.guidance import create_guidance
from tests.served import TODAY


async def test_a_draft_is_refused(told: Story) -> None:
    """Each reason in its turn."""
    owner, stranger = told.of("owner"), told.of("stranger")
    async with told.pool.acquire() as connection:
        draft = await create_guidance(connection, "DRAFT")
        retired = await create_guidance(connection, "RETIRED")
    for by, given, code in (
        (stranger, {}, "CLAIM_WITHOUT_SHARE"),
        (told.of("owner", Role.VIEWER), {}, "PERMISSION_DENIED"),
        (owner, {"effect": "effect_999999"}, "NOT_FOUND"),
        (owner, {"allocation": "allocation_1"}, "CLAIM_BASIS_UNCLEAR"),
        (owner, {"guidanceVersion": f"guidance_{draft}"}, "NOT_FOUND"),
        (owner, {"guidanceVersion": f"guidance_{retired}"}, "CLAIM_GUIDANCE_NOT_IN_USE"),
        (owner, {"statement": " "}, "CLAIM_TEXT_INVALID"),
        (owner, {"statement": "It makes us carbon neutral."}, "WORDING_MISLEADING"),
        (owner, {"reference": "no blanks"}, "REFERENCE_INVALID"),
    ):
        assert await told.refused("createClaimDraft", by, **told.draft(**given)) == code
    claim = await told.drafted()
    again = told.draft(reference="another")
    assert await told.refused("createClaimDraft", owner, **again) == "CLAIM_EXISTS"
    stale = claim | {"version": 7}
    assert await told.refused("submitClaim", owner, stale) == "CHANGED_MEANWHILE"


async def test_nothing_is_published_before_every_gate_is_passed(told: Story) -> None:
    """Nor accepted; a pass that ends before the publication blocks it again."""
    owner = told.of("owner")
    claim = await told.in_review()
    first, second = await told.gates(claim)
    accept = ("acceptClaim", told.reviewer)
    assert await told.refused(*accept, claim) == "CLAIM_GATES_NOT_PASSED"
    shown = {"visibility": "PUBLIC"}
    assert await told.refused("publishClaim", owner, claim, **shown) == "CLAIM_STEP_NOT_POSSIBLE"
    for gate, outcome in ((first, "PASSED"), (second, "FAILED")):
        given = {"gate": f"gate_{gate}", "outcome": outcome, "reason": "So."}
        claim = await told.do("reviewGate", told.reviewer, claim, **given)
    assert await told.refused(*accept, claim) == "CLAIM_GATES_NOT_PASSED"
    claim = await told.do("acceptClaim", told.reviewer, await told.reviewed(claim))
    private = {"visibility": "PRIVATE"}
    assert await told.refused("publishClaim", owner, claim, **private) == (
        "CLAIM_PUBLISHED_PRIVATELY"
    )
    late = shown | {"on": TODAY.replace(year=TODAY.year + 1)}
    assert await told.refused("publishClaim", owner, claim, **late) == "CLAIM_GATES_NOT_PASSED"
    await told.do("publishClaim", owner, claim, **shown)


async def test_a_gate_is_passed_with_the_evidence_that_it_requires(told: Story) -> None:
    """Nobody passes it without; nor by what was taken back, or of another guidance."""
    owner = told.of("owner")
    claim = await told.drafted()
    [criterion, _] = await told.criteria(claim)
    about = {"criterion": f"criterion_{criterion}", "kind": "TARGET", "title": "Our target"}
    assert await told.refused("addClaimEvidence", owner, claim, **about) == (
        "CLAIM_EVIDENCE_NOTHING"
    )
    async with told.pool.acquire() as connection:
        other = await create_guidance(connection, "PUBLISHED")
    foreign = await told.pool.fetchval(
        "SELECT c.id FROM guidance_criterion c JOIN guidance_gate g ON g.id = c.gate_id"
        " WHERE g.guidance_version_id = $1",
        other,
    )
    elsewhere = about | {"criterion": f"criterion_{foreign}", "source": {"title": "Report"}}
    assert await told.refused("addClaimEvidence", owner, claim, **elsewhere) == (
        "CLAIM_GUIDANCE_OTHER"
    )
    proof = await told.do(
        "addClaimEvidence", owner, claim, "id", **about, source={"title": "Report"}
    )
    claim = await told.now(claim)
    taken = {"evidence": proof["id"], "version": claim["version"]}
    await told.do("removeClaimEvidence", owner, None, "removedOn", **taken)
    claim = await told.now(claim)
    again = {"evidence": proof["id"], "version": claim["version"]}
    assert await told.refused("removeClaimEvidence", owner, **again) == "CLAIM_EVIDENCE_GONE"
    claim = await told.do("submitClaim", owner, claim)
    claim = await told.do("takeClaimIntoReview", told.reviewer, claim)
    [gate, _] = await told.gates(claim)
    passed = {"gate": f"gate_{gate}", "outcome": "PASSED", "reason": "As shown."}
    assert await told.refused("reviewGate", told.reviewer, claim, **passed) == (
        "CLAIM_EVIDENCE_MISSING"
    )


async def test_nobody_reviews_claims_of_an_organisation_they_belong_to(told: Story) -> None:
    """Not for it, nor as a secretary with a role there, nor a program."""
    claim = await told.drafted()
    claim = await told.do("submitClaim", told.of("owner"), claim)
    account = await create_account(told.pool, email="both@office.example")
    await create_role(told.pool, account, told.members["owner"], role="VIEWER")
    both = principal(Role.SECRETARIAT, organisation=9_999, account=account)
    program = principal(Role.SECRETARIAT, organisation=9_999)
    take = "takeClaimIntoReview"
    assert await told.refused(take, both, claim) == "CLAIM_REVIEWER_CONFLICTED"
    assert await told.refused(take, program, claim) == "PERSON_NEEDED"
    assert await told.refused(take, told.of("owner"), claim) == "PERMISSION_DENIED"
    claim = await told.do(take, told.reviewer, claim)
    past = {"question": "Why?", "answerBy": str(TODAY)}
    assert await told.refused("askForClarification", told.reviewer, claim, **past) == (
        "CLAIM_CLARIFICATION_DAY_PAST"
    )


async def test_shares_that_changed_since_block_the_publication(told: Story) -> None:
    """Others of the effect are told nothing; the claim is discarded and drafted anew."""
    claim = await told.accepted()
    allocation = await told.shared(("owner", "0.6"), ("second", "0.4"))
    given = {"visibility": "PUBLIC"}
    assert await told.refused("publishClaim", told.of("owner"), claim, **given) == (
        "CLAIM_SHARE_CHANGED"
    )
    await told.pool.execute(
        "UPDATE effect_allocation SET status = 'DISPUTED' WHERE id = $1", allocation
    )
    # The owner agreed to share it: it is not wholly its own while others dispute how.
    assert await told.refused("publishClaim", told.of("owner"), claim, **given) == (
        "CLAIM_SHARE_CHANGED"
    )


async def test_an_undecided_overlap_blocks_the_publication(told: Story) -> None:
    """Until a reviewer has decided what counts."""
    claim = await told.accepted()
    await told.pool.execute(
        "CREATE OR REPLACE FUNCTION overlap_undecided(bigint) RETURNS boolean"
        " LANGUAGE sql STABLE AS 'SELECT true'"
    )
    given = {"visibility": "PUBLIC"}
    assert await told.refused("publishClaim", told.of("owner"), claim, **given) == (
        "OVERLAP_UNDECIDED"
    )


async def test_only_an_engaged_assurer_assures(told: Story) -> None:
    """Of an accepted or published claim; nobody else, and not before."""
    claim = await told.in_review()
    level = {"level": "REASONABLE"}
    assert await told.refused("assureClaim", told.assurer, claim, **level) == (
        "CLAIM_STEP_NOT_POSSIBLE"
    )
    claim = await told.do("acceptClaim", told.reviewer, await told.reviewed(claim))
    assert await told.refused("assureClaim", told.of("owner"), claim, **level) == (
        "PERMISSION_DENIED"
    )
    later = {"on": TODAY + timedelta(days=4000)}
    assert await told.refused("assureClaim", told.assurer, claim, **level, **later) == "NOT_FOUND"
    await told.do("assureClaim", told.assurer, claim, **level)


async def test_an_ended_claim_takes_no_step(told: Story) -> None:
    """Withdrawn, it is neither published nor discarded nor shown evidence for."""
    owner = told.of("owner")
    claim = await told.published()
    claim = await told.do("withdrawClaim", owner, claim, reason="It leaked.")
    for mutation, given in (
        ("publishClaim", {"visibility": "PUBLIC"}),
        ("withdrawClaim", {"reason": "Again."}),
        ("discardClaim", {"reason": "Again."}),
        ("submitClaim", {}),
        ("answerClarification", {"answer": "So."}),
        ("updateClaimDraft", {"statement": "More."}),
    ):
        assert await told.refused(mutation, owner, claim, **given) == "CLAIM_STEP_NOT_POSSIBLE"
    rejected = await told.in_review(reference="another")
    rejected = await told.do("rejectClaim", told.reviewer, rejected, reason="No effect.")
    assert rejected["status"] == "REJECTED"


async def test_the_database_knows_the_same_transitions(told: Story) -> None:
    """Every pair of the rules, and no other."""
    rows = await told.pool.fetch("SELECT before, after FROM claim_transition")
    assert {tuple(row) for row in rows} == possible_pairs()


@pytest.mark.parametrize("before", [None, *ClaimStatus])
@pytest.mark.parametrize("step", ClaimStep)
def test_a_step_is_possible_where_the_table_says_so(before: Any, step: ClaimStep) -> None:
    """Everything else says where it would be."""
    if (before, step) in TRANSITIONS:
        assert next_status(before, step) is TRANSITIONS[before, step]
        return
    with pytest.raises(ClaimStepNotPossible, match="it must be"):
        next_status(before, step)


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        ("2026-01-31", 1, "2026-02-28"),
        ("2027-12-31", 2, "2028-02-29"),
        ("2026-11-23", 12, "2027-11-23"),
        ("2026-12-01", 1, "2027-01-01"),
    ],
)
def test_a_pass_ends_on_the_same_day_of_a_later_month(day: str, months: int, later: str) -> None:
    """Or on the month's last day; the first day on which it holds no more."""
    reviewed = TODAY.fromisoformat(day)
    assert months_later(reviewed, months) == TODAY.fromisoformat(later)
    ends = pass_ends(GateOutcome.PASSED, reviewed, months)
    gate = GateState("one", GateOutcome.PASSED, ends)
    assert ends is not None
    assert (gate.passes(ends - DAY), gate.passes(ends)) == (True, False)
    assert pass_ends(GateOutcome.FAILED, reviewed, months) is None


def test_gates_that_do_not_pass_are_named() -> None:
    """Without a review, failed, or over; the first end is that of the whole."""
    gates = [
        GateState("new"),
        GateState("failed", GateOutcome.FAILED),
        GateState("over", GateOutcome.PASSED, TODAY),
        GateState("fine", GateOutcome.PASSED, TODAY + DAY),
    ]
    with pytest.raises(GatesNotPassed, match="new, failed, over"):
        check_gates(gates, TODAY)
    assert first_end(gates) == TODAY
    assert first_end(gates[:2]) is None
