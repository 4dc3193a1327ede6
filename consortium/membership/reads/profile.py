"""The profile of the consortium on a day: everyone may read it.

It is read from sums that triggers keep (`consortium.membership.models.profile`), so that any day
costs the same, and no more than a few rows for each part that is asked for.
"""

from datetime import date
from functools import partial

from consortium.evidence.reads import CITATIONS
from consortium.kernel.regions import Region
from consortium.membership.reads.memberships import MEMBERS
from consortium.membership.rules.profile import nodes_before, nodes_to, period_to
from consortium.query.dates import date_or_today, day_of
from consortium.query.pick import Args, Bind, Inputs
from consortium.query.source import Column, Derived, Embedded, Field, Many, One, Source, everyone
from consortium.query.sqltypes import SqlType
from consortium.query.writer import Writer

# A sub-select hides the nodes from the planner, which would make a plan for each day's anew.
_KEPT = (
    "FROM profile_total k"
    " WHERE k.dimension = '{dimension}' AND k.node = ANY ((SELECT {nodes})::int[])"
)
_SUMS = (
    "coalesce(sum(k.members), 0)::bigint AS members,"
    " coalesce(sum(k.revenue_known), 0)::bigint AS revenue_known,"
    " coalesce(sum(k.revenue_undated), 0)::bigint AS revenue_undated,"
    " coalesce(sum(k.revenue_converted), 0)::bigint AS revenue_converted,"
    " coalesce(sum(k.revenue_usd), 0) AS revenue_usd,"
    " coalesce(sum(k.employees_known), 0)::bigint AS employees_known,"
    " coalesce(sum(k.employees), 0)::bigint AS employees"
)


def _up_to(writer: Writer, dimension: str, day: object) -> str:
    """SQL of the nodes of a dimension that together hold all up to a day, or today."""
    value = Bind(partial(day_of, day))
    return _KEPT.format(dimension=dimension, nodes=writer.bind(value, SqlType.INTEGERS, nodes_to))


def _profile(writer: Writer, args: Args) -> str:
    day = args.get("on_date")
    shown = date_or_today(writer, day)
    return f"SELECT 1 AS id, {shown} AS on_date, {_SUMS} {_up_to(writer, 'ALL', day)}"


def _parts(dimension: str) -> Derived:
    """The sums by each part, the one with the most members first, the unknown one last."""

    def written(writer: Writer, _: Args) -> str:
        kept = _up_to(writer, dimension, writer.asked.get("on_date"))
        return (
            "SELECT row_number() OVER (ORDER BY s.part = '', s.members DESC, s.part) AS id, s.*"
            f" FROM (SELECT k.part, {_SUMS} {kept} GROUP BY k.part HAVING sum(k.members) > 0) s"
        )

    return written


def _combined_revenue(writer: Writer, _: Args) -> str:
    kept = _up_to(writer, "CURRENCY", writer.asked.get("on_date"))
    return (
        "SELECT row_number() OVER (ORDER BY sum(k.members) DESC, k.part) AS id,"
        " k.part AS currency, sum(k.revenue_amount) AS amount, sum(k.members)::bigint AS known"
        f" {kept} GROUP BY k.part HAVING sum(k.members) > 0"
    )


def _rates_used(writer: Writer, _: Args) -> str:
    kept = _up_to(writer, "RATE", writer.asked.get("on_date"))
    return (
        "SELECT row_number() OVER (ORDER BY s.part) AS id, x.currency, x.year, x.per_usd,"
        " x.citation_id, s.members"
        f" FROM (SELECT k.part, sum(k.members)::bigint AS members {kept}"
        " GROUP BY k.part HAVING sum(k.members) > 0) s"
        " JOIN exchange_rate x ON x.currency || ' ' || x.year = s.part"
    )


def _first_day(since: object, until: object, inputs: Inputs) -> date:
    first = None if since is None else day_of(since, inputs)
    return period_to(first, day_of(until, inputs))


def _movement(dimension: str) -> Derived:
    """How many joined or left from one day to another, both included."""

    def written(writer: Writer, args: Args) -> str:
        until = writer.asked.get("on_date")
        since = Bind(partial(_first_day, args.get("since"), until))
        before = writer.bind(since, SqlType.INTEGERS, nodes_before)
        earlier = _KEPT.format(dimension=dimension, nodes=before)
        return (
            f"SELECT 1 AS id, {writer.bind(since, SqlType.DATE)} AS since,"
            f" (SELECT coalesce(sum(k.members), 0) {_up_to(writer, dimension, until)})::bigint"
            f" - (SELECT coalesce(sum(k.members), 0) {earlier})::bigint AS members"
        )

    return written


_MOVED: dict[str, Field] = {
    "since": Column("{t}.since", SqlType.DATE, nullable=False),
    "members": Column("{t}.members", SqlType.BIGINT, nullable=False),
}


def _count(name: str) -> Column:
    return Column(f"{{t}}.{name}", SqlType.BIGINT, nullable=False)


# Sums of what is known, each with of how many; null where nothing is.
_REVENUE: dict[str, Field] = {
    "known": _count("revenue_known"),
    "undated": _count("revenue_undated"),
    "converted": _count("revenue_converted"),
    "of": _count("members"),
    "usd": Column(
        "(CASE WHEN {t}.revenue_converted > 0 THEN {t}.revenue_usd END)", SqlType.NUMERIC
    ),
}
_EMPLOYEES = Embedded(
    {
        "known": _count("employees_known"),
        "of": _count("members"),
        "total": Column(
            "(CASE WHEN {t}.employees_known > 0 THEN {t}.employees END)", SqlType.BIGINT
        ),
    }
)


def _part_source(dimension: str, name: str, column: Column) -> Many:
    fields: dict[str, Field] = {
        name: column,
        "member_count": _count("members"),
        "revenue": Embedded(_REVENUE),
        "employees": _EMPLOYEES,
    }
    return Many(Source(f"profile_{name}", _parts(dimension), everyone, fields))


_PART = "nullif({t}.part, '')"

_COMBINED_REVENUE = Source(
    name="combined_revenue",
    table=_combined_revenue,
    visible_to=everyone,
    fields={
        "currency": Column("{t}.currency", nullable=False),
        "amount": Column("{t}.amount", SqlType.NUMERIC, nullable=False),
        "known": _count("known"),
    },
)

_RATES_USED = Source(
    name="rate_used",
    table=_rates_used,
    visible_to=everyone,
    fields={
        "currency": Column("{t}.currency", nullable=False),
        "year": Column("{t}.year", SqlType.INTEGER, nullable=False),
        "per_usd": Column("{t}.per_usd", SqlType.NUMERIC, nullable=False),
        "members": _count("members"),
        "source": One(CITATIONS, "{u}.id = {t}.citation_id"),
    },
)

PROFILE = Source(
    name="profile",
    table=_profile,
    visible_to=everyone,
    fields={
        "on_date": Column("{t}.on_date", SqlType.DATE, nullable=False),
        "member_count": _count("members"),
        "members": MEMBERS,
        "joined": One(Source("joined", _movement("JOINED"), everyone, _MOVED), "true"),
        "left": One(Source("left", _movement("LEFT"), everyone, _MOVED), "true"),
        "revenue": Embedded(
            _REVENUE | {"by_currency": Many(_COMBINED_REVENUE), "rates": Many(_RATES_USED)}
        ),
        "employees": _EMPLOYEES,
        "by_sector": _part_source("SECTOR", "sector", Column(_PART)),
        "by_region": _part_source("REGION", "region", Column(_PART, enum=Region)),
        "by_country": _part_source("COUNTRY", "country", Column(_PART)),
    },
)
