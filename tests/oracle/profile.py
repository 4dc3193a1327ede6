"""The consortium's profile on a day, by going through every organisation."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Any

from consortium.kernel.periods import holds_on
from consortium.kernel.regions import REGIONS
from tests.oracle.asking import Ask
from tests.oracle.plain import EXACT, total
from tests.oracle.world import Row, World

STANDING = {"MEMBER", "SUSPENDED", "UNDER_EXPULSION", "UNDER_APPEAL"}


@dataclass(frozen=True)
class Member:
    """What is known of a member on a day."""

    sector: str | None
    country: str | None
    revenue: Row | None
    usd: Decimal | None
    rate: Row | None
    employees: int | None


def in_usd(world: World, size: Row) -> tuple[Decimal | None, Row | None]:
    """Revenue at its own year's rate, and the rate; nothing where there is none."""
    if size["revenue_amount"] is None or size["revenue_currency"] == "USD":
        return size["revenue_amount"], None
    for rate in world.having("ExchangeRate", "year", size["year"]):
        if rate["currency"] == size["revenue_currency"]:
            with localcontext(EXACT):
                value = size["revenue_amount"] / rate["per_usd"]
                return value.quantize(Decimal("0.0001"), ROUND_HALF_UP), rate
    return None, None


def _latest(world: World, organisation: int, measure: str, day: date) -> Row | None:
    """The size of the latest year that has begun; else the one whose year is not stated."""
    told = [
        size
        for size in world.having("OrganisationSize", "organisation_id", organisation)
        if size[measure] is not None and (size["year"] is None or size["year"] <= day.year)
    ]
    return max(told, key=lambda size: size["year"] or 0, default=None)


def _member(world: World, organisation: Row, day: date) -> Member:
    was = organisation
    for period in world.having("Period", "organisation_id", organisation.id):
        if holds_on(day, period["starts_on"], period["ends_on"]):
            was = period
    revenue = _latest(world, organisation.id, "revenue_amount", day)
    usd, rate = (None, None) if revenue is None else in_usd(world, revenue)
    size = _latest(world, organisation.id, "employees", day)
    employees = None if size is None else size["employees"]
    return Member(was["sector"], was["country"], revenue, usd, rate, employees)


def _members(world: World, day: date) -> list[Member]:
    return [
        _member(world, organisation, day)
        for organisation in world.all("Organisation")
        if any(
            one["status"] == "MEMBER" and holds_on(day, one["starts_on"], one["ends_on"])
            for one in world.having("Membership", "organisation_id", organisation.id)
        )
    ]


def profile(ask: Ask, args: Mapping[str, Any]) -> dict[str, Any]:
    """The answer to `consortium`."""
    day = ask.day(args.get("onDate"))
    members = _members(ask.world, day)
    return {
        "onDate": day,
        "memberCount": len(members),
        "joined": lambda ask, own: _moved(ask, own, day, joining=True),
        "left": lambda ask, own: _moved(ask, own, day, joining=False),
        "revenue": {
            **_revenue(members),
            "byCurrency": _by_currency(members),
            "rates": _rates(ask.world, members),
        },
        "employees": _employees(members),
        "bySector": _parts("sector", ((one.sector, one) for one in members)),
        "byCountry": _parts("country", ((one.country, one) for one in members)),
        "byRegion": _parts("region", ((REGIONS.get(one.country or ""), one) for one in members)),
    }


def _revenue(members: list[Member]) -> dict[str, Any]:
    known = [one.revenue for one in members if one.revenue is not None]
    converted = [one.usd for one in members if one.usd is not None]
    return {
        "known": len(known),
        "undated": sum(size["year"] is None for size in known),
        "converted": len(converted),
        "of": len(members),
        "usd": total(converted) if converted else None,
    }


def _employees(members: list[Member]) -> dict[str, Any]:
    known = [one.employees for one in members if one.employees is not None]
    return {"known": len(known), "of": len(members), "total": sum(known) if known else None}


def _by_currency(members: list[Member]) -> list[dict[str, Any]]:
    """The most frequent currency first."""
    amounts: dict[str, list[Decimal]] = {}
    for one in members:
        if one.revenue is not None:
            listed = amounts.setdefault(one.revenue["revenue_currency"], [])
            listed.append(one.revenue["revenue_amount"])
    return [
        {"currency": currency, "amount": total(listed), "known": len(listed)}
        for currency, listed in sorted(amounts.items(), key=lambda i: (-len(i[1]), i[0]))
    ]


def _rates(world: World, members: list[Member]) -> list[dict[str, Any]]:
    used: dict[tuple[str, int], list[Row]] = {}
    for one in members:
        if one.rate is not None:
            used.setdefault((one.rate["currency"], one.rate["year"]), []).append(one.rate)
    return [
        {
            "currency": currency,
            "year": year,
            "perUsd": listed[0]["per_usd"],
            "members": len(listed),
            "source": world.get("Source", listed[0]["citation_id"]),
        }
        for (currency, year), listed in sorted(used.items())
    ]


def _parts(name: str, parted: Iterable[tuple[Any, Member]]) -> list[dict[str, Any]]:
    """The part with the most members first, the unknown one last."""
    by_part: dict[str | None, list[Member]] = {}
    for part, one in parted:
        by_part.setdefault(part, []).append(one)
    rows = sorted(by_part.items(), key=lambda i: (i[0] is None, -len(i[1]), (i[0] or "").encode()))
    return [
        {
            name: None if part is None else str(part),
            "memberCount": len(listed),
            "revenue": _revenue(listed),
            "employees": _employees(listed),
        }
        for part, listed in rows
    ]


def _moved(ask: Ask, args: Mapping[str, Any], until: date, *, joining: bool) -> dict[str, Any]:
    """Those whose first day as a member, or as no member any more, lies in the period."""
    since = args.get("since") or _year_before(until)
    days = [
        day
        for organisation in ask.world.all("Organisation")
        for day in _borders(ask.world, organisation.id, joining=joining)
    ]
    return {"since": since, "members": sum(since <= day <= until for day in days)}


def _year_before(until: date) -> date:
    """The year that ends on a day: the day after the same day of the year before."""
    month, day = (2, 28) if (until.month, until.day) == (2, 29) else (until.month, until.day)
    return date(until.year - 1, month, day) + timedelta(days=1)


def _borders(world: World, organisation: int, *, joining: bool) -> list[date]:
    """The days on which a spell of membership begins, or is over, as far as they are known."""
    held = [
        one
        for one in world.having("Membership", "organisation_id", organisation)
        if one["status"] in STANDING
    ]

    def stands(day: date) -> bool:
        return any(holds_on(day, one["starts_on"], one["ends_on"]) for one in held)

    one_day = timedelta(days=1)
    if joining:
        starts = [one["starts_on"] for one in held if one["starts_on"] is not None]
        return [day for day in starts if not stands(day - one_day)]
    ends = [one["ends_on"] + one_day for one in held if one["ends_on"] is not None]
    return [day for day in ends if not stands(day)]
