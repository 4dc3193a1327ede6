"""Versions of value chains: drafts that compute once they are published, and their copies."""

from datetime import date, datetime
from typing import Annotated

import strawberry

from consortium.kernel.visibility import Visibility
from consortium.value_chains.actions.versions import (
    ChangeChainVersion,
    CopyChainVersion,
    CreateChainVersion,
    CreateValueChain,
    SetChainVersionVisibility,
    copy_chain_version,
    create_chain_version,
    create_value_chain,
    discard_chain_version,
    publish_chain_version,
    retire_chain_version,
    set_chain_version_visibility,
)
from consortium.value_chains.reads import CHAIN_VERSIONS, VALUE_CHAINS
from consortium.value_chains.rules.vocabulary import ChainVersionStatus
from schema.enums import described
from schema.evidence import Source, SourceInput
from schema.filters import filter_of, order_of
from schema.mutations import Does, Refusal, mutation
from schema.nodes import Node, extends
from schema.organisations import Organisation
from schema.paging import Connection, connection
from schema.subscriptions import Change, rows
from schema.value_chains import ValueChain

ChainVersionFilter = filter_of(CHAIN_VERSIONS)
ChainVersionOrder = order_of(CHAIN_VERSIONS)

described(
    ChainVersionStatus,
    "Where a version of a value chain stands.",
    DRAFT="It is being made, and its organisation alone sees it.",
    PUBLISHED="It computes, and stays as it is.",
    RETIRED="It shall not be used any more; what stands on it can still be read.",
)


@strawberry.type(
    description="A value chain as an organisation models it: activities that take of one another"
    " and emit. Whoever sees a version sees all that is in it; what it computes can be told to"
    " others without it."
)
class ChainVersion(Node):
    reference: str = strawberry.field(description="Its name within the organisation.")
    title: str = strawberry.field(description="What it models, for readers.")
    status: ChainVersionStatus = strawberry.field(description="Where it stands.")
    visibility: Visibility = strawberry.field(description="Who may see it; a draft is private.")
    version: int = strawberry.field(description="Grows with each change of it or within it.")
    recorded_at: datetime = strawberry.field(description="When it was begun.")
    published_on: date | None = strawberry.field(description="When it was published; null: not.")
    value_chain: ValueChain = strawberry.field(description="The chain.")
    organisation: Organisation = strawberry.field(description="Who models it.")
    source: Source | None = strawberry.field(description="What it was made from.")
    copied_from: "ChainVersion | None" = strawberry.field(
        description="The version that it was copied from; null: none that you may see."
    )
    copies: Connection["ChainVersion"] = connection(
        "Scenarios and later editions that were copied from it.",
        ChainVersionFilter,
        ChainVersionOrder,
    )


@extends(ValueChain)
class ValueChainVersions:
    versions: Connection[ChainVersion] = connection(
        "Versions of it that you may see.", ChainVersionFilter, ChainVersionOrder
    )


@extends(Organisation)
class OrganisationChainVersions:
    chain_versions: Connection[ChainVersion] = connection(
        "Value chains as it models them, as far as you may see.",
        ChainVersionFilter,
        ChainVersionOrder,
    )


@strawberry.type
class ChainVersionsQuery:
    chain_versions: Connection[ChainVersion] = connection(
        "Versions of value chains that you may see.", ChainVersionFilter, ChainVersionOrder
    )


@strawberry.type
class ChainVersionsSubscription:
    chain_version_changed: Change[ChainVersion] = rows(
        CHAIN_VERSIONS, "A version of a value chain, or anything in it, was changed."
    )


@strawberry.input(description="A stage of a new chain; stages are given in their order.")
class ChainStageInput:
    name: str = strawberry.field(description="What is done there.")
    supplies: str | None = strawberry.field(
        description="The stage that it supplies, by its name; none at the end of the chain.",
        default=strawberry.UNSET,
    )


@strawberry.input(description="A value chain, which everyone sees.")
class CreateValueChainInput:
    name: str = strawberry.field(description="What the chain makes; no other has this name.")
    description: str | None = strawberry.field(
        description="What it spans.", default=strawberry.UNSET
    )
    stages: list[ChainStageInput] | None = strawberry.field(
        description="Its stages.", default=strawberry.UNSET
    )
    source: SourceInput | None = strawberry.field(
        description="Where this was published.", default=strawberry.UNSET
    )


@strawberry.input(description="A draft of a value chain.")
class CreateChainVersionInput:
    value_chain: strawberry.ID = strawberry.field(description="The chain.")
    reference: str = strawberry.field(description="Its name within your organisation.")
    title: str = strawberry.field(description="What it models.")
    source: SourceInput | None = strawberry.field(
        description="What it is made from.", default=strawberry.UNSET
    )


@strawberry.input(description="A draft with all that another version holds.")
class CopyChainVersionInput:
    chain_version: strawberry.ID = strawberry.field(
        description="Which: one of your organisation, or one that is shown to you."
    )
    reference: str = strawberry.field(description="The copy's name within your organisation.")
    title: str = strawberry.field(description="What the copy models: a scenario, an edition.")


@strawberry.input(description="A draft that shall be published.")
class PublishChainVersionInput:
    chain_version: strawberry.ID = strawberry.field(description="Which.")
    version: int = strawberry.field(description="The version that you saw.")


@strawberry.input(description="A published version that shall not be used any more.")
class RetireChainVersionInput:
    chain_version: strawberry.ID = strawberry.field(description="Which.")
    version: int = strawberry.field(description="The version that you saw.")


@strawberry.input(description="A draft that shall be removed with all that is in it.")
class DiscardChainVersionInput:
    chain_version: strawberry.ID = strawberry.field(description="Which.")
    version: int = strawberry.field(description="The version that you saw.")


@strawberry.input(description="Who shall see a published version.")
class SetChainVersionVisibilityInput:
    chain_version: strawberry.ID = strawberry.field(description="Which.")
    version: int = strawberry.field(description="The version that you saw.")
    visibility: Visibility = strawberry.field(
        description="Who shall see it, its activities and all amounts."
    )


ValueChainResult = Annotated[
    ValueChain | Refusal,
    strawberry.union("ValueChainResult", description="The chain, or why nothing was done."),
]
ChainVersionResult = Annotated[
    ChainVersion | Refusal,
    strawberry.union("ChainVersionResult", description="The version, or why nothing was done."),
]

_VERSION = {"chain_version": CHAIN_VERSIONS}


@strawberry.type
class ChainVersionsMutation:
    create_value_chain: ValueChainResult | None = mutation(
        "Record a value chain with its stages. Who enters figures may, and the secretariat.",
        Does(create_value_chain, CreateValueChain, CreateValueChainInput, VALUE_CHAINS),
    )
    create_chain_version: ChainVersionResult | None = mutation(
        "Begin a draft of a value chain, seen by your organisation alone.",
        Does(
            create_chain_version,
            CreateChainVersion,
            CreateChainVersionInput,
            CHAIN_VERSIONS,
            {"value_chain": VALUE_CHAINS},
        ),
    )
    copy_chain_version: ChainVersionResult | None = mutation(
        "Copy a version with all that is in it into a draft of your organisation.",
        Does(copy_chain_version, CopyChainVersion, CopyChainVersionInput, CHAIN_VERSIONS, _VERSION),
    )
    publish_chain_version: ChainVersionResult | None = mutation(
        "Publish a draft that computes: it stays as it is from then on. Others see it only once it"
        " is shown to them.",
        Does(
            publish_chain_version,
            ChangeChainVersion,
            PublishChainVersionInput,
            CHAIN_VERSIONS,
            _VERSION,
        ),
    )
    retire_chain_version: ChainVersionResult | None = mutation(
        "Say that a published version shall not be used any more.",
        Does(
            retire_chain_version,
            ChangeChainVersion,
            RetireChainVersionInput,
            CHAIN_VERSIONS,
            _VERSION,
        ),
    )
    discard_chain_version: ValueChainResult | None = mutation(
        "Remove a draft and all that is in it.",
        Does(
            discard_chain_version,
            ChangeChainVersion,
            DiscardChainVersionInput,
            VALUE_CHAINS,
            _VERSION,
        ),
    )
    set_chain_version_visibility: ChainVersionResult | None = mutation(
        "Show a published version, with all that is in it, to more or fewer.",
        Does(
            set_chain_version_visibility,
            SetChainVersionVisibility,
            SetChainVersionVisibilityInput,
            CHAIN_VERSIONS,
            _VERSION,
        ),
    )
