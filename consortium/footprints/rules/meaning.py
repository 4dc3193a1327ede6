"""What a footprint must be to mean something: stricter than its schema.

Source: PACT technical specification 3.0.3 and the PACT Methodology 3.0 that it refers to. A fault
names the field as PACT spells it, and says what would be right.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from math import isfinite
from typing import Final, cast
from urllib.parse import urlsplit

from consortium.footprints.rules.facts import (
    CcuApproach,
    DataQuality,
    Extension,
    FactorSource,
    FootprintFacts,
    PcfFacts,
    RuleOperator,
    SpecificRules,
    Verification,
    pact_name,
)
from consortium.footprints.rules.identifiers import is_urn
from consortium.footprints.rules.validity import window
from consortium.kernel.codes import COUNTRIES, subdivisions
from consortium.kernel.quantities import exact_difference, exact_sum

# From footprints created in this year on, data quality ratings shall be stated.
DQI_SINCE: Final = 2027
_DIGITS_MAX: Final = 60
_WRITABLE: Final = "holds plain text and numbers: no NUL, no half of a sign, no infinity"

_SPEC_VERSION = re.compile(r"3\.\d+\.\d+(-\d{8})?", re.ASCII)
_VERSION = re.compile(r"\d+\.\d+\.\d+(-\S+)?", re.ASCII)
_UNKEPT = re.compile("[\0\ud800-\udfff]")
_ASSESSMENT_REPORT = re.compile(r"AR[1-9]\d?", re.ASCII)

NOT_NEGATIVE: Final = (
    "product_mass_per_declared_unit",
    "fossil_carbon_content",
    "biogenic_carbon_content",
    "recycled_carbon_content",
    "fossil_ghg_emissions",
    "land_use_change_ghg_emissions",
    "land_carbon_leakage",
    "land_management_fossil_ghg_emissions",
    "land_management_biogenic_co2_emissions",
    "biogenic_non_co2_emissions",
    "land_area_occupation",
    "aircraft_ghg_emissions",
    "packaging_ghg_emissions",
    "packaging_biogenic_carbon_content",
    "outbound_logistics_ghg_emissions",
    "ccu_carbon_content",
)
NOT_POSITIVE: Final = (
    "land_management_biogenic_co2_removals",
    "biogenic_co2_uptake",
    "ccs_technological_co2_capture",
    "technological_co2_removals",
)
PERCENTAGES: Final = ("exempted_emissions_percent", "primary_data_share")
SIGNED: Final = ("pcf_excluding_biogenic_uptake", "pcf_including_biogenic_uptake")
QUANTITIES: Final = ("declared_unit_amount", *NOT_NEGATIVE, *NOT_POSITIVE, *SIGNED, *PERCENTAGES)


class FaultCode(StrEnum):
    """What is wrong with a field."""

    MISSING = "MISSING"  # required by the schema
    SHALL = "SHALL"  # required by the methodology
    NUMBER = "NUMBER"  # no finite number, or one of too many digits
    SIGN = "SIGN"
    RANGE = "RANGE"
    IDENTITY = "IDENTITY"  # quantities that do not add up
    PERIOD = "PERIOD"
    GEOGRAPHY = "GEOGRAPHY"
    URN = "URN"
    FORMAT = "FORMAT"
    REPEATED = "REPEATED"
    CONTRADICTION = "CONTRADICTION"  # of another field


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one field: its path in PACT's spelling, and what would be right."""

    path: tuple[str | int, ...]
    code: FaultCode
    message: str

    @property
    def field(self) -> str:
        """The path as it is told: `pcf.dqi.temporalDQR`, `companyIds[0]`."""
        told = ""
        for part in self.path:
            told += f"[{part}]" if isinstance(part, int) else f".{part}" if told else part
        return told


def faults(facts: FootprintFacts) -> list[Fault]:
    """All that is wrong with a footprint, in the order of its fields; empty if nothing is."""
    return [
        *_of_footprint(facts),
        *(_within("pcf", one) for one in _of_pcf(facts.pcf, facts)),
        *(Fault(path, FaultCode.FORMAT, _told(path, _WRITABLE)) for path in _unwritable(facts)),
    ]


def _unwritable(value: object, *path: str | int) -> Iterator[tuple[str | int, ...]]:
    """Where there is text that no database keeps, or a number that JSON cannot write."""
    match value:
        case str() if _UNKEPT.search(value):
            yield path
        case float() if not isfinite(value):
            yield path
        case Mapping():
            for name, inner in cast("Mapping[str, object]", value).items():
                yield from _unwritable(name, *path)
                yield from _unwritable(inner, *path, name)
        case tuple() | list():
            for place, inner in enumerate(cast("Sequence[object]", value)):
                yield from _unwritable(inner, *path, place)
        case _ if is_dataclass(value):
            for one in fields(value):
                yield from _unwritable(getattr(value, one.name), *path, pact_name(one.name))
        case _:
            pass


def _of_footprint(facts: FootprintFacts) -> Iterator[Fault]:
    if _SPEC_VERSION.fullmatch(facts.spec_version) is None:
        yield _fault("spec_version", FaultCode.FORMAT, "is a version 3, such as 3.0.3")
    yield from _preceding(facts)
    yield from _aware("created", facts.created)
    yield from _valid(facts)
    yield from _filled("company_name", facts.company_name)
    yield from _urns("company_ids", facts.company_ids)
    yield from _urns("product_ids", facts.product_ids)
    if facts.product_classifications is not None:
        yield from _urns("product_classifications", facts.product_classifications)
    yield from _filled("product_name_company", facts.product_name_company)
    for place, extension in enumerate(facts.extensions or ()):
        for one in _of_extension(extension):
            yield Fault(("extensions", place, *one.path), one.code, one.message)


def _of_pcf(pcf: PcfFacts, facts: FootprintFacts) -> Iterator[Fault]:
    yield from _quantities(pcf)
    yield from _reference_period(pcf)
    yield from _geography(pcf)
    yield from _identity(pcf)
    yield from _packaging(pcf)
    yield from _capture(pcf)
    yield from _methods(pcf)
    yield from _quality(pcf, facts.created)
    if pcf.verification is not None:
        for one in _of_verification(pcf.verification):
            yield _within("verification", one)


def _preceding(facts: FootprintFacts) -> Iterator[Fault]:
    named = facts.preceding_pf_ids
    if named is None:
        return
    yield from _listed("preceding_pf_ids", [str(one) for one in named])
    if facts.id in named:
        message = "names earlier footprints, not this one"
        yield _fault("preceding_pf_ids", FaultCode.CONTRADICTION, message)


def _valid(facts: FootprintFacts) -> Iterator[Fault]:
    start, end = facts.validity_period_start, facts.validity_period_end
    yield from _aware("validity_period_start", start)
    yield from _aware("validity_period_end", end)
    if not all(_zoned(at) for at in (start, end, facts.pcf.reference_period_end)):
        return
    first, last = window(facts.pcf.reference_period_end)
    if start is not None and start < first:
        message = "is not before the end of the reference period"
        yield _fault("validity_period_start", FaultCode.PERIOD, message)
    if end is not None and end > last:
        message = "is at most three years after the end of the reference period"
        yield _fault("validity_period_end", FaultCode.PERIOD, message)
    if end is not None and (start or first) >= end:
        message = "is after the start of the validity period"
        yield _fault("validity_period_end", FaultCode.PERIOD, message)


def _of_extension(extension: Extension) -> Iterator[Fault]:
    if _VERSION.fullmatch(extension.spec_version) is None:
        yield _fault("spec_version", FaultCode.FORMAT, "is a version such as 2.0.0")
    yield from _uri("data_schema", extension.data_schema)
    yield from _uri("documentation", extension.documentation)


def _quantities(pcf: PcfFacts) -> Iterator[Fault]:
    for name in QUANTITIES:
        value: Decimal | None = getattr(pcf, name)
        if value is not None:
            yield from _quantity(name, value)


def _quantity(name: str, value: Decimal) -> Iterator[Fault]:
    if not value.is_finite() or _digits(value) > _DIGITS_MAX:
        yield _fault(name, FaultCode.NUMBER, f"is a decimal number of at most {_DIGITS_MAX} digits")
    elif name == "declared_unit_amount" and value <= 0:
        yield _fault(name, FaultCode.SIGN, "is above 0: how much of the unit it is about")
    elif name in NOT_NEGATIVE and value < 0:
        yield _fault(name, FaultCode.SIGN, "is 0 or more")
    elif name in NOT_POSITIVE and value > 0:
        message = "is 0 or less: what is taken from the air counts negative"
        yield _fault(name, FaultCode.SIGN, message)
    elif name in PERCENTAGES and not 0 <= value <= 100:
        yield _fault(name, FaultCode.RANGE, "is a percentage, from 0 to 100")


def _digits(value: Decimal) -> int:
    """How many digits a number has when it is written without an exponent."""
    _, digits, exponent = value.as_tuple()
    places = exponent if isinstance(exponent, int) else 0
    return max(len(digits), -places) + max(places, 0)


def _reference_period(pcf: PcfFacts) -> Iterator[Fault]:
    start, end = pcf.reference_period_start, pcf.reference_period_end
    yield from _aware("reference_period_start", start)
    yield from _aware("reference_period_end", end)
    if _zoned(start) and _zoned(end) and start >= end:
        message = "is after the start of the reference period"
        yield _fault("reference_period_end", FaultCode.PERIOD, message)


def _geography(pcf: PcfFacts) -> Iterator[Fault]:
    region, country = pcf.geography_region_or_subregion, pcf.geography_country
    subdivision = pcf.geography_country_subdivision
    if country is not None and country not in COUNTRIES:
        message = "is a country of ISO 3166-1 in two capital letters, such as DE"
        yield _fault("geography_country", FaultCode.GEOGRAPHY, message)
    if subdivision is not None and subdivision not in subdivisions():
        message = "is a subdivision of ISO 3166-2, such as DE-BW"
        yield _fault("geography_country_subdivision", FaultCode.GEOGRAPHY, message)
    named = [
        name
        for name, value in (
            ("geography_region_or_subregion", region),
            ("geography_country", country),
            ("geography_country_subdivision", subdivision),
        )
        if value is not None
    ]
    for name in named[1:]:
        message = (
            f"is left out where {pact_name(named[0])} is stated: a footprint has one geography"
        )
        yield _fault(name, FaultCode.GEOGRAPHY, message)


def _identity(pcf: PcfFacts) -> Iterator[Fault]:
    """Including is excluding plus the uptake, as far as the decimals that are stated go.

    Numbers without decimals are taken to be exact. An uptake that is not stated is unknown, but
    cannot be above 0.
    """
    excluding, including = pcf.pcf_excluding_biogenic_uptake, pcf.pcf_including_biogenic_uptake
    uptake = pcf.biogenic_co2_uptake
    stated = [excluding, including] + ([] if uptake is None else [uptake])
    if not all(one.is_finite() and _digits(one) <= _DIGITS_MAX for one in stated):
        return
    slack = exact_sum(map(_rounded_by, stated))
    off = exact_difference(including, exact_sum([excluding, uptake or Decimal(0)]))
    if uptake is None and off > slack:
        message = "is not above pcfExcludingBiogenicUptake: what biomass takes up is 0 or less"
        yield _fault("pcf_including_biogenic_uptake", FaultCode.IDENTITY, message)
    elif uptake is not None and abs(off) > slack:
        right = exact_sum([excluding, uptake])
        message = f"is pcfExcludingBiogenicUptake plus biogenicCO2Uptake, which is {right:f}"
        yield _fault("pcf_including_biogenic_uptake", FaultCode.IDENTITY, message)


def _rounded_by(value: Decimal) -> Decimal:
    """By how much a number may have been rounded: half a unit of its last decimal place."""
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int) or exponent >= 0:
        return Decimal(0)
    return Decimal((0, (5,), exponent - 1))


def _packaging(pcf: PcfFacts) -> Iterator[Fault]:
    if pcf.packaging_emissions_included is None:
        yield _shall("packaging_emissions_included", "says whether packaging is included")
    elif not pcf.packaging_emissions_included and pcf.packaging_ghg_emissions is not None:
        message = "is left out where packagingEmissionsIncluded is false"
        yield _fault("packaging_ghg_emissions", FaultCode.CONTRADICTION, message)


def _capture(pcf: PcfFacts) -> Iterator[Fault]:
    """Carbon capture with storage, and with use."""
    used = pcf.ccu_carbon_content is not None or pcf.ccu_calculation_approach is not None
    names = ["ccs_technological_co2_capture", "technological_co2_removals"]
    # The origin is told of carbon that is used as well.
    names += [] if used else ["technological_co2_capture_origin"]
    if pcf.ccs_technological_co2_capture_included is None:
        told = "says whether carbon capture and storage is included"
        yield _shall("ccs_technological_co2_capture_included", told)
    elif not pcf.ccs_technological_co2_capture_included:
        message = "is left out where ccsTechnologicalCO2CaptureIncluded is false"
        for name in names:
            if getattr(pcf, name) is not None:
                yield _fault(name, FaultCode.CONTRADICTION, message)
    yield from _uri("ccu_credit_certification", pcf.ccu_credit_certification)
    certified = pcf.ccu_credit_certification is not None
    if certified and pcf.ccu_calculation_approach is not CcuApproach.CREDIT:
        message = "is stated only where ccuCalculationApproach is Credit"
        yield _fault("ccu_credit_certification", FaultCode.CONTRADICTION, message)


def _methods(pcf: PcfFacts) -> Iterator[Fault]:
    yield from _listed("ipcc_characterization_factors", pcf.ipcc_characterization_factors)
    for place, report in enumerate(pcf.ipcc_characterization_factors):
        if _ASSESSMENT_REPORT.fullmatch(report) is None:
            message = "is an assessment report of the IPCC, such as AR6"
            path = (pact_name("ipcc_characterization_factors"), place)
            yield Fault(path, FaultCode.FORMAT, _told(path, message))
    yield from _listed("cross_sectoral_standards", pcf.cross_sectoral_standards)
    rules = pcf.product_or_sector_specific_rules
    if rules is not None:
        yield from _listed("product_or_sector_specific_rules", list(map(str, rules)))
        for place, rule in enumerate(rules):
            yield from _nested("product_or_sector_specific_rules", place, _of_rules(rule))
    sources = pcf.secondary_emission_factor_sources
    if sources is not None:
        yield from _listed("secondary_emission_factor_sources", list(map(str, sources)))
        for place, source in enumerate(sources):
            yield from _nested("secondary_emission_factor_sources", place, _of_source(source))


def _of_rules(rules: SpecificRules) -> Iterator[Fault]:
    yield from _listed("rule_names", rules.rule_names)
    other = rules.other_operator_name
    if rules.operator is RuleOperator.OTHER and not (other or "").strip():
        message = "names who publishes the rules, where operator is Other"
        yield _fault("other_operator_name", FaultCode.MISSING, message)


def _of_source(source: FactorSource) -> Iterator[Fault]:
    yield from _filled("name", source.name)
    yield from _filled("version", source.version)


def _quality(pcf: PcfFacts, created: datetime) -> Iterator[Fault]:
    if pcf.primary_data_share is None:
        message = "is stated: how much of the footprint, in percent, rests on primary data"
        yield _shall("primary_data_share", message)
    if pcf.dqi is not None:
        for one in _of_ratings(pcf.dqi):
            yield _within("dqi", one)
    elif created.year >= DQI_SINCE:
        yield _shall("dqi", f"is stated of footprints that are created from {DQI_SINCE} on")


def _of_ratings(dqi: DataQuality) -> Iterator[Fault]:
    for name in ("technological_dqr", "geographical_dqr", "temporal_dqr"):
        rating: Decimal = getattr(dqi, name)
        if not (rating.is_finite() and 1 <= rating <= 5 and _digits(rating) <= _DIGITS_MAX):
            yield _fault(name, FaultCode.RANGE, "is a rating from 1 to 5")


def _of_verification(verification: Verification) -> Iterator[Fault]:
    if verification.provider_name is not None:
        yield from _filled("provider_name", verification.provider_name)
    yield from _aware("completed_at", verification.completed_at)


def _urns(name: str, urns: Sequence[str]) -> Iterator[Fault]:
    yield from _listed(name, [urn.lower() for urn in urns])
    for place, urn in enumerate(urns):
        if not is_urn(urn):
            path = (pact_name(name), place)
            message = "is a URN, such as urn:pact:example.com:kind:1234"
            yield Fault(path, FaultCode.URN, _told(path, message))


def _listed(name: str, values: Sequence[str]) -> Iterator[Fault]:
    """A list that is stated holds something, no blanks, and nothing twice."""
    if not values:
        yield _fault(name, FaultCode.MISSING, "holds at least one entry")
    elif not all(value.strip() for value in values):
        yield _fault(name, FaultCode.MISSING, "holds no empty entries")
    if len(set(values)) < len(values):
        yield _fault(name, FaultCode.REPEATED, "holds each entry once")


def _filled(name: str, text: str) -> Iterator[Fault]:
    if not text.strip():
        yield _fault(name, FaultCode.MISSING, "is not empty")


def _uri(name: str, text: str | None) -> Iterator[Fault]:
    if text is None:
        return
    try:
        parts = urlsplit(text)
        whole = bool(parts.scheme and (parts.netloc or parts.path)) and not set(text) & set(" \n\t")
    except ValueError:
        whole = False
    if not whole:
        yield _fault(name, FaultCode.FORMAT, "is an address, such as https://example.com/doc")


def _aware(name: str, at: datetime | None) -> Iterator[Fault]:
    if not _zoned(at):
        message = "is a moment with its time zone, such as 2025-01-01T00:00:00Z"
        yield _fault(name, FaultCode.FORMAT, message)


def _zoned(at: datetime | None) -> bool:
    return at is None or at.utcoffset() is not None


def _nested(name: str, place: int, found: Iterable[Fault]) -> Iterator[Fault]:
    for one in found:
        yield _within(pact_name(name), Fault((place, *one.path), one.code, one.message))


def _within(name: str, fault: Fault) -> Fault:
    return Fault((name, *fault.path), fault.code, fault.message)


def _shall(name: str, message: str) -> Fault:
    return _fault(name, FaultCode.SHALL, message)


def _fault(name: str, code: FaultCode, message: str) -> Fault:
    path = (pact_name(name),)
    return Fault(path, code, _told(path, message))


def _told(path: tuple[str | int, ...], message: str) -> str:
    """A sentence that begins with the field."""
    return f"{path[0]} {message}."
