"""Footprints from chains, and into them: compute one, and let one stand for an activity."""

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from consortium.audit.actions import audited
from consortium.footprints.actions.common import own_product
from consortium.footprints.actions.entering import About, whole_footprint
from consortium.footprints.actions.recording import Record, facts_kept, record
from consortium.footprints.reads.footprints import FOOTPRINTS
from consortium.footprints.rules.chains import (
    ActivityHasCoProducts,
    Released,
    computed_pcf,
    emissions_of,
)
from consortium.footprints.rules.errors import FootprintDeprecated
from consortium.footprints.rules.facts import PcfDeclared, PfStatus
from consortium.footprints.rules.vocabulary import FootprintOrigin
from consortium.kernel.errors import DomainError
from consortium.kernel.gases import GwpSet
from consortium.kernel.principal import Principal
from consortium.kernel.visibility import Visibility, check_visibility_change
from consortium.query.visible import require_visible
from consortium.storage.raw import Connection
from consortium.value_chains.actions.activities import restate_activity
from consortium.value_chains.actions.versions import ChangeChainVersion, held_draft
from consortium.value_chains.computing.demands import demanded, emitted_by
from consortium.value_chains.reads import ACTIVITIES
from consortium.value_chains.rules.units import converted

MADE = """
SELECT a.chain_version_id, a.output, a.unit, EXISTS (
    SELECT FROM activity b WHERE b.chain_version_id = a.chain_version_id
        AND b.process = a.process AND b.id <> a.id) AS has_co_products
FROM activity a WHERE a.id = $1
"""


class ComputeFootprint(NamedTuple):
    """A product of the caller's organisation, and the activity of a chain that makes it.

    `pcf` is what a chain does not tell.
    """

    product: int
    activity: int
    pcf: PcfDeclared
    gwp_set: GwpSet = GwpSet.AR6
    about: About | None = None
    visibility: Visibility | None = None


class UseFootprint(NamedTuple):
    """A footprint that stands for an activity; `version` of its draft as the caller saw it."""

    activity: int
    version: int
    footprint: int


async def compute_footprint(by: Principal, command: ComputeFootprint, today: date) -> int:
    """Compute and record a product's footprint, PRIVATE unless told; returns its id.

    Raises:
        NotFound, PermissionDenied: of the product and the activity; or the caller may not publish.
        ChainVersionNotInForce: the activity's version is a draft, or retired.
        UnitDoesNotFit: the product is declared in units of another dimension than the activity's.
        GwpSetNotPact, GasNotInSet: as they say.
        FootprintFaulty: it does not mean what PACT's specification says.
    """
    async with audited(by, "footprint:compute", organisation_id=by.organisation_id) as open_:
        kept = await own_product(open_, by, command.product, today)
        owner, shown = kept["organisation_id"], command.visibility or Visibility.PRIVATE
        check_visibility_change(by, owner, Visibility.PRIVATE, shown)
        of = await demanded(open_, by, command.activity, today)
        amount = _demanded(command.pcf, of.unit)
        emitted = await emitted_by(open_, of, amount, command.gwp_set)
        released = Released(emitted.mass_kg, emitted.gases_kg_co2e)
        pcf = computed_pcf(command.pcf, released, command.gwp_set)
        facts = await whole_footprint(open_, command.product, pcf, command.about, None, today)
        recorded = Record(
            organisation_id=owner,
            origin=FootprintOrigin.COMPUTED,
            product_id=command.product,
            chain_version_id=of.version.id,
            activity_id=of.activity,
            visibility=shown,
        )
        return await record(open_, facts, recorded, today)


async def use_footprint(by: Principal, command: UseFootprint, today: date) -> int:
    """Let a footprint stand for all that an activity of a draft takes and emits; returns its id.

    Raises:
        NotFound, PermissionDenied, ChangedMeanwhile, ChainVersionPublished: as `held_draft`.
        FootprintDeprecated, ActivityHasCoProducts, GwpSetNotPact: as they say.
        UnitDoesNotFit: the product is declared in units of another dimension than the activity's.
    """
    key = command.activity
    async with audited(by, "activity:use-footprint", organisation_id=by.organisation_id) as open_:
        await require_visible(open_, ACTIVITIES, key, by, today)
        [made] = await open_.fetch(MADE, key)
        version: int = made["chain_version_id"]
        await held_draft(open_, by, ChangeChainVersion(version, command.version), today)
        if made["has_co_products"]:
            raise ActivityHasCoProducts().at("activity")
        emissions = await _stated(open_, by, command.footprint, made["output"], made["unit"], today)
        await restate_activity(open_, version, key, emissions, command.footprint)
    return key


def _demanded(declared: PcfDeclared, unit: str) -> Decimal:
    """A declared unit as an amount of an activity's product."""
    try:
        return converted(
            declared.declared_unit_amount, declared.declared_unit_of_measurement.value, unit
        )
    except DomainError as error:
        raise error.at("pcf", "declaredUnitOfMeasurement") from None


async def _stated(
    connection: Connection, by: Principal, key: int, output: Decimal, unit: str, today: date
) -> dict[str, Decimal]:
    """What a footprint that is in use says of an output."""
    await require_visible(connection, FOOTPRINTS, key, by, today)
    facts = await facts_kept(connection, key)
    try:
        if facts.status is PfStatus.DEPRECATED:
            raise FootprintDeprecated
        return emissions_of(facts.pcf, output, unit)
    except DomainError as error:
        raise error.at("footprint") from None
