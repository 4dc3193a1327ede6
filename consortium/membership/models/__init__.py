# pyright: basic
"""Tables of memberships."""

from consortium.membership.models.engagements import Engagement
from consortium.membership.models.groups import Attendance, Delegacy, Meeting, WorkingGroup
from consortium.membership.models.memberships import (
    Membership,
    MembershipDecision,
    MembershipTransition,
)
from consortium.membership.models.profile import ProfileSpan, ProfileStale, ProfileTotal
from consortium.membership.models.seats import OrganisationSeats

__all__ = [
    "EXTRA_CONSTRAINTS",
    "RIGHTS",
    "UNWATCHED",
    "Attendance",
    "Delegacy",
    "Engagement",
    "Meeting",
    "Membership",
    "MembershipDecision",
    "MembershipTransition",
    "OrganisationSeats",
    "ProfileSpan",
    "ProfileStale",
    "ProfileTotal",
    "WorkingGroup",
]

EXTRA_CONSTRAINTS = (
    "membership_dates_ordered",
    "membership_one_at_a_time",
    "membership_transition_key",
    "engagement_dates_ordered",
    "engagement_of_another",
    "organisation_seats_possible",
    "working_group_dates_ordered",
    "delegacy_term_ordered",
    "delegacy_one_chair",
    "delegacy_one_delegate",
    "delegacy_once_a_person",
    "meeting_times_ordered",
    "meeting_somewhere",
    "meeting_link_https",
    "meeting_day_where_held",
    "profile_total_key",
)

# What is computed again from memberships and sizes.
_DERIVED = "SELECT, INSERT, UPDATE, DELETE, TRUNCATE"

RIGHTS = {
    "membership_transition": "SELECT",
    # Never deleted; what an update may change, a trigger says.
    "membership_decision": "SELECT, INSERT, UPDATE",
    "profile_span": _DERIVED,
    "profile_stale": _DERIVED,
    "profile_total": _DERIVED,
}

UNWATCHED = {
    "membership_transition": "a copy of the rules, which migrations write",
    "profile_span": "computed from memberships, sizes and rates",
    "profile_stale": "whose spans are to be computed again",
    "profile_total": "sums of the spans",
}
