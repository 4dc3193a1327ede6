"""Seats of an organisation, and its contact of last resort."""

from datetime import date, datetime
from typing import Annotated

import strawberry

from consortium.identity.actions.contacts import (
    RemoveContact,
    SetContact,
    remove_contact,
    set_contact,
)
from consortium.identity.reads import CONTACTS
from consortium.membership.actions.seats import SetSeats, set_seats
from consortium.organisations.reads import ORGANISATIONS
from schema.mutations import Does, Refusal, mutation
from schema.nodes import extends
from schema.organisations import Organisation


@strawberry.type(
    description="How many people an organisation may have. Seen by its own people and by who"
    " manages memberships."
)
class Seats:
    granted: int | None = strawberry.field(description="How many today; null for any number.")
    taken: int = strawberry.field(
        description="People with a role who are not shut out, and those with an open invitation."
    )
    free: int | None = strawberry.field(description="How many may still come; null for any.")


@strawberry.type(
    description="Who is invited to administer an organisation when nobody else does any more. Seen"
    " by who manages its people."
)
class OrganisationContact:
    name: str = strawberry.field(description="The person's name.")
    email: str = strawberry.field(description="The person's address.")
    since: date = strawberry.field(description="Since when it is this person.")
    called_at: datetime | None = strawberry.field(
        description="When the person was last invited because nobody else was left."
    )
    version: int = strawberry.field(description="Grows with each change.")
    organisation: Organisation = strawberry.field(description="Whose.")


@extends(Organisation)
class OrganisationPeople:
    seats: Seats | None = strawberry.field(description="How many people it may have.")
    contact_of_last_resort: OrganisationContact | None = strawberry.field(
        description="Who is asked when nobody administers it any more."
    )


@strawberry.input(description="Seats of an organisation, from a day on.")
class SetSeatsInput:
    organisation: strawberry.ID = strawberry.field(description="Whose.")
    reason: str = strawberry.field(description="Why, for the record.")
    seats: int | None = strawberry.field(
        description="How many people, 0 to 100 000; as many as its tier has unless given.",
        default=strawberry.UNSET,
    )
    starts_on: date | None = strawberry.field(
        description="From which day on; today unless given.", default=strawberry.UNSET
    )


@strawberry.input(description="A contact of last resort.")
class SetContactOfLastResortInput:
    name: str = strawberry.field(description="The person's name.")
    email: str = strawberry.field(description="The person's address.")
    organisation: strawberry.ID | None = strawberry.field(
        description="Whose; your own organisation unless given.", default=strawberry.UNSET
    )
    version: int | None = strawberry.field(
        description="The version that you saw; none where there was no contact.",
        default=strawberry.UNSET,
    )


@strawberry.input(description="The contact of last resort to forget.")
class RemoveContactOfLastResortInput:
    version: int = strawberry.field(description="The version that you saw.")
    organisation: strawberry.ID | None = strawberry.field(
        description="Whose; your own organisation unless given.", default=strawberry.UNSET
    )


OrganisationPeopleResult = Annotated[
    Organisation | Refusal,
    strawberry.union(
        "OrganisationPeopleResult", description="The organisation, or why nothing was changed."
    ),
]
ContactResult = Annotated[
    OrganisationContact | Refusal,
    strawberry.union("ContactResult", description="The contact, or why nothing was changed."),
]


@strawberry.type
class SeatsMutation:
    set_seats: OrganisationPeopleResult | None = mutation(
        "Set how many people an organisation may have. Fewer than it has send nobody out.",
        Does(set_seats, SetSeats, SetSeatsInput, ORGANISATIONS, {"organisation": ORGANISATIONS}),
    )
    set_contact_of_last_resort: ContactResult | None = mutation(
        "Say who is invited to administer an organisation when nobody else does any more.",
        Does(
            set_contact,
            SetContact,
            SetContactOfLastResortInput,
            CONTACTS,
            {"organisation": ORGANISATIONS},
        ),
    )
    remove_contact_of_last_resort: OrganisationPeopleResult | None = mutation(
        "Forget the contact of last resort. Its last administrator can then not leave.",
        Does(
            remove_contact,
            RemoveContact,
            RemoveContactOfLastResortInput,
            ORGANISATIONS,
            {"organisation": ORGANISATIONS},
        ),
    )
