"""The workbook of effects: what the reader takes, and what the template offers."""

from typing import Final

from consortium.documents.sheets import CellKind, Sheet
from consortium.effects.rules.shares import ContributorRole, PartyKind
from consortium.effects.rules.vocabulary import (
    Accounting,
    FactorsBeyond,
    LifeCycleStage,
    LifePhase,
    ReferenceBasis,
    ReferenceStep,
    Specificity,
    Timeframe,
)
from consortium.kernel.gases import GwpSet
from consortium.staging.rules.columns import NUMBER, WHOLE, column, kg, needed, source, word

_LAST_EDITION = column(
    "last_edition",
    "The last edition that you saw, for a new edition; blank or 0 where there is none.",
    kind=WHOLE,
)
_OF_SOLUTION = needed("solution", "Reference of the solution.", "pump-1")
_GEOGRAPHY = needed(
    "geography", "GLOBAL, a region of UN M49 such as EUROPE, or a country as DE.", "DE"
)

SOLUTIONS = Sheet(
    "solutions",
    "A solution of your organisation.",
    (
        needed("reference", "Its own in your organisation.", "pump-1"),
        needed("name", "Its name.", "Heat pump"),
        needed("category", "Its category.", "Heating"),
        needed("function", "What it is for.", "To heat a flat"),
        needed("functional_unit", "What is compared.", "One flat at 20 degrees for a year"),
        needed("unit", "What is counted of it.", "piece"),
        needed("lifetime_years", "How long one serves.", "15", kind=NUMBER, unit="years"),
        column("description", "What it is.", "A heat pump for one flat"),
        column("fossil_use", "Whether it serves fossil fuels.", "no", kind=CellKind.YES_NO),
        column("fossil_reason", "Why so; with fossil_use.", "It runs on electricity"),
    ),
)
FACTORS = Sheet(
    "factors",
    "The factor of a year. What is said of the series stands in its first row.",
    (
        needed("reference", "Reference of the series.", "grid-de"),
        column("name", "What it is a factor of.", "Electricity, Germany"),
        column("unit", "What it is per.", "kWh"),
        column("geography", "Where it holds, as in effects.", "DE"),
        column("gwp_set", "By which GWP values.", "AR6", kind=CellKind.WORD, words=tuple(GwpSet)),
        needed("year", "The calendar year.", "2026", kind=WHOLE),
        needed("value", "The factor.", "0.38", kind=NUMBER, unit="kg CO2e per unit of the series"),
        column(
            "uncertainty", "Half the 95 % interval.", "0.05", kind=NUMBER, unit="fraction of value"
        ),
        *source("https://factors.example", "Grid factors"),
        _LAST_EDITION,
    ),
)
SCENARIOS = Sheet(
    "scenarios",
    "What would be without a solution.",
    (
        _OF_SOLUTION,
        needed("reference", "Its own within the solution.", "gas-boiler"),
        needed(
            "path",
            "The answers of the tree.",
            "SYSTEM_IN_PLACE SYSTEM_REPLACED AT_END_OF_LIFE",
            kind=CellKind.WORDS,
            words=tuple(ReferenceStep),
        ),
        word("basis", "What the reference is.", "AVERAGE_ALTERNATIVE", ReferenceBasis),
        needed("reason", "Why this one.", "Boilers are replaced when they break"),
        needed("description", "What it is.", "A gas boiler as it is sold today"),
        _GEOGRAPHY,
        column(
            "remaining_life_years",
            "What an old system would have lasted; of an early replacement alone.",
            kind=NUMBER,
            unit="years",
        ),
        column("legal_minimum", "What the law asks for, in words."),
        column(
            "legal_cap_kg_co2e",
            "The most that the law lets one unit emit.",
            kind=NUMBER,
            unit="kg CO2e per unit and year",
        ),
        *source(prefix="legal_source"),
        column("valid_from", "First day.", kind=CellKind.DATE),
        column("valid_to", "Last day.", kind=CellKind.DATE),
        *source("https://market.example", "Market report"),
        _LAST_EDITION,
    ),
)
COMPARISONS = Sheet(
    "comparisons",
    "The emissions of one unit beside those of its reference; its rows in items.",
    (
        _OF_SOLUTION,
        needed("reference", "Its own within the solution.", "flat"),
        needed("scenario", "Reference of the scenario.", "gas-boiler"),
        word("accounting", "Which emissions.", "ATTRIBUTIONAL", Accounting),
        word("gwp_set", "By which GWP values; never mixed.", "AR6", GwpSet),
        needed("boundary", "What both sides span.", "Cradle to grave"),
        needed("base_year", "The year that the amounts are of.", "2024", kind=WHOLE),
        needed("rebound", "More use; 0 where there is none.", "0", kind=NUMBER, unit="fraction"),
        needed("rebound_reason", "Why so, also of 0.", "Nobody heats more"),
        word(
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
        needed("comparison", "Reference of the comparison.", "flat"),
        word("stage", "The stage of the life cycle.", "USE", LifeCycleStage),
        needed("name", "What emits.", "Heating"),
        word("specificity", "How specific the data is.", "SPECIFIC", Specificity),
        column(
            "phase",
            "When it holds; WHOLE_LIFE where it is blank.",
            kind=CellKind.WORD,
            words=tuple(LifePhase),
        ),
        column("year_of_life", "From 0; blank: every year of use, else once.", kind=WHOLE),
        kg("reference_kg_co2e", "What the reference emits.", "2000"),
        kg("solution_kg_co2e", "What the solution emits.", "800"),
        column("factor_series", "Reference of a series of factors."),
        column("reference_quantity", "Of the reference.", kind=NUMBER, unit="unit of the series"),
        column("solution_quantity", "Of the solution.", kind=NUMBER, unit="unit of the series"),
        column("quantity_unit", "The quantities' unit, to be checked with that of the series."),
        column("equal_because", "Why both sides are equal; then without amounts."),
        column("reference_uncertainty", "Half the 95 % interval.", kind=NUMBER, unit="fraction"),
        column("solution_uncertainty", "Half the 95 % interval.", kind=NUMBER, unit="fraction"),
        column("shares_error_with", "A word that items with one source of error share."),
        *source("https://lca.example", "LCA"),
    ),
)
EFFECTS = Sheet(
    "effects",
    "What units avoid in a place and a year; its units in cohorts.",
    (
        _OF_SOLUTION,
        needed("reference", "Its own within the solution.", "sold-2026"),
        needed("comparison", "Reference of the comparison.", "flat"),
        _GEOGRAPHY,
        needed("period_start", "First day of the year.", "2026-01-01", kind=CellKind.DATE),
        needed("period_end", "Its last day.", "2026-12-31", kind=CellKind.DATE),
        word("timeframe", "Which units and years.", "FORWARD_LOOKING", Timeframe),
        column("value_chain", "Name of the value chain."),
        column(
            "remainder",
            "What the rows in shares leave; with them it is exactly 1.",
            "0.4",
            kind=NUMBER,
            unit="fraction",
        ),
    ),
)
COHORTS = Sheet(
    "cohorts",
    "Units that were sold in one year.",
    (
        _OF_SOLUTION,
        needed("effect", "Reference of the effect.", "sold-2026"),
        needed("sold_year", "The year of sale.", "2026", kind=WHOLE),
        needed("units", "How many.", "1000", kind=NUMBER, unit="unit of the solution"),
        column("retired", "How many are not in use.", kind=NUMBER, unit="unit of the solution"),
    ),
)
SHARES = Sheet(
    "shares",
    "A party to an effect; a member without a share is a joint contributor.",
    (
        _OF_SOLUTION,
        needed("effect", "Reference of the effect.", "sold-2026"),
        word("kind", "What the party is.", "MEMBER", PartyKind),
        needed("party", "Its name, as the consortium lists it.", "Your organisation"),
        word("role", "How much hangs on it.", "FUNDAMENTAL", ContributorRole),
        column("share", "Its part.", "0.6", kind=NUMBER, unit="fraction"),
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
