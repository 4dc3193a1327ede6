"""A version is drafted, corrected, published and retired; whatever is refused changes nothing."""

import asyncio
from typing import Any

import pytest

from consortium.kernel.principal import Principal, Rights
from tests.guidance.conftest import Guidance, criterion, keys, seen
from tests.served import TODAY


async def test_a_draft_says_what_it_was_told(guidance: Guidance) -> None:
    """Texts are trimmed, the source is kept, and it has no gate."""
    draft = await guidance.draft(
        title=" Guidance on avoided emissions ",
        edition="1",
        issuedOn="2023-03-22",
        sourceUrl="https://a.example",
        sourceTitle="A page",
    )

    assert draft == draft | {
        "reference": "wbcsd-2023",
        "title": "Guidance on avoided emissions",
        "edition": "1",
        "issuedOn": "2023-03-22",
        "status": "DRAFT",
        "publishedOn": None,
        "version": 1,
        "source": {"url": "https://a.example", "title": "A page"},
        "replaces": None,
        "gates": [],
    }
    assert await guidance.read(draft) is None


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"reference": "A B"}, "GUIDANCE_REFERENCE_INVALID"),
        ({"reference": "taken"}, "GUIDANCE_REFERENCE_TAKEN"),
        ({"reference": " taken "}, "GUIDANCE_REFERENCE_TAKEN"),
        ({"title": None}, "GUIDANCE_TEXT_INVALID"),
        ({"publisher": " "}, "GUIDANCE_TEXT_INVALID"),
        ({"edition": "a" * 101}, "GUIDANCE_TEXT_INVALID"),
        ({"sourceTitle": "a" * 301}, "GUIDANCE_TEXT_INVALID"),
        ({"copyOf": "guidance_999"}, "NOT_FOUND"),
        ({"replaces": "guidance_999"}, "NOT_FOUND"),
        ({"replaces": "org_1"}, "NOT_FOUND"),
        ({"replaces": "guidance_1"}, "GUIDANCE_REPLACES_DRAFT"),
    ],
)
async def test_no_draft_is_made_of_what_does_not_fit(
    guidance: Guidance, given: dict[str, Any], code: str
) -> None:
    taken = await guidance.draft("taken")
    assert taken["id"] == "guidance_1"
    told = {"reference": "new", "title": "New", "publisher": "WBCSD"} | given

    assert await guidance.refused("createGuidanceVersion", **told) == code


async def test_an_update_keeps_what_it_does_not_name(guidance: Guidance) -> None:
    """What is to go is named; null says nothing; each change counts."""
    draft = await guidance.draft(edition="1", issuedOn="2023-03-22", sourceUrl="https://a.example")

    first = await guidance.do("updateGuidanceVersion", **seen(draft), title="Better")
    second = await guidance.do(
        "updateGuidanceVersion",
        **seen(first),
        title=None,
        clear=["EDITION", "ISSUED_ON", "SOURCE", "REPLACES"],
    )

    assert first == draft | {"title": "Better", "version": 2}
    assert second == first | {"edition": None, "issuedOn": None, "source": None, "version": 3}


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"reference": ""}, "GUIDANCE_REFERENCE_INVALID"),
        ({"reference": "taken"}, "GUIDANCE_REFERENCE_TAKEN"),
        ({"title": " "}, "GUIDANCE_TEXT_INVALID"),
        ({"replaces": "guidance_1"}, "GUIDANCE_REPLACES_DRAFT"),
        ({"replaces": "guidance_2"}, "GUIDANCE_REPLACES_DRAFT"),
        ({"version": 3}, "CHANGED_MEANWHILE"),
        ({"version": 0}, "CHANGED_MEANWHILE"),
    ],
)
async def test_no_update_leaves_a_version_that_does_not_fit(
    guidance: Guidance, given: dict[str, Any], code: str
) -> None:
    await guidance.draft("taken")
    draft = await guidance.draft("own")
    assert draft["id"] == "guidance_2"

    assert await guidance.refused("updateGuidanceVersion", **seen(draft) | given) == code


async def test_whoever_comes_second_hears_what_it_is_now(guidance: Guidance) -> None:
    """Two secretaries read the same version; the second one decides anew."""
    draft = await guidance.draft()
    await guidance.do("updateGuidanceVersion", **seen(draft), title="Ana's")

    refusal = await guidance.do("updateGuidanceVersion", **seen(draft), title="Ben's")

    assert refusal["code"] == "CHANGED_MEANWHILE"
    assert "you saw version 1, it is 2 now" in refusal["message"]


async def test_of_many_at_once_one_is_heard(guidance: Guidance) -> None:
    """Eight secretaries put a gate into the version that all of them read."""
    draft = await guidance.draft()

    answers = await asyncio.gather(*(guidance.put(draft, f"gate-{at}") for at in range(8)))

    refused = [one for one in answers if "code" in one]
    [done] = [one for one in answers if "code" not in one]
    assert [one["code"] for one in refused] == ["CHANGED_MEANWHILE"] * 7
    assert await guidance.read(draft, guidance.secretary) == done
    assert (len(done["gates"]), done["version"]) == (1, 2)


async def test_of_many_drafts_at_once_one_has_the_reference(guidance: Guidance) -> None:
    answers = await asyncio.gather(*(guidance.draft() for _ in range(8)))

    codes = sorted(one.get("code", "") for one in answers)
    assert codes == ["", *["GUIDANCE_REFERENCE_TAKEN"] * 7]


async def test_gates_are_put_replaced_moved_and_removed(guidance: Guidance) -> None:
    """Each whole; the places have no gap; a gate that stays keeps its id."""
    version = await guidance.draft()
    for key in ("a", "b", "c"):
        version = await guidance.put(version, key)
    assert keys(version) == ["a", "b", "c"]
    first = {gate["key"]: gate for gate in version["gates"]}
    query = "{ guidanceVersions { nodes { gates { id key } } } }"
    before = await guidance.house.ask(query, guidance.secretary)

    version = await guidance.put(version, "c", position=1, criteria=[criterion("only")])
    assert keys(version) == ["c", "a", "b"]
    assert version["gates"][0]["criteria"] == [
        {
            "position": 1,
            "key": "only",
            "text": "Text only",
            "required": True,
            "evidence": [
                {"position": 1, "kind": "TARGET", "mustHold": "What only asks.", "required": True}
            ],
        }
    ]
    assert version["gates"][1] == first["a"] | {"position": 2}
    after = await guidance.house.ask(query, guidance.secretary)
    ids = [
        {gate["key"]: gate["id"] for gate in one["guidanceVersions"]["nodes"][0]["gates"]}
        for one in (before, after)
    ]
    assert ids[0] == ids[1]

    version = await guidance.do("removeGuidanceGate", **seen(version), key="a")
    version = await guidance.put(version, "d", position=2, validMonths=12)
    assert keys(version) == ["c", "d", "b"]
    assert version["gates"][1]["validMonths"] == 12
    assert version["version"] == 7


@pytest.mark.parametrize(
    ("given", "code", "path"),
    [
        ({"key": "No key"}, "GUIDANCE_KEY_INVALID", ["key"]),
        ({"validMonths": 0}, "GUIDANCE_VALIDITY_INVALID", ["validMonths"]),
        ({"position": 3}, "GUIDANCE_POSITION_INVALID", ["position"]),
        (
            {"criteria": [criterion("a"), criterion("a")]},
            "GUIDANCE_KEY_TWICE",
            ["criteria", "1", "key"],
        ),
        (
            {"criteria": [criterion("a", evidence=[{"kind": "TARGET", "mustHold": ""}])]},
            "GUIDANCE_TEXT_INVALID",
            ["criteria", "0", "evidence", "0", "mustHold"],
        ),
    ],
)
async def test_a_gate_that_does_not_fit_is_not_put(
    guidance: Guidance, given: dict[str, Any], code: str, path: list[str]
) -> None:
    version = await guidance.put(await guidance.draft(), "first")
    before = await guidance.house.digest()

    refusal = await guidance.put(version, "second", **given)

    assert (refusal["code"], refusal["path"]) == (code, path)
    assert await guidance.house.digest() == before


async def test_a_version_without_gates_or_criteria_is_not_published(guidance: Guidance) -> None:
    """The reason names the gate that decides nothing."""
    draft = await guidance.draft()
    assert await guidance.refused("publishGuidanceVersion", **seen(draft)) == "GUIDANCE_INCOMPLETE"
    draft = await guidance.put(await guidance.put(draft, "full"), "empty", criteria=[])

    before = await guidance.house.digest()
    refusal = await guidance.do("publishGuidanceVersion", **seen(draft))

    assert refusal["code"] == "GUIDANCE_INCOMPLETE"
    assert "in: empty." in refusal["message"]
    assert await guidance.house.digest() == before


async def test_what_is_published_never_changes(guidance: Guidance) -> None:
    """Everyone reads it from then on, and nobody can change, or publish it again."""
    version = await guidance.published()
    changes: dict[str, dict[str, Any]] = {
        "updateGuidanceVersion": {"title": "Another"},
        "putGuidanceGate": {"key": "x", "title": "X", "passesWhen": "X", "criteria": []},
        "removeGuidanceGate": {"key": "first"},
        "publishGuidanceVersion": {},
    }

    assert (version["status"], version["publishedOn"]) == ("PUBLISHED", TODAY.isoformat())
    assert await guidance.read(version) == version
    for mutation, given in changes.items():
        assert await guidance.refused(mutation, **seen(version), **given) == "GUIDANCE_PUBLISHED"
    assert await guidance.read(version) == version


async def test_a_correction_is_a_new_version_that_replaces_the_old(guidance: Guidance) -> None:
    """It begins as a copy with gates and all; the old one tells of it once it is published."""
    old = await guidance.published(edition="1", sourceUrl="https://a.example")

    new = await guidance.do(
        "createGuidanceVersion",
        reference="wbcsd-2023.2",
        edition="1, corrected",
        copyOf=old["id"],
        replaces=old["id"],
    )
    assert new == old | {
        "id": new["id"],
        "reference": "wbcsd-2023.2",
        "edition": "1, corrected",
        "status": "DRAFT",
        "publishedOn": None,
        "version": 1,
        "replaces": {"reference": "wbcsd-2023"},
    }
    # Nobody else hears of a draft.
    assert (await guidance.read(old))["replacedBy"] == []

    new = await guidance.put(new, "first", title="Corrected")
    await guidance.do("publishGuidanceVersion", **seen(new))

    found = await guidance.read(old)
    assert found == old | {"replacedBy": [{"reference": "wbcsd-2023.2"}]}


async def test_a_retired_version_stays_readable(guidance: Guidance) -> None:
    """With the day and the reason; once."""
    version = await guidance.published()
    blank = await guidance.refused("retireGuidanceVersion", **seen(version), reason=" ")
    assert blank == "GUIDANCE_TEXT_INVALID"

    retired = await guidance.do("retireGuidanceVersion", **seen(version), reason="Replaced.")

    assert retired == version | {
        "status": "RETIRED",
        "retiredOn": TODAY.isoformat(),
        "retiredBecause": "Replaced.",
        "version": version["version"] + 1,
    }
    assert await guidance.read(retired) == retired
    again = await guidance.refused("retireGuidanceVersion", **seen(retired), reason="Again.")
    assert again == "GUIDANCE_NOT_PUBLISHED"


async def test_a_draft_is_not_retired(guidance: Guidance) -> None:
    draft = await guidance.draft()

    code = await guidance.refused("retireGuidanceVersion", **seen(draft), reason="Never mind.")

    assert code == "GUIDANCE_NOT_PUBLISHED"


async def test_a_token_without_the_scope_manages_nothing(guidance: Guidance) -> None:
    """Whoever the person is: a program does what it was given leave for."""
    version = await guidance.published()
    person = guidance.secretary
    may = person.rights.permissions - {
        one for one in person.rights.permissions if one == "guidance:manage"
    }
    program = Principal(
        Rights(has_organisation=True, permissions=may), person.organisation_id, person.account_id
    )

    code = await guidance.house.refused(
        "retireGuidanceVersion", program, **seen(version), reason="Mine."
    )

    assert code == "PERMISSION_DENIED"
