"""Activities of value chains: what they make, take and emit, and who stands up and down stream."""

from datetime import date
from decimal import Decimal
from typing import Annotated

import strawberry

from consortium.organisations.reads import ORGANISATIONS
from consortium.value_chains.actions.activities import (
    ChangeActivity,
    RecordActivity,
    RemoveActivity,
    change_activity,
    record_activity,
    remove_activity,
)
from consortium.value_chains.reads import (
    ACTIVITIES,
    ACTIVITY_EMISSIONS,
    ACTIVITY_EXCHANGES,
    CHAIN_VERSIONS,
    STAGES,
)
from schema.chain_versions import ChainVersion, ChainVersionResult
from schema.evidence import Source, SourceInput
from schema.filters import filter_of, order_of
from schema.mutations import Does, Refusal, mutation
from schema.nodes import Node, extends
from schema.organisations import Organisation
from schema.paging import Connection, connection, optional
from schema.value_chains import ValueChainStage

ActivityFilter = filter_of(ACTIVITIES)
ActivityOrder = order_of(ACTIVITIES)
ActivityExchangeFilter = filter_of(ACTIVITY_EXCHANGES)
ActivityEmissionFilter = filter_of(ACTIVITY_EMISSIONS)

_UNCERTAINTY = "Half the 95 % interval as a fraction of the amount; null: not known."
_ERROR_SOURCE = "What its error comes from: amounts with the same one err together; null: its own."
_TIERS = optional("tiers", int, "How many tiers, 1 to 20; 1 unless given.")


@strawberry.type(description="What a process takes of another's product, for all that it makes.")
class ActivityExchange:
    amount: Decimal = strawberry.field(
        description="In the unit of the supplier's product; below 0 it is given."
    )
    stated_amount: Decimal = strawberry.field(description="As it was stated.")
    stated_unit: str = strawberry.field(description="In which unit it was stated.")
    uncertainty: Decimal | None = strawberry.field(description=_UNCERTAINTY)
    error_source: str | None = strawberry.field(description=_ERROR_SOURCE)
    consumer: "Activity" = strawberry.field(description="Who takes.")
    supplier: "Activity" = strawberry.field(description="Whose product.")
    source: Source | None = strawberry.field(description="Where the amount comes from.")


@strawberry.type(description="What a process emits of a gas itself, for all that it makes.")
class ActivityEmission:
    gas: str = strawberry.field(description="The gas, such as CO2, CH4_FOSSIL or CO2E_AR6.")
    mass_kg: Decimal = strawberry.field(description="In kg of the gas; below 0 it is taken up.")
    uncertainty: Decimal | None = strawberry.field(description=_UNCERTAINTY)
    error_source: str | None = strawberry.field(description=_ERROR_SOURCE)


@strawberry.type(
    description="An activity up or down stream of another, where it is first met. An activity that"
    " needs itself through others is not listed for itself."
)
class ActivityTier:
    tier: int = strawberry.field(description="How many steps away: 1 for direct ones.")
    activity: "Activity" = strawberry.field(description="Which.")


@strawberry.type(
    description="A unit process that makes one product. A process with several products is as many"
    " activities: each has its share of all that the process takes and emits."
)
class Activity(Node):
    code: str = strawberry.field(description="Its name within the version.")
    process: str = strawberry.field(
        description="The process: activities with the same one are its products."
    )
    name: str = strawberry.field(description="What is done.")
    product: str = strawberry.field(description="What it makes.")
    unit: str = strawberry.field(description="The unit of its product.")
    output: Decimal = strawberry.field(description="How much its process makes of it, in the unit.")
    share: Decimal = strawberry.field(
        description="The part of the process that is this product's, from 0 to 1."
    )
    geography: str | None = strawberry.field(
        description="Where: GLOBAL, a region of UN M49, or a country of ISO 3166-1."
    )
    period_start: date | None = strawberry.field(description="First day of what was measured.")
    period_end: date | None = strawberry.field(description="Last day of what was measured.")
    chain_version: ChainVersion = strawberry.field(description="The version that it is in.")
    organisation: Organisation | None = strawberry.field(description="Who does it.")
    stage: ValueChainStage | None = strawberry.field(description="The stage of the chain.")
    source: Source | None = strawberry.field(description="Where it comes from.")
    inputs: Connection[ActivityExchange] = connection(
        "What was recorded here that its process takes.", ActivityExchangeFilter
    )
    uses: Connection[ActivityExchange] = connection(
        "What others take of its product.", ActivityExchangeFilter
    )
    emissions: Connection[ActivityEmission] = connection(
        "What was recorded here that its process emits.", ActivityEmissionFilter
    )
    suppliers: Connection[ActivityTier] = connection(
        "Whose products it needs, directly or through others, nearest first; each once.",
        extra=(_TIERS,),
    )
    customers: Connection[ActivityTier] = connection(
        "Who needs its product, directly or through others, nearest first; each once.",
        extra=(_TIERS,),
    )


@extends(ChainVersion)
class ChainVersionActivities:
    activities: Connection[Activity] = connection(
        "All its activities, by code.", ActivityFilter, ActivityOrder
    )


@strawberry.input(description="What an activity takes of another's product.")
class ActivityExchangeInput:
    supplier: str = strawberry.field(description="Whose product: its code in the same version.")
    amount: Decimal = strawberry.field(
        description="How much, for all that the process makes; below 0 it is given."
    )
    unit: str | None = strawberry.field(
        description="In which unit, such as kg, kWh or tkm: one of the dimension of the product's"
        " own, which is taken unless told.",
        default=strawberry.UNSET,
    )
    uncertainty: Decimal | None = strawberry.field(
        description=_UNCERTAINTY, default=strawberry.UNSET
    )
    error_source: str | None = strawberry.field(description=_ERROR_SOURCE, default=strawberry.UNSET)
    source: SourceInput | None = strawberry.field(
        description="Where the amount comes from.", default=strawberry.UNSET
    )


@strawberry.input(description="What an activity emits of a gas itself.")
class ActivityEmissionInput:
    gas: str = strawberry.field(description="The gas, such as CO2, CH4_FOSSIL or CO2E_AR6.")
    mass: Decimal = strawberry.field(
        description="How much, for all that the process makes; below 0 it is taken up."
    )
    unit: str | None = strawberry.field(
        description="In which unit of mass; kg unless told.", default=strawberry.UNSET
    )
    uncertainty: Decimal | None = strawberry.field(
        description=_UNCERTAINTY, default=strawberry.UNSET
    )
    error_source: str | None = strawberry.field(description=_ERROR_SOURCE, default=strawberry.UNSET)


@strawberry.input(description="An activity as it is, whole.")
class ActivityFields:
    version: int = strawberry.field(description="The version of the draft that you saw.")
    code: str = strawberry.field(description="Its name within the version.")
    product: str = strawberry.field(description="What it makes.")
    unit: str = strawberry.field(description="The unit of its product, such as kg, kWh or pcs.")
    output: Decimal = strawberry.field(description="How much its process makes of it; not 0.")
    name: str | None = strawberry.field(
        description="What is done; as the product unless told.", default=strawberry.UNSET
    )
    process: str | None = strawberry.field(
        description="Its process, where that has several products; its own code unless told.",
        default=strawberry.UNSET,
    )
    share: Decimal | None = strawberry.field(
        description="The part of the process that is this product's, from 0 to 1; 1 unless told.",
        default=strawberry.UNSET,
    )
    organisation: strawberry.ID | None = strawberry.field(
        description="Who does it.", default=strawberry.UNSET
    )
    stage: strawberry.ID | None = strawberry.field(
        description="The stage of the chain.", default=strawberry.UNSET
    )
    geography: str | None = strawberry.field(
        description="Where: GLOBAL, a region of UN M49, or a country of ISO 3166-1.",
        default=strawberry.UNSET,
    )
    period_start: date | None = strawberry.field(
        description="First day of what was measured.", default=strawberry.UNSET
    )
    period_end: date | None = strawberry.field(
        description="Last day of what was measured.", default=strawberry.UNSET
    )
    source: SourceInput | None = strawberry.field(
        description="Where it comes from.", default=strawberry.UNSET
    )
    inputs: list[ActivityExchangeInput] | None = strawberry.field(
        description="All that it takes.", default=strawberry.UNSET
    )
    emissions: list[ActivityEmissionInput] | None = strawberry.field(
        description="All that it emits itself.", default=strawberry.UNSET
    )


@strawberry.input(description="An activity of a draft, with what it takes and emits.")
class RecordActivityInput(ActivityFields):
    chain_version: strawberry.ID = strawberry.field(description="The draft.")


@strawberry.input(
    description="An activity as it shall be, whole: what is left out is empty then. What others"
    " take of its product stays as it was stated."
)
class ChangeActivityInput(ActivityFields):
    activity: strawberry.ID = strawberry.field(description="Which.")


@strawberry.input(description="An activity that shall be removed; no other may take of it.")
class RemoveActivityInput:
    activity: strawberry.ID = strawberry.field(description="Which.")
    version: int = strawberry.field(description="The version of the draft that you saw.")


ActivityResult = Annotated[
    Activity | Refusal,
    strawberry.union("ActivityResult", description="The activity, or why nothing was done."),
]


@strawberry.type
class ActivitiesMutation:
    record_activity: ActivityResult | None = mutation(
        "Record an activity in a draft. Suppliers are there already, or it is its own.",
        Does(
            record_activity,
            RecordActivity,
            RecordActivityInput,
            ACTIVITIES,
            {"chain_version": CHAIN_VERSIONS, "organisation": ORGANISATIONS, "stage": STAGES},
        ),
    )
    change_activity: ActivityResult | None = mutation(
        "Replace an activity of a draft, with what it takes and emits.",
        Does(
            change_activity,
            ChangeActivity,
            ChangeActivityInput,
            ACTIVITIES,
            {"activity": ACTIVITIES, "organisation": ORGANISATIONS, "stage": STAGES},
        ),
    )
    remove_activity: ChainVersionResult | None = mutation(
        "Remove an activity from a draft, with what it takes and emits.",
        Does(
            remove_activity,
            RemoveActivity,
            RemoveActivityInput,
            CHAIN_VERSIONS,
            {"activity": ACTIVITIES},
        ),
    )
