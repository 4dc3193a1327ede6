"""The row rule of members' own figures: who sees which, and whose are seen whole.

PUBLIC figures are shown to everyone and CONSORTIUM ones to members. An organisation sees all of its
own; an assurer all that its engagements of today cover; the secretariat all of everyone.
"""

from consortium.kernel.principal import Permission, Rights
from consortium.membership.rules import Coverage
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
    own = "{t}.organisation_id = {caller_organisation}"
    if not rights.may(Permission.FIGURES_ASSURE):
        return own
    return f"({own} OR {{t}}.organisation_id IN ({engaged_clients(coverage)}))"


def indexed_seen_whole(rights: Rights, coverage: Coverage) -> str:
    """SQL: as `seen_whole`, for an index on the organisation: one key, or an array of keys.

    One key where it can be: of an array PostgreSQL assumes ten, and would plan each run anew.
    """
    own = "{t}.organisation_id = {caller_organisation}"
    if not rights.may(Permission.FIGURES_ASSURE):
        return own
    ids = f"SELECT {{caller_organisation}} UNION ALL {engaged_clients(coverage)}"
    return f"{{t}}.organisation_id = ANY (ARRAY({ids}))"


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
