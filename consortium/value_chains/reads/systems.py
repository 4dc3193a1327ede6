"""What can be read of versions of chains: as members' own figures; what is in one is seen with it.

Who sees a version sees its activities, exchanges and emissions. What a chain tells to those who see
only results is no part of this.
"""

from typing import Any

from consortium.evidence.reads import CITATIONS
from consortium.kernel.errors import BadInput
from consortium.membership.reads.figures import below, figures_visible_to
from consortium.membership.rules.engagements import Coverage
from consortium.organisations.reads import ORGANISATIONS
from consortium.query.pick import Args
from consortium.query.source import Column, Derived, Many, One, Source, everyone
from consortium.query.sqltypes import SqlType
from consortium.query.tables import columns
from consortium.query.writer import Writer
from consortium.value_chains.models import (
    Activity,
    ActivityEmission,
    ActivityExchange,
    ChainVersion,
)
from consortium.value_chains.reads.chains import STAGES, VALUE_CHAINS

TIERS_MAX = 20

# Effects and their claims stand on what chains compute: whoever assures these sees the chains.
version_visible_to = figures_visible_to(Coverage.CLAIMS)
with_version = below(version_visible_to, "chain_version", "chain_version_id")


class TiersInvalid(BadInput):
    """Suppliers and customers are told for 1 to 20 tiers."""

    code = "TIERS_INVALID"


CHAIN_VERSIONS = Source(
    name="chain_version",
    table="chain_version",
    prefix="chainversion",
    visible_to=version_visible_to,
    fields=columns(
        ChainVersion,
        "chainversion",
        (
            "reference",
            "title",
            "status",
            "visibility",
            "version",
            "recorded_at",
            "published_on",
        ),
    )
    | {
        "value_chain": One(VALUE_CHAINS, "{u}.id = {t}.value_chain_id"),
        "organisation": One(ORGANISATIONS, "{u}.id = {t}.organisation_id"),
        "source": One(CITATIONS, "{u}.id = {t}.citation_id"),
    },
    filters=(
        "id",
        "reference",
        "title",
        "status",
        "visibility",
        "published_on",
        "recorded_at",
        "value_chain",
        "organisation",
    ),
    orders={
        "reference": ("reference",),
        "recorded_at": ("recorded_at",),
        "published_on": ("published_on",),
    },
)

ACTIVITIES = Source(
    name="activity",
    table="activity",
    prefix="activity",
    visible_to=with_version,
    fields=columns(
        Activity,
        "activity",
        (
            "code",
            "process",
            "name",
            "product",
            "unit",
            "output",
            "share",
            "geography",
            "period_start",
            "period_end",
        ),
    )
    | {
        "chain_version": One(CHAIN_VERSIONS, "{u}.id = {t}.chain_version_id"),
        "organisation": One(ORGANISATIONS, "{u}.id = {t}.organisation_id"),
        "stage": One(STAGES, "{u}.id = {t}.stage_id"),
        "source": One(CITATIONS, "{u}.id = {t}.citation_id"),
    },
    filters=(
        "id",
        "code",
        "process",
        "name",
        "product",
        "unit",
        "output",
        "share",
        "geography",
        "period_start",
        "period_end",
        "chain_version",
        "organisation",
        "stage",
    ),
    orders={"code": ("code",), "name": ("name",), "product": ("product",)},
    default_order=(("code", False),),
)

ACTIVITY_EXCHANGES = Source(
    name="activity_exchange",
    table="activity_exchange",
    visible_to=with_version,
    fields=columns(
        ActivityExchange,
        None,
        ("amount", "stated_amount", "stated_unit", "uncertainty", "error_source"),
    )
    | {
        "consumer": One(ACTIVITIES, "{u}.id = {t}.consumer_id"),
        "supplier": One(ACTIVITIES, "{u}.id = {t}.supplier_id"),
        "source": One(CITATIONS, "{u}.id = {t}.citation_id"),
    },
    filters=("amount", "stated_unit", "uncertainty", "error_source", "consumer", "supplier"),
)

ACTIVITY_EMISSIONS = Source(
    name="activity_emission",
    table="activity_emission",
    visible_to=with_version,
    fields=columns(ActivityEmission, None, ("gas", "mass_kg", "uncertainty", "error_source")),
    filters=("gas", "mass_kg", "uncertainty", "error_source"),
    default_order=(("gas", False),),
)

# What a process takes is recorded at any of its products, and each of these needs it.
_SUPPLIERS = (
    "SELECT x.supplier_id FROM unnest(w.front) f (id)"
    " JOIN activity a ON a.id = f.id"
    " JOIN activity b ON b.chain_version_id = a.chain_version_id AND b.process = a.process"
    " JOIN activity_exchange x ON x.consumer_id = b.id"
)
_CUSTOMERS = (
    "SELECT b.id FROM unnest(w.front) f (id)"
    " JOIN activity_exchange x ON x.supplier_id = f.id"
    " JOIN activity a ON a.id = x.consumer_id"
    " JOIN activity b ON b.chain_version_id = a.chain_version_id AND b.process = a.process"
)


def _tiers(step: str) -> Derived:
    """SQL of who is met within some tiers of activity `{t}`, each once, where it is met first.

    A step takes a whole tier at once and leaves out all that was met before: loops end.
    """

    def table(writer: Writer, args: Args) -> str:
        most = writer.bind(args.get("tiers"), SqlType.INTEGER, _checked_tiers)
        return (
            "WITH RECURSIVE walk (tier, front, met) AS ("
            "SELECT 0, ARRAY[{t}.id], ARRAY[{t}.id] UNION ALL"
            " SELECT w.tier + 1, n.front, w.met || n.front FROM walk w CROSS JOIN LATERAL ("
            f"SELECT array_agg(k.id) AS front FROM ({step} EXCEPT SELECT unnest(w.met)) k (id)"
            f") n WHERE w.tier < {most} AND n.front IS NOT NULL)"
            " SELECT k.id, w.tier FROM walk w CROSS JOIN unnest(w.front) k (id) WHERE w.tier > 0"
        )

    return table


def _checked_tiers(given: Any) -> int:  # noqa: ANN401  whatever was given
    tiers = 1 if given is None else int(given)
    if not 1 <= tiers <= TIERS_MAX:
        raise TiersInvalid
    return tiers


def _activity_tiers(step: str) -> Source:
    """Activities around one, with the tier of each; they are of its version and seen with it."""
    return Source(
        name="activity_tier",
        table=_tiers(step),
        visible_to=everyone,
        fields={
            "tier": Column("{t}.tier", SqlType.INTEGER, nullable=False),
            "activity": One(ACTIVITIES, "{u}.id = {t}.id"),
        },
        default_order=(("tier", False),),
    )


ACTIVITY_TIERS = {
    "suppliers": _activity_tiers(_SUPPLIERS),
    "customers": _activity_tiers(_CUSTOMERS),
}

ACTIVITIES.relate(
    inputs=Many(ACTIVITY_EXCHANGES, "{u}.consumer_id = {t}.id"),
    uses=Many(ACTIVITY_EXCHANGES, "{u}.supplier_id = {t}.id"),
    emissions=Many(ACTIVITY_EMISSIONS, "{u}.activity_id = {t}.id"),
)
# Not by `relate`: what is made from each row is nothing to filter by.
ACTIVITIES.fields |= {name: Many(source) for name, source in ACTIVITY_TIERS.items()}
CHAIN_VERSIONS.relate(
    copied_from=One(CHAIN_VERSIONS, "{u}.id = {t}.copied_from_id"),
    copies=Many(CHAIN_VERSIONS, "{u}.copied_from_id = {t}.id"),
    activities=Many(ACTIVITIES, "{u}.chain_version_id = {t}.id"),
)
VALUE_CHAINS.relate(versions=Many(CHAIN_VERSIONS, "{u}.value_chain_id = {t}.id"))
ORGANISATIONS.relate(
    chain_versions=Many(CHAIN_VERSIONS, "{u}.organisation_id = {t}.id"),
)
