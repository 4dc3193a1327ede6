"""The consortium's profile on a day."""

from datetime import date
from decimal import Decimal

import strawberry

from consortium.kernel.regions import Region
from schema.enums import described
from schema.evidence import Source
from schema.membership import ON_DATE
from schema.paging import field, optional
from schema.scalars import BigInt, CountryCode, CurrencyCode
from schema.subscriptions import answer

described(
    Region,
    "A region of the world, by the United Nations' standard M49.",
    AFRICA="Africa (002).",
    AMERICAS="The Americas (019).",
    ASIA="Asia (142).",
    EUROPE="Europe (150).",
    OCEANIA="Oceania (009).",
)
SINCE = optional("since", date, "The first day; a year before the profile's day unless given.")


@strawberry.type(description="A sum of revenues in one currency.")
class CurrencyAmount:
    currency: CurrencyCode = strawberry.field(description="The currency.")
    amount: Decimal = strawberry.field(description="The sum.")
    known: BigInt = strawberry.field(description="Of how many members.")


@strawberry.type(description="An exchange rate that a sum was converted with.")
class RateUsed:
    currency: CurrencyCode = strawberry.field(description="The currency.")
    year: int = strawberry.field(description="The year that it is the average of.")
    per_usd: Decimal = strawberry.field(description="Units of the currency for one US dollar.")
    members: BigInt = strawberry.field(description="How many members' revenues it converted.")
    source: Source | None = strawberry.field(description="Where the rate was published.")


@strawberry.type(
    description="Combined revenue, with how many members it is known for. Each is of the latest"
    " year that is known and not after the day's year, converted at that year's average rate."
)
class CombinedRevenue:
    known: BigInt = strawberry.field(description="Members whose revenue is known.")
    undated: BigInt = strawberry.field(
        description="Of these, members of whose revenue no year is stated."
    )
    converted: BigInt = strawberry.field(
        description="Of these, members whose revenue could be converted to US dollars."
    )
    of: BigInt = strawberry.field(description="Members in all.")
    usd: Decimal | None = strawberry.field(
        description="The sum of what could be converted, in US dollars; null where nothing could."
    )
    by_currency: list[CurrencyAmount] = strawberry.field(
        description="A sum for each currency as published; currencies are not added to one another."
    )
    rates: list[RateUsed] = strawberry.field(description="The rates it was converted with.")


@strawberry.type(description="Combined employees, with how many members they are known for.")
class CombinedEmployees:
    known: BigInt = strawberry.field(description="Members whose employees are known.")
    of: BigInt = strawberry.field(description="Members in all.")
    total: BigInt | None = strawberry.field(
        description="The sum of what is known; null where nothing is."
    )


@strawberry.type(description="Combined revenue of some of the members, as in `CombinedRevenue`.")
class PartRevenue:
    known: BigInt = strawberry.field(description="Members whose revenue is known.")
    undated: BigInt = strawberry.field(
        description="Of these, members of whose revenue no year is stated."
    )
    converted: BigInt = strawberry.field(
        description="Of these, members whose revenue could be converted to US dollars."
    )
    of: BigInt = strawberry.field(description="Members in this part.")
    usd: Decimal | None = strawberry.field(
        description="The sum of what could be converted, in US dollars; null where nothing could."
    )


@strawberry.type(description="The members of one sector.")
class SectorProfile:
    sector: str | None = strawberry.field(description="The sector; null: not known.")
    member_count: BigInt = strawberry.field(description="How many members.")
    revenue: PartRevenue = strawberry.field(description="Their combined revenue.")
    employees: CombinedEmployees = strawberry.field(description="Their combined employees.")


@strawberry.type(description="The members with headquarters in one region of the world.")
class RegionProfile:
    region: Region | None = strawberry.field(
        description="The region; null: the country is not known, or M49 gives it none."
    )
    member_count: BigInt = strawberry.field(description="How many members.")
    revenue: PartRevenue = strawberry.field(description="Their combined revenue.")
    employees: CombinedEmployees = strawberry.field(description="Their combined employees.")


@strawberry.type(description="The members with headquarters in one country.")
class CountryProfile:
    country: CountryCode | None = strawberry.field(description="The country; null: not known.")
    member_count: BigInt = strawberry.field(description="How many members.")
    revenue: PartRevenue = strawberry.field(description="Their combined revenue.")
    employees: CombinedEmployees = strawberry.field(description="Their combined employees.")


@strawberry.type(
    description="How many joined or left in a period up to the profile's day. A suspension is no"
    " leaving; whoever joined nobody knows when is not counted."
)
class MembershipMovement:
    since: date = strawberry.field(description="The first day of the period.")
    members: BigInt = strawberry.field(description="How many.")


@strawberry.type(description="The consortium on a day. A blank is never guessed.")
class ConsortiumProfile:
    on_date: date = strawberry.field(description="The day.")
    member_count: BigInt = strawberry.field(description="Organisations that are members that day.")
    joined: MembershipMovement = field("Who joined, by their first day as a member.", SINCE)
    left: MembershipMovement = field("Who left, by their first day as no member.", SINCE)
    revenue: CombinedRevenue = strawberry.field(description="Their combined revenue.")
    employees: CombinedEmployees = strawberry.field(description="Their combined employees.")
    by_sector: list[SectorProfile] = strawberry.field(
        description="By the sectors of that day, the one with the most members first."
    )
    by_region: list[RegionProfile] = strawberry.field(
        description="By regions of the world, the one with the most members first."
    )
    by_country: list[CountryProfile] = strawberry.field(
        description="By the countries of that day, the one with the most members first."
    )


@strawberry.type
class ProfileQuery:
    consortium: ConsortiumProfile = field("The consortium's profile on a day.", ON_DATE)


@strawberry.type
class ProfileSubscription:
    consortium_changed: ConsortiumProfile = answer(
        ProfileQuery, "consortium", "The consortium's profile.", "profile_total", "membership"
    )
