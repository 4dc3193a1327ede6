"""Memberships, and who are members on a day."""

from datetime import date, datetime

import strawberry

from consortium.membership.reads.memberships import MEMBERSHIPS
from consortium.membership.rules.transitions import MembershipStatus
from schema.enums import described
from schema.evidence import Source
from schema.filters import filter_of, order_of
from schema.nodes import Node, extends
from schema.organisations import Organisation, OrganisationFilter, OrganisationOrder
from schema.paging import SEARCH, Connection, connection, field, optional
from schema.subscriptions import Change, rows

ON_DATE = optional("on_date", date, "The day asked about; today unless given.")
MembershipFilter = filter_of(MEMBERSHIPS)
MembershipOrder = order_of(MEMBERSHIPS)
described(
    MembershipStatus,
    "How an organisation belongs to the consortium.",
    MEMBER="A member.",
    PARTICIPANT="Takes part in a sector project or initiative, without being a member.",
    SUSPENDED="A member whose rights rest; its figures are in no members' total meanwhile.",
    UNDER_EXPULSION="Expelled unless it appeals in time; its rights rest.",
    UNDER_APPEAL="Has appealed against its expulsion; its rights rest.",
    EXPELLED="Was a member, and was expelled.",
    FORMER="Was a member.",
)


@strawberry.type(description="An organisation's status from one day to another, both included.")
class Membership(Node):
    status: MembershipStatus = strawberry.field(description="The status.")
    starts_on: date | None = strawberry.field(description="First day; null where not known.")
    ends_on: date | None = strawberry.field(description="Last day; null where none is known.")
    evidence_as_of: str | None = strawberry.field(
        description="The date of the evidence, as published."
    )
    notes: str | None = strawberry.field(description="Remarks.")
    recorded_at: datetime = strawberry.field(description="When it was recorded here.")
    organisation: Organisation = strawberry.field(description="Whose status.")
    source: Source | None = strawberry.field(description="Where this was published.")


@extends(Organisation)
class OrganisationMemberships:
    memberships: list[Membership] = strawberry.field(
        description="Every status it has had, earliest first."
    )
    membership: Membership | None = field("Its status on a day.", ON_DATE)


@strawberry.type
class MembershipQuery:
    members: Connection[Organisation] = connection(
        "The organisations that are members on a day, by name.",
        OrganisationFilter,
        OrganisationOrder,
        extra=[ON_DATE, SEARCH],
    )
    memberships: Connection[Membership] = connection(
        "Every status that any organisation has had.", MembershipFilter, MembershipOrder
    )


@strawberry.type
class MembershipSubscription:
    membership_changed: Change[Membership] = rows(
        MEMBERSHIPS, "A membership began, ended or has another standing."
    )
