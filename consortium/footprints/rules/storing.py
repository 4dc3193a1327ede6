"""A footprint as it is kept, and back: what comes in goes out identical.

Quantities, moments and what is searched by have columns of their own; the rest is a JSON object in
which decimals and moments are texts. What is not stated is left out there, and null in a column.
"""

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Any, Final, TypeVar
from uuid import UUID

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
from consortium.footprints.rules.identifiers import match_keys, urn_key
from consortium.footprints.rules.meaning import QUANTITIES
from consortium.footprints.rules.validity import validity

_T = TypeVar("_T")

# Columns whose names and values are those of the facts.
_OF_FOOTPRINT: Final = (
    "spec_version",
    "validity_period_start",
    "validity_period_end",
    "company_name",
)
_OF_PCF: Final = (
    *QUANTITIES,
    "declared_unit_of_measurement",
    "reference_period_start",
    "reference_period_end",
    "geography_region_or_subregion",
    "geography_country",
    "geography_country_subdivision",
)
# Under other names, or told anew from others.
_ELSEWHERE: Final = ("id", "status", "created", "product_name_company", "pcf")

_WRITE: Final[Mapping[type, Callable[[Any], str]]] = {
    Enum: lambda word: str(word.value),
    Decimal: "{:f}".format,
    datetime: datetime.isoformat,
    UUID: str,
}

# What `facts_of` needs of a row.
COLUMNS: Final = (
    "pact_id",
    "status",
    "created_at",
    "product_name",
    *_OF_FOOTPRINT,
    *_OF_PCF,
    "details",
)


def stored(facts: FootprintFacts) -> dict[str, Any]:
    """Column -> value of what a footprint says; `details` is a JSON object.

    The status is not among it: it is the record's.
    """
    valid_from, valid_to = validity(facts)
    return {
        "pact_id": facts.id,
        "created_at": facts.created,
        "product_name": facts.product_name_company,
        "company_keys": [urn_key(urn) for urn in facts.company_ids],
        "product_keys": sorted({*map(urn_key, facts.product_ids), *match_keys(facts.product_ids)}),
        "classification_keys": [urn_key(urn) for urn in facts.product_classifications or ()],
        "valid_from": valid_from,
        "valid_to": valid_to,
        **{name: getattr(facts, name) for name in _OF_FOOTPRINT},
        **{name: getattr(facts.pcf, name) for name in _OF_PCF},
        "details": {
            **_json(facts, {*_OF_FOOTPRINT, *_ELSEWHERE}),
            "pcf": _json(facts.pcf, {*_OF_PCF}),
        },
    }


def facts_of(row: Mapping[str, Any], details: Mapping[str, Any]) -> FootprintFacts:
    """The footprint that a row with `COLUMNS` keeps; `details` is read from its JSON."""
    return FootprintFacts(
        id=_uuid(row["pact_id"]),
        status=PfStatus[row["status"]],
        created=row["created_at"],
        product_name_company=row["product_name"],
        preceding_pf_ids=_many(details, "preceding_pf_ids", _uuid),
        company_ids=tuple(details["company_ids"]),
        product_description=details["product_description"],
        product_ids=tuple(details["product_ids"]),
        product_classifications=_many(details, "product_classifications", str),
        comment=details.get("comment"),
        extensions=_many(details, "extensions", lambda one: Extension(**one)),
        pcf=_pcf_of(row, details["pcf"]),
        **{name: row[name] for name in _OF_FOOTPRINT},
    )


def _pcf_of(row: Mapping[str, Any], told: Mapping[str, Any]) -> PcfFacts:
    columns: dict[str, Any] = {name: _plain(row[name]) for name in _OF_PCF}
    region = columns.pop("geography_region_or_subregion")
    unit = columns.pop("declared_unit_of_measurement")
    changed: dict[str, Any] = {
        "ipcc_characterization_factors": tuple(told["ipcc_characterization_factors"]),
        "cross_sectoral_standards": tuple(told["cross_sectoral_standards"]),
        "ccu_calculation_approach": _one(told, "ccu_calculation_approach", CcuApproach),
        "product_or_sector_specific_rules": _many(
            told, "product_or_sector_specific_rules", _rules_of
        ),
        "secondary_emission_factor_sources": _many(
            told, "secondary_emission_factor_sources", lambda one: FactorSource(**one)
        ),
        "dqi": _one(told, "dqi", _quality_of),
        "verification": _one(told, "verification", _verification_of),
    }
    return PcfFacts(
        declared_unit_of_measurement=DeclaredUnit(unit),
        geography_region_or_subregion=None if region is None else GeographyRegion(region),
        **(columns | dict(told) | changed),
    )


def _plain(value: Any) -> Any:  # noqa: ANN401  whatever a column holds
    """A number as it was written: asyncpg gives round ones with an exponent, such as 2.5E+5."""
    return Decimal(f"{value:f}") if isinstance(value, Decimal) else value


def _rules_of(told: Mapping[str, Any]) -> SpecificRules:
    operator, names = RuleOperator(told["operator"]), tuple(told["rule_names"])
    return SpecificRules(operator, names, told.get("other_operator_name"))


def _quality_of(told: Mapping[str, Any]) -> DataQuality:
    return DataQuality(**{name: Decimal(rating) for name, rating in told.items()})


def _verification_of(told: Mapping[str, Any]) -> Verification:
    return Verification(
        coverage=_one(told, "coverage", VerificationCoverage),
        completed_at=_one(told, "completed_at", datetime.fromisoformat),
        provider_name=told.get("provider_name"),
        standard_name=told.get("standard_name"),
        comments=told.get("comments"),
    )


def _one(told: Mapping[str, Any], name: str, read: Callable[[Any], _T]) -> _T | None:
    return read(told[name]) if name in told else None


def _many(told: Mapping[str, Any], name: str, read: Callable[[Any], _T]) -> tuple[_T, ...] | None:
    return tuple(map(read, told[name])) if name in told else None


def _uuid(value: Any) -> UUID:  # noqa: ANN401  as the database gives it, or as text
    return UUID(str(value))


def _json(facts: Any, besides: set[str]) -> dict[str, Any]:  # noqa: ANN401  any dataclass
    """A dataclass without those fields, and without what is not stated."""
    values = {
        one.name: getattr(facts, one.name) for one in fields(facts) if one.name not in besides
    }
    return {name: _written(value) for name, value in values.items() if value is not None}


def _written(value: Any) -> Any:  # noqa: ANN401  whatever a fact holds
    if isinstance(value, tuple):
        return [_written(one) for one in value]  # pyright: ignore[reportUnknownVariableType]
    if is_dataclass(value):
        return _json(value, set())
    write = next((_WRITE[kind] for kind in _WRITE if isinstance(value, kind)), None)
    return write(value) if write else value
