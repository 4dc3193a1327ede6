"""Which products may be the same, and what their owners decide."""

from typing import Any

import pytest

from consortium.storage.database import Database
from tests.effects.story import Engineer, engineer

GTIN = "urn:gtin:4006381333931"
SUGGESTED = """query ($id: ID!) { product(id: $id) { suggestions(first: 9) { totalCount nodes {
  reason identifier similarity decision version product { id } } } } }"""


async def suggested(by: Engineer, product: str) -> Any:
    """What somebody is told of a product: the others, by their ids."""
    data = await by.house.ask(SUGGESTED, by.by, id=product)
    return {one["product"]["id"]: one for one in data["product"]["suggestions"]["nodes"]}


@pytest.fixture
async def ana(database: Database) -> Engineer:
    """Who enters figures for a member."""
    return await engineer(database, "Ana")


async def test_suggestions(database: Database, ana: Engineer) -> None:
    """By identifier, by number and by name, with the reason; only of what both may see."""
    ben = await engineer(database, "Ben")
    own = await ana.id_of("recordProduct", name="Coated Paper, 90 g", identifiers=[GTIN])
    shown = {"visibility": "CONSORTIUM"}
    same = await ben.id_of(
        "recordProduct", name="X", identifiers=["URN:GTIN:4006381333931"], **shown
    )
    long = await ana.id_of("recordProduct", name="Case")
    taken = {"product": long, "identifier": "urn:gtin:04006381333931"}
    assert await ana.refused("addProductIdentifier", **taken) == (
        "IDENTIFIER_TAKEN",
        ["identifier"],
    )
    wrong = {"product": long, "identifier": "urn:gtin:4006381333932"}
    assert (await ana.refused("addProductIdentifier", **wrong))[0] == "IDENTIFIER_INVALID"
    cleo = await engineer(database, "Cleo")
    padded = await cleo.id_of(
        "recordProduct", name="Y", identifiers=["urn:gtin:04006381333931"], **shown
    )
    alike = await ben.id_of("recordProduct", name="PAPER coatéd 90 g matt", **shown)
    await ben.id_of("recordProduct", name="Paper towel of 3", **shown)
    hidden = await ben.id_of("recordProduct", name="Coated paper 90 g")

    told = await suggested(ana, own)
    assert {key: (one["reason"], one["similarity"]) for key, one in told.items()} == {
        same: ("SAME_IDENTIFIER", None),
        padded: ("SAME_NUMBER", None),
        alike: ("SIMILAR_NAME", "0.8"),
    }
    assert list(told) == [same, padded, alike]
    # What Ben keeps private is told to nobody else, and its own match to him.
    assert hidden not in told
    decided = {"product": own, "other": alike, "version": 0, "decision": "DECLINED"}
    assert (await ben.refused("decideProductMatch", **decided))[0] == "NOT_FOUND"
    assert (await ana.refused("decideProductMatch", **decided | {"other": hidden}))[
        0
    ] == "NOT_FOUND"
    assert (await ana.refused("decideProductMatch", **decided | {"other": long}))[0] == "NOT_FOUND"
    await ana.id_of("decideProductMatch", **decided)
    assert (await ana.refused("decideProductMatch", **decided))[0] == "CHANGED_MEANWHILE"
    kept = (await suggested(ana, own))[alike]
    assert (kept["decision"], kept["version"]) == ("DECLINED", 1)
    found = await ana.house.ask(
        '{ search(query: "4006381333931 coat") { nodes { ... on Product { id } } } }',
        ana.by,
    )
    assert found["search"]["nodes"] == [{"id": own}]
