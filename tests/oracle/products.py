"""Products, footprints and requests: seen, and told, row by row."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from enum import Enum
from typing import Any

import orjson

from consortium.footprints.rules.facts import (
    CcuApproach,
    DeclaredUnit,
    GeographyRegion,
    VerificationCoverage,
)
from consortium.footprints.rules.matching import similarity
from consortium.footprints.rules.meaning import QUANTITIES
from tests.oracle.asking import Ask
from tests.oracle.chains import outdated
from tests.oracle.kinds import KINDS, Kind, Read, blank, camel, down, global_id, named, plain, up
from tests.oracle.plain import Name
from tests.oracle.world import Row


def _details(row: Row) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(row["details"])
    return found


def _told(*names: str) -> dict[str, Read]:
    return {camel(one): lambda _, row, one=one: _details(row).get(one) for one in names}  # type: ignore[misc]


def _of_pcf(*names: str) -> dict[str, Read]:
    return {camel(one): lambda _, row, one=one: _details(row)["pcf"].get(one) for one in names}  # type: ignore[misc]


def _word(value: Any, words: type[Enum]) -> str | None:
    return None if value is None else words(value).name


def _rules(_: Ask, row: Row) -> list[str] | None:
    told = _details(row)["pcf"].get("product_or_sector_specific_rules")
    return told and [
        f"{one.get('other_operator_name') or one['operator']}: {', '.join(one['rule_names'])}"
        for one in told
    ]


def _sources(_: Ask, row: Row) -> list[str] | None:
    told = _details(row)["pcf"].get("secondary_emission_factor_sources")
    return told and [f"{one['name']} {one['version']}" for one in told]


def _quality(_: Ask, row: Row, __: Any) -> list[Row]:
    told = _details(row)["pcf"].get("dqi")
    return [Row("DataQuality", told)] if told else []


def _verification(_: Ask, row: Row, __: Any) -> list[Row]:
    told = _details(row)["pcf"].get("verification")
    names = ("coverage", "provider_name", "completed_at", "standard_name", "comments")
    blanks = dict.fromkeys(names)
    return [Row("FootprintVerification", blanks | told)] if told is not None else []


def _suggestions(ask: Ask, row: Row, _: Any) -> list[Row]:
    found = []
    for other in ask.world.all("Product"):
        reason = _reason(ask, row, other)
        if other.id == row.id or reason is None:
            continue
        kept = ask.world.having("ProductMatch", "product_id", row.id)
        decided = [one.values for one in kept if one["other_id"] == other.id]
        blanks = {"decision": None, "decided_on": None, "version": 0}
        values = {"id": other.id, "owner_id": row["organisation_id"], "other_id": other.id}
        found.append(
            Row(
                "ProductSuggestion",
                {**blanks, **(decided[0] if decided else {}), **reason, **values},
            )
        )
    return ask.seen(found)


def _reason(ask: Ask, one: Row, other: Row) -> Mapping[str, Any] | None:
    mine = ask.world.having("ProductIdentifier", "product_id", one.id)
    theirs = ask.world.having("ProductIdentifier", "product_id", other.id)
    same = [(a, b) for a in mine for b in theirs if a["key"] == b["key"]]
    if same:
        reasons = sorted(
            ("SAME_IDENTIFIER" if a["urn"].lower() == b["urn"].lower() else "SAME_NUMBER", b["urn"])
            for a, b in same
        )
        return {"reason": reasons[0][0], "identifier": reasons[0][1], "similarity": None}
    alike = similarity(one["name_words"], other["name_words"])
    if alike < Decimal("0.5"):
        return None
    shown = alike.quantize(Decimal("0.001"), ROUND_HALF_UP)
    return {"reason": "SIMILAR_NAME", "identifier": None, "similarity": shown}


def _status(ask: Ask, row: Row) -> str:
    over = row["status"] == "OPEN" and row["expires_on"] < ask.today
    return "EXPIRED" if over else row["status"]


def _rests_on_deprecated(ask: Ask, row: Row) -> bool:
    if row["chain_version_id"] is None:
        return False
    used = ask.world.having("Activity", "chain_version_id", row["chain_version_id"])
    footprints = [ask.world.get("Footprint", one["footprint_id"]) for one in used]
    return any(one is not None and one["status"] == "DEPRECATED" for one in footprints)


_PLACES = ("SAME_IDENTIFIER", "SAME_NUMBER", "SIMILAR_NAME")

KINDS |= {
    "Product": Kind(
        global_id("product")
        | named()
        | blank("description")
        | plain("visibility", "version", "recorded_at")
        | {"unit": lambda _, row: _word(row["unit"], DeclaredUnit)},
        {"organisation": up("Organisation", "organisation_id")},
        {
            "identifiers": down("ProductIdentifier", "product_id"),
            "footprints": down("Footprint", "product_id"),
            "requests": down("FootprintRequest", "product_id"),
            "suggestions": _suggestions,
        },
        {
            "NAME": lambda _, row: Name(row["name"]),
            "RECORDED_AT": lambda _, row: row["recorded_at"],
        },
    ),
    "ProductIdentifier": Kind(plain("urn", "kind")),
    "ProductSuggestion": Kind(
        plain("reason", "identifier", "similarity", "decision", "decided_on", "version"),
        {"product": up("Product", "other_id")},
        orders={
            "PLACE": lambda _, row: _PLACES.index(row["reason"]),
            "SIMILARITY": lambda _, row: row["similarity"],
        },
        default_order=("PLACE", "-SIMILARITY"),
    ),
    "Footprint": Kind(
        global_id("footprint")
        | plain("status", "deprecated_on", "deprecated_because", "origin", "received_from")
        | plain("visibility", "version", "recorded_at", "spec_version", "created_at")
        | plain("company_name", "product_name", "validity_period_start", "validity_period_end")
        | plain("valid_from", "valid_to", "primary_data_share", "geography_country")
        | _told("preceding_pf_ids", "company_ids", "product_description", "product_ids")
        | _told("product_classifications", "comment")
        | {"pactId": lambda _, row: str(row["pact_id"]), "restsOnDeprecated": _rests_on_deprecated},
        {
            "organisation": up("Organisation", "organisation_id"),
            "product": up("Product", "product_id"),
            "pcf": lambda _, row, __: [Row("CarbonFootprint", row.values)],
            "preceding": up("Footprint", "preceding_id"),
            "following": down("Footprint", "preceding_id"),
            "activity": up("Activity", "activity_id"),
        },
        {
            "shares": down("FootprintShare", "footprint_id"),
            "outdated": lambda ask, row, _: outdated(ask, row["chain_version_id"]),
        },
        {
            "CREATED_AT": lambda _, row: row["created_at"],
            "VALID_TO": lambda _, row: row["valid_to"],
        },
    ),
    "CarbonFootprint": Kind(
        plain(*QUANTITIES, "reference_period_start", "reference_period_end")
        | plain("geography_country", "geography_country_subdivision")
        | _of_pcf("boundary_processes_description", "technological_co2_capture_origin")
        | _of_pcf("ccu_credit_certification", "exempted_emissions_description")
        | _of_pcf("allocation_rules_description", "packaging_emissions_included")
        | _of_pcf("ccs_technological_co2_capture_included", "ipcc_characterization_factors")
        | _of_pcf("cross_sectoral_standards")
        | {
            "declaredUnitOfMeasurement": lambda _, row: _word(
                row["declared_unit_of_measurement"], DeclaredUnit
            ),
            "geographyRegionOrSubregion": lambda _, row: _word(
                row["geography_region_or_subregion"], GeographyRegion
            ),
            "ccuCalculationApproach": lambda _, row: _word(
                _details(row)["pcf"].get("ccu_calculation_approach"), CcuApproach
            ),
            "productOrSectorSpecificRules": _rules,
            "secondaryEmissionFactorSources": _sources,
        },
        {"dqi": _quality, "verification": _verification},
    ),
    "DataQuality": Kind(
        {
            name: lambda _, row, name=name: Decimal(row[f"{name}_dqr"])  # type: ignore[misc]
            for name in ("technological", "geographical", "temporal")
        }
    ),
    "FootprintVerification": Kind(
        plain("provider_name", "completed_at", "standard_name", "comments")
        | {"coverage": lambda _, row: _word(row["coverage"], VerificationCoverage)}
    ),
    "FootprintShare": Kind(
        plain("shared_on"), {"organisation": up("Organisation", "organisation_id")}
    ),
    "FootprintRequest": Kind(
        global_id("pfrequest")
        | plain("way", "product_name", "asked_email", "asked_on", "due_on", "expires_on")
        | plain("ended_on", "ended_because", "version")
        | blank("comment")
        | {"status": _status, "productIds": lambda _, row: row["product_urns"]},
        {
            "organisation": up("Organisation", "organisation_id"),
            "asked": up("Organisation", "asked_id"),
            "product": up("Product", "product_id"),
            "footprint": up("Footprint", "footprint_id"),
        },
        orders={
            "DUE_ON": lambda _, row: row["due_on"],
            "ASKED_ON": lambda _, row: row["asked_on"],
        },
    ),
}
WHOSE = KINDS["Organisation"]
KINDS["Organisation"] = replace(
    WHOSE, many={**WHOSE.many, "products": down("Product", "organisation_id")}
)
