"""Words of solutions, references, comparisons and effects."""

from enum import StrEnum

from consortium.kernel.places import GEOGRAPHIES, GLOBAL

__all__ = [
    "GEOGRAPHIES",
    "GLOBAL",
    "Accounting",
    "ChainRole",
    "ComparisonOrigin",
    "EffectLineKind",
    "EnvironmentalObjective",
    "FactorsBeyond",
    "Finding",
    "LifeCycleStage",
    "LifePhase",
    "ReferenceBasis",
    "ReferenceStep",
    "Situation",
    "Specificity",
    "Timeframe",
    "UncertaintyMethod",
]


class ChainRole(StrEnum):
    """What a solution is in a value chain (WBCSD guidance: end-use, intermediary, enabling)."""

    END_USE = "END_USE"
    INTERMEDIARY = "INTERMEDIARY"
    ENABLING = "ENABLING"


class EnvironmentalObjective(StrEnum):
    """The environmental objectives of Regulation (EU) 2020/852, article 9."""

    CLIMATE_MITIGATION = "CLIMATE_MITIGATION"
    CLIMATE_ADAPTATION = "CLIMATE_ADAPTATION"
    WATER = "WATER"
    CIRCULAR_ECONOMY = "CIRCULAR_ECONOMY"
    POLLUTION = "POLLUTION"
    BIODIVERSITY = "BIODIVERSITY"


class Finding(StrEnum):
    """What was found of a solution's side effect on an objective."""

    NO_SIGNIFICANT_HARM = "NO_SIGNIFICANT_HARM"
    SIGNIFICANT_HARM = "SIGNIFICANT_HARM"
    NOT_ASSESSED = "NOT_ASSESSED"


class Situation(StrEnum):
    """In which situation a solution is used: what the reference scenario follows from."""

    NEW_DEMAND = "NEW_DEMAND"
    IMPROVEMENT = "IMPROVEMENT"
    END_OF_LIFE_REPLACEMENT = "END_OF_LIFE_REPLACEMENT"
    EARLY_REPLACEMENT = "EARLY_REPLACEMENT"


class ReferenceBasis(StrEnum):
    """What the reference is. The worst on the market is never one."""

    MARKET_AVERAGE = "MARKET_AVERAGE"
    MOST_LIKELY_ALTERNATIVE = "MOST_LIKELY_ALTERNATIVE"
    SYSTEM_BEFORE_CHANGE = "SYSTEM_BEFORE_CHANGE"
    AVERAGE_ALTERNATIVE = "AVERAGE_ALTERNATIVE"
    BEST_AVAILABLE_TECHNOLOGY = "BEST_AVAILABLE_TECHNOLOGY"


class ReferenceStep(StrEnum):
    """The questions of the tree that were answered, in their order; each with yes or no."""

    NOTHING_IN_PLACE = "NOTHING_IN_PLACE"
    SYSTEM_IN_PLACE = "SYSTEM_IN_PLACE"
    SYSTEM_KEPT = "SYSTEM_KEPT"
    SYSTEM_REPLACED = "SYSTEM_REPLACED"
    AT_END_OF_LIFE = "AT_END_OF_LIFE"
    BEFORE_END_OF_LIFE = "BEFORE_END_OF_LIFE"


class Accounting(StrEnum):
    """Which emissions are compared: attributed to a product, or following from a decision."""

    ATTRIBUTIONAL = "ATTRIBUTIONAL"
    CONSEQUENTIAL = "CONSEQUENTIAL"


class ComparisonOrigin(StrEnum):
    """Where a comparison's amounts come from; those of one from a chain may in part be entered."""

    ENTERED = "ENTERED"
    FROM_VALUE_CHAIN = "FROM_VALUE_CHAIN"


class FactorsBeyond(StrEnum):
    """What a factor is in a year behind the last one that is known."""

    REFUSED = "REFUSED"
    DECLARED_CONSTANT = "DECLARED_CONSTANT"


class LifeCycleStage(StrEnum):
    """Stages of a life cycle, in their order."""

    RAW_MATERIALS = "RAW_MATERIALS"
    MANUFACTURING = "MANUFACTURING"
    DISTRIBUTION = "DISTRIBUTION"
    INSTALLATION = "INSTALLATION"
    USE = "USE"
    MAINTENANCE = "MAINTENANCE"
    END_OF_LIFE = "END_OF_LIFE"


class LifePhase(StrEnum):
    """When in the solution's life a reference holds: of an early replacement there are two."""

    WHOLE_LIFE = "WHOLE_LIFE"
    REMAINING_LIFE = "REMAINING_LIFE"
    AFTERWARDS = "AFTERWARDS"


class Specificity(StrEnum):
    """How specific data is, the most specific first."""

    SPECIFIC = "SPECIFIC"
    REGIONAL = "REGIONAL"
    GLOBAL_AVERAGE = "GLOBAL_AVERAGE"


class UncertaintyMethod(StrEnum):
    """How the uncertainty of a result is found from those of its parts."""

    ANALYTIC = "ANALYTIC"
    MONTE_CARLO = "MONTE_CARLO"


class Timeframe(StrEnum):
    """Which units and which of their years: sold in the period, or in use in it."""

    FORWARD_LOOKING = "FORWARD_LOOKING"
    YEAR_ON_YEAR = "YEAR_ON_YEAR"


class EffectLineKind(StrEnum):
    """What a line of an explanation is: an item, or what the law or more use makes of them."""

    ITEM = "ITEM"
    LEGAL_CAP = "LEGAL_CAP"
    REBOUND = "REBOUND"
