"""What can be read of value chains, their stages and who takes part: everyone may."""

from consortium.evidence.reads import CITATIONS
from consortium.organisations.reads import ORGANISATIONS
from consortium.query.source import Many, One, Source, everyone
from consortium.query.tables import columns
from consortium.value_chains.models import ValueChain, ValueChainParticipant, ValueChainStage

VALUE_CHAINS = Source(
    name="value_chain",
    table="value_chain",
    prefix="chain",
    visible_to=everyone,
    fields=columns(ValueChain, "chain", ("name", "description"))
    | {"source": One(CITATIONS, "{u}.id = {t}.citation_id")},
    filters=("id", "name"),
    orders={"name": ("name",)},
    default_order=(("name", False),),
)

STAGES = Source(
    name="value_chain_stage",
    table="value_chain_stage",
    prefix="stage",
    visible_to=everyone,
    fields=columns(ValueChainStage, "stage", ("name", "position"))
    | {"value_chain": One(VALUE_CHAINS, "{u}.id = {t}.value_chain_id")},
    filters=("id", "name", "position", "value_chain"),
    default_order=(("position", False),),
)

STAGE_PARTICIPANTS = Source(
    name="value_chain_participant",
    table="value_chain_participant",
    visible_to=everyone,
    fields=columns(ValueChainParticipant, None, ("role", "starts_on", "ends_on"))
    | {
        "organisation": One(ORGANISATIONS, "{u}.id = {t}.organisation_id"),
        "stage": One(STAGES, "{u}.id = {t}.stage_id"),
    },
    filters=("role", "organisation", "stage"),
)

VALUE_CHAINS.relate(
    stages=Many(STAGES, "{u}.value_chain_id = {t}.id"),
    # Where the chain ends: the stages that supply no other.
    end_stages=Many(STAGES, "{u}.value_chain_id = {t}.id AND {u}.downstream_id IS NULL"),
)
STAGES.relate(
    downstream=One(STAGES, "{u}.id = {t}.downstream_id"),
    upstream=Many(STAGES, "{u}.downstream_id = {t}.id"),
    participants=Many(STAGE_PARTICIPANTS, "{u}.stage_id = {t}.id"),
)
ORGANISATIONS.relate(
    stages=Many(STAGE_PARTICIPANTS, "{u}.organisation_id = {t}.id"),
)
