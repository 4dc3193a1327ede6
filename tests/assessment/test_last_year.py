"""What an auditor reads of last year: the totals as they were known, whatever happened since."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import orjson

from consortium.assessment.actions import check_assessed_totals
from consortium.identity.rules.roles import Role
from consortium.kernel.principal import ANONYMOUS, Principal
from tests.asking import principal
from tests.assessment.story import Story, restated
from tests.factories import create_organisation, create_role
from tests.factories.shares import create_allocation, create_shared_effect, create_shared_solution
from tests.served import TODAY

YEAR = timedelta(days=365)
LAST = TODAY + timedelta(days=20)
GROUPINGS: tuple[tuple[str, ...], ...] = (
    (),
    ("YEAR",),
    ("MEMBER",),
    ("SECTOR", "COUNTRY"),
    ("CATEGORY", "ASSURED"),
    ("GROUP", "VALUE_CHAIN"),
)
# Of a claim what was frozen when it was submitted, and what happened until the day.
ASKED = """
query ($dimensions: [AssessedEmissionsDimension!]!, $day: Date, $known: Date, $until: Date!) {
  assessedEmissions(groupBy: $dimensions, onDate: $day, knownAt: $known) { groups {
    key { timeframe year category sector country assured undivided
      member { id } group { id } valueChain { id } }
    net own joint gross overlap assured claims effects contributors
    specificity { lowest specific regional globalAverage }
    interval { low high signNotEstablished }
    beside { unallocated nonMembers platform }
    contributions(first: 100) { totalCount nodes { claimed own joint kept assured member { id }
      effect { id avoided explanation(first: 100) { totalCount } }
      claim { id reference claim uncertainty specificity timeframe year statement publishedOn
        submittedOn guidanceVersion { id } basis { effectMass share remainderShare
          allocation { id remainderShare contributions(first: 9) { nodes {
            position share organisation { id } } } } }
        gateReviews(first: 50, where: {reviewedOn: {lte: $until}}) { nodes {
          outcome reason reviewedOn expiresOn gate { key } } }
        steps(first: 50, where: {takenOn: {lte: $until}}) { nodes {
          step before after reason takenOn } } } } } } } }
"""


@dataclass(frozen=True)
class Auditor:
    """Somebody who asks the same on any day."""

    told: Story
    by: Principal

    async def reads(self, today: date, **days: str) -> bytes:
        """All totals, as bytes."""
        answers = [
            await self.told.house.ask(ASKED, self.by, today, dimensions=by, until=str(LAST), **days)
            for by in GROUPINGS
        ]
        return orjson.dumps(answers)


async def _overlapping(told: Story) -> dict[str, Any]:
    """The second member's effect of what contains the owner's solution."""
    part = await told.pool.fetchval("SELECT solution_id FROM effect WHERE id = $1", told.effect_id)
    whole = await create_shared_solution(told.pool, told.members["second"])
    await told.pool.execute(
        "INSERT INTO solution_part (containing_id, contained_id) VALUES ($1, $2)", whole, part
    )
    effect = await create_shared_effect(
        told.pool, told.members["second"], solution_id=whole, uncertainty=Decimal("0.2")
    )
    return {"effect": f"effect_{effect}", "reference": "wholes-2025"}


async def _decided(told: Story, other: str, last: int, on: date, **decision: Any) -> None:
    keys = [int(one.removeprefix("effect_")) for one in (f"effect_{told.effect_id}", other)]
    rows = await told.pool.fetch("SELECT id, version FROM effect WHERE id = ANY ($1)", keys)
    seen = [{"effect": f"effect_{row[0]}", "version": row[1]} for row in rows]
    made = await told.house.do(
        "decideOverlap",
        told.reviewer,
        "number",
        on,
        effects=seen,
        lastDecision=last,
        reason="The part is in the whole.",
        **decision,
    )
    assert made == {"number": last + 1}


async def _happens(told: Story, claims: dict[str, Any], whole: dict[str, Any]) -> None:
    """A year later: decided anew, restated, assured, withdrawn, shared anew, a member leaves."""
    on = LAST + YEAR
    await _decided(told, whole["effect"], 1, on, decision="BLOCK", deductedEffect=whole["effect"])
    await told.do(
        "assureClaim", told.assurer, await told.now(claims["owner"]), level="REASONABLE", on=on
    )
    later = on + timedelta(days=5)
    effect = await restated(told.pool, told.effect_id, Decimal(700_000))
    async with told.pool.acquire() as connection:
        owner, third = told.members["owner"], told.members["third"]
        lines = [(owner, "0.6"), (third, None)]
        await create_allocation(connection, effect, owner, lines, remainder="0.4")
    # The pass of the first gate is over by now, so the new claim is reviewed afresh.
    new = await told.do(
        "restateClaim",
        told.of("owner"),
        await told.now(claims["owner"]),
        reference="pumps-again",
        on=later,
    )
    new = await told.evidenced(new)
    new = await told.do("submitClaim", told.of("owner"), new, on=later)
    new = await told.do("takeClaimIntoReview", told.reviewer, new, on=later)
    new = await told.do("acceptClaim", told.reviewer, await told.reviewed(new, on=later), on=later)
    rows = await told.pool.fetch(
        "SELECT id, version FROM effect WHERE id = ANY ($1)",
        [effect, int(whole["effect"].removeprefix("effect_"))],
    )
    await told.house.do(
        "decideOverlap",
        told.reviewer,
        "number",
        later,
        effects=[{"effect": f"effect_{row[0]}", "version": row[1]} for row in rows],
        lastDecision=0,
        decision="SEPARATE",
        reason="Other homes.",
    )
    await told.do("publishClaim", told.of("owner"), new, visibility="PUBLIC", on=later)
    await told.do(
        "withdrawClaim",
        told.of("second"),
        await told.now(claims["second"]),
        reason="Wrong.",
        on=later,
    )
    await told.pool.execute(
        "UPDATE membership SET ends_on = $2 WHERE organisation_id = $1",
        told.members["third"],
        later,
    )


async def test_last_year_is_read_as_it_was_read_then(told: Story) -> None:
    """Byte by byte: totals, overlap, shares, gates and steps, for everybody who may see them.

    What knownAt cannot bring back is what belongs to no claim: names, and today's rights.
    """
    await told.pool.execute("UPDATE engagement SET ends_on = '2099-12-31'")
    await told.shared(("owner", "0.6"), ("third", None), remainder="0.4")
    whole = await _overlapping(told)
    claims = {"owner": await told.published(), "third": await told.published("third")}
    claims["second"] = await told.accepted("second", **whole)
    await _decided(
        told,
        whole["effect"],
        0,
        TODAY,
        decision="ATTRIBUTE",
        deductedEffect=f"effect_{told.effect_id}",
        deductedShare="0.25",
    )
    await told.do("publishClaim", told.of("second"), claims["second"], visibility="CONSORTIUM")

    auditor = await create_organisation(told.pool, name="The auditor")
    account = int(told.reviewer.account_id or 0)
    await create_role(told.pool, account, auditor, role="AUDITOR")
    callers = [
        Auditor(told, one)
        for one in (
            ANONYMOUS,
            told.of("stranger"),
            told.of("third"),
            replace(told.assurer, rights=replace(told.assurer.rights, is_member=False)),
            told.reviewer,
            principal(Role.AUDITOR, organisation=auditor, account=account),
        )
    ]
    then = [await one.reads(LAST) for one in callers]
    named = {"day": str(LAST), "known": str(LAST)}
    assert [await one.reads(LAST, **named) for one in callers] == then
    assert len(set(then)) >= 4

    await _happens(told, claims, whole)

    now = LAST + YEAR + timedelta(days=10)
    assert [await one.reads(now, **named) for one in callers] == then
    for one, was in zip(callers, then, strict=True):
        assert await one.reads(now) != was
    with told.house.database.active():
        assert await check_assessed_totals() == []
