"""Record, change and remove activities of a draft: each whole, with what it takes and emits."""

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from asyncpg import Record

from consortium.audit.actions import audited
from consortium.evidence.actions import Cited, citation_of
from consortium.kernel.errors import DomainError
from consortium.kernel.gases import gas_known
from consortium.kernel.periods import PeriodReversed
from consortium.kernel.places import check_geography
from consortium.kernel.principal import Principal
from consortium.kernel.texts import checked_text
from consortium.kernel.uncertainty import checked_uncertainty
from consortium.organisations.reads import ORGANISATIONS
from consortium.query.visible import require_visible
from consortium.storage.raw import Connection
from consortium.value_chains.actions.versions import ChangeChainVersion, held_draft
from consortium.value_chains.reads import ACTIVITIES
from consortium.value_chains.rules.systems import AmountNotFinite, OutputMissing, SupplierUnknown
from consortium.value_chains.rules.units import converted, unit_of
from consortium.value_chains.rules.versions import (
    ActivityTwice,
    ActivityUsed,
    EmissionTwice,
    StageOfAnotherChain,
    check_share,
    checked_code,
)

ROW = (
    "code, process, name, product, unit, output, share, organisation_id, stage_id, geography,"
    " period_start, period_end, citation_id"
)
INSERT = f"""
INSERT INTO activity (chain_version_id, {ROW})
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) RETURNING id
"""  # noqa: S608  names of columns
UPDATE = f"""
UPDATE activity SET ({ROW}, footprint_id)
    = ($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, NULL)
WHERE id = $1
"""  # noqa: S608  names of columns
KEPT = "SELECT id, chain_version_id, unit FROM activity WHERE id = $1"
REMOVE = "DELETE FROM activity WHERE id = $1"
NAMED = """
SELECT code, id, unit FROM activity WHERE chain_version_id = $1 AND code = ANY ($2::text[])
"""
IN_CHAIN = "SELECT EXISTS (SELECT FROM value_chain_stage WHERE id = $1 AND value_chain_id = $2)"
USED_BY = """
SELECT a.code FROM activity_exchange x JOIN activity a ON a.id = x.consumer_id
WHERE x.supplier_id = $1 AND x.consumer_id <> $1 ORDER BY a.code LIMIT 1
"""
USES = """
SELECT id, stated_amount, stated_unit FROM activity_exchange
WHERE supplier_id = $1 AND consumer_id <> $1
"""
RESTATE = "UPDATE activity_exchange SET amount = $2 WHERE id = $1"
CLEAR = (
    "DELETE FROM activity_exchange WHERE consumer_id = $1",
    "DELETE FROM activity_emission WHERE activity_id = $1",
)
EXCHANGE = """
INSERT INTO activity_exchange (chain_version_id, consumer_id, supplier_id, amount, stated_amount,
    stated_unit, uncertainty, error_source, citation_id)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
"""
EMISSION = """
INSERT INTO activity_emission (chain_version_id, activity_id, gas, mass_kg, uncertainty,
    error_source)
VALUES ($1, $2, $3, $4, $5, $6)
"""
STANDS_FOR = "UPDATE activity SET footprint_id = $2 WHERE id = $1"
COUNT = "UPDATE chain_version SET version = version + 1 WHERE id = $1"


class ExchangeOf(NamedTuple):
    """What an activity takes of another's product; in the product's own unit unless told."""

    supplier: str
    amount: Decimal
    unit: str | None = None
    uncertainty: Decimal | None = None
    error_source: str | None = None
    source: Cited | None = None


class EmissionOf(NamedTuple):
    """What an activity emits of a gas itself; in kg unless told."""

    gas: str
    mass: Decimal
    unit: str | None = None
    uncertainty: Decimal | None = None
    error_source: str | None = None


class RecordActivity(NamedTuple):
    """An activity of a draft; `version` of the draft as the caller saw it."""

    chain_version: int
    version: int
    code: str
    product: str
    unit: str
    output: Decimal
    name: str | None = None
    process: str | None = None
    share: Decimal = Decimal(1)
    organisation: int | None = None
    stage: int | None = None
    geography: str | None = None
    period_start: date | None = None
    period_end: date | None = None
    source: Cited | None = None
    inputs: tuple[ExchangeOf, ...] = ()
    emissions: tuple[EmissionOf, ...] = ()


class ChangeActivity(NamedTuple):
    """An activity as it shall be, whole; `version` of its draft as the caller saw it."""

    activity: int
    version: int
    code: str
    product: str
    unit: str
    output: Decimal
    name: str | None = None
    process: str | None = None
    share: Decimal = Decimal(1)
    organisation: int | None = None
    stage: int | None = None
    geography: str | None = None
    period_start: date | None = None
    period_end: date | None = None
    source: Cited | None = None
    inputs: tuple[ExchangeOf, ...] = ()
    emissions: tuple[EmissionOf, ...] = ()


class RemoveActivity(NamedTuple):
    """An activity to be removed; `version` of its draft as the caller saw it."""

    activity: int
    version: int


async def record_activity(by: Principal, command: RecordActivity, today: date) -> int:
    """Record an activity with what it takes and emits; returns its id.

    Raises:
        NotFound, PermissionDenied, ChangedMeanwhile, ChainVersionPublished: as `held_draft`.
        ActivityTwice: the code is taken.
        SupplierUnknown, UnitUnknown, UnitDoesNotFit, GasUnknown, OutputMissing, AmountNotFinite,
        BadInput: with the path of what is wrong.
    """
    version = command.chain_version
    async with audited(by, "activity:record", organisation_id=by.organisation_id) as open_:
        changed = ChangeChainVersion(version, command.version)
        kept = await held_draft(open_, by, changed, today)
        row = await _row(open_, by, command, kept["value_chain_id"], today)
        if await open_.fetch(NAMED, version, [row[0]]):
            raise ActivityTwice().at("code")
        key: int = await open_.fetchval(INSERT, version, *row)
        await _add_rows(open_, version, key, command)
        await open_.execute(COUNT, version)
    return key


async def change_activity(by: Principal, command: ChangeActivity, today: date) -> int:
    """Replace an activity, with what it takes and emits; returns its id.

    Amounts that others take of its product stay as they were stated, and are converted anew.

    Raises:
        NotFound, PermissionDenied, ChangedMeanwhile, ChainVersionPublished: as `held_draft`.
        UnitDoesNotFit: others take of its product in units of another dimension.
        As `record_activity`, besides.
    """
    key = command.activity
    async with audited(by, "activity:change", organisation_id=by.organisation_id) as open_:
        was = await _kept(open_, by, key, today)
        version: int = was["chain_version_id"]
        changed = ChangeChainVersion(version, command.version)
        kept = await held_draft(open_, by, changed, today)
        row = await _row(open_, by, command, kept["value_chain_id"], today)
        if any(one["id"] != key for one in await open_.fetch(NAMED, version, [row[0]])):
            raise ActivityTwice().at("code")
        await open_.execute(UPDATE, key, *row)
        await _restate_uses(open_, key, str(row[4]))
        for clear in CLEAR:
            await open_.execute(clear, key)
        await _add_rows(open_, version, key, command)
        await open_.execute(COUNT, version)
    return key


async def remove_activity(by: Principal, command: RemoveActivity, today: date) -> int:
    """Remove an activity that no other takes of; returns the id of its draft.

    Raises:
        NotFound, PermissionDenied, ChangedMeanwhile, ChainVersionPublished: as `held_draft`.
        ActivityUsed: another takes of its product.
    """
    async with audited(by, "activity:remove", organisation_id=by.organisation_id) as open_:
        was = await _kept(open_, by, command.activity, today)
        version: int = was["chain_version_id"]
        await held_draft(open_, by, ChangeChainVersion(version, command.version), today)
        user = await open_.fetchval(USED_BY, command.activity)
        if user is not None:
            raise ActivityUsed(f"“{user}” takes of its product: change that activity first.")
        await open_.execute(REMOVE, command.activity)
        await open_.execute(COUNT, version)
    return version


async def restate_activity(
    connection: Connection, version: int, key: int, mass_kg: Mapping[str, Decimal], footprint: int
) -> None:
    """Let an activity take nothing and emit masses by gas, as a footprint says of its product.

    Inside the caller's transaction, which holds the draft.
    """
    for clear in CLEAR:
        await connection.execute(clear, key)
    rows = [(version, key, gas, mass, None, None) for gas, mass in mass_kg.items()]
    await connection.executemany(EMISSION, rows)
    await connection.execute(STANDS_FOR, key, footprint)
    await connection.execute(COUNT, version)


async def _kept(connection: Connection, by: Principal, key: int, today: date) -> Record:
    await require_visible(connection, ACTIVITIES, key, by, today)
    [row] = await connection.fetch(KEPT, key)
    return row


async def _row(
    connection: Connection,
    by: Principal,
    command: RecordActivity | ChangeActivity,
    chain: int,
    today: date,
) -> tuple[object, ...]:
    """The values of ROW, checked."""
    code = checked_code(command.code, "code")
    process = code if command.process is None else checked_code(command.process, "process")
    product = checked_text(command.product, "product")
    name = product if command.name is None else checked_text(command.name, "name")
    with _told_at("unit"):
        unit = unit_of(command.unit).symbol
    if not command.output:
        raise OutputMissing().at("output")
    _check_finite(command.output, "output")
    check_share(command.share)
    if command.geography is not None:
        check_geography(command.geography)
    start, end = command.period_start, command.period_end
    if start is not None and end is not None and end < start:
        raise PeriodReversed().at("periodEnd")
    if command.organisation is not None:
        await require_visible(connection, ORGANISATIONS, command.organisation, by, today)
    if command.stage is not None and not await connection.fetchval(IN_CHAIN, command.stage, chain):
        raise StageOfAnotherChain().at("stage")
    citation = await citation_of(connection, command.source)
    about = (command.organisation, command.stage, command.geography, start, end, citation)
    return (code, process, name, product, unit, command.output, command.share, *about)


async def _add_rows(
    connection: Connection, version: int, key: int, command: RecordActivity | ChangeActivity
) -> None:
    """Record what the activity takes and emits."""
    wanted = sorted({one.supplier.strip() for one in command.inputs})
    rows = await connection.fetch(NAMED, version, wanted) if wanted else []
    suppliers = {row["code"]: row for row in rows}
    inputs = [
        await _exchange(connection, suppliers, at, one) for at, one in enumerate(command.inputs)
    ]
    await connection.executemany(EXCHANGE, [(version, key, *one) for one in inputs])
    emissions = _emissions(command.emissions)
    await connection.executemany(EMISSION, [(version, key, *one) for one in emissions])


async def _exchange(
    connection: Connection, suppliers: Mapping[str, Record], at: int, one: ExchangeOf
) -> tuple[object, ...]:
    path = ("inputs", str(at))
    code = one.supplier.strip()
    supplier = suppliers.get(code)
    if supplier is None:
        raise SupplierUnknown(
            f"The version has no activity “{code[:60]}”: record that one first, or correct the"
            " code."
        ).at(*path, "supplier")
    _check_finite(one.amount, *path, "amount")
    own = supplier["unit"]
    with _told_at(*path, "unit"):
        unit = own if one.unit is None else unit_of(one.unit).symbol
        amount = converted(one.amount, unit, own)
    with _told_at(*path, "uncertainty"):
        uncertain = checked_uncertainty(one.uncertainty)
    citation = await citation_of(connection, one.source)
    return (supplier["id"], amount, one.amount, unit, uncertain, _blank(one.error_source), citation)


def _emissions(given: Sequence[EmissionOf]) -> list[tuple[object, ...]]:
    found: dict[str, tuple[object, ...]] = {}
    for at, one in enumerate(given):
        path = ("emissions", str(at))
        with _told_at(*path, "gas"):
            gas = gas_known(one.gas)
        if gas in found:
            raise EmissionTwice().at(*path, "gas")
        _check_finite(one.mass, *path, "mass")
        with _told_at(*path, "unit"):
            mass_kg = converted(one.mass, one.unit or "kg", "kg")
        with _told_at(*path, "uncertainty"):
            uncertain = checked_uncertainty(one.uncertainty)
        found[gas] = (gas, mass_kg, uncertain, _blank(one.error_source))
    return list(found.values())


async def _restate_uses(connection: Connection, key: int, unit: str) -> None:
    """Convert what others take of a product to its unit."""
    rows = await connection.fetch(USES, key)
    with _told_at("unit"):
        amounts = [
            (row[0], converted(row["stated_amount"], row["stated_unit"], unit)) for row in rows
        ]
    await connection.executemany(RESTATE, amounts)


@contextmanager
def _told_at(*path: str) -> Generator[None]:
    """Say of an error where in the input it lies."""
    try:
        yield
    except DomainError as error:
        error.at(*path)
        raise


def _check_finite(amount: Decimal, *path: str) -> None:
    if not amount.is_finite():
        raise AmountNotFinite().at(*path)


def _blank(text: str | None) -> str | None:
    """A text without blanks around it; None where nothing is left."""
    return (text or "").strip() or None
