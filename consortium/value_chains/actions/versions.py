"""Draft versions of chains, copy and publish them, and show them to others."""

from datetime import date
from typing import NamedTuple

from asyncpg import Record

from consortium.audit.actions import audited
from consortium.evidence.actions import Cited, citation_of
from consortium.kernel.errors import NotFound, PermissionDenied, check_seen
from consortium.kernel.principal import Permission, Principal
from consortium.kernel.text import name_key
from consortium.kernel.texts import checked_reference, checked_text
from consortium.kernel.visibility import (
    Visibility,
    check_visibility_change,
    writing_organisation,
)
from consortium.query.visible import require_visible
from consortium.storage.raw import Connection
from consortium.value_chains.actions.chains import StageFacts, ValueChains
from consortium.value_chains.computing.at_hand import at_hand, refusal
from consortium.value_chains.computing.loading import recorded_by
from consortium.value_chains.computing.worker import Check
from consortium.value_chains.reads import CHAIN_VERSIONS, VALUE_CHAINS
from consortium.value_chains.rules.versions import (
    ChainReferenceTaken,
    ChainVersionCopied,
    ChainVersionDraft,
    ChainVersionNotPublished,
    StageInvalid,
    SystemEmpty,
    ValueChainExists,
    check_draft,
    check_shares,
)
from consortium.value_chains.rules.vocabulary import ChainVersionStatus

CHAIN_KNOWN = "SELECT EXISTS (SELECT FROM value_chain WHERE name_key = $1)"
INSERT = """
INSERT INTO chain_version (value_chain_id, organisation_id, reference, title, copied_from_id,
    citation_id)
VALUES ($1, $2, $3, $4, $5, $6) RETURNING id
"""
TAKEN = """
SELECT EXISTS (SELECT FROM chain_version WHERE organisation_id = $1 AND reference = $2)
"""
# Whoever writes rows of a version holds it: its number is that of all that is in it.
KEPT = """
SELECT id, value_chain_id, organisation_id, status, visibility, version, citation_id
FROM chain_version WHERE id = $1 FOR UPDATE
"""
SOURCE = """
SELECT value_chain_id, organisation_id, visibility, citation_id
FROM chain_version WHERE id = $1 FOR SHARE
"""
# In the order of what is copied, so that pages and draws are those of the original.
COPY_ACTIVITIES = """
INSERT INTO activity (chain_version_id, code, process, name, product, unit, output, share,
    organisation_id, stage_id, geography, period_start, period_end, citation_id, footprint_id)
SELECT $2, code, process, name, product, unit, output, share, organisation_id, stage_id, geography,
    period_start, period_end, citation_id, footprint_id
FROM activity WHERE chain_version_id = $1 ORDER BY id
"""
PAIRS = """
CREATE TEMPORARY TABLE copied_activity ON COMMIT DROP AS
SELECT o.id AS was, n.id AS is_now
FROM (SELECT id, code FROM activity WHERE chain_version_id = {source}) o
JOIN (SELECT id, code FROM activity WHERE chain_version_id = {copy}) n USING (code)
"""
COPY_EXCHANGES = """
INSERT INTO activity_exchange (chain_version_id, consumer_id, supplier_id, amount, stated_amount,
    stated_unit, uncertainty, error_source, citation_id)
SELECT $2, c.is_now, s.is_now, x.amount, x.stated_amount, x.stated_unit, x.uncertainty,
    x.error_source, x.citation_id
FROM activity_exchange x JOIN copied_activity c ON c.was = x.consumer_id
    JOIN copied_activity s ON s.was = x.supplier_id
WHERE x.chain_version_id = $1 ORDER BY x.id
"""
COPY_EMISSIONS = """
INSERT INTO activity_emission (chain_version_id, activity_id, gas, mass_kg, uncertainty,
    error_source)
SELECT $2, a.is_now, e.gas, e.mass_kg, e.uncertainty, e.error_source
FROM activity_emission e JOIN copied_activity a ON a.was = e.activity_id
WHERE e.chain_version_id = $1 ORDER BY e.id
"""
SHARES_OFF = """
SELECT process, sum(share) AS together FROM activity WHERE chain_version_id = $1
GROUP BY process HAVING abs(sum(share) - 1) > 1e-9 ORDER BY process LIMIT 1
"""
PUBLISH = """
UPDATE chain_version SET status = 'PUBLISHED', published_on = $2, version = version + 1
WHERE id = $1
"""
RETIRE = "UPDATE chain_version SET status = 'RETIRED', version = version + 1 WHERE id = $1"
SHOW = "UPDATE chain_version SET visibility = $2, version = version + 1 WHERE id = $1"
COPIED = "SELECT EXISTS (SELECT FROM chain_version WHERE copied_from_id = $1)"
DISCARD = (
    "DELETE FROM activity_exchange WHERE chain_version_id = $1",
    "DELETE FROM activity_emission WHERE chain_version_id = $1",
    "DELETE FROM activity WHERE chain_version_id = $1",
    "DELETE FROM chain_version WHERE id = $1",
)


class StageOf(NamedTuple):
    """A stage of a new chain, and the stage of it that this one supplies."""

    name: str
    supplies: str | None = None


class CreateValueChain(NamedTuple):
    """A chain and its stages, in their order."""

    name: str
    description: str = ""
    stages: tuple[StageOf, ...] = ()
    source: Cited | None = None


class CreateChainVersion(NamedTuple):
    """An empty draft of a chain, by its name within the organisation."""

    value_chain: int
    reference: str
    title: str
    source: Cited | None = None


class CopyChainVersion(NamedTuple):
    """A draft with all that a version holds: a scenario, or the next edition."""

    chain_version: int
    reference: str
    title: str


class ChangeChainVersion(NamedTuple):
    """A version to be published, retired or discarded; `version` as the caller saw it."""

    chain_version: int
    version: int


class SetChainVersionVisibility(NamedTuple):
    """Who shall see a version; `version` as the caller saw it."""

    chain_version: int
    version: int
    visibility: Visibility


async def create_value_chain(by: Principal, command: CreateValueChain, today: date) -> int:
    """Record a chain that everyone sees, and its stages; returns its id.

    Raises:
        PermissionDenied: the caller neither enters figures nor keeps organisations.
        ValueChainExists, StageInvalid, TextMissing: as they say.
    """
    del today
    async with audited(by, "value-chain:create", organisation_id=by.organisation_id) as open_:
        if not by.may(Permission.ORGANISATIONS_MANAGE):
            writing_organisation(by)
        name = checked_text(command.name, "name")
        if await open_.fetchval(CHAIN_KNOWN, name_key(name)):
            raise ValueChainExists().at("name")
        chains = ValueChains(open_)
        citation = await citation_of(open_, command.source)
        key = await chains.chain(name, command.description.strip(), citation)
        await _add_stages(chains, name, command.stages)
    return key


async def _add_stages(chains: ValueChains, chain: str, stages: tuple[StageOf, ...]) -> None:
    names = [checked_text(one.name, "stages", str(at), "name") for at, one in enumerate(stages)]
    if len({name_key(name) for name in names}) < len(names):
        raise StageInvalid().at("stages")
    for position, name in enumerate(names, 1):
        await chains.stage(chain, StageFacts(name, position))
    for at, (name, one) in enumerate(zip(names, stages, strict=True)):
        if one.supplies is None:
            continue
        supplied = one.supplies.strip()
        fault = await chains.fault_of_supply(chain, name, supplied)
        if fault is not None:
            raise StageInvalid(f"“{name}” cannot supply “{supplied}”: {fault}.").at(
                "stages", str(at), "supplies"
            )
        await chains.supply(chain, name, supplied)


async def create_chain_version(by: Principal, command: CreateChainVersion, today: date) -> int:
    """Begin a draft of a chain, seen by its organisation alone; returns its id.

    Raises:
        NotFound: there is no such chain.
        PermissionDenied: the caller enters no figures.
        ChainReferenceTaken, ReferenceInvalid, TextMissing: as they say.
    """
    async with audited(by, "chain-version:create", organisation_id=by.organisation_id) as open_:
        owner = writing_organisation(by)
        await require_visible(open_, VALUE_CHAINS, command.value_chain, by, today)
        named = await _named(open_, owner, command.reference, command.title)
        citation = await citation_of(open_, command.source)
        key: int = await open_.fetchval(INSERT, command.value_chain, owner, *named, None, citation)
    return key


async def copy_chain_version(by: Principal, command: CopyChainVersion, today: date) -> int:
    """Copy a version with all that is in it into a draft of one's own; returns its id.

    Raises:
        NotFound: there is none that the caller may see.
        PermissionDenied: the caller enters no figures, or the version is another's and not shown.
        ChainReferenceTaken, ReferenceInvalid, TextMissing: as they say.
    """
    source = command.chain_version
    async with audited(by, "chain-version:copy", organisation_id=by.organisation_id) as open_:
        await require_visible(open_, CHAIN_VERSIONS, source, by, today)
        owner = writing_organisation(by)
        [kept] = await open_.fetch(SOURCE, source)
        if kept["organisation_id"] != owner and kept["visibility"] == Visibility.PRIVATE:
            raise PermissionDenied
        named = await _named(open_, owner, command.reference, command.title)
        about = (kept["value_chain_id"], owner, *named, source, kept["citation_id"])
        key: int = await open_.fetchval(INSERT, *about)
        await open_.execute(COPY_ACTIVITIES, source, key)
        # Numbers of rows, not texts: a utility statement takes no parameters.
        await open_.execute(PAIRS.format(source=int(source), copy=int(key)))
        await open_.execute("ANALYZE copied_activity")
        await open_.execute(COPY_EXCHANGES, source, key)
        await open_.execute(COPY_EMISSIONS, source, key)
        await open_.execute("DROP TABLE copied_activity")
    return key


async def publish_chain_version(by: Principal, command: ChangeChainVersion, today: date) -> int:
    """Publish a draft that computes; it stays as it is from then on. Returns its id.

    Raises:
        NotFound, PermissionDenied, ChangedMeanwhile, ChainVersionPublished: as `held_draft`.
        SystemEmpty, SharesNotOne, LoopNeverEnds, SystemSingular, SystemNotSolved: it does not.
    """
    key = command.chain_version
    async with audited(by, "chain-version:publish", organisation_id=by.organisation_id) as open_:
        await held_draft(open_, by, command, today)
        await check_computes(open_, key)
        await open_.execute(PUBLISH, key, today)
    return key


async def retire_chain_version(by: Principal, command: ChangeChainVersion, today: date) -> int:
    """Say that a published version shall not be used any more; returns its id.

    Raises:
        NotFound, PermissionDenied, ChangedMeanwhile: as `held_version`.
        ChainVersionNotPublished: it is a draft, or retired already.
    """
    key = command.chain_version
    async with audited(by, "chain-version:retire", organisation_id=by.organisation_id) as open_:
        kept = await held_version(open_, by, command, today)
        if kept["status"] != ChainVersionStatus.PUBLISHED:
            raise ChainVersionNotPublished
        await open_.execute(RETIRE, key)
    return key


async def discard_chain_version(by: Principal, command: ChangeChainVersion, today: date) -> int:
    """Remove a draft and all that is in it; returns the id of its chain.

    Raises:
        NotFound, PermissionDenied, ChangedMeanwhile, ChainVersionPublished: as `held_draft`.
        ChainVersionCopied: another version was copied from it.
    """
    key = command.chain_version
    async with audited(by, "chain-version:discard", organisation_id=by.organisation_id) as open_:
        kept = await held_draft(open_, by, command, today)
        if await open_.fetchval(COPIED, key):
            raise ChainVersionCopied
        for statement in DISCARD:
            await open_.execute(statement, key)
    chain: int = kept["value_chain_id"]
    return chain


async def set_chain_version_visibility(
    by: Principal, command: SetChainVersionVisibility, today: date
) -> int:
    """Show a published version, with all that is in it, to more or fewer; returns its id.

    Raises:
        NotFound: there is none that the caller may see.
        PermissionDenied: the caller may not show it so.
        ChangedMeanwhile: somebody else changed it.
        ChainVersionDraft: it is not published yet.
    """
    key, version, shown = command
    action = "chain-version:set-visibility"
    async with audited(by, action, organisation_id=by.organisation_id) as open_:
        await require_visible(open_, CHAIN_VERSIONS, key, by, today)
        [kept] = await open_.fetch(KEPT, key)
        before = Visibility(kept["visibility"])
        check_visibility_change(by, kept["organisation_id"], before, shown)
        check_seen(version, kept["version"], "version")
        if kept["status"] == ChainVersionStatus.DRAFT:
            raise ChainVersionDraft
        if before != shown:
            await open_.execute(SHOW, key, shown.value)
    return key


async def held_version(
    connection: Connection, by: Principal, command: ChangeChainVersion, today: date
) -> Record:
    """A version of the caller's organisation, locked until the transaction ends.

    Raises:
        NotFound: there is none that the caller may see.
        PermissionDenied: the caller enters no figures for its organisation.
        ChangedMeanwhile: somebody else changed it.
    """
    await require_visible(connection, CHAIN_VERSIONS, command.chain_version, by, today)
    kept = await connection.fetchrow(KEPT, command.chain_version)
    if kept is None:
        raise NotFound
    if writing_organisation(by) != kept["organisation_id"]:
        raise PermissionDenied
    check_seen(command.version, kept["version"], "version")
    return kept


async def held_draft(
    connection: Connection, by: Principal, command: ChangeChainVersion, today: date
) -> Record:
    """As `held_version`, of one that is not published. Raises ChainVersionPublished too."""
    kept = await held_version(connection, by, command, today)
    check_draft(ChainVersionStatus(kept["status"]))
    return kept


async def check_computes(connection: Connection, version: int) -> None:
    """Refuse a version that has no answer, in the words of `check_shares` and of the solver."""
    off = await connection.fetch(SHARES_OFF, version)
    check_shares({row["process"]: row["together"] for row in off})
    rows = await recorded_by(connection, version)
    if not len(rows.activities):
        raise SystemEmpty
    refused = await at_hand().checked(Check(rows))
    if refused is not None:
        raise await refusal(connection, refused)


async def _named(connection: Connection, owner: int, reference: str, title: str) -> tuple[str, str]:
    """The reference and title of a new version. Raises ChainReferenceTaken."""
    checked = checked_reference(reference, "reference")
    if await connection.fetchval(TAKEN, owner, checked):
        raise ChainReferenceTaken().at("reference")
    return checked, checked_text(title, "title")
