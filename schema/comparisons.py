"""Comparisons of one unit of a solution with its reference, and the dated factors they use."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated

import strawberry

from consortium.effects.actions.comparisons import (
    CreateComparison,
    CreateFactorSeries,
    create_comparison,
    create_factor_series,
)
from consortium.effects.reads.comparisons import COMPARISONS, FACTOR_SERIES
from consortium.effects.reads.solutions import REFERENCE_SCENARIOS
from consortium.effects.rules.vocabulary import (
    Accounting,
    ComparisonOrigin,
    FactorsBeyond,
    LifeCycleStage,
    LifePhase,
    Specificity,
    UncertaintyMethod,
)
from consortium.kernel.gases import GwpSet
from consortium.value_chains.reads import ACTIVITIES
from schema.activities import Activity
from schema.chain_footprints import ChainDemandInput
from schema.enums import described
from schema.evidence import Source, SourceInput
from schema.filters import filter_of, order_of
from schema.masses import mass
from schema.mutations import Does, Refusal, mutation
from schema.nodes import Node, extends
from schema.organisations import Organisation
from schema.paging import Connection, connection
from schema.solutions import ReferenceScenario, Solution

FactorSeriesFilter = filter_of(FACTOR_SERIES)
FactorSeriesOrder = order_of(FACTOR_SERIES)
ComparisonFilter = filter_of(COMPARISONS)
ComparisonOrder = order_of(COMPARISONS)

described(
    Accounting,
    "Which emissions are compared.",
    ATTRIBUTIONAL="Those attributed to each product over its life.",
    CONSEQUENTIAL="Those that change because of the decision.",
)
described(
    GwpSet,
    "The IPCC assessment report whose GWP100 values were used. Sets are never mixed.",
    SAR="The second, 1995.",
    TAR="The third, 2001.",
    AR4="The fourth, 2007.",
    AR5="The fifth, 2013, without climate-carbon feedback.",
    AR5_CCF="The fifth, 2013, with climate-carbon feedback.",
    AR6="The sixth, 2021.",
)
described(
    ComparisonOrigin,
    "Where a comparison's amounts come from.",
    ENTERED="They were entered, stage by stage.",
    FROM_VALUE_CHAIN="Some of them, or all, are what demands on value chains emit: its items tell"
    " which.",
)
described(
    FactorsBeyond,
    "What a factor is in a year behind the last one that is known.",
    REFUSED="Not known: an effect that needs it is refused.",
    DECLARED_CONSTANT="That of the last year, by declaration.",
)
described(
    UncertaintyMethod,
    "How the uncertainty of a result is found from those of its parts.",
    ANALYTIC="By root-sum-square, which holds for independent errors (IPCC Approach 1).",
    MONTE_CARLO="By 10000 draws, in which what shares a source of error is wrong together (IPCC"
    " Approach 2).",
)
described(
    LifeCycleStage,
    "A stage of a life cycle.",
    RAW_MATERIALS="Raw materials.",
    MANUFACTURING="Manufacturing.",
    DISTRIBUTION="Distribution.",
    INSTALLATION="Installation.",
    USE="Use.",
    MAINTENANCE="Maintenance.",
    END_OF_LIFE="End of life.",
)
described(
    LifePhase,
    "When in the solution's life an amount holds.",
    WHOLE_LIFE="All of it.",
    REMAINING_LIFE="While the old system would have lasted: of an early replacement's reference.",
    AFTERWARDS="After that, when the alternative would have come: likewise.",
)
described(
    Specificity,
    "How specific data is, the most specific first.",
    SPECIFIC="Of this product, plant or supplier.",
    REGIONAL="An average of a region or a country.",
    GLOBAL_AVERAGE="An average of the world.",
)


@strawberry.type(description="The factor of one year.")
class FactorPoint:
    year: int = strawberry.field(description="The calendar year.")
    value: Decimal = strawberry.field(description="Kilograms of CO2e per unit of the series.")
    uncertainty: Decimal | None = strawberry.field(
        description="Half the 95 % interval, as a fraction of the value; null: not known."
    )
    series: "FactorSeries" = strawberry.field(description="The series.")


@strawberry.type(
    description="An emission factor year by year, in kg CO2e per unit. A correction is a new"
    " edition. Seen by everyone: what is confidential is entered as masses in a comparison."
)
class FactorSeries(Node):
    reference: str = strawberry.field(description="Its name; editions share it.")
    edition: int = strawberry.field(description="1 for the first; a correction is the next.")
    name: str = strawberry.field(description="What it is a factor of.")
    unit: str = strawberry.field(description="What it is per: kWh, km, kg of steel.")
    geography: str = strawberry.field(
        description="Where it holds: GLOBAL, a region of UN M49, or a country of ISO 3166-1."
    )
    gwp_set: GwpSet = strawberry.field(description="By which GWP values.")
    recorded_at: datetime = strawberry.field(description="When it was recorded here.")
    organisation: Organisation = strawberry.field(description="Who recorded it.")
    source: Source | None = strawberry.field(description="Where it was published.")
    points: list[FactorPoint] = strawberry.field(description="The factor of each year.")


@strawberry.type(
    description="A demand on a published version of a value chain. What it emits is recorded with"
    " it: `chainFootprint` answers the same for the same demand."
)
class ComparisonDemand:
    activity: Activity | None = strawberry.field(
        description="Whose product is demanded; null where you may not see its version."
    )
    amount: Decimal = strawberry.field(description="How much of its product, in its unit.")


@strawberry.type(
    description="What one unit emits at a stage, on one side or on both: as a mass, or as a"
    " quantity by a factor series. A mass is entered, or what a demand on a value chain emits."
    " Without amounts, the stage is equal on both sides."
)
class ComparisonItem:
    position: int = strawberry.field(description="Place in the order of the comparison, 1 first.")
    stage: LifeCycleStage = strawberry.field(description="The stage of the life cycle.")
    name: str = strawberry.field(description="What emits.")
    phase: LifePhase = strawberry.field(description="When in the solution's life it holds.")
    year_of_life: int | None = strawberry.field(
        description="The year of life, from 0. Null: each year of use and maintenance; any other"
        " stage once, at the start of the phase, and the end of life at its end."
    )
    reference_emissions: Decimal | None = mass("What the reference emits; null: not on this side.")
    solution_emissions: Decimal | None = mass("What the solution emits; null: not on this side.")
    reference_demand: ComparisonDemand | None = strawberry.field(
        description="What the reference's emissions were computed of; null: of no demand."
    )
    solution_demand: ComparisonDemand | None = strawberry.field(
        description="What the solution's emissions were computed of; null: of no demand."
    )
    reference_quantity: Decimal | None = strawberry.field(
        description="The reference's quantity, in units of the factor series."
    )
    solution_quantity: Decimal | None = strawberry.field(
        description="The solution's quantity, in units of the factor series."
    )
    equal_because: str | None = strawberry.field(
        description="Why the stage is equal on both sides and left out."
    )
    reference_uncertainty: Decimal | None = strawberry.field(
        description="Half the 95 % interval of the reference's amount, as a fraction of it; of a"
        " demand, by 1000 draws of seed 1. Null: not known."
    )
    solution_uncertainty: Decimal | None = strawberry.field(
        description="Half the 95 % interval of the solution's amount, as a fraction of it; of a"
        " demand, by 1000 draws of seed 1. Null: not known."
    )
    shares_error_with: str | None = strawberry.field(
        description="Items with the same word share one source of error."
    )
    specificity: Specificity = strawberry.field(description="How specific the data is.")
    factor_series: FactorSeries | None = strawberry.field(
        description="The factors by which quantities become emissions."
    )
    source: Source | None = strawberry.field(description="Where the amounts come from.")


@strawberry.type(
    description="Life-cycle emissions of one unit of a solution and of its reference, with the"
    " same unit, boundary, lifetime, GWP set and place. A changed one is a new edition. Seen with"
    " its solution."
)
class Comparison(Node):
    reference: str = strawberry.field(description="Its name within the solution.")
    edition: int = strawberry.field(description="1 for the first; a changed one is the next.")
    origin: ComparisonOrigin = strawberry.field(description="Where its amounts come from.")
    accounting: Accounting = strawberry.field(description="Which emissions are compared.")
    gwp_set: GwpSet = strawberry.field(description="By which GWP values.")
    boundary: str = strawberry.field(description="What both sides span.")
    base_year: int = strawberry.field(description="The year that the amounts are of.")
    rebound: Decimal = strawberry.field(
        description="How much more the solution is used than the reference, as a fraction."
    )
    rebound_reason: str = strawberry.field(description="Why that is so, also of 0.")
    factors_beyond: FactorsBeyond = strawberry.field(
        description="What factors are behind the last year that is known."
    )
    uncertainty_method: UncertaintyMethod = strawberry.field(
        description="How the uncertainty of its effects is found."
    )
    recorded_at: datetime = strawberry.field(description="When it was recorded here.")
    solution: Solution = strawberry.field(description="What is compared.")
    reference_scenario: ReferenceScenario = strawberry.field(description="What with.")
    items: list[ComparisonItem] = strawberry.field(description="LifeCycleStage by stage, in order.")


@extends(Solution)
class SolutionComparisons:
    comparisons: Connection[Comparison] = connection(
        "Its comparisons, in all editions.", ComparisonFilter, ComparisonOrder
    )


@strawberry.type
class ComparisonsQuery:
    comparisons: Connection[Comparison] = connection(
        "Comparisons of solutions that you may see, as they were recorded.",
        ComparisonFilter,
        ComparisonOrder,
    )
    factor_series: Connection[FactorSeries] = connection(
        "Series of emission factors, as they were recorded.", FactorSeriesFilter, FactorSeriesOrder
    )


@strawberry.input(description="The factor of a year.")
class FactorPointInput:
    year: int = strawberry.field(description="The calendar year.")
    value: Decimal = strawberry.field(description="Kilograms of CO2e per unit of the series.")
    uncertainty: Decimal | None = strawberry.field(
        description="Half the 95 % interval, as a fraction of the value.", default=strawberry.UNSET
    )


@strawberry.input(description="A series of factors, or a new edition of one.")
class CreateFactorSeriesInput:
    reference: str = strawberry.field(description="Its name; of a new edition, the same.")
    last_edition: int = strawberry.field(
        description="The last edition that you saw; 0 where there was none."
    )
    name: str = strawberry.field(description="What it is a factor of.")
    unit: str = strawberry.field(description="What it is per.")
    geography: str = strawberry.field(
        description="Where it holds: GLOBAL, a region of UN M49, or a country of ISO 3166-1."
    )
    gwp_set: GwpSet = strawberry.field(description="By which GWP values.")
    points: list[FactorPointInput] = strawberry.field(description="The factor of each year.")
    source: SourceInput | None = strawberry.field(
        description="Where it was published.", default=strawberry.UNSET
    )


@strawberry.input(
    description="What one unit emits at a stage: masses or demands, quantities with a factor"
    " series, or that both sides are equal."
)
class ComparisonItemInput:
    stage: LifeCycleStage = strawberry.field(description="The stage of the life cycle.")
    name: str = strawberry.field(description="What emits.")
    specificity: Specificity = strawberry.field(description="How specific the data is.")
    phase: LifePhase | None = strawberry.field(
        description="When in the solution's life it holds: WHOLE_LIFE unless told.",
        default=strawberry.UNSET,
    )
    year_of_life: int | None = strawberry.field(
        description="The year of life, from 0; left out, each year of use and maintenance, and any"
        " other stage once.",
        default=strawberry.UNSET,
    )
    reference_kg_co2e: Decimal | None = strawberry.field(
        description="What the reference emits, in kg CO2e: a year, or once.",
        default=strawberry.UNSET,
    )
    solution_kg_co2e: Decimal | None = strawberry.field(
        description="What the solution emits, in kg CO2e: a year, or once.",
        default=strawberry.UNSET,
    )
    reference_demand: ChainDemandInput | None = strawberry.field(
        description="In the place of the reference's mass: what of a published version of a value"
        " chain is demanded, whose emissions and uncertainty are computed and recorded.",
        default=strawberry.UNSET,
    )
    solution_demand: ChainDemandInput | None = strawberry.field(
        description="In the place of the solution's mass: likewise.", default=strawberry.UNSET
    )
    factor_series: strawberry.ID | None = strawberry.field(
        description="The factors by which quantities become emissions.", default=strawberry.UNSET
    )
    reference_quantity: Decimal | None = strawberry.field(
        description="The reference's quantity, in units of the series.", default=strawberry.UNSET
    )
    solution_quantity: Decimal | None = strawberry.field(
        description="The solution's quantity, in units of the series.", default=strawberry.UNSET
    )
    equal_because: str | None = strawberry.field(
        description="Why the stage is equal on both sides: then there are no amounts.",
        default=strawberry.UNSET,
    )
    reference_uncertainty: Decimal | None = strawberry.field(
        description="Half the 95 % interval of the reference's amount, as a fraction.",
        default=strawberry.UNSET,
    )
    solution_uncertainty: Decimal | None = strawberry.field(
        description="Half the 95 % interval of the solution's amount, as a fraction.",
        default=strawberry.UNSET,
    )
    shares_error_with: str | None = strawberry.field(
        description="A word that items with the same source of error share.",
        default=strawberry.UNSET,
    )
    source: SourceInput | None = strawberry.field(
        description="Where the amounts come from.", default=strawberry.UNSET
    )


@strawberry.input(description="A comparison with all its items, or a new edition of one.")
class CreateComparisonInput:
    reference_scenario: strawberry.ID = strawberry.field(description="What is compared with.")
    reference: str = strawberry.field(
        description="Its name within the solution; of a new edition, the same."
    )
    last_edition: int = strawberry.field(
        description="The last edition that you saw; 0 where there was none."
    )
    accounting: Accounting = strawberry.field(description="Which emissions are compared.")
    gwp_set: GwpSet = strawberry.field(description="By which GWP values.")
    boundary: str = strawberry.field(description="What both sides span.")
    base_year: int = strawberry.field(description="The year that the amounts are of.")
    rebound: Decimal = strawberry.field(
        description="How much more the solution is used, as a fraction; 0 where it is not."
    )
    rebound_reason: str = strawberry.field(description="Why that is so, also of 0.")
    factors_beyond: FactorsBeyond = strawberry.field(
        description="What factors are behind the last year that is known."
    )
    items: list[ComparisonItemInput] = strawberry.field(
        description="Every stage: its amounts, or that it is equal on both sides."
    )
    uncertainty_method: UncertaintyMethod | None = strawberry.field(
        description="How the uncertainty of effects is found. Unless told, ANALYTIC where all"
        " errors are independent; MONTE_CARLO where amounts share a word or a factor series, are"
        " drawn of a value chain, or the law caps the reference: there ANALYTIC is refused.",
        default=strawberry.UNSET,
    )


FactorSeriesResult = Annotated[
    FactorSeries | Refusal,
    strawberry.union("FactorSeriesResult", description="The series, or why nothing was done."),
]
ComparisonResult = Annotated[
    Comparison | Refusal,
    strawberry.union("ComparisonResult", description="The comparison, or why nothing was done."),
]


@strawberry.type
class ComparisonsMutation:
    create_factor_series: FactorSeriesResult | None = mutation(
        "Record a series of emission factors, for everyone to use.",
        Does(create_factor_series, CreateFactorSeries, CreateFactorSeriesInput, FACTOR_SERIES),
    )
    create_comparison: ComparisonResult | None = mutation(
        "Compare one unit of a solution with its reference, stage by stage.",
        Does(
            create_comparison,
            CreateComparison,
            CreateComparisonInput,
            COMPARISONS,
            {
                "reference_scenario": REFERENCE_SCENARIOS,
                "factor_series": FACTOR_SERIES,
                "activity": ACTIVITIES,
            },
        ),
    )
