"""Effects that can be shared, and allocations of them."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from tests.factories.rows import Connection, insert, number

# A party: the id of a member or the name of anybody else, and the share.
Line = tuple[int | str, str | None]


async def create_shared_effect(
    connection: Connection,
    owner_id: int,
    *,
    tonnes: str = "1000",
    solution_id: int | None = None,
    sold_years: Sequence[int] = (2025,),
    **values: Any,
) -> int:
    """An effect that everyone sees, of so many tonnes, with a solution of its own unless told."""
    if solution_id is None:
        solution_id = await create_shared_solution(connection, owner_id)
    scenario = await insert(
        connection,
        "reference_scenario",
        solution_id=solution_id,
        reference=f"scenario-{number()}",
        edition=1,
        situation="NEW_DEMAND",
        basis="MARKET_AVERAGE",
        path="NOTHING_IN_PLACE",
        reason="Nothing was there.",
        description="The average on the market.",
        geography=values.get("geography", "DE"),
    )
    comparison = await insert(
        connection,
        "comparison",
        solution_id=solution_id,
        reference_scenario_id=scenario,
        reference=f"comparison-{number()}",
        edition=1,
        accounting="ATTRIBUTIONAL",
        gwp_set="AR6",
        boundary="Cradle to grave.",
        base_year=2025,
        rebound=Decimal(0),
        rebound_reason="None was found.",
        factors_beyond="REFUSED",
    )
    kg = Decimal(tonnes) * 1000
    defaults = {
        "reference": f"effect-{number()}",
        "solution_id": solution_id,
        "reference_scenario_id": scenario,
        "comparison_id": comparison,
        "geography": "DE",
        "period_start": date(2025, 1, 1),
        "period_end": date(2025, 12, 31),
        "timeframe": "FORWARD_LOOKING",
        "reference_kg_co2e": kg + 5,
        "solution_kg_co2e": Decimal(5),
        "avoided_kg_co2e": kg,
        "specificity": "SPECIFIC",
        "visibility": "PUBLIC",
    }
    told = _interval(kg, values.get("uncertainty"))
    effect = await insert(connection, "effect", **defaults | told | values)
    for year in sold_years:
        await insert(
            connection, "effect_cohort", effect_id=effect, sold_year=year, units=Decimal(1)
        )
    return effect


def _interval(kg: Decimal, uncertainty: Decimal | None) -> dict[str, Any]:
    """How far an effect may lie from what is avoided, as its part of that says."""
    if uncertainty is None:
        return {}
    half = abs(kg) * uncertainty
    return {
        "uncertainty_method": "ANALYTIC",
        "low_kg_co2e": kg - half,
        "high_kg_co2e": kg + half,
    }


async def create_shared_solution(
    connection: Connection, owner_id: int, part_of: Sequence[int] = (), **values: Any
) -> int:
    """A solution that everyone sees, and that these contain."""
    defaults = {
        "reference": f"solution-{number()}",
        "organisation_id": owner_id,
        "name": "Heat pump",
        "category": "Heating",
        "function": "Heat a home",
        "functional_unit": "One home heated for a year",
        "unit": "piece",
        "lifetime_years": Decimal(15),
        "visibility": "PUBLIC",
    }
    solution = await insert(connection, "solution", **defaults | values)
    for whole in part_of:
        await insert(connection, "solution_part", containing_id=whole, contained_id=solution)
    return solution


async def create_allocation(
    connection: Any,
    effect_id: int,
    proposed_by_id: int,
    lines: Sequence[Line],
    *,
    remainder: str = "0",
    answer: str = "ACCEPTED",
    **values: Any,
) -> int:
    """An allocation in force, of which all members have accepted their lines, unless told."""
    defaults = {
        "effect_id": effect_id,
        "proposed_by_id": proposed_by_id,
        "status": "IN_FORCE",
        "remainder_share": Decimal(remainder),
        "proposed_on": date(2026, 6, 1),
        "decided_on": date(2026, 6, 2),
    }
    async with connection.transaction():
        allocation = await insert(connection, "effect_allocation", **defaults | values)
        for position, (party, share) in enumerate(lines):
            is_member = isinstance(party, int)
            await insert(
                connection,
                "effect_contribution",
                allocation_id=allocation,
                position=position,
                kind="MEMBER" if is_member else "NON_MEMBER",
                role="SUBSTANTIAL",
                organisation_id=party if is_member else None,
                party_name="" if is_member else party,
                party_key="" if is_member else str(party).lower(),
                share=None if share is None else Decimal(share),
                answer=answer if is_member else None,
                answered_on=date(2026, 6, 2) if is_member and answer == "ACCEPTED" else None,
            )
    return allocation
