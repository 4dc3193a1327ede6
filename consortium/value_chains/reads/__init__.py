"""What can be read of value chains, their stages, and the versions by which they are computed."""

from consortium.value_chains.reads.chains import STAGE_PARTICIPANTS, STAGES, VALUE_CHAINS
from consortium.value_chains.reads.systems import (
    ACTIVITIES,
    ACTIVITY_EMISSIONS,
    ACTIVITY_EXCHANGES,
    ACTIVITY_TIERS,
    CHAIN_VERSIONS,
)

__all__ = [
    "ACTIVITIES",
    "ACTIVITY_EMISSIONS",
    "ACTIVITY_EXCHANGES",
    "ACTIVITY_TIERS",
    "CHAIN_VERSIONS",
    "STAGES",
    "STAGE_PARTICIPANTS",
    "VALUE_CHAINS",
]
