"""What a supplier without software states of a product: a form's texts become a footprint.

Few questions, in words that need no method: what PACT asks beyond them follows from the answers.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Final, TypeVar
from uuid import UUID

from consortium.footprints.rules.facts import DeclaredUnit, FootprintFacts, PcfFacts, PfStatus
from consortium.footprints.rules.meaning import faults
from consortium.kernel.quantities import exact_sum

_T = TypeVar("_T")

SPEC_VERSION: Final = "3.0.3"
FIELD_MAX: Final = 2000
STANDARDS: Final = (
    "ISO14067",
    "GHGP-Product",
    "PACT-3.0",
    "PEF",
    "ISO14040-44",
    "ISO14083",
    "PAS2050",
)
REPORTS: Final = ("AR6", "AR5")
# The form's fields; those that may be left blank are unknown then.
OPTIONAL: Final = ("description", "country", "land_use", "uptake", "comment")
FIELDS: Final = (
    "company",
    "product",
    "amount",
    "unit",
    "mass",
    "starts_on",
    "ends_on",
    "fossil",
    "biogenic",
    "carbon",
    "primary",
    "exempted",
    "packaging",
    "standard",
    "report",
    *OPTIONAL,
)
# What PACT calls the fields, by their names in the form.
_OF_PACT: Final = {
    "companyName": "company",
    "productNameCompany": "product",
    "productDescription": "description",
    "comment": "comment",
    "pcf.declaredUnitAmount": "amount",
    "pcf.declaredUnitOfMeasurement": "unit",
    "pcf.productMassPerDeclaredUnit": "mass",
    "pcf.referencePeriodStart": "starts_on",
    "pcf.referencePeriodEnd": "ends_on",
    "pcf.geographyCountry": "country",
    "pcf.fossilGhgEmissions": "fossil",
    "pcf.landUseChangeGhgEmissions": "land_use",
    "pcf.biogenicNonCO2Emissions": "biogenic",
    "pcf.biogenicCO2Uptake": "uptake",
    "pcf.fossilCarbonContent": "carbon",
    "pcf.primaryDataShare": "primary",
    "pcf.exemptedEmissionsPercent": "exempted",
}
_NUMBER_FAULT: Final = "Give a decimal number, with a point, such as 12.5."
_DATE_FAULT: Final = "Give a date as year, month and day, such as 2025-12-31."
_CHOICE_FAULT: Final = "Choose one of these."
_DIGITS_MAX: Final = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Questionnaire:
    """What is known before anybody answers: ids to give, the product's URNs, and the day."""

    pact_id: UUID
    company_urn: str
    product_urns: Sequence[str]
    today: date


class _Form:
    """Reads a form's texts, and keeps what is wrong with each."""

    def __init__(self, given: Mapping[str, str]) -> None:
        self.given = given
        self.faults: dict[str, str] = {}

    def text(self, name: str) -> str:
        told = self.given.get(name, "").strip()
        if not told and name not in OPTIONAL:
            self.faults[name] = "This is needed."
        if len(told) > FIELD_MAX:
            self.faults[name] = f"Give at most {FIELD_MAX} characters."
        return told

    def number(self, name: str) -> Decimal | None:
        return self._read(name, _number, _NUMBER_FAULT)

    def day(self, name: str) -> date | None:
        return self._read(name, date.fromisoformat, _DATE_FAULT)

    def choice(self, name: str, choices: Sequence[str]) -> str | None:
        return self._read(name, lambda told: choices[choices.index(told)], _CHOICE_FAULT)

    def _read(self, name: str, read: Callable[[str], _T], otherwise: str) -> _T | None:
        told = self.text(name)
        if not told:
            return None
        try:
            return read(told)
        except (ValueError, InvalidOperation):
            self.faults[name] = otherwise
            return None


def _number(told: str) -> Decimal:
    number = Decimal(told)
    if len(told) > _DIGITS_MAX or not number.is_finite() or set(told) & set("eE_"):
        raise ValueError
    return number


def read_answer(
    given: Mapping[str, str], about: Questionnaire
) -> tuple[FootprintFacts | None, dict[str, str]]:
    """The footprint that a form states, or None and what is wrong, by the form's fields.

    What is wrong with no field of the form stands under the empty name.
    """
    form = _Form(given)
    numbers = {
        name: form.number(name)
        for name in (
            "amount",
            "mass",
            "fossil",
            "biogenic",
            "land_use",
            "uptake",
            "carbon",
            "primary",
            "exempted",
        )
    }
    starts_on, ends_on = form.day("starts_on"), form.day("ends_on")
    unit = form.choice("unit", list(DeclaredUnit))
    standard, report = form.choice("standard", STANDARDS), form.choice("report", REPORTS)
    packaging = form.choice("packaging", ("yes", "no"))
    texts = {name: form.text(name) for name in ("company", "product", *OPTIONAL)}
    if form.faults:
        return None, form.faults
    assert starts_on and ends_on and unit and standard and report  # noqa: PT018, S101  no faults
    pcf = PcfFacts(
        declared_unit_of_measurement=DeclaredUnit(unit),
        reference_period_start=_moment(starts_on),
        reference_period_end=_moment(min(ends_on, date.max - timedelta(days=1)))
        + timedelta(days=1),
        geography_country=texts["country"].upper() or None,
        packaging_emissions_included=packaging == "yes",
        ccs_technological_co2_capture_included=False,
        ipcc_characterization_factors=(report,),
        cross_sectoral_standards=(standard,),
        **_quantities(numbers),
    )
    facts = FootprintFacts(
        id=about.pact_id,
        spec_version=SPEC_VERSION,
        created=_moment(about.today),
        status=PfStatus.ACTIVE,
        company_name=texts["company"],
        company_ids=(about.company_urn,),
        product_description=texts["description"],
        product_ids=tuple(about.product_urns),
        product_name_company=texts["product"],
        comment=texts["comment"] or None,
        pcf=pcf,
    )
    found = {_OF_PACT.get(one.field, ""): one.message for one in reversed(faults(facts))}
    told = {name: _plain(message) for name, message in found.items()}
    return (None, told) if told else (facts, {})


def _quantities(numbers: Mapping[str, Decimal | None]) -> dict[str, Any]:
    """PACT's quantities, with the two footprints that follow from the others."""
    known = {name: number for name, number in numbers.items() if number is not None}
    emitted = [known[name] for name in ("fossil", "biogenic", "land_use") if name in known]
    excluding = exact_sum(emitted)
    named = {
        "declared_unit_amount": "amount",
        "product_mass_per_declared_unit": "mass",
        "fossil_ghg_emissions": "fossil",
        "biogenic_non_co2_emissions": "biogenic",
        "land_use_change_ghg_emissions": "land_use",
        "biogenic_co2_uptake": "uptake",
        "fossil_carbon_content": "carbon",
        "primary_data_share": "primary",
        "exempted_emissions_percent": "exempted",
    }
    return {pact: known[name] for pact, name in named.items() if name in known} | {
        "pcf_excluding_biogenic_uptake": excluding,
        "pcf_including_biogenic_uptake": exact_sum([excluding, known.get("uptake", Decimal(0))]),
    }


def _moment(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _plain(message: str) -> str:
    """A fault as it is told beside its field, without the field's name in PACT."""
    _, _, rest = message.partition(" ")
    return f"This {rest}"
