"""Claims that take the place of others: what was known on a past day stays."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consortium.storage.database import Database
from tests.assessment.story import DAY, Story, restated
from tests.conftest import TestServer, apart
from tests.factories import create_organisation
from tests.factories.assessment import create_assessed_claim
from tests.factories.guidance import create_guidance
from tests.factories.shares import create_shared_effect
from tests.served import TODAY

KNOWN = """
SELECT organisation_id, effect_id, reference, claim_kg_co2e, statement FROM assessed_claim
WHERE published_on <= $1 AND (ended_on IS NULL OR $1 < ended_on)
ORDER BY id
"""


async def known(told: Story, day: date) -> list[tuple[Any, ...]]:
    """What was claimed on a day."""
    return [tuple(row) for row in await told.pool.fetch(KNOWN, day)]


async def test_a_restated_claim_ends_when_the_new_one_is_published(told: Story) -> None:
    """Linked with it, on the same day; until then the old one counts."""
    old = await told.published()
    effect = await restated(told.pool, told.effect_id, Decimal(700_000))
    new = await told.do("restateClaim", told.of("owner"), old, reference="pumps-2025-again")
    assert (await told.now(old))["status"] == "PUBLISHED"
    later = TODAY + 90 * DAY
    new = await told.evidenced(new)
    new = await told.do("submitClaim", told.of("owner"), new, on=later)
    new = await told.do("takeClaimIntoReview", told.reviewer, new, on=later)
    new = await told.do("acceptClaim", told.reviewer, await told.reviewed(new, on=later), on=later)
    wanted = "id status version claim restates { id status endedOn restatedBy { id } }"
    given = {"visibility": "PUBLIC", "on": later}
    read = await told.do("publishClaim", told.of("owner"), new, wanted, **given)

    assert read["claim"] == "700"
    assert read["restates"] == {
        "id": old["id"],
        "status": "RESTATED",
        "endedOn": str(later),
        "restatedBy": [{"id": new["id"]}],
    }
    assert [row[1] for row in await known(told, later - DAY)] == [told.effect_id]
    assert [row[1] for row in await known(told, later)] == [effect]


async def test_a_claim_is_assessed_again_under_another_guidance(told: Story) -> None:
    """The same figures, other gates; the old claim ends with the new one's publication."""
    old = await told.published()
    async with told.pool.acquire() as connection:
        other = await create_guidance(connection, "PUBLISHED", gates=3)
    about = {"reference": "under-v2", "guidanceVersion": f"guidance_{other}"}
    new = await told.do("reassessClaim", told.of("owner"), old, **about)
    assert await told.refused("reassessClaim", told.of("owner"), old, **about) == (
        "CLAIM_RESTATED_ALREADY"
    )
    new = await told.evidenced(new)
    new = await told.do("submitClaim", told.of("owner"), new)
    new = await told.do("takeClaimIntoReview", told.reviewer, new)
    new = await told.do("acceptClaim", told.reviewer, await told.reviewed(new))
    wanted = "id gates { position } guidanceVersion { id } restates { status }"
    read = await told.do("publishClaim", told.of("owner"), new, wanted, visibility="PUBLIC")
    assert read["restates"] == {"status": "RESTATED"}
    assert read["guidanceVersion"] == {"id": f"guidance_{other}"}
    assert len(read["gates"]) == 3


async def test_the_same_tonnes_are_published_once_over_all_restatements(told: Story) -> None:
    """Whoever has a published claim on the old effect restates it: a second one is refused."""
    old = await told.published()
    effect = await restated(told.pool, told.effect_id, Decimal(700_000))
    given = told.draft(effect=f"effect_{effect}", reference="beside")
    assert await told.refused("createClaimDraft", told.of("owner"), **given) == (
        "CLAIM_PUBLISHED_ALREADY"
    )
    given = told.draft(reference="on-the-old-one")
    assert await told.refused("createClaimDraft", told.of("owner"), **given) == (
        "CLAIM_EFFECT_SUPERSEDED"
    )
    for name in ("owner", "second"):
        with pytest.raises(asyncpg.CheckViolationError) as refused:
            async with told.pool.acquire() as connection, connection.transaction():
                await create_assessed_claim(
                    connection, told.members[name], effect, told.guidance_id, status="PUBLISHED"
                )
        assert refused.value.constraint_name == "effect_published_at_most_one"
    assert (await told.now(old))["status"] == "PUBLISHED"


async def test_a_claimed_effect_stays_as_it_is(told: Story) -> None:
    """In the database itself: its masses, units and lines; a discarded claim lets it go."""
    claim = await told.drafted()
    claim = await told.do("submitClaim", told.of("owner"), claim)
    for change in (
        "UPDATE effect SET avoided_kg_co2e = 1, reference_kg_co2e = 1 + solution_kg_co2e",
        "UPDATE effect_cohort SET units = 2",
        "DELETE FROM effect_cohort",
    ):
        with pytest.raises(asyncpg.CheckViolationError) as refused:
            await told.pool.execute(change)
        assert refused.value.constraint_name == "effect_claimed"
    await told.do("discardClaim", told.of("owner"), claim, reason="Wrong units.")
    await told.pool.execute("UPDATE effect_cohort SET units = 2")


@pytest.fixture(scope="module")
def shelf(server: TestServer, template: str) -> Any:
    """A database for all examples of the law."""
    name = f"consortium_{uuid4().hex}"
    yield apart(server.create(name, template))
    apart(server.drop(name))


events = st.lists(
    st.tuples(st.sampled_from(("withdraw", "restate", "expire", "publish")), st.integers(1, 40)),
    min_size=1,
    max_size=5,
)
_END = """
UPDATE assessed_claim SET status = $2, ended_on = $3, ended_because = 'So.' WHERE id = $1
"""
_WHEN = "UPDATE assessed_claim SET status = 'PUBLISHED', visibility = 'PUBLIC', published_on = $2"


class History:
    """A member's claims on an effect, one after the other, by the database's own rules."""

    def __init__(self, told: Story, connection: Any) -> None:
        self.told, self.connection = told, connection
        self.published: int | None = None

    async def event(self, kind: str, day: date) -> None:
        """Publish, or end what is published, if there is anything to end."""
        if kind == "publish" and self.published is None:
            await self.publish(day)
        elif kind == "restate" and self.published is not None:
            await self.restate(day)
        elif kind in {"withdraw", "expire"} and self.published is not None:
            status = "WITHDRAWN" if kind == "withdraw" else "EXPIRED"
            await self.connection.execute(_END, self.published, status, day)
            self.published = None

    async def publish(self, day: date, restates: int | None = None) -> None:
        """A claim of the effect as it is."""
        owner = self.told.members["owner"]
        about = (owner, self.told.effect_id, self.told.guidance_id)
        key = await create_assessed_claim(
            self.connection, *about, status="ACCEPTED", restates_id=restates
        )
        if restates is not None:
            await self.connection.execute(_END, restates, "RESTATED", day)
        await self.connection.execute(f"{_WHEN} WHERE id = $1", key, day)
        self.published = key

    async def restate(self, day: date) -> None:
        """The effect with another mass, and the claim on it in the place of the old one."""
        kg = Decimal(1000 + day.toordinal() % 97)
        effect = await restated(self.connection, self.told.effect_id, kg)
        self.told = replace(self.told, effect_id=effect)
        await self.publish(day, self.published)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(events)
def test_what_was_known_on_a_past_day_stays(shelf: str, happened: list[tuple[str, int]]) -> None:
    """Whatever is published, withdrawn, expires or is restated later."""
    apart(_law(shelf, happened))


async def _law(dsn: str, happened: list[tuple[str, int]]) -> None:
    async with Database.open(dsn, max_size=2, write_size=2) as database:
        pool = database.pool
        owner = await create_organisation(pool)
        effect = await create_shared_effect(pool, owner)
        async with pool.acquire() as connection:
            guidance = await create_guidance(connection, "PUBLISHED")
            nobody: Any = None
            told = Story(nobody, effect, guidance, {"owner": owner}, nobody, nobody)
            history = History(told, connection)
            day = date(2026, 4, 1)
            seen: dict[date, list[tuple[Any, ...]]] = {}
            await history.publish(day)
            for kind, days in happened:
                seen |= {
                    day + timedelta(past): await _known_of(connection, owner, day + timedelta(past))
                    for past in range(days)
                }
                day += timedelta(days)
                await history.event(kind, day)
                for past, then in seen.items():
                    assert await _known_of(connection, owner, past) == then
                assert len(await _known_of(connection, owner, day)) <= 1


async def _known_of(connection: Any, owner: int, day: date) -> list[tuple[Any, ...]]:
    rows = await connection.fetch(KNOWN, day)
    return [tuple(row) for row in rows if row["organisation_id"] == owner]


async def test_the_law_has_something_to_hold(told: Story) -> None:
    """Over restatements, exactly one claim is known on each day, with its own mass."""
    assert told.house.database.dsn
    async with told.pool.acquire() as connection:
        history = History(await story_again(told), connection)
        await history.publish(date(2026, 4, 1))
        await history.event("restate", date(2026, 5, 1))
        await history.event("restate", date(2026, 6, 1))
    masses = [
        [row[3] for row in await known(told, day)]
        for day in (date(2026, 3, 31), date(2026, 4, 1), date(2026, 5, 1), date(2026, 6, 1))
    ]
    assert [len(one) for one in masses] == [0, 1, 1, 1]
    assert len({one[0] for one in masses[1:]}) == 3


async def story_again(told: Story) -> Story:
    """The same, of an effect of its own."""
    async with told.pool.acquire() as connection:
        effect = await create_shared_effect(connection, told.members["owner"])
        guidance = await create_guidance(connection, "PUBLISHED")
    return replace(told, effect_id=effect, guidance_id=guidance)
