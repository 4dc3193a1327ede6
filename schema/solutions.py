"""Solutions: what they are, what they are part of, and what they are compared with."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

import strawberry

from consortium.effects.actions.references import (
    CreateReferenceScenario,
    create_reference_scenario,
)
from consortium.effects.actions.solutions import (
    CreateSolution,
    RecordSideEffect,
    UpdateSolution,
    create_solution,
    record_side_effect,
    update_solution,
)
from consortium.effects.reads.solutions import REFERENCE_SCENARIOS, SOLUTIONS
from consortium.effects.rules.vocabulary import (
    ChainRole,
    EnvironmentalObjective,
    Finding,
    ReferenceBasis,
    ReferenceStep,
    Situation,
)
from consortium.kernel.visibility import Visibility
from consortium.value_chains.reads import STAGES, VALUE_CHAINS
from schema.enums import described
from schema.evidence import Source, SourceInput
from schema.filters import filter_of, order_of
from schema.masses import mass
from schema.mutations import Does, Refusal, mutation
from schema.nodes import Node, extends
from schema.organisations import Organisation
from schema.paging import Connection, connection
from schema.value_chains import ValueChain, ValueChainStage

SolutionFilter = filter_of(SOLUTIONS)
SolutionOrder = order_of(SOLUTIONS)
ReferenceScenarioFilter = filter_of(REFERENCE_SCENARIOS)
ReferenceScenarioOrder = order_of(REFERENCE_SCENARIOS)

described(
    ChainRole,
    "What a solution is in a value chain.",
    END_USE="It is used at the end of the chain.",
    INTERMEDIARY="It becomes part of what is used at the end.",
    ENABLING="It lets another solution have its effect.",
)
described(
    EnvironmentalObjective,
    "The environmental objectives of Regulation (EU) 2020/852, article 9.",
    CLIMATE_MITIGATION="Climate change mitigation.",
    CLIMATE_ADAPTATION="Climate change adaptation.",
    WATER="Sustainable use and protection of water and marine resources.",
    CIRCULAR_ECONOMY="Transition to a circular economy.",
    POLLUTION="Pollution prevention and control.",
    BIODIVERSITY="Protection and restoration of biodiversity and ecosystems.",
)
described(
    Finding,
    "What was found of a side effect.",
    NO_SIGNIFICANT_HARM="The solution does no significant harm to the objective.",
    SIGNIFICANT_HARM="It does.",
    NOT_ASSESSED="Nobody has looked.",
)
described(
    Situation,
    "In which situation a solution is used.",
    NEW_DEMAND="Nothing served the function before.",
    IMPROVEMENT="A system in place is improved.",
    END_OF_LIFE_REPLACEMENT="A system in place is replaced at the end of its life.",
    EARLY_REPLACEMENT="A system in place is replaced before the end of its life.",
)
described(
    ReferenceBasis,
    "What a reference is. The worst on the market is never one.",
    MARKET_AVERAGE="The market's average: of new demand.",
    MOST_LIKELY_ALTERNATIVE="What would most likely have served the function: of new demand.",
    SYSTEM_BEFORE_CHANGE="The system before it was improved.",
    AVERAGE_ALTERNATIVE="The average alternative on today's market: of replacements.",
    BEST_AVAILABLE_TECHNOLOGY="The best available technology: the cautious choice anywhere.",
)
described(
    ReferenceStep,
    "An answer to the questions of the tree that decides the reference scenario.",
    NOTHING_IN_PLACE="Nothing serves the function yet: new demand.",
    SYSTEM_IN_PLACE="A system serves it: is it kept, or replaced?",
    SYSTEM_KEPT="It is kept and improved.",
    SYSTEM_REPLACED="It is replaced: at the end of its life, or before?",
    AT_END_OF_LIFE="At the end of its life.",
    BEFORE_END_OF_LIFE="Before the end of its life.",
)


@strawberry.type(description="What a solution is in a value chain, or in one of its stages.")
class SolutionRole:
    role: ChainRole = strawberry.field(description="What it is there.")
    explanation: str = strawberry.field(description="How it has its effect there.")
    solution: "Solution" = strawberry.field(description="The solution.")
    value_chain: ValueChain = strawberry.field(description="The chain.")
    stage: ValueChainStage | None = strawberry.field(
        description="The stage; null where it is the whole chain."
    )


@strawberry.type(description="What was found of a solution's effect on an environmental objective.")
class SolutionSideEffect:
    objective: EnvironmentalObjective = strawberry.field(description="Which objective.")
    finding: Finding = strawberry.field(description="What was found.")
    explanation: str = strawberry.field(description="Why.")
    version: int = strawberry.field(description="Grows with each change.")
    source: Source | None = strawberry.field(description="Where this is shown.")


@strawberry.type(
    description="What would be without the solution: decided by a tree, recorded with the path"
    " taken and the reason. A changed one is a new edition. Seen with its solution."
)
class ReferenceScenario(Node):
    reference: str = strawberry.field(description="Its name within the solution.")
    edition: int = strawberry.field(description="1 for the first; a changed one is the next.")
    situation: Situation = strawberry.field(description="Where the answers led.")
    basis: ReferenceBasis = strawberry.field(description="What the reference is.")
    path: str = strawberry.field(
        description="The answers that led there, in their order, separated by spaces."
    )
    reason: str = strawberry.field(description="Why these answers and this basis.")
    description: str = strawberry.field(description="The reference in words.")
    remaining_life_years: Decimal | None = strawberry.field(
        description="How long the old system would have lasted; of early replacements alone."
    )
    legal_minimum: str | None = strawberry.field(description="What the law asks for.")
    legal_cap: Decimal | None = mass(
        "The most that the law lets the use of one unit emit in a year; null where there is none."
    )
    geography: str = strawberry.field(
        description="Where it holds: GLOBAL, a region of UN M49, or a country of ISO 3166-1."
    )
    valid_from: date | None = strawberry.field(description="First day; null without one.")
    valid_to: date | None = strawberry.field(description="Last day; null without one.")
    recorded_at: datetime = strawberry.field(description="When it was recorded here.")
    solution: "Solution" = strawberry.field(description="What is compared with it.")
    legal_source: Source | None = strawberry.field(description="Where the law is written.")
    source: Source | None = strawberry.field(description="Where the reference is described.")


@strawberry.type(
    description="A product, service or system of an organisation, and the function that it serves."
)
class Solution(Node):
    reference: str = strawberry.field(description="Its name within its organisation.")
    name: str = strawberry.field(description="Its name.")
    description: str | None = strawberry.field(description="What it is.")
    category: str = strawberry.field(description="The kind of solution.")
    function: str = strawberry.field(description="What it does for whoever uses it.")
    functional_unit: str = strawberry.field(
        description="How much of the function is compared, for how long and how well."
    )
    unit: str = strawberry.field(description="What is counted of it: piece, m2, kWh.")
    lifetime_years: Decimal = strawberry.field(description="How long one unit serves.")
    fossil_use: bool | None = strawberry.field(
        description="Whether it is applied to exploring, extracting, producing, distributing or"
        " selling fossil fuels; null: not answered."
    )
    fossil_reason: str | None = strawberry.field(description="Why that is so.")
    visibility: Visibility = strawberry.field(description="Who may see it.")
    version: int = strawberry.field(description="Grows with each change.")
    recorded_at: datetime = strawberry.field(description="When it was recorded here.")
    organisation: Organisation = strawberry.field(description="Whose it is.")
    parts: list["Solution"] = strawberry.field(description="The solutions that it contains.")
    part_of: list["Solution"] = strawberry.field(description="The solutions that contain it.")
    roles: list[SolutionRole] = strawberry.field(description="What it is in value chains.")
    side_effects: list[SolutionSideEffect] = strawberry.field(
        description="What was found of its effects on environmental objectives."
    )
    reference_scenarios: Connection[ReferenceScenario] = connection(
        "What it is compared with, in all editions.",
        ReferenceScenarioFilter,
        ReferenceScenarioOrder,
    )


@extends(Organisation)
class OrganisationSolutions:
    solutions: Connection[Solution] = connection(
        "Its solutions, as they were recorded.", SolutionFilter, SolutionOrder
    )


@strawberry.type
class SolutionsQuery:
    solutions: Connection[Solution] = connection(
        "Solutions that you may see, as they were recorded.", SolutionFilter, SolutionOrder
    )
    reference_scenarios: Connection[ReferenceScenario] = connection(
        "Reference scenarios of solutions that you may see, as they were recorded.",
        ReferenceScenarioFilter,
        ReferenceScenarioOrder,
    )


@strawberry.input(description="What a solution is in a value chain.")
class SolutionRoleInput:
    value_chain: strawberry.ID = strawberry.field(description="The chain.")
    role: ChainRole = strawberry.field(description="What it is there.")
    explanation: str = strawberry.field(description="How it has its effect there.")
    stage: strawberry.ID | None = strawberry.field(
        description="The stage; left out, the whole chain.", default=strawberry.UNSET
    )


@strawberry.input(description="A solution of your organisation.")
class CreateSolutionInput:
    reference: str = strawberry.field(description="Its name within your organisation.")
    name: str = strawberry.field(description="Its name.")
    category: str = strawberry.field(description="The kind of solution.")
    function: str = strawberry.field(description="What it does for whoever uses it.")
    functional_unit: str = strawberry.field(description="How much of the function is compared.")
    unit: str = strawberry.field(description="What is counted of it: piece, m2, kWh.")
    lifetime_years: Decimal = strawberry.field(
        description="How long one unit serves: above 0, at most 100."
    )
    description: str | None = strawberry.field(description="What it is.", default=strawberry.UNSET)
    fossil_use: bool | None = strawberry.field(
        description="Whether it is applied to fossil fuels; with a reason, or not at all.",
        default=strawberry.UNSET,
    )
    fossil_reason: str | None = strawberry.field(
        description="Why that is so.", default=strawberry.UNSET
    )
    parts: list[strawberry.ID] | None = strawberry.field(
        description="The solutions that it contains.", default=strawberry.UNSET
    )
    roles: list[SolutionRoleInput] | None = strawberry.field(
        description="What it is in value chains.", default=strawberry.UNSET
    )


@strawberry.input(
    description="What shall be otherwise of a solution. What is left out stays; parts and roles"
    " are set as a whole. Function, unit and lifetime stay once there is a reference scenario."
)
class UpdateSolutionInput:
    solution: strawberry.ID = strawberry.field(description="Which.")
    version: int = strawberry.field(description="The version that you saw.")
    name: str | None = strawberry.field(description="Its name.", default=strawberry.UNSET)
    description: str | None = strawberry.field(description="What it is.", default=strawberry.UNSET)
    category: str | None = strawberry.field(
        description="The kind of solution.", default=strawberry.UNSET
    )
    function: str | None = strawberry.field(
        description="What it does for whoever uses it.", default=strawberry.UNSET
    )
    functional_unit: str | None = strawberry.field(
        description="How much of the function is compared.", default=strawberry.UNSET
    )
    unit: str | None = strawberry.field(
        description="What is counted of it.", default=strawberry.UNSET
    )
    lifetime_years: Decimal | None = strawberry.field(
        description="How long one unit serves.", default=strawberry.UNSET
    )
    fossil_use: bool | None = strawberry.field(
        description="Whether it is applied to fossil fuels, with the reason.",
        default=strawberry.UNSET,
    )
    fossil_reason: str | None = strawberry.field(
        description="Why that is so.", default=strawberry.UNSET
    )
    visibility: Visibility | None = strawberry.field(
        description="Who shall see it, with its scenarios and comparisons; never fewer than see"
        " its effects.",
        default=strawberry.UNSET,
    )
    parts: list[strawberry.ID] | None = strawberry.field(
        description="The solutions that it contains.", default=strawberry.UNSET
    )
    roles: list[SolutionRoleInput] | None = strawberry.field(
        description="What it is in value chains.", default=strawberry.UNSET
    )


@strawberry.input(description="What was found of a solution's effect on an objective.")
class RecordSideEffectInput:
    solution: strawberry.ID = strawberry.field(description="Which solution.")
    objective: EnvironmentalObjective = strawberry.field(description="Which objective.")
    version: int = strawberry.field(
        description="The version of the finding that you saw; 0 where there was none."
    )
    finding: Finding = strawberry.field(description="What was found.")
    explanation: str = strawberry.field(description="Why.")
    source: SourceInput | None = strawberry.field(
        description="Where this is shown.", default=strawberry.UNSET
    )


@strawberry.input(description="A reference scenario, or a new edition of one.")
class CreateReferenceScenarioInput:
    solution: strawberry.ID = strawberry.field(description="What is compared with it.")
    reference: str = strawberry.field(
        description="Its name within the solution; of a new edition, the same."
    )
    last_edition: int = strawberry.field(
        description="The last edition that you saw; 0 where there was none."
    )
    path: list[ReferenceStep] = strawberry.field(
        description="Your answers to the tree, in their order: the situation follows from them."
    )
    basis: ReferenceBasis = strawberry.field(description="What the reference is.")
    reason: str = strawberry.field(description="Why these answers and this basis.")
    description: str = strawberry.field(description="The reference in words.")
    geography: str = strawberry.field(
        description="Where it holds: GLOBAL, a region of UN M49, or a country of ISO 3166-1."
    )
    remaining_life_years: Decimal | None = strawberry.field(
        description="How long the old system would have lasted; of early replacements alone.",
        default=strawberry.UNSET,
    )
    legal_minimum: str | None = strawberry.field(
        description="What the law asks for.", default=strawberry.UNSET
    )
    legal_source: SourceInput | None = strawberry.field(
        description="Where the law is written.", default=strawberry.UNSET
    )
    legal_cap_kg_co2e: Decimal | None = strawberry.field(
        description="The most that the law lets the use of one unit emit in a year, in kg CO2e.",
        default=strawberry.UNSET,
    )
    valid_from: date | None = strawberry.field(
        description="First day on which it holds.", default=strawberry.UNSET
    )
    valid_to: date | None = strawberry.field(
        description="Last day on which it holds.", default=strawberry.UNSET
    )
    source: SourceInput | None = strawberry.field(
        description="Where the reference is described.", default=strawberry.UNSET
    )


SolutionResult = Annotated[
    Solution | Refusal,
    strawberry.union("SolutionResult", description="The solution, or why nothing was done."),
]
ReferenceScenarioResult = Annotated[
    ReferenceScenario | Refusal,
    strawberry.union(
        "ReferenceScenarioResult", description="The scenario, or why nothing was done."
    ),
]
_IN_CHAINS = {"parts": SOLUTIONS, "value_chain": VALUE_CHAINS, "stage": STAGES}


@strawberry.type
class SolutionsMutation:
    create_solution: SolutionResult | None = mutation(
        "Record a solution of your organisation, seen by nobody else at first.",
        Does(create_solution, CreateSolution, CreateSolutionInput, SOLUTIONS, _IN_CHAINS),
    )
    update_solution: SolutionResult | None = mutation(
        "Change a solution of your organisation.",
        Does(
            update_solution,
            UpdateSolution,
            UpdateSolutionInput,
            SOLUTIONS,
            _IN_CHAINS | {"solution": SOLUTIONS},
        ),
    )
    record_side_effect: SolutionResult | None = mutation(
        "Record what was found of a solution's effect on an environmental objective.",
        Does(
            record_side_effect,
            RecordSideEffect,
            RecordSideEffectInput,
            SOLUTIONS,
            {"solution": SOLUTIONS},
        ),
    )
    create_reference_scenario: ReferenceScenarioResult | None = mutation(
        "Record what a solution is compared with, decided by the tree.",
        Does(
            create_reference_scenario,
            CreateReferenceScenario,
            CreateReferenceScenarioInput,
            REFERENCE_SCENARIOS,
            {"solution": SOLUTIONS},
        ),
    )
