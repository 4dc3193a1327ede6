"""The question that the product exists for: avoided emissions aggregated across members.

Kinds are never added, nor are cumulative series that start on different days. The usual groupings
are read from the rollup, which the writing transaction keeps, on every day for which it holds;
anything else from the index over what counts. A statement carries both ways, and PostgreSQL runs
the one that the day calls for.

The rollup holds what all readers of one sort see: the public, or members. Who sees figures of some
organisations whole (its own, an assurer's clients') gets with it what differs for these, which the
rollup holds beside it.
"""

from dataclasses import dataclass

from consortium.avoided.reads import standings
from consortium.avoided.reads.standings import COUNTED, FILTERED, LEFT_OUT
from consortium.avoided.rules.vocabulary import USUAL_GROUPINGS, Bound, ClaimKind, Dimension
from consortium.initiatives.reads import INITIATIVES
from consortium.organisations.reads import ORGANISATIONS
from consortium.query.filters import condition
from consortium.query.pick import Args
from consortium.query.rows import rule
from consortium.query.source import (
    Asked,
    Column,
    Embedded,
    Many,
    One,
    Source,
    everyone,
)
from consortium.query.sqltypes import SqlType
from consortium.query.writer import Writer, conjunction
from consortium.value_chains.reads import VALUE_CHAINS


@dataclass(frozen=True, slots=True)
class _Grouper:
    """A column of the key that a dimension adds."""

    dimension: Dimension
    column: str
    type: str
    nullable: bool = True
    blank: bool = False

    def of(self, alias: str) -> str:
        """SQL of the column; a text that is blank when nothing was published is unknown."""
        sql = f"{alias}.{self.column}"
        return f"nullif({sql}, '')" if self.blank else sql


# Key columns, in the order by which groups are sorted.
_GROUPERS = (
    _Grouper(Dimension.YEAR, "year", "integer", nullable=False),
    _Grouper(Dimension.FISCAL_PERIOD, "fiscal_label", 'text COLLATE "C"', blank=True),
    _Grouper(Dimension.SECTOR, "sector", 'text COLLATE "C"'),
    _Grouper(Dimension.COUNTRY, "country", 'text COLLATE "C"'),
    _Grouper(Dimension.CATEGORY, "category", 'text COLLATE "C"'),
    _Grouper(Dimension.CATEGORY, "not_broken_down", "boolean", nullable=False),
    _Grouper(Dimension.VERIFIED, "verified", "boolean", nullable=False),
    _Grouper(Dimension.GROUP, "group_id", "bigint", nullable=False),
    _Grouper(Dimension.MEMBER, "organisation_id", "bigint", nullable=False),
    _Grouper(Dimension.INITIATIVE, "initiative_id", "bigint"),
    _Grouper(Dimension.VALUE_CHAIN, "value_chain_id", "bigint"),
)
_LINKED = Dimension.INITIATIVE | Dimension.VALUE_CHAIN
_ALWAYS = ("kind", "since", "series_key")

# Measures that both ways add up, as sums over standings and over rollup rows.
_FROM_STANDINGS = (
    "count(*) AS claims,"
    " sum(r.value_kg_co2e) AS value_kg_co2e, count(r.value_kg_co2e) AS value_count,"
    " sum(r.low_kg_co2e) AS low_kg_co2e, count(r.low_kg_co2e) AS low_count,"
    " sum(r.high_kg_co2e) AS high_kg_co2e, count(r.high_kg_co2e) AS high_count,"
    " coalesce(sum(r.value_kg_co2e) FILTER (WHERE r.verified), 0) AS verified_kg_co2e,"
    f" count(*) FILTER (WHERE r.bound = '{Bound.APPROXIMATE}') AS approximate"
)
_MEASURES = (
    "claims",
    "value_kg_co2e",
    "value_count",
    "low_kg_co2e",
    "low_count",
    "high_kg_co2e",
    "high_count",
    "verified_kg_co2e",
    "approximate",
)
_OF_ALL = f"{{t}}.owner_id = {standings.EVERYONE} AND {{t}}.claims > 0"
_FROM_ROLLUP = ", ".join(f"sum(r.{name}) AS {name}" for name in _MEASURES)


def _groups(writer: Writer, _: Args) -> str:
    """SQL of the groups: key columns and measures."""
    question = writer.asked
    if not _rollup_answers(question):
        rows = _standings_way(writer, question)
    elif standings.sums_hold(writer, question):
        rows = _rollup_way(writer, question)
    else:
        # Which way is right depends on the day; PostgreSQL runs one of them.
        held = f"(SELECT {standings.sums_held(writer, question)})"
        rollup = _rollup_way(writer, question, held)
        rows = f"{rollup} UNION ALL {_standings_way(writer, question, f'NOT {held}')}"
    return rows


def _key_columns(question: Args) -> tuple[str, ...]:
    """What tells the groups apart, in the order by which they are sorted; unknown comes last."""
    grouped = _grouped(question)
    return (*_ALWAYS, *(one.column for one in _GROUPERS if one.dimension & grouped))


def _rollup_answers(question: Args) -> bool:
    """Whether the rollup can hold the answer.

    Its groupings must be the question's own: with more, a total would count by parts that nobody
    asked for.
    """
    return (
        question.get("known_at") is None
        and int(standings.asked_dimensions(question)) in USUAL_GROUPINGS
        # A claim under two initiatives has a row for each; a filter must not find both.
        and not standings.filtered_dimensions(question) & _LINKED
    )


def _rollup_way(writer: Writer, question: Args, where_right: str = "true") -> str:
    mask = standings.asked_dimensions(question)
    owners = standings.owners_of_sums(writer.rights)
    where = conjunction(
        [
            where_right,
            f"r.grouping = {mask:d}",
            writer.fill(owners or _OF_ALL, "r"),
            writer.fill(standings.shared_rule(writer.rights), "r"),
            # A cumulative figure belongs to no year.
            "r.year IS NOT NULL" if mask & Dimension.YEAR else "true",
            condition(writer, _ROLLUP, "r", question.get("where")),
        ]
    )
    sums = _aggregate(question, _FROM_ROLLUP, "avoided_total r", where)
    # What an owner's view takes away may leave nothing.
    return f"{sums} HAVING sum(r.claims) > 0" if owners else sums


def _standings_way(writer: Writer, question: Args, where_right: str = "true") -> str:
    where = conjunction(
        [
            where_right,
            rule(writer, COUNTED, "r"),
            standings.known(writer, question, "r"),
            standings.counts(writer, question, "r"),
            condition(writer, COUNTED, "r", question.get("where")),
        ]
    )
    return _aggregate(question, _FROM_STANDINGS, _standings_item(question), where)


def _standings_item(question: Args) -> str:
    """The rows that count; once for each initiative or chain when the question groups by it."""
    item = "avoided_standing r"
    for dimension, table, column in (
        (Dimension.INITIATIVE, "avoided_claim_initiative", "initiative_id"),
        (Dimension.VALUE_CHAIN, "avoided_claim_value_chain", "value_chain_id"),
    ):
        if dimension & _grouped(question):
            link = f"link_{column}"
            item += f" LEFT JOIN {table} {link} ON {link}.claim_id = r.claim_id"
    return item


def _grouped(question: Args) -> Dimension:
    return standings.asked_dimensions({"group_by": question.get("group_by")})


def _key(question: Args, item: str) -> tuple[str, list[str]]:
    """SQL of all key columns, null where the question does not group by them; and what it does."""
    grouped = _grouped(question)
    linked = item.startswith("avoided_standing")
    keys = [f"r.{name} AS {name}" for name in _ALWAYS]
    group_by = [f"r.{name}" for name in _ALWAYS]
    for grouper in _GROUPERS:
        if not grouper.dimension & grouped:
            keys.append(f"NULL::{grouper.type} AS {grouper.column}")
            continue
        owner = "r"
        if linked and grouper.column in {"initiative_id", "value_chain_id"}:
            owner = f"link_{grouper.column}"
        keys.append(f"{grouper.of(owner)} AS {grouper.column}")
        group_by.append(grouper.of(owner))
    return ", ".join(keys), group_by


def _aggregate(question: Args, measures: str, item: str, where: str) -> str:
    keys, group_by = _key(question, item)
    return f"SELECT {keys}, {measures} FROM {item} WHERE {where} GROUP BY {', '.join(group_by)}"


def _same_key(writer: Writer, t: str, u: str) -> list[str]:
    """SQL: standing `u` has the key of group `t`."""
    grouped = _grouped(writer.asked)
    conditions = [f"{u}.kind = {t}.kind", f"{u}.series_key = {t}.series_key"]
    conditions.append(f"{u}.since IS NOT DISTINCT FROM {t}.since")
    for grouper in _GROUPERS:
        if not grouper.dimension & grouped:
            continue
        left, right = grouper.of(u), f"{t}.{grouper.column}"
        if grouper.column in _LINKS:
            conditions.append(_LINKS[grouper.column].format(t=t, u=u))
        elif grouper.nullable:
            conditions.append(f"({left} = {right} OR ({left} IS NULL AND {right} IS NULL))")
        else:
            conditions.append(f"{left} = {right}")
    return conditions


_LINKS = {
    column: (
        f"CASE WHEN {{t}}.{column} IS NULL"
        f" THEN NOT EXISTS (SELECT 1 FROM {table} link WHERE link.claim_id = {{u}}.claim_id)"
        f" ELSE EXISTS (SELECT 1 FROM {table} link WHERE link.claim_id = {{u}}.claim_id"
        f" AND link.{column} = {{t}}.{column}) END"
    )
    for column, table in (
        ("initiative_id", "avoided_claim_initiative"),
        ("value_chain_id", "avoided_claim_value_chain"),
    )
}


def _contributes(writer: Writer, _: Args, t: str, u: str) -> str:
    question = writer.asked
    return conjunction(
        [
            *_same_key(writer, t, u),
            standings.known(writer, question, u),
            standings.counts(writer, question, u),
            condition(writer, COUNTED, u, question.get("where")),
        ]
    )


def _left_out_of_group(writer: Writer, _: Args, t: str, u: str) -> str:
    return conjunction([*_same_key(writer, t, u), _left_out(writer, {}, t, u)])


def _left_out(writer: Writer, _: Args, __: str, u: str) -> str:
    where = condition(writer, LEFT_OUT, u, writer.asked.get("where"))
    return conjunction(
        [standings.left_out_now(writer, writer.asked, u), f"{u}.reason_now IS NOT NULL", where]
    )


_ROLLUP = Source(
    name="avoided_total",
    table="avoided_total",
    visible_to=standings.audience_rule,
    fields=FILTERED,
    filters=tuple(FILTERED),
)


def _whole(measure: str, count: str) -> Column:
    """A sum, unknown as soon as one of its terms is."""
    sql = f"CASE WHEN {{t}}.{count} = {{t}}.claims THEN {{t}}.{measure} END"
    return Column(sql, SqlType.NUMERIC, mass=True)


# A figure without an upper end is a minimum, one without a lower end a maximum; a sum of both kinds
# says neither.
_BOUND = (
    f"CASE WHEN {{t}}.low_count < {{t}}.claims AND {{t}}.high_count < {{t}}.claims"
    f" THEN '{Bound.APPROXIMATE}'"
    f" WHEN {{t}}.high_count < {{t}}.claims THEN '{Bound.AT_LEAST}'"
    f" WHEN {{t}}.low_count < {{t}}.claims THEN '{Bound.AT_MOST}'"
    f" WHEN {{t}}.approximate > 0 THEN '{Bound.APPROXIMATE}' ELSE '{Bound.EXACT}' END"
)
_VERIFIED_SHARE = (
    "CASE WHEN {t}.value_count = {t}.claims"
    " THEN round({t}.verified_kg_co2e / nullif({t}.value_kg_co2e, 0), 12) END"
)

GROUPS = Source(
    name="avoided_emissions_group",
    table=_groups,
    visible_to=everyone,
    fields={
        "key": Embedded(
            {
                "kind": Column("{t}.kind", nullable=False, enum=ClaimKind),
                "since": Column("{t}.since", SqlType.DATE),
                "year": Column("{t}.year", SqlType.INTEGER),
                "fiscal_period": Column("{t}.fiscal_label"),
                "member": One(ORGANISATIONS, "{u}.id = {t}.organisation_id"),
                "group": One(ORGANISATIONS, "{u}.id = {t}.group_id"),
                "sector": Column("{t}.sector"),
                "country": Column("{t}.country"),
                "category": Column("{t}.category"),
                "not_broken_down": Column(
                    "coalesce({t}.not_broken_down, false)", SqlType.BOOLEAN, nullable=False
                ),
                "initiative": One(INITIATIVES, "{u}.id = {t}.initiative_id"),
                "value_chain": One(VALUE_CHAINS, "{u}.id = {t}.value_chain_id"),
                "verified": Column("{t}.verified", SqlType.BOOLEAN),
            }
        ),
        "total": Embedded(
            {
                "value": _whole("value_kg_co2e", "value_count"),
                "low": _whole("low_kg_co2e", "low_count"),
                "high": _whole("high_kg_co2e", "high_count"),
                "bound": Column(_BOUND, nullable=False),
            }
        ),
        "value": _whole("value_kg_co2e", "value_count"),
        "claims": Column("{t}.claims", SqlType.BIGINT, nullable=False),
        "verified_share": Column(_VERIFIED_SHARE, SqlType.NUMERIC),
        "contributions": Many(COUNTED, _contributes),
        "left_out": Many(LEFT_OUT, _left_out_of_group),
    },
    key_of=_key_columns,
    orders={"key": (), "value": ("value",)},
)

AVOIDED_EMISSIONS = Asked({"groups": Many(GROUPS), "left_out": Many(LEFT_OUT, _left_out)})
