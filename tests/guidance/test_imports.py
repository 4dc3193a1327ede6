"""Versions from files: whole or not at all, as drafts; what was published stays."""

import csv
from pathlib import Path
from typing import Any

import pytest

from consortium.demo import DATA
from consortium.documents.imports import Report
from consortium.guidance.imports import COLUMNS
from consortium.importing import import_file
from consortium.storage.database import Database
from tests.asking import House
from tests.factories import create_guidance
from tests.guidance.conftest import Guidance, keys, seen

FILE = DATA / "guidance.csv"
HEADER = (*COLUMNS.required, *COLUMNS.optional)
FIRST = {
    "version": "a-1",
    "title": "A guidance",
    "publisher": "A publisher",
    "gate": "gate",
    "gate_title": "The gate",
    "passes_when": "It is so.",
    "criterion": "one",
    "criterion_text": "So it is.",
    "evidence_kind": "TARGET",
    "must_hold": "Who validated it.",
}
MORE = {"version": "a-1", "gate": "gate", "criterion": "one"}


def written(folder: Path, *rows: dict[str, str]) -> Path:
    """A file with these rows."""
    path = folder / "guidance.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, HEADER)
        writer.writeheader()
        writer.writerows(rows)
    return path


async def load(database: Database, path: Path, **given: Any) -> Report:
    """Load a file."""
    with database.active():
        return await import_file("guidance", path, **given)


def counts(report: Report) -> tuple[int, int, int]:
    """How many rows were created, updated, and unchanged."""
    return report.created, report.updated, report.unchanged


async def test_the_demo_s_file_is_a_draft_with_three_gates(
    database: Database, guidance: Guidance
) -> None:
    """In the order of the file; loaded again, it changes nothing."""
    report = await load(database, FILE)
    before = await database.pool.fetch("SELECT * FROM guidance_version")
    again = await load(database, FILE)

    assert (counts(report), report.rejected) == ((11, 0, 0), [])
    assert counts(again) == (0, 0, 11)
    assert await database.pool.fetch("SELECT * FROM guidance_version") == before
    version = await guidance.read({"id": "guidance_1"}, guidance.secretary)
    assert (version["reference"], version["status"]) == ("wbcsd-2023", "DRAFT")
    assert keys(version) == [
        "climate-action-credibility",
        "climate-science-alignment",
        "contribution-legitimacy",
    ]
    asked = [
        [[evidence["kind"] for evidence in one["evidence"]] for one in gate["criteria"]]
        for gate in version["gates"]
    ]
    assert asked == [
        [["INVENTORY", "ASSURANCE_STATEMENT"], ["TARGET", "TARGET"], ["PROGRESS_REPORT"]],
        [["SCIENTIFIC_REFERENCE", "TAXONOMY_ENTRY"], ["DECLARATION"]],
        [["DECLARATION", "CAUSAL_EXPLANATION"], ["SIGNIFICANCE"]],
    ]


async def test_a_draft_follows_its_file(
    database: Database, guidance: Guidance, tmp_path: Path
) -> None:
    """Gates come, go and move; those that stay the same keep their ids."""
    gates = [
        FIRST | {"gate": gate, "gate_title": f"The gate {gate}"} for gate in ("one", "two", "three")
    ]
    await load(database, written(tmp_path, *gates))
    ids = "SELECT key, id FROM guidance_gate ORDER BY position"
    before = dict([tuple(row) for row in await database.pool.fetch(ids)])

    changed = [FIRST | {"gate": "new"}, gates[2], gates[0] | {"passes_when": "Otherwise."}]
    report = await load(database, written(tmp_path, *changed))

    after = dict([tuple(row) for row in await database.pool.fetch(ids)])
    assert counts(report) == (0, 3, 0)
    assert list(after) == ["new", "three", "one"]
    assert (after["three"], after["one"]) == (before["three"], before["one"])
    version = await guidance.read({"id": "guidance_1"}, guidance.secretary)
    assert [gate["passesWhen"] for gate in version["gates"]] == [
        "It is so.",
        "It is so.",
        "Otherwise.",
    ]
    assert version["version"] == 2


async def test_what_was_published_is_not_touched(
    database: Database, guidance: Guidance, tmp_path: Path
) -> None:
    """The same file changes nothing, another one is refused as a whole."""
    path = written(tmp_path, FIRST)
    await load(database, path)
    draft = await guidance.read({"id": "guidance_1"}, guidance.secretary)
    await guidance.do("publishGuidanceVersion", **seen(draft))
    before = await guidance.house.digest()

    other = FIRST | {"version": "a-2"}
    refused = await load(database, written(tmp_path, other, FIRST | {"must_hold": "Else."}))
    same = await load(database, written(tmp_path, FIRST), dry_run=True)

    assert [(one.line, one.column) for one in refused.rejected] == [(3, "version")]
    assert "What was published never changes" in refused.rejected[0].reason
    assert not refused.loaded
    assert counts(same) == (0, 0, 1)
    assert await guidance.house.digest() == before


@pytest.mark.parametrize(
    ("rows", "line", "column", "reason"),
    [
        ([FIRST | {"version": "A 1"}], 2, "version", "small letters"),
        ([FIRST | {"version": ""}], 2, "version", "a value is needed"),
        ([FIRST | {"title": ""}], 2, "title", "a value is needed"),
        ([FIRST | {"title": "a" * 301}], 2, "title", "longer than 300"),
        ([FIRST | {"issued_on": "2023"}], 2, "issued_on", "not a date"),
        ([FIRST | {"replaces": "none"}], 2, "replaces", "no version none"),
        ([FIRST | {"replaces": "a-1"}], 2, "replaces", "no version a-1"),
        ([FIRST | {"replaces": "draft"}], 2, "replaces", "one that was published"),
        ([FIRST | {"gate": "a--b"}], 2, "gate", "small letters"),
        ([FIRST | {"gate_title": ""}], 2, "gate_title", "a value is needed"),
        ([FIRST | {"valid_months": "0"}], 2, "valid_months", "whole number of 1"),
        ([FIRST | {"valid_months": "1.5"}], 2, "valid_months", "whole number"),
        ([FIRST | {"valid_months": "601"}], 2, "valid_months", "more than 600"),
        ([FIRST | {"criterion_required": "perhaps"}], 2, "criterion_required", "none of: yes, no"),
        ([FIRST | {"evidence_kind": "HEARSAY"}], 2, "evidence_kind", "none of: inventory"),
        ([FIRST | {"evidence_kind": ""}], 2, "evidence_kind", "a value is needed"),
        ([FIRST | {"must_hold": ""}], 2, "must_hold", "a value is needed"),
        ([FIRST, FIRST], 3, "must_hold", "line 2 asks for the same"),
        ([FIRST, MORE], 3, "evidence_kind", "line 2 has this criterion already"),
        ([FIRST, FIRST | {"title": "B", "must_hold": "B"}], 3, "title", "line 2 says otherwise"),
        ([FIRST, FIRST | {"edition": "1", "must_hold": "B"}], 3, "edition", "says otherwise"),
        ([FIRST, FIRST | {"gate_title": "B", "must_hold": "B"}], 3, "gate_title", "line 2 says"),
        (
            [FIRST, FIRST | {"criterion_text": "B", "must_hold": "B"}],
            3,
            "criterion_text",
            "line 2 says otherwise",
        ),
    ],
)
async def test_what_is_wrong_names_its_line_and_column(
    database: Database,
    tmp_path: Path,
    rows: list[dict[str, str]],
    line: int,
    column: str,
    reason: str,
) -> None:
    """And nothing is kept of the file."""
    await create_guidance(database.pool, reference="draft")
    before = await House(database).digest()

    report = await load(database, written(tmp_path, *rows))

    found = [(one.line, one.column) for one in report.rejected]
    assert (line, column) in found, report.rejected
    assert any(reason in one.reason for one in report.rejected)
    assert {one for one, _ in found} == {line}
    assert not report.loaded
    assert await House(database).digest() == before


async def test_later_rows_may_leave_blank_what_was_said(
    database: Database, guidance: Guidance, tmp_path: Path
) -> None:
    """Or say it again. A criterion without evidence has a row of its own."""
    rows = [
        FIRST | {"evidence_required": "no"},
        MORE | {"evidence_kind": "document", "must_hold": "A report."},
        FIRST | {"evidence_kind": "INVENTORY"},
        MORE | {"criterion": "two", "criterion_text": "And so.", "criterion_required": "No"},
    ]
    report = await load(database, written(tmp_path, *rows))

    version = await guidance.read({"id": "guidance_1"}, guidance.secretary)
    one, two = version["gates"][0]["criteria"]
    assert report.created == 4
    assert [(e["kind"], e["required"]) for e in one["evidence"]] == [
        ("TARGET", False),
        ("DOCUMENT", True),
        ("INVENTORY", True),
    ]
    assert (two["key"], two["required"], two["evidence"]) == ("two", False, [])


async def test_a_version_of_a_file_replaces_a_published_one(
    database: Database, guidance: Guidance, tmp_path: Path
) -> None:
    await create_guidance(database.pool, "PUBLISHED", reference="old")

    await load(database, written(tmp_path, FIRST | {"replaces": "old"}))

    version = await guidance.read({"id": "guidance_2"}, guidance.secretary)
    assert version["replaces"] == {"reference": "old"}


async def test_a_file_with_too_many_criteria_is_refused(database: Database, tmp_path: Path) -> None:
    rows = [FIRST | {"criterion": f"c-{at}"} for at in range(51)]

    report = await load(database, written(tmp_path, *rows))

    assert [one.column for one in report.rejected] == ["version"]
    assert "50 criteria" in report.rejected[0].reason
    assert await database.pool.fetchval("SELECT count(*) FROM guidance_version") == 0
