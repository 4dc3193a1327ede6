"""What can be read of shared initiatives, and of the value chains they act on: everyone may."""

from consortium.evidence.reads import CITATIONS
from consortium.initiatives.models import (
    Initiative,
    InitiativeParticipant,
    InitiativeTarget,
    ValueChainInitiative,
)
from consortium.organisations.reads import ORGANISATIONS
from consortium.query.source import Many, One, Source, everyone
from consortium.query.tables import columns
from consortium.value_chains.reads import STAGES, VALUE_CHAINS

INITIATIVES = Source(
    name="initiative",
    table="initiative",
    prefix="initiative",
    visible_to=everyone,
    fields=columns(
        Initiative,
        "initiative",
        (
            "name",
            "convenor",
            "start_year",
            "description",
            "facts",
            "participants_as_published",
            "participants_as_of",
        ),
    )
    | {"source": One(CITATIONS, "{u}.id = {t}.citation_id")},
    filters=("id", "name", "convenor", "start_year"),
    orders={"name": ("name",), "start_year": ("start_year",)},
    default_order=(("name", False),),
)

PARTICIPANTS = Source(
    name="initiative_participant",
    table="initiative_participant",
    visible_to=everyone,
    fields=columns(InitiativeParticipant, None, ("name", "role", "as_of", "starts_on", "ends_on"))
    | {
        "initiative": One(INITIATIVES, "{u}.id = {t}.initiative_id"),
        "organisation": One(ORGANISATIONS, "{u}.id = {t}.organisation_id"),
    },
    filters=("name", "role", "starts_on", "ends_on", "initiative", "organisation"),
)

TARGETS = Source(
    name="initiative_target",
    table="initiative_target",
    visible_to=everyone,
    fields=columns(InitiativeTarget, None, ("description", "target_year", "quantity_kg_co2e"))
    | {
        "initiative": One(INITIATIVES, "{u}.id = {t}.initiative_id"),
        "source": One(CITATIONS, "{u}.id = {t}.citation_id"),
    },
    filters=("description", "target_year", "quantity"),
    default_order=(("target_year", False),),
)

# An initiative at work on a chain, or on one of its stages.
CHAIN_ACTIONS = Source(
    name="value_chain_initiative",
    table="value_chain_initiative",
    visible_to=everyone,
    fields=columns(ValueChainInitiative, None, ("note",))
    | {
        "initiative": One(INITIATIVES, "{u}.id = {t}.initiative_id"),
        "value_chain": One(VALUE_CHAINS, "{u}.id = {t}.value_chain_id"),
        "stage": One(STAGES, "{u}.id = {t}.stage_id"),
    },
    filters=("initiative", "value_chain", "stage"),
)

INITIATIVES.relate(
    participants=Many(PARTICIPANTS, "{u}.initiative_id = {t}.id"),
    targets=Many(TARGETS, "{u}.initiative_id = {t}.id"),
    value_chains=Many(CHAIN_ACTIONS, "{u}.initiative_id = {t}.id"),
)
VALUE_CHAINS.relate(initiatives=Many(CHAIN_ACTIONS, "{u}.value_chain_id = {t}.id"))
STAGES.relate(initiatives=Many(CHAIN_ACTIONS, "{u}.stage_id = {t}.id"))
ORGANISATIONS.relate(initiatives=Many(PARTICIPANTS, "{u}.organisation_id = {t}.id"))
