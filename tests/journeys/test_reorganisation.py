"""A member is renamed, moves, buys another and is split; then it proves to be recorded twice."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import orjson
import pytest

from consortium.avoided.actions import check_totals, rebuild_all
from consortium.identity.rules.roles import Role, permissions_of
from consortium.kernel.principal import ANONYMOUS, Principal, Rights
from consortium.membership.actions.profile import check_profile
from consortium.membership.actions.reminders import dues_due
from consortium.storage.database import Database
from schema.planner.execution import Executor, Request
from schema.planner.mutations import Writing
from tests.factories import (
    create_account,
    create_assignment,
    create_claim,
    create_delegacy,
    create_dues_year,
    create_entry,
    create_group,
    create_invitation,
    create_invoice,
    create_membership,
    create_organisation,
    create_reminder,
    create_role,
    create_size,
)
from tests.factories.applications import create_application, create_decision
from tests.factories.dumps import differing, dump
from tests.factories.rows import insert
from tests.served import TODAY

TRAIL = ("audit_entry", "audit_change")


@dataclass
class Story:
    """The consortium with a member and others, and its secretary."""

    database: Database
    executor: Executor
    secretary: Principal
    ids: dict[str, int] = field(default_factory=dict)

    def id(self, name: str) -> str:
        """The global id of an organisation."""
        return f"org_{self.ids[name]}"

    async def ask(self, query: str, by: Principal = ANONYMOUS) -> Any:
        """What a query tells."""
        answer = orjson.loads(await self.executor.run(Request(query), by, TODAY))
        assert "errors" not in answer, answer
        return answer["data"]

    async def do(self, mutation: str, given: str, ask: str = "__typename") -> Any:
        """What the secretary gets for a mutation, or the code and message of the refusal."""
        return (await self.ask(_mutation(mutation, given, ask), self.secretary))[mutation]

    async def sectors(self) -> dict[str, str]:
        """Sector -> tonnes, of everything that counts."""
        data = await self.ask(
            "{ avoidedEmissions(groupBy: [SECTOR]) { groups { key { sector } total { value } } } }"
        )
        groups = data["avoidedEmissions"]["groups"]
        return {one["key"]["sector"]: one["total"]["value"] for one in groups}

    async def groups(self) -> dict[str, str]:
        """Head of a corporate group -> tonnes."""
        data = await self.ask(
            """{ avoidedEmissions(groupBy: [GROUP]) {
                   groups { key { group { name } } total { value } } } }"""
        )
        groups = data["avoidedEmissions"]["groups"]
        return {one["key"]["group"]["name"]: one["total"]["value"] for one in groups}

    async def totals_hold(self) -> bool:
        """Whether the kept sums are those of a scan."""
        with self.database.active():
            return await check_totals(today=TODAY) == []

    async def actions(self) -> list[str]:
        """What the trail says was done, in order."""
        rows = await self.database.pool.fetch(
            "SELECT action FROM audit_entry WHERE action <> 'sql:change' ORDER BY id"
        )
        return [row[0] for row in rows]


def _mutation(name: str, given: str, ask: str) -> str:
    kind = {
        "recordParentage": "Parentage",
        "endParentage": "Parentage",
        "mergeOrganisations": "OrganisationMerge",
        "unmergeOrganisations": "OrganisationMerge",
    }.get(name, "Organisation")
    return (
        f"mutation {{ {name}(input: {{{given}}}) {{ ... on {kind} {{ {ask} }}"
        " ... on Refusal { code message path } } }"
    )


@pytest.fixture
async def story(database: Database) -> Story:
    """Acme, a member since 2015 with figures of 2019 and 2023, and others around it."""
    pool = database.pool
    rights = Rights(permissions=permissions_of([Role.SECRETARIAT]))
    secretary = Principal(rights, account_id=await create_account(pool, name="Sam"))
    executor = Executor.over(pool, Writing(database.active))
    story = Story(database, executor, secretary)
    for name, sector in (("Acme", "Retail"), ("Bolt", "Retail"), ("Cog", None), ("Dyn", "Steel")):
        story.ids[name] = await create_organisation(pool, name=name, country="US", sector=sector)
    for name in ("Acme", "Bolt"):
        await create_membership(pool, story.ids[name], starts_on=date(2015, 1, 1))
    for name, year, tonnes in (("Acme", 2019, 1), ("Acme", 2023, 10), ("Bolt", 2023, 100)):
        await create_claim(
            pool,
            story.ids[name],
            reference=f"{name} {year}",
            period_start=date(year, 1, 1),
            period_end=date(year, 12, 31),
            year=year,
            value_kg_co2e=Decimal(tonnes * 1000),
        )
    with database.active():
        await rebuild_all(today=TODAY)
    return story


async def test_renamed_moved_and_in_another_sector(story: Story) -> None:
    """Each figure is found under the name, place and sector of its own year."""
    acme = f'organisation: "{story.id("Acme")}"'
    source = 'sourceUrl: "https://acme.example/news", sourceTitle: "News"'
    await story.do("renameOrganisation", f'{acme}, name: "Apex", effectiveOn: "2021-07-01"')
    await story.do(
        "reclassifyOrganisation", f'{acme}, sector: "Cloud", effectiveOn: "2022-01-01", {source}'
    )
    moved = await story.do(
        "moveOrganisation",
        f'{acme}, country: "IE", effectiveOn: "2020-01-01"',
        """name country sector aliases
           periods { startsOn endsOn name country sector source { url } }
           then: period(onDate: "2019-12-31") { name country sector }
           between: period(onDate: "2021-12-31") { name country sector }
           now: period { name country sector }""",
    )

    assert moved == {
        "name": "Apex",
        "country": "IE",
        "sector": "Cloud",
        "aliases": ["Acme"],
        "periods": [
            _period(None, "2019-12-31", "Acme", "US", "Retail"),
            _period("2020-01-01", "2021-06-30", "Acme", "IE", "Retail"),
            _period(
                "2021-07-01", "2021-12-31", "Apex", "IE", "Retail", "https://acme.example/news"
            ),
            _period("2022-01-01", None, "Apex", "IE", "Cloud"),
        ],
        "then": {"name": "Acme", "country": "US", "sector": "Retail"},
        "between": {"name": "Apex", "country": "IE", "sector": "Retail"},
        "now": {"name": "Apex", "country": "IE", "sector": "Cloud"},
    }
    assert await story.sectors() == {"Retail": "101", "Cloud": "10"}
    found = await story.ask(
        """{ acme: organisation(name: "acme") { name } apex: organisation(name: "Apex") { name }
             search(query: "acme") { nodes { ... on Organisation { name } } } }"""
    )
    assert found == {
        "acme": {"name": "Apex"},
        "apex": {"name": "Apex"},
        "search": {"nodes": [{"name": "Apex"}]},
    }
    assert await story.totals_hold()
    assert await story.actions() == [
        "organisation:rename",
        "organisation:reclassify",
        "organisation:move",
    ]


def _period(
    starts: str | None, ends: str | None, name: str, country: str, sector: str, url: str = ""
) -> dict[str, Any]:
    return {
        "startsOn": starts,
        "endsOn": ends,
        "name": name,
        "country": country,
        "sector": sector,
        "source": {"url": url} if url else None,
    }


async def test_a_name_that_comes_back(story: Story) -> None:
    """Its former name is its own: it becomes the name again, and the other one an alias."""
    acme = f'organisation: "{story.id("Acme")}"'
    await story.do("renameOrganisation", f'{acme}, name: "Apex", effectiveOn: "2021-07-01"')
    back = await story.do(
        "renameOrganisation", f'{acme}, name: "ACME", effectiveOn: "2023-07-01"', "name aliases"
    )

    assert back == {"name": "ACME", "aliases": ["Apex"]}


async def test_a_mistake_is_corrected_without_history(story: Story) -> None:
    """What was wrong was never so: no period, no alias, and all figures move."""
    corrected = await story.do(
        "correctOrganisation",
        f'organisation: "{story.id("Acme")}", name: "Acme Inc", sector: "Cloud", notes: "typo"',
        "name sector notes aliases periods { name }",
    )

    assert corrected == {
        "name": "Acme Inc",
        "sector": "Cloud",
        "notes": "typo",
        "aliases": [],
        "periods": [{"name": "Acme Inc"}],
    }
    assert await story.sectors() == {"Retail": "100", "Cloud": "11"}
    assert await story.totals_hold()


async def test_a_merger_of_companies(story: Story) -> None:
    """The absorbed company's figures stay its own, and are the group's from the day on."""
    merged = await story.do(
        "recordMerger",
        f'absorbed: "{story.id("Bolt")}", into: "{story.id("Acme")}", effectiveOn: "2023-04-01"',
        """successors { kind effectiveOn successor { name } }
           parents { relation startsOn endsOn parent { name } }
           memberships { status startsOn endsOn } claims { totalCount }""",
    )
    yesterday = str(TODAY - timedelta(days=1))

    assert merged == {
        "successors": [
            {"kind": "MERGER", "effectiveOn": "2023-04-01", "successor": {"name": "Acme"}}
        ],
        "parents": [
            {
                "relation": "CONTROL",
                "startsOn": "2023-04-01",
                "endsOn": None,
                "parent": {"name": "Acme"},
            }
        ],
        # It was a member, with a member's rights, until somebody knew.
        "memberships": [
            {"status": "MEMBER", "startsOn": "2015-01-01", "endsOn": yesterday},
            {"status": "FORMER", "startsOn": str(TODAY), "endsOn": None},
        ],
        "claims": {"totalCount": 1},
    }
    held = await story.ask(
        f"""{{ avoidedEmissions(groupBy: [GROUP], onDate: "{yesterday}") {{
                 groups {{ key {{ group {{ name }} }} total {{ value }} }} }}
               organisation(id: "{story.id("Acme")}") {{ predecessors {{ kind }} }} }}"""
    )
    # Of 2023 Acme has a figure of its own, which covers those that it controls.
    assert held["organisation"] == {"predecessors": [{"kind": "MERGER"}]}
    assert await story.groups() == {"Acme": "11"}
    assert await story.totals_hold()


async def test_a_split_of_a_company(story: Story) -> None:
    """What came out stands alone from the day on."""
    acme, dyn = story.id("Acme"), story.id("Dyn")
    await story.do(
        "recordParentage",
        f'child: "{dyn}", parent: "{acme}", relation: CONTROL, share: "0.75",'
        ' startsOn: "2018-01-01"',
    )
    split = await story.do(
        "recordSplit",
        f'organisation: "{acme}", effectiveOn: "2024-01-01", into: ["{dyn}"], newNames: ["Eon"]',
        """subsidiaries { startsOn endsOn equityShare child { name } }
           successors { kind effectiveOn successor { name predecessors { kind } } }""",
    )

    came = [{"name": name, "predecessors": [{"kind": "SPLIT"}]} for name in ("Dyn", "Eon")]
    assert split == {
        "subsidiaries": [
            {
                "startsOn": "2018-01-01",
                "endsOn": "2023-12-31",
                "equityShare": "0.75",
                "child": {"name": "Dyn"},
            }
        ],
        "successors": [
            {"kind": "SPLIT", "effectiveOn": "2024-01-01", "successor": one} for one in came
        ],
    }


async def test_a_group_that_ends(story: Story) -> None:
    """Figures of periods that ended before are the group's, later ones its own."""
    acme, bolt = story.id("Acme"), story.id("Bolt")
    pair = f'child: "{acme}", parent: "{bolt}"'
    await story.do("recordParentage", f'{pair}, relation: CONTROL, startsOn: "2018-01-01"')
    assert await story.groups() == {"Bolt": "101"}
    ended = await story.do("endParentage", f'{pair}, endsOn: "2020-12-31"', "startsOn endsOn")

    assert ended == {"startsOn": "2018-01-01", "endsOn": "2020-12-31"}
    assert await story.groups() == {"Acme": "10", "Bolt": "101"}
    assert await story.totals_hold()


async def test_recorded_twice(story: Story) -> None:
    """Everything of the second record becomes the first one's, and its own again."""
    pool, twice = story.database.pool, story.ids["Bolt"]
    people = [await create_account(pool) for _ in range(2)]
    await create_role(pool, people[0], twice, "EDITOR")
    await create_role(pool, people[1], twice, "VIEWER")
    await create_role(pool, people[1], story.ids["Acme"], "VIEWER")
    await create_invitation(pool, twice)
    records = ("organisation_merge", "organisation_merge_change")
    before = await dump(story.database, *TRAIL, *records)
    merged = await story.do(
        "mergeOrganisations",
        f'duplicate: "{story.id("Bolt")}", into: "{story.id("Acme")}", reason: "One LEI"',
        """id reason undoneAt duplicate { name } survivor { name aliases claims { totalCount } }
           stayed: changes(where: {stayed: {eq: true}}) { nodes { table } }""",
    )

    assert merged == {
        "id": merged["id"],
        "reason": "One LEI",
        "undoneAt": None,
        "duplicate": {"name": "Bolt"},
        "survivor": {"name": "Acme", "aliases": ["Bolt"], "claims": {"totalCount": 3}},
        "stayed": {"nodes": [{"table": "role_grant"}]},
    }
    seen = await story.ask(
        f"""{{ node(id: "{story.id("Bolt")}") {{
                 ... on Organisation {{ name mergedInto {{ name }} }} }}
               organisation(name: "bolt") {{ name }}
               organisations {{ totalCount }} consortium {{ memberCount }}
               search(query: "bolt") {{ nodes {{ ... on Organisation {{ name }} }} }} }}"""
    )
    assert seen == {
        "node": {"name": "Bolt", "mergedInto": {"name": "Acme"}},
        "organisation": {"name": "Acme"},
        "organisations": {"totalCount": 3},
        "consortium": {"memberCount": 1},
        "search": {"nodes": [{"name": "Acme"}]},
    }
    assert await story.sectors() == {"Retail": "111"}
    assert await story.totals_hold()

    undone = await story.do(
        "unmergeOrganisations", f'merge: "{merged["id"]}"', "survivor { claims { totalCount } }"
    )
    assert undone == {"survivor": {"claims": {"totalCount": 2}}}
    assert await dump(story.database, *TRAIL, *records) == before
    assert await story.totals_hold()
    assert await story.actions() == ["organisation:merge", "organisation:unmerge"]


@dataclass
class Doubled:
    """What two records of one member have of everything that a merge must join."""

    group: int = 0
    delegates: tuple[int, int] = (0, 0)
    invoices: dict[str, int] = field(default_factory=dict)
    sizes: tuple[int, int] = (0, 0)


CONTACT = {"name": "Cy", "email": "cy@example.org", "since": date(2024, 1, 1)}


async def _doubled(story: Story) -> Doubled:
    """People, invoices, sizes and all else, of Acme and of Bolt."""
    pool, acme, bolt = story.database.pool, story.ids["Acme"], story.ids["Bolt"]
    ann, bob = await create_account(pool), await create_account(pool)
    group = await create_group(pool)
    tiers = {year: await create_dues_year(pool, year) for year in (2025, 2026)}
    for organisation, person in ((acme, ann), (bolt, bob)):
        await create_role(pool, person, organisation, "ORGANISATION_ADMIN")
        await create_delegacy(pool, group, organisation, person)
        await create_assignment(pool, organisation, tiers[2026])
        await create_decision(pool, organisation)
        of = {"organisation_id": organisation}
        await insert(pool, "organisation_seats", seats=5, starts_on=date(2020, 1, 1), **of)
        await insert(pool, "organisation_contact", **CONTACT, **of)
        await insert(pool, "organisation_domain", domain="acme.example", **of)
        await insert(pool, "organisation_domain", domain=f"{organisation}.example", **of)
        await create_application(pool, stage="ACCEPTED", organisation_id=organisation)
    await insert(
        pool, "organisation_seats", organisation_id=bolt, seats=4, starts_on=date(2024, 1, 1)
    )
    await create_invitation(pool, bolt)
    await create_delegacy(pool, await create_group(pool), bolt, bob)
    invoices = {
        "survivor's": await create_invoice(pool, acme, tiers[2026], 1),
        "doubled": await create_invoice(pool, bolt, tiers[2026], 2),
        "of another year": await create_invoice(pool, bolt, tiers[2025], 1, year=2025),
    }
    await create_entry(pool, invoices["doubled"])
    await create_entry(pool, invoices["of another year"])
    await create_reminder(pool, invoices["of another year"])
    sizes = [await create_size(pool, one, 2024, employees=10) for one in (acme, bolt)]
    await create_size(pool, bolt, 2023, employees=9)
    return Doubled(group, (ann, bob), invoices, (sizes[0], sizes[1]))


# Table -> rows of the duplicate that are the survivor's after the merge, and those that stay.
JOINED = {
    "application_of": ("membership_application", 1, 0),
    "claims": ("avoided_claim", 1, 0),
    "contact": ("organisation_contact", 0, 1),
    "decisions": ("membership_decision", 1, 0),
    "delegates": ("delegacy", 1, 1),
    "domains": ("organisation_domain", 1, 1),
    "invitations": ("single_use_link", 1, 0),
    "invoices": ("invoice", 1, 1),
    "roles": ("role_grant", 1, 0),
    "seats": ("organisation_seats", 0, 2),
    "sizes": ("organisation_size", 1, 1),
    "tiers": ("tier_assignment", 0, 1),
}


async def _count(story: Story, name: str) -> dict[str, int]:
    return {
        key: await story.database.pool.fetchval(
            f"SELECT count(*) FROM {table} WHERE organisation_id = $1",  # noqa: S608
            story.ids[name],
        )
        for key, (table, _, _) in JOINED.items()
    }


async def test_recorded_twice_with_everything(story: Story) -> None:
    """What can be joined is; a doubled invoice is paid where it is; then all is as it was."""
    pool, bolt = story.database.pool, story.ids["Bolt"]
    doubled = await _doubled(story)
    with story.database.active():
        await rebuild_all(today=TODAY)
    records = ("organisation_merge", "organisation_merge_change")
    before = await dump(story.database, *TRAIL, *records)
    was = await _count(story, "Acme")
    ends = f'duplicate: "{story.id("Bolt")}", into: "{story.id("Acme")}"'
    merged = await story.do("mergeOrganisations", ends, "id")

    now, left = await _count(story, "Acme"), await _count(story, "Bolt")
    assert {key: now[key] - was[key] for key in JOINED} == {
        key: moved for key, (_, moved, _) in JOINED.items()
    }
    assert left == {key: stayed for key, (_, _, stayed) in JOINED.items()}
    assert await pool.fetchval("SELECT count(*) FROM delegacy WHERE ends_on < $1", TODAY) == 0
    assert await story.totals_hold()
    with story.database.active():
        assert await check_profile() == []

    undone = await story.do("unmergeOrganisations", f'merge: "{merged["id"]}"', "id")
    assert undone == merged
    assert differing(before, await dump(story.database, *TRAIL, *records)) == {}

    await story.do("mergeOrganisations", ends, "id")
    with story.database.active():
        followed = await dues_due(TODAY)
    reminded = "SELECT DISTINCT invoice_id FROM invoice_reminder ORDER BY 1"
    told = [row[0] for row in await pool.fetch(reminded)]
    assert followed.reminded + followed.suspended > 0
    assert told == [doubled.invoices["survivor's"], doubled.invoices["of another year"]]
    assert (
        await pool.fetchval("SELECT count(*) FROM membership WHERE organisation_id = $1", bolt) == 0
    )

    credited = await story.ask(
        f"""mutation {{ creditInvoice(input: {{
                invoice: "invoice_{doubled.invoices["doubled"]}", reason: "Sent twice" }}) {{
            ... on Invoice {{ status organisation {{ name }} }}
            ... on Refusal {{ code message }} }} }}""",
        story.secretary,
    )
    assert credited["creditInvoice"] == {"status": "PAID", "organisation": {"name": "Bolt"}}


async def test_an_office_that_stayed_ends_with_the_role(story: Story) -> None:
    """Who leaves the survivor leaves the office that the merged record kept, too."""
    pool = story.database.pool
    doubled = await _doubled(story)
    ends = f'duplicate: "{story.id("Bolt")}", into: "{story.id("Acme")}"'
    await story.do("mergeOrganisations", ends, "id")
    await pool.execute("DELETE FROM role_grant WHERE account_id = $1", doubled.delegates[1])

    office = "SELECT ends_on FROM delegacy WHERE group_id = $1 AND account_id = $2"
    ann, bob = [await pool.fetchval(office, doubled.group, one) for one in doubled.delegates]
    assert bob < ann


ADDED = {
    "recordSize": 'organisation: "{it}", year: 2022, employees: 5',
    "setSeats": 'organisation: "{it}", seats: 3, reason: "More"',
    "createEngagement": (
        'assurer: "{it}", client: "{other}", covers: ALL_FIGURES,'
        ' startsOn: "2027-01-01", endsOn: "2027-12-31"'
    ),
}


@pytest.mark.parametrize("mutation", ADDED)
async def test_nothing_is_added_to_a_merged_record(story: Story, mutation: str) -> None:
    """The refusal says that it was merged, and nothing is changed."""
    ends = f'duplicate: "{story.id("Bolt")}", into: "{story.id("Acme")}"'
    await story.do("mergeOrganisations", ends, "id")
    before = await dump(story.database)
    given = ADDED[mutation].format(it=story.id("Bolt"), other=story.id("Dyn"))
    refused = await story.ask(
        f"mutation {{ {mutation}(input: {{{given}}}) {{ ... on Refusal {{ code }} }} }}",
        story.secretary,
    )

    assert refused == {mutation: {"code": "ALREADY_MERGED"}}
    assert await dump(story.database) == before


TOMORROW = TODAY + timedelta(days=1)
_REVERSED = (
    'child: "{Acme}", parent: "{Bolt}", relation: CONTROL,'
    ' startsOn: "2021-01-01", endsOn: "2020-01-01"'
)
REFUSED = [
    (
        "renameOrganisation",
        'organisation: "{Acme}", name: "BOLT", effectiveOn: "2021-01-01"',
        ("NAME_TAKEN", ["name"]),
    ),
    (
        "renameOrganisation",
        'organisation: "{Acme}", name: "bolt again", effectiveOn: "2021-01-01"',
        ("ALIAS_TAKEN", ["name"]),
    ),
    (
        "renameOrganisation",
        'organisation: "{Acme}", name: " ", effectiveOn: "2021-01-01"',
        ("NAME_INVALID", ["name"]),
    ),
    (
        "renameOrganisation",
        'organisation: "{Acme}", name: "Acme", effectiveOn: "2021-01-01"',
        ("NOTHING_CHANGES", ["name"]),
    ),
    (
        "renameOrganisation",
        f'organisation: "{{Acme}}", name: "Apex", effectiveOn: "{TOMORROW}"',
        ("DATE_NOT_YET_COME", ["effectiveOn"]),
    ),
    (
        "reclassifyOrganisation",
        'organisation: "{Dyn}", sector: "Iron", effectiveOn: "2019-01-01"',
        ("CHANGED_LATER", ["effectiveOn"]),
    ),
    (
        "moveOrganisation",
        'organisation: "org_999999", country: "IE", effectiveOn: "2019-01-01"',
        ("NOT_FOUND", []),
    ),
    ("correctOrganisation", 'organisation: "{Acme}"', ("NOTHING_CHANGES", [])),
    (
        "correctOrganisation",
        'organisation: "{Acme}", name: "Bolt"',
        ("NAME_TAKEN", ["name"]),
    ),
    (
        "recordParentage",
        'child: "{Acme}", parent: "{Acme}", relation: CONTROL',
        ("PARENT_ITSELF", ["parent"]),
    ),
    (
        "recordParentage",
        'child: "{Acme}", parent: "{Bolt}", relation: CONTROL, share: "1.01"',
        ("SHARE_OUT_OF_RANGE", ["share"]),
    ),
    (
        "recordParentage",
        _REVERSED,
        ("PARENTAGE_DATES_REVERSED", ["endsOn"]),
    ),
    (
        "recordParentage",
        f'child: "{{Acme}}", parent: "{{Bolt}}", relation: CONTROL, startsOn: "{TOMORROW}"',
        ("DATE_NOT_YET_COME", ["startsOn"]),
    ),
    (
        "recordParentage",
        'child: "{Dyn}", parent: "{Cog}", relation: CONTROL, startsOn: "2020-06-01"',
        ("PARENTAGE_CONFLICT", []),
    ),
    (
        "endParentage",
        'child: "{Cog}", parent: "{Dyn}", endsOn: "2019-12-31"',
        ("NOT_FOUND", ["endsOn"]),
    ),
    (
        "recordMerger",
        'absorbed: "{Acme}", into: "{Acme}", effectiveOn: "2020-01-01"',
        ("SUCCEEDS_ITSELF", ["into"]),
    ),
    (
        "recordMerger",
        f'absorbed: "{{Acme}}", into: "{{Bolt}}", effectiveOn: "{TOMORROW}"',
        ("DATE_NOT_YET_COME", ["effectiveOn"]),
    ),
    (
        "recordSplit",
        'organisation: "{Acme}", effectiveOn: "2020-01-01"',
        ("NOBODY_SUCCEEDS", ["into"]),
    ),
    (
        "recordSplit",
        'organisation: "{Acme}", effectiveOn: "2020-01-01", newNames: ["Bolt"]',
        ("NAME_TAKEN", ["name"]),
    ),
    (
        "recordSplit",
        'organisation: "{Acme}", effectiveOn: "2020-01-01", into: ["claim_1"]',
        ("NOT_FOUND", []),
    ),
    (
        "mergeOrganisations",
        'duplicate: "{Acme}", into: "{Acme}"',
        ("MERGES_ITSELF", ["into"]),
    ),
    ("unmergeOrganisations", 'merge: "merge_999999"', ("NOT_FOUND", [])),
]


@pytest.mark.parametrize(("mutation", "given", "expected"), REFUSED)
async def test_what_is_refused(
    story: Story, mutation: str, given: str, expected: tuple[str, list[str]]
) -> None:
    """A reason that a secretary understands, where the fault lies, and nothing is changed."""
    await story.database.pool.execute(
        "INSERT INTO organisation_alias (organisation_id, name, name_key)"
        " VALUES ($1, 'Bolt again', 'bolt again')",
        story.ids["Bolt"],
    )
    dyn = f'organisation: "{story.id("Dyn")}"'
    await story.do("reclassifyOrganisation", f'{dyn}, sector: "Ore", effectiveOn: "2022-01-01"')
    await story.do(
        "recordParentage",
        f'child: "{story.id("Cog")}", parent: "{story.id("Dyn")}", relation: CONTROL,'
        ' startsOn: "2020-01-01"',
    )
    before = await dump(story.database)
    for name in story.ids:
        given = given.replace(f"{{{name}}}", story.id(name))
    heard = await story.do(mutation, given)

    assert (heard.get("code"), heard.get("path")) == expected
    assert len(heard["message"]) > 10
    assert await dump(story.database) == before


async def test_refused_for_anybody_else(story: Story) -> None:
    """A member's own admin cannot reorganise."""
    rights = Rights(permissions=permissions_of([Role.ORGANISATION_ADMIN]))
    admin = Principal(rights, story.ids["Acme"])
    before = await dump(story.database)
    given = f'organisation: "{story.id("Acme")}", name: "Apex", effectiveOn: "2021-01-01"'
    heard = await story.ask(_mutation("renameOrganisation", given, "id"), admin)

    assert heard["renameOrganisation"]["code"] == "PERMISSION_DENIED"
    assert await dump(story.database) == before
