"""Footprints that mean something, and strategies of those that anybody might send."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, cast
from uuid import UUID, uuid4

from hypothesis import strategies as st

from consortium.footprints.actions.recording import Record, record
from consortium.footprints.rules.facts import (
    CcuApproach,
    DataQuality,
    DeclaredUnit,
    Extension,
    FactorSource,
    FootprintFacts,
    GeographyRegion,
    PcfFacts,
    PfStatus,
    RuleOperator,
    SpecificRules,
    Verification,
    VerificationCoverage,
)
from consortium.footprints.rules.matching import name_words
from consortium.footprints.rules.validity import window
from consortium.footprints.rules.vocabulary import FootprintOrigin
from consortium.kernel.text import name_key, search_words
from tests.factories.rows import Connection, insert, number
from tests.served import TODAY

PACT_ID = UUID("5a0e4f10-3c2f-4d53-9a43-0d7e6a1f0001")
GTIN = "urn:gtin:4006381333931"
CAS = "urn:pact:cas.org:substance-number:13463-67-7"
CODE = "urn:pact:mill.example:supplier-id:P-1"

PCF = PcfFacts(
    declared_unit_of_measurement=DeclaredUnit.KILOGRAM,
    declared_unit_amount=Decimal(1),
    product_mass_per_declared_unit=Decimal("1.0"),
    reference_period_start=datetime(2025, 1, 1, tzinfo=UTC),
    reference_period_end=datetime(2026, 1, 1, tzinfo=UTC),
    geography_country="SE",
    pcf_excluding_biogenic_uptake=Decimal("1.50"),
    pcf_including_biogenic_uptake=Decimal("-0.30"),
    biogenic_co2_uptake=Decimal("-1.80"),
    fossil_carbon_content=Decimal(0),
    fossil_ghg_emissions=Decimal("1.25"),
    biogenic_non_co2_emissions=Decimal("0.25"),
    packaging_emissions_included=False,
    ccs_technological_co2_capture_included=False,
    ipcc_characterization_factors=("AR6",),
    cross_sectoral_standards=("ISO14067", "PACT-3.0"),
    exempted_emissions_percent=Decimal("0.0"),
    primary_data_share=Decimal("56.12"),
)
FACTS = FootprintFacts(
    id=PACT_ID,
    spec_version="3.0.3",
    created=datetime(2026, 2, 1, 8, 30, tzinfo=UTC),
    status=PfStatus.ACTIVE,
    company_name="Mill",
    company_ids=("urn:pact:mill.example:company:1",),
    product_description="Coated paper",
    product_ids=(CODE, GTIN),
    product_name_company="Paper A",
    pcf=PCF,
)


def facts(**changes: Any) -> FootprintFacts:
    """The footprint with other values; those of the carbon footprint by their names as well."""
    own = {name: value for name, value in changes.items() if name in FACTS.__slots__}
    pcf = {name: value for name, value in changes.items() if name not in own}
    return replace(FACTS, **{"pcf": replace(PCF, **pcf), **own})


_MOMENTS = st.datetimes(
    min_value=datetime(1990, 1, 1),  # noqa: DTZ001  the zone is given apart
    max_value=datetime(2026, 12, 31),  # noqa: DTZ001
    timezones=st.just(UTC),
).map(lambda at: at.replace(fold=0))
_TEXTS = st.text(
    st.characters(codec="utf-8", exclude_characters="\0"),
    min_size=1,
    max_size=20,
).filter(str.strip)
_URNS = st.builds("urn:pact:example.com:kind:{}".format, st.integers(0, 10**6))


def decimals(low: int, high: int, *, places: int) -> st.SearchStrategy[Decimal]:
    """As PACT writes them: without exponents."""
    return st.decimals(low, high, places=places).map(lambda one: Decimal(f"{one:f}"))


_SHARES = decimals(0, 100, places=2)
_POSITIVE = st.integers(0, 9).flatmap(lambda places: decimals(0, 10**6, places=places))
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | _TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXTS, inner, max_size=3),
    max_leaves=8,
)
_RULES = st.builds(
    SpecificRules,
    st.sampled_from(RuleOperator),
    st.lists(_TEXTS, min_size=1, max_size=2, unique=True).map(tuple),
    _TEXTS,
)
_EXTENSIONS = st.builds(
    Extension,
    spec_version=st.just("2.0.0"),
    data_schema=st.just("https://example.com/schema.json"),
    data=st.dictionaries(_TEXTS, _JSON, max_size=3),
    documentation=st.none() | st.just("https://example.com/doc"),
)
_RATINGS = decimals(1, 5, places=1)
_VERIFICATIONS = st.builds(
    Verification,
    st.none() | st.sampled_from(VerificationCoverage),
    st.none() | _TEXTS,
    st.none() | _MOMENTS,
    st.none() | _TEXTS,
    st.none() | _TEXTS,
)


def _several(one: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.lists(one, min_size=1, max_size=3, unique_by=str).map(tuple)


@st.composite
def meaningful(draw: st.DrawFn) -> FootprintFacts:
    """Any footprint without a fault."""
    start, end = sorted(draw(st.lists(_MOMENTS, min_size=2, max_size=2, unique=True)))
    excluding = draw(decimals(-(10**6), 10**6, places=draw(st.integers(0, 6))))
    uptake = draw(st.none() | decimals(-(10**6), 0, places=draw(st.integers(0, 6))))
    geography: dict[str, Any] = draw(
        st.sampled_from(
            (
                {},
                {"geography_country": "SE"},
                {"geography_country_subdivision": "DE-BW"},
                {"geography_region_or_subregion": GeographyRegion.SOUTH_EASTERN_ASIA},
            )
        )
    )
    capture = draw(st.booleans())
    first, last = window(end)
    maybe = st.none() | _POSITIVE
    return facts(
        id=draw(st.uuids()),
        created=draw(_MOMENTS),
        status=draw(st.sampled_from(PfStatus)),
        preceding_pf_ids=draw(st.none() | _several(st.uuids())),
        validity_period_start=draw(st.none() | st.just(first)),
        validity_period_end=draw(st.none() | st.just(last - timedelta(days=1))),
        company_name=draw(_TEXTS),
        company_ids=draw(_several(_URNS)),
        product_ids=draw(_several(_URNS)),
        product_classifications=draw(st.none() | _several(_URNS)),
        product_name_company=draw(_TEXTS),
        comment=draw(st.none() | _TEXTS),
        extensions=draw(st.none() | _several(_EXTENSIONS)),
        declared_unit_of_measurement=draw(st.sampled_from(DeclaredUnit)),
        declared_unit_amount=draw(_POSITIVE.filter(lambda one: one > 0)),
        reference_period_start=start,
        reference_period_end=end,
        **({"geography_country": None} | geography),
        pcf_excluding_biogenic_uptake=excluding,
        pcf_including_biogenic_uptake=excluding + (uptake or 0),
        biogenic_co2_uptake=uptake,
        fossil_ghg_emissions=draw(_POSITIVE),
        land_area_occupation=draw(maybe),
        packaging_emissions_included=True,
        packaging_ghg_emissions=draw(maybe),
        ccs_technological_co2_capture_included=capture,
        ccs_technological_co2_capture=draw(st.none() | _POSITIVE.map(lambda one: 0 - one))
        if capture
        else None,
        ccu_carbon_content=draw(maybe),
        ccu_calculation_approach=draw(st.none() | st.sampled_from(CcuApproach)),
        product_or_sector_specific_rules=draw(st.none() | _several(_RULES)),
        secondary_emission_factor_sources=draw(
            st.none() | _several(st.builds(FactorSource, _TEXTS, _TEXTS))
        ),
        exempted_emissions_percent=draw(_SHARES),
        primary_data_share=draw(_SHARES),
        dqi=draw(st.none() | st.builds(DataQuality, _RATINGS, _RATINGS, _RATINGS)),
        verification=draw(st.none() | _VERIFICATIONS),
    )


async def create_product(connection: Connection, organisation_id: int, **values: Any) -> int:
    """A product of which nothing but the name is known; private unless told."""
    name = values.setdefault("name", f"Product {number()}")
    defaults = {
        "name_key": name_key(name),
        "name_words": name_words(name),
        "search_text": search_words(name),
    }
    about = {"organisation_id": organisation_id}
    return await insert(connection, "product", **defaults | about | values)


async def create_footprint(
    connection: Connection, organisation_id: int, sent: FootprintFacts | None = None, **of: Any
) -> int:
    """A footprint that was entered, of a product of its own; private unless told."""
    kept = Record(organisation_id=organisation_id, **{"origin": FootprintOrigin.ENTERED, **of})
    made = sent or facts(id=uuid4(), product_ids=(f"urn:pact:mill.example:supplier-id:{number()}",))
    return await record(cast("Any", connection), made, kept, TODAY)


def whole() -> FootprintFacts:
    """A footprint that states nearly everything, of an id of its own."""
    return facts(
        id=uuid4(),
        comment="By the mill.",
        product_classifications=("urn:cpc:0151",),
        preceding_pf_ids=(PACT_ID,),
        validity_period_end=datetime(2028, 1, 1, tzinfo=UTC),
        dqi=DataQuality(Decimal(2), Decimal(1), Decimal("1.5")),
        verification=Verification(VerificationCoverage.PRODUCT_LEVEL, "Assurers", comments="Fine."),
        product_or_sector_specific_rules=(SpecificRules(RuleOperator.PEF, ("PEFCR", "B")),),
        secondary_emission_factor_sources=(FactorSource("ecoinvent", "3.11"),),
        land_area_occupation=Decimal("2.50"),
        ccu_calculation_approach=CcuApproach.CUT_OFF,
    )
