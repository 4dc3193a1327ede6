"""Dues: a year with its tiers, invoices and what is booked."""

from datetime import date
from decimal import Decimal
from typing import Any

from tests.factories.rows import Connection, insert


async def create_dues_year(connection: Connection, year: int = 2026, **values: Any) -> int:
    """A year with one tier for everybody; returns the tier's id."""
    defaults = {"year": year, "revenue_currency": "USD", "currency": "EUR"}
    await insert(connection, "dues_year", **defaults | values)
    return await insert(
        connection,
        "tier",
        year=year,
        name="Everybody",
        revenue_from=Decimal(0),
        price=Decimal(1200),
    )


async def create_invoice(
    connection: Connection, organisation_id: int, tier_id: int, sequence: int = 1, **values: Any
) -> int:
    """An open invoice of 2026."""
    year = values.get("year", 2026)
    defaults = {
        "number": f"{year}-{sequence:04d}",
        "reference": f"RF{year}{sequence:04d}",
        "year": year,
        "sequence": sequence,
        "organisation_id": organisation_id,
        "tier_id": tier_id,
        "months": 12,
        "amount": Decimal(1200),
        "currency": "EUR",
        "issued_on": date(2026, 1, 15),
        "due_on": date(2026, 3, 1),
    }
    return await insert(connection, "invoice", **defaults | values)


async def create_entry(connection: Connection, invoice_id: int, **values: Any) -> int:
    """A payment."""
    defaults = {
        "invoice_id": invoice_id,
        "kind": "PAYMENT",
        "amount": Decimal(100),
        "booked_on": date(2026, 2, 1),
        "bank_reference": f"bank {invoice_id}",
    }
    return await insert(connection, "invoice_entry", **defaults | values)


async def create_reminder(connection: Connection, invoice_id: int, **values: Any) -> int:
    """The first reminder."""
    defaults = {"level": "FIRST", "sent_on": date(2026, 3, 15), "mails": 1}
    return await insert(connection, "invoice_reminder", invoice_id=invoice_id, **defaults | values)


async def create_assignment(
    connection: Connection, organisation_id: int, tier_id: int, **values: Any
) -> int:
    """A tier given for 2026."""
    defaults = {
        "organisation_id": organisation_id,
        "tier_id": tier_id,
        "year": 2026,
        "reason": "Its revenue is not known",
    }
    return await insert(connection, "tier_assignment", **defaults | values)
