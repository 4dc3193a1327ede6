"""A product's carbon footprint as PACT defines it, with nothing of how it is written or kept.

Source: PACT technical specification 3.0.3 (WBCSD, Partnership for Carbon Transparency), data types
ProductFootprint and CarbonFootprint. Fields are named as there, in snake case; `pact_name` gives
the spelling of the specification. Masses of gas are in kg CO2e, of carbon in kg, both for one
declared unit (`declared_unit_amount` times `declared_unit_of_measurement`). None: not stated.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

# Parts of names that the specification writes in a way of its own.
_SPELLED = {"co2": "CO2", "dqr": "DQR"}


class PfStatus(StrEnum):
    """ACTIVE is to be used; DEPRECATED no more."""

    ACTIVE = "Active"
    DEPRECATED = "Deprecated"


class DeclaredUnit(StrEnum):
    """The units in which a product may be declared."""

    LITER = "liter"
    KILOGRAM = "kilogram"
    CUBIC_METER = "cubic meter"
    KILOWATT_HOUR = "kilowatt hour"
    MEGAJOULE = "megajoule"
    TON_KILOMETER = "ton kilometer"
    SQUARE_METER = "square meter"
    PIECE = "piece"
    HOUR = "hour"
    MEGABIT_SECOND = "megabit second"


class GeographyRegion(StrEnum):
    """Regions and subregions of UN M49 that a footprint may be about."""

    AFRICA = "Africa"
    AMERICAS = "Americas"
    ASIA = "Asia"
    EUROPE = "Europe"
    OCEANIA = "Oceania"
    AUSTRALIA_AND_NEW_ZEALAND = "Australia and New Zealand"
    CENTRAL_ASIA = "Central Asia"
    EASTERN_ASIA = "Eastern Asia"
    EASTERN_EUROPE = "Eastern Europe"
    LATIN_AMERICA_AND_THE_CARIBBEAN = "Latin America and the Caribbean"
    MELANESIA = "Melanesia"
    MICRONESIA = "Micronesia"
    NORTHERN_AFRICA = "Northern Africa"
    NORTHERN_AMERICA = "Northern America"
    NORTHERN_EUROPE = "Northern Europe"
    POLYNESIA = "Polynesia"
    SOUTH_EASTERN_ASIA = "South-eastern Asia"
    SOUTHERN_ASIA = "Southern Asia"
    SOUTHERN_EUROPE = "Southern Europe"
    SUB_SAHARAN_AFRICA = "Sub-Saharan Africa"
    WESTERN_ASIA = "Western Asia"
    WESTERN_EUROPE = "Western Europe"


class CcuApproach(StrEnum):
    """How captured and used carbon is counted."""

    CUT_OFF = "Cut-off"
    CREDIT = "Credit"


class RuleOperator(StrEnum):
    """Who publishes rules for a product or sector."""

    PEF = "PEF"
    EPD_INTERNATIONAL = "EPD International"
    OTHER = "Other"


class VerificationCoverage(StrEnum):
    """What a third party has verified."""

    PCF_CALCULATION_MODEL = "PCF calculation model"
    PCF_PROGRAM = "PCF program"
    PRODUCT_LEVEL = "product level"


@dataclass(frozen=True, slots=True)
class SpecificRules:
    """Rules for a product or sector that were followed."""

    operator: RuleOperator
    rule_names: tuple[str, ...]
    other_operator_name: str | None = None


@dataclass(frozen=True, slots=True)
class FactorSource:
    """A database of emission factors that secondary data were taken from."""

    name: str
    version: str


@dataclass(frozen=True, slots=True)
class DataQuality:
    """Ratings of the data behind a footprint, 1 (best) to 5."""

    technological_dqr: Decimal
    geographical_dqr: Decimal
    temporal_dqr: Decimal


@dataclass(frozen=True, slots=True)
class Verification:
    """Who has verified what of a footprint, when and against which standard."""

    coverage: VerificationCoverage | None = None
    provider_name: str | None = None
    completed_at: datetime | None = None
    standard_name: str | None = None
    comments: str | None = None


@dataclass(frozen=True, slots=True)
class Extension:
    """Data beyond the specification, by a public schema; `data` is JSON as it came."""

    spec_version: str
    data_schema: str
    data: Mapping[str, Any]
    documentation: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PcfDeclared:
    """PACT's CarbonFootprint without its sums: the unit, and how they were calculated."""

    declared_unit_of_measurement: DeclaredUnit
    declared_unit_amount: Decimal
    product_mass_per_declared_unit: Decimal  # kg; 0 where a mass has no meaning
    reference_period_start: datetime
    reference_period_end: datetime  # excluded
    geography_region_or_subregion: GeographyRegion | None = None
    geography_country: str | None = None  # ISO 3166-1 alpha-2
    geography_country_subdivision: str | None = None  # ISO 3166-2
    boundary_processes_description: str | None = None
    fossil_carbon_content: Decimal
    biogenic_carbon_content: Decimal | None = None
    recycled_carbon_content: Decimal | None = None
    land_area_occupation: Decimal | None = None  # m2 in a year
    aircraft_ghg_emissions: Decimal | None = None
    packaging_emissions_included: bool | None = None
    packaging_ghg_emissions: Decimal | None = None
    packaging_biogenic_carbon_content: Decimal | None = None
    outbound_logistics_ghg_emissions: Decimal | None = None
    ccs_technological_co2_capture_included: bool | None = None
    ccs_technological_co2_capture: Decimal | None = None
    technological_co2_capture_origin: str | None = None
    technological_co2_removals: Decimal | None = None
    ccu_carbon_content: Decimal | None = None
    ccu_calculation_approach: CcuApproach | None = None
    ccu_credit_certification: str | None = None
    cross_sectoral_standards: tuple[str, ...]
    product_or_sector_specific_rules: tuple[SpecificRules, ...] | None = None
    exempted_emissions_percent: Decimal
    exempted_emissions_description: str | None = None
    allocation_rules_description: str | None = None
    secondary_emission_factor_sources: tuple[FactorSource, ...] | None = None
    primary_data_share: Decimal | None = None  # percent
    dqi: DataQuality | None = None
    verification: Verification | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PcfFacts(PcfDeclared):
    """PACT's CarbonFootprint: the quantities, and how they were calculated."""

    pcf_excluding_biogenic_uptake: Decimal
    pcf_including_biogenic_uptake: Decimal
    fossil_ghg_emissions: Decimal
    land_use_change_ghg_emissions: Decimal | None = None
    land_carbon_leakage: Decimal | None = None
    land_management_fossil_ghg_emissions: Decimal | None = None
    land_management_biogenic_co2_emissions: Decimal | None = None
    land_management_biogenic_co2_removals: Decimal | None = None
    biogenic_co2_uptake: Decimal | None = None
    biogenic_non_co2_emissions: Decimal | None = None
    ipcc_characterization_factors: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FootprintFacts:
    """PACT's ProductFootprint: whose product, which, and its carbon footprint."""

    id: UUID
    spec_version: str
    preceding_pf_ids: tuple[UUID, ...] | None = None
    created: datetime
    status: PfStatus
    validity_period_start: datetime | None = None
    validity_period_end: datetime | None = None  # excluded
    company_name: str
    company_ids: tuple[str, ...]
    product_description: str
    product_ids: tuple[str, ...]
    product_classifications: tuple[str, ...] | None = None
    product_name_company: str
    comment: str | None = None
    pcf: PcfFacts
    extensions: tuple[Extension, ...] | None = None


def pact_name(name: str) -> str:
    """A field's name as the specification spells it: `biogenic_co2_uptake`, biogenicCO2Uptake."""
    first, *others = name.split("_")
    return first + "".join(_SPELLED.get(part, part.capitalize()) for part in others)
