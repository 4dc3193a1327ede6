"""The statement of a claim: what it says, when it may not be used, and in how much room."""

import io
from datetime import date
from pathlib import Path
from typing import Any

import pypdf
import pytest

from consortium.assessment.reports.statement import banner, claim_statement
from consortium.assessment.rules.statuses import ClaimStatus
from consortium.documents.pdf import LETTERS_MISSING
from tests.effects.test_statement import EFFECT
from tests.factories.fonts import DRAWN, drawn_font

TODAY = date(2026, 11, 23)
LINK = {"url": "https://targets.example", "title": "Targets"}
CLAIM: dict[str, Any] = {
    "id": "assessed_7",
    "reference": "pumps-2026",
    "version": 9,
    "status": "PUBLISHED",
    "statement": "Our heat pumps avoid emissions against gas boilers.",
    "claim": "600.5",
    "uncertainty": "0.1",
    "specificity": "REGIONAL",
    "timeframe": "YEAR_ON_YEAR",
    "year": 2026,
    "visibility": "PUBLIC",
    "publishedOn": "2026-03-01",
    "expiresOn": "2027-03-01",
    "endedOn": None,
    "endedBecause": None,
    "kept": "1",
    "assuranceLevel": "LIMITED",
    "assuredOn": "2026-02-20",
    "assuranceBody": {"name": "The assurer"},
    "organisation": {"name": "Member"},
    "guidanceVersion": {
        "reference": "wbcsd-2023",
        "title": "Guidance on avoided emissions",
        "publisher": "WBCSD",
        "edition": "v1",
        "source": {"url": "https://guidance.example", "title": ""},
    },
    "restates": {"id": "assessed_3", "reference": "pumps-2025", "status": "RESTATED"},
    "restatedBy": [],
    "basis": {"effectMass": "1000.8333", "share": "0.6", "remainderShare": "0.4"},
    "gates": [
        {
            "position": 2,
            "outcome": "PASSED",
            "reviewedOn": "2026-02-02",
            "expiresOn": None,
            "gate": {"key": "science", "title": "Climate science"},
        },
        {
            "position": 1,
            "outcome": "PASSED",
            "reviewedOn": "2026-02-01",
            "expiresOn": "2027-03-01",
            "gate": {"key": "credible", "title": "Credibility"},
        },
    ],
    "effect": EFFECT,
    "evidence": {
        "nodes": [
            {
                "kind": "TARGET",
                "title": "Our target",
                "removedOn": removed,
                "source": LINK,
                "document": None,
                "criterion": {"key": "targets", "gate": {"key": "credible"}},
            }
            for removed in (None, "2026-02-03")
        ]
    },
}


def pages_of(pdf: bytes) -> list[str]:
    """The words of each page."""
    read = pypdf.PdfReader(io.BytesIO(pdf)).pages
    return [" ".join(page.extract_text().split()) for page in read]


def page(fonts: Path | None = None, **given: Any) -> str:
    """The words of a claim's only page."""
    [text] = pages_of(claim_statement(CLAIM | given, TODAY, fonts))
    return text


def test_a_published_claim_says_all_that_must_be_said() -> None:
    """On one page, the same bytes each time, without a banner."""
    text = page()

    for words in (
        "Wording that may be used Our heat pumps avoid emissions against gas boilers.",
        "600.5 kg CO2e (about 0.600 t)",
        "60 % of 1,000.8333 kg CO2e",
        "540.45 to 660.55 kg CO2e (plus or minus 10 %)",
        "Year-on-year: all units in use in the year, in that year",
        "2025-10-01 to 2026-09-30, DE",
        "Average alternative: A gas boiler.",
        "Boilers break.",
        "Regional: averages",
        "Guidance on avoided emissions, v1, WBCSD (wbcsd-2023)",
        (
            "Credibility: passed on 2026-02-01, until 2027-03-01;"
            " Climate science: passed on 2026-02-02"
        ),
        "The assurer, limited assurance: nothing was found that speaks against it (2026-02-20)",
        "Since 2026-03-01; a gate must be reviewed again before 2027-03-01",
        "claim pumps-2025 (assessed_3, restated)",
        "None is deducted",
        "offset nothing",
        "not subtracted from scopes 1, 2 and 3",
        "Others in the chain contribute",
        "never added to one another",
        "attributional, Cradle to grave, GWP100 of the IPCC's AR6",
        "https://guidance.example; LCA",
        "credible, targets: Target, Our target (https://targets.example)",
        "assessed_7, version 9, as it was on 2026-11-23. Page 1 of 1.",
    ):
        assert words in text.replace("\u2212", "-"), (words, text)
    assert text.count("Our target") == 1
    assert "may not be used" not in text
    assert claim_statement(CLAIM, TODAY) == claim_statement(CLAIM, TODAY)


@pytest.mark.parametrize("status", [one for one in ClaimStatus if one is not ClaimStatus.PUBLISHED])
def test_what_is_not_in_force_says_so_across_the_page(status: ClaimStatus) -> None:
    """Of every status but PUBLISHED, and its wording is not offered."""
    ended = status in {ClaimStatus.EXPIRED, ClaimStatus.WITHDRAWN, ClaimStatus.RESTATED}
    since = CLAIM["publishedOn"] if ended else None
    text = page(status=status.value, publishedOn=since, kept=None)
    across = banner(CLAIM | {"status": status.value}, TODAY)

    assert across is not None
    assert text.count(across) >= 2
    assert "It may not be used as a claim" in text
    assert "Wording of the claim: it may not be used" in text
    assert "Wording that may be used" not in text
    assert ("no longer in force" in text) == ended


def test_a_pass_that_is_over_ends_the_page_before_the_calendar_does() -> None:
    """On the day itself: whoever fetches the page in that night is told."""
    assert banner(CLAIM | {"expiresOn": "2026-11-24"}, TODAY) is None
    text = page(expiresOn="2026-11-23")

    assert "EXPIRED: no longer in force" in text
    assert "From 2026-03-01 to before 2026-11-23: a gate is passed no longer" in text


def test_parts_are_said_as_far_as_they_are_known() -> None:
    """Joint without a share; not shown; not fixed; deducted; below zero; a sign open."""
    joint = page(basis={"effectMass": "1000", "share": None, "remainderShare": "0.5"})
    outside = page(basis=None, effect=None)
    draft = page(status="DRAFT", claim=None, publishedOn=None, kept=None)
    deducted = page(kept="0.75")
    below = page(claim="-50", uncertainty="1.2").replace("\u2212", "-")
    members = page(visibility="CONSORTIUM")

    assert "Joint, undivided: the remainder of 50 % of 1,000 kg CO2e" in joint
    assert "Known to the claimant, its assurers and the secretariat alone" in outside
    assert "Not shown: its owner keeps it private" in outside
    assert "Avoided emissions: pumps-2026" in outside
    for hidden in ("Heat pump", "1,000.8333", "60 %", "gas boiler."):
        assert hidden not in outside.replace("heat pumps avoid", "")
    assert "Fixed when the claim is submitted" in draft
    assert "60 %" not in draft
    assert "25 % is deducted" in deducted
    assert "450.375 kg CO2e counts in totals" in deducted
    assert "-50 kg CO2e (about -0.05 t); below zero" in below
    assert "-110.0 to 10.0 kg CO2e" in below
    assert "The sign is not established" in below
    assert "not for the public" in members
    assert "Not known" in page(uncertainty=None)


def test_texts_are_never_markup_and_take_two_pages_at_most() -> None:
    """Whatever members write; the wording is whole, evidence beyond a dozen is counted."""
    long = "#panic() *bold* $x$ @ref \\ " * 100
    wording = ("A long sentence about pumps. " * 80)[:2_000]
    shown = CLAIM["evidence"]["nodes"][0] | {"title": long}
    told = claim_statement(
        CLAIM
        | {
            "statement": wording,
            "organisation": {"name": long},
            "effect": EFFECT
            | {
                "solution": EFFECT["solution"] | {"name": long, "functionalUnit": long},
                "referenceScenario": EFFECT["referenceScenario"]
                | {"description": long, "reason": long},
                "comparison": EFFECT["comparison"] | {"boundary": long, "reboundReason": long},
            },
            "evidence": {"nodes": [shown] * 40},
        },
        TODAY,
    )
    pages = pages_of(told)

    assert len(pages) == 2
    assert "#panic() *bold* $x$ @ref" in pages[0]
    assert wording.strip() in pages[0]
    assert "And 28 more." in pages[1]


def test_names_are_written_in_chinese_japanese_and_korean(tmp_path: Path) -> None:
    """With a directory of fonts; without one, the page says that letters are missing."""
    names = ("阿里巴巴集团", "日本電気株式会社", "삼성전자")
    drawn_font(tmp_path, "".join(dict.fromkeys("".join(names))))
    for name in names:
        pdf = claim_statement(CLAIM | {"organisation": {"name": name}}, TODAY, tmp_path)
        [text] = pages_of(pdf)
        first: Any = pypdf.PdfReader(io.BytesIO(pdf)).pages[0]
        fonts = first["/Resources"]["/Font"].values()

        assert name in text
        assert LETTERS_MISSING not in text
        assert any(DRAWN in one.get_object()["/BaseFont"] for one in fonts)
        assert LETTERS_MISSING in page(organisation={"name": name})
    assert LETTERS_MISSING not in page(organisation={"name": "Škoda Ελλάς Газ Øresund"})
