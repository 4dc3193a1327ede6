"""Assessed claims of avoided emissions, added up across members."""

from datetime import date
from decimal import Decimal

import strawberry

from consortium.assessment.reads.totals import CONTRIBUTIONS, GROUPS
from consortium.assessment.rules.totals import TotalDimension
from consortium.effects.rules.vocabulary import Specificity, Timeframe
from schema.assessment import AssessedClaim
from schema.effects import Effect
from schema.enums import described, enum_of
from schema.filters import filter_of, order_of
from schema.initiatives import Initiative
from schema.masses import mass
from schema.membership import ON_DATE
from schema.organisations import Organisation
from schema.paging import Connection, argument, connection, field, optional
from schema.scalars import BigInt, CountryCode
from schema.subscriptions import answer
from schema.value_chains import ValueChain

AssessedEmissionsFilter = filter_of(CONTRIBUTIONS, "AssessedEmissions")
AssessedContributionOrder = order_of(CONTRIBUTIONS)
GroupOrder = order_of(GROUPS)
AssessedEmissionsDimension = described(
    enum_of("AssessedEmissionsDimension", {str(one.name): str(one.name) for one in TotalDimension}),
    "What assessed claims can be grouped by. The timeframe is always kept apart. Where MEMBER,"
    " GROUP, SECTOR, COUNTRY or ASSURED is named, remainders that several members claim jointly"
    " stand in a group of their own, so that groups add up to the total.",
    YEAR="Calendar year of the effect.",
    CATEGORY="Category of the solution.",
    VALUE_CHAIN="Value chain of the effect.",
    MEMBER="Organisation.",
    GROUP="Corporate group, by control at the period's end.",
    SECTOR="Sector of the organisation at the period's end.",
    COUNTRY="Country of the organisation's headquarters at the period's end.",
    ASSURED="Whether an assurer stands behind the claim.",
    INITIATIVE="Shared initiative of the effect. Groups may overlap: an effect that names two"
    " initiatives is in both.",
)


@strawberry.type(description="What the claims of a group have in common.")
class AssessedEmissionsKey:
    timeframe: Timeframe = strawberry.field(description="The two are never added to one another.")
    year: int | None = strawberry.field(description="The calendar year, if grouped by it.")
    category: str | None = strawberry.field(
        description="The category of the solution, if grouped by it."
    )
    value_chain: ValueChain | None = strawberry.field(
        description="The value chain, if grouped by it; null where an effect names none."
    )
    initiative: Initiative | None = strawberry.field(
        description="The initiative, if grouped by it; null where an effect names none."
    )
    member: Organisation | None = strawberry.field(description="The member, if grouped by it.")
    group: Organisation | None = strawberry.field(
        description="The head of the corporate group at the period's end, if grouped by it."
    )
    sector: str | None = strawberry.field(description="The member's sector, if grouped by it.")
    country: CountryCode | None = strawberry.field(
        description="Country of the member's headquarters, if grouped by it."
    )
    assured: bool | None = strawberry.field(
        description="Whether the claims are assured, if grouped by that."
    )
    undivided: bool = strawberry.field(
        description="Whether this is the group of joint remainders, which belong to several"
        " members; only where the question groups by whose claims they are or by assurance."
    )


@strawberry.type(description="How specific the data behind a total is.")
class SpecificityMix:
    lowest: Specificity = strawberry.field(description="That of the least specific effect.")
    specific: Decimal = mass("The part of the net total with specific data.")
    regional: Decimal = mass("The part with regional data.")
    global_average: Decimal = mass("The part with global averages.")


@strawberry.type(
    description="Where a total lies with 95 % confidence: effects err apart from each other, claims"
    " of one effect together."
)
class TotalInterval:
    low: Decimal = mass("The lower end, to the milligram.")
    high: Decimal = mass("The upper end, to the milligram.")
    sign_not_established: bool = strawberry.field(
        description="Whether the interval holds zero: then it is open whether anything was avoided."
    )


@strawberry.type(
    description="What stands beside a net total and not in it. Each part is that of the"
    " allocations under which the effects were claimed."
)
class BesideTotal:
    unallocated: Decimal = mass("What is nobody's.")
    non_members: Decimal = mass("What organisations have that are no members.")
    platform: Decimal = mass("What the platform has.")


@strawberry.type(description="A claim that went into a total.")
class AssessedContribution:
    claim: AssessedClaim = strawberry.field(description="The claim.")
    effect: Effect | None = strawberry.field(
        description="What is claimed of, with its explanation; null if you may not see it."
    )
    member: Organisation = strawberry.field(description="Whose claim.")
    initiatives: list[Initiative] = strawberry.field(
        description="The initiatives under which the effect was achieved."
    )
    claimed: Decimal = mass("What was claimed: a share of the effect, or the whole remainder.")
    own: Decimal | None = mass(
        "With how much a share counts, after decisions about overlaps; null of a joint claim."
    )
    joint: Decimal | None = mass(
        "With how much the remainder counts, once for all who claim it jointly; null of a share."
    )
    kept: Decimal = strawberry.field(
        description="The part of the effect that counts after decisions about overlaps, 0 to 1."
    )
    assured: bool = strawberry.field(description="Whether it was assured, as far as was known.")


@strawberry.type(
    description="A total of one timeframe, and all that it is made of. Net is what members have of"
    " distinct effects: shares and, once each, joint remainders. Gross is the sum of what they"
    " claim. The difference is overlap."
)
class AssessedEmissionsGroup:
    key: AssessedEmissionsKey = strawberry.field(description="What its claims have in common.")
    net: Decimal = mass("Shares and joint remainders, each once; may be negative.")
    own: Decimal = mass("Members' shares.")
    joint: Decimal = mass("Joint remainders, each once.")
    gross: Decimal = mass("The sum of all claims, joint ones at the whole remainder.")
    overlap: Decimal = mass("Gross less net: what several claim, or decisions took away.")
    claims: BigInt = strawberry.field(description="How many claims were added.")
    effects: BigInt = strawberry.field(
        description="Of how many effects; an effect and its restatements are one."
    )
    contributors: BigInt = strawberry.field(description="Of how many organisations.")
    assured: Decimal = mass(
        "The part of the net total behind which an assurer stands; of a joint remainder with any"
        " claim of it."
    )
    specificity: SpecificityMix = strawberry.field(description="How specific the data is.")
    interval: TotalInterval | None = strawberry.field(
        description="Where it lies with 95 % confidence; null unless that is known of every effect."
    )
    beside: BesideTotal | None = strawberry.field(
        description="What others have of these effects; null unless you may see how each of them"
        " is shared."
    )
    contributions: Connection[AssessedContribution] = connection(
        "The claims that were added.", order_by=AssessedContributionOrder
    )


@strawberry.type(
    description="Assessed claims of members, published under a guidance with every gate passed."
    " They stand beside inventories and are never subtracted from them; disclosed figures are"
    " apart, in `avoidedEmissions`."
)
class AssessedEmissions:
    groups: list[AssessedEmissionsGroup] = field(
        "The totals, one for each key; at most 1000 unless fewer are asked for.",
        optional("first", int, "How many groups, 0 to 1000."),
        optional("order_by", list[GroupOrder], "By what to sort; by key unless given."),  # type: ignore[valid-type]
    )


@strawberry.type
class AssessedTotalsQuery:
    assessed_emissions: AssessedEmissions = field(
        "Assessed claims of avoided emissions, added up across the members of the consortium.",
        optional("where", AssessedEmissionsFilter, "Only the claims for which this holds."),
        argument(
            "group_by",
            list[AssessedEmissionsDimension],  # type: ignore[valid-type]
            "What to group by, besides the timeframe.",
            default=[],
        ),
        ON_DATE,
        optional("known_at", date, "Only what was known on that day; now unless given."),
    )


@strawberry.type
class AssessedTotalsSubscription:
    assessed_emissions_changed: AssessedEmissions = answer(
        AssessedTotalsQuery,
        "assessed_emissions",
        "The totals of assessed claims.",
        "assessed_total",
    )
