"""Who sees solutions, and with them what they are compared by; and who sees effects."""

from consortium.kernel.principal import Permission, Rights
from consortium.membership.reads.figures import below, figures_visible_to, seen_whole
from consortium.membership.rules.engagements import Coverage

__all__ = ["below", "effect_visible_to", "solution_visible_to", "with_solution"]

# As of other figures: by the visibility of each, its owner and its owner's assurers.
solution_visible_to = figures_visible_to(Coverage.CLAIMS)


def with_solution(rights: Rights) -> str:
    """SQL: the solution of row `t` may be seen."""
    if rights.may(Permission.FIGURES_READ_ALL):
        return "true"
    return _solution_where(solution_visible_to(rights))


def effect_visible_to(rights: Rights) -> str:
    """SQL: effect `t` may be seen.

    Its owner and its owner's assurers see it; others do where both it and its solution are shown to
    them, so that whoever sees an effect sees what it stands on.
    """
    if rights.may(Permission.FIGURES_READ_ALL):
        return "true"
    shared = "'PUBLIC', 'CONSORTIUM'" if rights.is_member else "'PUBLIC'"
    shown = f"{{t}}.visibility IN ({shared}) AND " + _solution_where(
        f"{{t}}.visibility IN ({shared})"
    )
    if not rights.has_organisation:
        return shown
    return f"({shown}) OR {seen_whole(rights, Coverage.CLAIMS)}"


def _solution_where(rule: str) -> str:
    inner = rule.replace("{t}", "compared")
    return f"{{t}}.solution_id IN (SELECT compared.id FROM solution compared WHERE {inner})"
