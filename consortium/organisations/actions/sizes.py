"""Record how large organisations were, year by year. Triggers keep the latest in their own rows."""

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from consortium.audit.actions import audited
from consortium.evidence.actions import Citations
from consortium.kernel.errors import PermissionDenied
from consortium.kernel.principal import Permission, Principal
from consortium.organisations.reads import ORGANISATIONS
from consortium.organisations.rules import check_size
from consortium.query.visible import require_visible
from consortium.storage.raw import Connection

# What is not told stays; of the year only, whatever other years say.
RECORD = """
INSERT INTO organisation_size AS s
    (organisation_id, year, revenue_amount, revenue_currency, employees, citation_id)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT ON CONSTRAINT organisation_size_key DO UPDATE
SET revenue_amount = coalesce(excluded.revenue_amount, s.revenue_amount),
    revenue_currency = coalesce(excluded.revenue_currency, s.revenue_currency),
    employees = coalesce(excluded.employees, s.employees),
    citation_id = coalesce(excluded.citation_id, s.citation_id), recorded_at = now()
WHERE (s.revenue_amount, s.revenue_currency, s.employees, s.citation_id) IS DISTINCT FROM
    (coalesce(excluded.revenue_amount, s.revenue_amount),
     coalesce(excluded.revenue_currency, s.revenue_currency),
     coalesce(excluded.employees, s.employees), coalesce(excluded.citation_id, s.citation_id))
RETURNING id
"""


class SizeFacts(NamedTuple):
    """Revenue and employees of an organisation in a year; None is unknown, or not stated."""

    organisation_id: int
    year: int | None
    revenue_amount: Decimal | None = None
    revenue_currency: str | None = None
    employees: int | None = None
    citation_id: int | None = None


class RecordSize(NamedTuple):
    """The size of an organisation in a year, and where it was published."""

    organisation: int
    year: int
    revenue_amount: Decimal | None = None
    revenue_currency: str | None = None
    employees: int | None = None
    source_url: str | None = None
    source_title: str | None = None


async def record_size(connection: Connection, facts: SizeFacts) -> bool:
    """Keep what is told of a year; whether anything changed."""
    return await connection.fetchval(RECORD, *facts) is not None


async def record_organisation_size(by: Principal, command: RecordSize, today: date) -> int:
    """Record a size, as the secretariat or the organisation's own administrator; returns its id.

    Raises:
        NotFound: there is no such organisation.
        PermissionDenied: it is not for the caller to tell.
        SizeInvalid: nothing is told, or something impossible.
    """
    organisation, year, amount, currency, employees, url, title = command
    async with audited(by, "organisation:record-size", organisation_id=organisation) as open_:
        await require_visible(open_, ORGANISATIONS, organisation, by, today)
        own = by.may(Permission.ORGANISATIONS_REPRESENT) and by.organisation_id == organisation
        if not (own or by.may(Permission.MEMBERSHIPS_MANAGE)):
            raise PermissionDenied
        check_size(year, amount, currency, employees, today)
        citation = await Citations(open_).of(url or "", title or "")
        await record_size(
            open_, SizeFacts(organisation, year, amount, currency, employees, citation)
        )
    return organisation
