# pyright: basic
"""Tables of memberships."""

from consortium.membership.models.engagements import Engagement
from consortium.membership.models.groups import Attendance, Delegacy, Meeting, WorkingGroup
from consortium.membership.models.memberships import (
    Membership,
    MembershipDecision,
    MembershipTransition,
)
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
)

RIGHTS = {
    "membership_transition": "SELECT",
    # Never deleted; what an update may change, a trigger says.
    "membership_decision": "SELECT, INSERT, UPDATE",
}

UNWATCHED = {"membership_transition": "a copy of the rules, which migrations write"}
