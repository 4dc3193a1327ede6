"""What can be read of organisations, their sizes and corporate groups: everyone may."""

from consortium.audit.reads import AUDIT_ENTRIES
from consortium.evidence.reads import CITATIONS
from consortium.kernel.text import name_key
from consortium.organisations.models import (
    ExchangeRate,
    Organisation,
    OrganisationSize,
    Parentage,
)
from consortium.query.source import Column, Embedded, Key, Many, One, Source, everyone
from consortium.query.sqltypes import SqlType
from consortium.query.tables import columns

_ALIASES = (
    "(SELECT coalesce(json_agg(x.name ORDER BY x.name_key), '[]')"
    " FROM organisation_alias x WHERE x.organisation_id = {t}.id)"
)

ORGANISATIONS = Source(
    name="organisation",
    table="organisation",
    prefix="org",
    visible_to=everyone,
    fields=columns(
        Organisation,
        "org",
        (
            "name",
            "country",
            "sector",
            "lei",
            "revenue_amount",
            "revenue_currency",
            "revenue_year",
            "employees",
            "employees_year",
            "notes",
            "recorded_at",
        ),
    )
    | {
        "aliases": Column(_ALIASES, SqlType.JSON, nullable=False),
        "revenue": Embedded(
            {
                "amount": Column("{t}.revenue_amount", SqlType.NUMERIC, nullable=False),
                "currency": Column("{t}.revenue_currency", nullable=False),
                "year": Column("{t}.revenue_year", SqlType.INTEGER),
            },
            present="{t}.revenue_amount IS NOT NULL",
        ),
        "source": One(CITATIONS, "{u}.id = {t}.citation_id"),
        "size_source": One(CITATIONS, "{u}.id = {t}.size_citation_id"),
    },
    filters=(
        "id",
        "name",
        "country",
        "sector",
        "lei",
        "revenue_amount",
        "revenue_currency",
        "employees",
    ),
    orders={"name": ("name",), "revenue": ("revenue_amount",), "employees": ("employees",)},
    default_order=(("name", False),),
    beginnings="organisation_beginning",
)

# A name finds its organisation, and so does every alias.
BY_NAME = Key(
    "{t}.id IN (SELECT o.id FROM organisation o WHERE o.name_key = {value}"
    " UNION SELECT x.organisation_id FROM organisation_alias x WHERE x.name_key = {value})",
    SqlType.TEXT,
    lambda name: name_key(str(name)),
)

PARENTAGES = Source(
    name="parentage",
    table="parentage",
    visible_to=everyone,
    fields=columns(Parentage, None, ("relation", "equity_share", "starts_on", "ends_on", "notes"))
    | {
        "child": One(ORGANISATIONS, "{u}.id = {t}.child_id"),
        "parent": One(ORGANISATIONS, "{u}.id = {t}.parent_id"),
        "source": One(CITATIONS, "{u}.id = {t}.citation_id"),
    },
    filters=("relation", "starts_on", "ends_on", "child", "parent"),
    default_order=(("starts_on", False),),
)

# As consortium.membership.rules.profile says.
_USD = (
    "(CASE WHEN {t}.revenue_currency = 'USD' THEN {t}.revenue_amount ELSE"
    " (SELECT round({t}.revenue_amount / x.per_usd, 4) FROM exchange_rate x"
    " WHERE x.currency = {t}.revenue_currency AND x.year = {t}.year) END)"
)

SIZES = Source(
    name="organisation_size",
    table="organisation_size",
    visible_to=everyone,
    fields=columns(OrganisationSize, None, ("year", "employees", "recorded_at"))
    | {
        "revenue": Embedded(
            {
                "amount": Column("{t}.revenue_amount", SqlType.NUMERIC, nullable=False),
                "currency": Column("{t}.revenue_currency", nullable=False),
                "year": Column("{t}.year", SqlType.INTEGER),
            },
            present="{t}.revenue_amount IS NOT NULL",
        ),
        "revenue_usd": Column(_USD, SqlType.NUMERIC),
        "source": One(CITATIONS, "{u}.id = {t}.citation_id"),
    },
    filters=("year", "employees"),
    default_order=(("year", True),),
)

EXCHANGE_RATES = Source(
    name="exchange_rate",
    table="exchange_rate",
    visible_to=everyone,
    fields=columns(ExchangeRate, None, ("currency", "year", "per_usd"))
    | {"source": One(CITATIONS, "{u}.id = {t}.citation_id")},
    filters=("currency", "year", "per_usd"),
    orders={"currency": ("currency", "year"), "year": ("year", "currency")},
    default_order=(("currency", False),),
)

ORGANISATIONS.relate(
    sizes=Many(SIZES, "{u}.organisation_id = {t}.id"),
    parents=Many(PARENTAGES, "{u}.child_id = {t}.id"),
    subsidiaries=Many(PARENTAGES, "{u}.parent_id = {t}.id"),
)

AUDIT_ENTRIES.relate(
    organisation=One(ORGANISATIONS, "{u}.id = {t}.organisation_id"),
    acting_organisation=One(ORGANISATIONS, "{u}.id = {t}.acting_organisation_id"),
)
