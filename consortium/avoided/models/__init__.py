# pyright: basic
"""Tables of avoided emissions."""

from consortium.avoided.models.claims import (
    AvoidedClaim,
    AvoidedClaimInitiative,
    AvoidedClaimValueChain,
)
from consortium.avoided.models.totals import (
    AvoidedStale,
    AvoidedStanding,
    AvoidedTotal,
    AvoidedTotalState,
)

__all__ = [
    "EXTRA_CONSTRAINTS",
    "AvoidedClaim",
    "AvoidedClaimInitiative",
    "AvoidedClaimValueChain",
    "AvoidedStale",
    "AvoidedStanding",
    "AvoidedTotal",
    "AvoidedTotalState",
]

EXTRA_CONSTRAINTS = (
    "avoided_claim_finite",
    "avoided_claim_dates_ordered",
    "avoided_claim_range_ordered",
    "avoided_claim_states_something",
    "avoided_claim_not_its_own",
    "avoided_total_key",
    "avoided_total_state_one_row",
)
