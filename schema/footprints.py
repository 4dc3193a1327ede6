"""Products and their carbon footprints, as PACT defines them."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

import strawberry

from consortium.footprints.actions.entering import (
    CorrectFootprint,
    DeprecateFootprint,
    RecordFootprint,
    SetFootprintVisibility,
    correct_footprint,
    deprecate_footprint,
    record_footprint,
    set_footprint_visibility,
)
from consortium.footprints.actions.sharing import (
    ShareFootprint,
    UnshareFootprint,
    share_footprint,
    unshare_footprint,
)
from consortium.footprints.reads.footprints import FOOTPRINTS, PRODUCTS
from consortium.footprints.rules.facts import (
    CcuApproach,
    DeclaredUnit,
    GeographyRegion,
    RuleOperator,
    VerificationCoverage,
)
from consortium.footprints.rules.vocabulary import FootprintOrigin, FootprintStatus
from consortium.kernel.visibility import Visibility
from consortium.organisations.reads import ORGANISATIONS
from schema.enums import described
from schema.filters import filter_of, order_of
from schema.mutations import Does, Refusal, mutation
from schema.nodes import Node, extends
from schema.organisations import Organisation
from schema.paging import Connection, connection, optional
from schema.products import Product
from schema.subscriptions import Change, rows

FootprintFilter = filter_of(FOOTPRINTS)
FootprintOrder = order_of(FOOTPRINTS)
described(
    FootprintStatus,
    "Whether a footprint is to be used.",
    ACTIVE="It is the newest.",
    DEPRECATED="It is not to be used any more; it stays on record.",
)
described(
    FootprintOrigin,
    "Where a footprint came from.",
    COMPUTED="From a value chain here.",
    IMPORTED="From a file.",
    RECEIVED="From a partner's system.",
    QUESTIONNAIRE="From a supplier's answers to a questionnaire.",
    ENTERED="By hand.",
)
described(
    GeographyRegion,
    "Regions and subregions of the United Nations' M49.",
    **{region.name: f"{region.value}." for region in GeographyRegion},
)
described(
    CcuApproach,
    "How captured and used carbon is counted.",
    CUT_OFF="Free of burden for whoever uses it.",
    CREDIT="As a credit for whoever uses it.",
)
described(
    RuleOperator,
    "Who publishes rules of a product or sector.",
    PEF="The EU's Product Environmental Footprint.",
    EPD_INTERNATIONAL="EPD International.",
    OTHER="Somebody else, who is named.",
)
described(
    VerificationCoverage,
    "What a third party has verified.",
    PCF_CALCULATION_MODEL="The model of the calculation.",
    PCF_PROGRAM="The programme of footprints.",
    PRODUCT_LEVEL="This product's footprint.",
)


@strawberry.type(description="Ratings of the data behind a footprint: 1 is best, 5 worst.")
class DataQuality:
    technological: Decimal = strawberry.field(description="Whether they are of this technology.")
    geographical: Decimal = strawberry.field(description="Whether they are of this place.")
    temporal: Decimal = strawberry.field(description="Whether they are of this time.")


@strawberry.type(description="What a third party has verified of a footprint.")
class FootprintVerification:
    coverage: VerificationCoverage | None = strawberry.field(description="What.")
    provider_name: str | None = strawberry.field(description="Who.")
    completed_at: datetime | None = strawberry.field(description="When.")
    standard_name: str | None = strawberry.field(description="Against which standard.")
    comments: str | None = strawberry.field(description="What helps to understand it.")


@strawberry.type(
    description="The quantities of a footprint for one declared unit, and how they were calculated."
    " Null is not stated, and never 0."
)
class CarbonFootprint:
    declared_unit_amount: Decimal = strawberry.field(
        description="How much of the unit the numbers are for; above 0."
    )
    product_mass_per_declared_unit: Decimal = strawberry.field(
        description="Mass without packaging, in kg; 0 of services and energy."
    )
    pcf_excluding_biogenic_uptake: Decimal = strawberry.field(
        description="The footprint without what biomass takes up, in kg CO2e."
    )
    pcf_including_biogenic_uptake: Decimal = strawberry.field(
        description="The footprint with what biomass takes up, in kg CO2e."
    )
    fossil_ghg_emissions: Decimal = strawberry.field(
        description="Emissions from fossil sources, in kg CO2e."
    )
    fossil_carbon_content: Decimal = strawberry.field(
        description="Fossil carbon in the product, in kg."
    )
    exempted_emissions_percent: Decimal = strawberry.field(
        description="How much of the emissions is left out, in percent."
    )
    declared_unit_of_measurement: DeclaredUnit = strawberry.field(description="The unit.")
    reference_period_start: datetime = strawberry.field(
        description="First moment of the data behind it."
    )
    reference_period_end: datetime = strawberry.field(description="Their end, excluded.")
    ipcc_characterization_factors: list[str] = strawberry.field(
        description="Reports of the IPCC whose factors were used, such as AR6."
    )
    cross_sectoral_standards: list[str] = strawberry.field(
        description="Standards by which it was calculated, such as ISO14067."
    )
    packaging_emissions_included: bool | None = strawberry.field(
        description="Whether packaging is included."
    )
    ccs_technological_co2_capture_included: bool | None = strawberry.field(
        description="Whether capture and storage of CO2 is included."
    )
    primary_data_share: Decimal | None = strawberry.field(
        description="How much of it rests on primary data, in percent."
    )
    geography_region_or_subregion: GeographyRegion | None = strawberry.field(
        description="The region of the world that it is about."
    )
    geography_country: str | None = strawberry.field(
        description="The country that it is about, by ISO 3166-1."
    )
    geography_country_subdivision: str | None = strawberry.field(
        description="The part of a country that it is about, by ISO 3166-2."
    )
    boundary_processes_description: str | None = strawberry.field(
        description="The processes that are included."
    )
    biogenic_carbon_content: Decimal | None = strawberry.field(
        description="Biogenic carbon in the product, in kg."
    )
    recycled_carbon_content: Decimal | None = strawberry.field(
        description="Carbon from recycled material in the product, in kg."
    )
    land_use_change_ghg_emissions: Decimal | None = strawberry.field(
        description="Emissions of land-use change, in kg CO2e."
    )
    land_carbon_leakage: Decimal | None = strawberry.field(
        description="Emissions of displaced production, in kg CO2e."
    )
    land_management_fossil_ghg_emissions: Decimal | None = strawberry.field(
        description="Fossil emissions of land management, in kg CO2e; among the fossil ones."
    )
    land_management_biogenic_co2_emissions: Decimal | None = strawberry.field(
        description="Biogenic CO2 of land management, in kg."
    )
    land_management_biogenic_co2_removals: Decimal | None = strawberry.field(
        description="CO2 removed by land management, in kg; 0 or less."
    )
    biogenic_co2_uptake: Decimal | None = strawberry.field(
        description="CO2 taken up by biomass, in kg; 0 or less."
    )
    biogenic_non_co2_emissions: Decimal | None = strawberry.field(
        description="Biogenic gases other than CO2, in kg CO2e."
    )
    land_area_occupation: Decimal | None = strawberry.field(
        description="Farmland in use, in square metres in a year."
    )
    aircraft_ghg_emissions: Decimal | None = strawberry.field(
        description="Emissions of aircraft, in kg CO2e."
    )
    packaging_ghg_emissions: Decimal | None = strawberry.field(
        description="Emissions of packaging, in kg CO2e."
    )
    packaging_biogenic_carbon_content: Decimal | None = strawberry.field(
        description="Biogenic carbon in the packaging, in kg."
    )
    outbound_logistics_ghg_emissions: Decimal | None = strawberry.field(
        description="Emissions of outbound logistics, in kg CO2e."
    )
    ccs_technological_co2_capture: Decimal | None = strawberry.field(
        description="CO2 captured and stored, in kg; 0 or less."
    )
    technological_co2_capture_origin: str | None = strawberry.field(
        description="Where captured CO2 comes from, and where it is stored."
    )
    technological_co2_removals: Decimal | None = strawberry.field(
        description="CO2 removed from the air by technology, in kg; 0 or less."
    )
    ccu_carbon_content: Decimal | None = strawberry.field(
        description="Captured carbon in the product, in kg."
    )
    ccu_calculation_approach: CcuApproach | None = strawberry.field(
        description="How captured and used carbon is counted."
    )
    ccu_credit_certification: str | None = strawberry.field(
        description="The address of the certificate of a credit."
    )
    exempted_emissions_description: str | None = strawberry.field(
        description="Why emissions are left out."
    )
    allocation_rules_description: str | None = strawberry.field(
        description="How emissions are divided among products."
    )
    product_or_sector_specific_rules: list[str] | None = strawberry.field(
        description="Rules of a product or sector that were followed."
    )
    secondary_emission_factor_sources: list[str] | None = strawberry.field(
        description="Databases that secondary data are from."
    )
    dqi: DataQuality | None = strawberry.field(description="Ratings of the data behind it.")
    verification: FootprintVerification | None = strawberry.field(
        description="What a third party has verified."
    )


@strawberry.type(description="An organisation that a footprint is shared with.")
class FootprintShare:
    shared_on: date = strawberry.field(description="Since when.")
    organisation: Organisation = strawberry.field(description="Which.")


@strawberry.type(
    description="A product's carbon footprint by PACT's specification. It never changes, but for"
    " being deprecated: a correction is another one."
)
class Footprint(Node):
    pact_id: str = strawberry.field(description="Its UUID in exchanges with others.")
    status: FootprintStatus = strawberry.field(description="Whether it is to be used.")
    deprecated_on: date | None = strawberry.field(description="When it was deprecated here.")
    deprecated_because: str | None = strawberry.field(description="Why it was deprecated.")
    origin: FootprintOrigin = strawberry.field(description="Where it came from.")
    received_from: str | None = strawberry.field(description="Who sent it, if somebody did.")
    visibility: Visibility = strawberry.field(
        description="Who may see it, beside those it is shared with."
    )
    version: int = strawberry.field(description="Grows with each change of who may see it.")
    recorded_at: datetime = strawberry.field(description="When it was recorded here.")
    spec_version: str = strawberry.field(description="The version of PACT's specification.")
    created_at: datetime = strawberry.field(description="When it was made.")
    company_name: str = strawberry.field(description="Whose product, as stated.")
    company_ids: list[str] = strawberry.field(description="URNs of that company.")
    product_name: str = strawberry.field(description="The product's name, as stated.")
    product_description: str = strawberry.field(description="What the product is, as stated.")
    product_ids: list[str] = strawberry.field(description="URNs of the product.")
    product_classifications: list[str] | None = strawberry.field(
        description="URNs of what it is classified as."
    )
    preceding_pf_ids: list[str] | None = strawberry.field(
        description="UUIDs of earlier footprints whose place it takes."
    )
    comment: str | None = strawberry.field(description="What helps to understand it.")
    validity_period_start: datetime | None = strawberry.field(
        description="From when it is valid, if that is stated."
    )
    validity_period_end: datetime | None = strawberry.field(
        description="Until when it is valid, if that is stated."
    )
    valid_from: datetime = strawberry.field(
        description="From when it is valid: as stated, else from the end of the reference period."
    )
    valid_to: datetime = strawberry.field(
        description="Until when it is valid: as stated, else three years after that end."
    )
    primary_data_share: Decimal | None = strawberry.field(
        description="How much of it rests on primary data, in percent."
    )
    geography_country: str | None = strawberry.field(
        description="The country that it is about, by ISO 3166-1, if it is about one."
    )
    pcf: CarbonFootprint = strawberry.field(description="The quantities.")
    organisation: Organisation = strawberry.field(description="Who keeps it here.")
    product: Product = strawberry.field(description="Of which product of theirs.")
    preceding: Annotated["Footprint", strawberry.lazy("schema.footprints")] | None = (
        strawberry.field(description="The footprint that it corrects.")
    )
    following: Annotated["Footprint", strawberry.lazy("schema.footprints")] | None = (
        strawberry.field(description="The footprint that corrects it.")
    )
    shares: list[FootprintShare] = strawberry.field(
        description="Whom it is shared with; told to who keeps it."
    )


@extends(Product)
class ProductFootprints:
    footprints: Connection[Footprint] = connection(
        "Its footprints that you may see, as they were recorded.", FootprintFilter, FootprintOrder
    )


@strawberry.type
class FootprintsQuery:
    footprints: Connection[Footprint] = connection(
        "Footprints that you may see, as they were recorded. One of the values of each argument"
        " fits, without regard to case.",
        FootprintFilter,
        FootprintOrder,
        (
            optional("product_ids", list[str], "URNs of the product."),
            optional("company_ids", list[str], "URNs of the company."),
            optional("classifications", list[str], "URNs of what it is classified as."),
            optional("geography", list[str], "Regions, countries or parts of countries."),
            optional("valid_on", datetime, "Valid at this moment."),
        ),
    )


@strawberry.type
class FootprintsSubscription:
    footprint_changed: Change[Footprint] = rows(
        FOOTPRINTS, "A footprint was recorded, corrected or shared."
    )


@strawberry.input(description="Rules of a product or sector that were followed.")
class SpecificRulesInput:
    operator: RuleOperator = strawberry.field(description="Who publishes them.")
    rule_names: list[str] = strawberry.field(description="Their names.")
    other_operator_name: str | None = strawberry.field(
        description="Who publishes them, if the operator is OTHER.", default=strawberry.UNSET
    )


@strawberry.input(description="A database of emission factors.")
class FactorSourceInput:
    name: str = strawberry.field(description="Its name.")
    version: str = strawberry.field(description="Its version.")


@strawberry.input(description="Ratings of the data behind a footprint: 1 is best, 5 worst.")
class DataQualityInput:
    technological_dqr: Decimal = strawberry.field(
        description="Whether they are of this technology."
    )
    geographical_dqr: Decimal = strawberry.field(description="Whether they are of this place.")
    temporal_dqr: Decimal = strawberry.field(description="Whether they are of this time.")


@strawberry.input(description="What a third party has verified of a footprint.")
class FootprintVerificationInput:
    coverage: VerificationCoverage | None = strawberry.field(
        description="What.", default=strawberry.UNSET
    )
    provider_name: str | None = strawberry.field(description="Who.", default=strawberry.UNSET)
    completed_at: datetime | None = strawberry.field(description="When.", default=strawberry.UNSET)
    standard_name: str | None = strawberry.field(
        description="Against which standard.", default=strawberry.UNSET
    )
    comments: str | None = strawberry.field(
        description="What helps to understand it.", default=strawberry.UNSET
    )


@strawberry.input(
    description="What a value chain does not tell of a footprint. What is left out is not stated,"
    " and never 0."
)
class DeclaredFootprintInput:
    declared_unit_amount: Decimal = strawberry.field(
        description="How much of the unit the numbers are for; above 0."
    )
    product_mass_per_declared_unit: Decimal = strawberry.field(
        description="Mass without packaging, in kg; 0 of services and energy."
    )
    fossil_carbon_content: Decimal = strawberry.field(
        description="Fossil carbon in the product, in kg."
    )
    exempted_emissions_percent: Decimal = strawberry.field(
        description="How much of the emissions is left out, in percent."
    )
    declared_unit_of_measurement: DeclaredUnit = strawberry.field(description="The unit.")
    reference_period_start: datetime = strawberry.field(
        description="First moment of the data behind it."
    )
    reference_period_end: datetime = strawberry.field(description="Their end, excluded.")
    cross_sectoral_standards: list[str] = strawberry.field(
        description="Standards by which it was calculated, such as ISO14067."
    )
    packaging_emissions_included: bool = strawberry.field(
        description="Whether packaging is included."
    )
    ccs_technological_co2_capture_included: bool = strawberry.field(
        description="Whether capture and storage of CO2 is included."
    )
    primary_data_share: Decimal = strawberry.field(
        description="How much of it rests on primary data, in percent."
    )
    geography_region_or_subregion: GeographyRegion | None = strawberry.field(
        description="The region of the world that it is about.", default=strawberry.UNSET
    )
    geography_country: str | None = strawberry.field(
        description="The country that it is about, by ISO 3166-1.", default=strawberry.UNSET
    )
    geography_country_subdivision: str | None = strawberry.field(
        description="The part of a country that it is about, by ISO 3166-2.",
        default=strawberry.UNSET,
    )
    boundary_processes_description: str | None = strawberry.field(
        description="The processes that are included.", default=strawberry.UNSET
    )
    biogenic_carbon_content: Decimal | None = strawberry.field(
        description="Biogenic carbon in the product, in kg.", default=strawberry.UNSET
    )
    recycled_carbon_content: Decimal | None = strawberry.field(
        description="Carbon from recycled material in the product, in kg.", default=strawberry.UNSET
    )
    land_area_occupation: Decimal | None = strawberry.field(
        description="Farmland in use, in square metres in a year.", default=strawberry.UNSET
    )
    aircraft_ghg_emissions: Decimal | None = strawberry.field(
        description="Emissions of aircraft, in kg CO2e.", default=strawberry.UNSET
    )
    packaging_ghg_emissions: Decimal | None = strawberry.field(
        description="Emissions of packaging, in kg CO2e.", default=strawberry.UNSET
    )
    packaging_biogenic_carbon_content: Decimal | None = strawberry.field(
        description="Biogenic carbon in the packaging, in kg.", default=strawberry.UNSET
    )
    outbound_logistics_ghg_emissions: Decimal | None = strawberry.field(
        description="Emissions of outbound logistics, in kg CO2e.", default=strawberry.UNSET
    )
    ccs_technological_co2_capture: Decimal | None = strawberry.field(
        description="CO2 captured and stored, in kg; 0 or less.", default=strawberry.UNSET
    )
    technological_co2_capture_origin: str | None = strawberry.field(
        description="Where captured CO2 comes from, and where it is stored.",
        default=strawberry.UNSET,
    )
    technological_co2_removals: Decimal | None = strawberry.field(
        description="CO2 removed from the air by technology, in kg; 0 or less.",
        default=strawberry.UNSET,
    )
    ccu_carbon_content: Decimal | None = strawberry.field(
        description="Captured carbon in the product, in kg.", default=strawberry.UNSET
    )
    ccu_calculation_approach: CcuApproach | None = strawberry.field(
        description="How captured and used carbon is counted.", default=strawberry.UNSET
    )
    ccu_credit_certification: str | None = strawberry.field(
        description="The address of the certificate of a credit.", default=strawberry.UNSET
    )
    exempted_emissions_description: str | None = strawberry.field(
        description="Why emissions are left out.", default=strawberry.UNSET
    )
    allocation_rules_description: str | None = strawberry.field(
        description="How emissions are divided among products.", default=strawberry.UNSET
    )
    product_or_sector_specific_rules: list[SpecificRulesInput] | None = strawberry.field(
        description="Rules of a product or sector that were followed.", default=strawberry.UNSET
    )
    secondary_emission_factor_sources: list[FactorSourceInput] | None = strawberry.field(
        description="Databases that secondary data are from.", default=strawberry.UNSET
    )
    dqi: DataQualityInput | None = strawberry.field(
        description="Ratings of the data behind it.", default=strawberry.UNSET
    )
    verification: FootprintVerificationInput | None = strawberry.field(
        description="What a third party has verified.", default=strawberry.UNSET
    )


@strawberry.input(
    description="The quantities for one declared unit, and how they were calculated. What is left"
    " out is not stated, and never 0."
)
class CarbonFootprintInput(DeclaredFootprintInput):
    pcf_excluding_biogenic_uptake: Decimal = strawberry.field(
        description="The footprint without what biomass takes up, in kg CO2e."
    )
    pcf_including_biogenic_uptake: Decimal = strawberry.field(
        description="The footprint with what biomass takes up, in kg CO2e."
    )
    fossil_ghg_emissions: Decimal = strawberry.field(
        description="Emissions from fossil sources, in kg CO2e."
    )
    ipcc_characterization_factors: list[str] = strawberry.field(
        description="Reports of the IPCC whose factors were used, such as AR6."
    )
    land_use_change_ghg_emissions: Decimal | None = strawberry.field(
        description="Emissions of land-use change, in kg CO2e.", default=strawberry.UNSET
    )
    land_carbon_leakage: Decimal | None = strawberry.field(
        description="Emissions of displaced production, in kg CO2e.", default=strawberry.UNSET
    )
    land_management_fossil_ghg_emissions: Decimal | None = strawberry.field(
        description="Fossil emissions of land management, in kg CO2e; among the fossil ones.",
        default=strawberry.UNSET,
    )
    land_management_biogenic_co2_emissions: Decimal | None = strawberry.field(
        description="Biogenic CO2 of land management, in kg.", default=strawberry.UNSET
    )
    land_management_biogenic_co2_removals: Decimal | None = strawberry.field(
        description="CO2 removed by land management, in kg; 0 or less.", default=strawberry.UNSET
    )
    biogenic_co2_uptake: Decimal | None = strawberry.field(
        description="CO2 taken up by biomass, in kg; 0 or less.", default=strawberry.UNSET
    )
    biogenic_non_co2_emissions: Decimal | None = strawberry.field(
        description="Biogenic gases other than CO2, in kg CO2e.", default=strawberry.UNSET
    )


@strawberry.input(description="What is told of a footprint beside its quantities.")
class AboutFootprintInput:
    company_ids: list[str] | None = strawberry.field(
        description="URNs of the company; its LEI unless given.", default=strawberry.UNSET
    )
    product_classifications: list[str] | None = strawberry.field(
        description="URNs of what the product is classified as.", default=strawberry.UNSET
    )
    validity_period_start: datetime | None = strawberry.field(
        description="From when it is valid, if not from the end of the reference period.",
        default=strawberry.UNSET,
    )
    validity_period_end: datetime | None = strawberry.field(
        description="Until when it is valid, if not three years.", default=strawberry.UNSET
    )
    comment: str | None = strawberry.field(
        description="What helps to understand it.", default=strawberry.UNSET
    )


@strawberry.input(description="A footprint of a product of your organisation.")
class RecordFootprintInput:
    product: strawberry.ID = strawberry.field(description="Which product.")
    pcf: CarbonFootprintInput = strawberry.field(description="The quantities.")
    about: AboutFootprintInput | None = strawberry.field(
        description="What is told beside them.", default=strawberry.UNSET
    )
    visibility: Visibility | None = strawberry.field(
        description="Who may see it; PRIVATE unless told.", default=strawberry.UNSET
    )


@strawberry.input(description="What a footprint of yours should have said.")
class CorrectFootprintInput:
    footprint: strawberry.ID = strawberry.field(description="Which.")
    version: int = strawberry.field(description="The version that you saw.")
    pcf: CarbonFootprintInput = strawberry.field(description="The quantities.")
    about: AboutFootprintInput | None = strawberry.field(
        description="What is told beside them.", default=strawberry.UNSET
    )


@strawberry.input(description="A footprint that is not to be used any more.")
class DeprecateFootprintInput:
    footprint: strawberry.ID = strawberry.field(description="Which.")
    version: int = strawberry.field(description="The version that you saw.")
    reason: str = strawberry.field(description="Why.")


@strawberry.input(description="Who shall see a footprint.")
class SetFootprintVisibilityInput:
    footprint: strawberry.ID = strawberry.field(description="Which.")
    version: int = strawberry.field(description="The version that you saw.")
    visibility: Visibility = strawberry.field(description="Who may see it.")


@strawberry.input(description="An organisation that shall see a footprint.")
class ShareFootprintInput:
    footprint: strawberry.ID = strawberry.field(description="Which footprint.")
    organisation: strawberry.ID = strawberry.field(description="Which organisation.")


@strawberry.input(description="An organisation that shall see a footprint no more.")
class UnshareFootprintInput:
    footprint: strawberry.ID = strawberry.field(description="Which footprint.")
    organisation: strawberry.ID = strawberry.field(description="Which organisation.")


FootprintResult = Annotated[
    Footprint | Refusal,
    strawberry.union("FootprintResult", description="The footprint, or why nothing was done."),
]
_WHICH = {"footprint": FOOTPRINTS}
_WITH = _WHICH | {"organisation": ORGANISATIONS}


@strawberry.type
class FootprintsMutation:
    record_footprint: FootprintResult | None = mutation(
        "Enter a footprint of a product of your organisation.",
        Does(
            record_footprint,
            RecordFootprint,
            RecordFootprintInput,
            FOOTPRINTS,
            {"product": PRODUCTS},
        ),
    )
    correct_footprint: FootprintResult | None = mutation(
        "Put another footprint in the place of one, which is deprecated. Who saw the old one sees"
        " the new one.",
        Does(correct_footprint, CorrectFootprint, CorrectFootprintInput, FOOTPRINTS, _WHICH),
    )
    deprecate_footprint: FootprintResult | None = mutation(
        "Say that a footprint is not to be used any more.",
        Does(deprecate_footprint, DeprecateFootprint, DeprecateFootprintInput, FOOTPRINTS, _WHICH),
    )
    set_footprint_visibility: FootprintResult | None = mutation(
        "Show a footprint to more or fewer.",
        Does(
            set_footprint_visibility,
            SetFootprintVisibility,
            SetFootprintVisibilityInput,
            FOOTPRINTS,
            _WHICH,
        ),
    )
    share_footprint: FootprintResult | None = mutation(
        "Let an organisation see a footprint, whatever its visibility.",
        Does(share_footprint, ShareFootprint, ShareFootprintInput, FOOTPRINTS, _WITH),
    )
    unshare_footprint: FootprintResult | None = mutation(
        "Take a footprint back from an organisation.",
        Does(unshare_footprint, UnshareFootprint, UnshareFootprintInput, FOOTPRINTS, _WITH),
    )
