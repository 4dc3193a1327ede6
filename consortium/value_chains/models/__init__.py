# pyright: basic
"""Tables of value chains, and of the activities by which they are computed."""

from consortium.value_chains.models.chains import (
    ValueChain,
    ValueChainParticipant,
    ValueChainStage,
)
from consortium.value_chains.models.systems import (
    Activity,
    ActivityEmission,
    ActivityExchange,
    ChainVersion,
)

__all__ = [
    "EXTRA_CONSTRAINTS",
    "Activity",
    "ActivityEmission",
    "ActivityExchange",
    "ChainVersion",
    "ValueChain",
    "ValueChainParticipant",
    "ValueChainStage",
]

EXTRA_CONSTRAINTS = (
    "value_chain_stage_chain_key",
    "value_chain_stage_same_chain",
    "value_chain_stage_not_itself",
    "value_chain_participant_dates_ordered",
    "chain_version_published",
    "activity_makes_something",
    "activity_share_range",
    "activity_period_ordered",
    "activity_exchange_possible",
    "activity_emission_possible",
)
