"""A mill computes its paper's footprint, and a printer lets that stand for its own estimate."""

from decimal import Decimal
from typing import Any

import pytest

from consortium.storage.database import Database
from tests.effects.story import Engineer, engineer
from tests.factories.chains import (
    create_activity,
    create_emission,
    create_exchange,
    create_version,
)

DECLARED = {
    "declaredUnitOfMeasurement": "KILOGRAM",
    "declaredUnitAmount": "1",
    "productMassPerDeclaredUnit": "1",
    "referencePeriodStart": "2025-01-01T00:00:00Z",
    "referencePeriodEnd": "2026-01-01T00:00:00Z",
    "geographyCountry": "SE",
    "fossilCarbonContent": "0",
    "packagingEmissionsIncluded": False,
    "ccsTechnologicalCo2CaptureIncluded": False,
    "crossSectoralStandards": ["ISO14067"],
    "exemptedEmissionsPercent": "0",
    "primaryDataShare": "80",
    "dqi": {"technologicalDqr": "2", "geographicalDqr": "1", "temporalDqr": "1.5"},
}
PIECE = DECLARED | {
    "declaredUnitOfMeasurement": "PIECE",
    "productMassPerDeclaredUnit": "0.5",
}
ABOUT = {"companyIds": ["urn:pact:mill.example:company:1"]}
PCF = """{
  id version origin restsOnDeprecated activity { code chainVersion { id } }
  outdated { reason newer { id } laterVersion { id } }
  pcf { fossilGhgEmissions biogenicNonCo2Emissions biogenicCo2Uptake pcfExcludingBiogenicUptake
    pcfIncludingBiogenicUptake ipccCharacterizationFactors }
}"""
ASKED = """
query ($version: ID!, $activity: ID!, $set: GwpSet!) {
  chainFootprint(version: $version, demand: [{activity: $activity, amount: 1}], gwpSet: $set) {
    footprint(unit: KILOGRAM_CO2E)
    version {
      id outdated { reason activity { code } footprint { id } newer { id } laterVersion { id } }
    }
  }
}
"""


class Story:
    """A mill, a printer that buys its paper, and a rival."""

    def __init__(self, database: Database, people: dict[str, Engineer]) -> None:
        self.database = database
        self.mill, self.printer, self.rival = people.values()

    async def paper_chain(self) -> tuple[int, int]:
        """1 000 kg of paper from 500 kWh; wood took up more CO2 than was given off."""
        pool = self.database.pool
        version = await create_version(pool, owner(self.mill))
        power = await create_activity(pool, version, "power", unit="kWh", output=1)
        paper = await create_activity(pool, version, "paper", unit="kg", output=1000)
        await create_exchange(pool, version, paper, power, 500)
        await create_emission(pool, version, power, "0.4")
        await create_emission(pool, version, paper, 1, "CH4_NON_FOSSIL")
        await create_emission(pool, version, paper, -1800, "CO2_BIOGENIC")
        return version, paper

    async def book_chain(self) -> tuple[int, int, int]:
        """A book of 0.5 kg of paper, of which the printer knows an average alone."""
        pool = self.database.pool
        version = await create_version(pool, owner(self.printer))
        paper = await create_activity(pool, version, "paper", unit="t", output=1)
        book = await create_activity(pool, version, "book", unit="pcs", output=1)
        await create_exchange(pool, version, book, paper, "0.0005", stated_unit="t")
        await create_emission(pool, version, paper, 500)
        await create_emission(pool, version, book, "0.1")
        return version, paper, book

    async def product(self, of: Engineer, name: str, code: str) -> str:
        urn = f"urn:pact:mill.example:supplier-id:{code}"
        return await of.id_of("recordProduct", name=name, identifiers=[urn])

    async def published_paper(self) -> str:
        """The mill's footprint of a kg of paper, shown to all members."""
        version, paper = await self.paper_chain()
        await publish(self.mill, version)
        return await self.mill.id_of(
            "computeFootprint",
            product=await self.product(self.mill, "Paper", "P-1"),
            activity=f"activity_{paper}",
            pcf=DECLARED,
            about=ABOUT,
            visibility="CONSORTIUM",
        )


@pytest.fixture
async def story(database: Database) -> Story:
    names = ("Mill", "Printer", "Rival")
    return Story(database, {name: await engineer(database, name) for name in names})


def owner(of: Engineer) -> int:
    assert of.by.organisation_id is not None
    return of.by.organisation_id


async def publish(by: Engineer, version: int, seen: int = 1) -> str:
    given = {"chainVersion": f"chainversion_{version}", "version": seen}
    return await by.id_of("publishChainVersion", **given)


async def read(by: Engineer, footprint: str) -> Any:
    query = f"query ($id: ID!) {{ node(id: $id) {{ ... on Footprint {PCF} }} }}"
    return (await by.house.ask(query, by.by, id=footprint))["node"]


async def asked(by: Engineer, version: str, activity: int, gwp_set: str = "AR6") -> Any:
    given: Any = {"version": version, "activity": f"activity_{activity}", "set": gwp_set}
    return (await by.house.ask(ASKED, by.by, **given))["chainFootprint"]


async def copied(story: Story, version: int) -> tuple[str, dict[str, int]]:
    """The printer's copy of a version, and its activities by their codes."""
    copy = await story.printer.id_of(
        "copyChainVersion",
        chainVersion=f"chainversion_{version}",
        reference=f"copy-of-{version}",
        title="With the mill's figure",
    )
    rows = await story.database.pool.fetch(
        "SELECT code, id FROM activity WHERE chain_version_id = $1", int(copy.split("_")[1])
    )
    return copy, {row["code"]: row["id"] for row in rows}


async def test_a_footprint_is_computed_travels_and_stands_for_an_activity(story: Story) -> None:
    """Every number is exact; whoever used the old figure is told of the new one."""
    mill, printer = story.mill, story.printer
    of_paper = await story.published_paper()

    told = await read(printer, of_paper)
    assert told["pcf"] == {
        "fossilGhgEmissions": "0.2",
        "biogenicNonCo2Emissions": "0.027",
        "biogenicCo2Uptake": "-1.8",
        "pcfExcludingBiogenicUptake": "0.227",
        "pcfIncludingBiogenicUptake": "-1.573",
        "ipccCharacterizationFactors": ["AR6"],
    }
    assert (told["origin"], told["activity"]) == ("COMPUTED", None)  # the mill's chain is its own
    assert (await read(mill, of_paper))["activity"]["code"] == "paper"

    # The printer's first answer stands on an average, and its product's footprint on that.
    version, _, book = await story.book_chain()
    first = await publish(printer, version)
    of_book = await printer.id_of(
        "computeFootprint",
        product=await story.product(printer, "Book", "B-1"),
        activity=f"activity_{book}",
        pcf=PIECE,
        about=ABOUT,
    )
    before = await asked(printer, first, book)
    assert (before["footprint"], before["version"]["outdated"]) == ("0.35", [])

    copy, ids = await copied(story, version)
    used = {"activity": f"activity_{ids['paper']}", "footprint": of_paper}
    await printer.id_of("useFootprint", version=1, **used)
    assert (await asked(printer, first, book))["version"]["outdated"] == []  # a draft is no news
    await publish(printer, int(copy.split("_")[1]), 2)

    after = await asked(printer, copy, ids["book"])
    assert Decimal(after["footprint"]) == Decimal("0.2135")
    replaced = {
        "reason": "REPLACED",
        "activity": {"code": "paper"},
        "footprint": None,
        "newer": {"id": of_paper},
        "laterVersion": {"id": copy},
    }
    assert (await asked(printer, first, book))["version"]["outdated"] == [replaced]
    assert (await read(printer, of_book))["outdated"] == [
        {"reason": "REPLACED", "newer": {"id": of_paper}, "laterVersion": {"id": copy}}
    ]

    # The new book takes up what the paper took up; then the mill corrects itself.
    second = await printer.id_of(
        "computeFootprint",
        product=await story.product(printer, "Book, new", "B-2"),
        activity=f"activity_{ids['book']}",
        pcf=PIECE,
        about=ABOUT,
    )
    assert (await read(printer, second))["pcf"]["biogenicCo2Uptake"] == "-0.9"
    assert not (await read(printer, second))["restsOnDeprecated"]
    right = DECLARED | {
        "pcfExcludingBiogenicUptake": "0.3",
        "pcfIncludingBiogenicUptake": "-1.5",
        "biogenicCo2Uptake": "-1.8",
        "fossilGhgEmissions": "0.3",
        "ipccCharacterizationFactors": ["AR6"],
    }
    corrected = await mill.id_of(
        "correctFootprint", footprint=of_paper, version=1, pcf=right, about=ABOUT
    )
    deprecated = {
        "reason": "FOOTPRINT_DEPRECATED",
        "activity": {"code": "paper"},
        "footprint": {"id": of_paper},
        "newer": {"id": corrected},
        "laterVersion": None,
    }
    again = await asked(printer, copy, ids["book"])
    assert (again["footprint"], again["version"]["outdated"]) == (
        after["footprint"],
        [deprecated],
    )
    assert (await read(printer, second))["restsOnDeprecated"]


async def test_what_a_footprint_cannot_stand_on_is_refused(story: Story) -> None:
    """Drafts, others' products and chains, other units, sets of which PACT has no name."""
    mill, printer, rival = story.mill, story.printer, story.rival
    version, paper = await story.paper_chain()
    product = await story.product(mill, "Paper", "P-1")
    given = {"product": product, "activity": f"activity_{paper}", "pcf": DECLARED, "about": ABOUT}

    async def refused(by: Engineer, **changed: Any) -> Any:
        return await by.refused("computeFootprint", **(given | changed))

    assert await refused(mill) == ("CHAIN_VERSION_NOT_IN_FORCE", [])
    await publish(mill, version)
    foreign = await story.product(rival, "Paper", "P-2")
    assert (await refused(rival))[0] == "NOT_FOUND"
    assert (await refused(rival, product=foreign))[0] == "NOT_FOUND"
    assert await refused(mill, gwpSet="AR5_CCF") == ("GWP_SET_NOT_PACT", [])
    unit = {"pcf": DECLARED | {"declaredUnitOfMeasurement": "LITER"}}
    assert await refused(mill, **unit) == (
        "UNIT_DOES_NOT_FIT",
        ["pcf", "declaredUnitOfMeasurement"],
    )
    wrong = {"pcf": DECLARED | {"exemptedEmissionsPercent": "101"}}
    assert await refused(mill, **wrong) == (
        "FOOTPRINT_FAULTY",
        ["pcf", "exemptedEmissionsPercent"],
    )
    given_version = {"chainVersion": f"chainversion_{version}", "version": 2}
    await mill.id_of("retireChainVersion", **given_version)
    assert await refused(mill) == ("CHAIN_VERSION_NOT_IN_FORCE", [])
    del printer


async def test_what_cannot_stand_for_an_activity_is_refused(story: Story) -> None:
    """Deprecated or unseen footprints, co-products, other units, other people's drafts."""
    mill, printer, rival = story.mill, story.printer, story.rival
    of_paper = await story.published_paper()
    pool = story.database.pool
    version = await create_version(pool, owner(printer))
    paper = await create_activity(pool, version, "paper", unit="t")
    ink = await create_activity(pool, version, "ink", unit="kWh")
    await create_activity(pool, version, "heat", unit="MJ", process="power")
    power = await create_activity(pool, version, "power", unit="kWh", process="power")
    given = {"activity": f"activity_{paper}", "version": 1, "footprint": of_paper}

    async def refused(by: Engineer, **changed: Any) -> Any:
        return await by.refused("useFootprint", **(given | changed))

    assert (await refused(rival))[0] == "NOT_FOUND"
    assert (await refused(printer, version=7))[0] == "CHANGED_MEANWHILE"
    assert (await refused(printer, footprint="footprint_999999"))[0] == "NOT_FOUND"
    assert await refused(printer, activity=f"activity_{ink}") == (
        "UNIT_DOES_NOT_FIT",
        ["footprint"],
    )
    assert await refused(printer, activity=f"activity_{power}") == (
        "ACTIVITY_HAS_CO_PRODUCTS",
        ["activity"],
    )
    reason = {"footprint": of_paper, "version": 1, "reason": "Mistaken."}
    await mill.id_of("deprecateFootprint", **reason)
    assert await refused(printer) == ("FOOTPRINT_DEPRECATED", ["footprint"])


async def test_a_private_footprint_is_not_shown_by_the_chain_that_holds_it(story: Story) -> None:
    """Until as many may see it as shall see the version."""
    mill, printer = story.mill, story.printer
    version, paper = await story.paper_chain()
    await publish(mill, version)
    made = {
        "product": await story.product(mill, "Paper", "P-1"),
        "activity": f"activity_{paper}",
        "pcf": DECLARED,
        "about": ABOUT,
    }
    of_paper = await mill.id_of("computeFootprint", **made)
    await mill.id_of("shareFootprint", footprint=of_paper, organisation=f"org_{owner(printer)}")
    books, paper_in_books, _ = await story.book_chain()
    used = {"activity": f"activity_{paper_in_books}", "footprint": of_paper}
    await printer.id_of("useFootprint", version=1, **used)
    await publish(printer, books, 2)
    show = {"chainVersion": f"chainversion_{books}", "version": 3, "visibility": "CONSORTIUM"}

    assert (await printer.refused("setChainVersionVisibility", **show))[0] == (
        "CHAIN_HOLDS_FOOTPRINT"
    )

    await mill.id_of(
        "setFootprintVisibility", footprint=of_paper, version=1, visibility="CONSORTIUM"
    )
    await printer.id_of("setChainVersionVisibility", **show)


async def test_a_changed_activity_speaks_for_itself_again(story: Story) -> None:
    """And in another set than its own a footprint has no value: it is asked for, never guessed."""
    printer = story.printer
    of_paper = await story.published_paper()
    version, paper, book = await story.book_chain()
    used = {"activity": f"activity_{paper}", "footprint": of_paper}
    await printer.id_of("useFootprint", version=1, **used)
    rows = "SELECT gas, mass_kg FROM activity_emission WHERE activity_id = $1 ORDER BY gas"

    found = await story.database.pool.fetch(rows, paper)
    assert [tuple(row) for row in found] == [
        ("CO2E_AR6", Decimal(227)),
        ("CO2_BIOGENIC", Decimal(-1800)),
    ]
    whole = {"code": "paper", "product": "Paper", "unit": "t", "output": "1"}
    emissions = [{"gas": "CO2", "mass": "400"}]
    await printer.id_of(
        "changeActivity", activity=used["activity"], version=2, emissions=emissions, **whole
    )

    kept = "SELECT footprint_id FROM activity WHERE id = $1"
    assert await story.database.pool.fetchval(kept, paper) is None
    answer = await asked(printer, f"chainversion_{version}", book, "AR5")
    assert answer["footprint"] == "0.3"
