"""Value chains from a file: a row for each stage, or for each participant of a stage."""

from typing import NamedTuple

from consortium.documents.csv import Columns, Table
from consortium.documents.imports import Importer, Progress, Report, Row
from consortium.evidence.actions import Citations
from consortium.organisations.actions.names import Names
from consortium.storage.raw import Connection
from consortium.value_chains.actions import StageFacts, ValueChains

COLUMNS = Columns(
    ("chain", "stage"),
    (
        "chain_description",
        "position",
        "supplies",
        "organisation",
        "role",
        "source_url",
        "source_title",
    ),
)


class ChainRow(NamedTuple):
    """What a row of the file says."""

    row: Row
    chain: str
    stage: StageFacts
    organisation: str
    role: str


async def load(connection: Connection, table: Table, report: Report, progress: Progress) -> None:
    """Load chains, then stages, then what each stage supplies and who takes part in it.

    A stage may be named as supplied before its own row.
    """
    names, citations = await Names.load(connection), Citations(connection)
    chains = ValueChains(connection)
    rows = [_read(Row(record, report)) for record in table.records]
    kept = [one for one in rows if not one.row.rejected]
    for one in kept:
        url, title = one.row.text("source_url"), one.row.text("source_title")
        citation_id = await citations.of(url, title)
        await chains.chain(one.chain, one.row.text("chain_description"), citation_id)
        await chains.stage(one.chain, one.stage)
    for done, one in enumerate(kept, 1):
        supplied = one.row.name("supplies", required=False)
        changed = False
        if supplied:
            fault = await chains.fault_of_supply(one.chain, one.stage.name, supplied)
            if fault is not None:
                one.row.reject("supplies", fault)
                continue
            changed = await chains.supply(one.chain, one.stage.name, supplied)
        if one.organisation:
            organisation_id = names.find(one.organisation)
            if organisation_id is None:
                organisation_id = await names.add(one.organisation)
                report.note(f"new organisation: {one.organisation}")
            changed |= await chains.participant(
                one.chain, one.stage.name, organisation_id, one.role
            )
        changed |= chains.is_new(one.chain, one.stage.name)
        report.count("created" if changed else "unchanged")
        progress(done, len(kept))


def _read(row: Row) -> ChainRow:
    stage = StageFacts(row.name("stage"), row.whole("position") or 0)
    return ChainRow(
        row,
        row.name("chain"),
        stage,
        row.name("organisation", required=False),
        row.name("role", required=False),
    )


IMPORTER = Importer("value-chains", COLUMNS, load)
