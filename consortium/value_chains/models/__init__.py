# pyright: basic
"""Tables of value chains, and of the activities by which they are computed."""

from consortium.value_chains.models.chains import (
    ValueChain,
    ValueChainParticipant,
    ValueChainStage,
)
from consortium.value_chains.models.computations import ChainComputation
from consortium.value_chains.models.systems import (
    Activity,
    ActivityEmission,
    ActivityExchange,
    ChainVersion,
)

__all__ = [
    "EXTRA_CONSTRAINTS",
    "UNWATCHED",
    "Activity",
    "ActivityEmission",
    "ActivityExchange",
    "ChainComputation",
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
    "chain_version_draft_private",
    "activity_possible",
    "activity_exchange_consumer",
    "activity_exchange_supplier",
    "activity_exchange_possible",
    "activity_emission_activity",
    "activity_emission_possible",
    "chain_computation_answered",
    "chain_computation_ended",
)

_OF_VERSION = (
    "drafts change row by row; what is published never does, and the trail names its version"
)
UNWATCHED = {
    **dict.fromkeys(("activity", "activity_exchange", "activity_emission"), _OF_VERSION),
    "chain_computation": "nothing is recorded from it; who asked and who cancelled is entered",
}
