"""What a value chain emits for a demand, and a scenario against its baseline."""

from decimal import Decimal
from typing import Any

import strawberry

from consortium.kernel.gases import GwpSet
from consortium.value_chains.rules.vocabulary import SolvingMethod
from schema.activities import Activity
from schema.chain_versions import ChainVersion
from schema.enums import described
from schema.masses import mass
from schema.organisations import Organisation
from schema.paging import argument, field, optional
from schema.scalars import BigInt
from schema.value_chains import ValueChainStage

described(
    SolvingMethod,
    "How a system was solved. Whichever it was, what is left over was measured.",
    TRIANGULAR="From demand to suppliers, once: there is no loop.",
    FACTORISED="By factors of the whole matrix.",
    SERIES="Tier by tier, until nothing is left to add.",
    SWEEPS="By going round its loops until they agree.",
)


def listed(description: str) -> Any:
    """A list of which the first can be asked for."""
    text = "How many at most: 0 to 1000, else 1000."
    return field(description, optional("first", int, text))


def share(of: str = "the footprint") -> Any:
    """A part of a whole."""
    return strawberry.field(
        description=f"What part of {of} that is; null where the whole is 0. Where some of it is"
        " taken up, parts can be below 0 and above 1."
    )


@strawberry.type(description="What is emitted of a gas.")
class ChainGas:
    gas: str = strawberry.field(
        description="The gas; `CO2E_` and a set of what is known in CO2e of that set alone."
    )
    mass_kg: Decimal = strawberry.field(description="How many kg of the gas; below 0 taken up.")
    emitted: Decimal = mass("What that is in CO2e.")
    share: Decimal | None = share()


@strawberry.type(description="What an activity makes for a demand, and emits itself.")
class ChainActivity:
    activity: Activity | None = strawberry.field(description="The activity.")
    amount: Decimal = strawberry.field(description="How much of its product it makes, in its unit.")
    emitted: Decimal = mass("What it emits itself for that.")
    share: Decimal | None = share()


@strawberry.type(description="What the activities of an organisation emit themselves.")
class ChainOrganisation:
    organisation: Organisation | None = strawberry.field(
        description="Whose; null of activities of which it is not known."
    )
    emitted: Decimal = mass("What its activities emit.")
    share: Decimal | None = share()


@strawberry.type(description="What the activities of a stage emit themselves.")
class ChainStage:
    stage: ValueChainStage | None = strawberry.field(
        description="The stage; null of activities of none."
    )
    emitted: Decimal = mass("What its activities emit.")
    share: Decimal | None = share()


@strawberry.type(
    description="What is emitted in a tier: 0 by who meets the demand, 1 by their suppliers, and"
    " so on. An activity within a loop is in several."
)
class ChainTier:
    tier: int | None = strawberry.field(description="Which; null of all that lie beyond.")
    emitted: Decimal = mass("What its activities emit for this tier.")
    share: Decimal | None = share()


@strawberry.type(
    description="A direct supplier of who meets the demand, with all that lies behind it."
)
class ChainSupplier:
    activity: Activity | None = strawberry.field(description="The supplier's activity.")
    amount: Decimal = strawberry.field(description="How much is taken, in its product's unit.")
    footprint: Decimal = mass("What that amount emits, from the supplier to the end of the chain.")
    share: Decimal | None = share()


@strawberry.type(description="A step of a path.")
class ChainPathStep:
    position: BigInt = strawberry.field(description="0 is who meets the demand.")
    activity: Activity | None = strawberry.field(description="The activity.")


@strawberry.type(
    description="A path of supply, from who meets the demand to one of its suppliers' suppliers"
    " (structural path analysis: Treloar 1997)."
)
class ChainPath:
    steps: list[ChainPathStep] = strawberry.field(description="Its activities.")
    amount: Decimal = strawberry.field(
        description="How much of the last activity's product this path needs."
    )
    emitted: Decimal = mass("What the last activity emits itself for it.")
    footprint: Decimal = mass("That, with all that lies behind.")
    share: Decimal | None = share()


@strawberry.type(description="Paths of supply, the largest emission first.")
class ChainPaths:
    is_complete: bool = strawberry.field(
        description="Whether all paths that reach the cut-off are here."
    )
    found: list[ChainPath] = listed("The paths.")


@strawberry.type(description="How much the footprint moves with what one activity takes.")
class ChainSensitivity:
    supplier: Activity | None = strawberry.field(description="Whose product is taken.")
    consumer: Activity | None = strawberry.field(description="Who takes it.")
    elasticity: Decimal = strawberry.field(
        description="By how many per cent the footprint changes for an amount that is 1 % larger."
    )


@strawberry.type(
    description="A flow of emissions: what one activity takes of another carries so much, from the"
    " supplier to the end of the chain."
)
class ChainFlow:
    supplier: Activity | None = strawberry.field(description="Whose product is taken.")
    consumer: Activity | None = strawberry.field(description="Who takes it.")
    footprint: Decimal = mass("What it carries.")
    share: Decimal | None = share()


@strawberry.type(
    description="What random draws of all uncertain amounts say (Monte Carlo). The same seed gives"
    " the same draws; sources of error of the same name err together."
)
class ChainInterval:
    draws: BigInt = strawberry.field(description="How many.")
    mean: Decimal = mass("Their mean.")
    median: Decimal = mass("Half of them are below.")
    low: Decimal = mass("2.5 % of them are below.")
    high: Decimal = mass("2.5 % of them are above.")


@strawberry.type(
    description="What a demand on a value chain emits: x = (I - A)⁻¹ f, by all activities that it"
    " needs, loops included."
)
class ChainFootprint:
    version: ChainVersion | None = strawberry.field(description="The version that it is of.")
    footprint: Decimal = mass("All that is emitted.")
    method: SolvingMethod = strawberry.field(description="How the system was solved.")
    rounds: BigInt = strawberry.field(
        description="How often all tiers were walked; 0 where it was solved at once."
    )
    residual: Decimal = strawberry.field(
        description="The least relative change of amounts for which the answer is exact."
    )
    error: Decimal = strawberry.field(
        description="By which part of the footprint it can be wrong for the residual, all gases"
        " counted as emitted."
    )
    activity_count: BigInt = strawberry.field(description="How many activities the version has.")
    largest_loop: BigInt = strawberry.field(
        description="How many activities its largest loop has; 1 where there is none."
    )
    gases: list[ChainGas] = listed("By gas.")
    activities: list[ChainActivity] = listed("By activity, the largest emission first: hot spots.")
    organisations: list[ChainOrganisation] = listed("By organisation, the largest first.")
    stages: list[ChainStage] = listed("By stage, the largest first.")
    tiers: list[ChainTier] = listed("By tier; the last is what lies beyond those asked for.")
    suppliers: list[ChainSupplier] = listed("Through direct suppliers, the largest first.")
    paths: ChainPaths = strawberry.field(description="By path of supply, down to the cut-off.")
    sensitivities: list[ChainSensitivity] = listed("By what moves it, the strongest first.")
    sankey: list[ChainFlow] = listed(
        "Flows from suppliers to consumers that reach the cut-off, at most 200: data for a Sankey"
        " diagram."
    )
    uncertainty: ChainInterval | None = strawberry.field(
        description="How uncertain it is; null where no amount is."
    )


@strawberry.type(description="An activity in two answers.")
class ChainComparedActivity:
    activity: Activity | None = strawberry.field(
        description="The activity; of the baseline where both have one of its code."
    )
    baseline: Decimal | None = mass("What it emits in the baseline; null where it is not there.")
    scenario: Decimal | None = mass("What it emits in the scenario; null where it is not there.")
    avoided: Decimal = mass("What the scenario emits less; below 0 it emits more.")


@strawberry.type(
    description="A scenario against its baseline: two demands, of one version or of two. It is a"
    " what-if and no claim: nothing of it is in any total."
)
class ChainComparison:
    baseline: ChainFootprint = strawberry.field(description="The baseline.")
    scenario: ChainFootprint = strawberry.field(description="The scenario.")
    avoided: Decimal = mass("What the scenario emits less; below 0 it emits more.")
    share: Decimal | None = strawberry.field(
        description="What part of the baseline that is; null where the baseline is 0."
    )
    activities: list[ChainComparedActivity] = listed(
        "By activity, the largest difference first; activities of two versions are the same where"
        " their codes are."
    )
    uncertainty: ChainInterval | None = strawberry.field(
        description="How uncertain the difference is: taken draw by draw, sources of the same name"
        " err together on both sides. Null where no amount is uncertain."
    )


@strawberry.type(description="What one unit of an activity's product emits, with all behind it.")
class UnitFootprint:
    activity: Activity | None = strawberry.field(description="The activity.")
    footprint: Decimal = mass("What one unit of its product emits, up to its maker's gate.")
    error: Decimal = mass(
        "By how much that can be wrong for what the solution left over, all gases counted as the"
        " heaviest one that is."
    )


@strawberry.type(description="Footprints of many products, by one solution of the system.")
class UnitFootprints:
    version: ChainVersion | None = strawberry.field(description="The version that they are of.")
    products: list[UnitFootprint] = listed("In the order that they were asked for.")


@strawberry.type(description="A product that an activity takes of another.")
class SuppliedProduct:
    product: str = strawberry.field(description="What it is.")
    unit: str = strawberry.field(description="The unit of its amounts.")
    organisation: Organisation | None = strawberry.field(
        description="Whose; null where it is not known."
    )


@strawberry.type(description="A direct supplier, by what it supplies.")
class SupplierFootprint:
    product: SuppliedProduct | None = strawberry.field(description="What is taken.")
    amount: Decimal = strawberry.field(description="How much of it, in its unit.")
    footprint: Decimal = mass("What that amount emits, from the supplier to the end of the chain.")


@strawberry.type(
    description="What a product emits as its maker sees it that sees its direct suppliers only: the"
    " footprint of what each supplies, and one sum of what lies behind them all."
)
class SupplierFootprints:
    footprint: Decimal = mass("All that is emitted.")
    own: Decimal = mass("What the activity emits itself.")
    suppliers: list[SupplierFootprint] = listed("Direct suppliers, the largest footprint first.")
    beyond: Decimal | None = mass(
        "What those emit who stand behind the direct suppliers; null where it is hidden."
    )
    is_beyond_hidden: bool = strawberry.field(
        description="Whether so few stand there, or at the suppliers, or so large ones, that the"
        " sum would give them away. Who sees the whole version is always told."
    )


@strawberry.input(description="An amount of an activity's product.")
class ChainDemandInput:
    activity: strawberry.ID = strawberry.field(description="The activity.")
    amount: Decimal = strawberry.field(description="How much of its product, in its unit.")


@strawberry.input(description="What if a process took another amount, for all that it makes?")
class ExchangeChangeInput:
    consumer: strawberry.ID = strawberry.field(description="Who takes it.")
    supplier: strawberry.ID = strawberry.field(description="Whose product is taken.")
    amount: Decimal | None = strawberry.field(
        default=None, description="The new amount, in the unit of the supplier's product."
    )
    factor: Decimal | None = strawberry.field(
        default=None, description="Or by what the amount is multiplied."
    )


@strawberry.input(description="What if a process emitted something else, for all that it makes?")
class EmissionChangeInput:
    activity: strawberry.ID = strawberry.field(description="The activity.")
    gas: str | None = strawberry.field(default=None, description="The gas; else all of them.")
    mass_kg: Decimal | None = strawberry.field(
        default=None, description="The new mass in kg; names a gas."
    )
    factor: Decimal | None = strawberry.field(
        default=None, description="Or by what masses are multiplied."
    )


@strawberry.input(description="Amounts that are others in this question alone, at most 1 000.")
class WhatIfInput:
    exchanges: list[ExchangeChangeInput] = strawberry.field(
        default_factory=list, description="What processes take."
    )
    emissions: list[EmissionChangeInput] = strawberry.field(
        default_factory=list, description="What processes emit."
    )


@strawberry.input(description="One side of a comparison.")
class ChainSideInput:
    version: strawberry.ID = strawberry.field(description="The version of a value chain.")
    demand: list[ChainDemandInput] = strawberry.field(
        description="What is demanded: each activity once, at most 1 000."
    )
    what_if: WhatIfInput | None = strawberry.field(
        default=None, description="What is changed in the version for this question."
    )


_GWP_SET = argument(
    "gwp_set", GwpSet, "By which set gases are CO2e; never mixed.", default=GwpSet.AR6
)
_ASKED = (
    _GWP_SET,
    optional(
        "cut_off",
        Decimal,
        "The part of the footprint that paths and flows must reach: above 0, at most 1; else 0.01.",
    ),
    argument("tiers", int, "How many tiers are told apart: 1 to 50.", default=5),
    argument("draws", int, "How many draws the uncertainty is told from: 100 on.", default=1000),
    argument("seed", int, "By what the draws are chosen: 0 on.", default=1),
)


@strawberry.type
class ChainFootprintsQuery:
    chain_footprint: ChainFootprint | None = field(
        "What a demand on a version of a value chain emits; null where there is none that you may"
        " see.",
        argument("version", strawberry.ID, "The version."),
        argument("demand", list[ChainDemandInput], "What is demanded: at most 1 000 activities."),
        optional("what_if", WhatIfInput, "What is changed in the version for this question."),
        *_ASKED,
    )
    chain_comparison: ChainComparison | None = field(
        "A scenario against its baseline; null where you may not see both versions.",
        argument("baseline", ChainSideInput, "The baseline."),
        argument("scenario", ChainSideInput, "The scenario."),
        *_ASKED,
    )
    product_footprints: UnitFootprints | None = field(
        "What one unit of each of many products emits; null where there is no version that you may"
        " see.",
        argument("version", strawberry.ID, "The version."),
        argument("activities", list[strawberry.ID], "Whose products: 1 to 1 000 activities."),
        _GWP_SET,
    )
    supplier_footprints: SupplierFootprints | None = field(
        "What an activity's product emits, seen one hop up. Whoever sees the version may ask, and"
        " whose organisation runs the activity in a published one; null for others.",
        argument("activity", strawberry.ID, "The activity."),
        argument("amount", Decimal, "How much of its product, in its unit."),
        _GWP_SET,
    )
