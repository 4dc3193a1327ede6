"""A guidance from a file to its correction, by GraphQL over HTTP."""

from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest
from starlette.requests import Request

from consortium.demo import DATA
from consortium.identity.oauth.authorization import Approval, AuthorizationRequest
from consortium.identity.rules.roles import Role
from consortium.importing import import_file
from consortium.storage.database import Database
from tests.identity.oauth.world import create_client
from tests.journeys.test_membership import ALL_SCOPES, Desk
from tests.people import account, organisation
from tests.served import served

VERSIONS = """{ guidanceVersions { nodes { reference status publishedOn
  replaces { reference } replacedBy { reference }
  gates { key title passesWhen validMonths criteria { key text required
    evidence { kind mustHold required } } } } } }"""
OWN = """{ guidanceVersions(where: {status: {eq: DRAFT}}) { nodes { id version
  gates { key title passesWhen validMonths criteria { key text required
    evidence { kind mustHold required } } } } } }"""
SHOWN = "... on GuidanceVersion { id version status publishedOn }"


@pytest.fixture
async def desk(database: Database, tmp_path: Path) -> AsyncGenerator[Desk]:
    """Two secretaries and a member's editor."""
    secretariat, member = await organisation("Secretariat"), await organisation("A member")
    made: list[Desk] = []

    async def interaction(request: Request, asked: AuthorizationRequest) -> Approval:
        return await made[0](request, asked)

    async with served(
        database, today=lambda: made[0].day, interaction=interaction, data_dir=tmp_path
    ) as api:
        made.append(Desk(api, secretariat))
        made[0].program = await create_client(database.pool, scopes=ALL_SCOPES)
        for name, where, role in (
            ("ana", secretariat, Role.SECRETARIAT),
            ("ben", secretariat, Role.SECRETARIAT),
            ("eve", member, Role.EDITOR),
        ):
            person = await account(f"{name}@people.example", (where, role), password=None)
            await made[0].joins(name, person, where)
        yield made[0]


async def versions(desk: Desk, name: str | None = None) -> list[Any]:
    """What somebody reads."""
    found: list[Any] = (await desk.asked(name, VERSIONS))["guidanceVersions"]["nodes"]
    return found


async def draft_of(desk: Desk, name: str) -> Any:
    """The one draft, as a secretary reads it."""
    [found] = (await desk.asked(name, OWN))["guidanceVersions"]["nodes"]
    return found


def first_gate(draft: Any, **changes: Any) -> dict[str, Any]:
    """The input that puts the first gate as it was read, with changes."""
    gate: dict[str, Any] = draft["gates"][0]
    seen = {"guidanceVersion": draft["id"], "version": draft["version"]}
    return gate | seen | changes


async def test_from_a_file_to_a_correction(desk: Desk, database: Database) -> None:
    """Loaded, corrected by one of two secretaries, published, replaced, and retired."""
    with database.active():
        report = await import_file("guidance", DATA / "guidance.csv")
    assert (report.loaded, report.created) == (True, 11)
    # Nobody but the secretariat hears of the draft.
    assert await versions(desk) == await versions(desk, "eve") == []

    # Both read it, and both correct the first gate.
    ana, ben = await draft_of(desk, "ana"), await draft_of(desk, "ben")
    put = await desk.done("ana", "putGuidanceGate", SHOWN, **first_gate(ana, validMonths=24))
    late = await desk.done("ben", "putGuidanceGate", SHOWN, **first_gate(ben, title="Ben's"))
    assert put["version"] == 2
    assert (late["code"], late["path"]) == ("CHANGED_MEANWHILE", ["version"])
    assert "you saw version 1, it is 2 now" in late["message"]
    draft = await draft_of(desk, "ben")
    assert (draft["gates"][0]["title"], draft["gates"][0]["validMonths"]) == (
        "Climate action credibility",
        24,
    )

    # A member cannot publish what it does not see.
    seen = {"guidanceVersion": draft["id"], "version": draft["version"]}
    stranger = await desk.done("eve", "publishGuidanceVersion", SHOWN, **seen)
    assert stranger["code"] == "NOT_FOUND"
    published = await desk.done("ben", "publishGuidanceVersion", SHOWN, **seen)
    assert (published["status"], published["publishedOn"]) == ("PUBLISHED", desk.day.isoformat())

    # Anybody reads it, down to the evidence, and nobody changes it any more.
    [shown] = await versions(desk)
    assert [len(gate["criteria"]) for gate in shown["gates"]] == [3, 2, 2]
    assert shown["gates"][1]["criteria"][1]["evidence"] == [
        {
            "kind": "DECLARATION",
            "mustHold": "Whether the solution is applied directly to any of these, yes or no, and"
            " the reason for the answer.",
            "required": True,
        }
    ]
    seen["version"] = published["version"]
    refused = await desk.done("ana", "updateGuidanceVersion", SHOWN, **seen, title="Another")
    assert refused["code"] == "GUIDANCE_PUBLISHED"
    assert await versions(desk) == [shown]

    await _corrected(desk, published["id"], seen, shown)


async def _corrected(desk: Desk, old: str, seen: dict[str, Any], shown: Any) -> None:
    """A new version that names the one it replaces, which is then retired."""
    desk.passes(30)
    new = await desk.done(
        "ana",
        "createGuidanceVersion",
        SHOWN,
        reference="wbcsd-2023.2",
        edition="Version 1, corrected",
        copyOf=old,
        replaces=old,
    )
    draft = await draft_of(desk, "ana")
    # All else is as it was copied.
    assert draft["gates"] == shown["gates"]
    last = {"guidanceVersion": new["id"], "version": new["version"]}
    removed = await desk.done(
        "ana", "removeGuidanceGate", SHOWN, **last, key="contribution-legitimacy"
    )
    last["version"] = removed["version"]
    await desk.done("ana", "publishGuidanceVersion", SHOWN, **last)
    retired = await desk.done(
        "ana", "retireGuidanceVersion", SHOWN, **seen, reason="Replaced by its correction."
    )
    assert retired["status"] == "RETIRED"

    first, second = await versions(desk, "eve")
    assert first == shown | {"status": "RETIRED", "replacedBy": [{"reference": "wbcsd-2023.2"}]}
    assert (second["reference"], second["status"]) == ("wbcsd-2023.2", "PUBLISHED")
    assert second["replaces"] == {"reference": "wbcsd-2023"}
    assert second["gates"] == shown["gates"][:2]


async def test_the_trail_tells_who_did_what(desk: Desk, database: Database) -> None:
    """Each step is one entry by the secretary, with the rows that it changed."""
    with database.active():
        await import_file("guidance", DATA / "guidance.csv")
    draft = await draft_of(desk, "ana")
    await desk.done("ana", "putGuidanceGate", SHOWN, **first_gate(draft, title="Another"))

    data = await desk.asked(
        "ben",
        """{ auditEntries(where: {action: {eq: "guidance-gate:put"}}) { nodes { note
             actor { name } changes { nodes { table row } } } } }""",
    )
    [entry] = data["auditEntries"]["nodes"]
    changed = {one["table"] for one in entry["changes"]["nodes"]}
    assert (entry["note"], entry["actor"]) == ("climate-action-credibility", {"name": "Wei Chen"})
    assert changed == {
        "guidance_version",
        "guidance_gate",
        "guidance_criterion",
        "guidance_evidence",
    }
    assert draft["id"] in {one["row"] for one in entry["changes"]["nodes"]}
