"""No text about an effect, or of what it stands on, says that it makes anything neutral."""

from decimal import Decimal

import pytest

from consortium.effects.actions.shares import Party, ProposeAllocation, propose_allocation
from consortium.effects.rules.shares import ContributorRole, PartyKind
from consortium.kernel.wording import WordingMisleading
from consortium.storage.database import Database
from tests.effects.parties import table
from tests.effects.story import COMPARISON, EXAMPLE, SOLUTION, engineer, item, whole
from tests.served import TODAY

SAID = "It makes heating carbon neutral."
CODE = "WORDING_MISLEADING"


async def test_texts_that_outsiders_read_are_held_to_the_wording(database: Database) -> None:
    """Of solutions, side effects, factors and comparisons, each at its field; nothing is kept."""
    wei = await engineer(database)
    for field in ("name", "function", "functionalUnit", "description"):
        assert await wei.refused("createSolution", **SOLUTION | {field: SAID}) == (CODE, [field])
    solution = await wei.solution()
    for field in ("function", "functionalUnit"):
        given = {"solution": solution, "version": 1, field: SAID}
        assert await wei.refused("updateSolution", **given) == (CODE, [field])
    harm = {"objective": "BIODIVERSITY", "finding": "SIGNIFICANT_HARM", "explanation": SAID}
    assert await wei.refused("recordSideEffect", solution=solution, version=0, **harm) == (
        CODE,
        ["explanation"],
    )
    scenario = await wei.scenario(solution)
    about = COMPARISON | {"referenceScenario": scenario, "items": list(EXAMPLE)}
    for field in ("boundary", "reboundReason"):
        assert await wei.refused("createComparison", **about | {field: SAID}) == (CODE, [field])
    use = item("USE", referenceKgCo2e="2000", solutionKgCo2e="800")
    named, equal = use | {"name": SAID}, item("MANUFACTURING", equalBecause=SAID)
    for items, path in (
        (whole(named), ["items", "0", "name"]),
        (whole(use, equal), ["items", "1", "equalBecause"]),
    ):
        assert await wei.refused("createComparison", **about | {"items": items}) == (CODE, path)
    # A denial is what a good disclosure says.
    assert await wei.comparison(scenario, boundary="Cradle to grave; this is not an offset.")


async def test_the_explanation_of_shares_is_held_to_the_wording(database: Database) -> None:
    """Before anything is proposed."""
    told = await table(database)
    party = Party(PartyKind.MEMBER, ContributorRole.FUNDAMENTAL, told.members["owner"])
    command = ProposeAllocation(told.effect_id, (party,), Decimal(1), explanation=SAID)
    with pytest.raises(WordingMisleading) as refused:
        await propose_allocation(told.of("owner"), command, TODAY)

    assert refused.value.path == ("explanation",)
    assert await told.statuses() == []
