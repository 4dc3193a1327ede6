"""A year of dues, by GraphQL alone: tiers, invoices, money, and one member that forgets."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import orjson

from consortium.identity.rules.roles import Role, permissions_of
from consortium.kernel.principal import Principal, Rights
from consortium.membership.actions.reminders import dues_due
from consortium.storage.database import Database, transaction
from consortium.storage.raw import raw
from schema.planner.execution import Executor, Request
from schema.planner.mutations import Writing
from tests.factories import create_membership, create_organisation
from tests.people import account, mails

ISSUED, DUE = date(2026, 1, 15), date(2026, 3, 1)
MILLION = Decimal(10) ** 6
COMPANIES = {"Payer": 5, "Credited": 20, "Forgetful": 30, "Unknown": None}


@dataclass(frozen=True)
class Story:
    """Four members and the secretariat."""

    database: Database
    companies: dict[str, int]
    people: dict[str, int]

    def caller(self, name: str) -> Principal:
        """The secretary, or the admin of a company."""
        role = Role.SECRETARIAT if name == "secretary" else Role.ORGANISATION_ADMIN
        rights = Rights(has_organisation=True, permissions=permissions_of([role]))
        return Principal(rights, self.companies.get(name), self.people[name])

    async def ask(self, query: str, by: str, on: date, **variables: Any) -> Any:
        """The data that somebody gets on a day."""
        executor = Executor.over(self.database.pool, Writing(self.database.active))
        answer = orjson.loads(await executor.run(Request(query, variables), self.caller(by), on))
        assert list(answer) == ["data"], answer
        return answer["data"]

    async def do(self, mutation: str, told: str, on: date, **given: Any) -> Any:
        """What the secretary's mutation answers."""
        kind = f"{mutation[0].upper()}{mutation[1:]}Input!"
        query = f"mutation ($input: {kind}) {{ {mutation}(input: $input) {{ __typename {told}"
        query += " ... on Refusal { code message path } } }"
        return (await self.ask(query, "secretary", on, input=given))[mutation]


async def begun(database: Database) -> Story:
    companies, people = {}, {}
    async with transaction() as client:
        for name, revenue in COMPANIES.items():
            known = {"revenue_amount": (revenue or 0) * MILLION, "revenue_currency": "USD"}
            companies[name] = await create_organisation(
                raw(client), name=name, **(known if revenue is not None else {})
            )
            await create_membership(raw(client), companies[name], starts_on=date(2020, 1, 1))
        office = await create_organisation(raw(client), name="The secretariat")
    for name, company in companies.items():
        people[name] = await account(
            f"{name.lower()}@example.org", (company, Role.ORGANISATION_ADMIN)
        )
    people["secretary"] = await account("secretary@example.org", (office, Role.SECRETARIAT))
    return Story(database, companies, people)


TIERS = [
    {"name": "Small", "revenueFrom": "0", "revenueTo": "10000000", "price": "1000", "seats": 5},
    {"name": "Large", "revenueFrom": "10000000", "price": "5000"},
]
YEAR = {"year": 2026, "version": 0, "revenueCurrency": "USD", "currency": "EUR"}
DUES = "{ dues(year: 2026) { invoiceCount invoiced paid credited open overdue } }"
OWN = """{ invoices { nodes { number reference status open organisation { name }
    reminders { level sentOn } entries { kind amount } } } dues(year: 2026) { invoiced } }"""
STATUS = """query ($name: String!, $day: Date!) {
    organisation(name: $name) { membership(onDate: $day) { status } } }"""


async def set_tiers(story: Story) -> str:
    """Refused without a price, then set; returns the lower tier's id."""
    refusal = await story.do(
        "setTiers", "", ISSUED, **YEAR, tiers=[{"name": "All", "revenueFrom": "0"}]
    )
    assert (refusal["code"], refusal["path"]) == ("TIER_WITHOUT_PRICE", [])
    assert refusal["message"] == "The tier All has no price: give one."
    made = await story.do(
        "setTiers", "... on Dues { version tiers { id name } }", ISSUED, **YEAR, tiers=TIERS
    )
    assert [tier["name"] for tier in made["tiers"]] == ["Small", "Large"]
    lowest: str = made["tiers"][0]["id"]
    return lowest


async def issue(story: Story, lowest: str) -> None:
    """To all but one, whose revenue is unknown, and to that one by a tier that it is given."""
    issued = await story.do(
        "issueInvoices",
        "... on IssuedInvoices { issued leftOut { name reason why: reason } dues { invoiced } }",
        ISSUED,
        year=2026,
        dueOn="2026-03-01",
    )
    assert issued == {
        "__typename": "IssuedInvoices",
        "issued": 3,
        "leftOut": [{"name": "Unknown", "reason": "REVENUE_UNKNOWN", "why": "REVENUE_UNKNOWN"}],
        "dues": {"invoiced": "11000"},
    }
    unknown = f"org_{story.companies['Unknown']}"
    assigned = await story.do(
        "assignTier",
        "... on TierAssignment { reason tier { name } }",
        ISSUED,
        organisation=unknown,
        year=2026,
        tier=lowest,
        reason="A foundation",
        version=0,
    )
    assert assigned["tier"] == {"name": "Small"}
    late = await story.do(
        "issueInvoice",
        "... on Invoice { id number months status }",
        ISSUED,
        organisation=unknown,
        year=2026,
        dueOn="2026-03-01",
    )
    assert (late["number"], late["months"], late["status"]) == ("2026-0004", 12, "OPEN")
    assert len(await mails(story.database)) == 4


async def invoices(story: Story) -> dict[str, Any]:
    """What the secretary sees of each company's invoice; a member sees its own alone."""
    [own] = (await story.ask(OWN, "Payer", ISSUED))["invoices"]["nodes"]
    assert (own["organisation"]["name"], own["open"]) == ("Payer", "1000")
    assert (await story.ask(OWN, "Payer", ISSUED))["dues"] is None

    return {
        one["organisation"]["name"]: one
        for one in (
            await story.ask(
                "{ invoices { nodes { id reference organisation { name } } } }",
                "secretary",
                ISSUED,
            )
        )["invoices"]["nodes"]
    }


async def book(story: Story, by_name: dict[str, Any]) -> None:
    """A file with a wrong row books nothing, the right one everything, and once only."""
    header = "invoice,amount,currency,booked_on,bank_reference\n"
    paid = f"{by_name['Payer']['reference']},1000,EUR,2026-02-01,b1\n"
    paid += "2026-0004,1000,EUR,2026-02-01,b2\n"
    read = """... on ImportedPayments { booked unchanged errors { line column reason }
        entry { action } }"""
    february = date(2026, 2, 2)
    wrong = await story.do(
        "importPayments", read, february, csv=f"{header}{paid}2026-0099,1,EUR,2026-02-01,b3\n"
    )
    assert (wrong["booked"], wrong["entry"]) == (0, None)
    assert wrong["errors"] == [
        {"line": 4, "column": "invoice", "reason": "There is no invoice 2026-0099."}
    ]
    right = await story.do("importPayments", read, february, csv=header + paid)
    assert (right["booked"], right["entry"]) == (2, {"action": "import:payments"})
    credited = await story.do(
        "creditInvoice",
        "... on Invoice { status open }",
        february,
        invoice=by_name["Credited"]["id"],
        reason="Left at the end of last year",
    )
    assert (credited["status"], credited["open"]) == ("CREDITED", "0")
    again = await story.do("importPayments", read, february, csv=header + paid)
    assert (again["booked"], again["unchanged"]) == (0, 2)


async def forget(story: Story) -> date:
    """Nobody pays the third: reminded, reminded again, suspended; returns the day after all."""
    day = ISSUED
    while day < DUE + timedelta(days=70):
        await dues_due(day)
        day += timedelta(days=1)

    suspended_on = DUE + timedelta(days=60)
    [own] = (await story.ask(OWN, "Forgetful", day))["invoices"]["nodes"]
    assert own["status"] == "OVERDUE"
    assert own["reminders"] == [
        {"level": "UPCOMING", "sentOn": "2026-02-15"},
        {"level": "FIRST", "sentOn": "2026-03-15"},
        {"level": "SECOND", "sentOn": "2026-03-31"},
        {"level": "SUSPENSION", "sentOn": suspended_on.isoformat()},
    ]
    assert await story.ask(DUES, "secretary", day) == {
        "dues": {
            "invoiceCount": 4,
            "invoiced": "12000",
            "paid": "2000",
            "credited": "5000",
            "open": "5000",
            "overdue": "5000",
        }
    }
    for name in COMPANIES:
        asked = await story.ask(STATUS, "secretary", day, name=name, day=day.isoformat())
        expected = "SUSPENDED" if name == "Forgetful" else "MEMBER"
        assert asked["organisation"]["membership"]["status"] == expected
    return day


async def settle(story: Story, by_name: dict[str, Any], day: date) -> None:
    """The payment reinstates it."""
    settled = await story.do(
        "recordPayment",
        "... on Invoice { status }",
        day,
        invoice=by_name["Forgetful"]["id"],
        amount="5000",
        currency="EUR",
        bookedOn=day.isoformat(),
        bankReference="b4",
    )
    asked = await story.ask(STATUS, "Forgetful", day, name="Forgetful", day=day.isoformat())
    assert settled["status"] == "PAID"
    assert asked["organisation"]["membership"]["status"] == "MEMBER"


async def test_a_year_of_dues(database: Database) -> None:
    """Set, issued, paid from a file, credited, forgotten, suspended, paid, reinstated."""
    story = await begun(database)

    await issue(story, await set_tiers(story))
    by_name = await invoices(story)
    await book(story, by_name)
    day = await forget(story)
    await settle(story, by_name, day)

    trail = await story.ask(
        "{ auditEntries(first: 100, orderBy: [{field: AT}]) { nodes { action note } } }",
        "secretary",
        day,
    )
    actions = [one["action"] for one in trail["auditEntries"]["nodes"]]
    assert [one for one in actions if one != "sql:change"] == [
        "tiers:set",
        "invoices:issue",
        "tier:assign",
        "invoice:issue",
        "import:payments",
        "invoice:credit",
        "import:payments",
        *["invoice:remind"] * 4,
        "invoice:pay",
    ]
