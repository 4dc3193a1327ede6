"""Drafts of claims land as a file: the same drafts as those that are made one by one."""

from typing import Any

import pytest

from consortium.evidence.actions import DocumentFacts
from consortium.staging.actions.imports import EndImport, commit_import, discard_import, stage
from consortium.staging.rules.claim_sheets import CLAIM_SHEETS
from consortium.staging.rules.imports import ImportFaulty
from consortium.staging.rules.kinds import ImportKind
from consortium.storage.database import Database
from tests.assessment.story import STATEMENT, Story, story
from tests.factories.guidance import create_guidance
from tests.served import TODAY
from tests.staging.workbooks import Rows, sheet_rows

FILE = DocumentFacts("claims.xlsx", "text/csv", 10, "0" * 64)
RECORDED = ("assessed_claim", "claim_step", "claim_evidence", "citation")


@pytest.fixture
async def told(database: Database) -> Story:
    """An effect of 1 000 t, its owner and others."""
    return await story(database)


async def named(told: Story) -> dict[str, str]:
    """The effect and the guidance as a file names them."""
    row = await told.pool.fetchrow(
        "SELECT s.reference AS solution, e.reference AS effect, g.reference AS guidance"
        " FROM effect e JOIN solution s ON s.id = e.solution_id, guidance_version g"
        " WHERE e.id = $1 AND g.id = $2",
        told.effect_id,
        told.guidance_id,
    )
    return {"reference": "pumps-2025", "statement": STATEMENT, **dict(row)}


async def gates(told: Story) -> list[tuple[str, str]]:
    """The criteria of the guidance, with their gates, by their keys."""
    rows = await told.pool.fetch(
        "SELECT g.key, c.key FROM guidance_gate g JOIN guidance_criterion c ON c.gate_id = g.id"
        " WHERE g.guidance_version_id = $1 ORDER BY g.position",
        told.guidance_id,
    )
    return [tuple(row) for row in rows]


def shown(gate: str, criterion: str, **given: str) -> dict[str, str]:
    """A row of evidence."""
    about = {"claim": "pumps-2025", "gate": gate, "criterion": criterion, "kind": "TARGET"}
    source = {"source_url": "https://targets.example"}
    return about | {"title": "Our target"} | source | given


async def staged(told: Story, rows: Rows, by: str = "owner") -> int:
    """The import of rows, by a member."""
    return await stage(told.of(by), ImportKind.CLAIMS, FILE, sheet_rows(rows), TODAY)


async def faults_of(told: Story, key: int) -> list[tuple[Any, ...]]:
    """What is wrong, with the words."""
    rows = await told.pool.fetch(
        "SELECT sheet, number, sheet_column, code, message FROM staged_fault"
        " WHERE staged_import_id = $1 ORDER BY position",
        key,
    )
    return [tuple(row) for row in rows]


async def recorded(told: Story) -> list[int]:
    """How many rows there are."""
    return [await told.pool.fetchval(f"SELECT count(*) FROM {one}") for one in RECORDED]  # noqa: S608


async def test_a_file_makes_the_drafts_that_one_by_one_are_made(told: Story) -> None:
    """By reference or by allocation, with evidence; one entry of the trail; or nothing at all."""
    allocation = await told.shared(("owner", "0.6"), ("second", "0.4"))
    before = await recorded(told)
    rows: Rows = {
        "claims": [await named(told)],
        "evidence": [shown(*one) for one in await gates(told)],
    }
    taken_back, key = [await staged(told, rows) for _ in range(2)]
    await discard_import(told.of("owner"), EndImport(taken_back, 1), TODAY)

    assert await faults_of(told, key) == []
    assert await recorded(told) == before

    entries = await told.pool.fetchval("SELECT max(id) FROM audit_entry")
    await commit_import(told.of("owner"), EndImport(key, 1), TODAY)
    actions = await told.pool.fetch("SELECT action FROM audit_entry WHERE id > $1", entries)
    other = (await named(told)) | {"solution": "", "effect": f"allocation_{allocation}"}
    of_party = await staged(told, {"claims": [other]}, "second")
    await commit_import(told.of("second"), EndImport(of_party, 1), TODAY)
    drafts = await told.pool.fetch(
        "SELECT organisation_id, effect_id, guidance_version_id, status, statement, visibility,"
        " claim_kg_co2e FROM assessed_claim ORDER BY id"
    )
    about = (told.effect_id, told.guidance_id, "DRAFT", STATEMENT, "PRIVATE", None)

    assert [row[0] for row in actions] == ["import:commit"]
    assert [tuple(row) for row in drafts] == [
        (told.members["owner"], *about),
        (told.members["second"], *about),
    ]
    assert await told.pool.fetchval("SELECT count(*) FROM claim_evidence") == len(await gates(told))
    assert await told.pool.fetchval("SELECT max(kind) FROM staged_import") == "CLAIMS"
    # It goes on as any draft.
    first = await told.pool.fetchval("SELECT min(id) FROM assessed_claim")
    claim = await told.now({"id": f"assessed_{first}"})
    submitted = await told.do("submitClaim", told.of("owner"), claim)
    assert submitted["status"] == "SUBMITTED"


async def test_faults_are_told_at_their_cells_with_what_would_be_right(told: Story) -> None:
    """Several in one file, each row looked at by itself; nothing of it is recorded."""
    async with told.pool.acquire() as connection:
        retired = await create_guidance(connection, "RETIRED", reference="old")
        await create_guidance(connection, reference="being-written")
    right, before = await named(told), await recorded(told)
    [(gate, criterion), *_] = await gates(told)
    rows: Rows = {
        "claims": [
            right | {"reference": "a", "effect": "none"},
            right | {"reference": "b", "solution": "none"},
            right | {"reference": "c", "solution": ""},
            right | {"reference": "d", "effect": "solution_1"},
            right | {"reference": "e", "effect": "allocation_999"},
            right | {"reference": "f", "effect": "effect_999", "guidance": "being-written"},
            right | {"statement": "Our pumps make you carbon neutral."},
            right | {"reference": "again"},
            right | {"reference": "again", "effect": "effect_998"},
            right | {"reference": ""},
        ],
        "evidence": [
            shown(gate, criterion, claim="none"),
            shown(gate, "none"),
            shown(gate, criterion, kind="HEARSAY", claim="again"),
        ],
    }
    key = await staged(told, rows)
    faults = await faults_of(told, key)

    assert [one[:4] for one in faults] == [
        ("claims", 2, "effect", "IMPORT_NAMES_NOTHING"),
        ("claims", 3, "solution", "IMPORT_NAMES_NOTHING"),
        ("claims", 4, "solution", "IMPORT_NAMES_NOTHING"),
        ("claims", 5, "effect", "ID_INVALID"),
        ("claims", 6, "effect", "NOT_FOUND"),
        ("claims", 7, "guidance", "IMPORT_NAMES_NOTHING"),
        ("claims", 10, "reference", "IMPORT_ROW_TWICE"),
        ("claims", 11, "reference", "CELL_INVALID"),
        ("evidence", 2, "claim", "IMPORT_NAMES_NOTHING"),
        ("evidence", 3, "criterion", "IMPORT_NAMES_NOTHING"),
        ("evidence", 4, "kind", "CELL_INVALID"),
    ]
    with pytest.raises(ImportFaulty):
        await commit_import(told.of("owner"), EndImport(key, 1), TODAY)
    assert await recorded(told) == before

    twice: Rows = {
        "claims": [
            right | {"reference": "a", "guidance": "old"},
            right | {"reference": "b", "solution": "", "effect": f"effect_{told.effect_id}"},
        ]
    }
    misleading: Rows = {"claims": [right | {"statement": "Our pumps make you carbon neutral."}]}
    sourceless: Rows = {"claims": [right], "evidence": [shown(gate, criterion, source_url="")]}
    told_of = [await faults_of(told, await staged(told, one)) for one in (twice, misleading)]

    assert [one[:4] for one in told_of[0]] == [
        ("claims", 2, "guidance", "CLAIM_GUIDANCE_NOT_IN_USE"),
        ("claims", 3, "effect", "IMPORT_ROW_TWICE"),
    ]
    assert "Row 2 claims this effect already" in told_of[0][1][4]
    [(*place, words)] = told_of[1]
    assert place == ["claims", 2, "statement", "WORDING_MISLEADING"]
    assert '"carbon neutral" at character 20: ' in words
    assert [one[:4] for one in await faults_of(told, await staged(told, sourceless))] == [
        ("evidence", 2, "source_url", "CLAIM_EVIDENCE_NOTHING")
    ]
    assert retired
    assert await recorded(told) == before


async def test_what_is_not_ones_own_is_not_claimed_by_a_file(told: Story) -> None:
    """Of a private effect and an allocation of others nothing is told; of a public one, why not."""
    allocation = await told.shared(("owner", "0.6"), ("second", "0.4"))
    right = (await named(told)) | {"solution": ""}
    before = await recorded(told)
    of_others = [f"allocation_{allocation}", f"effect_{told.effect_id}"]
    rows: Rows = {
        "claims": [
            right | {"reference": f"r{at}", "effect": one}
            for at, one in enumerate([*of_others, "allocation_999", "effect_999"])
        ]
    }
    await told.pool.execute("UPDATE effect SET visibility = 'PRIVATE'")
    hidden = await faults_of(told, await staged(told, rows, "stranger"))
    for table in ("solution", "effect"):
        await told.pool.execute(f"UPDATE {table} SET visibility = 'PUBLIC'")  # noqa: S608
    seen = await faults_of(
        told, await staged(told, {"claims": [right | {"effect": of_others[1]}]}, "stranger")
    )

    assert [one[:4] for one in hidden] == [
        ("claims", number, "effect", "NOT_FOUND") for number in (2, 3, 4, 5)
    ]
    assert len({one[4] for one in hidden}) == 1
    assert [one[:4] for one in seen] == [("claims", 2, "effect", "CLAIM_WITHOUT_SHARE")]
    assert await recorded(told) == before


def test_the_example_of_the_template_is_one_claim_with_evidence() -> None:
    """Its own columns, filled as they come."""
    filled = {
        sheet.name: {one.name for one in sheet.columns if one.example} for sheet in CLAIM_SHEETS
    }

    assert filled == {sheet.name: set(sheet.names) for sheet in CLAIM_SHEETS}
