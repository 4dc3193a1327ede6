# pyright: basic
"""Tables of avoided emissions."""

from consortium.avoided.models.claims import (
    AvoidedClaim,
    AvoidedClaimInitiative,
    AvoidedClaimValueChain,
)
from consortium.avoided.models.covers import AvoidedCover
from consortium.avoided.models.totals import (
    AvoidedStale,
    AvoidedStanding,
    AvoidedTotal,
    AvoidedTotalState,
)

__all__ = [
    "EXTRA_CONSTRAINTS",
    "RIGHTS",
    "UNWATCHED",
    "AvoidedClaim",
    "AvoidedClaimInitiative",
    "AvoidedClaimValueChain",
    "AvoidedCover",
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
    "avoided_cover_dates_ordered",
    "avoided_cover_explained",
    "avoided_cover_one_at_a_time",
    "avoided_total_key",
    "avoided_total_state_one_row",
)

# What is computed again from the claims.
_DERIVED = "SELECT, INSERT, UPDATE, DELETE, TRUNCATE"
RIGHTS = {
    "avoided_standing": _DERIVED,
    "avoided_total": _DERIVED,
    "avoided_stale": _DERIVED,
    # Never deleted; a trigger lets only its end be written.
    "avoided_cover": "SELECT, INSERT, UPDATE",
}

UNWATCHED = {
    "avoided_standing": "computed from the claims",
    "avoided_total": "sums of the standings",
    "avoided_total_state": "the day that the sums are of",
    "avoided_stale": "whose standings are to be computed again",
}
