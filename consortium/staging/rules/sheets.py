"""The workbook of effects: what the reader takes, and what the template offers."""

from enum import StrEnum
from typing import Final

from consortium.documents.sheets import CellKind, Sheet, SheetColumn
from consortium.effects.rules.shares import ContributorRole, PartyKind
from consortium.effects.rules.vocabulary import (
    Accounting,
    FactorsBeyond,
    GwpSet,
    LifeCycleStage,
    LifePhase,
    ReferenceBasis,
    ReferenceStep,
    Specificity,
    Timeframe,
)

# In all sheets together: what is checked within seconds, while somebody waits.
ROWS_MAX: Final = 5_000

_TEXT, _NUMBER, _WHOLE = CellKind.TEXT, CellKind.NUMBER, CellKind.WHOLE


def _column(name: str, about: str, example: str = "", **given: object) -> SheetColumn:
    kind = given.pop("kind", _TEXT)
    return SheetColumn(name, about, kind, example=example, **given)  # type: ignore[arg-type]


def _needed(name: str, about: str, example: str, **given: object) -> SheetColumn:
    return _column(name, about, example, required=True, **given)


def _word(name: str, about: str, example: str, words: type[StrEnum]) -> SheetColumn:
    return _needed(name, about, example, kind=CellKind.WORD, words=tuple(words))


def _kg(name: str, about: str, example: str = "") -> SheetColumn:
    return _column(name, about, example, kind=_NUMBER, unit="kg CO2e per unit")


def _source(url: str = "", title: str = "", prefix: str = "source") -> tuple[SheetColumn, ...]:
    return (
        _column(f"{prefix}_url", "Address of the source.", url),
        _column(f"{prefix}_title", "Title of the source.", title),
    )


_LAST_EDITION = _column(
    "last_edition",
    "The last edition that you saw, for a new edition; blank or 0 where there is none.",
    kind=_WHOLE,
)
_OF_SOLUTION = _needed("solution", "Reference of the solution.", "pump-1")
_GEOGRAPHY = _needed(
    "geography", "GLOBAL, a region of UN M49 such as EUROPE, or a country as DE.", "DE"
)

SOLUTIONS = Sheet(
    "solutions",
    "A solution of your organisation.",
    (
        _needed("reference", "Its own in your organisation.", "pump-1"),
        _needed("name", "Its name.", "Heat pump"),
        _needed("category", "Its category.", "Heating"),
        _needed("function", "What it is for.", "To heat a flat"),
        _needed("functional_unit", "What is compared.", "One flat at 20 degrees for a year"),
        _needed("unit", "What is counted of it.", "piece"),
        _needed("lifetime_years", "How long one serves.", "15", kind=_NUMBER, unit="years"),
        _column("description", "What it is.", "A heat pump for one flat"),
        _column("fossil_use", "Whether it serves fossil fuels.", "no", kind=CellKind.YES_NO),
        _column("fossil_reason", "Why so; with fossil_use.", "It runs on electricity"),
    ),
)
FACTORS = Sheet(
    "factors",
    "The factor of a year. What is said of the series stands in its first row.",
    (
        _needed("reference", "Reference of the series.", "grid-de"),
        _column("name", "What it is a factor of.", "Electricity, Germany"),
        _column("unit", "What it is per.", "kWh"),
        _column("geography", "Where it holds, as in effects.", "DE"),
        _column("gwp_set", "By which GWP values.", "AR6", kind=CellKind.WORD, words=tuple(GwpSet)),
        _needed("year", "The calendar year.", "2026", kind=_WHOLE),
        _needed(
            "value", "The factor.", "0.38", kind=_NUMBER, unit="kg CO2e per unit of the series"
        ),
        _column(
            "uncertainty", "Half the 95 % interval.", "0.05", kind=_NUMBER, unit="fraction of value"
        ),
        *_source("https://factors.example", "Grid factors"),
        _LAST_EDITION,
    ),
)
SCENARIOS = Sheet(
    "scenarios",
    "What would be without a solution.",
    (
        _OF_SOLUTION,
        _needed("reference", "Its own within the solution.", "gas-boiler"),
        _needed(
            "path",
            "The answers of the tree.",
            "SYSTEM_IN_PLACE SYSTEM_REPLACED AT_END_OF_LIFE",
            kind=CellKind.WORDS,
            words=tuple(ReferenceStep),
        ),
        _word("basis", "What the reference is.", "AVERAGE_ALTERNATIVE", ReferenceBasis),
        _needed("reason", "Why this one.", "Boilers are replaced when they break"),
        _needed("description", "What it is.", "A gas boiler as it is sold today"),
        _GEOGRAPHY,
        _column(
            "remaining_life_years",
            "What an old system would have lasted; of an early replacement alone.",
            kind=_NUMBER,
            unit="years",
        ),
        _column("legal_minimum", "What the law asks for, in words."),
        _column(
            "legal_cap_kg_co2e",
            "The most that the law lets one unit emit.",
            kind=_NUMBER,
            unit="kg CO2e per unit and year",
        ),
        *_source(prefix="legal_source"),
        _column("valid_from", "First day.", kind=CellKind.DATE),
        _column("valid_to", "Last day.", kind=CellKind.DATE),
        *_source("https://market.example", "Market report"),
        _LAST_EDITION,
    ),
)
COMPARISONS = Sheet(
    "comparisons",
    "The emissions of one unit beside those of its reference; its rows in items.",
    (
        _OF_SOLUTION,
        _needed("reference", "Its own within the solution.", "flat"),
        _needed("scenario", "Reference of the scenario.", "gas-boiler"),
        _word("accounting", "Which emissions.", "ATTRIBUTIONAL", Accounting),
        _word("gwp_set", "By which GWP values; never mixed.", "AR6", GwpSet),
        _needed("boundary", "What both sides span.", "Cradle to grave"),
        _needed("base_year", "The year that the amounts are of.", "2024", kind=_WHOLE),
        _needed("rebound", "More use; 0 where there is none.", "0", kind=_NUMBER, unit="fraction"),
        _needed("rebound_reason", "Why so, also of 0.", "Nobody heats more"),
        _word(
            "factors_beyond",
            "Factors after the last year known.",
            "DECLARED_CONSTANT",
            FactorsBeyond,
        ),
        _LAST_EDITION,
    ),
)
ITEMS = Sheet(
    "items",
    "What one unit emits at a stage: masses, quantities with factors, or equal on both sides.",
    (
        _OF_SOLUTION,
        _needed("comparison", "Reference of the comparison.", "flat"),
        _word("stage", "The stage of the life cycle.", "USE", LifeCycleStage),
        _needed("name", "What emits.", "Heating"),
        _word("specificity", "How specific the data is.", "SPECIFIC", Specificity),
        _column(
            "phase",
            "When it holds; WHOLE_LIFE where it is blank.",
            kind=CellKind.WORD,
            words=tuple(LifePhase),
        ),
        _column("year_of_life", "From 0; blank: every year of use, else once.", kind=_WHOLE),
        _kg("reference_kg_co2e", "What the reference emits.", "2000"),
        _kg("solution_kg_co2e", "What the solution emits.", "800"),
        _column("factor_series", "Reference of a series of factors."),
        _column("reference_quantity", "Of the reference.", kind=_NUMBER, unit="unit of the series"),
        _column("solution_quantity", "Of the solution.", kind=_NUMBER, unit="unit of the series"),
        _column("quantity_unit", "The quantities' unit, to be checked with that of the series."),
        _column("equal_because", "Why both sides are equal; then without amounts."),
        _column("reference_uncertainty", "Half the 95 % interval.", kind=_NUMBER, unit="fraction"),
        _column("solution_uncertainty", "Half the 95 % interval.", kind=_NUMBER, unit="fraction"),
        _column("shares_error_with", "A word that items with one source of error share."),
        *_source("https://lca.example", "LCA"),
    ),
)
EFFECTS = Sheet(
    "effects",
    "What units avoid in a place and a year; its units in cohorts.",
    (
        _OF_SOLUTION,
        _needed("reference", "Its own within the solution.", "sold-2026"),
        _needed("comparison", "Reference of the comparison.", "flat"),
        _GEOGRAPHY,
        _needed("period_start", "First day of the year.", "2026-01-01", kind=CellKind.DATE),
        _needed("period_end", "Its last day.", "2026-12-31", kind=CellKind.DATE),
        _word("timeframe", "Which units and years.", "FORWARD_LOOKING", Timeframe),
        _column("value_chain", "Name of the value chain."),
        _column(
            "remainder",
            "What the rows in shares leave; with them it is exactly 1.",
            "0.4",
            kind=_NUMBER,
            unit="fraction",
        ),
    ),
)
COHORTS = Sheet(
    "cohorts",
    "Units that were sold in one year.",
    (
        _OF_SOLUTION,
        _needed("effect", "Reference of the effect.", "sold-2026"),
        _needed("sold_year", "The year of sale.", "2026", kind=_WHOLE),
        _needed("units", "How many.", "1000", kind=_NUMBER, unit="unit of the solution"),
        _column("retired", "How many are not in use.", kind=_NUMBER, unit="unit of the solution"),
    ),
)
SHARES = Sheet(
    "shares",
    "A party to an effect; a member without a share is a joint contributor.",
    (
        _OF_SOLUTION,
        _needed("effect", "Reference of the effect.", "sold-2026"),
        _word("kind", "What the party is.", "MEMBER", PartyKind),
        _needed("party", "Its name, as the consortium lists it.", "Your organisation"),
        _word("role", "How much hangs on it.", "FUNDAMENTAL", ContributorRole),
        _column("share", "Its part.", "0.6", kind=_NUMBER, unit="fraction"),
    ),
)

# In the order in which rows stand on one another.
EFFECT_SHEETS: Final = (
    SOLUTIONS,
    FACTORS,
    SCENARIOS,
    COMPARISONS,
    ITEMS,
    EFFECTS,
    COHORTS,
    SHARES,
)
SHEET_OF: Final = {sheet.name: sheet for sheet in EFFECT_SHEETS}
