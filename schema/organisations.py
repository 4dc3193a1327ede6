"""Organisations and corporate groups."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

import strawberry

from consortium.organisations.actions.sizes import RecordSize, record_organisation_size
from consortium.organisations.reads import EXCHANGE_RATES, ORGANISATIONS
from consortium.organisations.rules import ParentageRelation
from schema.enums import described
from schema.evidence import Source
from schema.filters import filter_of, order_of
from schema.mutations import Does, Refusal, mutation
from schema.nodes import Node
from schema.paging import SEARCH, Connection, connection, field, optional
from schema.scalars import BigInt, CountryCode, CurrencyCode

OrganisationFilter = filter_of(ORGANISATIONS)
OrganisationOrder = order_of(ORGANISATIONS)
ExchangeRateFilter = filter_of(EXCHANGE_RATES)
ExchangeRateOrder = order_of(EXCHANGE_RATES)
described(
    ParentageRelation,
    "How one organisation belongs to another. Only CONTROL makes a corporate group.",
    CONTROL="The parent controls it: a subsidiary.",
    ASSOCIATE="The parent has influence, not control: a group of its own.",
    JOINT_VENTURE="Several parents share control: an organisation of its own.",
)


@strawberry.type(description="An amount of money of one year.")
class Money:
    amount: Decimal = strawberry.field(description="The amount, in units of the currency.")
    currency: CurrencyCode = strawberry.field(description="The currency.")
    year: int | None = strawberry.field(description="The year; null where none is stated.")


@strawberry.type(description="From one day to another, one organisation belongs to another.")
class Parentage:
    relation: ParentageRelation = strawberry.field(description="How it belongs.")
    equity_share: Decimal | None = strawberry.field(description="Share of equity, 0 to 1.")
    starts_on: date | None = strawberry.field(description="First day; null where not known.")
    ends_on: date | None = strawberry.field(description="Last day; null where none is known.")
    notes: str | None = strawberry.field(description="Remarks.")
    child: "Organisation" = strawberry.field(description="The organisation that belongs.")
    parent: "Organisation" = strawberry.field(description="The organisation it belongs to.")
    source: Source | None = strawberry.field(description="Where this was published.")


@strawberry.type(description="How large an organisation was in one year.")
class OrganisationSize:
    year: int | None = strawberry.field(description="The year; null where none is stated.")
    revenue: Money | None = strawberry.field(description="Revenue of the year, as published.")
    revenue_usd: Decimal | None = strawberry.field(
        description="The same in US dollars at the year's average rate; null without one."
    )
    employees: BigInt | None = strawberry.field(description="Employees.")
    recorded_at: datetime = strawberry.field(description="When it was recorded here.")
    source: Source | None = strawberry.field(description="Where this was published.")


@strawberry.type(description="What a currency was worth, on average over a calendar year.")
class ExchangeRate:
    currency: CurrencyCode = strawberry.field(description="The currency.")
    year: int = strawberry.field(description="The year.")
    per_usd: Decimal = strawberry.field(description="Units of the currency for one US dollar.")
    source: Source | None = strawberry.field(description="Where the rate was published.")


@strawberry.type(description="A company or another organisation, member or not.")
class Organisation(Node):
    name: str = strawberry.field(description="The name it goes by.")
    aliases: list[str] = strawberry.field(description="Other names by which it is found.")
    country: CountryCode | None = strawberry.field(description="Country of its headquarters.")
    sector: str | None = strawberry.field(description="Sector, in its source's words.")
    lei: str | None = strawberry.field(description="Legal Entity Identifier (ISO 17442).")
    revenue: Money | None = strawberry.field(description="Revenue as last published.")
    employees: BigInt | None = strawberry.field(description="Employees as last published.")
    employees_year: int | None = strawberry.field(description="The year of that number.")
    notes: str | None = strawberry.field(description="Remarks.")
    recorded_at: datetime = strawberry.field(description="When it was recorded here.")
    source: Source | None = strawberry.field(description="Where the organisation was named.")
    size_source: Source | None = strawberry.field(
        description="Where revenue and employees were published."
    )
    sizes: list[OrganisationSize] = strawberry.field(
        description="Revenue and employees by year, the latest first."
    )
    parents: list[Parentage] = strawberry.field(
        description="To whom it belongs and belonged, earliest first."
    )
    subsidiaries: list[Parentage] = strawberry.field(
        description="What belongs and belonged to it, earliest first."
    )


@strawberry.type
class OrganisationsQuery:
    organisation: Organisation | None = field(
        "An organisation by its id, or by any of its names.",
        optional("id", strawberry.ID, "Its global id."),
        optional("name", str, "Its name or an alias, whatever the case and accents."),
    )
    organisations: Connection[Organisation] = connection(
        "All organisations, members or not, by name.",
        OrganisationFilter,
        OrganisationOrder,
        extra=[SEARCH],
    )
    exchange_rates: Connection[ExchangeRate] = connection(
        "The rates that revenues are converted with.", ExchangeRateFilter, ExchangeRateOrder
    )


@strawberry.input(
    description="The size of an organisation in a year: revenue with its currency, employees, or"
    " both. What is left out stays as it was."
)
class RecordSizeInput:
    organisation: strawberry.ID = strawberry.field(description="Whose size.")
    year: int = strawberry.field(description="The year, not a future one.")
    revenue_amount: Decimal | None = strawberry.field(
        description="Revenue of the year, in units of the currency.", default=strawberry.UNSET
    )
    revenue_currency: CurrencyCode | None = strawberry.field(
        description="The currency of the revenue.", default=strawberry.UNSET
    )
    employees: BigInt | None = strawberry.field(
        description="Employees in the year.", default=strawberry.UNSET
    )
    source_url: str | None = strawberry.field(
        description="Address of where this was published.", default=strawberry.UNSET
    )
    source_title: str | None = strawberry.field(
        description="Title of where this was published.", default=strawberry.UNSET
    )


SizeResult = Annotated[
    Organisation | Refusal,
    strawberry.union("SizeResult", description="The organisation, or why nothing was done."),
]


@strawberry.type
class OrganisationsMutation:
    record_size: SizeResult | None = mutation(
        "Record how large an organisation was in a year: the secretariat of any, an organisation's"
        " own administrator of its own.",
        Does(
            record_organisation_size,
            RecordSize,
            RecordSizeInput,
            ORGANISATIONS,
            {"organisation": ORGANISATIONS},
        ),
    )
