"""The tiers of a year: bands of revenue, each with its price; and the tier of an organisation."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from consortium.kernel.errors import BadInput, DomainError
from consortium.kernel.money import payable

TIERS_MAX = 50
NAME_MAX = 100
REASON_MAX = 1_000

# How many units of a currency 1 US dollar was worth in a year on average; None: no rate is known.
PerUsd = Callable[[str, int], Decimal | None]


class TiersMissing(BadInput):
    """A year has 1 to 50 tiers, each with a name of its own of at most 100 characters."""

    code = "TIERS_MISSING"


class TierWithoutPrice(BadInput):
    """Each tier needs a price."""

    code = "TIER_WITHOUT_PRICE"


class TiersOverlap(BadInput):
    """Bands of revenue do not overlap: each begins where the one before ends."""

    code = "TIERS_OVERLAP"
    constraint = "tier_bands_apart"


class TiersLeaveGap(BadInput):
    """Bands leave no gap: the first begins at 0, each where one ends, and the last is open."""

    code = "TIERS_LEAVE_GAP"
    constraint = "tier_bands_whole"


class TiersInvoiced(DomainError):
    """Invoices of that year stand on these tiers: their bands and prices can no longer change."""

    code = "TIERS_INVOICED"


class TierAssigned(DomainError):
    """Organisations were assigned to a tier that is to go: assign them to another one first."""

    code = "TIER_ASSIGNED"


class TierSeatsInvalid(BadInput):
    """A tier has 1 seat at least; leave it out where there is no limit."""

    code = "TIER_SEATS_INVALID"
    constraint = "tier_seats_positive"


class ReasonMissing(BadInput):
    """A reason is needed, of 1 to 1000 characters."""

    code = "REASON_MISSING"


class YearUnknown(BadInput):
    """That year has no tiers: set them first."""

    code = "DUES_YEAR_UNKNOWN"
    constraint = "tier_of_year"


class YearInvalid(BadInput):
    """A year of dues is one from 2000 to 2200."""

    code = "DUES_YEAR_INVALID"
    constraint = "dues_year_range"


class TierOfAnotherYear(BadInput):
    """The tier is one of another year."""

    code = "TIER_OF_ANOTHER_YEAR"
    constraint = "tier_assignment_tier_of_year"


class Terms(NamedTuple):
    """What a tier costs whom: revenue from (included) to (excluded; None: without end)."""

    name: str
    revenue_from: Decimal
    revenue_to: Decimal | None = None
    price: Decimal | None = None
    seats: int | None = None


class Unplaced(StrEnum):
    """Why an organisation belongs to no tier by its revenue."""

    REVENUE_UNKNOWN = "REVENUE_UNKNOWN"
    RATE_UNKNOWN = "RATE_UNKNOWN"


class Revenue(NamedTuple):
    """A revenue as last published; None where it is not known."""

    amount: Decimal | None
    currency: str | None
    year: int | None


def check_year(year: int) -> None:
    """Refuse what is no year of dues. Raises YearInvalid."""
    if not 2000 <= year <= 2200:
        raise YearInvalid


def checked_reason(reason: str) -> str:
    """The reason without blanks around it. Raises ReasonMissing."""
    told = reason.strip()
    if not 0 < len(told) <= REASON_MAX:
        raise ReasonMissing
    return told


def checked_tiers(tiers: Sequence[Terms], currency: str) -> list[Terms]:
    """The tiers in the order of their bands, with prices that can be paid.

    Raises:
        TiersMissing, TierWithoutPrice, TierSeatsInvalid, AmountInvalid: of one tier or of all.
        TiersOverlap, TiersLeaveGap: of two that follow one another.
    """
    names = [tier.name.strip() for tier in tiers]
    if not 0 < len(names) <= TIERS_MAX or len({name.casefold() for name in names}) < len(names):
        raise TiersMissing
    if any(not 0 < len(name) <= NAME_MAX for name in names):
        raise TiersMissing
    told = [_checked(tier, currency) for tier in tiers]
    ordered = sorted(told, key=lambda tier: tier.revenue_from)
    _check_bands(ordered)
    return ordered


def _checked(tier: Terms, currency: str) -> Terms:
    if tier.price is None:
        raise TierWithoutPrice(f"The tier {tier.name} has no price: give one.")
    if tier.seats is not None and not 1 <= tier.seats <= 1_000_000:
        raise TierSeatsInvalid
    return tier._replace(name=tier.name.strip(), price=payable(tier.price, currency))


def _check_bands(ordered: Sequence[Terms]) -> None:
    if ordered[0].revenue_from != 0:
        raise TiersLeaveGap(f"The first band begins at {ordered[0].revenue_from:f}, not at 0.")
    for tier, following in zip(ordered, [*ordered[1:], None], strict=True):
        if tier.revenue_to is not None and tier.revenue_to <= tier.revenue_from:
            raise TiersOverlap(f"The band of {tier.name} ends before it begins.")
        if following is None:
            if tier.revenue_to is not None:
                raise TiersLeaveGap(
                    f"Revenue from {tier.revenue_to:f} belongs to no tier: leave the last open."
                )
        elif tier.revenue_to is None or tier.revenue_to > following.revenue_from:
            raise TiersOverlap(f"The bands of {tier.name} and {following.name} overlap.")
        elif tier.revenue_to < following.revenue_from:
            raise TiersLeaveGap(
                f"Between {tier.name} and {following.name}, revenue of {tier.revenue_to:f}"
                " belongs to no tier."
            )


def check_kept(tiers: Sequence[Terms], invoiced: Sequence[Terms]) -> None:
    """Refuse tiers that change what was invoiced; seats may. Raises TiersInvoiced."""
    kept = {_priced(tier) for tier in tiers}
    for tier in invoiced:
        if _priced(tier) not in kept:
            raise TiersInvoiced(
                f"There are invoices of the tier {tier.name}: its name, band and price stay."
            )


def _priced(tier: Terms) -> tuple[object, ...]:
    return tier[:4]


def placed(
    revenue: Revenue, tiers: Sequence[Terms], currency: str, per_usd: PerUsd
) -> str | Unplaced:
    """The name of the tier of a revenue, or why there is none. Nothing is guessed.

    `tiers` cover every revenue; their bands are in `currency`.
    """
    amount, given, year = revenue
    if amount is None or given is None:
        return Unplaced.REVENUE_UNKNOWN
    if given != currency:
        converted = None if year is None else _converted(amount, given, currency, year, per_usd)
        if converted is None:
            return Unplaced.RATE_UNKNOWN
        amount = converted
    return next(
        tier.name
        for tier in tiers
        if tier.revenue_from <= amount and (tier.revenue_to is None or amount < tier.revenue_to)
    )


def _converted(
    amount: Decimal, given: str, wanted: str, year: int, per_usd: PerUsd
) -> Decimal | None:
    """The amount at the year's average rates, through the dollar; None where a rate is missing."""
    one, other = _rate(given, year, per_usd), _rate(wanted, year, per_usd)
    return None if one is None or other is None else amount / one * other


def _rate(currency: str, year: int, per_usd: PerUsd) -> Decimal | None:
    return Decimal(1) if currency == "USD" else per_usd(currency, year)
