"""Progress to a cumulative target: which claims count, what they add up to, what is missing.

As `consortium.progress.rules`, in the statement of the question and within the caller's rights: a
claim that the caller may not see is in none of it. Disclosed and assessed claims are never added:
a question is about the one or the other.
"""

from dataclasses import dataclass

from consortium.assessment.reads.claims import ASSESSED_CLAIMS
from consortium.assessment.reads.totals import CONTRIBUTIONS
from consortium.avoided.reads.claims import CLAIMS
from consortium.avoided.reads.standings import COUNTED
from consortium.avoided.rules.vocabulary import Basis, LeftOutReason
from consortium.membership.reads.memberships import members_on
from consortium.organisations.reads import ORGANISATIONS
from consortium.progress.rules.vocabulary import NotCounted
from consortium.query.dates import date_or_today
from consortium.query.pick import Args
from consortium.query.rows import rule
from consortium.query.source import Column, Derived, Field, Many, One, Source, everyone
from consortium.query.sqltypes import SqlType
from consortium.query.writer import Writer


@dataclass(frozen=True, slots=True)
class _Whose:
    """A sort of target: where its terms stand, and whose claims are asked about.

    `goal` gives quantity_kg_co2e, starts_on, ends_on, category and methodology as of `{known}`;
    `claims` and `effects` say which standings `s` may belong to it, `members` whether only those of
    members on the day do.
    """

    goal: str
    claims: str
    effects: str
    members: bool


_PLEDGE = _Whose(
    goal=(
        "SELECT w.quantity_kg_co2e, w.starts_on, w.ends_on, w.category, w.methodology"
        " FROM pledge_terms w WHERE w.pledge_id = {t}.id"
        " AND w.known_from <= {known} AND (w.known_to IS NULL OR {known} < w.known_to)"
        " UNION ALL SELECT d.value_kg_co2e, d.period_start, d.period_end, d.category,"
        " d.methodology FROM avoided_claim d WHERE d.id = {t}.claim_id AND d.known_on <= {known}"
    ),
    claims="s.organisation_id = {t}.organisation_id",
    effects="s.organisation_id = {t}.organisation_id",
    members=False,
)
_TARGET = _Whose(
    goal=(
        "SELECT {t}.quantity_kg_co2e, NULL::date AS starts_on,"
        " make_date({t}.target_year, 12, 31) AS ends_on, NULL::text AS category,"
        " NULL::text AS methodology"
        " WHERE {t}.quantity_kg_co2e > 0 AND {t}.target_year BETWEEN 1 AND 9998"
    ),
    claims=(
        "s.claim_id IN (SELECT link.claim_id FROM avoided_claim_initiative link"
        " WHERE link.initiative_id = {t}.initiative_id)"
    ),
    effects=(
        # By the claims: standings have no index by effect.
        "s.claim_id IN (SELECT made.id FROM effect_initiative link"
        " JOIN assessed_claim made ON made.effect_id = link.effect_id"
        " WHERE link.initiative_id = {t}.initiative_id)"
    ),
    members=True,
)

_TOUCHES = (
    "(c.period_start IS NULL OR c.period_end IS NULL OR (c.period_start <= goal.ends_on"
    " AND (goal.starts_on IS NULL OR goal.starts_on <= c.period_end)))"
)


def _days(writer: Writer, args: Args) -> tuple[str, str]:
    """SQL of the day asked about and of the day of knowledge."""
    return (
        date_or_today(writer, args.get("on_date")),
        date_or_today(writer, args.get("known_at")),
    )


def _known(alias: str, day: str) -> str:
    until = f"{alias}.known_to IS NULL OR {day} < {alias}.known_to"
    return f"{alias}.known_from <= {day} AND ({until})"


def _disclosed(writer: Writer, args: Args, whose: _Whose) -> str:
    """SQL of the disclosed claims that may count, and of why each does not on its own account.

    One that an effect covers counts: that year was told, and nothing assessed stands beside it.
    """
    on, known = _days(writer, args)
    members = ""
    if whose.members:
        members = (
            f" WHEN s.organisation_id NOT IN ({members_on(on)}) THEN '{NotCounted.NOT_A_MEMBER}'"
            f" WHEN s.shadowed_by && ARRAY({members_on(on)})"
            f" THEN '{NotCounted.SUBSIDIARY_OF_COUNTED_PARENT}'"
        )
    return (
        "SELECT s.id AS key, s.claim_id, NULL::bigint AS assessed_id, s.organisation_id,"
        " c.period_start AS starts_on, c.period_end AS ends_on, s.value_kg_co2e AS value,"
        " c.known_on, c.method_change_from_id IS NOT NULL AS changes_method,"
        f" CASE WHEN s.kind <> 'YEAR_ON_YEAR' THEN '{NotCounted.NOT_YEAR_ON_YEAR}'"
        f" WHEN s.reason <> '{LeftOutReason.COVERED_BY_EFFECT}' THEN s.reason"
        f" WHEN s.view = 2 THEN '{NotCounted.PART_OF_TOTAL}'{members}"
        f" WHEN s.value_kg_co2e IS NULL THEN '{NotCounted.RANGE_ONLY}'"
        " WHEN goal.category IS NOT NULL AND c.category IS DISTINCT FROM goal.category"
        f" THEN '{NotCounted.OTHER_CATEGORY}'"
        f" WHEN goal.methodology <> c.methodology THEN '{NotCounted.OTHER_METHOD}'"
        " WHEN c.period_start < goal.starts_on OR c.period_end > goal.ends_on"
        f" THEN '{NotCounted.OUTSIDE_WINDOW}'"
        f" WHEN c.period_end > {on} THEN '{NotCounted.NOT_OVER}' END AS reason,"
        " NULL::bigint AS because_id"
        " FROM avoided_standing s JOIN avoided_claim c ON c.id = s.claim_id"
        f" WHERE {whose.claims} AND NOT s.not_broken_down AND {_known('s', known)}"
        # Another target is nothing that could have counted.
        f" AND ({rule(writer, COUNTED, 's')}) AND c.record_type <> 'TARGET' AND {_TOUCHES}"
    )


# Of each organisation: none by an earlier method than its last, and of overlapping periods those
# that end first.
_DISJOINT = f"""
method AS (
    SELECT organisation_id, max(starts_on) AS since FROM candidate
    WHERE reason IS NULL AND changes_method GROUP BY organisation_id
),
eligible AS MATERIALIZED (
    SELECT c.* FROM candidate c LEFT JOIN method m USING (organisation_id)
    WHERE c.reason IS NULL AND (m.since IS NULL OR m.since <= c.starts_on)
),
counted AS (
    (SELECT DISTINCT ON (organisation_id) * FROM eligible
        ORDER BY organisation_id, ends_on, known_on DESC, key)
    UNION ALL
    SELECT n.* FROM counted k CROSS JOIN LATERAL (
        SELECT e.* FROM eligible e
        WHERE e.organisation_id = k.organisation_id AND k.ends_on < e.starts_on
        ORDER BY e.ends_on, e.known_on DESC, e.key LIMIT 1) n
),
judged AS (
    SELECT c.key, c.claim_id, c.assessed_id, c.organisation_id, c.starts_on, c.ends_on, c.value,
        coalesce(c.reason, CASE
            WHEN c.starts_on < m.since THEN '{NotCounted.EARLIER_METHOD}'
            WHEN c.key NOT IN (SELECT k.key FROM counted k) THEN '{NotCounted.PERIOD_OVERLAPS}'
        END) AS reason,
        CASE WHEN c.reason IS NULL AND (m.since IS NULL OR m.since <= c.starts_on)
            AND c.key NOT IN (SELECT k.key FROM counted k) THEN (
            SELECT k.claim_id FROM counted k WHERE k.organisation_id = c.organisation_id
                AND k.starts_on <= c.ends_on AND c.starts_on <= k.ends_on
            ORDER BY k.ends_on LIMIT 1) END AS because_id
    FROM candidate c LEFT JOIN method m USING (organisation_id)
)
"""


def _assessed(writer: Writer, args: Args, whose: _Whose) -> str:
    """SQL of the assessed claims that may count: of distinct effects, each in its calendar year.

    Which days an effect is of is told to whoever sees the effect; its year to all who see a claim.
    A joint remainder belongs to several members: to a target of all of them it counts once.
    """
    on, known = _days(writer, args)
    joint = f"WHEN s.share_kg_co2e IS NULL THEN '{NotCounted.JOINT}'"
    owner = "s.organisation_id"
    if whose.members:
        joint = f"WHEN s.organisation_id NOT IN ({members_on(on)}) THEN '{NotCounted.NOT_A_MEMBER}'"
        owner = "CASE WHEN s.share_kg_co2e IS NOT NULL THEN s.organisation_id END"
    return (
        "SELECT j.key, NULL::bigint AS claim_id, j.assessed_id, j.organisation_id, j.starts_on,"
        " j.ends_on, j.value, CASE WHEN j.reason IS NULL AND j.is_joint AND j.place > 1"
        f" THEN '{NotCounted.COUNTED_ONCE}' ELSE j.reason END AS reason,"
        " NULL::bigint AS because_id FROM (SELECT a.*, row_number() OVER ("
        " PARTITION BY a.origin_id, a.is_joint, a.reason IS NULL"
        " ORDER BY a.effect_id DESC, abs(a.joint_kg_co2e) DESC, a.key) AS place FROM ("
        f"SELECT s.id AS key, s.claim_id AS assessed_id, {owner} AS organisation_id, s.origin_id,"
        " s.effect_id, s.joint_kg_co2e, s.share_kg_co2e IS NULL AS is_joint,"
        " make_date(s.year, 1, 1) AS starts_on, make_date(s.year, 12, 31) AS ends_on,"
        " coalesce(s.share_kg_co2e, s.joint_kg_co2e) * s.kept AS value,"
        f" CASE WHEN s.timeframe <> 'YEAR_ON_YEAR' THEN '{NotCounted.NOT_YEAR_ON_YEAR}' {joint}"
        " WHEN make_date(s.year, 1, 1) < goal.starts_on OR make_date(s.year, 12, 31) > goal.ends_on"
        f" THEN '{NotCounted.OUTSIDE_WINDOW}'"
        f" WHEN make_date(s.year, 12, 31) > {on} THEN '{NotCounted.NOT_OVER}' END AS reason"
        f" FROM assessed_standing s WHERE {whose.effects} AND {_known('s', known)}"
        f" AND ({rule(writer, CONTRIBUTIONS, 's')})"
        " AND make_date(s.year, 1, 1) <= goal.ends_on"
        " AND (goal.starts_on IS NULL OR goal.starts_on <= make_date(s.year, 12, 31))"
        ") a) j"
    )


def _progress(whose: _Whose) -> Derived:
    """What makes the row of a target's progress, from the target and the arguments."""

    def table(writer: Writer, args: Args) -> str:
        on, known = _days(writer, args)
        basis = Basis(args.get("basis") or Basis.DISCLOSED)
        if basis is Basis.DISCLOSED:
            found = f"candidate AS MATERIALIZED ({_disclosed(writer, args, whose)}),{_DISJOINT}"
        else:
            found = f"judged AS ({_assessed(writer, args, whose)})"
        goal = whose.goal.replace("{known}", known)
        return (
            f"SELECT true AS told, '{basis}' AS basis, {on} AS on_day, goal.*, begun.first_day,"
            " sums.achieved, sums.periods, coalesce(sums.anchor, begun.first_day) AS anchor,"
            " coming.needed_from, j.judged,"
            " CASE WHEN goal.starts_on IS NOT NULL"
            " THEN progress_years(goal.starts_on, goal.ends_on) END AS years,"
            " CASE WHEN coming.needed_from IS NULL THEN 0"
            " ELSE progress_years(coming.needed_from, goal.ends_on) END AS years_left"
            f" FROM ({goal}) goal CROSS JOIN LATERAL (SELECT coalesce(jsonb_agg(to_jsonb(r)), '[]')"
            f" AS judged FROM (WITH RECURSIVE {found} SELECT * FROM judged) r) j"
            f" CROSS JOIN LATERAL (SELECT sum(r.value) AS achieved, count(*) AS periods,"
            f" min(r.starts_on) AS anchor FROM {_rows('j')} WHERE r.reason IS NULL) sums"
            # Of a target whose start is not known years are told from the first that counts.
            " CROSS JOIN LATERAL (SELECT coalesce(goal.starts_on, least(sums.anchor,"
            f" make_date(extract(year FROM {on})::int, 1, 1))) AS first_day) begun"
            " CROSS JOIN LATERAL (SELECT min(y.starts_on) AS needed_from FROM progress_years_of("
            "coalesce(sums.anchor, begun.first_day), begun.first_day, goal.ends_on) y"
            f" WHERE y.ends_on > {on}) coming"
        )

    return table


def _rows(alias: str) -> str:
    """SQL of a FROM item `r`: the claims that were judged, kept in the row of the progress."""
    return (
        f"jsonb_to_recordset({alias}.judged) AS r (key bigint, claim_id bigint,"
        " assessed_id bigint, organisation_id bigint, starts_on date, ends_on date,"
        " value numeric, reason text, because_id bigint)"
    )


def _judged(where: str) -> Derived:
    return lambda _writer, _args: f"SELECT r.* FROM {_rows('{t}')} WHERE {where}"


def _divided(amount: str, by: str, places: int) -> str:
    """SQL of a quotient that is rounded once: PostgreSQL keeps few places of a large one."""
    return f"round(({amount} + 0.{'0' * 40}) / {by}, {places})"


_YEARS = "progress_years_of({t}.anchor, {t}.starts_on, {t}.ends_on) y"


def _missing(_: Writer, __: Args) -> str:
    """SQL of what no counted period tells of, of the years that are over: unknown, not zero."""
    return (
        "SELECT lower(gap) AS starts_on, upper(gap) - 1 AS ends_on"
        f" FROM {_YEARS} CROSS JOIN LATERAL unnest("
        "datemultirange(daterange(y.starts_on, y.ends_on, '[]')) - coalesce("
        f"(SELECT range_agg(daterange(r.starts_on, r.ends_on, '[]')) FROM {_rows('{t}')}"
        " WHERE r.reason IS NULL), datemultirange())) AS gap"
        " WHERE {t}.starts_on IS NOT NULL AND y.ends_on <= {t}.on_day"
    )


def _path(_: Writer, __: Args) -> str:
    """SQL of the straight path, with what was achieved in periods that end in each year."""
    by_then = _divided(
        "{t}.quantity_kg_co2e * progress_years({t}.starts_on, y.ends_on)", "{t}.years", 6
    )
    return (
        "SELECT y.starts_on, y.ends_on, y.by_then,"
        " y.by_then - lag(y.by_then, 1, 0) OVER (ORDER BY y.starts_on) AS needed,"
        f" (SELECT sum(r.value) FROM {_rows('{t}')} WHERE r.reason IS NULL"
        " AND r.ends_on BETWEEN y.starts_on AND y.ends_on) AS achieved"
        f" FROM (SELECT y.*, {by_then} AS by_then FROM {_YEARS}"
        " WHERE {t}.starts_on IS NOT NULL) y"
    )


def _contributions(_: Writer, __: Args) -> str:
    """SQL of what each organisation contributed; joint remainders under none."""
    return (
        "SELECT coalesce(r.organisation_id, 0) AS key, r.organisation_id, sum(r.value) AS value,"
        f" count(*) AS claims FROM {_rows('{t}')} WHERE r.reason IS NULL"
        " GROUP BY r.organisation_id"
    )


def _mass(sql: str, *, nullable: bool = True) -> Column:
    return Column(sql, SqlType.NUMERIC, nullable=nullable, mass=True)


def _day(sql: str, *, nullable: bool = False) -> Column:
    return Column(sql, SqlType.DATE, nullable=nullable)


_CALENDAR_YEAR = Column("progress_calendar_year({t}.starts_on, {t}.ends_on)", SqlType.INTEGER)

PERIODS = Source(
    name="progress_period",
    table=_judged("r.reason IS NULL"),
    visible_to=everyone,
    key="key",
    fields={
        "id": Column("{t}.key", SqlType.BIGINT, nullable=False, unique=True),
        "starts_on": _day("{t}.starts_on"),
        "ends_on": _day("{t}.ends_on"),
        "year": _CALENDAR_YEAR,
        "quantity": _mass("{t}.value", nullable=False),
        "organisation": One(ORGANISATIONS, "{u}.id = {t}.organisation_id"),
        "claim": One(CLAIMS, "{u}.id = {t}.claim_id"),
        "assessed_claim": One(ASSESSED_CLAIMS, "{u}.id = {t}.assessed_id"),
    },
    default_order=(("starts_on", False),),
)

NOT_COUNTED = Source(
    name="progress_left_out",
    table=_judged("r.reason IS NOT NULL"),
    visible_to=everyone,
    key="key",
    fields={
        "id": Column("{t}.key", SqlType.BIGINT, nullable=False, unique=True),
        "reason": Column("{t}.reason", nullable=False, enum=NotCounted),
        "organisation": One(ORGANISATIONS, "{u}.id = {t}.organisation_id"),
        "claim": One(CLAIMS, "{u}.id = {t}.claim_id"),
        "assessed_claim": One(ASSESSED_CLAIMS, "{u}.id = {t}.assessed_id"),
        "because": One(CLAIMS, "{u}.id = {t}.because_id"),
    },
)

MISSING = Source(
    name="progress_missing",
    table=_missing,
    visible_to=everyone,
    key="starts_on",
    fields={
        "starts_on": _day("{t}.starts_on"),
        "ends_on": _day("{t}.ends_on"),
        "year": _CALENDAR_YEAR,
    },
    default_order=(("starts_on", False),),
)

PATH = Source(
    name="progress_step",
    table=_path,
    visible_to=everyone,
    key="starts_on",
    fields={
        "starts_on": _day("{t}.starts_on"),
        "ends_on": _day("{t}.ends_on"),
        "year": _CALENDAR_YEAR,
        "needed": _mass("{t}.needed", nullable=False),
        "needed_by_then": _mass("{t}.by_then", nullable=False),
        "achieved": _mass("{t}.achieved"),
    },
    default_order=(("starts_on", False),),
)

CONTRIBUTED = Source(
    name="progress_contribution",
    table=_contributions,
    visible_to=everyone,
    key="key",
    fields={
        "quantity": _mass("{t}.value", nullable=False),
        "claims": Column("{t}.claims", SqlType.BIGINT, nullable=False),
        "organisation": One(ORGANISATIONS, "{u}.id = {t}.organisation_id"),
    },
)

_REMAINING = "({t}.quantity_kg_co2e - {t}.achieved)"
_NEEDED = (
    "CASE WHEN {t}.achieved IS NOT NULL THEN "
    f"{_divided(f'greatest({_REMAINING}, 0)', 'nullif({t}.years_left, 0)', 6)} END"
)
_PROGRESS: dict[str, Field] = {
    "basis": Column("{t}.basis", nullable=False, enum=Basis),
    "on_date": _day("{t}.on_day"),
    "starts_on": _day("{t}.starts_on", nullable=True),
    "ends_on": _day("{t}.ends_on"),
    "quantity": _mass("{t}.quantity_kg_co2e", nullable=False),
    "achieved": _mass("{t}.achieved"),
    "share": Column(_divided("{t}.achieved", "{t}.quantity_kg_co2e", 12), SqlType.NUMERIC),
    "remaining": _mass(_REMAINING),
    "years": Column("{t}.years", SqlType.NUMERIC),
    "mean_per_year": _mass(_divided("{t}.quantity_kg_co2e", "{t}.years", 6)),
    "needed_from": _day("{t}.needed_from", nullable=True),
    "years_left": Column("{t}.years_left", SqlType.NUMERIC, nullable=False),
    "needed_per_year": _mass(_NEEDED),
    "periods": Many(PERIODS),
    "left_out": Many(NOT_COUNTED),
    "missing": Many(MISSING),
    "path": Many(PATH),
    "contributions": Many(CONTRIBUTED),
}


def _source(name: str, whose: _Whose) -> Source:
    return Source(
        name=name,
        table=_progress(whose),
        visible_to=everyone,
        key="told",
        fields=dict(_PROGRESS),
    )


PLEDGE_PROGRESS = _source("pledge_progress", _PLEDGE)
TARGET_PROGRESS = _source("target_progress", _TARGET)
