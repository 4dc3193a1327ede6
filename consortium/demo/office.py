"""Example terms and tiers, with which an application to the demo can end in a membership."""

from datetime import date
from decimal import Decimal

from consortium.kernel.principal import Permission, Principal, Rights
from consortium.membership.actions.terms import PublishTerms, publish_terms
from consortium.membership.actions.tiers import SetTiers, set_tiers
from consortium.membership.rules.tiers import Terms
from consortium.storage.database import Database, transaction
from consortium.storage.raw import raw

VERSION = "Example 1"
TEXT = """\
These terms are an example, which binds nobody.

1. A member takes part in the work of the consortium, pays its dues, and keeps what it learns of
other members to itself unless they have published it.
2. What a member publishes about emissions, its own or those that it helped others avoid, names its
sources and methods, and stands beside its inventory without being netted against it.
3. A member may leave with notice to the end of the period that the secretariat names."""
COMPETITION_LAW = """\
Members do not exchange prices, costs, capacities, customers, suppliers, tenders or other matters by
which competitors could align what they do, neither in meetings nor beside them. Whoever hears such
a thing objects, leaves, and has it noted in the minutes. This text is an example and no advice."""

_BILLION = Decimal(10**9)
TIERS = (
    Terms("Example: up to 1 billion", Decimal(0), _BILLION, Decimal(10_000), 10),
    Terms("Example: up to 10 billion", _BILLION, 10 * _BILLION, Decimal(25_000), 25),
    Terms("Example: above 10 billion", 10 * _BILLION, None, Decimal(60_000), 60),
)

_MISSING = """
SELECT NOT EXISTS (SELECT FROM terms) AS terms,
    NOT EXISTS (SELECT FROM dues_year WHERE year = $1) AS tiers
"""


async def open_office(database: Database, today: date) -> None:
    """Publish the terms where there are none, and the tiers of the year that has none."""
    by = Principal(rights=Rights(permissions=frozenset({Permission.MEMBERSHIPS_MANAGE})))
    with database.active():
        async with transaction() as client:
            missing = await raw(client).fetchrow(_MISSING, today.year)
        assert missing is not None  # noqa: S101  a row of two answers
        if missing["terms"]:
            await publish_terms(by, PublishTerms(VERSION, TEXT, COMPETITION_LAW, today), today)
        if missing["tiers"]:
            await set_tiers(by, SetTiers(today.year, 0, "USD", "USD", TIERS), today)
