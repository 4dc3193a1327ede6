"""An assurer is engaged, works, and the day after it is as if there were nothing to see."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import orjson
import pytest

from consortium.avoided.actions import refresh
from consortium.identity.rules.roles import Role, permissions_of
from consortium.kernel.principal import Principal, Rights
from consortium.storage.database import Database
from schema.planner.execution import Executor, Request
from schema.planner.mutations import Writing
from tests.factories import create_claim, create_membership, create_organisation

FIRST, LAST = date(2026, 12, 1), date(2026, 12, 31)
EVERYWHERE = """{
  claims { totalCount nodes { category } }
  filtered: claims(where: {category: {eq: "secret"}}) { totalCount }
  ordered: claims(orderBy: [{field: VALUE, direction: DESC}], first: 1) { nodes { category } }
  owners: organisations(where: {claims: {some: {category: {eq: "secret"}}}}) { totalCount }
  search(query: "confidential") { totalCount }
  avoidedEmissions(groupBy: [YEAR]) { groups { total { value } claims
    contributions { totalCount } } } }"""


@dataclass(frozen=True)
class Story:
    """A client with a private claim of 100 t beside a public one of 1 t, and its assurer."""

    executor: Executor
    client: int
    assurer: int

    def person(self, organisation: int, role: Role) -> Principal:
        """Somebody with that role."""
        member = organisation == self.client
        rights = Rights(member, has_organisation=True, permissions=permissions_of([role]))
        return Principal(rights, organisation)

    async def ask(self, query: str, by: Principal, on: date) -> Any:
        """The data that somebody gets on a day."""
        return orjson.loads(await self.executor.run(Request(query), by, on))["data"]

    async def seen(self, on: date) -> dict[str, Any]:
        """Everything that the assurer's engineer finds on a day, wherever she looks."""
        data = await self.ask(EVERYWHERE, self.person(self.assurer, Role.ASSURER), on)
        groups = data["avoidedEmissions"]["groups"]
        return {
            "listed": sorted(one["category"] for one in data["claims"]["nodes"]),
            "counted": data["claims"]["totalCount"],
            "filtered": data["filtered"]["totalCount"],
            "largest": data["ordered"]["nodes"][0]["category"],
            "owners": data["owners"]["totalCount"],
            "found": data["search"]["totalCount"],
            "sum": [(one["total"]["value"], one["claims"]) for one in groups],
            "opened": [one["contributions"]["totalCount"] for one in groups],
        }


NOTHING = {
    "listed": ["open"],
    "counted": 1,
    "filtered": 0,
    "largest": "open",
    "owners": 0,
    "found": 0,
    "sum": [("1", 1)],
    "opened": [1],
}
ALL = {
    "listed": ["open", "secret"],
    "counted": 2,
    "filtered": 1,
    "largest": "secret",
    "owners": 1,
    "found": 1,
    "sum": [("101", 2)],
    "opened": [2],
}


@pytest.fixture
async def story(database: Database) -> Story:
    """The beginning: nobody is engaged."""
    async with database.pool.acquire() as connection:
        client = await create_organisation(connection, name="Client")
        assurer = await create_organisation(connection, name="Assurer")
        await create_membership(connection, client, status="MEMBER")
        for category, tonnes, visibility, words in (
            ("open", 1, "PUBLIC", "plain"),
            ("secret", 100, "PRIVATE", "confidential"),
        ):
            await create_claim(
                connection,
                client,
                category=category,
                value_kg_co2e=Decimal(tonnes * 1000),
                visibility=visibility,
                search_text=words,
            )
    with database.active():
        await refresh([client], today=FIRST)
    return Story(Executor.over(database.pool, Writing(database.active)), client, assurer)


async def test_the_engagement_s_days(story: Story) -> None:
    """From the first day to the last the engineer sees what is covered; before and after, not."""
    answer = await story.ask(
        f"""mutation {{ createEngagement(input: {{assurer: "org_{story.assurer}", covers: CLAIMS,
              startsOn: "{FIRST}", endsOn: "{LAST}"}}) {{
            ... on Engagement {{ id client {{ name }} assurer {{ name }} endedAt }} }} }}""",
        story.person(story.client, Role.ORGANISATION_ADMIN),
        FIRST,
    )
    made = answer["createEngagement"]

    assert (made["client"], made["assurer"]) == ({"name": "Client"}, {"name": "Assurer"})
    assert await story.seen(FIRST - timedelta(days=1)) == NOTHING
    assert await story.seen(FIRST) == await story.seen(LAST) == ALL
    assert await story.seen(LAST + timedelta(days=1)) == NOTHING


async def test_ended_early_it_shows_nothing_at_once(story: Story) -> None:
    """Either party ends it before its time; what was agreed stays on record."""
    admin = story.person(story.client, Role.ORGANISATION_ADMIN)
    engineer = story.person(story.assurer, Role.ASSURER)
    made = await story.ask(
        f"""mutation {{ createEngagement(input: {{assurer: "org_{story.assurer}", covers: CLAIMS,
              startsOn: "{FIRST}", endsOn: "{LAST}"}}) {{ ... on Engagement {{ id }} }} }}""",
        admin,
        FIRST,
    )
    assert await story.seen(FIRST) == ALL

    await story.ask(
        f"""mutation {{ endEngagement(input: {{
              engagement: "{made["createEngagement"]["id"]}"}}) {{ __typename }} }}""",
        engineer,
        FIRST,
    )
    kept = await story.ask("{ engagements { nodes { startsOn endsOn endedAt } } }", admin, FIRST)

    assert await story.seen(FIRST) == NOTHING
    [one] = kept["engagements"]["nodes"]
    assert (one["startsOn"], one["endsOn"]) == (str(FIRST), str(LAST))
    assert one["endedAt"] is not None


async def test_only_the_role_of_an_assurer_sees(story: Story) -> None:
    """A colleague of the engineer without that role sees what everyone sees."""
    await story.ask(
        f"""mutation {{ createEngagement(input: {{assurer: "org_{story.assurer}",
              covers: ALL_FIGURES, startsOn: "{FIRST}", endsOn: "{LAST}"}}) {{ __typename }} }}""",
        story.person(story.client, Role.ORGANISATION_ADMIN),
        FIRST,
    )

    colleague = await story.ask(EVERYWHERE, story.person(story.assurer, Role.VIEWER), FIRST)

    assert colleague["claims"] == {"totalCount": 1, "nodes": [{"category": "open"}]}
