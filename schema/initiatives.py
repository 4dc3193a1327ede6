"""Shared initiatives, who takes part, what they aim for and which chains they act on."""

from datetime import date
from decimal import Decimal

import strawberry

from consortium.initiatives.reads import INITIATIVES
from consortium.initiatives.rules import InitiativeRole
from schema.enums import described
from schema.evidence import Source
from schema.filters import filter_of, order_of
from schema.masses import mass
from schema.nodes import Node, extends
from schema.organisations import Organisation
from schema.paging import Connection, connection, field, optional
from schema.value_chains import ValueChain, ValueChainStage

InitiativeFilter = filter_of(INITIATIVES)
InitiativeOrder = order_of(INITIATIVES)
described(
    InitiativeRole,
    "What a participant does in an initiative.",
    PARTICIPANT="Takes part.",
    CHAIR="Chairs it.",
    FOUNDER="Founded it.",
    CONVENOR="Convenes it.",
    SUPPORTER="Supports it.",
)


@strawberry.type(description="A named participant of an initiative.")
class InitiativeParticipant:
    name: str = strawberry.field(description="The name as published.")
    role: InitiativeRole = strawberry.field(description="What it does there.")
    as_of: str | None = strawberry.field(description="The date of the evidence, as published.")
    starts_on: date | None = strawberry.field(description="First day; null where not known.")
    ends_on: date | None = strawberry.field(description="Last day; null where none is known.")
    initiative: "Initiative" = strawberry.field(description="In which initiative.")
    organisation: Organisation | None = strawberry.field(
        description="The organisation of that name; null where the name matches none here."
    )


@strawberry.type(description="What an initiative wants to reach.")
class InitiativeTarget:
    description: str = strawberry.field(description="The target in words.")
    target_year: int | None = strawberry.field(description="By when.")
    quantity: Decimal | None = mass("The mass to avoid or reduce, where one is stated.")
    source: Source | None = strawberry.field(description="Where this was published.")


@strawberry.type(description="An initiative at work on a value chain.")
class ValueChainInitiative:
    note: str | None = strawberry.field(description="How it acts on the chain.")
    initiative: "Initiative" = strawberry.field(description="Which initiative.")
    value_chain: ValueChain = strawberry.field(description="On which chain.")
    stage: ValueChainStage | None = strawberry.field(
        description="On which stage, where that is known."
    )


@strawberry.type(description="A piece of work that several organisations share.")
class Initiative(Node):
    name: str = strawberry.field(description="Its name.")
    convenor: str | None = strawberry.field(description="Who convenes it.")
    start_year: int | None = strawberry.field(description="Since when.")
    description: str | None = strawberry.field(description="What it does.")
    facts: str | None = strawberry.field(description="Figures, in its source's words.")
    participants_as_published: str | None = strawberry.field(
        description="The participants as the source names them."
    )
    participants_as_of: str | None = strawberry.field(
        description="The date of that list, as published."
    )
    source: Source | None = strawberry.field(description="Where this was published.")
    participants: Connection[InitiativeParticipant] = connection("Who takes part.")
    targets: list[InitiativeTarget] = strawberry.field(description="What it wants to reach.")
    value_chains: list[ValueChainInitiative] = strawberry.field(
        description="The chains it acts on."
    )


@extends(ValueChain)
class ValueChainInitiatives:
    initiatives: list[ValueChainInitiative] = strawberry.field(
        description="The initiatives that act on it."
    )


@extends(ValueChainStage)
class ValueChainStageInitiatives:
    initiatives: list[ValueChainInitiative] = strawberry.field(
        description="The initiatives that act on this stage."
    )


@extends(Organisation)
class OrganisationInitiatives:
    initiatives: Connection[InitiativeParticipant] = connection("Its parts in shared initiatives.")


@strawberry.type
class InitiativesQuery:
    initiative: Initiative | None = field(
        "An initiative by its id or its name.",
        optional("id", strawberry.ID, "Its global id."),
        optional("name", str, "Its name, whatever the case and accents."),
    )
    initiatives: Connection[Initiative] = connection(
        "All initiatives, by name.", InitiativeFilter, InitiativeOrder
    )
