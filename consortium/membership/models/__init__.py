# pyright: basic
"""Tables of memberships."""

from consortium.membership.models.dues import (
    DuesYear,
    Invoice,
    InvoiceEntry,
    InvoiceReminder,
    Tier,
    TierAssignment,
)
from consortium.membership.models.engagements import Engagement
from consortium.membership.models.memberships import (
    Membership,
    MembershipDecision,
    MembershipTransition,
)
from consortium.membership.models.profile import ProfileSpan, ProfileStale, ProfileTotal

__all__ = [
    "EXTRA_CONSTRAINTS",
    "RIGHTS",
    "UNWATCHED",
    "DuesYear",
    "Engagement",
    "Invoice",
    "InvoiceEntry",
    "InvoiceReminder",
    "Membership",
    "MembershipDecision",
    "MembershipTransition",
    "ProfileSpan",
    "ProfileStale",
    "ProfileTotal",
    "Tier",
    "TierAssignment",
]

EXTRA_CONSTRAINTS = (
    "membership_dates_ordered",
    "membership_one_at_a_time",
    "membership_transition_key",
    "engagement_dates_ordered",
    "engagement_of_another",
    "dues_year_range",
    "tier_of_year",
    "tier_key_of_year",
    "tier_bands_apart",
    "tier_price_positive",
    "tier_seats_positive",
    "tier_assignment_tier_of_year",
    "invoice_tier_of_year",
    "invoice_numbered",
    "invoice_amounts_positive",
    "invoice_months_range",
    "invoice_due_after_issue",
    "invoice_credit_within_open",
    "invoice_refund_within_paid",
    "invoice_entry_amount_positive",
    "invoice_entry_bank_reference",
    "invoice_entry_bank_reference_given",
    "profile_total_key",
)

# What is computed again from memberships and sizes.
_DERIVED = "SELECT, INSERT, UPDATE, DELETE, TRUNCATE"

RIGHTS = {
    "membership_transition": "SELECT",
    # Never deleted; what an update may change, a trigger says.
    "membership_decision": "SELECT, INSERT, UPDATE",
    # Never deleted; what an update may change, a trigger says.
    "invoice": "SELECT, INSERT, UPDATE",
    "invoice_entry": "SELECT, INSERT",
    "invoice_reminder": "SELECT, INSERT",
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
