"""Pledges, and the progress towards them and towards initiatives' targets."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

import strawberry

from consortium.avoided.rules.vocabulary import Basis
from consortium.kernel.visibility import Visibility
from consortium.progress.actions.pledges import (
    ChangePledge,
    RecordPledge,
    WithdrawPledge,
    change_pledge,
    record_pledge,
    withdraw_pledge,
)
from consortium.progress.reads.pledges import PLEDGES
from consortium.progress.rules.vocabulary import NotCounted
from schema.assessment import AssessedClaim
from schema.avoided.claims import Claim
from schema.enums import described
from schema.evidence import Source, SourceInput
from schema.filters import filter_of, order_of
from schema.initiatives import InitiativeTarget
from schema.masses import mass
from schema.mutations import Does, Refusal, mutation
from schema.nodes import Node, extends
from schema.organisations import Organisation
from schema.paging import Connection, argument, connection, field, optional
from schema.scalars import BigInt

PledgeFilter = filter_of(PLEDGES)
PledgeOrder = order_of(PLEDGES)
described(
    NotCounted,
    "Why a claim does not count towards a target.",
    QUARANTINED="The figure is doubted.",
    PROJECTION="It is a run rate or an expected value.",
    INCREMENT_OF_SERIES="It is what one period added to a cumulative series.",
    NO_QUANTITY="It states no quantity.",
    PERIOD_NOT_A_YEAR="Its period is not stated or is no year of 350 to 380 days.",
    SUPERSEDED="A restatement takes its place.",
    PART_OF_TOTAL="It is a part of a total.",
    SUBSIDIARY_OF_COUNTED_PARENT="The parent's figure for the period holds it already.",
    NOT_A_MEMBER="The organisation is no member on the day asked about.",
    NOT_YEAR_ON_YEAR="It tells of whole lives or is a running total, and not of one year.",
    RANGE_ONLY="It states a range and no value.",
    OTHER_CATEGORY="The target is about another category.",
    OTHER_METHOD="It is by another method than the target names.",
    EARLIER_METHOD="It was made by an earlier method than the last, and is not comparable.",
    OUTSIDE_WINDOW="Its period lies partly outside the window.",
    NOT_OVER="Its period is not over on the day asked about.",
    PERIOD_OVERLAPS="A claim that counts tells of some of the same days.",
    JOINT="It is a joint remainder, which is several members' and in no member's own total.",
    COUNTED_ONCE="The joint remainder counts already, once for all who claim it.",
)


@strawberry.type(description="A claim that counts towards a target.")
class ProgressPeriod:
    starts_on: date = strawberry.field(
        description="First day; of an assessed claim that of its calendar year."
    )
    ends_on: date = strawberry.field(description="Last day.")
    year: int | None = strawberry.field(
        description="The calendar year that holds most of a period of 350 to 380 days."
    )
    quantity: Decimal = mass("With how much it counts.")
    organisation: Organisation | None = strawberry.field(
        description="Whose; null of a joint remainder."
    )
    claim: Claim | None = strawberry.field(description="The disclosed claim.")
    assessed_claim: AssessedClaim | None = strawberry.field(description="The assessed claim.")


@strawberry.type(description="A claim within the window that does not count.")
class ProgressLeftOut:
    reason: NotCounted = strawberry.field(description="Why.")
    organisation: Organisation | None = strawberry.field(
        description="Whose; null of a joint remainder."
    )
    claim: Claim | None = strawberry.field(description="The disclosed claim.")
    assessed_claim: AssessedClaim | None = strawberry.field(description="The assessed claim.")
    because: Claim | None = strawberry.field(
        description="The claim that counts for the same days, where that is why."
    )


@strawberry.type(
    description="Days of years that are over of which no counted claim tells: what was avoided in"
    " them is unknown, and not zero."
)
class ProgressGap:
    starts_on: date = strawberry.field(description="First day.")
    ends_on: date = strawberry.field(description="Last day.")
    year: int | None = strawberry.field(
        description="The calendar year that holds most of it; null of less than a year, as where"
        " the window begins within a fiscal year."
    )


@strawberry.type(description="A year of the straight path to a target.")
class ProgressStep:
    starts_on: date = strawberry.field(
        description="First day: years begin as those of the first counted claim do."
    )
    ends_on: date = strawberry.field(description="Last day.")
    year: int | None = strawberry.field(
        description="The calendar year that holds most of it; null of less than a year."
    )
    needed: Decimal = mass("What the straight path needs in this year.")
    needed_by_then: Decimal = mass("What it needs from the window's first day to this last day.")
    achieved: Decimal | None = mass(
        "What counted claims tell of periods that end in this year; null where none does."
    )


@strawberry.type(description="What an organisation contributed to a target.")
class ProgressContribution:
    quantity: Decimal = mass("What its counted claims add up to.")
    claims: BigInt = strawberry.field(description="How many.")
    organisation: Organisation | None = strawberry.field(
        description="Who; null of joint remainders, which are several members' and counted once."
    )


@strawberry.type(
    description="How far claims have come towards a cumulative target: the sum of comparable"
    " year-on-year claims over disjoint periods in its window, of those that you may see."
    " Disclosed and assessed claims are never added, nor is any of it netted with an inventory."
)
class Progress:
    basis: Basis = strawberry.field(description="Which claims it is about.")
    on_date: date = strawberry.field(description="The day it is told for.")
    starts_on: date | None = strawberry.field(
        description="First day of the window; null where it is not known: then whatever ends by"
        " its last day counts, and neither a path nor missing years can be told."
    )
    ends_on: date = strawberry.field(description="Last day of the window.")
    quantity: Decimal = mass("The target.")
    achieved: Decimal | None = mass("What counted claims add up to; null where none counts.")
    share: Decimal | None = strawberry.field(
        description="What part of the target that is, to twelve places; 1 is all of it."
    )
    remaining: Decimal | None = mass("The target less what was achieved; below 0 when exceeded.")
    years: Decimal | None = strawberry.field(
        description="How many years the window has; null where its start is not known."
    )
    mean_per_year: Decimal | None = mass("The target divided by these years, to the milligram.")
    needed_from: date | None = strawberry.field(
        description="First day of the years that are not over on the day; null when all are."
    )
    years_left: Decimal = strawberry.field(
        description="How many years there are from then to the last day."
    )
    needed_per_year: Decimal | None = mass(
        "What is needed in each of them, to the milligram, if nothing turns up for missing years;"
        " null where nothing is known or no years are left."
    )
    periods: Connection[ProgressPeriod] = connection("The claims that count, by their first day.")
    left_out: Connection[ProgressLeftOut] = connection(
        "The claims that touch the window and do not count. Other targets are none of them."
    )
    missing: list[ProgressGap] = strawberry.field(description="The years that are unknown.")
    path: list[ProgressStep] = strawberry.field(description="The straight path, year by year.")
    contributions: Connection[ProgressContribution] = connection(
        "What each organisation contributed."
    )


def _progress(description: str) -> Progress | None:
    made: Progress | None = field(
        description,
        argument(
            "basis",
            Basis,
            "Which claims: disclosed ones unless told. The two are never added.",
            default=Basis.DISCLOSED,
        ),
        optional(
            "on_date",
            date,
            "The day: which years are over, and who is a member; today unless told.",
        ),
        optional("known_at", date, "Only what was known on that day; now unless given."),
    )
    return made


@strawberry.type(description="What a recorded pledge said, from one day to another.")
class PledgeTerms:
    number: int = strawberry.field(description="The version of the pledge that they came with.")
    statement: str | None = strawberry.field(description="The pledge in words.")
    quantity: Decimal = mass("How much is to be avoided in all.")
    starts_on: date = strawberry.field(description="First day of the window.")
    ends_on: date = strawberry.field(description="Last day of the window.")
    category: str | None = strawberry.field(description="The category it is about, if one.")
    methodology: str | None = strawberry.field(description="The method it is measured by, if one.")
    scope: str | None = strawberry.field(description="What it covers, and against which baseline.")
    known_from: date = strawberry.field(description="Since when it said so.")
    known_to: date | None = strawberry.field(
        description="The first day on which it said something else; null: it says so still."
    )
    source: Source | None = strawberry.field(description="Where this was published.")


@strawberry.type(
    description="What an organisation pledged to avoid, in all, within a window. Disclosed"
    " cumulative targets with a window are pledges; others are recorded here. Targets are never"
    " added to anything."
)
class Pledge(Node):
    reference: str = strawberry.field(
        description="Its name within the organisation; of a disclosed one its claim's."
    )
    disclosed: bool = strawberry.field(description="Whether it is a disclosed figure.")
    statement: str | None = strawberry.field(description="The pledge in words.")
    quantity: Decimal = mass("How much is to be avoided in all.")
    starts_on: date = strawberry.field(description="First day of the window.")
    ends_on: date = strawberry.field(description="Last day of the window.")
    category: str | None = strawberry.field(
        description="The category it is about: disclosed claims of others are not comparable."
    )
    methodology: str | None = strawberry.field(
        description="The method it is measured by: disclosed claims by others are not comparable."
    )
    scope: str | None = strawberry.field(description="What it covers, and against which baseline.")
    known_from: date = strawberry.field(description="Since when it says so.")
    visibility: Visibility = strawberry.field(description="Who may see it.")
    version: int = strawberry.field(description="Grows with each change.")
    withdrawn_on: date | None = strawberry.field(description="When it was withdrawn, if it was.")
    withdrawn_because: str | None = strawberry.field(description="Why it was withdrawn.")
    recorded_at: datetime = strawberry.field(description="When it was recorded here.")
    organisation: Organisation = strawberry.field(description="Whose pledge.")
    claim: Claim | None = strawberry.field(description="The disclosed target that it is.")
    source: Source | None = strawberry.field(description="Where this was published.")
    terms: list[PledgeTerms] = strawberry.field(
        description="What it said when, first to last; none of a disclosed one."
    )
    progress: Progress | None = _progress(
        "How far the organisation's claims have come; null where the pledge was not known."
    )


@extends(Organisation)
class OrganisationPledges:
    pledges: Connection[Pledge] = connection(
        "Its pledges that you may see, as they were recorded.", PledgeFilter, PledgeOrder
    )


@extends(InitiativeTarget)
class InitiativeTargetProgress:
    progress: Progress | None = _progress(
        "How far the claims of members that name the initiative have come; null where the target"
        " states no mass or no year."
    )


@strawberry.type
class ProgressQuery:
    pledges: Connection[Pledge] = connection(
        "Pledges that you may see, as they were recorded.", PledgeFilter, PledgeOrder
    )


@strawberry.input(description="A pledge of your organisation.")
class RecordPledgeInput:
    reference: str = strawberry.field(description="Its name within the organisation.")
    statement: str = strawberry.field(description="The pledge in words.")
    quantity_kg_co2e: Decimal = strawberry.field(
        description="How much is to be avoided in all, in kg CO2e, above 0."
    )
    starts_on: date = strawberry.field(description="First day of the window.")
    ends_on: date = strawberry.field(description="Last day of the window.")
    category: str | None = strawberry.field(
        description="The category of disclosed claims that it is about, if of one alone.",
        default=strawberry.UNSET,
    )
    methodology: str | None = strawberry.field(
        description="The method by which claims are comparable, if by one alone.",
        default=strawberry.UNSET,
    )
    scope: str | None = strawberry.field(
        description="What it covers, and against which baseline.", default=strawberry.UNSET
    )
    source: SourceInput | None = strawberry.field(
        description="Where it was published.", default=strawberry.UNSET
    )
    visibility: Visibility | None = strawberry.field(
        description="Who may see it; PRIVATE unless told.", default=strawberry.UNSET
    )


@strawberry.input(
    description="What a pledge says from today on. What is left out stays; what it said is kept."
)
class ChangePledgeInput:
    pledge: strawberry.ID = strawberry.field(description="Which.")
    version: int = strawberry.field(description="The version that you saw.")
    statement: str | None = strawberry.field(
        description="The pledge in words.", default=strawberry.UNSET
    )
    quantity_kg_co2e: Decimal | None = strawberry.field(
        description="How much is to be avoided in all, in kg CO2e, above 0.",
        default=strawberry.UNSET,
    )
    starts_on: date | None = strawberry.field(
        description="First day of the window.", default=strawberry.UNSET
    )
    ends_on: date | None = strawberry.field(
        description="Last day of the window.", default=strawberry.UNSET
    )
    category: str | None = strawberry.field(
        description="The category of disclosed claims that it is about.", default=strawberry.UNSET
    )
    methodology: str | None = strawberry.field(
        description="The method by which claims are comparable.", default=strawberry.UNSET
    )
    scope: str | None = strawberry.field(
        description="What it covers, and against which baseline.", default=strawberry.UNSET
    )
    source: SourceInput | None = strawberry.field(
        description="Where it was published.", default=strawberry.UNSET
    )
    visibility: Visibility | None = strawberry.field(
        description="Who may see it.", default=strawberry.UNSET
    )


@strawberry.input(description="The pledge that holds no more. It stays on record.")
class WithdrawPledgeInput:
    pledge: strawberry.ID = strawberry.field(description="Which.")
    version: int = strawberry.field(description="The version that you saw.")
    reason: str = strawberry.field(description="Why.")


PledgeResult = Annotated[
    Pledge | Refusal,
    strawberry.union("PledgeResult", description="The pledge, or why nothing was done."),
]


@strawberry.type
class ProgressMutation:
    record_pledge: PledgeResult | None = mutation(
        "Record a pledge of your organisation.",
        Does(record_pledge, RecordPledge, RecordPledgeInput, PLEDGES),
    )
    change_pledge: PledgeResult | None = mutation(
        "Say something else from today on; what the pledge said before is kept.",
        Does(change_pledge, ChangePledge, ChangePledgeInput, PLEDGES, {"pledge": PLEDGES}),
    )
    withdraw_pledge: PledgeResult | None = mutation(
        "Withdraw a pledge, which stays on record with the reason.",
        Does(withdraw_pledge, WithdrawPledge, WithdrawPledgeInput, PLEDGES, {"pledge": PLEDGES}),
    )
