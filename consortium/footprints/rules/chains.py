"""From what a chain emits to a product's footprint, and from a footprint to what an activity emits.

Which sum of PACT's a gas is in (PACT technical specification 3.0.3, CarbonFootprint): non-fossil
methane is the biogenic emission that is not CO2; biogenic CO2 that is taken up and not given off
again is the uptake; everything else counts as fossil, also what is known in CO2e alone.
"""

from collections.abc import Mapping
from dataclasses import fields
from decimal import Context, Decimal
from typing import Any, Final, NamedTuple

from consortium.footprints.rules.facts import PcfDeclared, PcfFacts
from consortium.kernel.errors import BadInput
from consortium.kernel.gases import BIOGENIC_CO2, GwpSet
from consortium.kernel.quantities import exact_sum
from consortium.value_chains.rules.units import converted, unit_of

BIOGENIC_METHANE: Final = "CH4_NON_FOSSIL"
_DIGITS = Context(prec=50)


class GwpSetNotPact(BadInput):
    """A footprint names one report of the IPCC whose factors it used, such as AR5 or AR6."""

    code = "GWP_SET_NOT_PACT"


class ActivityHasCoProducts(BadInput):
    """A footprint is of one product: a process with several keeps what it takes and emits."""

    code = "ACTIVITY_HAS_CO_PRODUCTS"


class Released(NamedTuple):
    """What a demand emits, by gas: kg of the gas, and kg CO2e."""

    mass_kg: Mapping[str, Decimal]
    kg_co2e: Mapping[str, Decimal]


def computed_pcf(declared: PcfDeclared, released: Released, gwp_set: GwpSet) -> PcfFacts:
    """The carbon footprint of a declared unit that releases so much.

    Raises:
        GwpSetNotPact: the set is no report of the IPCC as it was published.
    """
    if gwp_set is GwpSet.AR5_CCF:
        raise GwpSetNotPact
    biogenic = released.kg_co2e.get(BIOGENIC_METHANE, Decimal(0))
    fossil = exact_sum(mass for gas, mass in released.kg_co2e.items() if gas != BIOGENIC_METHANE)
    uptake = min(released.mass_kg.get(BIOGENIC_CO2, Decimal(0)), Decimal(0))
    excluding = exact_sum([fossil, biogenic])
    return PcfFacts(
        **_values(declared),
        fossil_ghg_emissions=fossil,
        biogenic_non_co2_emissions=biogenic,
        biogenic_co2_uptake=uptake,
        pcf_excluding_biogenic_uptake=excluding,
        pcf_including_biogenic_uptake=exact_sum([excluding, uptake]),
        ipcc_characterization_factors=(gwp_set.value,),
    )


def emissions_of(pcf: PcfFacts, output: Decimal, unit: str) -> dict[str, Decimal]:
    """Gas -> kg that an activity emits which makes `output` of the product, in `unit`.

    The footprint is CO2e of its set alone, and what biomass took up is biogenic CO2.

    Raises:
        GwpSetNotPact: the footprint names none, or several.
        UnitDoesNotFit: the product is declared in units of another dimension.
    """
    gwp_set = _set_of(pcf)
    made = _declared_units(pcf, output, unit)
    emitted = {f"CO2E_{gwp_set.value}": pcf.pcf_excluding_biogenic_uptake}
    if pcf.biogenic_co2_uptake:
        emitted[BIOGENIC_CO2] = pcf.biogenic_co2_uptake
    return {gas: _DIGITS.multiply(mass, made) for gas, mass in emitted.items()}


def _set_of(pcf: PcfFacts) -> GwpSet:
    named = pcf.ipcc_characterization_factors
    if len(named) != 1 or named[0] not in {one.value for one in GwpSet}:
        raise GwpSetNotPact
    return GwpSet(named[0])


def _declared_units(pcf: PcfFacts, output: Decimal, unit: str) -> Decimal:
    """How many declared units an output is; by the product's mass where one of both is a mass."""
    measured = pcf.declared_unit_of_measurement.value
    mass = pcf.product_mass_per_declared_unit
    weighed = unit_of(unit).dimension == unit_of("kg").dimension
    if weighed and mass > 0 and unit_of(measured).dimension != unit_of(unit).dimension:
        return _DIGITS.divide(converted(output, unit, "kg"), mass)
    return _DIGITS.divide(converted(output, unit, measured), pcf.declared_unit_amount)


def _values(declared: PcfDeclared) -> dict[str, Any]:
    return {one.name: getattr(declared, one.name) for one in fields(PcfDeclared)}
