"""Assessed claims added up across members: net, gross and the overlap between the two.

A claim counts from its publication to its end, for those whom it is published to. Timeframes are
never added. A joint remainder counts once for its effect, however many claim it; where a question
groups by what belongs to claims (whose they are, whether they are assured) it stands in a group of
its own, so that groups add up to the total.

The usual groupings are read from what the writing transaction keeps, on every day for which it
holds; anything else is added up from the standings of claims. A statement carries both ways, and
PostgreSQL runs the one that the day calls for.
"""

from dataclasses import dataclass, replace

from consortium.assessment.reads.claims import ASSESSED_CLAIMS
from consortium.assessment.rules.totals import OF_CLAIMS, USUAL_GROUPINGS, Reach, TotalDimension
from consortium.effects.reads.effects import EFFECTS, NAMED_INITIATIVES
from consortium.effects.reads.shares import party_to
from consortium.effects.rules.shares import PartyKind
from consortium.effects.rules.vocabulary import Specificity, Timeframe
from consortium.initiatives.reads import INITIATIVES
from consortium.kernel.principal import Permission, Rights
from consortium.membership.reads.figures import seen_whole
from consortium.membership.reads.memberships import members_on
from consortium.membership.rules.engagements import Coverage
from consortium.organisations.reads import ORGANISATIONS
from consortium.query.dates import date_or_today
from consortium.query.filters import condition
from consortium.query.pick import Args
from consortium.query.rows import rule
from consortium.query.source import (
    Asked,
    Column,
    Embedded,
    Field,
    Many,
    One,
    Source,
    everyone,
    linked,
)
from consortium.query.sqltypes import SqlType
from consortium.query.writer import Writer, conjunction
from consortium.value_chains.reads import VALUE_CHAINS

# The filter's fields that a grouping can stand for, and its dimension.
_OF_EFFECTS = {
    "year": TotalDimension.YEAR,
    "category": TotalDimension.CATEGORY,
    "value_chain": TotalDimension.VALUE_CHAIN,
}
_DIVIDED_ALWAYS = {"timeframe"}


def _reach(rights: Rights) -> Reach:
    whole = rights.is_member or rights.may(Permission.FIGURES_READ_ALL)
    return Reach.CONSORTIUM if whole else Reach.PUBLIC


def _published_to_all(rights: Rights) -> str:
    """SQL: the claim is published to the caller's sort of readers."""
    return f"{{t}}.audience & {_reach(rights):d} <> 0"


def _sees_more(rights: Rights) -> bool:
    """Whether the caller may see claims that are not for all readers of its sort.

    Members see all that is published. An assurer who is none sees what its clients published to
    members, and whoever left sees its own.
    """
    return rights.has_organisation and _reach(rights) is Reach.PUBLIC


def _published_to(rights: Rights) -> str:
    """SQL: the claim is published, and the caller may see it."""
    shown = _published_to_all(rights)
    if not _sees_more(rights):
        return shown
    return f"({shown} OR {seen_whole(rights, Coverage.CLAIMS)})"


def _summed_for(rights: Rights) -> str:
    """SQL: the kept total is that of the caller's sort of readers."""
    return f"{{t}}.audience = {_reach(rights):d}"


@dataclass(frozen=True, slots=True)
class _Grouper:
    """A column of the key that a dimension adds."""

    dimension: TotalDimension
    column: str
    type: str

    @property
    def of_claims(self) -> bool:
        """Whether it belongs to claims, so that joint ones stand apart."""
        return bool(self.dimension & OF_CLAIMS)


# Key columns, in the order by which groups are sorted.
_GROUPERS = (
    _Grouper(TotalDimension.YEAR, "year", "integer"),
    _Grouper(TotalDimension.CATEGORY, "category", 'text COLLATE "C"'),
    _Grouper(TotalDimension.SECTOR, "sector", 'text COLLATE "C"'),
    _Grouper(TotalDimension.COUNTRY, "country", 'text COLLATE "C"'),
    _Grouper(TotalDimension.ASSURED, "assured", "boolean"),
    _Grouper(TotalDimension.GROUP, "group_id", "bigint"),
    _Grouper(TotalDimension.MEMBER, "organisation_id", "bigint"),
    _Grouper(TotalDimension.VALUE_CHAIN, "value_chain_id", "bigint"),
    _Grouper(TotalDimension.INITIATIVE, "initiative_id", "bigint"),
)
_KEY = ("timeframe", *(one.column for one in _GROUPERS), "undivided")

_MIX = {
    "specific": Specificity.SPECIFIC,
    "regional": Specificity.REGIONAL,
    "average": Specificity.GLOBAL_AVERAGE,
}
_MEASURES = (
    *("claims", "effects", "own_kg_co2e", "joint_kg_co2e", "gross_kg_co2e", "assured_kg_co2e"),
    *(f"{name}_{measure}" for name in _MIX for measure in ("kg_co2e", "effects")),
    *("squares_kg2", "uncertain_effects"),
)


def _grouped(question: Args) -> TotalDimension:
    mask = TotalDimension(0)
    for name in question.get("group_by") or ():
        mask |= TotalDimension[str(name)]
    return mask


def _filtered(where: Args | None) -> set[str]:
    """The names of the fields that a filter asks by."""
    names: set[str] = set()
    for name, value in (where or {}).items():
        if value is None:
            continue
        if name in {"and", "or", "not"}:
            for inner in _inner(value):
                names |= _filtered(inner)
        else:
            names.add(name)
    return names


def _inner(value: Args | list[Args]) -> list[Args]:
    return value if isinstance(value, list) else [value]


def _rollup_mask(question: Args) -> TotalDimension | None:
    """The kept grouping that holds the answer; None where there is none.

    It is divided by what the filter asks by as well. Filters by what belongs to claims are not
    answered from it: there, joint remainders stand apart from whose they are.
    """
    names = _filtered(question.get("where")) - _DIVIDED_ALWAYS
    if question.get("known_at") is not None or not names <= _OF_EFFECTS.keys():
        return None
    mask = _grouped(question)
    for name in names:
        mask |= _OF_EFFECTS[name]
    return mask if int(mask) in USUAL_GROUPINGS else None


def _held(writer: Writer, question: Args) -> str:
    """SQL: what is kept ready is right on the day asked about."""
    day = date_or_today(writer, question.get("on_date"))
    return (
        f"EXISTS (SELECT 1 FROM assessed_total_state state WHERE state.valid_from <= {day}"
        f" AND (state.valid_until IS NULL OR {day} < state.valid_until))"
    )


def _holds(writer: Writer, question: Args) -> bool:
    """Whether to rely on what is kept ready: for a question about today and by what is known."""
    asks_now = question.get("known_at") is None and question.get("on_date") is None
    return asks_now and writer.assume(_held(writer, question))


def _counts(writer: Writer, question: Args, alias: str) -> str:
    """SQL: the standing counts for the question: known on the one day, a member's on the other."""
    if _holds(writer, question):
        return f"{alias}.counts_now"
    known = date_or_today(writer, question.get("known_at"))
    day = date_or_today(writer, question.get("on_date"))
    until = f"{alias}.known_to IS NULL OR {known} < {alias}.known_to"
    return (
        f"{alias}.known_from <= {known} AND ({until})"
        f" AND {alias}.organisation_id IN ({members_on(day)})"
    )


def _groups(writer: Writer, _: Args) -> str:
    """SQL of the groups: key columns and measures."""
    question = writer.asked
    mask = _rollup_mask(question)
    if mask is None:
        return _standings_way(writer, question)
    if _holds(writer, question):
        return _rollup_way(writer, question, mask)
    # Which way is right depends on the day; PostgreSQL runs one of them.
    held = f"(SELECT {_held(writer, question)})"
    return (
        f"{_rollup_way(writer, question, mask, held)}"
        f" UNION ALL ({_standings_way(writer, question, f'NOT {held}')})"
    )


def _rollup_way(
    writer: Writer, question: Args, mask: TotalDimension, where_right: str = "true"
) -> str:
    grouped = _grouped(question)
    where = conjunction(
        [
            where_right,
            f"r.grouping = {mask:d} AND r.claims > 0",
            rule(writer, _ROLLUP, "r"),
            condition(writer, _ROLLUP, "r", question.get("where")),
        ]
    )
    keys = [
        f"r.{one.column}" if one.dimension & grouped else f"NULL::{one.type}" for one in _GROUPERS
    ]
    named = ["r.timeframe", *keys, "r.undivided"]
    selected = ", ".join(f"{sql} AS {name}" for sql, name in zip(named, _KEY, strict=True))
    if _sees_more(writer.rights):
        kept = ", ".join(("r.cell", selected, *(f"r.{name}" for name in _MEASURES)))
        kept = f"SELECT {kept} FROM assessed_total r WHERE {where}"
        return _with_more(writer, question, kept, where_right)
    sums = ", ".join(f"sum(r.{name}) AS {name}" for name in _MEASURES)
    if mask == grouped:  # a row for each group
        contributors = "sum(r.contributors)"
    else:  # of organisations in several rows, each once
        contributors = (
            "(SELECT count(DISTINCT part.organisation_id) FROM assessed_contributor part"
            " WHERE part.cell = ANY (array_agg(r.cell)) AND part.claims > 0)"
        )
    group_by = ", ".join(sql for sql in named if not sql.startswith("NULL"))
    return (
        f"SELECT {selected}, {sums}, {contributors} AS contributors FROM assessed_total r"
        f" WHERE {where} GROUP BY {group_by}"
    )


def _with_more(writer: Writer, question: Args, kept: str, where_right: str) -> str:
    """SQL of groups for who sees more than is kept: few claims, of the organisations it works for.

    A joint remainder counts once, so the effects of these claims are taken out of what is kept
    with what all readers see of them, and put back with what the caller sees.
    """
    key, measures = ", ".join(_KEY), ", ".join(_MEASURES)
    more = conjunction(
        [
            where_right,
            f"NOT ({writer.fill(_published_to_all(writer.rights), 's')})",
            writer.fill(seen_whole(writer.rights, Coverage.CLAIMS), "s"),
            _counts(writer, question, "s"),
        ]
    )
    touched = f"s.origin_id IN (SELECT s.origin_id FROM assessed_standing s WHERE {more})"
    for_all = writer.fill(_published_to_all(writer.rights), "s")
    of_effect = f"{key}, {_OF_EFFECT} FROM seen"
    taken = f"SELECT {of_effect} WHERE for_all GROUP BY {key}, origin_id"
    put = f"SELECT {of_effect} GROUP BY {key}, origin_id"
    less = ", ".join(f"-{name} AS {name}" for name in _MEASURES)
    sums = ", ".join(f"coalesce(sum({name}), 0) AS {name}" for name in _MEASURES)
    sums_of = f"SELECT {key}, {_OF_GROUP} FROM ({{}}) effects GROUP BY {key}"
    none = ", ".join("NULL" for _ in _MEASURES)
    return (
        f"SELECT * FROM (WITH kept AS ({kept}),"
        f" seen AS ({_keyed(writer, question, touched, for_all=for_all)})"
        f" SELECT {key}, {sums}, sum(contributors) AS contributors FROM ("
        f"SELECT {key}, {measures}, 0 AS contributors FROM kept"
        f" UNION ALL SELECT {key}, {less}, 0 FROM ({sums_of.format(taken)}) taken"
        f" UNION ALL SELECT {key}, {measures}, 0 FROM ({sums_of.format(put)}) put"
        f" UNION ALL SELECT {key}, {none}, count(*) FROM ("
        f"SELECT {key}, whose FROM kept JOIN ("
        "SELECT cell, organisation_id AS whose FROM assessed_contributor WHERE claims > 0"
        f") part USING (cell) UNION SELECT {key}, whose FROM seen) whose GROUP BY {key}"
        f") sums GROUP BY {key}) more"
    )


def _keyed(
    writer: Writer,
    question: Args,
    where_right: str = "true",
    *,
    seen: str = "false",
    for_all: str = "true",
) -> str:
    """SQL of the standings that count, with the key of their group.

    `seen` says whether the caller may see how the effect is shared, `for_all` whether all readers
    of its sort see the claim.
    """
    grouped = _grouped(question)
    where = conjunction(
        [
            where_right,
            rule(writer, CONTRIBUTIONS, "s"),
            _counts(writer, question, "s"),
            condition(writer, CONTRIBUTIONS, "s", question.get("where")),
        ]
    )
    undivided = "s.share_kg_co2e IS NULL" if grouped & OF_CLAIMS else "false"
    # Once for each initiative that the effect names.
    named = ""
    if grouped & TotalDimension.INITIATIVE:
        named = " LEFT JOIN effect_initiative link ON link.effect_id = s.effect_id"
    return (
        f"SELECT s.timeframe, {', '.join(_key_of_standing(one, grouped) for one in _GROUPERS)},"
        f" {undivided} AS undivided, s.effect_id, s.origin_id, s.organisation_id AS whose,"
        " s.allocation_id, s.effect_kg_co2e, s.share_kg_co2e, s.joint_kg_co2e, s.kept,"
        f" s.assured AS is_assured, s.specificity, s.uncertainty, {seen} AS seen,"
        f" {for_all} AS for_all FROM assessed_standing s{named} WHERE {where}"
    )


def _key_of_standing(one: _Grouper, grouped: TotalDimension) -> str:
    if not one.dimension & grouped:
        return f"NULL::{one.type} AS {one.column}"
    if one.of_claims:
        return f"CASE WHEN s.share_kg_co2e IS NOT NULL THEN s.{one.column} END AS {one.column}"
    if one.dimension is TotalDimension.INITIATIVE:
        return f"link.{one.column} AS {one.column}"
    return f"s.{one.column} AS {one.column}"


# As the functions of the migration have it: first the claims of each effect are added up.
_OF_EFFECT = (
    "count(*) AS claims, coalesce(sum(share_kg_co2e * kept), 0) AS own,"
    # That of the last version. The greatest of arrays needs no order: PostgreSQL can hash.
    " coalesce((max(ARRAY[effect_id, abs(joint_kg_co2e), joint_kg_co2e * kept])"
    " FILTER (WHERE joint_kg_co2e IS NOT NULL))[3], 0) AS joint,"
    " sum(coalesce(share_kg_co2e, joint_kg_co2e)) AS gross,"
    " coalesce(sum(share_kg_co2e * kept) FILTER (WHERE is_assured), 0) AS own_assured,"
    " coalesce(bool_or(is_assured) FILTER (WHERE share_kg_co2e IS NULL), false) AS joint_assured,"
    # The alphabet happens to begin with the least specific.
    " min(specificity) AS specificity,"
    " CASE WHEN count(uncertainty) = count(*) THEN max(uncertainty) END AS uncertainty"
)
_MIXED = ", ".join(
    f"sum(own + joint) FILTER (WHERE specificity = '{word}') AS {name}_kg_co2e,"
    f" count(*) FILTER (WHERE specificity = '{word}') AS {name}_effects"
    for name, word in _MIX.items()
)
_OF_GROUP = (
    "sum(claims) AS claims, count(*) AS effects, sum(own) AS own_kg_co2e,"
    " sum(joint) AS joint_kg_co2e, sum(gross) AS gross_kg_co2e,"
    " sum(own_assured + CASE WHEN joint_assured THEN joint ELSE 0 END) AS assured_kg_co2e,"
    f" {_MIXED}, sum(((own + joint) * uncertainty) ^ 2) AS squares_kg2,"
    " count(*) FILTER (WHERE uncertainty IS NULL) AS uncertain_effects"
)


def _standings_way(writer: Writer, question: Args, where_right: str = "true") -> str:
    keyed = f"({_keyed(writer, question, where_right)}) keyed"
    grouped = _key_columns(question)
    key = ", ".join(grouped)
    of_effect = f"SELECT {key}, {_OF_EFFECT} FROM {keyed} GROUP BY {key}, origin_id"
    contributing = f"SELECT DISTINCT {key}, whose FROM {keyed}"
    none = ", ".join("NULL" for _ in _MEASURES)
    sums = ", ".join(f"coalesce(sum({name}), 0) AS {name}" for name in _MEASURES)
    absent = {one.column: f"NULL::{one.type}" for one in _GROUPERS} | {"undivided": "false"}
    named = ", ".join(name if name in grouped else f"{absent[name]} AS {name}" for name in _KEY)
    return (
        f"SELECT {named}, {sums}, sum(contributors) AS contributors FROM ("
        f"SELECT {key}, {', '.join(_MEASURES)}, 0 AS contributors"
        f" FROM (SELECT {key}, {_OF_GROUP} FROM ({of_effect}) effects GROUP BY {key}) sums"
        f" UNION ALL SELECT {key}, {none}, count(*) FROM ({contributing}) whose GROUP BY {key}"
        f") both_of_them GROUP BY {key}"
    )


def _key_columns(question: Args) -> tuple[str, ...]:
    """What tells the groups apart, in the order by which they are sorted; unknown comes last."""
    grouped = _grouped(question)
    named = tuple(one.column for one in _GROUPERS if one.dimension & grouped)
    return ("timeframe", *named, *(("undivided",) if grouped & OF_CLAIMS else ()))


# The effect of standing `u` names the initiative of group `t`, or none.
_NAMES = (
    "CASE WHEN {t}.initiative_id IS NULL"
    " THEN NOT EXISTS (SELECT 1 FROM effect_initiative named WHERE named.effect_id = {u}.effect_id)"
    " ELSE EXISTS (SELECT 1 FROM effect_initiative named WHERE named.effect_id = {u}.effect_id"
    " AND named.initiative_id = {t}.initiative_id) END"
)


def _same_key(question: Args, t: str, u: str) -> list[str]:
    """SQL: standing `u` is in the group `t`."""
    grouped = _grouped(question)
    conditions = [f"{u}.timeframe = {t}.timeframe"]
    if grouped & OF_CLAIMS:
        conditions.append(f"({u}.share_kg_co2e IS NULL) = {t}.undivided")
    for one in _GROUPERS:
        if one.dimension is TotalDimension.INITIATIVE and one.dimension & grouped:
            conditions.append(_NAMES.format(t=t, u=u))
        elif one.dimension & grouped:
            left, right = f"{u}.{one.column}", f"{t}.{one.column}"
            same = f"({left} = {right} OR ({left} IS NULL AND {right} IS NULL))"
            conditions.append(f"({t}.undivided OR {same})" if one.of_claims else same)
    return conditions


def _contributes(writer: Writer, _: Args, t: str, u: str) -> str:
    question = writer.asked
    return conjunction(
        [
            *_same_key(question, t, u),
            _counts(writer, question, u),
            condition(writer, CONTRIBUTIONS, u, question.get("where")),
        ]
    )


# The fields by which totals can be filtered; kept totals have the columns of effects too.
_FILTERED: dict[str, Field] = {
    "timeframe": Column("{t}.timeframe", nullable=False, enum=Timeframe),
    "year": Column("{t}.year", SqlType.INTEGER, nullable=False),
    "category": Column("{t}.category", nullable=False),
    "value_chain": One(VALUE_CHAINS, "{u}.id = {t}.value_chain_id"),
}

CONTRIBUTIONS = Source(
    name="assessed_contribution",
    table="assessed_standing",
    visible_to=_published_to,
    fields=_FILTERED
    | {
        "id": Column("{t}.id", SqlType.BIGINT, nullable=False),
        "member": One(ORGANISATIONS, "{u}.id = {t}.organisation_id"),
        "group": One(ORGANISATIONS, "{u}.id = {t}.group_id"),
        "sector": Column("{t}.sector"),
        "country": Column("{t}.country"),
        "initiatives": linked(INITIATIVES, replace(NAMED_INITIATIVES, key="{t}.effect_id")),
        "assured": Column("{t}.assured", SqlType.BOOLEAN, nullable=False),
        "specificity": Column("{t}.specificity", nullable=False, enum=Specificity),
        "claim": One(ASSESSED_CLAIMS, "{u}.id = {t}.claim_id"),
        "effect": One(EFFECTS, "{u}.id = {t}.effect_id"),
        "claimed": Column(
            "coalesce({t}.share_kg_co2e, {t}.joint_kg_co2e)",
            SqlType.NUMERIC,
            nullable=False,
            mass=True,
        ),
        "own": Column("({t}.share_kg_co2e * {t}.kept)", SqlType.NUMERIC, mass=True),
        "joint": Column("({t}.joint_kg_co2e * {t}.kept)", SqlType.NUMERIC, mass=True),
        "kept": Column("{t}.kept", SqlType.NUMERIC, nullable=False),
    },
    filters=(
        *_FILTERED,
        "member",
        "group",
        "sector",
        "country",
        "initiatives",
        "assured",
        "specificity",
    ),
    orders={"claimed": ("claimed",)},
)

_ROLLUP = Source(
    name="assessed_total",
    table="assessed_total",
    visible_to=_summed_for,
    fields=_FILTERED,
    filters=tuple(_FILTERED),
)


def _beside(writer: Writer, _: Args) -> str:
    """SQL of what others than members have of the effects of each group, and what nobody has.

    Of a group only where the caller may see how each of its effects is shared. The allocation is
    the one that its claims were made under; without one an effect is wholly its owner's.
    """
    question = writer.asked
    key = ", ".join(_KEY)
    seen = writer.fill(_shares_seen(writer.rights), "s")
    keyed = _keyed(writer, question, seen=seen)
    of_kinds = ", ".join(
        f"coalesce(sum(c.share) FILTER (WHERE c.kind = '{kind}'), 0) AS {kind.lower()}"
        for kind in (PartyKind.NON_MEMBER, PartyKind.PLATFORM)
    )
    masses = ", ".join(
        f"sum(coalesce(e.effect_kg_co2e * e.kept * part.{name}, 0)) AS {name}_kg_co2e"
        for name in ("unallocated", "non_member", "platform")
    )
    return (
        f"SELECT {key}, true AS told, {masses} FROM ("
        f"SELECT DISTINCT ON ({key}, origin_id) {key}, effect_kg_co2e, kept,"
        f" allocation_id, bool_and(seen) OVER (PARTITION BY {key}) AS seen FROM ({keyed}) keyed"
        f" ORDER BY {key}, origin_id, effect_id DESC, allocation_id DESC NULLS LAST"
        ") e LEFT JOIN LATERAL (SELECT"
        " CASE WHEN count(*) FILTER (WHERE c.share IS NULL) > 0 THEN 0"
        f" ELSE a.remainder_share END AS unallocated, {of_kinds}"
        " FROM effect_allocation a JOIN effect_contribution c ON c.allocation_id = a.id"
        " WHERE a.id = e.allocation_id GROUP BY a.id, a.remainder_share) part ON true"
        f" WHERE e.seen GROUP BY {key}"
    )


def _shares_seen(rights: Rights) -> str:
    if rights.may(Permission.FIGURES_READ_ALL):
        return "true"
    if not rights.has_organisation:
        return "false"
    owner = f"{{t}}.allocation_id IS NULL AND {seen_whole(rights, Coverage.CLAIMS)}"
    return f"coalesce(({party_to('allocation_id')(rights)}) OR ({owner}), false)"


def _of_group(writer: Writer, _: Args, t: str, u: str) -> str:
    grouped = _grouped(writer.asked)
    same = [f"{u}.timeframe = {t}.timeframe", f"{u}.undivided = {t}.undivided"]
    same += [
        f"{u}.{one.column} IS NOT DISTINCT FROM {t}.{one.column}"
        for one in _GROUPERS
        if one.dimension & grouped
    ]
    return conjunction(same)


def _mass(sql: str, *, nullable: bool = False) -> Column:
    return Column(sql, SqlType.NUMERIC, nullable=nullable, mass=True)


BESIDE = Source(
    name="assessed_beside",
    table=_beside,
    visible_to=everyone,
    key="told",
    fields={
        "unallocated": _mass("{t}.unallocated_kg_co2e"),
        "non_members": _mass("{t}.non_member_kg_co2e"),
        "platform": _mass("{t}.platform_kg_co2e"),
    },
)

_NET = "({t}.own_kg_co2e + {t}.joint_kg_co2e)"
_COUNT = SqlType.BIGINT
# Half the interval, to the milligram: effects err apart from each other (DOMAIN, uncertainty).
_HALF = "round(sqrt(round({t}.squares_kg2, 24)), 6)"
_KNOWN = "{t}.uncertain_effects = 0"


_LOWEST = (
    f"CASE WHEN {{t}}.average_effects > 0 THEN '{Specificity.GLOBAL_AVERAGE}'"
    f" WHEN {{t}}.regional_effects > 0 THEN '{Specificity.REGIONAL}'"
    f" ELSE '{Specificity.SPECIFIC}' END"
)

GROUPS = Source(
    name="assessed_emissions_group",
    table=_groups,
    visible_to=everyone,
    fields={
        "key": Embedded(
            {
                "timeframe": Column("{t}.timeframe", nullable=False, enum=Timeframe),
                "year": Column("{t}.year", SqlType.INTEGER),
                "category": Column("{t}.category"),
                "value_chain": One(VALUE_CHAINS, "{u}.id = {t}.value_chain_id"),
                "initiative": One(INITIATIVES, "{u}.id = {t}.initiative_id"),
                "member": One(ORGANISATIONS, "{u}.id = {t}.organisation_id"),
                "group": One(ORGANISATIONS, "{u}.id = {t}.group_id"),
                "sector": Column("{t}.sector"),
                "country": Column("{t}.country"),
                "assured": Column("{t}.assured", SqlType.BOOLEAN),
                "undivided": Column("{t}.undivided", SqlType.BOOLEAN, nullable=False),
            }
        ),
        "net": _mass(_NET),
        "own": _mass("{t}.own_kg_co2e"),
        "joint": _mass("{t}.joint_kg_co2e"),
        "gross": _mass("{t}.gross_kg_co2e"),
        "overlap": _mass(f"({{t}}.gross_kg_co2e - {_NET})"),
        "claims": Column("{t}.claims", _COUNT, nullable=False),
        "effects": Column("{t}.effects", _COUNT, nullable=False),
        "contributors": Column("{t}.contributors", _COUNT, nullable=False),
        "assured": _mass("{t}.assured_kg_co2e"),
        "specificity": Embedded(
            {
                "lowest": Column(_LOWEST, nullable=False, enum=Specificity),
                "specific": _mass("{t}.specific_kg_co2e"),
                "regional": _mass("{t}.regional_kg_co2e"),
                "global_average": _mass("{t}.average_kg_co2e"),
            }
        ),
        "interval": Embedded(
            {
                "low": _mass(f"({_NET} - {_HALF})"),
                "high": _mass(f"({_NET} + {_HALF})"),
                "sign_not_established": Column(
                    f"(abs({_NET}) <= {_HALF})", SqlType.BOOLEAN, nullable=False
                ),
            },
            present=_KNOWN,
        ),
        "beside": One(BESIDE, _of_group),
        "contributions": Many(CONTRIBUTIONS, _contributes),
    },
    key_of=_key_columns,
    orders={"key": (), "net": ("net",)},
)

ASSESSED_EMISSIONS = Asked({"groups": Many(GROUPS)})
