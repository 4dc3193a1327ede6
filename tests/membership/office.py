"""The secretariat at work, asked past HTTP: two secretaries, a member's admin, applicants."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson

from consortium.identity.rules.roles import Role, permissions_of
from consortium.kernel.principal import ANONYMOUS, Principal, Rights
from consortium.storage.database import Database
from schema.planner.execution import Executor, Request
from schema.planner.mutations import Writing
from tests.factories import create_account, create_membership, create_organisation, create_role
from tests.factories.applications import create_terms

TODAY = date(2026, 11, 23)
LEI = "529900T8BM49AURSDO55"
SHOWN = """... on Application { id stage version organisation { id } }
  ... on MyApplication { stage version organisation { id } }
  ... on MembershipDecision { before after effectiveOn deadline }
  ... on Terms { id } ... on NewApplication { applicationKey application { reference } }
  ... on Refusal { code message path }"""
MUTATIONS_SHOW = {
    "applyForMembership": "NewApplication",
    "answerApplication": "MyApplication",
    "retractApplication": "MyApplication",
    "acceptTerms": "MyApplication",
    "publishTerms": "Terms",
}
STEPS = ("Membership", "Notice", "Member", "Expulsion", "Appeal")
GIVEN: dict[str, Any] = {
    "name": "Newcomer SE",
    "country": "DE",
    "contactName": "Nora",
    "contactEmail": "nora@newcomer.example",
}
ACCEPTANCE: dict[str, Any] = {
    "termsVersion": "1",
    "signatoryName": "Grace",
    "signatoryTitle": "Director",
    "authorised": True,
    "competitionLaw": True,
}


def _shown(mutation: str) -> str:
    """The line of SHOWN that fits what a mutation answers with."""
    answer = MUTATIONS_SHOW.get(mutation)
    answer = answer or ("MembershipDecision" if mutation.endswith(STEPS) else "Application")
    parts = [f"... on {one}" for one in SHOWN.split("... on ")[1:]]
    return " ".join(one for one in parts if one.split()[2] in {answer, "Refusal"})


@dataclass
class Office:
    """Who asks, and how."""

    database: Database
    executor: Executor
    ana: Principal
    ben: Principal
    admin: Principal
    member: str

    async def data(self, query: str, by: Principal, on: date = TODAY, **variables: Any) -> Any:
        """The data that somebody gets on a day."""
        answer = await self.executor.run(Request(query, variables), by, on)
        found = orjson.loads(answer)
        assert list(found) == ["data"], found
        return found["data"]

    async def done(
        self, mutation: str, by: Principal = ANONYMOUS, on: date = TODAY, **given: Any
    ) -> Any:
        """What a mutation answers."""
        kind = f"{mutation[0].upper()}{mutation[1:]}Input"
        query = (
            f"mutation ($input: {kind}!) {{ {mutation}(input: $input)"
            f" {{ __typename {_shown(mutation)} }} }}"
        )
        return (await self.data(query, by, on, input=given))[mutation]

    async def applied(self, **given: Any) -> tuple[str, str]:
        """A new application: its id, and its key."""
        made = await self.done("applyForMembership", **GIVEN | given)
        reference = made["application"]["reference"]
        data = await self.data(
            """query ($r: String!) { applications(where: {reference: {eq: $r}}) {
                 nodes { id } } }""",
            self.ana,
            r=reference,
        )
        return data["applications"]["nodes"][0]["id"], made["applicationKey"]

    async def version(self, application: str) -> int:
        """The version of an application as it is now."""
        query = "query ($id: ID!) { node(id: $id) { ... on Application { version } } }"
        found: int = (await self.data(query, self.ana, id=application))["node"]["version"]
        return found

    async def reviews(
        self, mutation: str, application: str, by: Principal | None = None, **given: Any
    ) -> Any:
        """A secretary (Ben, unless told) acts on an application as it is now."""
        seen: Mapping[str, Any] = {"version": await self.version(application)}
        if mutation in {"noteApplication", "declareConflict"}:
            seen = {}
        return await self.done(mutation, by or self.ben, application=application, **seen, **given)

    async def approved(self, **given: Any) -> tuple[str, str]:
        """An application that was approved: its id, and its key."""
        application, key = await self.applied(**given)
        await self.reviews("reviewApplication", application)
        await self.reviews("voteOnApplication", application, vote="APPROVE")
        answer = await self.reviews("approveApplication", application)
        assert answer.get("stage") == "APPROVED", answer
        return application, key


def person(role: Role, organisation: int, account: int | None) -> Principal:
    """Somebody with that role."""
    rights = Rights(has_organisation=True, permissions=permissions_of([role]))
    return Principal(rights, organisation, account)


async def office(database: Database) -> Office:
    """Two secretaries, a member with an admin, and terms in force."""
    async with database.pool.acquire() as connection:
        secretariat = await create_organisation(connection, name="Secretariat")
        member = await create_organisation(connection, name="Old member", country="FR")
        await create_membership(connection, member)
        await create_terms(connection, version="1")
        found: list[Principal] = []
        for name, organisation, role in (
            ("Ana", secretariat, Role.SECRETARIAT),
            ("Ben", secretariat, Role.SECRETARIAT),
            ("Max", member, Role.ORGANISATION_ADMIN),
        ):
            account = await create_account(
                connection, name=name, email=f"{name.lower()}@people.example"
            )
            await create_role(connection, account, organisation, role.value)
            found.append(person(role, organisation, account))
    executor = Executor.over(database.pool, Writing(database.active))
    ana, ben, admin = found
    return Office(database, executor, ana, ben, admin, f"org_{member}")
