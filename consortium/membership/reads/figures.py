"""The row rule of members' own figures: who sees which, and whose are seen whole.

PUBLIC figures are shown to everyone and CONSORTIUM ones to members. An organisation sees all of its
own; an assurer all that its engagements of today cover; the secretariat all of everyone.
"""

from consortium.kernel.principal import Permission, Rights
from consortium.membership.rules.engagements import Coverage
from consortium.query.source import RowRule


def engaged_clients(coverage: Coverage) -> str:
    """SQL of the ids of the organisations whose figures the caller is engaged for today."""
    return (
        "SELECT held.client_id FROM engagement held"
        " WHERE held.assurer_id = {caller_organisation}"
        f" AND held.covers IN ('{coverage}', '{Coverage.ALL_FIGURES}')"
        " AND held.ended_at IS NULL AND held.starts_on <= {today} AND {today} <= held.ends_on"
    )


def seen_whole(rights: Rights, coverage: Coverage) -> str:
    """SQL: row `t` is of an organisation of which the caller sees every figure.

    Only for callers with an organisation; who sees everything of everyone needs no such question.
    """
    return f"{{t}}.organisation_id {organisations_seen_whole(rights, coverage)}"


def organisations_seen_whole(rights: Rights, coverage: Coverage, *others: int) -> str:
    """SQL: `IN` or `= ANY` with the ids of the organisations of `seen_whole`, and with others.

    A list where it can be: of an array PostgreSQL assumes ten keys, and would plan each run anew.
    """
    ids = [*map(str, others), "{caller_organisation}"]
    if not rights.may(Permission.FIGURES_ASSURE):
        return f"IN ({', '.join(ids)})"
    clients = engaged_clients(coverage)
    return f"= ANY (ARRAY(VALUES {', '.join(f'({one})' for one in ids)} UNION ALL {clients}))"


def figures_visible_to(coverage: Coverage) -> RowRule:
    """The row rule of figures of that sort."""

    def visible_to(rights: Rights) -> str:
        if rights.may(Permission.FIGURES_READ_ALL):
            return "true"
        shared = "'PUBLIC', 'CONSORTIUM'" if rights.is_member else "'PUBLIC'"
        shown = f"{{t}}.visibility IN ({shared})"
        if rights.has_organisation:
            return f"{shown} OR {seen_whole(rights, coverage)}"
        return shown

    return visible_to


def below(parent: RowRule, table: str, column: str) -> RowRule:
    """The row rule of what belongs to a row of a table, and is seen with it."""

    def visible_to(rights: Rights) -> str:
        rule = parent(rights)
        if rule == "true":
            return rule
        inner = rule.replace("{t}", "above")
        return f"{{t}}.{column} IN (SELECT above.id FROM {table} above WHERE {inner})"

    return visible_to
