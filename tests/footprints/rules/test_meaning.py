"""What a footprint must be to mean something."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consortium.footprints.rules.facts import (
    CcuApproach,
    DataQuality,
    Extension,
    FactorSource,
    GeographyRegion,
    RuleOperator,
    SpecificRules,
    Verification,
    pact_name,
)
from consortium.footprints.rules.meaning import NOT_NEGATIVE, NOT_POSITIVE, FaultCode, faults
from tests.factories.footprints import FACTS, PACT_ID, facts, meaningful

JANUARY = datetime(2026, 1, 1, tzinfo=UTC)
PLAIN = datetime(2026, 1, 1)  # noqa: DTZ001  that is the fault
EXTENSION = Extension("2.0.0", "https://example.com/x.json", {})
MANY = Decimal("1E+70")

FAULTY: list[tuple[dict[str, Any], str, FaultCode]] = [
    ({"spec_version": "2.3.0"}, "specVersion", FaultCode.FORMAT),
    ({"spec_version": "3.0"}, "specVersion", FaultCode.FORMAT),
    ({"preceding_pf_ids": ()}, "precedingPfIds", FaultCode.MISSING),
    ({"preceding_pf_ids": (PACT_ID,)}, "precedingPfIds", FaultCode.CONTRADICTION),
    ({"preceding_pf_ids": (UUID(int=1),) * 2}, "precedingPfIds", FaultCode.REPEATED),
    ({"created": PLAIN}, "created", FaultCode.FORMAT),
    (
        {"validity_period_start": JANUARY - timedelta(seconds=1)},
        "validityPeriodStart",
        FaultCode.PERIOD,
    ),
    (
        {"validity_period_end": datetime(2029, 1, 1, 0, 0, 1, tzinfo=UTC)},
        "validityPeriodEnd",
        FaultCode.PERIOD,
    ),
    ({"validity_period_end": JANUARY}, "validityPeriodEnd", FaultCode.PERIOD),
    ({"company_name": " "}, "companyName", FaultCode.MISSING),
    ({"company_ids": ()}, "companyIds", FaultCode.MISSING),
    ({"company_ids": ("Mill",)}, "companyIds[0]", FaultCode.URN),
    ({"product_ids": ()}, "productIds", FaultCode.MISSING),
    ({"product_ids": ("urn:a1:x", "URN:A1:X")}, "productIds", FaultCode.REPEATED),
    ({"product_ids": ("urn:gtin:1", "gtin")}, "productIds[1]", FaultCode.URN),
    ({"product_classifications": ()}, "productClassifications", FaultCode.MISSING),
    ({"product_name_company": ""}, "productNameCompany", FaultCode.MISSING),
    ({"comment": "a\0b"}, "comment", FaultCode.FORMAT),
    (
        {"extensions": (Extension("2", "https://example.com", {}),)},
        "extensions[0].specVersion",
        FaultCode.FORMAT,
    ),
    (
        {"extensions": (Extension("2.0.0", "schema", {}),)},
        "extensions[0].dataSchema",
        FaultCode.FORMAT,
    ),
    (
        {"extensions": (Extension("2.0.0", "https://a.example", {"x": [float("inf")]}),)},
        "extensions[0].data.x[0]",
        FaultCode.FORMAT,
    ),
    ({"declared_unit_amount": Decimal(0)}, "pcf.declaredUnitAmount", FaultCode.SIGN),
    ({"declared_unit_amount": Decimal("NaN")}, "pcf.declaredUnitAmount", FaultCode.NUMBER),
    ({"fossil_ghg_emissions": MANY}, "pcf.fossilGhgEmissions", FaultCode.NUMBER),
    ({"reference_period_start": JANUARY}, "pcf.referencePeriodEnd", FaultCode.PERIOD),
    ({"reference_period_start": PLAIN}, "pcf.referencePeriodStart", FaultCode.FORMAT),
    ({"geography_country": "UK"}, "pcf.geographyCountry", FaultCode.GEOGRAPHY),
    (
        {"geography_country": None, "geography_country_subdivision": "DE-XX"},
        "pcf.geographyCountrySubdivision",
        FaultCode.GEOGRAPHY,
    ),
    (
        {"geography_region_or_subregion": GeographyRegion.EUROPE},
        "pcf.geographyCountry",
        FaultCode.GEOGRAPHY,
    ),
    (
        {"pcf_including_biogenic_uptake": Decimal("-0.28")},
        "pcf.pcfIncludingBiogenicUptake",
        FaultCode.IDENTITY,
    ),
    (
        {"biogenic_co2_uptake": None, "pcf_including_biogenic_uptake": Decimal("1.52")},
        "pcf.pcfIncludingBiogenicUptake",
        FaultCode.IDENTITY,
    ),
    (
        {"packaging_emissions_included": None},
        "pcf.packagingEmissionsIncluded",
        FaultCode.SHALL,
    ),
    (
        {"packaging_ghg_emissions": Decimal(1)},
        "pcf.packagingGhgEmissions",
        FaultCode.CONTRADICTION,
    ),
    (
        {"ccs_technological_co2_capture_included": None},
        "pcf.ccsTechnologicalCO2CaptureIncluded",
        FaultCode.SHALL,
    ),
    (
        {"ccs_technological_co2_capture": Decimal(-1)},
        "pcf.ccsTechnologicalCO2Capture",
        FaultCode.CONTRADICTION,
    ),
    (
        {"technological_co2_capture_origin": "Flue gas"},
        "pcf.technologicalCO2CaptureOrigin",
        FaultCode.CONTRADICTION,
    ),
    (
        {"ccu_calculation_approach": CcuApproach.CREDIT, "ccu_credit_certification": "book"},
        "pcf.ccuCreditCertification",
        FaultCode.FORMAT,
    ),
    (
        {
            "ccu_calculation_approach": CcuApproach.CUT_OFF,
            "ccu_credit_certification": "https://example.com/c",
        },
        "pcf.ccuCreditCertification",
        FaultCode.CONTRADICTION,
    ),
    ({"ipcc_characterization_factors": ()}, "pcf.ipccCharacterizationFactors", FaultCode.MISSING),
    (
        {"ipcc_characterization_factors": ("AR6", "6")},
        "pcf.ipccCharacterizationFactors[1]",
        FaultCode.FORMAT,
    ),
    ({"cross_sectoral_standards": ("",)}, "pcf.crossSectoralStandards", FaultCode.MISSING),
    (
        {"product_or_sector_specific_rules": (SpecificRules(RuleOperator.OTHER, ("A",)),)},
        "pcf.productOrSectorSpecificRules[0].otherOperatorName",
        FaultCode.MISSING,
    ),
    (
        {"product_or_sector_specific_rules": (SpecificRules(RuleOperator.PEF, ()),)},
        "pcf.productOrSectorSpecificRules[0].ruleNames",
        FaultCode.MISSING,
    ),
    (
        {"secondary_emission_factor_sources": (FactorSource("ecoinvent", ""),)},
        "pcf.secondaryEmissionFactorSources[0].version",
        FaultCode.MISSING,
    ),
    (
        {"exempted_emissions_percent": Decimal("100.1")},
        "pcf.exemptedEmissionsPercent",
        FaultCode.RANGE,
    ),
    ({"primary_data_share": Decimal(-1)}, "pcf.primaryDataShare", FaultCode.RANGE),
    ({"primary_data_share": None}, "pcf.primaryDataShare", FaultCode.SHALL),
    (
        {"dqi": DataQuality(Decimal(1), Decimal("0.9"), Decimal(5))},
        "pcf.dqi.geographicalDQR",
        FaultCode.RANGE,
    ),
    ({"created": datetime(2027, 1, 1, tzinfo=UTC)}, "pcf.dqi", FaultCode.SHALL),
    (
        {"verification": Verification(provider_name="")},
        "pcf.verification.providerName",
        FaultCode.MISSING,
    ),
    (
        {"verification": Verification(completed_at=PLAIN)},
        "pcf.verification.completedAt",
        FaultCode.FORMAT,
    ),
]


@pytest.mark.parametrize(("changes", "field", "code"), FAULTY, ids=[one[1] for one in FAULTY])
def test_a_fault_names_its_field(changes: dict[str, Any], field: str, code: FaultCode) -> None:
    """One value that is wrong is one fault, at that field, in PACT's spelling."""
    [fault] = faults(facts(**changes))

    assert fault.field == field
    assert fault.code is code
    assert fault.message.endswith(".")


@pytest.mark.parametrize("name", [*NOT_NEGATIVE, *NOT_POSITIVE])
def test_signs(name: str) -> None:
    """What is emitted or held is 0 or more, what is taken from the air 0 or less."""
    wrong = Decimal(-1) if name in NOT_NEGATIVE else Decimal(1)
    found = faults(
        facts(
            packaging_emissions_included=True,
            ccs_technological_co2_capture_included=True,
            **{name: wrong},
        )
    )

    assert (f"pcf.{pact_name(name)}", FaultCode.SIGN) in {(one.field, one.code) for one in found}


@given(meaningful())
@settings(max_examples=60)
def test_what_means_something_has_no_fault(sent: object) -> None:
    """Whatever keeps to the specification passes."""
    assert faults(sent) == []  # type: ignore[arg-type]


@given(
    st.decimals(-1000, 1000, places=6),
    st.decimals(-1000, 0, places=6),
    st.integers(1, 5),
    st.integers(1, 5),
    st.integers(1, 5),
)
def test_rounding_is_no_fault(
    excluding: Decimal, uptake: Decimal, first: int, second: int, third: int
) -> None:
    """Numbers that were added first and rounded then are taken, to any decimals."""
    sent = facts(
        pcf_excluding_biogenic_uptake=round(excluding, first),
        biogenic_co2_uptake=round(uptake, second),
        pcf_including_biogenic_uptake=round(excluding + uptake, third),
    )

    assert faults(sent) == []


def test_moments_of_any_zone_are_taken() -> None:
    """A moment is a moment, however it is written."""
    zone = timezone(timedelta(hours=8))
    assert faults(facts(created=FACTS.created.astimezone(zone), extensions=(EXTENSION,))) == []
