"""A member asks three suppliers for footprints: a member, an outsider, and one that declines."""

from datetime import UTC, datetime
from typing import Any

import pytest

from consortium.identity.rules.roles import Role
from consortium.storage.database import Database
from tests.asking import principal
from tests.effects.story import Engineer, engineer
from tests.people import browsing, forms_of, mails
from tests.served import TODAY

NOW = datetime(TODAY.year, TODAY.month, TODAY.day, 9, tzinfo=UTC)
CODE = "urn:pact:mill.example:supplier-id:P-1"
GTIN = "urn:gtin:4006381333931"
PCF = {
    "declaredUnitOfMeasurement": "KILOGRAM",
    "declaredUnitAmount": "1",
    "productMassPerDeclaredUnit": "1",
    "referencePeriodStart": "2025-01-01T00:00:00Z",
    "referencePeriodEnd": "2026-01-01T00:00:00Z",
    "geographyCountry": "SE",
    "pcfExcludingBiogenicUptake": "1.5",
    "pcfIncludingBiogenicUptake": "-0.3",
    "biogenicCo2Uptake": "-1.8",
    "fossilCarbonContent": "0",
    "fossilGhgEmissions": "1.5",
    "packagingEmissionsIncluded": False,
    "ccsTechnologicalCo2CaptureIncluded": False,
    "ipccCharacterizationFactors": ["AR6"],
    "crossSectoralStandards": ["ISO14067", "PACT-3.0"],
    "exemptedEmissionsPercent": "0",
    "primaryDataShare": "56.1",
    "dqi": {"technologicalDqr": "2", "geographicalDqr": "1", "temporalDqr": "1.5"},
    "secondaryEmissionFactorSources": [{"name": "ecoinvent", "version": "3.11"}],
    "productOrSectorSpecificRules": [
        {"operator": "OTHER", "ruleNames": ["PCR 1"], "otherOperatorName": "Guild"}
    ],
    "verification": {"coverage": "PRODUCT_LEVEL", "providerName": "Assurers"},
}
ABOUT = {"companyIds": ["urn:pact:mill.example:company:1"]}
ANSWER = {
    "company": "Ink Brothers",
    "product": "Black ink",
    "description": "",
    "country": "de",
    "amount": "1",
    "unit": "liter",
    "mass": "1.1",
    "starts_on": "2025-01-01",
    "ends_on": "2025-12-31",
    "fossil": "2.25",
    "biogenic": "0.25",
    "land_use": "",
    "uptake": "-0.5",
    "carbon": "0.3",
    "primary": "80",
    "exempted": "0",
    "standard": "ISO14067",
    "report": "AR6",
    "packaging": "yes",
    "comment": "Mixed by hand.",
}
REQUESTS = """{
  footprintRequests(first: 10) { nodes { id way status version productName endedBecause
  asked { name } product { name } footprint { id origin status validFrom validTo primaryDataShare
    companyName productName pcf { pcfIncludingBiogenicUptake pcfExcludingBiogenicUptake
      declaredUnitOfMeasurement referencePeriodEnd dqi { technological temporal }
      secondaryEmissionFactorSources productOrSectorSpecificRules verification { coverage }
      geographyCountry packagingEmissionsIncluded crossSectoralStandards biogenicNonCo2Emissions
      landUseChangeGhgEmissions } } } } }"""
SEEN = "{ footprints(first: 10) { totalCount nodes { id } } products(first: 10) { totalCount } }"


@pytest.fixture
async def people(database: Database) -> dict[str, Engineer]:
    """Who enters figures for five members."""
    names = ("Printer", "Mill", "Silent", "Rival")
    return {name: await engineer(database, name) for name in names}


async def requests(by: Engineer) -> Any:
    """What somebody sees of requests."""
    data = await by.house.ask(REQUESTS, by.by)
    return {one["productName"]: one for one in data["footprintRequests"]["nodes"]}


async def counts(by: Engineer) -> tuple[int, int]:
    """How many footprints and products somebody sees."""
    data = await by.house.ask(SEEN, by.by)
    return data["footprints"]["totalCount"], data["products"]["totalCount"]


async def test_three_suppliers_are_asked(  # noqa: PLR0915  one story
    database: Database, people: dict[str, Engineer]
) -> None:
    """One answers here, one by a questionnaire, one says no; nobody else sees any of it."""
    printer, mill, rival = people["Printer"], people["Mill"], people["Rival"]
    named = {name: f"org_{one.by.organisation_id}" for name, one in people.items()}
    paper = await printer.id_of("recordProduct", name="Coated paper A", identifiers=[GTIN])
    wanted = {"product": paper, "organisation": named["Mill"], "comment": "Please."}
    await printer.id_of("requestFootprint", **wanted)
    ink = await printer.id_of("requestFootprint", productName="Ink", email="ink@example.com")
    await printer.id_of(
        "requestFootprint", productName="Glue", organisation=named["Silent"], dueOn="2026-12-24"
    )
    assert await printer.refused("requestFootprint", productName="Glue") == (
        "REQUEST_ASKS_NOBODY",
        [],
    )
    assert await printer.refused("requestFootprint", email="a@example.com") == (
        "REQUEST_NAMES_NOTHING",
        [],
    )

    # The mill has it in its inbox, and answers with what it enters.
    office = principal(Role.SECRETARIAT, organisation=mill.by.organisation_id)
    query = (
        "{ secretariatInbox(first: 10) { nodes { kind waitsFor organisation { name } thing } } }"
    )
    inbox = (await mill.house.ask(query, office))["secretariatInbox"]["nodes"]
    waiting = [one for one in inbox if one["kind"] == "FOOTPRINT_REQUEST"]
    assert [one["organisation"]["name"] for one in waiting] == ["Mill", "Silent"]
    [asked] = (await requests(mill)).values()
    assert asked["product"] is None  # the printer's own record is not shown
    assert (asked["id"], asked["status"]) == (waiting[0]["thing"], "OPEN")
    product = await mill.id_of("recordProduct", name="Paper A", identifiers=[CODE, GTIN])
    code, path = await mill.refused(
        "recordFootprint", product=product, pcf=PCF | {"fossilGhgEmissions": "-1"}, about=ABOUT
    )
    assert (code, path) == ("FOOTPRINT_FAULTY", ["pcf", "fossilGhgEmissions"])
    entered = await mill.id_of("recordFootprint", product=product, pcf=PCF, about=ABOUT)
    assert await counts(printer) == (0, 1)
    answer = {"request": asked["id"], "version": 1, "footprint": entered}
    assert (await rival.refused("answerFootprintRequest", **answer))[0] == "NOT_FOUND"
    assert (await printer.refused("answerFootprintRequest", **answer))[0] == "PERMISSION_DENIED"
    await mill.id_of("answerFootprintRequest", **answer)
    assert (await mill.refused("answerFootprintRequest", **answer))[0] == "CHANGED_MEANWHILE"

    silent = people["Silent"]
    [glue] = (await requests(silent)).values()
    because = {"request": glue["id"], "version": 1, "reason": "We make none."}
    await silent.id_of("rejectFootprintRequest", **because)
    over = {"request": glue["id"], "version": 2}
    assert (await printer.refused("withdrawFootprintRequest", **over))[0] == "REQUEST_OVER"

    await _answered_by_form(database)
    told = await requests(printer)
    assert {name: one["status"] for name, one in told.items()} == {
        "Coated paper A": "ANSWERED",
        "Ink": "ANSWERED",
        "Glue": "REJECTED",
    }
    assert told["Glue"]["endedBecause"] == "We make none."
    assert told["Ink"]["id"] == ink
    assert told["Coated paper A"]["footprint"] == {
        "id": entered,
        "origin": "ENTERED",
        "status": "ACTIVE",
        "validFrom": "2026-01-01T00:00:00+00:00",
        "validTo": "2029-01-01T00:00:00+00:00",
        "primaryDataShare": "56.1",
        "companyName": "Mill",
        "productName": "Paper A",
        "pcf": {
            "pcfIncludingBiogenicUptake": "-0.3",
            "pcfExcludingBiogenicUptake": "1.5",
            "declaredUnitOfMeasurement": "KILOGRAM",
            "referencePeriodEnd": "2026-01-01T00:00:00+00:00",
            "dqi": {"technological": "2", "temporal": "1.5"},
            "secondaryEmissionFactorSources": ["ecoinvent 3.11"],
            "productOrSectorSpecificRules": ["Guild: PCR 1"],
            "verification": {"coverage": "PRODUCT_LEVEL"},
            "geographyCountry": "SE",
            "packagingEmissionsIncluded": False,
            "crossSectoralStandards": ["ISO14067", "PACT-3.0"],
            "biogenicNonCo2Emissions": None,
            "landUseChangeGhgEmissions": None,
        },
    }
    ink_pcf = told["Ink"]["footprint"]["pcf"]
    assert ink_pcf["pcfExcludingBiogenicUptake"] == "2.5"
    assert ink_pcf["pcfIncludingBiogenicUptake"] == "2"
    assert ink_pcf["referencePeriodEnd"] == "2026-01-01T00:00:00+00:00"
    assert ink_pcf["geographyCountry"] == "DE"
    assert ink_pcf["landUseChangeGhgEmissions"] is None
    assert told["Ink"]["footprint"]["companyName"] == "Ink Brothers"
    assert told["Ink"]["footprint"]["origin"] == "QUESTIONNAIRE"

    await _corrected(printer, mill, entered)
    assert await counts(rival) == (0, 0)
    assert await requests(rival) == {}


async def _answered_by_form(database: Database) -> None:
    """The outsider follows the link, errs, mends it, and cannot answer twice."""
    [mail] = await mails(database)
    assert mail["to"] == "ink@example.com"
    page = f"/questionnaires/{mail['token']}"
    async with browsing(database, now=lambda: NOW) as browser:
        assert (await browser.open("/questionnaires/guessed")).status_code == 410
        shown = await browser.open(page)
        assert "Printer asks for it" in shown.text
        faulty = ANSWER | {"fossil": "-2", "uptake": "", "primary": "180"}
        again = await browser.send_from(shown, **faulty)
        assert again.status_code == 400
        # Beside its field, and nothing that was typed is lost.
        assert 'id="fossil-fault"' in again.text
        assert 'id="primary-fault"' in again.text
        [form] = forms_of(again.text)
        typed = {name: form.fields[name] for name in form.fields if name in faulty}
        assert typed == {name: faulty[name] for name in typed}
        assert '<option value="liter" selected>' in again.text
        unread = await browser.send_from(shown, **ANSWER | {"amount": "one", "company": ""})
        assert 'id="amount-fault"' in unread.text
        assert 'id="company-fault"' in unread.text
        assert await database.pool.fetchval("SELECT count(*) FROM footprint") == 1
        done = await browser.send_from(again, **ANSWER)
        assert (done.status_code, "Thank you" in done.text) == (200, True)
        assert (await browser.send_from(shown, **ANSWER)).status_code == 410
        assert (await browser.open(page)).status_code == 410
    secrets = await database.pool.fetchval(
        "SELECT string_agg(r::text, ' ') FROM footprint_request r"
    )
    assert mail["token"] not in secrets


async def _corrected(printer: Engineer, mill: Engineer, entered: str) -> None:
    """A correction deprecates, reaches whoever saw the first, and shows what came when."""
    about = {"footprint": entered, "version": 1, "about": ABOUT}
    assert (await printer.refused("correctFootprint", pcf=PCF, **about))[0] == "PERMISSION_DENIED"
    better = PCF | {"fossilGhgEmissions": "1.4", "primaryDataShare": "60"}
    newer = await mill.id_of("correctFootprint", pcf=better, **about)
    again = {"footprint": entered, "version": 2, "pcf": better, "about": ABOUT}
    assert (await mill.refused("correctFootprint", **again))[0] == "FOOTPRINT_DEPRECATED"
    data = await printer.house.ask(
        '{ footprints(first: 9, productIds: ["URN:GTIN:4006381333931"], geography: ["se"]'
        ', validOn: "2027-01-01T00:00:00Z") {'
        " nodes { id status preceding { id } following { id } shares { sharedOn } } } }",
        printer.by,
    )
    assert data["footprints"]["nodes"] == [
        {
            "id": entered,
            "status": "DEPRECATED",
            "preceding": None,
            "following": {"id": newer},
            "shares": [],
        },
        {
            "id": newer,
            "status": "ACTIVE",
            "preceding": {"id": entered},
            "following": None,
            "shares": [],
        },
    ]
    back = {"footprint": newer, "organisation": f"org_{printer.by.organisation_id}"}
    await mill.id_of("unshareFootprint", **back)
    assert (await mill.refused("unshareFootprint", **back))[0] == "NOT_FOUND"
    assert await counts(printer) == (2, 3)
