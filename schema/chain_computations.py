"""Questions of value chains that take long: asked now, answered later."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated

import strawberry

from consortium.kernel.gases import GwpSet
from consortium.value_chains.actions.computations import (
    CancelChainComputation,
    StartChainComparison,
    StartChainFootprint,
    cancel_chain_computation,
    start_chain_comparison,
    start_chain_footprint,
)
from consortium.value_chains.computing.reads import CHAIN_COMPUTATIONS
from consortium.value_chains.reads import ACTIVITIES, CHAIN_VERSIONS
from consortium.value_chains.rules.computations import ComputationStatus
from schema.chain_footprints import (
    ChainComparison,
    ChainDemandInput,
    ChainFootprint,
    ChainSideInput,
    WhatIfInput,
)
from schema.enums import described
from schema.filters import filter_of, order_of
from schema.mutations import Does, Refusal, mutation
from schema.nodes import Node
from schema.paging import Connection, connection
from schema.subscriptions import Change, rows

described(
    ComputationStatus,
    "How far a computation is.",
    WAITING="It is begun when others are done.",
    RUNNING="It is being computed.",
    DONE="Its answer is here.",
    FAILED="It has no answer: `code` and `message` say why.",
    CANCELLED="Somebody cancelled it.",
)

ChainComputationFilter = filter_of(CHAIN_COMPUTATIONS)
ChainComputationOrder = order_of(CHAIN_COMPUTATIONS)


@strawberry.type(
    description="A question of published versions that takes long, such as one of many draws. Its"
    " answer tells every part, and is kept for 30 days."
)
class ChainComputation(Node):
    status: ComputationStatus = strawberry.field(description="How far it is.")
    draws: int = strawberry.field(description="How many draws were taken.")
    draws_wanted: int = strawberry.field(description="Of how many; of a comparison on each side.")
    code: str | None = strawberry.field(description="Why it failed: the stable code.")
    message: str | None = strawberry.field(description="Why it failed, in a sentence.")
    version: int = strawberry.field(description="Grows when somebody changes it.")
    asked_at: datetime = strawberry.field(description="When it was asked.")
    started_at: datetime | None = strawberry.field(description="When it was first begun.")
    ended_at: datetime | None = strawberry.field(description="When it was over.")
    footprint: ChainFootprint | None = strawberry.field(
        description="The answer, where a footprint was asked for."
    )
    comparison: ChainComparison | None = strawberry.field(
        description="The answer, where a comparison was asked for."
    )


@strawberry.type
class ChainComputationsQuery:
    chain_computations: Connection[ChainComputation] = connection(
        "Computations that your organisation asked for.",
        ChainComputationFilter,
        ChainComputationOrder,
    )


@strawberry.type
class ChainComputationsSubscription:
    chain_computation_changed: Change[ChainComputation] = rows(
        CHAIN_COMPUTATIONS, "A computation was asked for, has come further, or is over."
    )


_CUT_OFF = "The part of the footprint that paths and flows must reach; 0.01 unless told."


@strawberry.input(description="How much is told of an answer.")
class ChainTellingFields:
    gwp_set: GwpSet | None = strawberry.field(
        description="By which set gases are CO2e; AR6 unless told.", default=strawberry.UNSET
    )
    cut_off: Decimal | None = strawberry.field(description=_CUT_OFF, default=strawberry.UNSET)
    tiers: int | None = strawberry.field(
        description="How many tiers are told apart: 1 to 50; 5 unless told.",
        default=strawberry.UNSET,
    )
    draws: int | None = strawberry.field(
        description="How many draws the uncertainty is told from: 100 to 100 000; 1 000 unless"
        " told.",
        default=strawberry.UNSET,
    )
    seed: int | None = strawberry.field(
        description="By what the draws are chosen: 0 on; 1 unless told.", default=strawberry.UNSET
    )


@strawberry.input(description="A demand on a published version, whose answer takes long.")
class StartChainFootprintInput(ChainTellingFields):
    version: strawberry.ID = strawberry.field(description="The version.")
    demand: list[ChainDemandInput] = strawberry.field(
        description="What is demanded: each activity once, at most 1 000."
    )
    what_if: WhatIfInput | None = strawberry.field(
        description="What is changed in the version for this question.", default=strawberry.UNSET
    )


@strawberry.input(description="A comparison of published versions, whose answer takes long.")
class StartChainComparisonInput(ChainTellingFields):
    baseline: ChainSideInput = strawberry.field(description="The baseline.")
    scenario: ChainSideInput = strawberry.field(description="The scenario.")


@strawberry.input(description="A computation that shall not go on.")
class CancelChainComputationInput:
    computation: strawberry.ID = strawberry.field(description="Which.")
    version: int = strawberry.field(description="The version of it that you saw.")


ChainComputationResult = Annotated[
    ChainComputation | Refusal,
    strawberry.union(
        "ChainComputationResult", description="The computation, or why nothing was done."
    ),
]
_IDS = {
    "version": CHAIN_VERSIONS,
    "activity": ACTIVITIES,
    "consumer": ACTIVITIES,
    "supplier": ACTIVITIES,
}


@strawberry.type
class ChainComputationsMutation:
    start_chain_footprint: ChainComputationResult | None = mutation(
        "Ask for a footprint that takes long, with all its parts.",
        Does(
            start_chain_footprint,
            StartChainFootprint,
            StartChainFootprintInput,
            CHAIN_COMPUTATIONS,
            _IDS,
        ),
    )
    start_chain_comparison: ChainComputationResult | None = mutation(
        "Ask for a comparison that takes long, with all its parts.",
        Does(
            start_chain_comparison,
            StartChainComparison,
            StartChainComparisonInput,
            CHAIN_COMPUTATIONS,
            _IDS,
        ),
    )
    cancel_chain_computation: ChainComputationResult | None = mutation(
        "Cancel a computation that waits or runs.",
        Does(
            cancel_chain_computation,
            CancelChainComputation,
            CancelChainComputationInput,
            CHAIN_COMPUTATIONS,
            {"computation": CHAIN_COMPUTATIONS},
        ),
    )
