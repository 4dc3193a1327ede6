"""Figures are read through sources, whose row rules are part of every statement.

Whoever talks to the database past them would answer without the caller's rights, so the places
that do are listed here, each with its reason.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
FETCHES = {"fetch", "fetchval", "fetchrow", "fetchmany", "execute_query", "execute_query_dict"}

# Path or its beginning -> why it may.
ALLOWED = {
    "consortium/web/observing/": "plans and lengths of queues, for who runs the server",
    "consortium/storage/": "the database's own affairs: versions, locks, migrations, drift",
    "consortium/cli/": "what an operator at the machine asks",
    "consortium/identity/oauth/": "who is who is found out before there is a caller",
    "consortium/outbox/jobs/": "mail to be sent is no one's to read",
    "consortium/demo/": "the demo's own accounts and office, before anyone asks",
    "consortium/value_chains/computing/": "reads whole versions to solve them, by the row rule",
    "consortium/value_chains/jobs.py": "questions that were asked within rights, of whole versions",
    "consortium/value_chains/reports/": "files of a version, after its row rule showed it",
    "consortium/exchange/jobs/": "what is to be delivered or fetched is no one's to read",
    "consortium/bulk/jobs/": "finds what is to be run; rows are read as any query is",
    "consortium/webhooks/jobs/": "finds what is to be sent; what it says is read as any query is",
    "consortium/exchange/reads/door.py": "partners see what was shared with them: by the join",
    "consortium/trusted_documents/reads.py": "a document by the hash that the caller knows, no row",
    "consortium/web/app.py": "the readiness check reads no row, the question about members one bit",
    "consortium/web/subscriptions/hub.py": "runs what the compiler wrote, for many callers at once",
    "consortium/changes/jobs.py": "which rows changed, by numbers that nobody is told",
    "consortium/query/visible.py": "asks the row rule about one row, for actions",
    "consortium/web/bulk.py": "hands statements of the compiler on to an open transaction",
    "schema/planner/execution.py": "runs what the compiler wrote",
}
ALLOWED_ROOMS = {"actions", "actions.py", "imports", "imports.py", "importing.py"}


def fetching(path: Path) -> Iterator[int]:
    """The lines on which a file calls the database for rows."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in FETCHES
        ):
            yield node.lineno


def test_rows_are_read_through_sources_only() -> None:
    """A read outside the compiler needs a place on the list, with its reason."""
    strangers = [
        f"{path.relative_to(ROOT)}:{line}"
        for package in ("consortium", "schema")
        for path in (ROOT / package).rglob("*.py")
        if "node_modules" not in path.parts
        and not ALLOWED_ROOMS.intersection(path.parts)
        and not any(str(path.relative_to(ROOT)).startswith(one) for one in ALLOWED)
        for line in fetching(path)
    ]

    assert strangers == []


def test_every_exception_is_still_needed() -> None:
    """A place on the list that reads nothing any more goes."""
    idle = [
        place
        for place in ALLOWED
        if not any(
            list(fetching(path))
            for path in ([ROOT / place] if place.endswith(".py") else (ROOT / place).rglob("*.py"))
        )
    ]

    assert idle == []
