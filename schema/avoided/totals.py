"""Avoided emissions aggregated across members."""

from datetime import date
from decimal import Decimal

import strawberry

from consortium.avoided.reads.standings import COUNTED
from consortium.avoided.reads.totals import GROUPS
from consortium.avoided.rules.vocabulary import ClaimKind, LeftOutReason
from consortium.avoided.rules.vocabulary import Dimension as DimensionFlag
from schema.avoided.claims import Claim
from schema.enums import described, enum_of
from schema.filters import filter_of, order_of
from schema.initiatives import Initiative
from schema.masses import Quantity
from schema.membership import ON_DATE
from schema.organisations import Organisation
from schema.paging import Connection, argument, connection, field, optional
from schema.scalars import BigInt, CountryCode
from schema.subscriptions import answer
from schema.value_chains import ValueChain

AvoidedEmissionsFilter = filter_of(COUNTED, "AvoidedEmissions")
ContributionOrder = order_of(COUNTED)
GroupOrder = order_of(GROUPS)
described(
    LeftOutReason,
    "Why a figure is shown and not added.",
    QUARANTINED="The figure is doubted.",
    TARGET="It is a target.",
    PROJECTION="It is a run rate or an expected value.",
    INCREMENT_OF_SERIES="Its cumulative series holds it already.",
    NO_QUANTITY="It states no quantity.",
    PERIOD_NOT_A_YEAR="Its period is not stated or is no year of 350 to 380 days.",
    SUPERSEDED="A restatement takes its place.",
    EARLIER_POINT_OF_SERIES="A later point of its cumulative series holds it already.",
    PART_OF_TOTAL="The total that it is a part of counts.",
    COUNTED_BY_PARTS="Its parts count, as the question divides them.",
    COVERED_BY_EFFECT="An effect covers it, whose assessed claims are added apart.",
    SUBSIDIARY_OF_COUNTED_PARENT="The parent's figure for the period holds it already.",
    NOT_A_MEMBER="The organisation is no member on the day asked about.",
)
AvoidedEmissionsDimension = described(
    enum_of("AvoidedEmissionsDimension", {str(one.name): str(one.name) for one in DimensionFlag}),
    "What avoided emissions can be grouped by. The kind is always kept apart.",
    YEAR="Calendar year.",
    FISCAL_PERIOD="The period's name as published.",
    MEMBER="Organisation.",
    GROUP="Corporate group, by control at the period's end.",
    SECTOR="Sector of the organisation.",
    COUNTRY="Country of the organisation's headquarters.",
    CATEGORY="Solution or category, as published.",
    INITIATIVE="Shared initiative; groups may overlap.",
    VALUE_CHAIN="Value chain; groups may overlap.",
    VERIFIED="Whether a verifier is named for the figure.",
)


@strawberry.type(description="What the figures of a group have in common.")
class AvoidedEmissionsKey:
    kind: ClaimKind = strawberry.field(description="The timeframe; kinds are never added.")
    since: date | None = strawberry.field(
        description="Start of cumulative figures; those with different starts are not added."
    )
    year: int | None = strawberry.field(description="The calendar year, if grouped by it.")
    fiscal_period: str | None = strawberry.field(
        description="The period's name as published, if grouped by it."
    )
    member: Organisation | None = strawberry.field(description="The member, if grouped by it.")
    group: Organisation | None = strawberry.field(
        description="The head of the corporate group at the period's end, if grouped by it."
    )
    sector: str | None = strawberry.field(description="The member's sector, if grouped by it.")
    country: CountryCode | None = strawberry.field(
        description="Country of the member's headquarters, if grouped by it."
    )
    category: str | None = strawberry.field(
        description="The solution or category as published, if grouped by it."
    )
    not_broken_down: bool = strawberry.field(
        description="The rest of totals whose parts are in other categories; may be negative."
    )
    initiative: Initiative | None = strawberry.field(
        description="The initiative, if grouped by it. A claim may be in several such groups."
    )
    value_chain: ValueChain | None = strawberry.field(
        description="The value chain, if grouped by it. A claim may be in several such groups."
    )
    verified: bool | None = strawberry.field(
        description="Whether a verifier is named for the figures, if grouped by that."
    )


@strawberry.type(description="A figure that went into a total.")
class Contribution:
    claim: Claim = strawberry.field(description="The claim.")
    counted: Quantity = strawberry.field(description="With how much it counts.")
    not_broken_down: bool = strawberry.field(
        description="Whether it counts with what its published parts leave of it."
    )


@strawberry.type(description="A figure that did not go into a total.")
class LeftOut:
    claim: Claim = strawberry.field(description="The claim.")
    reason: LeftOutReason = strawberry.field(description="Why.")
    because: Claim | None = strawberry.field(description="The claim that takes its place.")
    counted: Quantity = strawberry.field(description="With how much it would have counted.")


_LEFT_OUT = "What was left out, and why."


@strawberry.type(description="A total, and all that it is made of.")
class AvoidedEmissionsGroup:
    key: AvoidedEmissionsKey = strawberry.field(description="What its figures have in common.")
    total: Quantity = strawberry.field(
        description="The sum; its value is null as soon as one figure is only a range."
    )
    claims: BigInt = strawberry.field(description="How many figures were added.")
    verified_share: Decimal | None = strawberry.field(
        description="The part of the total with a verifier named, rounded to 12 places."
    )
    contributions: Connection[Contribution] = connection(
        "The figures that were added.", order_by=ContributionOrder
    )
    left_out: Connection[LeftOut] = connection(f"{_LEFT_OUT} With the same key as this group.")


@strawberry.type(
    description="Disclosed avoided emissions of members: gates not assessed, overlap not examined."
    " They stand beside inventories and are never subtracted from them."
)
class AvoidedEmissions:
    groups: list[AvoidedEmissionsGroup] = field(
        "The totals, one for each key; at most 1000 unless fewer are asked for.",
        optional("first", int, "How many groups, 0 to 1000."),
        optional("order_by", list[GroupOrder], "By what to sort; by key unless given."),  # type: ignore[valid-type]
    )
    left_out: Connection[LeftOut] = connection(f"{_LEFT_OUT} Under the same filter.")


@strawberry.type
class AvoidedQuery:
    avoided_emissions: AvoidedEmissions = field(
        "Avoided emissions aggregated across the members of the consortium.",
        optional("where", AvoidedEmissionsFilter, "Only the figures for which this holds."),
        argument(
            "group_by",
            list[AvoidedEmissionsDimension],  # type: ignore[valid-type]
            "What to group by, besides the kind.",
            default=[],
        ),
        ON_DATE,
        optional("known_at", date, "Only what was known on that day; now unless given."),
    )


@strawberry.type
class AvoidedSubscription:
    avoided_emissions_changed: AvoidedEmissions = answer(
        AvoidedQuery, "avoided_emissions", "The totals of disclosed figures.", "avoided_total"
    )
