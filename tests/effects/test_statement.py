"""The page about an effect: what it says, in how much room, and the same each time."""

import io
from typing import Any

import pypdf
import pytest

from consortium.effects.reports.statement import effect_statement, wording

SOURCE = {"url": "https://lca.example", "title": "LCA"}
EFFECT: dict[str, Any] = {
    "id": "effect_1",
    "reference": "sold-2026",
    "version": 2,
    "computedAt": "2026-11-23T10:00:00Z",
    "timeframe": "YEAR_ON_YEAR",
    "geography": "DE",
    "periodStart": "2025-10-01",
    "periodEnd": "2026-09-30",
    "specificity": "REGIONAL",
    "uncertainty": "1.25",
    "avoided": "-50.5",
    "referenceEmissions": "900",
    "solutionEmissions": "950.5",
    "solution": {
        "reference": "pump-1",
        "name": "Heat pump",
        "unit": "piece",
        "functionalUnit": "One flat",
        "lifetimeYears": "15",
        "organisation": {"name": "Member"},
    },
    "valueChain": {"name": "Homes"},
    "referenceScenario": {
        "reference": "gas",
        "edition": 3,
        "basis": "AVERAGE_ALTERNATIVE",
        "description": "A gas boiler.",
        "reason": "Boilers break.",
        "source": SOURCE,
        "legalSource": None,
    },
    "comparison": {
        "reference": "flat",
        "edition": 4,
        "accounting": "ATTRIBUTIONAL",
        "gwpSet": "AR6",
        "boundary": "Cradle to grave",
        "rebound": "0.10",
        "reboundReason": "Some heat more.",
        "items": [
            {
                "source": SOURCE,
                "factorSeries": {"source": None},
                "referenceDemand": {
                    "activity": {
                        "chainVersion": {"reference": "steel-1", "organisation": {"name": "Mill"}}
                    }
                },
                "solutionDemand": {"activity": None},
            }
        ],
    },
    "cohorts": [{"soldYear": 2024, "units": "5", "retired": "1"}],
}


def text_of(pdf: bytes) -> list[str]:
    """The words of each page."""
    return [
        " ".join(page.extract_text().split()) for page in pypdf.PdfReader(io.BytesIO(pdf)).pages
    ]


def test_a_negative_effect_is_said_as_what_it_is() -> None:
    """More emissions than the reference, with a sign that is not established."""
    [text] = text_of(effect_statement(EFFECT))

    for words in (
        "is estimated to cause 0.0505 t CO2e more than the reference: A gas boiler.",
        "units in use in 2025-10-01 to 2026-09-30, in that year, DE",
        "-50.5 kg CO2e",
        "plus or minus 125 %; the sign is not established",
        "2024: 5 (1 retired)",
        "10 %: Some heat more.",
        "Regional: averages",
        "value chain Homes",
        "effect_1, version 2; reference scenario gas edition 3; comparison flat edition 4",
    ):
        assert words in text.replace("\u2212", "-"), (words, text)


def test_texts_are_never_markup_and_always_fit_on_the_page() -> None:
    """Whatever members write, and however much of it."""
    long = "#panic() *bold* $x$ @ref \\ " * 400
    effect = EFFECT | {
        "solution": EFFECT["solution"] | {"name": long, "functionalUnit": long},
        "referenceScenario": EFFECT["referenceScenario"] | {"description": long, "reason": long},
        "comparison": EFFECT["comparison"] | {"boundary": long, "reboundReason": long},
        "cohorts": [{"soldYear": year, "units": "1", "retired": "0"} for year in range(1926, 2026)],
        "valueChain": {"name": long},
    }
    [text] = text_of(effect_statement(effect))

    assert "#panic() *bold* $x$ @ref" in text
    assert effect_statement(effect) == effect_statement(effect)


@pytest.mark.parametrize(
    ("kg", "shown"), [("17000000", "17,000 t"), ("1234567", "1,230 t"), ("43", "0.043 t")]
)
def test_the_wording_rounds_for_display_alone(kg: str, shown: str) -> None:
    """To three digits; the exact figure stands beside it."""
    assert f"is estimated to avoid {shown} CO2e" in wording(EFFECT | {"avoided": kg})
