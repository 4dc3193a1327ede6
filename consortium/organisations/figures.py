"""The row rule of members' own figures, wherever they are kept."""

from consortium.kernel.principal import Permission, Rights


def figures_visible_to(rights: Rights) -> str:
    """PUBLIC to everyone, CONSORTIUM to members, and everything to its own organisation."""
    if rights.may(Permission.FIGURES_READ_ALL):
        return "true"
    shown = (
        "{t}.visibility IN ('PUBLIC', 'CONSORTIUM')"
        if rights.is_member
        else ("{t}.visibility = 'PUBLIC'")
    )
    if rights.has_organisation:
        return f"{shown} OR {{t}}.organisation_id = {{caller_organisation}}"
    return shown
