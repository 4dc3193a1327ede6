"""Load files: one transaction each, with the sums brought up to date before it ends."""

import asyncio
import hashlib
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from consortium.audit.actions import audited
from consortium.avoided.actions import refresh
from consortium.avoided.actions.links import link_named_initiatives
from consortium.avoided.imports import IMPORTER as AVOIDED_EMISSIONS
from consortium.documents.csv import FileUnreadable, Table, read_table
from consortium.documents.imports import Importer, Progress, Report
from consortium.documents.workbooks import read_flat, read_workbook
from consortium.exchange.actions.importing import (
    ImportedFootprints,
    ImportFootprints,
    import_footprints,
)
from consortium.exchange.imports import read_documents
from consortium.guidance.imports import IMPORTER as GUIDANCE
from consortium.initiatives.imports import IMPORTERS as INITIATIVES
from consortium.inventory.imports import IMPORTER as INVENTORIES
from consortium.kernel.errors import BadInput
from consortium.kernel.principal import ANONYMOUS, Permission, Principal, Rights
from consortium.membership.actions import catch_up, put_off
from consortium.membership.imports import IMPORTER as MEMBERS
from consortium.membership.imports import PAYMENTS
from consortium.organisations.actions.names import Names
from consortium.organisations.imports import EXCHANGE_RATES
from consortium.organisations.imports import IMPORTER as CORPORATE_GROUPS
from consortium.staging.actions.imports import record_at_once
from consortium.staging.rules.cells import Fault
from consortium.staging.rules.kinds import ROWS_MAX, SHEETS_OF, ImportKind
from consortium.storage.database import transaction
from consortium.storage.raw import raw
from consortium.value_chains.actions.loading import Filled, FillVersion, fill_version
from consortium.value_chains.imports.reading import read_chain
from consortium.value_chains.imports.stages import IMPORTER as VALUE_CHAINS

IMPORTERS: dict[str, Importer] = {
    importer.kind: importer
    for importer in (
        MEMBERS,
        CORPORATE_GROUPS,
        EXCHANGE_RATES,
        AVOIDED_EMISSIONS,
        INVENTORIES,
        VALUE_CHAINS,
        PAYMENTS,
        GUIDANCE,
        *INITIATIVES,
    )
}


# As `_attempt` notes it.
IMPORTED = """
SELECT EXISTS (
    SELECT FROM audit_entry WHERE action = $1 AND note LIKE '%, SHA-256 ' || $2 || ', %'
)
"""


DRAFT = "SELECT id, version FROM chain_version WHERE organisation_id = $1 AND reference = $2"


class UnknownKind(BadInput):
    """There is no such kind of file."""

    code = "IMPORT_KIND_UNKNOWN"


class OrganisationUnknown(BadInput):
    """No organisation is listed under this name: name the one whose effects the file holds."""

    code = "IMPORT_ORGANISATION_UNKNOWN"


class DraftUnknown(BadInput):
    """The organisation has no version of a chain of this reference: draft it first."""

    code = "IMPORT_DRAFT_UNKNOWN"


class _NothingKept(Exception):
    """Ends the transaction without keeping anything of it."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Who loads a file, for the audit trail: an account, or in words where there is none."""

    by: Principal = ANONYMOUS
    words: str = ""


def _silent(done: int, total: int) -> None:
    del done, total


async def import_file(
    kind: str,
    path: Path,
    *,
    dry_run: bool = False,
    skip_rejected: bool = False,
    progress: Progress = _silent,
    origin: Origin = Origin(),
) -> Report:
    """Load a file of one kind; the report tells what became of each row.

    Any rejected row means that nothing is loaded, unless `skip_rejected`. A dry run goes all the
    way and keeps nothing. Raises UnknownKind and FileUnreadable.
    """
    importer = IMPORTERS.get(kind)
    if importer is None:
        raise UnknownKind(f"There is no kind {kind!r}; there are: {', '.join(IMPORTERS)}.")
    table = read_table(path, importer.columns)
    report = await _attempt(importer, table, progress, origin, dry_run=dry_run)
    while report.rejected and skip_rejected and not dry_run:
        # Once more without those rows, from the start: a rejected row leaves no trace.
        faulty = {problem.line for problem in report.rejected}
        table = replace(table, records=tuple(r for r in table.records if r.line not in faulty))
        again = await _attempt(importer, table, progress, origin)
        again.rejected, again.rows = report.rejected + again.rejected, report.rows
        if again.loaded:
            return again
        report = again
    return report


async def import_effects(path: Path, organisation: str, by_words: str, today: date) -> list[Fault]:
    """Record a workbook or CSV file of effects for an organisation, whole; else what is wrong.

    Whoever runs this stands at the machine, and does what an approver of the organisation may.

    Raises:
        OrganisationUnknown: nothing goes by that name.
        FileUnreadable, ImportEmpty: as they say.
    """
    try:
        data = await asyncio.to_thread(path.read_bytes)
    except OSError as error:
        raise FileUnreadable(f"{path}: {error.strerror or error}.") from error
    async with transaction() as client:
        names = await Names.load(raw(client))
    owner = names.find(organisation)
    if owner is None:
        raise OrganisationUnknown
    read = read_flat if path.suffix.lower() == ".csv" else read_workbook
    rows = read(path.name, data, SHEETS_OF[ImportKind.EFFECTS], ROWS_MAX)
    permissions = (Permission.FIGURES_READ, Permission.FIGURES_WRITE, Permission.FIGURES_APPROVE)
    rights = Rights(is_member=True, has_organisation=True, permissions=frozenset(permissions))
    digest = hashlib.sha256(data).hexdigest()
    note = f"{path.name}, SHA-256 {digest}, {len(rows)} rows, by {by_words}"
    by = Principal(rights, organisation_id=owner)
    return await record_at_once(by, ImportKind.EFFECTS, rows, note, today)


async def import_chain(
    path: Path, organisation: str, reference: str, by_words: str, *, replaces: bool = False
) -> Filled:
    """Record a file's system of activities in a draft of an organisation, whole; or its faults.

    Whoever runs this stands at the machine, and does what an editor of the organisation may.

    Raises:
        OrganisationUnknown, DraftUnknown: nothing goes by that name or reference.
        FileUnreadable, ChainVersionPublished, ChainVersionFilled: as they say.
    """
    try:
        data = await asyncio.to_thread(path.read_bytes)
    except OSError as error:
        raise FileUnreadable(f"{path}: {error.strerror or error}.") from error
    async with transaction() as client:
        owner = (await Names.load(raw(client))).find(organisation)
        draft = await raw(client).fetchrow(DRAFT, owner, reference)
    if owner is None:
        raise OrganisationUnknown
    if draft is None:
        raise DraftUnknown
    stated = await asyncio.to_thread(read_chain, path.name, data)
    digest = hashlib.sha256(data).hexdigest()
    note = f"{path.name}, SHA-256 {digest}, {len(stated)} rows, by {by_words}"
    command = FillVersion(draft["id"], draft["version"], note, replaces)
    return await fill_version(_editor_of(owner), command, stated)


async def import_pact(
    path: Path, organisation: str, by_words: str, today: date
) -> ImportedFootprints:
    """Record a file's footprints for an organisation, whole; or what is wrong with them.

    Whoever runs this stands at the machine, and does what an editor of the organisation may.

    Raises:
        OrganisationUnknown: nothing goes by that name.
        FileUnreadable, FootprintsUnreadable, FootprintsFileEmpty: as they say.
    """
    try:
        data = await asyncio.to_thread(path.read_bytes)
    except OSError as error:
        raise FileUnreadable(f"{path}: {error.strerror or error}.") from error
    async with transaction() as client:
        owner = (await Names.load(raw(client))).find(organisation)
    if owner is None:
        raise OrganisationUnknown
    documents = await asyncio.to_thread(read_documents, data)
    digest = hashlib.sha256(data).hexdigest()
    note = f"{path.name}, SHA-256 {digest}, {len(documents)} rows, by {by_words}"
    return await import_footprints(_editor_of(owner), ImportFootprints(documents, note), today)


def _editor_of(owner: int) -> Principal:
    permissions = (Permission.FIGURES_READ, Permission.FIGURES_WRITE)
    rights = Rights(is_member=True, has_organisation=True, permissions=frozenset(permissions))
    return Principal(rights, organisation_id=owner)


async def was_imported(kind: str, path: Path) -> bool:
    """Whether the trail names an import of a file of this kind with these very bytes."""
    async with transaction() as client:
        found = await raw(client).fetchval(IMPORTED, f"import:{kind}", _digest(path))
    return bool(found)


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


async def _attempt(
    importer: Importer, table: Table, progress: Progress, origin: Origin, *, dry_run: bool = False
) -> Report:
    """Load a table whole, or nothing of it, as one entry of the audit trail."""
    report = Report(importer.kind, rows=len(table.records))
    note = f"{table.name}, SHA-256 {table.sha256}, {report.rows} rows"
    note += f", by {origin.words}" if origin.words else ""
    try:
        async with audited(origin.by, f"import:{importer.kind}", note=note) as connection:
            await put_off(connection)
            await importer.load(connection, table, report, progress)
            if dry_run or report.rejected:
                raise _NothingKept  # noqa: TRY301  the transaction must see it
            await link_named_initiatives(connection)
            await refresh()
            await catch_up(connection)
    except _NothingKept:
        report.loaded = False
    return report
