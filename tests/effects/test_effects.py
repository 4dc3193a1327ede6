"""Effects: recorded once, computed with their units, and refused where units count twice."""

from typing import Any

import asyncpg
import pytest

from consortium.effects.rules.vocabulary import GEOGRAPHIES
from consortium.identity.rules.roles import Role
from consortium.storage.database import Database
from tests.asking import principal
from tests.effects.story import EFFECT, Engineer, cohorts, engineer, item, whole


@pytest.fixture
async def wei(database: Database) -> Engineer:
    """An engineer of a member."""
    return await engineer(database)


async def test_units_sold_avoid_over_their_life(wei: Engineer) -> None:
    """DOMAIN, section 2: 1 000 units of the example avoid 17 000 t over 15 years."""
    made = await wei.effect(await wei.compared(), (2026, "1000"))

    assert made | {"id": ""} == {
        "id": "",
        "avoided": "17000",
        "referenceEmissions": "30500",
        "solutionEmissions": "13500",
        "version": 1,
    }


async def test_units_in_use_avoid_year_by_year(wei: Engineer) -> None:
    """DOMAIN, section 2: 1 000, 500 and 800 units in three years avoid 200, 1 300 and 1 960 t."""
    comparison = await wei.compared()
    sold = [(2024, "1000"), (2025, "500"), (2026, "800")]
    found = [
        await wei.effect(
            comparison,
            *sold[: at + 1],
            timeframe="YEAR_ON_YEAR",
            reference=f"in-use-{year}",
            periodStart=f"{year}-01-01",
            periodEnd=f"{year}-12-31",
        )
        for at, year in enumerate((2024, 2025, 2026))
    ]

    assert [one["avoided"] for one in found] == ["200", "1300", "1960"]


async def test_the_explanation_adds_up_to_the_effect(wei: Engineer) -> None:
    """Each line names its stage, its year, its units and its source, in one statement."""
    made = await wei.effect(await wei.compared(), (2026, "1000"))
    data = await wei.house.ask(
        f"""{{ node(id: "{made["id"]}") {{ ... on Effect {{
            explanation(first: 1000) {{ totalCount nodes {{ kind stage yearOfLife soldYear units
              partOfYear referenceEmissions(unit: KILOGRAM_CO2E)
              solutionEmissions(unit: KILOGRAM_CO2E)
              item {{ name }} factor {{ value }} source {{ url title }} }} }} }} }} }}""",
        wei.by,
    )
    lines = data["node"]["explanation"]["nodes"]

    assert data["node"]["explanation"]["totalCount"] == 16
    assert lines[0] == {
        "kind": "ITEM",
        "stage": "MANUFACTURING",
        "yearOfLife": 0,
        "soldYear": 2026,
        "units": "1000",
        "partOfYear": "1",
        "referenceEmissions": "500000",
        "solutionEmissions": "1500000",
        "item": {"name": "manufacturing"},
        "factor": None,
        "source": {"url": "https://lca.example", "title": "LCA"},
    }
    assert sum(int(one["referenceEmissions"]) for one in lines) == 30_500_000
    assert sum(int(one["solutionEmissions"]) for one in lines) == 13_500_000


async def test_dated_factors_are_pinned_and_told(wei: Engineer) -> None:
    """500 against 400 kWh a day at 0.43 kg: 43 kg a day, 15 695 kg a year (Carbon Trust)."""
    series = await wei.id_of(
        "createFactorSeries",
        reference="grid",
        lastEdition=0,
        name="Grid",
        unit="kWh",
        geography="GLOBAL",
        gwpSet="AR6",
        points=[{"year": 2026, "value": "0.43"}],
    )
    day = {"factorSeries": series, "referenceQuantity": "182500", "solutionQuantity": "146000"}
    comparison = await wei.compared(whole(item("USE", **day)))
    made = await wei.effect(comparison, (2026, "1"), timeframe="YEAR_ON_YEAR")
    data = await wei.house.ask(
        f"""{{ node(id: "{made["id"]}") {{ ... on Effect {{ explanation(first: 9) {{ nodes {{
            factor {{ year value series {{ reference edition }} }} }} }} }} }} }}""",
        wei.by,
    )

    assert made["avoided"] == "15.695"
    assert data["node"]["explanation"]["nodes"] == [
        {
            "factor": {
                "year": 2026,
                "value": "0.43",
                "series": {"reference": "grid", "edition": 1},
            }
        }
    ]
    # Beyond the last year nothing is guessed.
    assert await wei.refused(
        "createEffect",
        **EFFECT | {"comparison": comparison, "cohorts": cohorts((2026, "1")), "reference": "more"},
    ) == ("FACTOR_YEAR_MISSING", [])


@pytest.mark.parametrize(
    ("given", "code", "path"),
    [
        ({"periodEnd": "2025-12-31"}, "EFFECT_PERIOD_NOT_A_YEAR", ["periodEnd"]),
        ({"periodEnd": "2026-06-30"}, "EFFECT_PERIOD_NOT_A_YEAR", ["periodEnd"]),
        ({"geography": "CN"}, "EFFECT_OUTSIDE_REFERENCE", ["geography"]),
        ({"geography": "Mars"}, "GEOGRAPHY_UNKNOWN", ["geography"]),
        ({"reference": ""}, "REFERENCE_INVALID", ["reference"]),
        ({"cohorts": []}, "COHORTS_MISSING", ["cohorts"]),
        ({"cohorts": cohorts((2025, "1"))}, "COHORT_OUTSIDE_PERIOD", ["cohorts", "0", "soldYear"]),
        ({"cohorts": cohorts((2026, "-1"))}, "UNITS_INVALID", ["cohorts", "0", "retired"]),
        ({"comparison": "comparison_999999"}, "NOT_FOUND", []),
    ],
)
async def test_bad_effects_are_refused(
    wei: Engineer, given: dict[str, Any], code: str, path: list[str]
) -> None:
    """The error names the field, and nothing is written."""
    about = EFFECT | {"comparison": await wei.compared(), "cohorts": cohorts((2026, "1"))}

    assert await wei.refused("createEffect", **about | given) == (code, path)


async def test_units_count_in_one_timeframe(wei: Engineer) -> None:
    """Units that count for their whole life count in no year, and the other way round."""
    comparison = await wei.compared()
    await wei.effect(comparison, (2026, "10"))
    other = {"reference": "other", "timeframe": "YEAR_ON_YEAR"}
    both = EFFECT | other | {"comparison": comparison, "cohorts": cohorts((2025, "1"), (2026, "1"))}

    assert await wei.refused("createEffect", **both) == ("UNITS_COUNTED_ALREADY", [])
    assert "avoided" in await wei.effect(comparison, (2025, "1"), **other)
    later = {"periodStart": "2025-01-01", "periodEnd": "2025-12-31", "reference": "later"}
    ahead = EFFECT | later | {"comparison": comparison, "cohorts": cohorts((2025, "1"))}
    assert await wei.refused("createEffect", **ahead) == ("UNITS_COUNTED_ALREADY", [])


async def test_an_effect_is_recorded_once(wei: Engineer) -> None:
    """The same solution, chain, reference, place, period and timeframe: change its units."""
    comparison = await wei.compared()
    await wei.effect(comparison, (2026, "10"))
    again = EFFECT | {"comparison": comparison, "cohorts": cohorts((2026, "1"))}

    assert await wei.refused("createEffect", **again) == ("REFERENCE_TAKEN", ["reference"])
    again["reference"] = "again"
    assert await wei.refused("createEffect", **again) == ("EFFECT_EXISTS", [])


async def test_units_change_with_the_result(wei: Engineer) -> None:
    """Of two who change an effect at once, the one who saw an older version is told."""
    made = await wei.effect(await wei.compared(), (2026, "1000"))
    changed = await wei.do(
        "updateEffect",
        "version avoided cohorts { soldYear units retired } explanation { totalCount }",
        effect=made["id"],
        version=1,
        cohorts=cohorts((2026, "2000")),
    )

    assert changed == {
        "version": 2,
        "avoided": "34000",
        "cohorts": [{"soldYear": 2026, "units": "2000", "retired": "0"}],
        "explanation": {"totalCount": 16},
    }
    stale = {"effect": made["id"], "version": 1, "cohorts": cohorts((2026, "1"))}
    assert await wei.refused("updateEffect", **stale) == ("CHANGED_MEANWHILE", [])


async def test_a_corrected_comparison_is_a_new_edition(wei: Engineer) -> None:
    """What an effect stood on stays; the effect takes the new edition when it is told to."""
    scenario = await wei.scenario(await wei.solution())
    first = await wei.comparison(scenario)
    made = await wei.effect(first, (2026, "1000"))
    second = await wei.comparison(
        scenario, whole(item("USE", referenceKgCo2e="900", solutionKgCo2e="950")), lastEdition=1
    )
    changed = await wei.do(
        "updateEffect",
        "avoided comparison { edition } cohorts { units }",
        effect=made["id"],
        version=1,
        comparison=second,
    )

    assert changed == {
        "avoided": "-750",
        "comparison": {"edition": 2},
        "cohorts": [{"units": "1000"}],
    }
    other = await wei.comparison(await wei.scenario(await wei.solution(reference="other")))
    given = {"effect": made["id"], "version": 2, "comparison": other}
    assert await wei.refused("updateEffect", **given) == (
        "COMPARISON_OF_ANOTHER_SCENARIO",
        ["comparison"],
    )


async def test_an_effect_is_shown_to_no_more_than_its_solution(wei: Engineer) -> None:
    """The solution first; and it is not hidden again while its effects are shown."""
    solution = await wei.solution()
    made = await wei.effect(await wei.comparison(await wei.scenario(solution)), (2026, "1"))
    show = {"effect": made["id"], "version": 1, "visibility": "PUBLIC"}

    assert await wei.refused("setEffectVisibility", **show) == (
        "SOLUTION_LESS_VISIBLE",
        ["visibility"],
    )
    await wei.id_of("updateSolution", solution=solution, version=1, visibility="PUBLIC")
    await wei.id_of("setEffectVisibility", **show)
    hide = {"solution": solution, "version": 2, "visibility": "PRIVATE"}
    assert await wei.refused("updateSolution", **hide) == (
        "SOLUTION_SHOWN_BY_EFFECTS",
        ["visibility"],
    )
    public = await wei.house.ask("{ effects { nodes { avoided solution { name } } } }", principal())
    assert public["effects"]["nodes"] == [{"avoided": "17", "solution": {"name": "Heat pump"}}]


async def test_nobody_else_records_effects(wei: Engineer, database: Database) -> None:
    """To other members a private comparison does not exist; a viewer may not."""
    comparison = await wei.compared()
    about = EFFECT | {"comparison": comparison, "cohorts": cohorts((2026, "1"))}
    other = await engineer(database, "Other")
    viewer = Engineer(
        wei.house, principal(Role.VIEWER, organisation=wei.by.organisation_id, account=1)
    )

    assert await other.refused("createEffect", **about) == ("NOT_FOUND", [])
    assert await viewer.refused("createEffect", **about) == ("PERMISSION_DENIED", [])


CHANGES = (
    "UPDATE comparison_item SET reference_kg_co2e = 1",
    "DELETE FROM comparison_item",
    "UPDATE comparison SET boundary = 'x'",
    "UPDATE reference_scenario SET reason = 'x'",
    "UPDATE effect SET timeframe = 'YEAR_ON_YEAR'",
    "UPDATE effect SET avoided_kg_co2e = 1",
    "UPDATE effect SET allocated_share = 1.01",
    "UPDATE effect_cohort SET units = -1",
    "UPDATE solution SET lifetime_years = 16",
    (
        "INSERT INTO comparison_item (comparison_id, position, stage, name, reference_kg_co2e,"
        " specificity) SELECT id, 99, 'USE', 'more', 1, 'SPECIFIC' FROM comparison"
    ),
    "INSERT INTO effect_cohort (effect_id, sold_year, units) SELECT id, 2300, 1 FROM effect",
)


@pytest.mark.parametrize("change", CHANGES)
async def test_the_database_keeps_what_an_effect_stands_on(wei: Engineer, change: str) -> None:
    """Whoever goes past the program is refused as well."""
    await wei.effect(await wei.compared(), (2026, "10"))
    before = await wei.house.digest()

    # Or the application's role may not do so at all.
    with pytest.raises(
        (asyncpg.IntegrityConstraintViolationError, asyncpg.InsufficientPrivilegeError)
    ):
        await wei.house.database.pool.execute(change)
    assert await wei.house.digest() == before


async def test_places_have_hashes_of_their_own(database: Database) -> None:
    """Places are told apart by a hash where units are counted once: no two share one."""
    places = sorted(str(one) for one in GEOGRAPHIES)
    found = await database.pool.fetchval(
        "SELECT count(DISTINCT hashtextextended(one, 0) / 2) FROM unnest($1::text[]) one", places
    )

    assert found == len(places)
