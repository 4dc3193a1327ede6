"""What can be read of products and their footprints."""

from collections.abc import Callable
from enum import StrEnum
from typing import Any

from consortium.footprints.models import Footprint, Product, ProductIdentifier
from consortium.footprints.reads.visible import (
    footprint_visible_to,
    owner_visible_to,
    product_visible_to,
)
from consortium.footprints.rules.facts import (
    CcuApproach,
    DeclaredUnit,
    GeographyRegion,
    VerificationCoverage,
)
from consortium.footprints.rules.identifiers import match_keys, urn_key
from consortium.footprints.rules.meaning import QUANTITIES
from consortium.footprints.rules.vocabulary import MatchDecision, MatchReason
from consortium.kernel.principal import Rights
from consortium.organisations.reads import ORGANISATIONS
from consortium.query.pick import Args
from consortium.query.source import Column, Embedded, Field, Many, One, Source, everyone
from consortium.query.sqltypes import SqlType
from consortium.query.tables import columns
from consortium.query.writer import Writer, conjunction


def _word(sql: str, words: type[StrEnum], *, nullable: bool = True) -> Column:
    """A word of PACT's by its name in the API: as it is written there, it may hold spaces."""
    ways = " ".join(f"WHEN '{word.value}' THEN '{word.name}'" for word in words)
    return Column(f"(CASE {sql} {ways} END)", nullable=nullable, enum=words)


IDENTIFIERS = Source(
    name="product_identifier",
    table="product_identifier",
    # Read from a product alone, which was seen.
    visible_to=everyone,
    fields=columns(ProductIdentifier, None, ("urn", "kind")),
    filters=("urn", "kind"),
)

PRODUCTS = Source(
    name="product",
    table="product",
    prefix="product",
    visible_to=product_visible_to,
    fields=columns(
        Product, "product", ("name", "description", "visibility", "version", "recorded_at")
    )
    | {
        "unit": _word("{t}.unit", DeclaredUnit),
        "organisation": One(ORGANISATIONS, "{u}.id = {t}.organisation_id"),
        "identifiers": Many(IDENTIFIERS, "{u}.product_id = {t}.id"),
    },
    filters=("id", "name", "visibility", "organisation", "identifiers"),
    orders={"name": ("name",), "recorded_at": ("recorded_at",)},
)


def _told(name: str, sql_type: SqlType = SqlType.TEXT, *, nullable: bool = True) -> Column:
    """What the object of details says."""
    place = "->".join(f"'{part}'" for part in name.split("."))
    if sql_type is SqlType.JSON:
        return Column(f"({{t}}.details->{place})", sql_type, nullable=nullable)
    *way, last = place.split("->")
    sql = "->".join(["{t}.details", *way]) + f"->>{last}"
    cast = "" if sql_type is SqlType.TEXT else f"::{sql_type}"
    return Column(f"({sql}){cast}", sql_type, nullable=nullable)


def _lines(name: str, line: str) -> Column:
    """Objects of details, each told as a line of text; null where none are stated."""
    return Column(
        f"(SELECT json_agg({line} ORDER BY told.place) FROM jsonb_array_elements("
        f"{{t}}.details->'pcf'->'{name}') WITH ORDINALITY AS told (one, place))",
        SqlType.JSON,
    )


_DQI = Embedded(
    {
        "technological": _told("pcf.dqi.technological_dqr", SqlType.NUMERIC, nullable=False),
        "geographical": _told("pcf.dqi.geographical_dqr", SqlType.NUMERIC, nullable=False),
        "temporal": _told("pcf.dqi.temporal_dqr", SqlType.NUMERIC, nullable=False),
    },
    "{t}.details->'pcf'->'dqi' IS NOT NULL",
)
_VERIFICATION = Embedded(
    {
        "coverage": _word("{t}.details->'pcf'->'verification'->>'coverage'", VerificationCoverage),
        "provider_name": _told("pcf.verification.provider_name"),
        "completed_at": _told("pcf.verification.completed_at", SqlType.TIMESTAMP),
        "standard_name": _told("pcf.verification.standard_name"),
        "comments": _told("pcf.verification.comments"),
    },
    "{t}.details->'pcf'->'verification' IS NOT NULL",
)
PCF_REQUIRED = (
    "declared_unit_amount",
    "product_mass_per_declared_unit",
    "pcf_excluding_biogenic_uptake",
    "pcf_including_biogenic_uptake",
    "fossil_carbon_content",
    "fossil_ghg_emissions",
    "exempted_emissions_percent",
)
_PCF: dict[str, Field] = {
    "declared_unit_of_measurement": _word(
        "{t}.declared_unit_of_measurement", DeclaredUnit, nullable=False
    ),
    **{
        name: Column(f"{{t}}.{name}", SqlType.NUMERIC, nullable=name not in PCF_REQUIRED)
        for name in QUANTITIES
    },
    "reference_period_start": Column(
        "{t}.reference_period_start", SqlType.TIMESTAMP, nullable=False
    ),
    "reference_period_end": Column("{t}.reference_period_end", SqlType.TIMESTAMP, nullable=False),
    "geography_region_or_subregion": _word("{t}.geography_region_or_subregion", GeographyRegion),
    "geography_country": Column("{t}.geography_country"),
    "geography_country_subdivision": Column("{t}.geography_country_subdivision"),
    **{
        name: _told(f"pcf.{name}")
        for name in (
            "boundary_processes_description",
            "technological_co2_capture_origin",
            "ccu_credit_certification",
            "exempted_emissions_description",
            "allocation_rules_description",
        )
    },
    "ccu_calculation_approach": _word(
        "{t}.details->'pcf'->>'ccu_calculation_approach'", CcuApproach
    ),
    "packaging_emissions_included": _told("pcf.packaging_emissions_included", SqlType.BOOLEAN),
    "ccs_technological_co2_capture_included": _told(
        "pcf.ccs_technological_co2_capture_included", SqlType.BOOLEAN
    ),
    "ipcc_characterization_factors": _told(
        "pcf.ipcc_characterization_factors", SqlType.JSON, nullable=False
    ),
    "cross_sectoral_standards": _told("pcf.cross_sectoral_standards", SqlType.JSON, nullable=False),
    "product_or_sector_specific_rules": _lines(
        "product_or_sector_specific_rules",
        "coalesce(told.one->>'other_operator_name', told.one->>'operator') || ': ' || ("
        "SELECT string_agg(named.rule, ', ')"
        " FROM jsonb_array_elements_text(told.one->'rule_names') named (rule))",
    ),
    "secondary_emission_factor_sources": _lines(
        "secondary_emission_factor_sources", "(told.one->>'name') || ' ' || (told.one->>'version')"
    ),
    "dqi": _DQI,
    "verification": _VERIFICATION,
}

FOOTPRINTS = Source(
    name="footprint",
    table="footprint",
    prefix="footprint",
    visible_to=footprint_visible_to,
    fields=columns(
        Footprint,
        "footprint",
        (
            "status",
            "deprecated_on",
            "deprecated_because",
            "origin",
            "received_from",
            "visibility",
            "version",
            "recorded_at",
            "spec_version",
            "created_at",
            "company_name",
            "product_name",
            "validity_period_start",
            "validity_period_end",
            "valid_from",
            "valid_to",
        ),
    )
    | {
        "pact_id": Column("{t}.pact_id::text", nullable=False),
        "primary_data_share": Column("{t}.primary_data_share", SqlType.NUMERIC),
        "geography_country": Column("{t}.geography_country"),
        "preceding_pf_ids": _told("preceding_pf_ids", SqlType.JSON),
        "company_ids": _told("company_ids", SqlType.JSON, nullable=False),
        "product_description": _told("product_description", nullable=False),
        "product_ids": _told("product_ids", SqlType.JSON, nullable=False),
        "product_classifications": _told("product_classifications", SqlType.JSON),
        "comment": _told("comment"),
        "pcf": Embedded(_PCF),
        "organisation": One(ORGANISATIONS, "{u}.id = {t}.organisation_id"),
        "product": One(PRODUCTS, "{u}.id = {t}.product_id"),
    },
    filters=(
        "id",
        "pact_id",
        "status",
        "origin",
        "visibility",
        "created_at",
        "company_name",
        "product_name",
        "valid_from",
        "valid_to",
        "primary_data_share",
        "geography_country",
        "organisation",
        "product",
    ),
    orders={"created_at": ("created_at",), "valid_to": ("valid_to",)},
)

SHARES = Source(
    name="footprint_share",
    table=lambda _writer, _args: (
        "SELECT s.id, s.footprint_id, s.organisation_id AS with_id, s.shared_on, f.organisation_id"
        " FROM footprint_share s JOIN footprint f ON f.id = s.footprint_id"
        " WHERE s.organisation_id IS NOT NULL"
    ),
    visible_to=owner_visible_to,
    fields={
        "shared_on": Column("{t}.shared_on", SqlType.DATE, nullable=False),
        "organisation": One(ORGANISATIONS, "{u}.id = {t}.with_id"),
    },
)

FOOTPRINTS.relate(
    preceding=One(FOOTPRINTS, "{u}.id = {t}.preceding_id"),
    following=One(FOOTPRINTS, "{u}.preceding_id = {t}.id"),
)
FOOTPRINTS.fields["shares"] = Many(SHARES, "{u}.footprint_id = {t}.id")
PRODUCTS.relate(footprints=Many(FOOTPRINTS, "{u}.product_id = {t}.id"))
ORGANISATIONS.relate(products=Many(PRODUCTS, "{u}.organisation_id = {t}.id"))


def _listed(column: str, prepare: Callable[[Any], Any]) -> Callable[[Writer, object, str], str]:
    def condition(writer: Writer, given: object, u: str) -> str:
        return f"{u}.{column} && {writer.bind_array(given, SqlType.TEXT, prepare)}"

    return condition


def _product_key(urn: object) -> str:
    [key] = match_keys((str(urn),))
    return key


def _placed(writer: Writer, given: object, u: str) -> str:
    places = writer.bind_array(given, SqlType.TEXT, lambda place: str(place).lower())
    named = ("geography_region_or_subregion", "geography_country", "geography_country_subdivision")
    return "(" + " OR ".join(f"lower({u}.{name}) = ANY ({places})" for name in named) + ")"


def _valid_on(writer: Writer, given: object, u: str) -> str:
    at = writer.bind(given, SqlType.TIMESTAMP)
    return f"{u}.valid_from <= {at} AND {at} <= {u}.valid_to"


# PACT's filters: one of the values of each, without regard to case.
_ASKED: dict[str, Callable[[Writer, object, str], str]] = {
    "product_ids": _listed("product_keys", _product_key),
    "company_ids": _listed("company_keys", lambda urn: urn_key(str(urn))),
    "classifications": _listed("classification_keys", lambda urn: urn_key(str(urn))),
    "geography": _placed,
    "valid_on": _valid_on,
}


def _asked(writer: Writer, args: Args, _: str, u: str) -> str:
    given = {name: args[name] for name in _ASKED if args.get(name) is not None}
    return conjunction([_ASKED[name](writer, value, u) for name, value in given.items()])


ALL_FOOTPRINTS = Many(FOOTPRINTS, _asked)

# A sub-select keeps the words of the product from being compared anew for each row.
_SUGGESTED = """
SELECT o.id, o.id AS other_id, p.organisation_id, found.reason, found.identifier,
    m.decision, m.decided_on, coalesce(m.version, 0) AS version,
    CASE found.reason WHEN 'SAME_IDENTIFIER' THEN 1 WHEN 'SAME_NUMBER' THEN 2 ELSE 3 END AS place,
    round(found.similarity, 3) AS similarity
FROM product p
CROSS JOIN LATERAL (
    SELECT DISTINCT ON (every.other_id) every.* FROM (
        SELECT b.product_id AS other_id,
            CASE WHEN lower(a.urn) = lower(b.urn) THEN 'SAME_IDENTIFIER' ELSE 'SAME_NUMBER' END
                AS reason,
            b.urn AS identifier, NULL::numeric AS similarity
        FROM product_identifier a JOIN product_identifier b ON b.key = a.key
        WHERE a.product_id = p.id
        UNION ALL
        SELECT n.id, 'SIMILAR_NAME', NULL, alike.similarity FROM product n
        CROSS JOIN LATERAL (SELECT count(*) FILTER (WHERE w.word = ANY (p.name_words))::numeric
            / nullif(count(*) + cardinality(p.name_words)
                - count(*) FILTER (WHERE w.word = ANY (p.name_words)), 0)
            FROM unnest(n.name_words) w (word)) alike (similarity)
        WHERE n.name_words && p.name_words AND alike.similarity >= 0.5
    ) every
    ORDER BY every.other_id, every.reason, every.identifier
) found
JOIN product o ON o.id = found.other_id AND o.id <> p.id
LEFT JOIN product_match m ON m.product_id = p.id AND m.other_id = o.id
WHERE p.id = {t}.id
"""


def _suggestion_visible_to(rights: Rights) -> str:
    seen = product_visible_to(rights).replace("{t}", "other")
    return (
        f"{owner_visible_to(rights)}"
        f" AND EXISTS (SELECT FROM product other WHERE other.id = {{t}}.other_id AND {seen})"
    )


SUGGESTIONS = Source(
    name="product_suggestion",
    table=lambda _writer, _args: _SUGGESTED,
    visible_to=_suggestion_visible_to,
    fields={
        "reason": Column("{t}.reason", nullable=False, enum=MatchReason),
        "identifier": Column("{t}.identifier"),
        "similarity": Column("{t}.similarity", SqlType.NUMERIC),
        "decision": Column("{t}.decision", enum=MatchDecision),
        "decided_on": Column("{t}.decided_on", SqlType.DATE),
        "version": Column("{t}.version", SqlType.INTEGER, nullable=False),
        "place": Column("{t}.place", SqlType.INTEGER, nullable=False),
        "product": One(PRODUCTS, "{u}.id = {t}.other_id"),
    },
    default_order=(("place", False), ("similarity", True)),
)
# Not by `relate`: what is made from each row is nothing to filter by.
PRODUCTS.fields["suggestions"] = Many(SUGGESTIONS)
