"""What `consortium doctor` finds of effects that somebody changed past the program."""

import pytest

from consortium.effects.actions.checking import check_effects
from consortium.storage.database import Database
from tests.effects.story import Engineer, engineer, item, whole

USED = item(
    "USE",
    referenceKgCo2e="500",
    solutionKgCo2e="400",
    referenceUncertainty="0.1",
    solutionUncertainty="0.2",
)


@pytest.fixture
async def wei(database: Database) -> Engineer:
    """An engineer with an effect whose uncertainty was drawn, and one without."""
    wei = await engineer(database)
    scenario = await wei.scenario(await wei.solution())
    drawn = await wei.comparison(
        scenario, whole(USED), reference="drawn", uncertaintyMethod="MONTE_CARLO"
    )
    await wei.effect(drawn, (2025, "3"), (2026, "10"), timeframe="YEAR_ON_YEAR")
    other = await wei.scenario(await wei.solution(reference="other"))
    await wei.effect(await wei.comparison(other), (2026, "1000"))
    return wei


async def found(wei: Engineer) -> list[str]:
    with wei.house.database.active():
        return await check_effects()


async def test_effects_are_what_a_second_computation_gives(wei: Engineer) -> None:
    """Figures, lines, draws by their seed, shares."""
    assert await found(wei) == []


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            (
                "UPDATE effect SET reference_kg_co2e = reference_kg_co2e + 1,"
                " avoided_kg_co2e = avoided_kg_co2e + 1 WHERE uncertainty_seed IS NOT NULL"
            ),
            ["reference 6501 should be 6500", "avoided 1301 should be 1300"],
        ),
        (
            (
                "UPDATE effect_line SET solution_kg_co2e = 1 WHERE position = 1"
                " AND effect_id = (SELECT min(id) FROM effect)"
            ),
            ["its lines are not those of its comparison and units"],
        ),
        (
            "UPDATE effect_cohort SET units = 4 WHERE sold_year = 2025",
            ["reference 6500 should be 7000", "solution 5200 should be 5600"],
        ),
        ("UPDATE effect SET uncertainty_seed = uncertainty_seed + 1", ["its interval"]),
        (
            (
                "UPDATE effect SET uncertainty = NULL, uncertainty_method = NULL,"
                " uncertainty_seed = NULL, low_kg_co2e = NULL, high_kg_co2e = NULL"
            ),
            ["its uncertainty is not computed yet"],
        ),
        (
            "UPDATE effect SET allocated_share = 0.5 WHERE uncertainty_seed IS NOT NULL",
            ["shared out 0.5 should be 0"],
        ),
        (
            "UPDATE effect SET deducted_share = 0.5 WHERE uncertainty_seed IS NOT NULL",
            ["taken off 0.5 should be 0"],
        ),
    ],
)
async def test_what_differs_is_told(wei: Engineer, change: str, told: list[str]) -> None:
    """Of the effect, what it is and what it should be."""
    await wei.house.database.pool.execute(change)
    differences = await found(wei)

    for part in told:
        assert any(part in one for one in differences), differences
