"""Effects: what units of a solution avoid, explained stage by stage and factor by factor."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

import strawberry

from consortium.effects.actions.effects import (
    CreateEffect,
    RestateEffect,
    SetEffectVisibility,
    UpdateEffect,
    create_effect,
    restate_effect,
    set_effect_visibility,
    update_effect,
)
from consortium.effects.reads.comparisons import COMPARISONS
from consortium.effects.reads.effects import EFFECTS
from consortium.effects.rules.vocabulary import (
    EffectLineKind,
    LifeCycleStage,
    Specificity,
    Timeframe,
    UncertaintyMethod,
)
from consortium.initiatives.reads import INITIATIVES
from consortium.kernel.visibility import Visibility
from consortium.value_chains.reads import VALUE_CHAINS
from schema.comparisons import Comparison, ComparisonItem, FactorPoint
from schema.enums import described
from schema.evidence import Source
from schema.filters import filter_of, order_of
from schema.initiatives import Initiative
from schema.masses import mass
from schema.mutations import Does, Refusal, mutation
from schema.nodes import Node, extends
from schema.paging import Connection, connection
from schema.solutions import ReferenceScenario, Solution
from schema.subscriptions import Change, rows
from schema.value_chains import ValueChain

EffectFilter = filter_of(EFFECTS)
EffectOrder = order_of(EFFECTS)

described(
    Timeframe,
    "Which units count, and over which of their years. The two are never added to one another.",
    FORWARD_LOOKING="Units sold in the period, over their whole life.",
    YEAR_ON_YEAR="Units in use in the period, in that year alone; what is emitted once counts in"
    " the year in which it is.",
)
described(
    EffectLineKind,
    "What a line of an explanation is.",
    ITEM="An item of the comparison.",
    LEGAL_CAP="What the law takes off the reference: it is never worse than the law allows.",
    REBOUND="What more use adds to the solution.",
)


@strawberry.type(description="Units that were sold in one year.")
class EffectCohort:
    sold_year: int = strawberry.field(description="The year in which they were sold.")
    units: Decimal = strawberry.field(description="How many, in units of the solution.")
    retired: Decimal = strawberry.field(description="How many of them are not in use any more.")


@strawberry.type(
    description="A line of the explanation: units of a cohort in one year of their life, at one"
    " stage. The lines of an effect add up to it, exactly."
)
class EffectLine:
    position: int = strawberry.field(description="Place in the explanation, 1 first.")
    kind: EffectLineKind = strawberry.field(description="What it is.")
    stage: LifeCycleStage = strawberry.field(description="The stage of the life cycle.")
    sold_year: int = strawberry.field(description="When the units were sold.")
    year_of_life: int = strawberry.field(description="The year of their life, from 0.")
    units: Decimal = strawberry.field(description="How many are in use.")
    part_of_year: Decimal = strawberry.field(
        description="The part of the year that counts: below 1 where a life or phase ends in it."
    )
    reference_emissions: Decimal = mass("What the reference would have emitted.")
    solution_emissions: Decimal = mass("What the solution emits.")
    item: ComparisonItem | None = strawberry.field(
        description="The item, per unit; null of rebound and of a legal cap."
    )
    factor: FactorPoint | None = strawberry.field(
        description="The factor of that calendar year; null where masses were entered."
    )
    source: Source | None = strawberry.field(description="Where the item's amounts come from.")


@strawberry.type(
    description="What units of a solution avoid in one chain, place, period and timeframe,"
    " compared with one reference: recorded once, and never netted with an inventory. Seen by"
    " others where both it and its solution are shown to them."
)
class Effect(Node):
    reference: str = strawberry.field(description="Its name within the solution.")
    geography: str = strawberry.field(
        description="Where: GLOBAL, a region of UN M49, or a country of ISO 3166-1."
    )
    period_start: date = strawberry.field(description="First day of the year.")
    period_end: date = strawberry.field(description="Last day of the year.")
    timeframe: Timeframe = strawberry.field(description="Which units, over which years.")
    reference_emissions: Decimal = mass("What the reference would have emitted.")
    solution_emissions: Decimal = mass("What the solution emits.")
    avoided: Decimal = mass("What is avoided; below zero where the solution emits more.")
    uncertainty: Decimal | None = strawberry.field(
        description="Half the 95 % interval, as a fraction of what is avoided; null: not known, or"
        " 0 is avoided."
    )
    low: Decimal | None = mass("The lower end of the 95 % interval; null: not known.")
    high: Decimal | None = mass("The upper end of the 95 % interval; null: not known.")
    sign_not_established: bool | None = strawberry.field(
        description="Whether the interval holds 0, so that it may as well be that nothing is"
        " avoided; null: not known."
    )
    uncertainty_method: UncertaintyMethod | None = strawberry.field(
        description="How the interval was found; null where it is not known, since that of an"
        " amount or a factor is not."
    )
    uncertainty_seed: int | None = strawberry.field(
        description="What the 10000 draws started from, so that they can be repeated: PCG64."
    )
    specificity: Specificity = strawberry.field(description="That of the least specific item.")
    visibility: Visibility = strawberry.field(description="Who may see it.")
    superseded: bool = strawberry.field(
        description="Whether another effect took its place; its units are counted by that one."
    )
    restates: "Effect | None" = strawberry.field(description="The effect that it restates.")
    restated_by: "Effect | None" = strawberry.field(description="The effect that restates it.")
    version: int = strawberry.field(description="Grows with each change.")
    computed_at: datetime = strawberry.field(description="When the result was computed.")
    recorded_at: datetime = strawberry.field(description="When it was recorded here.")
    solution: Solution = strawberry.field(description="What avoids.")
    value_chain: ValueChain | None = strawberry.field(
        description="In which chain; null where it is not for one alone."
    )
    reference_scenario: ReferenceScenario = strawberry.field(description="Compared with what.")
    comparison: Comparison = strawberry.field(description="The comparison of one unit.")
    initiatives: list[Initiative] = strawberry.field(
        description="The shared initiatives under which it was achieved."
    )
    cohorts: list[EffectCohort] = strawberry.field(description="The units, by year of sale.")
    explanation: Connection[EffectLine] = connection(
        "How the result comes about: cohort by cohort, year by year, item by item."
    )


@extends(Solution)
class SolutionEffects:
    effects: Connection[Effect] = connection(
        "Its effects, as they were recorded.", EffectFilter, EffectOrder
    )


@strawberry.type
class EffectsQuery:
    effects: Connection[Effect] = connection(
        "Effects that you may see, as they were recorded.", EffectFilter, EffectOrder
    )


@strawberry.type
class EffectsSubscription:
    effect_changed: Change[Effect] = rows(EFFECTS, "An effect was recorded or changed.")


@strawberry.input(description="Units that were sold in one year.")
class EffectCohortInput:
    sold_year: int = strawberry.field(description="The year in which they were sold.")
    units: Decimal = strawberry.field(description="How many, 0 or more.")
    retired: Decimal | None = strawberry.field(
        description="How many of them are not in use any more; 0 unless told.",
        default=strawberry.UNSET,
    )


@strawberry.input(description="Units of a solution in a year.")
class CreateEffectInput:
    comparison: strawberry.ID = strawberry.field(description="The comparison of one unit.")
    reference: str = strawberry.field(description="Its name within the solution.")
    geography: str = strawberry.field(
        description="Where, within the place of the reference scenario: GLOBAL, a region of UN"
        " M49, or a country of ISO 3166-1."
    )
    period_start: date = strawberry.field(description="First day.")
    period_end: date = strawberry.field(description="Last day, a year later: 350 to 380 days.")
    timeframe: Timeframe = strawberry.field(description="Which units, over which years.")
    cohorts: list[EffectCohortInput] = strawberry.field(
        description="The units by year of sale: of FORWARD_LOOKING, those of the period's year."
    )
    value_chain: strawberry.ID | None = strawberry.field(
        description="In which chain, if it is for one.", default=strawberry.UNSET
    )
    initiatives: list[strawberry.ID] | None = strawberry.field(
        description="The shared initiatives under which it was achieved.",
        default=strawberry.UNSET,
    )


@strawberry.input(
    description="Other units of an effect, or another edition of what it stands on. What is left"
    " out stays."
)
class UpdateEffectInput:
    effect: strawberry.ID = strawberry.field(description="Which.")
    version: int = strawberry.field(description="The version that you saw.")
    cohorts: list[EffectCohortInput] | None = strawberry.field(
        description="All units by year of sale.", default=strawberry.UNSET
    )
    comparison: strawberry.ID | None = strawberry.field(
        description="Another comparison of the solution with the same reference scenario, in"
        " whichever edition.",
        default=strawberry.UNSET,
    )
    initiatives: list[strawberry.ID] | None = strawberry.field(
        description="All shared initiatives under which it was achieved.",
        default=strawberry.UNSET,
    )


@strawberry.input(
    description="An effect in the place of a claimed one, which stays as it was claimed. What is"
    " left out is as it was."
)
class RestateEffectInput:
    effect: strawberry.ID = strawberry.field(description="Which is restated.")
    version: int = strawberry.field(description="The version that you saw.")
    reference: str = strawberry.field(description="The new one's name within the solution.")
    cohorts: list[EffectCohortInput] | None = strawberry.field(
        description="All units by year of sale.", default=strawberry.UNSET
    )
    comparison: strawberry.ID | None = strawberry.field(
        description="Another comparison of the solution with the same reference scenario, in"
        " whichever edition.",
        default=strawberry.UNSET,
    )
    initiatives: list[strawberry.ID] | None = strawberry.field(
        description="All shared initiatives under which it was achieved.",
        default=strawberry.UNSET,
    )


@strawberry.input(description="Who shall see an effect.")
class SetEffectVisibilityInput:
    effect: strawberry.ID = strawberry.field(description="Which.")
    version: int = strawberry.field(description="The version that you saw.")
    visibility: Visibility = strawberry.field(
        description="Who shall see it; never more than see its solution."
    )


EffectResult = Annotated[
    Effect | Refusal,
    strawberry.union("EffectResult", description="The effect, or why nothing was done."),
]


@strawberry.type
class EffectsMutation:
    create_effect: EffectResult | None = mutation(
        "Record what units of a solution avoid, seen by nobody else at first.",
        Does(
            create_effect,
            CreateEffect,
            CreateEffectInput,
            EFFECTS,
            {
                "comparison": COMPARISONS,
                "value_chain": VALUE_CHAINS,
                "initiatives": INITIATIVES,
            },
        ),
    )
    update_effect: EffectResult | None = mutation(
        "Change the units of an effect, or what it stands on; the result is computed anew.",
        Does(
            update_effect,
            UpdateEffect,
            UpdateEffectInput,
            EFFECTS,
            {"effect": EFFECTS, "comparison": COMPARISONS, "initiatives": INITIATIVES},
        ),
    )
    restate_effect: EffectResult | None = mutation(
        "Record an effect in the place of a claimed one, seen by nobody else at first. Shares are"
        " agreed on anew, and claims restated one by one.",
        Does(
            restate_effect,
            RestateEffect,
            RestateEffectInput,
            EFFECTS,
            {"effect": EFFECTS, "comparison": COMPARISONS, "initiatives": INITIATIVES},
        ),
    )
    set_effect_visibility: EffectResult | None = mutation(
        "Show an effect of your organisation to more or fewer.",
        Does(
            set_effect_visibility,
            SetEffectVisibility,
            SetEffectVisibilityInput,
            EFFECTS,
            {"effect": EFFECTS},
        ),
    )
