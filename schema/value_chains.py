"""Value chains and their stages."""

from datetime import date

import strawberry

from consortium.value_chains.reads import VALUE_CHAINS
from schema.evidence import Source
from schema.filters import filter_of, order_of
from schema.nodes import Node, extends
from schema.organisations import Organisation
from schema.paging import Connection, connection, field, optional

ValueChainFilter = filter_of(VALUE_CHAINS)
ValueChainOrder = order_of(VALUE_CHAINS)


@strawberry.type(description="An organisation's part in a stage of a value chain.")
class ValueChainParticipant:
    role: str | None = strawberry.field(description="What it does there.")
    starts_on: date | None = strawberry.field(description="First day; null where not known.")
    ends_on: date | None = strawberry.field(description="Last day; null where none is known.")
    organisation: Organisation = strawberry.field(description="Who.")
    stage: "ValueChainStage" = strawberry.field(description="Where in the chain.")


@strawberry.type(description="A step of a value chain.")
class ValueChainStage(Node):
    name: str = strawberry.field(description="What is done there.")
    position: int = strawberry.field(description="Place in the order of the chain, 1 first.")
    value_chain: "ValueChain" = strawberry.field(description="The chain.")
    downstream: "ValueChainStage | None" = strawberry.field(
        description="The stage that it supplies; null at the end of the chain."
    )
    upstream: list["ValueChainStage"] = strawberry.field(description="The stages that supply it.")
    participants: list[ValueChainParticipant] = strawberry.field(
        description="The organisations at work there."
    )


@strawberry.type(description="A chain of stages that ends in a product or service.")
class ValueChain(Node):
    name: str = strawberry.field(description="What the chain makes.")
    description: str | None = strawberry.field(description="What it spans.")
    source: Source | None = strawberry.field(description="Where this was published.")
    stages: list[ValueChainStage] = strawberry.field(description="All stages, in order.")
    end_stages: list[ValueChainStage] = strawberry.field(
        description="Where the chain ends; go `upstream` from here."
    )


@extends(Organisation)
class OrganisationStages:
    stages: list[ValueChainParticipant] = strawberry.field(description="Its parts in value chains.")


@strawberry.type
class ValueChainsQuery:
    value_chain: ValueChain | None = field(
        "A value chain by its id or its name.",
        optional("id", strawberry.ID, "Its global id."),
        optional("name", str, "Its name, whatever the case and accents."),
    )
    value_chains: Connection[ValueChain] = connection(
        "All value chains, by name.", ValueChainFilter, ValueChainOrder
    )
