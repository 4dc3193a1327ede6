"""How claims stand in the sums: what counts for a question, and what is left out and why.

A question names its dimensions, by grouping or filtering. They decide whether a total counts whole
or by its parts; the date decides who is a member, and the day of knowledge which outcome held.
"""

from collections.abc import Iterable
from dataclasses import replace

from consortium.avoided.reads.claims import ACTED_ON_CHAINS, CLAIMS, NAMED_INITIATIVES
from consortium.avoided.rules.vocabulary import Audience, Basis, ClaimKind, Dimension
from consortium.initiatives.reads import INITIATIVES
from consortium.kernel.principal import Permission, Rights
from consortium.membership.reads.figures import organisations_seen_whole, seen_whole
from consortium.membership.reads.memberships import members_on
from consortium.membership.rules.engagements import Coverage
from consortium.organisations.reads import ORGANISATIONS
from consortium.query.dates import date_or_today
from consortium.query.pick import Args
from consortium.query.source import Column, Embedded, Field, One, Source, linked
from consortium.query.sqltypes import SqlType
from consortium.query.writer import Writer
from consortium.value_chains.reads import VALUE_CHAINS

# The filter's fields, and the dimension that each asks by; the kind is part of every question.
DIMENSION_OF_FIELD = {
    "year": Dimension.YEAR,
    "fiscal_period": Dimension.FISCAL_PERIOD,
    "member": Dimension.MEMBER,
    "group": Dimension.GROUP,
    "sector": Dimension.SECTOR,
    "country": Dimension.COUNTRY,
    "category": Dimension.CATEGORY,
    "initiatives": Dimension.INITIATIVE,
    "value_chains": Dimension.VALUE_CHAIN,
    "verified": Dimension.VERIFIED,
}


def asked_dimensions(args: Args) -> Dimension:
    """The dimensions that the question groups or filters by."""
    mask = Dimension(0)
    for name in args.get("group_by") or ():
        mask |= Dimension[str(name)]
    return mask | filtered_dimensions(args)


def filtered_dimensions(args: Args) -> Dimension:
    """The dimensions that the question filters by."""
    return _filtered(args.get("where"))


def _filtered(where: Args | None) -> Dimension:
    mask = Dimension(0)
    for name, value in (where or {}).items():
        if value is None:
            continue
        for inner in _inner(name, value):
            mask |= _filtered(inner)
        mask |= DIMENSION_OF_FIELD.get(name, Dimension(0))
    return mask


def _inner(name: str, value: Args | list[Args]) -> Iterable[Args]:
    if name in {"and", "or", "not"}:
        return value if isinstance(value, list) else [value]
    return []


def audience_rule(rights: Rights) -> str:
    """SQL: the outcome is the one for this class of readers.

    Of an organisation whose figures the caller sees whole it is the owner's.
    """
    if rights.may(Permission.FIGURES_READ_ALL):
        return f"{{t}}.audience & {Audience.OWNER:d} <> 0"
    if not rights.has_organisation:
        return shared_rule(rights)
    return (
        f"{{t}}.audience & CASE WHEN {seen_whole(rights, Coverage.CLAIMS)}"
        f" THEN {Audience.OWNER:d} ELSE {_shared(rights):d} END <> 0"
    )


def _shared(rights: Rights) -> Audience:
    return Audience.CONSORTIUM if rights.is_member else Audience.PUBLIC


def shared_rule(rights: Rights) -> str:
    """SQL: the outcome is the one for all readers of the caller's sort, its own figures aside."""
    if rights.may(Permission.FIGURES_READ_ALL):
        return audience_rule(rights)
    return f"{{t}}.audience & {_shared(rights):d} <> 0"


# The owner of the sums that are for all readers of a sort.
EVERYONE = 0


def owners_of_sums(rights: Rights) -> str | None:
    """SQL: the kept sum is everyone's, or the difference of an owner whose view the caller has.

    None where there are no such differences.
    """
    if rights.may(Permission.FIGURES_READ_ALL) or not rights.has_organisation:
        return None
    return f"{{t}}.owner_id {organisations_seen_whole(rights, Coverage.CLAIMS, EVERYONE)}"


def known(writer: Writer, question: Args, alias: str) -> str:
    """SQL: the outcome held by what was known on the day asked for."""
    day = date_or_today(writer, question.get("known_at"))
    until = f"{alias}.known_to IS NULL OR {day} < {alias}.known_to"
    return f"{alias}.known_from <= {day} AND ({until})"


def sums_held(writer: Writer, question: Args) -> str:
    """SQL: what is kept ready, the sums and `counts_now`, is right on the day asked about."""
    day = date_or_today(writer, question.get("on_date"))
    return (
        f"EXISTS (SELECT 1 FROM avoided_total_state state WHERE state.valid_from <= {day}"
        f" AND (state.valid_until IS NULL OR {day} < state.valid_until))"
    )


def sums_hold(writer: Writer, question: Args) -> bool:
    """Whether to rely on what is kept ready: for a question about today and by today's knowledge.

    A server follows the calendar, so that this fails only for a moment after midnight.
    """
    asks_now = question.get("known_at") is None and question.get("on_date") is None
    return asks_now and writer.assume(sums_held(writer, question))


def counts_now(question: Args, alias: str) -> str:
    """SQL: the row counts for the question, on a day for which `counts_now` is right."""
    mask = asked_dimensions(question)
    seen = f"({alias}.view = 0 OR ({alias}.view = 1) = ({alias}.divides & {mask:d} = 0))"
    year = f" AND {alias}.year IS NOT NULL" if mask & Dimension.YEAR else ""
    return f"{alias}.counts_now AND {seen}{year}"


def left_out_now(writer: Writer, question: Args, alias: str) -> str:
    """SQL: the row may be left out; spares the search for a reason in rows that count."""
    return f"NOT ({counts_now(question, alias)})" if sums_hold(writer, question) else "true"


def counts(writer: Writer, question: Args, alias: str) -> str:
    """SQL: the row counts for the question."""
    if sums_hold(writer, question):
        return counts_now(question, alias)
    return f"{alias}.reason IS NULL AND ({_left_out_by_question(writer, question, alias)}) IS NULL"


def _left_out_by_question(writer: Writer, question: Args, alias: str) -> str:
    """SQL of the reason why a row that can count does not for this question; null if it does."""
    mask = asked_dimensions(question)
    day = date_or_today(writer, question.get("on_date"))
    divided = f"{alias}.divides & {mask:d}"
    shadowed = (
        f"{alias}.shadowed_by IS NOT NULL AND {alias}.shadowed_by && ARRAY({members_on(day)})"
    )
    reasons = [
        f"WHEN {alias}.view = 1 AND {divided} <> 0 THEN 'COUNTED_BY_PARTS'",
        f"WHEN {alias}.view = 2 AND {divided} = 0 THEN 'PART_OF_TOTAL'",
        f"WHEN {alias}.organisation_id NOT IN ({members_on(day)}) THEN 'NOT_A_MEMBER'",
        f"WHEN {shadowed} THEN 'SUBSIDIARY_OF_COUNTED_PARENT'",
    ]
    if mask & Dimension.YEAR:
        reasons.append(f"WHEN {alias}.year IS NULL THEN 'PERIOD_NOT_A_YEAR'")
    return f"CASE {' '.join(reasons)} END"


def reason(writer: Writer, question: Args, alias: str) -> str:
    """SQL of the reason why the row does not count for the question; null if it counts."""
    return f"coalesce({alias}.reason, {_left_out_by_question(writer, question, alias)})"


def _left_out_rows(writer: Writer, _: Args) -> str:
    question = writer.asked
    return (
        f"SELECT s.*, {reason(writer, question, 's')} AS reason_now FROM avoided_standing s"
        # The difference between a total and its parts is no claim of its own.
        f" WHERE {known(writer, question, 's')} AND NOT s.not_broken_down"
    )


_COUNTED = Embedded(
    {
        "value": Column("{t}.value_kg_co2e", SqlType.NUMERIC, mass=True),
        "low": Column("{t}.low_kg_co2e", SqlType.NUMERIC, mass=True),
        "high": Column("{t}.high_kg_co2e", SqlType.NUMERIC, mass=True),
        "bound": Column("{t}.bound", nullable=False),
    }
)

# The fields by which a sum can be filtered; a rollup's rows have them too.
FILTERED: dict[str, Field] = {
    "kind": Column("{t}.kind", nullable=False, enum=ClaimKind),
    "year": Column("{t}.year", SqlType.INTEGER),
    "fiscal_period": Column("nullif({t}.fiscal_label, '')"),
    "member": One(ORGANISATIONS, "{u}.id = {t}.organisation_id"),
    "group": One(ORGANISATIONS, "{u}.id = {t}.group_id"),
    "sector": Column("{t}.sector"),
    "country": Column("{t}.country"),
    "category": Column("{t}.category"),
    "verified": Column("{t}.verified", SqlType.BOOLEAN),
}
FILTERS = (*FILTERED, "initiatives", "value_chains")

_ROW: dict[str, Field] = FILTERED | {
    "id": Column("{t}.id", SqlType.BIGINT, nullable=False),
    "basis": Column("{t}.basis", nullable=False, enum=Basis),
    "claim": One(CLAIMS, "{u}.id = {t}.claim_id"),
    "counted": _COUNTED,
    "value": Column("{t}.value_kg_co2e", SqlType.NUMERIC, mass=True),
    "not_broken_down": Column("{t}.not_broken_down", SqlType.BOOLEAN, nullable=False),
    "initiatives": linked(INITIATIVES, replace(NAMED_INITIATIVES, key="{t}.claim_id")),
    "value_chains": linked(VALUE_CHAINS, replace(ACTED_ON_CHAINS, key="{t}.claim_id")),
}

COUNTED = Source(
    name="contribution",
    table="avoided_standing",
    visible_to=audience_rule,
    fields=_ROW,
    filters=FILTERS,
    orders={"value": ("value",)},
)

LEFT_OUT = Source(
    name="left_out",
    table=_left_out_rows,
    visible_to=audience_rule,
    fields=_ROW
    | {
        "reason": Column("{t}.reason_now", nullable=False),
        "because": One(CLAIMS, "{u}.id = {t}.because_id"),
    },
    filters=FILTERS,
)
