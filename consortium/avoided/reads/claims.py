"""Claims: each figure by its own visibility."""

from consortium.avoided.models import AvoidedClaim
from consortium.effects.reads.effects import EFFECTS
from consortium.evidence.reads import CITATIONS
from consortium.initiatives.reads import INITIATIVES
from consortium.membership.reads.figures import figures_visible_to
from consortium.membership.rules.engagements import Coverage
from consortium.organisations.reads import ORGANISATIONS
from consortium.query.source import Column, Embedded, Link, Many, One, Source, linked
from consortium.query.sqltypes import SqlType
from consortium.query.tables import columns
from consortium.value_chains.reads import VALUE_CHAINS

_FIELDS = columns(
    AvoidedClaim,
    "claim",
    (
        "reference",
        "basis",
        "kind",
        "record_type",
        "fiscal_label",
        "period_start",
        "period_end",
        "year",
        "value_kg_co2e",
        "low_kg_co2e",
        "high_kg_co2e",
        "bound",
        "qualifier",
        "as_published",
        "category",
        "methodology",
        "series",
        "verifier",
        "separate_from_parent",
        "quarantined",
        "quality",
        "notes",
        "published_on",
        "published_as",
        "known_on",
        "visibility",
        "recorded_at",
    ),
)

# The sum of a total's parts is told to those who may see every part.
_PARTS_SHOWN = (
    "CASE WHEN NOT EXISTS (SELECT 1 FROM avoided_claim part"
    " WHERE part.part_of_id = {{t}}.id AND part.visibility <> {{t}}.visibility)"
    " THEN {{t}}.{column} END"
)

NAMED_INITIATIVES = Link("avoided_claim_initiative", "claim_id", "initiative_id")
ACTED_ON_CHAINS = Link("avoided_claim_value_chain", "claim_id", "value_chain_id")

QUANTITY = Embedded({name: _FIELDS[name] for name in ("value", "low", "high", "bound")})

CLAIMS = Source(
    name="claim",
    table="avoided_claim",
    prefix="claim",
    visible_to=figures_visible_to(Coverage.CLAIMS),
    fields=_FIELDS
    | {
        "quantity": QUANTITY,
        "verified": Column("({t}.verifier IS NOT NULL)", SqlType.BOOLEAN, nullable=False),
        "parts_total": Column(
            _PARTS_SHOWN.format(column="parts_kg_co2e"), SqlType.NUMERIC, mass=True
        ),
        "parts_difference": Column(
            _PARTS_SHOWN.format(column="parts_difference_kg_co2e"), SqlType.NUMERIC, mass=True
        ),
        "organisation": One(ORGANISATIONS, "{u}.id = {t}.organisation_id"),
        "source": One(CITATIONS, "{u}.id = {t}.citation_id"),
        "initiatives": linked(INITIATIVES, NAMED_INITIATIVES),
        "value_chains": linked(VALUE_CHAINS, ACTED_ON_CHAINS),
    },
    filters=(
        "id",
        "reference",
        "basis",
        "kind",
        "record_type",
        "fiscal_label",
        "period_start",
        "period_end",
        "year",
        "value",
        "low",
        "high",
        "bound",
        "category",
        "methodology",
        "series",
        "verifier",
        "verified",
        "quarantined",
        "published_on",
        "known_on",
        "visibility",
        "organisation",
        "initiatives",
        "value_chains",
    ),
    orders={
        "period_end": ("period_end",),
        "value": ("value",),
        "published_on": ("published_on",),
        "year": ("year",),
        "reference": ("reference",),
    },
)

# Of one organisation, initiative or chain claims are read by period; all of them as recorded, which
# pages through a million as fast at the end as at the start.
_BY_PERIOD = (("period_end", False),)

CLAIMS.relate(
    part_of=One(CLAIMS, "{u}.id = {t}.part_of_id"),
    parts=Many(CLAIMS, "{u}.part_of_id = {t}.id", _BY_PERIOD),
    supersedes=One(CLAIMS, "{u}.id = {t}.supersedes_id"),
    superseded_by=Many(CLAIMS, "{u}.supersedes_id = {t}.id", _BY_PERIOD),
    covered_by=One(
        EFFECTS,
        "{u}.id = (SELECT cover.effect_id FROM avoided_cover cover"
        " WHERE cover.claim_id = {t}.id AND cover.ended_on IS NULL)",
    ),
    method_change_from=One(CLAIMS, "{u}.id = {t}.method_change_from_id"),
)
ORGANISATIONS.relate(claims=Many(CLAIMS, "{u}.organisation_id = {t}.id", _BY_PERIOD))
INITIATIVES.relate(
    claims=linked(CLAIMS, Link("avoided_claim_initiative", "initiative_id", "claim_id"), _BY_PERIOD)
)
VALUE_CHAINS.relate(
    claims=linked(
        CLAIMS, Link("avoided_claim_value_chain", "value_chain_id", "claim_id"), _BY_PERIOD
    )
)
