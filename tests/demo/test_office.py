"""The demo's example terms and tiers."""

from datetime import date

from consortium.demo.office import TIERS, VERSION, open_office
from consortium.storage.database import Database
from tests.people import rows_of

DAY = date(2026, 3, 1)
OFFICE = ("terms", "dues_year", "tier")


async def test_office_opens_once(database: Database) -> None:
    """A second start changes nothing, and a later year has tiers of its own."""
    await open_office(database, DAY)
    opened = await rows_of(database, *OFFICE)
    await open_office(database, DAY)

    assert await rows_of(database, *OFFICE) == opened
    await open_office(database, DAY.replace(year=2027))
    terms, _, tiers = await rows_of(database, *OFFICE)
    assert [row["version"] for row in terms] == [VERSION]
    assert len(tiers) == 2 * len(TIERS)
