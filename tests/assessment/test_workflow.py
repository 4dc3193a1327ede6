"""A claim from its draft to its end, step by step."""

from decimal import Decimal
from typing import Any

from consortium.kernel.principal import ANONYMOUS
from tests.assessment.story import DAY, STATEMENT, Story
from tests.served import TODAY

WHOLE = """
  id status version reference statement claim year timeframe specificity visibility submittedOn
  acceptedOn publishedOn expiresOn endedOn endedBecause actsNext dueOn assuranceLevel assuredOn
  assuranceBody { name } organisation { name } effect { id } guidanceVersion { id }
  basis { effectMass share remainderShare allocation { id } }
  gates { position outcome passesToday reviewedOn expiresOn gate { key } }
  gateReviews(first: 10) { nodes { outcome reason reviewedOn } }
  evidence(first: 10) { nodes { kind title removedOn source { url } } }
  steps(first: 20) { nodes { step before after reason takenOn } }
"""


async def read(told: Story, claim: Any, by: Any, on: Any = TODAY) -> Any:
    query = f'{{ node(id: "{claim["id"]}") {{ ... on AssessedClaim {{ {WHOLE} }} }} }}'
    return (await told.house.ask(query, by, on))["node"]


async def test_a_claim_is_drafted_reviewed_assured_published_and_withdrawn(told: Story) -> None:
    """Each step says whose turn it is; figures come with the submission and stay."""
    owner = told.of("owner")
    claim = await told.drafted()
    draft = await read(told, claim, owner)
    assert (draft["status"], draft["actsNext"], draft["claim"]) == ("DRAFT", "OWNER", None)

    claim = await told.evidenced(claim)
    claim = await told.do("submitClaim", owner, claim)
    submitted = await read(told, claim, owner)
    assert (submitted["status"], submitted["actsNext"]) == ("SUBMITTED", "REVIEWER")
    assert submitted["dueOn"] == str(TODAY + 14 * DAY)
    assert (submitted["claim"], submitted["year"]) == ("1000", 2025)
    assert submitted["basis"] == {
        "effectMass": "1000",
        "share": "1",
        "remainderShare": "0",
        "allocation": None,
    }

    claim = await told.do("takeClaimIntoReview", told.reviewer, claim)
    ask = {"question": "Since when?", "answerBy": str(TODAY + 10 * DAY)}
    claim = await told.do("askForClarification", told.reviewer, claim, **ask)
    asked = await read(told, claim, owner)
    assert (asked["actsNext"], asked["dueOn"]) == ("OWNER", str(TODAY + 10 * DAY))
    claim = await told.do("answerClarification", owner, claim, answer="Since 2020.")
    claim = await told.reviewed(claim)
    claim = await told.do("acceptClaim", told.reviewer, claim)
    claim = await told.do("assureClaim", told.assurer, claim, level="LIMITED")
    claim = await told.do("publishClaim", owner, claim, visibility="PUBLIC")
    published = await read(told, claim, owner)

    assert (published["status"], published["actsNext"]) == ("PUBLISHED", None)
    assert published["assuranceBody"] == {"name": "The assurer"}
    assert (published["assuranceLevel"], published["assuredOn"]) == ("LIMITED", str(TODAY))
    assert [gate["passesToday"] for gate in published["gates"]] == [True, True]
    assert published["gates"][0]["expiresOn"] == published["expiresOn"]
    assert [one["step"] for one in published["steps"]["nodes"]] == [
        "DRAFT",
        "SUBMIT",
        "REVIEW",
        "ASK",
        "ANSWER",
        "ACCEPT",
        "ASSURE",
        "PUBLISH",
    ]
    assert published["evidence"]["nodes"][0]["source"] == {"url": "https://targets.example"}

    later = TODAY + 5 * DAY
    claim = await told.do("withdrawClaim", owner, claim, reason="A pump leaked.", on=later)
    withdrawn = await read(told, claim, ANONYMOUS)
    assert (withdrawn["status"], withdrawn["endedOn"]) == ("WITHDRAWN", str(later))
    assert withdrawn["endedBecause"] == "A pump leaked."


async def test_others_see_what_is_claimed_and_not_what_it_is_a_part_of(told: Story) -> None:
    """Of a published claim neither share nor remainder, evidence nor reviews; before, nothing."""
    await told.shared(("owner", "0.6"), ("second", "0.3"), remainder="0.1")
    accepted = await told.accepted()
    everybody = [ANONYMOUS, told.of("stranger"), told.of("second")]
    query = "{ assessedClaims { totalCount nodes { id } } }"
    for by in everybody:
        assert await read(told, accepted, by) is None
        data = await told.house.ask(query, by)
        assert data == {"assessedClaims": {"totalCount": 0, "nodes": []}}

    claim = await told.do("publishClaim", told.of("owner"), accepted, visibility="CONSORTIUM")
    assert await read(told, claim, ANONYMOUS) is None
    seen = await read(told, claim, told.of("stranger"))
    assert (seen["claim"], seen["statement"], seen["basis"]) == ("600", STATEMENT, None)
    assert [gate["outcome"] for gate in seen["gates"]] == ["PASSED", "PASSED"]
    for hidden in ("gateReviews", "evidence", "steps"):
        assert seen[hidden] == {"nodes": []}
    for by in (told.of("owner"), told.reviewer, told.assurer):
        whole = await read(told, claim, by)
        assert whole["basis"]["share"] == "0.6"
        assert len(whole["steps"]["nodes"]) == 5

    wider = await told.do("publishClaim", told.of("owner"), claim, visibility="PUBLIC")
    assert (await read(told, wider, ANONYMOUS))["visibility"] == "PUBLIC"


async def test_joint_contributors_claim_the_remainder(told: Story) -> None:
    """Each the whole of it; the effect counts it once."""
    await told.shared(("owner", "0.5"), ("second", None), ("third", None), remainder="0.5")
    claims = [
        await told.published("second"),
        await told.published("third"),
        await told.published("owner"),
    ]
    masses = [(await read(told, claim, ANONYMOUS))["claim"] for claim in claims]
    assert masses == ["500", "500", "500"]
    [row] = await told.pool.fetch("SELECT shares, remainder FROM effect_published")
    assert tuple(row) == (Decimal("0.5"), Decimal("0.5"))


async def test_a_party_claims_an_effect_that_is_not_shown_to_it(told: Story) -> None:
    """By the allocation that it is party to."""
    allocation = await told.shared(("owner", "0.6"), ("second", "0.4"))
    await told.pool.execute("UPDATE effect SET visibility = 'PRIVATE'")
    second = told.of("second")
    assert await told.refused("createClaimDraft", second, **told.draft()) == "NOT_FOUND"
    given = told.draft(allocation=f"allocation_{allocation}")
    del given["effect"]
    claim = await told.do("createClaimDraft", second, **given)
    claim = await told.do("submitClaim", second, claim)
    seen = await read(told, claim, second)
    assert (seen["claim"], seen["effect"]) == ("400", None)
