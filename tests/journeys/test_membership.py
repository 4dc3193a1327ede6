"""The life of a membership, from the application to the last day, by GraphQL over HTTP."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from starlette.requests import Request

from consortium.avoided.actions import rebuild_all
from consortium.identity.actions.invitations import accept_as_new
from consortium.identity.oauth.authorization import Approval, AuthorizationRequest
from consortium.identity.rules.roles import Role
from consortium.kernel.principal import Permission
from consortium.storage.database import Database
from tests.factories import create_claim, create_membership
from tests.factories.rows import insert
from tests.identity.oauth.world import CALLBACK, VERIFIER, challenge_of, create_client, sent
from tests.people import PASSWORD, account, mails, organisation
from tests.served import Api, served

FIRST = date(2026, 11, 23)
ALL_SCOPES = " ".join(permission.value for permission in Permission)
PDF = b"%PDF-1.7\nstatutes"
TERMS = """mutation ($from: Date!) { publishTerms(input: {version: "1", inForceFrom: $from,
  text: "Members share their figures.", competitionLaw: "No talk of prices."}) {
  ... on Terms { version } ... on Refusal { code message } } }"""
APPLY = """mutation { applyForMembership(input: {name: "Windward Energy GmbH", country: "DE",
  aliases: ["Windward"], lei: "5299 00T8BM49AURSDO55", domain: "https://www.windward.example/about",
  sector: "Energy", revenueAmount: "1200000000.50", revenueCurrency: "EUR", revenueYear: 2025,
  employees: 5100, contactName: "Ada Windward", contactEmail: "Ada@Windward.example",
  message: "We build offshore wind farms."}) {
  ... on NewApplication { applicationKey application { reference stage } }
  ... on Refusal { code message path } } }"""
LEI = "529900T8BM49AURSDO55"


@dataclass
class Person:
    """Somebody with an account, who agrees that the program acts for them."""

    account_id: int
    session_id: int
    organisation_id: int


@dataclass
class Desk:
    """The server, its day, and everyone who asks."""

    api: Api
    secretariat: int
    day: date = FIRST
    asks: Person | None = None
    program: str = ""
    people: dict[str, Person] = field(default_factory=dict)

    async def __call__(self, _: Request, asked: AuthorizationRequest) -> Approval:
        assert self.asks is not None
        who = self.asks
        at = datetime.now(UTC)
        organisation = who.organisation_id
        return Approval(who.account_id, who.session_id, organisation, asked.scopes, at, "pwd otp")

    async def joins(self, name: str, account_id: int, organisation_id: int) -> None:
        """Somebody signs in."""
        now = datetime.now(UTC)
        session = await insert(
            self.api.database.pool,
            "session",
            account_id=account_id,
            token_sha256=f"session {name}",
            authenticated_at=now,
            methods="pwd otp",
            last_seen_at=now,
            expires_at=now + timedelta(days=1),
        )
        self.people[name] = Person(account_id, session, organisation_id)

    async def token(self, name: str) -> str:
        """An access token of today, by the whole way of OAuth."""
        self.asks = self.people[name]
        asked = {
            "response_type": "code",
            "client_id": self.program,
            "redirect_uri": CALLBACK,
            "scope": ALL_SCOPES,
            "code_challenge": challenge_of(VERIFIER),
            "code_challenge_method": "S256",
        }
        code = sent(await self.api.http.get("/oauth/authorize", params=asked))["code"]
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": CALLBACK,
            "client_id": self.program,
            "code_verifier": VERIFIER,
        }
        answer = await self.api.http.post("/oauth/token", data=form)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["access_token"])

    async def headers(self, name: str | None) -> dict[str, str]:
        """Those with which somebody asks."""
        return {} if name is None else {"authorization": f"Bearer {await self.token(name)}"}

    async def asked(self, name: str | None, query: str, **variables: Any) -> Any:
        """The data that somebody gets; None: somebody without an account."""
        answer = await self.api.http.post(
            "/graphql",
            json={"query": query, "variables": variables},
            headers=await self.headers(name),
        )
        body = answer.json()
        assert "errors" not in body, body
        return body["data"]

    async def done(self, name: str | None, mutation: str, shown: str, **given: Any) -> Any:
        """What a mutation answers somebody."""
        kind = f"{mutation[0].upper()}{mutation[1:]}Input!"
        query = (
            f"mutation ($input: {kind}) {{ {mutation}(input: $input) {{"
            f" __typename {shown} ... on Refusal {{ code message path }} }} }}"
        )
        return (await self.asked(name, query, input=given))[mutation]

    async def reviews(self, name: str, mutation: str, application: str, **given: Any) -> Any:
        """A secretary acts on an application as they see it now."""
        seen = await self.asked(
            name, "query ($id: ID!) { node(id: $id) { ... on Application { version } } }",
            id=application,
        )  # fmt: skip
        if mutation not in {"noteApplication", "declareConflict"}:
            given["version"] = seen["node"]["version"]
        shown = "... on Application { stage version }"
        return await self.done(name, mutation, shown, application=application, **given)

    async def decides(self, name: str | None, mutation: str, **given: Any) -> Any:
        """A step of a membership."""
        shown = "... on MembershipDecision { before after effectiveOn reason }"
        return await self.done(name, mutation, shown, **given)

    def passes(self, days: int) -> None:
        """Days go by."""
        self.day += timedelta(days=days)


@pytest.fixture
async def desk(database: Database, tmp_path: Path) -> AsyncGenerator[Desk]:
    """Two secretaries, a member with a claim for members' eyes, and nobody else."""
    secretariat, other = await organisation("Secretariat"), await organisation("Another member")
    await create_membership(database.pool, other)
    await create_claim(
        database.pool,
        other,
        visibility="CONSORTIUM",
        category="among members",
        value_kg_co2e=Decimal(1000),
    )
    made: list[Desk] = []

    async def interaction(request: Request, asked: AuthorizationRequest) -> Approval:
        return await made[0](request, asked)

    async with served(
        database, today=lambda: made[0].day, interaction=interaction, data_dir=tmp_path
    ) as api:
        made.append(Desk(api, secretariat))
        desk = made[0]
        desk.program = await create_client(database.pool, scopes=ALL_SCOPES)
        for name in ("ana", "ben"):
            person = await account(
                f"{name}@consortium.example", (secretariat, Role.SECRETARIAT), password=None
            )
            await desk.joins(name, person, secretariat)
        yield desk


async def test_from_the_application_to_the_last_day(  # noqa: PLR0915  a story in one piece
    desk: Desk, database: Database
) -> None:
    """Everything that happens to a member, each step in the audit trail."""
    assert (await desk.asked("ana", TERMS, **{"from": str(FIRST)}))["publishTerms"] == {
        "version": "1"
    }

    # Somebody without an account applies, with a document.
    made = (await desk.asked(None, APPLY))["applyForMembership"]
    key = made["applicationKey"]
    assert made["application"] == {"reference": "A-2026-0001", "stage": "SUBMITTED"}
    sent_file = await desk.api.http.post(
        "/applications/documents",
        content=PDF,
        headers={
            "application-key": key,
            "content-type": "application/pdf",
            "content-disposition": 'attachment; filename="Statutes.pdf"',
        },
    )
    assert sent_file.status_code == 201, sent_file.text
    assert [(one["to"], one["template"]) for one in await mails(database)] == [
        ("ada@windward.example", "application_received")
    ]

    # Ana reads it, and asks for more; the applicant answers.
    data = await desk.asked(
        "ana",
        """{ applications { nodes { id name aliases lei domain revenue { amount currency year }
             employees contactName contactEmail documents { name mediaType sizeBytes sha256 url }
             possibleDuplicates { reasons } } } }""",
    )
    [seen] = data["applications"]["nodes"]
    application = seen.pop("id")
    [document] = seen.pop("documents")
    assert seen == {
        "name": "Windward Energy GmbH",
        "aliases": ["Windward"],
        "lei": LEI,
        "domain": "windward.example",
        "revenue": {"amount": "1200000000.5", "currency": "EUR", "year": 2025},
        "employees": 5100,
        "contactName": "Ada Windward",
        "contactEmail": "ada@windward.example",
        "possibleDuplicates": [],
    }
    url = document.pop("url")
    assert document == {
        "name": "Statutes.pdf",
        "mediaType": "application/pdf",
        "sizeBytes": len(PDF),
        "sha256": sha256(PDF).hexdigest(),
    }
    fetched = await desk.api.http.get(url, headers=await desk.headers("ana"))
    assert (fetched.status_code, fetched.content) == (200, PDF)
    assert (await desk.reviews("ana", "reviewApplication", application))["stage"] == "IN_REVIEW"
    asked = await desk.reviews(
        "ana", "askApplicant", application, question="Who owns you?", until="2026-12-01"
    )
    assert asked["stage"] == "MORE_ASKED"
    mine = "query ($key: String!) { myApplication(key: $key) { stage asked askedUntil } }"
    assert (await desk.asked(None, mine, key=key))["myApplication"] == {
        "stage": "MORE_ASKED",
        "asked": "Who owns you?",
        "askedUntil": "2026-12-01",
    }
    answered = await desk.done(
        None, "answerApplication", "... on MyApplication { stage }", key=key, answer="Ourselves."
    )
    assert answered["stage"] == "IN_REVIEW"

    # Ana has a conflict of interest: she may neither vote nor decide; Ben does both.
    await desk.reviews("ana", "declareConflict", application, reason="My brother works there.")
    vote = {"vote": "APPROVE"}
    assert (await desk.reviews("ana", "voteOnApplication", application, **vote))[
        "code"
    ] == "CONFLICT_OF_INTEREST"
    assert (await desk.reviews("ana", "approveApplication", application))[
        "code"
    ] == "CONFLICT_OF_INTEREST"
    without = await desk.reviews("ben", "approveApplication", application)
    assert without["code"] == "APPROVAL_WITHOUT_VOTE"
    await desk.reviews("ben", "noteApplication", application, text="The statutes fit.")
    await desk.reviews("ben", "voteOnApplication", application, **vote)
    approved = await desk.reviews("ben", "approveApplication", application)
    assert approved["stage"] == "APPROVED"
    invitation = (await mails(database))[-1]
    assert (invitation["to"], invitation["template"]) == ("ada@windward.example", "invitation")

    # An authorised person accepts the terms: Windward is a member.
    shown = "... on MyApplication { stage organisation { id membership { status } } }"
    accepted = await desk.done(
        None,
        "acceptTerms",
        shown,
        key=key,
        termsVersion="1",
        signatoryName="Grace Windward",
        signatoryTitle="Managing director",
        authorised=True,
        competitionLaw=True,
    )
    assert accepted["stage"] == "ACCEPTED"
    windward = accepted["organisation"]["id"]
    assert accepted["organisation"]["membership"] == {"status": "MEMBER"}

    # Its admin takes up the invitation; members' figures are seen, totals count its own.
    row = int(windward.removeprefix("org_"))
    with database.active():
        now = datetime.now(UTC)
        admin = await accept_as_new(invitation["token"], "Ada Windward", PASSWORD, now)
    await desk.joins("ada", admin, row)
    claim = {"category": "its own", "value_kg_co2e": Decimal(4000)}
    await create_claim(database.pool, row, **claim)
    assert await _sees(desk, database) == (["among members", "its own"], "5")

    # Suspended, it sees what everyone sees; reinstated, all again.
    desk.passes(10)
    suspended = await desk.decides(
        "ben", "suspendMembership", organisation=windward, reason="Dues are open."
    )
    assert (suspended["before"], suspended["after"]) == ("MEMBER", "SUSPENDED")
    assert await _sees(desk, database) == (["its own"], None)
    desk.passes(10)
    await desk.decides("ben", "reinstateMembership", organisation=windward)
    assert await _sees(desk, database) == (["among members", "its own"], "5")

    # It gives notice; the day after its last day it is a former member.
    last = desk.day + timedelta(days=90)
    notice = await desk.decides("ada", "giveNotice", lastDay=str(last))
    assert notice["effectiveOn"] == str(last + timedelta(days=1))
    desk.passes(90)
    assert await _sees(desk, database) == (["among members", "its own"], "5")
    desk.passes(1)
    assert await _sees(desk, database) == (["its own"], None)
    status = "query ($id: ID!) { organisation(id: $id) { membership { status } } }"
    assert (await desk.asked(None, status, id=windward))["organisation"]["membership"] == {
        "status": "FORMER"
    }

    # Its admin reads what was decided; the audit trail has every step.
    history = """query ($id: ID!) { organisation(id: $id) { membershipDecisions {
      step reason } } }"""
    decided = (await desk.asked("ada", history, id=windward))["organisation"]
    assert [one["step"] for one in decided["membershipDecisions"]] == [
        "JOIN",
        "SUSPEND",
        "REINSTATE",
        "LEAVE",
    ]
    assert (await desk.asked("ben", history, id=windward))["organisation"] == decided
    entries = await desk.asked(
        "ben", """{ auditEntries(first: 100) { nodes { action actor { name } } } }"""
    )
    actions = [one["action"] for one in reversed(entries["auditEntries"]["nodes"])]
    about = ("application:", "membership:", "terms:")
    assert [one for one in actions if one.startswith(about)] == [
        "terms:publish",
        "application:submit",
        "application:attach",
        "application:review",
        "application:ask",
        "application:answer",
        "application:declare-conflict",
        "application:note",
        "application:vote",
        "application:approve",
        "application:accept",
        "membership:suspend",
        "membership:reinstate",
        "membership:give-notice",
    ]  # fmt: skip


async def _sees(desk: Desk, database: Database) -> tuple[list[str], str | None]:
    """What Windward's admin sees of claims today, and what members' avoided emissions add up to."""
    with database.active():
        # The database's own day, by which it keeps the sums, is not the desk's.
        await rebuild_all(today=desk.day)
    data = await desk.asked(
        "ada",
        """{ claims { nodes { category } }
             avoidedEmissions { groups { total { value(unit: TONNE_CO2E) } } } }""",
    )
    groups = data["avoidedEmissions"]["groups"]
    total = groups[0]["total"]["value"] if groups else None
    return sorted(one["category"] for one in data["claims"]["nodes"]), total
