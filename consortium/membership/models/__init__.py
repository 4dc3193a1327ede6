# pyright: basic
"""Tables of memberships."""

from consortium.membership.models.applications import (
    ApplicationAlias,
    ApplicationConflict,
    ApplicationDocument,
    ApplicationNote,
    ApplicationStep,
    ApplicationVote,
    MembershipApplication,
    OrganisationDomain,
    Terms,
    TermsAcceptance,
)
from consortium.membership.models.dues import (
    DuesYear,
    Invoice,
    InvoiceEntry,
    InvoiceReminder,
    Tier,
    TierAssignment,
)
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
    "ADDRESSED",
    "ERASE",
    "EXTRA_CONSTRAINTS",
    "RIGHTS",
    "UNWATCHED",
    "WITHHELD",
    "ApplicationAlias",
    "ApplicationConflict",
    "ApplicationDocument",
    "ApplicationNote",
    "ApplicationStep",
    "ApplicationVote",
    "Attendance",
    "Delegacy",
    "DuesYear",
    "Engagement",
    "Invoice",
    "InvoiceEntry",
    "InvoiceReminder",
    "Meeting",
    "Membership",
    "MembershipApplication",
    "MembershipDecision",
    "MembershipTransition",
    "OrganisationDomain",
    "OrganisationSeats",
    "ProfileSpan",
    "ProfileStale",
    "ProfileTotal",
    "Terms",
    "TermsAcceptance",
    "Tier",
    "TierAssignment",
    "WorkingGroup",
]

EXTRA_CONSTRAINTS = (
    "membership_dates_ordered",
    "membership_one_at_a_time",
    "membership_transition_key",
    "engagement_dates_ordered",
    "engagement_of_another",
    "membership_application_revenue_whole",
    "membership_application_sizes_positive",
    "membership_application_organisation_approved",
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
    # What was decided, said and voted stays.
    "application_step": "SELECT, INSERT",
    "application_note": "SELECT, INSERT",
    "application_vote": "SELECT, INSERT",
    "terms": "SELECT, INSERT",
    "membership_application": "SELECT, INSERT, UPDATE",
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

# Personal: blanked by erasure, so they must not stay in the audit trail.
WITHHELD = {
    "membership_application": ("contact_name", "contact_email"),
    "terms_acceptance": ("signatory_name",),
}

# What is held of a person by their mail address alone, and how their erasure blanks it: $1 is the
# account. That an application was signed stays, as what; not by whom, where it was the contact.
ADDRESSED = {"membership_application": "contact_email"}
ERASE = (
    """UPDATE terms_acceptance s SET signatory_name = '' FROM membership_application a, account p
        WHERE a.id = s.application_id AND p.id = $1
        AND a.contact_email = p.email AND s.signatory_name IN (a.contact_name, p.name)""",
    """UPDATE membership_application a SET contact_name = '', contact_email = ''
        FROM account p WHERE p.id = $1 AND a.contact_email = p.email""",
)
