"""Memberships, and the consortium's profile on a date."""

from datetime import date, datetime
from decimal import Decimal

import strawberry

from consortium.membership.reads.memberships import MEMBERSHIPS
from consortium.membership.rules.transitions import MembershipStatus
from schema.enums import described
from schema.evidence import Source
from schema.filters import filter_of, order_of
from schema.nodes import Node, extends
from schema.organisations import Organisation, OrganisationFilter, OrganisationOrder
from schema.paging import Connection, connection, field, optional
from schema.scalars import BigInt, CurrencyCode

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


@strawberry.type(description="A sum of revenues in one currency.")
class CurrencyAmount:
    currency: CurrencyCode = strawberry.field(description="The currency.")
    amount: Decimal = strawberry.field(description="The sum.")
    known: BigInt = strawberry.field(description="Of how many members.")


@strawberry.type(description="Combined revenue, with how many members it is known for.")
class CombinedRevenue:
    known: BigInt = strawberry.field(description="Members whose revenue is known.")
    of: BigInt = strawberry.field(description="Members in all.")
    by_currency: list[CurrencyAmount] = strawberry.field(
        description="A sum for each currency; currencies are not added to one another."
    )


@strawberry.type(description="Combined employees, with how many members they are known for.")
class CombinedEmployees:
    known: BigInt = strawberry.field(description="Members whose employees are known.")
    of: BigInt = strawberry.field(description="Members in all.")
    total: BigInt | None = strawberry.field(
        description="The sum of what is known; null where nothing is."
    )


@strawberry.type(description="The consortium on a day. A blank is never guessed.")
class ConsortiumProfile:
    on_date: date = strawberry.field(description="The day.")
    member_count: BigInt = strawberry.field(description="Organisations that are members that day.")
    revenue: CombinedRevenue = strawberry.field(description="Their combined revenue.")
    employees: CombinedEmployees = strawberry.field(description="Their combined employees.")


@strawberry.type
class MembershipQuery:
    consortium: ConsortiumProfile = field("The consortium's profile on a day.", ON_DATE)
    members: Connection[Organisation] = connection(
        "The organisations that are members on a day, by name.",
        OrganisationFilter,
        OrganisationOrder,
        extra=[ON_DATE],
    )
    memberships: Connection[Membership] = connection(
        "Every status that any organisation has had.", MembershipFilter, MembershipOrder
    )
