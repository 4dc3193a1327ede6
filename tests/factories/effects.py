"""Solutions, references, comparisons, effects."""

from datetime import date
from decimal import Decimal
from typing import Any

from tests.factories.rows import Connection, insert, number


async def create_solution(connection: Connection, organisation_id: int, **values: Any) -> int:
    """A public solution that lasts ten years."""
    one = number()
    defaults = {
        "organisation_id": organisation_id,
        "reference": f"solution-{one}",
        "name": f"Solution {one}",
        "category": "Heating",
        "function": "To heat",
        "functional_unit": "A flat for a year",
        "unit": "piece",
        "lifetime_years": Decimal(10),
        "visibility": "PUBLIC",
    }
    return await insert(connection, "solution", **defaults | values)


async def create_scenario(connection: Connection, solution_id: int, **values: Any) -> int:
    """The market's average, anywhere."""
    defaults = {
        "solution_id": solution_id,
        "reference": f"scenario-{number()}",
        "edition": 1,
        "situation": "NEW_DEMAND",
        "basis": "MARKET_AVERAGE",
        "path": "NOTHING_IN_PLACE",
        "reason": "There was none.",
        "description": "The market's average.",
        "geography": "GLOBAL",
    }
    return await insert(connection, "reference_scenario", **defaults | values)


async def create_series(connection: Connection, organisation_id: int, **values: Any) -> int:
    """A series with the factor of 2026: 0.5 kg."""
    defaults = {
        "organisation_id": organisation_id,
        "reference": f"series-{number()}",
        "edition": 1,
        "name": "Grid",
        "unit": "kWh",
        "geography": "GLOBAL",
        "gwp_set": "AR6",
    }
    key = await insert(connection, "factor_series", **defaults | values)
    await insert(connection, "factor_point", series_id=key, year=2026, value=Decimal("0.5"))
    return key


async def create_comparison(
    connection: Connection, solution_id: int, reference_scenario_id: int, **values: Any
) -> int:
    """A comparison without items."""
    defaults = {
        "solution_id": solution_id,
        "reference_scenario_id": reference_scenario_id,
        "reference": f"comparison-{number()}",
        "edition": 1,
        "accounting": "ATTRIBUTIONAL",
        "gwp_set": "AR6",
        "boundary": "Cradle to grave",
        "base_year": 2024,
        "rebound": Decimal(0),
        "rebound_reason": "None.",
        "factors_beyond": "REFUSED",
    }
    return await insert(connection, "comparison", **defaults | values)


async def create_item(connection: Connection, comparison_id: int, **values: Any) -> int:
    """What use emits: 3 kg against 1 kg a year."""
    defaults = {
        "comparison_id": comparison_id,
        "position": number(),
        "stage": "USE",
        "name": "use",
        "specificity": "SPECIFIC",
    }
    amounts = {"reference_kg_co2e": Decimal(3), "solution_kg_co2e": Decimal(1)}
    given = (
        values if "factor_series_id" in values or "equal_because" in values else amounts | values
    )
    return await insert(connection, "comparison_item", **defaults | given)


async def create_effect(connection: Connection, comparison_id: int, **values: Any) -> int:
    """A public effect of 2026 with one cohort, as far as its own row says."""
    [found] = await connection.fetch(
        "SELECT solution_id, reference_scenario_id FROM comparison WHERE id = $1", comparison_id
    )
    defaults = {
        "comparison_id": comparison_id,
        "solution_id": found[0],
        "reference_scenario_id": found[1],
        "reference": f"effect-{number()}",
        "geography": "DE",
        "period_start": date(2026, 1, 1),
        "period_end": date(2026, 12, 31),
        "timeframe": "YEAR_ON_YEAR",
        "reference_kg_co2e": Decimal(3000),
        "solution_kg_co2e": Decimal(1000),
        "avoided_kg_co2e": Decimal(2000),
        "specificity": "SPECIFIC",
        "visibility": "PUBLIC",
    }
    return await insert(connection, "effect", **defaults | values)
