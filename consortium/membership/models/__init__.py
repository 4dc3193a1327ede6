# pyright: basic
"""Tables of memberships."""

from consortium.membership.models.engagements import Engagement
from consortium.membership.models.memberships import (
    Membership,
    MembershipDecision,
    MembershipTransition,
)

__all__ = [
    "EXTRA_CONSTRAINTS",
    "RIGHTS",
    "UNWATCHED",
    "Engagement",
    "Membership",
    "MembershipDecision",
    "MembershipTransition",
]

EXTRA_CONSTRAINTS = (
    "membership_dates_ordered",
    "membership_one_at_a_time",
    "membership_transition_key",
    "engagement_dates_ordered",
    "engagement_of_another",
)

RIGHTS = {
    "membership_transition": "SELECT",
    # Never deleted; what an update may change, a trigger says.
    "membership_decision": "SELECT, INSERT, UPDATE",
}

UNWATCHED = {"membership_transition": "a copy of the rules, which migrations write"}
