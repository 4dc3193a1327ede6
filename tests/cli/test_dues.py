"""Dues at the command line: the files of accounting, and the worker."""

import os
import signal
import subprocess
import sys
import time
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import asyncpg

from tests.conftest import apart
from tests.factories import (
    create_dues_year,
    create_invoice,
    create_membership,
    create_organisation,
)

PROGRAM = [sys.executable, "-m", "consortium"]
HEADER = "invoice,amount,currency,booked_on,bank_reference\n"
LINE = '2026-0001,RF20260001,"Ünlü, A.Ş.","Everybody",12,1200,EUR,2026-01-15,2026-03-01'
SECONDS = 60.0


def run(dsn: str, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    """A command to its end."""
    return subprocess.run(
        [*PROGRAM, *arguments],
        capture_output=True,
        check=False,
        timeout=SECONDS,
        env={**os.environ, "CONSORTIUM_DATABASE_URL": dsn},
    )


async def invoiced(dsn: str, due_on: date = date(2026, 3, 1)) -> None:
    """A member with an invoice."""
    connection = await asyncpg.connect(dsn)
    company = await create_organisation(connection, name="Ünlü, A.Ş.")
    await create_membership(connection, company)
    tier = await create_dues_year(connection)
    issued_on = min(date(2026, 1, 15), due_on)
    await create_invoice(connection, company, tier, issued_on=issued_on, due_on=due_on)
    await connection.close()


async def fetched(dsn: str, query: str) -> list[tuple[object, ...]]:
    """Rows."""
    connection = await asyncpg.connect(dsn)
    rows = await connection.fetch(query)
    await connection.close()
    return [tuple(row) for row in rows]


def test_invoices_go_to_accounting_and_payments_come_back(dsn: str, tmp_path: Path) -> None:
    apart(invoiced(dsn))
    file = tmp_path / "payments.csv"
    file.write_text(f"{HEADER}RF20260001,1200,EUR,2026-02-01,b1\n", encoding="utf-8")

    before = run(dsn, "export", "invoices", "--year", "2026")
    booked = run(dsn, "import", "payments", str(file))
    again = run(dsn, "import", "payments", str(file))
    after = run(dsn, "export", "invoices", "--year", "2026")
    nothing = run(dsn, "export", "invoices", "--year", "2030")

    header, line, end = before.stdout.decode().split("\r\n")
    assert (before.returncode, header.split(",")[0], end) == (0, "number", "")
    assert line.startswith(f"{LINE},0,0,1200,")
    assert booked.stdout.startswith(b"payments: 1 rows; 1 created")
    assert again.stdout.startswith(b"payments: 1 rows; 0 created, 0 updated, 1 unchanged")
    assert f"{LINE},1200.00,0,0.00,PAID\r\n" in after.stdout.decode()
    assert (nothing.returncode, nothing.stdout) == (1, b"")
    assert nothing.stderr == b"consortium: The year 2030 has no dues.\n"


def test_a_file_with_a_wrong_row_books_nothing(dsn: str, tmp_path: Path) -> None:
    """An unknown invoice in its third row, and bytes that are no UTF-8."""
    apart(invoiced(dsn))
    file, latin = tmp_path / "payments.csv", tmp_path / "latin.csv"
    rows = "RF20260001,5,EUR,2026-02-01,b{}\n"
    file.write_text(
        HEADER + rows.format(1) + rows.format(2) + "RF0,5,EUR,2026-02-01,b3\n", encoding="utf-8"
    )
    latin.write_bytes((HEADER + "é").encode("latin-1"))

    done, unread = (run(dsn, "import", "payments", str(path)) for path in (file, latin))

    assert (done.returncode, unread.returncode) == (1, 1)
    assert b"rejected: line 4, invoice: There is no invoice RF0." in done.stderr
    assert b"byte 50" in unread.stderr
    assert apart(fetched(dsn, "SELECT * FROM invoice_entry")) == []
    assert apart(fetched(dsn, "SELECT paid FROM invoice")) == [(Decimal(0),)]


def test_a_worker_alone_does_the_days_work_and_stops_when_told(dsn: str) -> None:
    """At its start it catches up with the day; SIGTERM ends it well."""
    due_on = date.today() - timedelta(days=20)  # noqa: DTZ011  what the program asks as well
    apart(invoiced(dsn, due_on))
    process = subprocess.Popen(
        [*PROGRAM, "worker"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**os.environ, "CONSORTIUM_DATABASE_URL": dsn},
    )
    try:
        until = time.monotonic() + SECONDS
        found: list[tuple[object, ...]] = []
        while not found and time.monotonic() < until:
            time.sleep(0.2)
            found = apart(fetched(dsn, "SELECT level FROM invoice_reminder"))
    finally:
        process.send_signal(signal.SIGTERM)
        told, _ = process.communicate(timeout=SECONDS)

    assert found == [("FIRST",)]
    assert (process.returncode, b"Traceback" in told) == (0, False), told
